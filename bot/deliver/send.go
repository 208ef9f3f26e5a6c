package deliver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/internal/failpoint"
	"firstline/bot/store"
	"firstline/triage"
)

// handle brings one row a step further. Its error means that the store failed
// and that the row is as it was, or is unnoted.
func (d *Deliverer) handle(ctx context.Context, row store.Outbox) error {
	d.mu.Lock()
	sent, unnoted := d.unnoted[row.Seq]
	d.mu.Unlock()
	if unnoted {
		return d.note(ctx, row, sent)
	}
	ship, err := d.plan(ctx, row)
	if e, ok := errors.AsType[*unshowableError](err); ok {
		return d.dead(ctx, row, "unshowable", e)
	}
	if err != nil {
		return err
	}
	if len(ship.outs) == 0 {
		return d.note(ctx, row, store.Sent{Seq: row.Seq})
	}
	platform := d.platform[row.Platform]
	if platform == nil {
		return d.failed(ctx, row, false, &bot.SendError{Class: bot.ClassAuth, Err: fmt.Errorf("platform %q is not configured", row.Platform)})
	}
	if row.State != store.StateSending {
		if err := d.cfg.Store.Sending(ctx, []int64{row.Seq}); err != nil {
			return ignoreConflict(err)
		}
	}
	failpoint.Hit(failpoint.SendMarked)
	receipt, known, err := d.send(ctx, row, platform, ship)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // cut off: the row stays marked, its end is found out later
		}
		return d.failed(ctx, row, known, err)
	}
	failpoint.Hit(failpoint.SendDone)
	return d.note(ctx, row, result(row, ship, receipt))
}

// ignoreConflict makes nothing of a row that another replica is done with.
func ignoreConflict(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// uncertain tells that an earlier send of the row may have arrived.
func uncertain(row store.Outbox) bool {
	return row.State == store.StateSending || strings.HasPrefix(row.Error, string(bot.ClassUnclear))
}

// send sends what a row comes to. After an uncertain end it looks first. known
// tells with an error whether it is known that nothing has arrived.
func (d *Deliverer) send(ctx context.Context, row store.Outbox, p bot.Platform, ship shipment) (receipt bot.Receipt, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.SendTimeout)
	defer cancel()
	first := ship.outs[0]
	if uncertain(row) && first.Update == "" {
		r, found, err := find(ctx, p, first)
		switch {
		case found:
			d.cfg.Metrics.Found(row.Platform)
			return r, true, nil
		case errors.Is(err, errBlind):
			d.cfg.Metrics.Blind(row.Platform)
			d.cfg.Log.Warn("sent again without knowing", "row", row.ID, "case", row.CaseID, "platform", row.Platform)
		case err != nil:
			return bot.Receipt{}, false, err
		}
	}
	for _, out := range ship.outs {
		r, err := sendOne(ctx, p, out)
		if err != nil {
			return r, bot.ClassOf(err) != bot.ClassUnclear, err
		}
		if receipt.MessageID == "" {
			receipt = r
		}
	}
	return receipt, true, nil
}

// errBlind says that a platform cannot tell whether a message arrived.
var errBlind = errors.New("deliver: the platform cannot look")

func find(ctx context.Context, p bot.Platform, out bot.Outbound) (r bot.Receipt, found bool, err error) {
	finder, ok := p.(bot.Finder)
	if !ok || out.OnlyFor != "" {
		return r, false, errBlind
	}
	defer catch(&err)
	r, found, err = finder.Find(ctx, out)
	if err != nil && bot.ClassOf(err) == bot.ClassInvalid {
		return r, false, errBlind
	}
	return r, found && err == nil, err
}

func sendOne(ctx context.Context, p bot.Platform, out bot.Outbound) (r bot.Receipt, err error) {
	defer catch(&err)
	r, err = p.Send(ctx, out)
	if err == nil && r.MessageID == "" {
		r.MessageID = out.Update
	}
	return r, err
}

// catch turns a panic of an adapter into an unclear failure.
func catch(err *error) {
	if v := recover(); v != nil {
		*err = &bot.SendError{Class: bot.ClassUnclear, Err: fmt.Errorf("the adapter panicked with %T", v)}
	}
}

// result is what to note about a row that arrived.
func result(row store.Outbox, ship shipment, r bot.Receipt) store.Sent {
	to := ship.outs[0].To
	s := store.Sent{Seq: row.Seq, MessageID: r.MessageID, Address: to.Key()}
	if ship.ties != "" && r.MessageID != "" {
		to.Thread = r.MessageID
		s.Link = &store.Link{Conversation: to.Key(), Role: ship.ties, CaseID: row.CaseID}
	}
	return s
}

// note marks a row as sent. What cannot be noted now is kept, so that it is
// noted, and not sent again, when the lane is tried the next time.
func (d *Deliverer) note(ctx context.Context, row store.Outbox, s store.Sent) error {
	if err := d.cfg.Store.Sent(ctx, []store.Sent{s}); err != nil {
		d.mu.Lock()
		d.unnoted[row.Seq] = s
		d.mu.Unlock()
		return err
	}
	failpoint.Hit(failpoint.SentAfter)
	d.mu.Lock()
	delete(d.unnoted, row.Seq)
	d.mu.Unlock()
	d.cfg.Metrics.Sent(row.Platform, row.Effect.Kind, d.cfg.Now().Sub(row.At))
	d.cfg.Log.Info("sent", "row", row.ID, "case", row.CaseID, "kind", row.Effect.Kind, "platform", row.Platform, "message", s.MessageID)
	return nil
}

// failed does what the class of a failure asks for. known tells that nothing
// has arrived; otherwise the row stays uncertain, whatever the class.
func (d *Deliverer) failed(ctx context.Context, row store.Outbox, known bool, err error) error {
	class := bot.ClassOf(err)
	d.cfg.Metrics.Failed(row.Platform, class)
	now := d.cfg.Now()
	reason := reasonOf(class, err)
	if !known && uncertain(row) && class != bot.ClassUnclear {
		reason = string(bot.ClassUnclear) + ": " + reason
	}
	switch class {
	case bot.ClassInvalid, bot.ClassGone:
		return d.dead(ctx, row, string(class), err)
	case bot.ClassLimited:
		after := time.Second
		if e, ok := errors.AsType[*bot.SendError](err); ok && e.After > 0 {
			after = e.After
		}
		return d.retry(ctx, row, now.Add(after), reason, false)
	case bot.ClassAuth:
		d.sayAuth(row, now, err)
		return d.retry(ctx, row, now.Add(d.cfg.AuthEvery), reason, false)
	}
	if n := row.Attempts + 1; n >= d.cfg.MinAttempts && now.Sub(row.At) >= d.giveUp(row) {
		return d.dead(ctx, row, "too_old", err)
	}
	after := d.cfg.Backoff.after(row.Attempts + 1)
	d.cfg.Log.Warn("send failed", "row", row.ID, "case", row.CaseID, "platform", row.Platform, "class", class,
		"attempt", row.Attempts+1, "again_in", after, "reason", reason)
	return d.retry(ctx, row, now.Add(after), reason, true)
}

// reasonOf names a failure by its class and the platform's code. A SendError
// never tells a message's text; of another error only the type is known not to.
func reasonOf(class bot.Class, err error) string {
	e, ok := errors.AsType[*bot.SendError](err)
	if !ok {
		return fmt.Sprintf("%s: %T", class, err)
	}
	text := e.Error()
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "")
	}
	return text
}

func (d *Deliverer) giveUp(row store.Outbox) time.Duration {
	if row.Effect.To == triage.ToDesk {
		return d.cfg.GiveUpDesk
	}
	return d.cfg.GiveUp
}

func (d *Deliverer) retry(ctx context.Context, row store.Outbox, at time.Time, reason string, attempt bool) error {
	if err := d.cfg.Store.Retry(ctx, row.Seq, at, reason, attempt); err != nil {
		return ignoreConflict(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting[row.Seq] = at
	return nil
}

// sayAuth logs a refused token once a minute and platform.
func (d *Deliverer) sayAuth(row store.Outbox, now time.Time, err error) {
	d.mu.Lock()
	said, before := d.authSaid[row.Platform]
	say := !before || now.Sub(said) >= time.Minute
	if say {
		d.authSaid[row.Platform] = now
	}
	d.mu.Unlock()
	if say {
		d.cfg.Log.Error("the platform refuses us: nothing goes out until an operator acts", "platform", row.Platform,
			"row", row.ID, "case", row.CaseID, "reason", reasonOf(bot.ClassAuth, err))
	}
}

// dead gives a row up, loudly.
func (d *Deliverer) dead(ctx context.Context, row store.Outbox, why string, cause error) error {
	reason := why + ": " + cause.Error()
	if _, ok := errors.AsType[*bot.SendError](cause); ok || bot.ClassOf(cause) != bot.ClassUnclear {
		reason = why + ": " + reasonOf(bot.ClassOf(cause), cause)
	}
	if err := d.cfg.Store.Dead(ctx, row.Seq, reason); err != nil {
		return ignoreConflict(err)
	}
	d.cfg.Metrics.Dead(row.Platform, why)
	d.cfg.Log.Error("message given up", "row", row.ID, "seq", row.Seq, "case", row.CaseID, "lane", row.Lane,
		"kind", row.Effect.Kind, "platform", row.Platform, "reason", reason)
	return nil
}
