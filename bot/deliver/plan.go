package deliver

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// shipment is what a row comes to: messages to send or change, none when there
// is nothing to do.
type shipment struct {
	outs []bot.Outbound
	ties store.Role // the role in the case of the thread that the message opens; "" when it opens none
}

// unshowableError says that a row can never be shown; it is given up.
type unshowableError struct{ err error }

func (e *unshowableError) Error() string { return "not showable: " + e.err.Error() }
func (e *unshowableError) Unwrap() error { return e.err }

func unshowable(err error) error { return &unshowableError{err} }

// plan finds out where a row goes and what it shows there. Its errors are the
// store's, or an unshowableError.
func (d *Deliverer) plan(ctx context.Context, row store.Outbox) (shipment, error) {
	var c triage.Case
	if row.CaseID != "" {
		var err error
		if c, _, err = d.cfg.Store.Case(ctx, row.CaseID); err != nil {
			return shipment{}, storeErr(err)
		}
	}
	switch row.Effect.Kind {
	case triage.EffectSettle:
		return d.settle(ctx, row, c)
	case triage.EffectRevise, triage.EffectRevoke:
		return d.follow(ctx, row, c)
	case triage.EffectTranscript:
		return d.transcript(ctx, row, c)
	case triage.EffectSay, triage.EffectRelay, triage.EffectCard:
	default:
		return shipment{}, unshowable(fmt.Errorf("effect %q is not for people", row.Effect.Kind))
	}
	at, err := d.place(ctx, row, c)
	if err != nil {
		return shipment{}, err
	}
	rc := d.context(row.Effect, c, at.to)
	effect, skip := d.read(ctx, row.Effect, &rc)
	if skip {
		return shipment{}, nil
	}
	out, err := d.render(row, effect, rc)
	if err != nil {
		return shipment{}, err
	}
	if row.Effect.Kind == triage.EffectCard && at.ties == "" {
		out.Update = at.to.Thread
	}
	if out.OnlyFor != "" { // nobody can reply to what only one person sees
		at.ties = ""
	}
	return shipment{outs: []bot.Outbound{out}, ties: at.ties}, nil
}

// storeErr makes rows and cases that cannot be read unshowable; everything
// else may be different later.
func storeErr(err error) error {
	if _, ok := errors.AsType[*store.CorruptError](err); ok || errors.Is(err, store.ErrNotFound) {
		return unshowable(err)
	}
	return err
}

type spot struct {
	to   bot.Address
	ties store.Role
}

// place gives the address of a row.
func (d *Deliverer) place(ctx context.Context, row store.Outbox, c triage.Case) (spot, error) {
	switch {
	case row.CaseID == "":
		key, ok := strings.CutPrefix(row.Lane, store.LaneAddress)
		to, parsed := bot.ParseKey(key)
		if !ok || !parsed {
			return spot{}, unshowable(fmt.Errorf("lane %q has no address", row.Lane))
		}
		return spot{to: to}, nil
	case row.Effect.To == triage.ToDesk:
		return d.deskPlace(ctx, c)
	}
	return d.customerPlace(ctx, c)
}

func (d *Deliverer) deskPlace(ctx context.Context, c triage.Case) (spot, error) {
	link, err := d.cfg.Store.LinkOf(ctx, c.ID, store.RoleDesk)
	if errors.Is(err, store.ErrNotFound) {
		return spot{to: d.cfg.Desk, ties: store.RoleDesk}, nil
	}
	if err != nil {
		return spot{}, err
	}
	to, ok := bot.ParseKey(link.Conversation)
	if !ok {
		return spot{}, unshowable(fmt.Errorf("desk conversation %q", link.Conversation))
	}
	if to.Platform == d.cfg.Desk.Platform && to.Channel == d.cfg.Desk.Channel {
		to.Space = d.cfg.Desk.Space
	}
	return spot{to: to}, nil
}

func (d *Deliverer) customerPlace(ctx context.Context, c triage.Case) (spot, error) {
	to, ok := bot.ParseKey(c.Conversation)
	if !ok {
		return spot{}, unshowable(fmt.Errorf("conversation %q", c.Conversation))
	}
	if !strings.HasPrefix(to.Thread, store.CommandThread) {
		return spot{to: to}, nil
	}
	link, err := d.cfg.Store.LinkOf(ctx, c.ID, store.RoleCustomer)
	if err != nil {
		return spot{}, storeErr(err)
	}
	if link.Conversation != c.Conversation {
		to, ok = bot.ParseKey(link.Conversation)
		if !ok {
			return spot{}, unshowable(fmt.Errorf("conversation %q", link.Conversation))
		}
		return spot{to: to}, nil
	}
	to.Thread = ""
	return spot{to: to, ties: store.RoleCustomer}, nil
}

// context says for whom an effect is rendered.
func (d *Deliverer) context(e triage.Effect, c triage.Case, to bot.Address) RenderContext {
	rc := RenderContext{Case: c, To: to, Lang: d.cfg.DeskLang, Now: d.cfg.Now()}
	if e.To == triage.ToCustomer {
		rc.Zone = c.Contact.Zone
		if rc.Lang = e.Lang; rc.Lang == "" {
			rc.Lang = c.Lang
		}
	}
	return rc
}

// render asks the renderer and addresses what it gives.
func (d *Deliverer) render(row store.Outbox, e triage.Effect, rc RenderContext) (out bot.Outbound, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = unshowable(fmt.Errorf("the renderer panicked with %T", v))
		}
	}()
	out, err = d.cfg.Renderer.Render(e, rc)
	if err != nil {
		return out, unshowable(err)
	}
	out.ID, out.To, out.OnlyFor, out.Case, out.At = row.ID, rc.To, e.OnlyFor, row.CaseID, row.At
	if out.Lang == "" {
		out.Lang = rc.Lang
	}
	return out, nil
}

// settle shows a message again without its choices.
func (d *Deliverer) settle(ctx context.Context, row store.Outbox, c triage.Case) (shipment, error) {
	shown, err := d.shown(ctx, row)
	if errors.Is(err, store.ErrNotFound) {
		return shipment{}, nil
	}
	if err != nil {
		return shipment{}, storeErr(err)
	}
	to, ok := bot.ParseKey(shown.Address)
	if !ok || len(shown.Effect.Options)+len(shown.Effect.Menus) == 0 {
		return shipment{}, nil
	}
	rc := d.context(shown.Effect, c, to)
	rc.Settled, rc.Chosen = true, chosen(shown.Effect, row.Effect)
	out, err := d.render(row, shown.Effect, rc)
	out.Choices, out.Menus, out.Update = nil, nil, shown.MessageID
	return shipment{outs: []bot.Outbound{out}}, err
}

// shown finds the row of this case that the clicked message came from. The ids
// of a platform's messages may repeat from channel to channel, so a row of
// another case is not it.
func (d *Deliverer) shown(ctx context.Context, row store.Outbox) (store.Outbox, error) {
	shown, err := d.cfg.Store.SentAs(ctx, row.Platform, row.Effect.MessageID)
	if err != nil || shown.CaseID == row.CaseID {
		return shown, err
	}
	rows, err := d.cfg.Store.Outbox(ctx, row.CaseID)
	if _, only := store.Corrupt(err); !only {
		return store.Outbox{}, err
	}
	for _, r := range rows {
		if r.Platform == row.Platform && r.MessageID == row.Effect.MessageID {
			return r, nil
		}
	}
	return store.Outbox{}, store.ErrNotFound
}

// chosen finds the option that was used among those that were shown.
func chosen(shown, used triage.Effect) *triage.Option {
	options := shown.Options
	for _, m := range shown.Menus {
		options = append(options[:len(options):len(options)], m.Options...)
	}
	for _, o := range options {
		if o.Action == used.Action && o.Value == used.Value {
			return &o
		}
	}
	return nil
}

// follow changes or takes away the copies of a message that were relayed. A
// changed copy keeps its author and files where the change does not name them.
func (d *Deliverer) follow(ctx context.Context, row store.Outbox, c triage.Case) (shipment, error) {
	copies, err := d.cfg.Store.Copies(ctx, row.CaseID, row.Effect.MessageID)
	if _, only := store.Corrupt(err); !only {
		return shipment{}, err
	}
	var s shipment
	for _, r := range copies {
		to, ok := bot.ParseKey(r.Address)
		if !ok || r.Effect.To != row.Effect.To {
			continue
		}
		out := bot.Outbound{ID: row.ID, To: to, Delete: true}
		if row.Effect.Kind == triage.EffectRevise {
			e := row.Effect
			if e.Author == "" {
				e.Author = r.Effect.Author
			}
			if len(e.Files) == 0 {
				e.Files = r.Effect.Files
			}
			rc := d.context(e, c, to)
			if e, skip := d.read(ctx, e, &rc); skip {
				out.Delete = true
			} else if out, err = d.render(row, e, rc); err != nil {
				return s, err
			}
		}
		out.Update = r.MessageID
		s.outs = append(s.outs, out)
	}
	return s, nil
}
