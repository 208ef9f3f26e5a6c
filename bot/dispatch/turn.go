package dispatch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"firstline/bot"
	"firstline/bot/internal/failpoint"
	"firstline/bot/store"
	"firstline/triage"
)

var (
	errConflicts = errors.New("dispatch: the case was always changed by somebody else")
	errTying     = errors.New("dispatch: a thread is not tied to its case yet")
)

// panicError is a panic of a turn. It keeps the stack and, of the value, only
// what cannot hold anybody's words.
type panicError struct {
	where string
	what  string
	stack []byte
}

func (e *panicError) Error() string { return "panic in " + e.where + ": " + e.what }

func panicked(where string, v any) error {
	e := &panicError{where: where, what: fmt.Sprintf("%T", v), stack: debug.Stack()}
	if r, ok := v.(runtime.Error); ok {
		e.what = r.Error()
	}
	return e
}

// handle does one item and says how it ended. It never panics.
func (d *Dispatcher) handle(ctx context.Context, it *item) result {
	began := time.Now()
	kind, err := d.attempt(ctx, it)
	switch {
	case err == nil:
		if kind != "" {
			d.cfg.Metrics.Turn(kind, time.Since(began))
		}
		return result{}
	case ctx.Err() != nil:
		return result{paused: pauseStore, err: ctx.Err()}
	case errors.Is(err, errTying):
		it.waits++
		return result{paused: pauseLink, err: err}
	}
	if e, ok := errors.AsType[storeError](err); ok {
		if down := d.cfg.Store.Ping(ctx); down != nil {
			d.cfg.Log.Error("store does not work", "err", e.error, "ping", down)
			d.cfg.Metrics.Failed("store", false)
			return result{paused: pauseStore, err: e.error}
		}
	}
	return d.failed(ctx, it, err)
}

// failed counts a failed turn and gives its item up after the last attempt.
func (d *Dispatcher) failed(ctx context.Context, it *item, cause error) result {
	it.attempts++
	drop := it.attempts >= d.cfg.MaxAttempts
	reason := reasonOf(cause)
	log := d.cfg.Log.With("seq", it.seq, "conversation", it.conv, "attempt", it.attempts, "reason", reason, "err", cause)
	if it.timer != nil {
		log = log.With("case", it.timer.CaseID, "timer", it.timer.Name)
	}
	if p, ok := errors.AsType[*panicError](cause); ok {
		log = log.With("stack", string(p.stack))
	}
	var err error
	switch {
	case it.timer == nil:
		err = d.cfg.Store.Failed(ctx, it.seq, cause.Error(), drop)
	case drop:
		err = d.cfg.Store.Commit(ctx, []store.Turn{{Timer: it.timer}})[0]
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		it.attempts--
		log.Error("failed turn not counted", "store", err)
		return result{paused: pauseStore, err: err}
	}
	d.cfg.Metrics.Failed(reason, drop)
	if drop {
		log.Error("event dropped")
		return result{}
	}
	log.Error("turn failed")
	return result{paused: pauseTurn, err: cause}
}

// reasonOf names the kind of a failure, for metrics.
func reasonOf(err error) string {
	_, panicky := errors.AsType[*panicError](err)
	_, storing := errors.AsType[storeError](err)
	switch {
	case panicky:
		return "panic"
	case isCorrupt(err):
		return "corrupt"
	case errors.Is(err, errConflicts):
		return "conflict"
	case storing:
		return "store"
	}
	return "decide"
}

// attempt runs the turn of an item until nobody else was faster.
func (d *Dispatcher) attempt(ctx context.Context, it *item) (kind triage.EventKind, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked("turn", v)
		}
	}()
	row := it.row
	if it.timer == nil && row == nil {
		if row, err = d.reread(ctx, it.seq); row == nil || err != nil {
			return "", err
		}
	}
	for range maxConflicts {
		var p plan
		if it.timer != nil {
			p, err = d.timerTurn(ctx, it)
		} else {
			p, err = d.inboxTurn(ctx, it, row)
		}
		if err != nil {
			return "", err
		}
		failpoint.Hit(failpoint.CommitBefore)
		err = d.cfg.Store.Commit(ctx, []store.Turn{p.turn})[0]
		if !errors.Is(err, store.ErrConflict) {
			if err == nil {
				failpoint.Hit(failpoint.CommitAfter)
				d.committed(p)
			}
			return p.kind, storeErr(err)
		}
		d.cfg.Metrics.Conflict()
		if done, err := d.done(ctx, it); done || err != nil {
			return "", err
		}
	}
	return "", errConflicts
}

// reread loads an inbox row again; none means that it is settled.
func (d *Dispatcher) reread(ctx context.Context, seq int64) (*store.Inbox, error) {
	rows, err := d.cfg.Store.Pending(ctx, seq-1, 1)
	bad, only := store.Corrupt(err)
	switch {
	case !only:
		return nil, storeErr(err)
	case len(bad) > 0 && bad[0].Seq == seq:
		return nil, bad[0]
	case len(rows) == 0 || rows[0].Seq != seq:
		return nil, nil
	}
	return &rows[0], nil
}

// done tells whether somebody else has handled an item. A timer counts as done:
// it has fired or was moved, or it is found due again at the next look.
func (d *Dispatcher) done(ctx context.Context, it *item) (bool, error) {
	if it.timer != nil {
		return true, nil
	}
	row, err := d.reread(ctx, it.seq)
	return row == nil && err == nil, err
}

// plan is a turn to commit, with what to tell about it.
type plan struct {
	turn   store.Turn
	kind   triage.EventKind
	before triage.Status
	idle   string // why nothing follows for a case
}

func (d *Dispatcher) committed(p plan) {
	t := p.turn
	if p.idle != "" {
		d.cfg.Metrics.Settled(p.idle)
	}
	if len(t.Out) > 0 {
		d.cfg.Committed()
	}
	if len(t.Set) > 0 {
		d.Wake() // the next timer may be an earlier one
	}
	if t.Case == nil {
		return
	}
	if t.Case.Status != p.before {
		d.cfg.Metrics.Moved(p.before, t.Case.Status)
	}
	d.cfg.Log.Info("turn", "case", t.Case.ID, "conversation", t.Case.Conversation, "event", t.Events[0].ID,
		"kind", p.kind, "status", t.Case.Status, "effects", len(t.Out))
}

// inboxTurn decides what follows from an event.
func (d *Dispatcher) inboxTurn(ctx context.Context, it *item, row *store.Inbox) (plan, error) {
	in := row.In
	c, err := d.find(ctx, in)
	if err != nil {
		return plan{}, err
	}
	failpoint.Hit(failpoint.TurnLoaded)
	p := plan{turn: store.Turn{Inbox: []int64{it.seq}}, before: c.Status}
	if !c.ok {
		if wait, err := d.waits(ctx, it, in); wait || err != nil {
			return plan{}, errors.Join(err, errIf(wait, errTying))
		}
		if !opens(in) {
			p.idle = d.nobodys(&p.turn, in)
			return p, nil
		}
	}
	last := it.attempts >= d.cfg.MaxAttempts-1
	var ev triage.Event
	var contact store.Contact
	if c.ok && c.role == store.RoleDesk {
		kind, known := deskKinds[in.Kind]
		if !known {
			p.idle = "kind"
			return p, nil
		}
		ev = event(in, kind, orNow(in.At, d.cfg.Now))
		ev.LangHint = d.cfg.MatchLocale(in.Person.Locale)
	} else {
		if _, known := customerKinds[in.Kind]; !known {
			p.idle = "kind"
			return p, nil
		}
		if d.cfg.Policy.Model && !c.Status.WithPerson() && !c.Status.Over() { // a model takes its time
			d.cfg.Working(in.Address)
		}
		if ev, contact, err = d.customerEvent(ctx, in, c, last); err != nil {
			return p, err
		}
	}
	p.kind = ev.Kind
	if err := d.original(ctx, c, in.Side, &ev); err != nil {
		return p, err
	}
	if err := d.decide(ctx, &p.turn, c, ev, last); err != nil {
		return p, err
	}
	p.turn.Contact = remembered(contact, c.Case, *p.turn.Case)
	failpoint.Hit(failpoint.TurnDecided)
	return p, nil
}

// original adds the words behind a translation to the click that asks for them: as they were edited last. A click may come
// before the message that it is on is noted as sent, so what is still on its way counts.
func (d *Dispatcher) original(ctx context.Context, c found, side bot.Side, ev *triage.Event) error {
	if ev.Action != triage.ActionOriginal || !c.ok {
		return nil
	}
	rows, err := d.cfg.Store.Outbox(ctx, c.ID)
	if _, only := store.Corrupt(err); !only {
		return storeErr(err)
	}
	for _, row := range store.Relayed(rows) {
		if e := row.Effect; e.MessageID == ev.Value && ev.Value != "" && (e.To == triage.ToDesk) == (side == bot.SideDesk) {
			ev.Text = e.Text
		}
	}
	return nil
}

func orNow(t time.Time, now func() time.Time) time.Time {
	if t.IsZero() {
		return now()
	}
	return t
}

func errIf(cond bool, err error) error {
	if cond {
		return err
	}
	return nil
}

// waits tells whether an event without a case should wait for its thread to be
// tied to one: only what is said or clicked inside a thread, and not for ever.
func (d *Dispatcher) waits(ctx context.Context, it *item, in bot.Inbound) (bool, error) {
	if in.Address.Thread == "" || in.Address.Thread == in.MessageID && in.Kind == bot.KindMessage || it.waits >= maxWaits {
		return false, nil
	}
	return d.tying(ctx, in)
}

// nobodys settles an event that belongs to no case and opens none, and tells why.
// Who wrote or clicked in a thread of the desk is told that it went nowhere.
func (d *Dispatcher) nobodys(t *store.Turn, in bot.Inbound) string {
	reply := in.Kind == bot.KindMessage && in.Address.Thread != "" && in.Address.Thread != in.MessageID
	if in.Side != bot.SideDesk || !reply && in.Kind != bot.KindAction {
		return "no_case"
	}
	key := in.Address.Key()
	t.Out = []store.Outbox{{
		ID: "in-" + in.Address.Platform + "-" + in.ID, Lane: store.LaneAddress + key, Platform: in.Address.Platform,
		Effect: triage.Effect{Kind: triage.EffectSay, To: triage.ToDesk, OnlyFor: in.Person.ID, Lines: []triage.Message{{Key: "desk.no_case"}}},
	}}
	return "desk.no_case"
}

// timerTurn decides what follows from a timer that is due.
func (d *Dispatcher) timerTurn(ctx context.Context, it *item) (plan, error) {
	t := *it.timer
	failpoint.Hit(failpoint.TimerFired)
	p := plan{turn: store.Turn{Timer: &t}, kind: triage.EventTimer}
	c, version, err := d.cfg.Store.Case(ctx, t.CaseID)
	if gone(err) {
		p.idle = "no_case"
		return p, nil
	}
	if err != nil {
		return p, storeErr(err)
	}
	p.before = c.Status
	ev := triage.Event{
		ID: fmt.Sprintf("timer:%s:%s:%d", t.CaseID, t.Name, t.Due.UnixMicro()), Kind: triage.EventTimer,
		At: moment(d.cfg.Now()), Timer: t.Name, Due: t.Due,
	}
	last := it.attempts >= d.cfg.MaxAttempts-1
	return p, d.decide(ctx, &p.turn, found{Case: c, version: version, ok: true}, ev, last)
}

// decide runs the rules on an event and on the answers to what they ask, and
// writes what follows into the turn.
func (d *Dispatcher) decide(ctx context.Context, t *store.Turn, c found, ev triage.Event, last bool) error {
	var asking error
	now, events, effects, err := triage.Run(d.cfg.Policy, c.Case, ev, func(k triage.Case, query triage.Effect) triage.Event {
		if query.Query != triage.QueryFixes {
			return d.written(ctx, k, ev, query.Query)
		}
		answer, err := d.answer(ctx, k, ev, last)
		asking = errors.Join(asking, err)
		return answer
	})
	if asking != nil {
		return asking
	}
	if err != nil {
		return fmt.Errorf("decide %s: %w", ev.Kind, err)
	}
	t.Case, t.Version, t.Events = &now, c.version, events
	timers := map[string]store.Timer{} // of several about one timer the last counts
	for i, e := range effects {
		if e.Kind == triage.EffectTimer {
			timers[e.Timer] = store.Timer{CaseID: now.ID, Name: e.Timer, Due: e.Due}
			continue
		}
		t.Out = append(t.Out, d.outgoing(now, i, e))
	}
	for _, name := range slices.Sorted(maps.Keys(timers)) {
		if timer := timers[name]; timer.Due.IsZero() {
			t.Cancel = append(t.Cancel, timer)
		} else {
			t.Set = append(t.Set, timer)
		}
	}
	if !c.ok {
		t.Links = []store.Link{{Conversation: now.Conversation, Role: store.RoleCustomer, CaseID: now.ID}}
	}
	return nil
}

// answer looks up what the rules asked for: articles and similar cases.
func (d *Dispatcher) answer(ctx context.Context, c triage.Case, asked triage.Event, last bool) (triage.Event, error) {
	ev := triage.Event{ID: asked.ID + "/fixes", Kind: triage.EventFixes, At: asked.At}
	began := time.Now()
	candidates, err := d.fixes(ctx, c)
	d.cfg.Metrics.Fixes(time.Since(began), len(candidates), err)
	if err != nil && !last {
		return ev, err
	}
	ev.Candidates = candidates
	similar, err := d.cfg.Store.Similar(ctx, c, d.cfg.Similar)
	if _, only := store.Corrupt(err); !only {
		return ev, storeErr(err)
	}
	for _, s := range similar {
		ev.Similar = append(ev.Similar, s.ID)
	}
	return ev, nil
}

// written has a model write what the rules asked for. A writer that panics has
// written nothing.
func (d *Dispatcher) written(ctx context.Context, c triage.Case, asked triage.Event, query string) (ev triage.Event) {
	ev = triage.Event{ID: asked.ID + "/" + query, Kind: triage.EventWritten, At: asked.At, By: asked.By, Query: query, LangHint: asked.LangHint}
	defer func() {
		if v := recover(); v != nil {
			d.cfg.Log.Error("writer failed", "case", c.ID, "query", query, "err", panicked("writer", v))
		}
	}()
	switch query {
	case triage.QueryStep:
		ev.Text = d.cfg.Writer.Step(ctx, c)
	case triage.QueryReply:
		ev.Text = d.cfg.Writer.Reply(ctx, c, asked.LangHint)
	}
	return ev
}

func (d *Dispatcher) fixes(ctx context.Context, c triage.Case) (list []triage.Candidate, err error) {
	defer func() {
		if v := recover(); v != nil {
			list, err = nil, panicked("fixer", v)
		}
	}()
	list, err = d.cfg.Fixes.Fixes(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("fixes: %w", err)
	}
	return list, nil
}
