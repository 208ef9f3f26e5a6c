package dispatch

import (
	"context"
	"errors"
	"sync"
	"time"

	"firstline/bot/store"
)

// item is one thing to handle in its lane: an inbox row, or a timer that is due.
type item struct {
	seq      int64
	conv     string       // conversation of an inbox row
	row      *store.Inbox // nil: too many wait, it is read again when its turn comes
	timer    *store.Timer
	attempts int // failed turns, those before this process included
	waits    int // for a thread to be tied to its case
}

// key tells items apart: an inbox row by its seq, a timer by all it is.
type key struct {
	seq    int64
	caseID string
	name   string
	due    int64
}

func (it *item) key() key {
	if t := it.timer; t != nil {
		return key{caseID: t.CaseID, name: t.Name, due: t.Due.UnixMicro()}
	}
	return key{seq: it.seq}
}

// pause says why a lane rests.
type pause string

const (
	pauseNone  pause = ""
	pauseTurn  pause = "turn"  // its turn failed
	pauseStore pause = "store" // the store is not there
	pauseLink  pause = "link"  // a thread is not tied to its case yet
)

type lane struct {
	items   []*item
	running bool
	paused  pause
	err     error
	rests   int // pauses in a row
}

// outside tells that the lane rests for something that no try of ours mends.
func (l *lane) outside() bool { return l.paused == pauseStore || l.paused == pauseLink }

// schedule knows what waits in which lane. Every lane is worked on by at most
// one worker.
type schedule struct {
	backoff func(int) time.Duration
	report  func(lanes, events int)

	mu       sync.Mutex
	changed  *sync.Cond
	lanes    map[string]*lane
	ready    []string
	convs    map[string]*holding
	known    map[key]bool
	bodies   int
	stuck    int // lanes that rest for something outside: the store, a thread
	draining int
	open     bool // workers may take work
}

// holding keeps a conversation in its lane while events of it wait.
type holding struct {
	lane string
	n    int
}

func (s *schedule) init(backoff func(int) time.Duration, report func(int, int)) {
	s.backoff, s.report = backoff, report
	s.changed = sync.NewCond(&s.mu)
	s.lanes, s.convs, s.known = map[string]*lane{}, map[string]*holding{}, map[key]bool{}
}

// holds gives the lane that a conversation is held in.
func (s *schedule) holds(conv string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.convs[conv]; h != nil {
		return h.lane, true
	}
	return "", false
}

func (s *schedule) knows(it *item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[it.key()]
}

// size gives how many items wait or are being handled.
func (s *schedule) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.known)
}

// add puts an item at the end of a lane; it does nothing for one that is there.
func (s *schedule) add(name string, it *item) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[it.key()] {
		return false
	}
	s.known[it.key()] = true
	if it.conv != "" {
		h := s.convs[it.conv]
		if h == nil {
			h = &holding{lane: name}
			s.convs[it.conv] = h
		}
		h.n++
		name = h.lane
	}
	if it.row != nil {
		if s.bodies >= maxBodies {
			it.row = nil
		} else {
			s.bodies++
		}
	}
	l := s.lanes[name]
	if l == nil {
		l = &lane{}
		s.lanes[name] = l
	}
	l.items = append(l.items, it)
	if len(l.items) == 1 {
		s.makeReady(name)
	}
	s.report(len(s.lanes), len(s.known))
	return true
}

func (s *schedule) makeReady(name string) {
	s.ready = append(s.ready, name)
	s.changed.Broadcast()
}

// next waits for a lane with work and takes its first item; ok is false when
// the workers have to go.
func (s *schedule) next() (name string, it *item, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.open && len(s.ready) == 0 {
		s.changed.Wait()
	}
	if !s.open {
		return "", nil, false
	}
	name, s.ready = s.ready[0], s.ready[1:]
	l := s.lanes[name]
	l.running = true
	return name, l.items[0], true
}

// result is how a turn ended.
type result struct {
	paused pause // pauseNone: done
	err    error
}

// finish ends work on a lane's first item: it is done, or it stays and the
// lane rests. While the schedule is drained a failed turn does not rest.
func (s *schedule) finish(name string, it *item, r result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	l := s.lanes[name]
	l.running = false
	if r.paused != pauseNone {
		l.rests++
		l.paused, l.err = r.paused, r.err
		if s.draining > 0 && r.paused == pauseTurn {
			s.resume(name)
			return
		}
		if l.outside() {
			s.stuck++
		}
		time.AfterFunc(s.backoff(l.rests), func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.lanes[name] == l {
				s.resume(name)
			}
		})
		return
	}
	l.paused, l.err, l.rests = pauseNone, nil, 0
	l.items[0] = nil
	l.items = l.items[1:]
	s.forget(it)
	if len(l.items) == 0 {
		delete(s.lanes, name)
	} else {
		s.makeReady(name)
	}
	s.report(len(s.lanes), len(s.known))
}

func (s *schedule) forget(it *item) {
	delete(s.known, it.key())
	if it.row != nil {
		s.bodies--
	}
	if h := s.convs[it.conv]; h != nil {
		if h.n--; h.n == 0 {
			delete(s.convs, it.conv)
		}
	}
}

// resume wakes a lane that rests.
func (s *schedule) resume(name string) {
	if l := s.lanes[name]; l != nil && l.paused != pauseNone && !l.running {
		if l.outside() {
			s.stuck--
		}
		l.paused = pauseNone
		s.makeReady(name)
	}
}

// drain makes every lane that rests try at once, and failed turns try again
// without a pause, until the returned function is called.
func (s *schedule) drain() (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining++
	for name := range s.lanes {
		s.resume(name)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.draining--
	}
}

// wait waits until nothing is left to do. Lanes that rest because the store is
// not there, or for a thread, are not waited for: they are the error.
func (s *schedule) wait(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})()
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.lanes) > s.stuck {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.changed.Wait()
	}
	var errs []error
	for _, l := range s.lanes {
		errs = append(errs, l.err)
	}
	return errors.Join(errs...)
}

func (s *schedule) setOpen(open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = open
	s.changed.Broadcast()
}
