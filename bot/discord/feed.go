package discord

import (
	"context"
	"sync"
)

const (
	laneDepth   = 1000 // events that wait in a channel before it is read again instead
	readsAtOnce = 4
)

// job is one thing to be done in a channel. Its run is repeated until it succeeds; what comes after waits.
type job struct {
	run     func(ctx context.Context) error
	after   <-chan struct{} // not before this is closed; nil: at once
	done    func()          // called once it succeeded, or will not any more
	message bool            // reading the channel again would bring it back
}

// feed handles what happens in one channel or thread in order, in several at once. A channel that is being read
// again after a gap has the reading as its first job, so what is live waits behind it.
type feed struct {
	client *Client
	slots  chan struct{} // for readings
	depth  int

	mu      sync.Mutex
	ctx     context.Context
	lanes   map[string]*lane
	roots   map[string]chan struct{} // top-level messages that are not stored yet
	started uint64                   // sessions so far
	since   map[int]uint64           // the session of each shard
	read    map[string]uint64        // the session in which a place was last known to be without a gap
	missing map[int]map[string]bool  // guilds of which a shard has not heard yet
	shards  int
	wg      sync.WaitGroup
}

type lane struct{ jobs []job }

func newFeed(c *Client) *feed {
	return &feed{client: c, slots: make(chan struct{}, readsAtOnce), depth: laneDepth}
}

// begin makes the feed work until ctx ends.
func (f *feed) begin(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx, f.lanes, f.roots = ctx, map[string]*lane{}, map[string]chan struct{}{}
	f.since, f.read, f.missing = map[int]uint64{}, map[string]uint64{}, map[int]map[string]bool{}
}

// running gives the context that ends with the feed.
func (f *feed) running() context.Context {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx == nil {
		return context.Background()
	}
	return f.ctx
}

// wait returns when ctx has ended and nothing runs any more.
func (f *feed) wait() { f.wg.Wait() }

// add gives a place jobs to do after those that it has.
func (f *feed) add(place string, jobs ...job) {
	for _, j := range f.queue(place, jobs) {
		if j.done != nil {
			j.done()
		}
	}
}

// queue is add with the lock held; it gives the jobs that there was no room for.
func (f *feed) queue(place string, jobs []job) (dropped []job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx == nil || f.ctx.Err() != nil { // stopped: what happens now is read at the next start
		return nil
	}
	l, busy := f.lanes[place]
	if !busy {
		l = &lane{}
		f.lanes[place] = l
	}
	l.jobs = append(l.jobs, jobs...)
	if len(l.jobs) > f.depth {
		dropped = f.overflow(place, l)
	}
	if !busy {
		f.wg.Go(func() { f.work(place, l) })
	}
	return dropped
}

// overflow forgets the messages that wait and has the place read instead; the first job is at work.
func (f *feed) overflow(place string, l *lane) (dropped []job) {
	var others []job
	for _, j := range l.jobs[1:] {
		if j.message {
			dropped = append(dropped, j)
		} else {
			others = append(others, j)
		}
	}
	kept := l.jobs[:1:1]
	if len(dropped) > 0 {
		kept = append(kept, f.reading(place, nil))
		f.client.log.Warn("channel will be read again", "channel", place, "messages", len(dropped))
	}
	kept = append(kept, others...)
	if most := 2 * f.depth; len(kept) > most { // edits and deletions alone: there is no other memory of them
		f.client.log.Error("events dropped", "channel", place, "events", len(kept)-most)
		kept = kept[:most]
	}
	l.jobs = kept
	return dropped
}

// reading is a job that reads a place from its mark.
func (f *feed) reading(place string, after <-chan struct{}) job {
	return job{after: after, run: func(ctx context.Context) error {
		select {
		case f.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-f.slots }()
		return f.client.catchUp(ctx, place)
	}}
}

// work does the jobs of a place until there are none, or ctx ends. What is not done then is read again at
// the next start.
func (f *feed) work(place string, l *lane) {
	for {
		f.mu.Lock()
		if len(l.jobs) == 0 || f.ctx.Err() != nil {
			delete(f.lanes, place)
			f.mu.Unlock()
			return
		}
		j, ctx := l.jobs[0], f.ctx
		f.mu.Unlock()
		if j.after != nil {
			select {
			case <-j.after:
			case <-ctx.Done():
			}
		}
		f.insist(ctx, place, j)
		if j.done != nil {
			j.done()
		}
		f.mu.Lock()
		l.jobs = l.jobs[1:]
		f.mu.Unlock()
	}
}

// insist runs a job until it succeeds.
func (f *feed) insist(ctx context.Context, place string, j job) {
	for failures := 1; ctx.Err() == nil; failures++ {
		err := f.attempt(ctx, j)
		if err == nil || ctx.Err() != nil {
			return
		}
		f.client.log.Warn("event will be tried again", "channel", place, "failures", failures, "err", err)
		if f.client.pause(ctx, failures, err) != nil {
			return
		}
	}
}

// attempt runs a job; a panic of what it calls is a bug that must not stop the others, nor come again.
func (f *feed) attempt(ctx context.Context, j job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			f.client.log.Error("event dropped: panic", "panic", v)
			err = nil
		}
	}()
	return j.run(ctx)
}
