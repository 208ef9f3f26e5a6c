package dispatch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"firstline/bot"
	"firstline/bot/internal/failpoint"
	"firstline/bot/store"
)

// Dispatcher handles events. Make one with [New].
type Dispatcher struct {
	cfg   Config
	sched schedule
	wake  chan struct{}
	known *cache // lanes of conversations that have a case

	feeding sync.Mutex  // one reader of the inbox at a time
	cursor  int64       // the last inbox row taken up
	capped  atomic.Bool // rows were left in the store because too many wait here

	mu      sync.Mutex
	users   int           // who needs workers: Start and each Drain
	stop    chan struct{} // ends the pump; nil when not started
	cancel  context.CancelFunc
	run     context.Context
	workers sync.WaitGroup
	pumping sync.WaitGroup
}

var _ bot.Acceptor = (*Dispatcher)(nil)

// InvalidError says that an event lacks what every event has; delivering it
// again would not help.
type InvalidError struct{ Field string }

func (e *InvalidError) Error() string { return "dispatch: event without " + e.Field }

// Accept stores an event durably and wakes the workers. It gives an
// [InvalidError] for an event that lacks its id or its conversation, and
// [store.ErrFull] when the disk is full; after any error the event must not be
// acknowledged. An event that is there already is fine.
func (d *Dispatcher) Accept(ctx context.Context, in bot.Inbound) error {
	if err := check(in); err != nil {
		d.cfg.Metrics.Refused("invalid")
		return err
	}
	if in.Surface == bot.SurfaceCommand && in.Address.Thread == "" && !d.cfg.Direct(in.Address) {
		in.Address.Thread = store.CommandThread + in.ID
	}
	if in.At.IsZero() {
		in.At = d.cfg.Now()
	}
	failpoint.Hit(failpoint.AcceptBefore)
	fresh, err := d.cfg.Store.Accept(ctx, []bot.Inbound{in})
	if err != nil {
		reason := "store"
		if errors.Is(err, store.ErrFull) {
			reason = "full"
		}
		d.cfg.Metrics.Refused(reason)
		return fmt.Errorf("dispatch: %w", err)
	}
	failpoint.Hit(failpoint.AcceptAfter)
	d.cfg.Metrics.Accepted(in.Address.Platform, fresh[0])
	d.Wake()
	return nil
}

func check(in bot.Inbound) error {
	switch {
	case in.ID == "":
		return &InvalidError{Field: "an id"}
	case in.Address.Platform == "":
		return &InvalidError{Field: "a platform"}
	case in.Address.Channel == "":
		return &InvalidError{Field: "a conversation"}
	case strings.Contains(in.Address.Platform+in.Address.Channel, ":"):
		return &InvalidError{Field: "a usable conversation (platform and channel have no colon)"}
	}
	return nil
}

// Wake makes a started dispatcher look for work at once.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Start begins to work on what is pending and on what comes. A dispatcher that
// runs is left alone.
func (d *Dispatcher) Start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		return
	}
	d.hire()
	d.stop = make(chan struct{})
	d.pumping.Add(1)
	go d.pump(d.run, d.stop)
}

// Stop takes up no new work and waits for the turns that run. When ctx ends
// first they are cut off, which is harmless: what is not committed is done
// again after the next start. It gives ctx's error then.
func (d *Dispatcher) Stop(ctx context.Context) error {
	d.mu.Lock()
	stop := d.stop
	d.stop = nil
	d.mu.Unlock()
	if stop == nil {
		return nil
	}
	close(stop)
	return d.dismiss(ctx)
}

// hire starts the workers for the first who needs them; d.mu is held.
func (d *Dispatcher) hire() {
	d.users++
	if d.users > 1 {
		return
	}
	d.run, d.cancel = context.WithCancel(context.Background())
	d.sched.setOpen(true)
	for range d.cfg.Workers {
		d.workers.Add(1)
		go d.work(d.run)
	}
}

// dismiss ends the workers with the last who needed them.
func (d *Dispatcher) dismiss(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users--
	if d.users > 0 {
		return nil
	}
	d.sched.setOpen(false)
	done := make(chan struct{})
	go func() {
		d.workers.Wait()
		d.pumping.Wait()
		close(done)
	}()
	defer d.cancel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		d.cancel()
		<-done
		return ctx.Err()
	}
}

// Drain works until nothing is pending and no timer is due, and returns then.
// It needs no Start. Turns that fail are tried again without a pause; when
// lanes rest because the store is not there, or because a thread is not tied to
// its case yet, it gives that as the error.
func (d *Dispatcher) Drain(ctx context.Context) error {
	d.mu.Lock()
	d.hire()
	d.mu.Unlock()
	defer func() { _ = d.dismiss(context.WithoutCancel(ctx)) }()
	defer d.sched.drain()()
	d.again()
	for {
		n, err := d.feed(ctx)
		if err != nil {
			return err
		}
		timers, err := d.fire(ctx)
		if err != nil {
			return err
		}
		if err := d.sched.wait(ctx); err != nil {
			return err
		}
		if n+timers == 0 {
			return nil
		}
	}
}

func (d *Dispatcher) work(ctx context.Context) {
	defer d.workers.Done()
	for {
		lane, it, ok := d.sched.next()
		if !ok {
			return
		}
		r := d.handle(ctx, it)
		if r.paused == pauseLink {
			d.known.drop(it.conv)
		}
		d.sched.finish(lane, it, r)
		if it.timer != nil || d.capped.Load() && d.sched.size() < maxQueued/2 {
			d.Wake()
		}
	}
}

// pump feeds the lanes: when woken, when a timer is due, and now and then all
// that is pending, in case another replica took an event and died.
func (d *Dispatcher) pump(ctx context.Context, stop <-chan struct{}) {
	defer d.pumping.Done()
	sweep := d.cfg.Now().Add(d.cfg.Sweep)
	rests := 0
	for {
		if d.cfg.Now().After(sweep) && d.sched.size() < maxBodies {
			d.again()
			sweep = d.cfg.Now().Add(d.cfg.Sweep)
		}
		wait, err := d.runOnce(ctx)
		if err != nil {
			rests++
			wait = d.cfg.Backoff(rests)
			d.cfg.Log.Error("inbox not readable", "err", err)
		} else {
			rests = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-stop:
			timer.Stop()
			return
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// runOnce takes up what is pending and due, and tells how long nothing more is.
func (d *Dispatcher) runOnce(ctx context.Context) (wait time.Duration, err error) {
	if _, err := d.feed(ctx); err != nil {
		return 0, err
	}
	fired, err := d.fire(ctx)
	if err != nil {
		return 0, err
	}
	wait = d.cfg.Sweep
	due, ok, err := d.cfg.Store.NextTimer(ctx)
	if err != nil {
		return 0, err
	}
	if ok {
		wait = min(wait, due.Sub(d.cfg.Now()))
		if wait <= 0 && fired == 0 {
			wait = time.Second // it is in its lane; its end wakes us
		}
	}
	return max(wait, 0), nil
}

// again makes the next feed begin at the oldest row.
func (d *Dispatcher) again() {
	d.feeding.Lock()
	defer d.feeding.Unlock()
	d.cursor = 0
}

// feed puts accepted events into their lanes, in order of acceptance, and
// tells how many it put there.
func (d *Dispatcher) feed(ctx context.Context) (int, error) {
	d.feeding.Lock()
	defer d.feeding.Unlock()
	n := 0
	for {
		limit := min(256, maxQueued-d.sched.size())
		d.capped.Store(limit <= 0)
		if limit <= 0 {
			return n, nil
		}
		rows, err := d.cfg.Store.Pending(ctx, d.cursor, limit)
		bad, only := store.Corrupt(err)
		if !only {
			return n, err
		}
		for _, row := range rows {
			it := &item{seq: row.Seq, conv: row.Conversation, row: &row, attempts: row.Attempts}
			if !d.sched.knows(it) {
				name, err := d.laneOf(ctx, row.In)
				if err != nil {
					return n, err
				}
				if d.sched.add(name, it) {
					n++
				}
			}
			d.cursor = row.Seq
		}
		for _, e := range bad {
			d.drop(ctx, e)
			d.cursor = max(d.cursor, e.Seq)
		}
		if len(rows)+len(bad) < limit {
			return n, nil
		}
	}
}

// drop gives up an inbox row that cannot be read.
func (d *Dispatcher) drop(ctx context.Context, e *store.CorruptError) {
	d.cfg.Log.Error("event dropped", "seq", e.Seq, "reason", "corrupt", "err", e)
	d.cfg.Metrics.Failed("corrupt", true)
	if err := d.cfg.Store.Failed(ctx, e.Seq, "corrupt", true); err != nil && !errors.Is(err, store.ErrConflict) {
		d.cfg.Log.Error("event not marked as dropped", "seq", e.Seq, "err", err)
	}
}

// fire puts the timers that are due into their lanes and tells how many.
func (d *Dispatcher) fire(ctx context.Context) (int, error) {
	due, err := d.cfg.Store.DueTimers(ctx, d.cfg.Now(), 1000)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, t := range due {
		it := &item{timer: &t}
		if d.sched.knows(it) {
			continue
		}
		lane := "timer:" + t.CaseID
		c, _, err := d.cfg.Store.Case(ctx, t.CaseID)
		switch {
		case err == nil:
			lane = c.Conversation
		case !gone(err) && !isCorrupt(err):
			return n, err
		}
		if d.sched.add(lane, it) {
			n++
		}
	}
	return n, nil
}

// newID gives 80 random bits: nobody can guess the id of somebody else's case.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// backoff is the default pause: half a second, doubling up to a minute.
func backoff(n int) time.Duration {
	return min(time.Minute, 500*time.Millisecond<<min(n-1, 10))
}

func gone(err error) bool { return errors.Is(err, store.ErrNotFound) }

func isCorrupt(err error) bool {
	_, ok := errors.AsType[*store.CorruptError](err)
	return ok
}
