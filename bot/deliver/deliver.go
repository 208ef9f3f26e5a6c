package deliver

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"firstline/bot"
	"firstline/bot/store"
)

// Deliverer sends what is in the outbox. Make one with [New].
type Deliverer struct {
	cfg  Config
	wake chan struct{}

	looking sync.Mutex // one look into the outbox at a time

	mu       sync.Mutex
	changed  *sync.Cond
	busy     map[string]bool         // lanes that are being worked on
	rests    map[string]rest         // lanes that rest because the store failed
	waiting  map[int64]time.Time     // rows that wait, by when they are due
	unnoted  map[int64]store.Sent    // what arrived and could not be noted yet
	authSaid map[string]time.Time    // when a refused token was last logged, by platform
	cancel   context.CancelFunc      // nil when not started
	stop     chan struct{}           //
	sends    sync.WaitGroup          //
	pumping  sync.WaitGroup          //
	platform map[string]bot.Platform //
}

type rest struct {
	until time.Time
	n     int // in a row
	err   error
}

func newDeliverer(c Config) *Deliverer {
	d := &Deliverer{
		cfg: c, wake: make(chan struct{}, 1), platform: c.Platforms,
		busy: map[string]bool{}, rests: map[string]rest{}, waiting: map[int64]time.Time{},
		unnoted: map[int64]store.Sent{}, authSaid: map[string]time.Time{},
	}
	d.changed = sync.NewCond(&d.mu)
	return d
}

// Wake makes a started deliverer look for work at once.
func (d *Deliverer) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Start begins to send. A deliverer that runs is left alone.
func (d *Deliverer) Start() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel, d.stop = cancel, make(chan struct{})
	d.pumping.Add(1)
	go d.pump(ctx, d.stop)
}

// Stop begins no more sends and waits for those that run. When ctx ends first
// they are cut off; whether they arrived is found out after the next start. It
// gives ctx's error then.
func (d *Deliverer) Stop(ctx context.Context) error {
	d.mu.Lock()
	cancel, stop := d.cancel, d.stop
	d.cancel = nil
	d.mu.Unlock()
	if cancel == nil {
		return nil
	}
	defer cancel()
	close(stop)
	done := make(chan struct{})
	go func() {
		d.pumping.Wait()
		d.sends.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		cancel()
		<-done
		return ctx.Err()
	}
}

// Drain sends until nothing is left that is due now. It needs no Start. Rows
// that wait for a later time stay; a lane that rests because the store failed is
// the error.
func (d *Deliverer) Drain(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.changed.Broadcast()
	})()
	d.mu.Lock()
	clear(d.rests)
	d.mu.Unlock()
	for {
		n, err := d.runOnce(ctx)
		if err != nil {
			return err
		}
		if idle, err := d.idle(ctx, n); idle {
			return err
		}
	}
}

// idle waits for the end of a send, or tells that there is none to wait for.
func (d *Deliverer) idle(ctx context.Context, started int) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if started == 0 && len(d.busy) == 0 {
		var errs []error
		for _, r := range d.rests {
			errs = append(errs, r.err)
		}
		return true, errors.Join(errs...)
	}
	before := len(d.busy)
	for len(d.busy) >= before && before > 0 && ctx.Err() == nil {
		d.changed.Wait()
	}
	return ctx.Err() != nil, ctx.Err()
}

// pump looks into the outbox: when woken, when a row that waits is due, and
// now and then in any case.
func (d *Deliverer) pump(ctx context.Context, stop <-chan struct{}) {
	defer d.pumping.Done()
	fails := 0
	for {
		_, err := d.runOnce(ctx)
		wait := d.untilDue()
		if err != nil {
			fails++
			wait = d.cfg.Backoff.after(fails)
			d.cfg.Log.Error("outbox not readable", "err", err)
		} else {
			fails = 0
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

// untilDue tells how long nothing is due that we know of.
func (d *Deliverer) untilDue() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.cfg.Now()
	wait := d.cfg.Poll
	for _, due := range d.waiting {
		wait = min(wait, due.Sub(now))
	}
	for _, r := range d.rests {
		wait = min(wait, r.until.Sub(now))
	}
	return max(wait, 10*time.Millisecond) // a row that is due waits for its lane or a worker, whose end wakes us
}

// lookahead is how many lanes one look takes in; more than there are workers,
// so that lanes that are busy or rest do not hide those that could go.
const lookahead = 1000

// runOnce begins work on every lane that has a row due, as far as there are
// workers. It tells how many lanes had something, those at work included.
func (d *Deliverer) runOnce(ctx context.Context) (int, error) {
	d.looking.Lock()
	defer d.looking.Unlock()
	d.mu.Lock()
	before := maps.Clone(d.busy) // what ends during the look may be in it as it was
	d.mu.Unlock()
	now := d.cfg.Now()
	rows, err := d.cfg.Store.Outgoing(ctx, now, lookahead+len(before))
	bad, only := store.Corrupt(err)
	if !only {
		return 0, err
	}
	for _, e := range bad {
		if err := d.dead(ctx, store.Outbox{Seq: e.Seq, ID: e.ID}, "corrupt", e); err != nil {
			return 0, err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(bad)
	for _, row := range rows {
		r, resting := d.rests[row.Lane]
		if before[row.Lane] || d.busy[row.Lane] {
			n++ // there is more behind the send that runs, or that ended meanwhile: this look was not the last
			continue
		}
		if resting && r.until.After(now) {
			continue
		}
		if len(d.busy) >= d.cfg.Workers {
			break
		}
		d.busy[row.Lane] = true
		delete(d.waiting, row.Seq)
		n++
		d.sends.Go(func() { d.work(ctx, row) })
	}
	d.cfg.Metrics.Lanes(len(d.busy))
	return n, nil
}

// work handles one row and frees its lane.
func (d *Deliverer) work(ctx context.Context, row store.Outbox) {
	err := d.handle(ctx, row)
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.busy, row.Lane)
	if err == nil || ctx.Err() != nil {
		delete(d.rests, row.Lane)
	} else {
		r := d.rests[row.Lane]
		r.n++
		r.err, r.until = err, d.cfg.Now().Add(d.cfg.Backoff.after(r.n))
		d.rests[row.Lane] = r
		d.cfg.Log.Error("lane rests", "row", row.ID, "case", row.CaseID, "lane", row.Lane, "err", err)
	}
	d.changed.Broadcast()
	d.Wake()
}
