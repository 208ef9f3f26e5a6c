package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

var customerKinds = map[bot.Kind]triage.EventKind{
	bot.KindMessage: triage.EventMessage, bot.KindEdit: triage.EventEdited, bot.KindDelete: triage.EventDeleted,
	bot.KindAction: triage.EventClicked, bot.KindForm: triage.EventForm,
}

var deskKinds = map[bot.Kind]triage.EventKind{
	bot.KindMessage: triage.EventDeskMessage, bot.KindEdit: triage.EventDeskEdited, bot.KindDelete: triage.EventDeskDeleted,
	bot.KindAction: triage.EventDeskClicked,
}

// opens tells whether an event without a case opens one.
func opens(in bot.Inbound) bool {
	return in.Side == bot.SideCustomer && (in.Kind == bot.KindMessage || in.Kind == bot.KindAction && in.Action == triage.ActionHuman)
}

// event makes the event of the core out of a platform's, except for what needs
// to be looked up.
func event(in bot.Inbound, kind triage.EventKind, at time.Time) triage.Event {
	ev := triage.Event{
		ID: in.ID, Kind: kind, At: moment(at), MessageID: in.MessageID, Text: in.Text, Action: in.Action, Value: in.Value, Fields: in.Fields,
		By: triage.Party{ID: in.Person.ID, Name: in.Person.Name, Zone: in.Person.Zone},
	}
	for _, f := range in.Files {
		ev.Files = append(ev.Files, triage.Attachment(f))
	}
	return ev
}

// moment cuts a time to what the store keeps.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// customerEvent adds what an event of the customer's side carries: the reading,
// the language to begin with, and the opening of a case that is new.
func (d *Dispatcher) customerEvent(ctx context.Context, in bot.Inbound, c found, last bool) (triage.Event, store.Contact, error) {
	kind := customerKinds[in.Kind]
	if !c.ok {
		kind = triage.EventMessage
	}
	at := in.At
	if at.IsZero() {
		at = d.cfg.Now()
	}
	ev := event(in, kind, at)
	contact, err := d.contact(ctx, in)
	if err != nil {
		return ev, contact, err
	}
	ev.LangHint, ev.LangOwn = contact.Lang, contact.Chosen && contact.Lang != ""
	if ev.LangHint == "" {
		ev.LangHint = d.cfg.MatchLocale(in.Person.Locale)
	}
	if !c.ok {
		ev.Open = &triage.Opening{CaseID: d.cfg.NewID(), Conversation: in.Address.Key(), Customer: in.Customer, Tier: d.cfg.TierOf(in.Customer)}
	}
	switch {
	case !c.ok && in.Kind == bot.KindAction: // the wish for a person, in no words
		ev.Action, ev.Value = "", ""
		ev.Reading = &triage.Reading{Act: triage.ActHuman, ActConfidence: 1}
	case kind == triage.EventMessage, kind == triage.EventEdited:
		ev.Reading, err = d.read(ctx, question(in, c, ev.LangHint), last)
	}
	return ev, contact, err
}

func (d *Dispatcher) contact(ctx context.Context, in bot.Inbound) (store.Contact, error) {
	contact, err := d.cfg.Store.Contact(ctx, in.Address.Platform, in.Person.ID)
	if gone(err) {
		return store.Contact{Platform: in.Address.Platform, ID: in.Person.ID}, nil
	}
	return contact, storeErr(err)
}

// question puts a message into the light of its conversation. What it said
// before it was edited is no part of that.
func question(in bot.Inbound, c found, hint string) triage.Question {
	q := triage.Question{Text: in.Text, LangHint: hint, Asking: c.Asking, Status: c.Status}
	if c.ok {
		q.Regions = c.RegionCodes()
	} else {
		q.Status = triage.StatusOpen // as everywhere that a dialogue is read
	}
	switch {
	case c.LangHeld || c.LangChosen:
		q.Lang = c.Lang
	case hint == "":
		q.LangHint = c.Lang
	}
	before := c.Case
	before.Words = slices.DeleteFunc(slices.Clone(c.Words), func(w triage.Words) bool {
		return in.Kind == bot.KindEdit && w.MessageID == in.MessageID
	})
	q.Problem, q.Turns = before.Problem(), before.Turns()
	return q
}

// read asks the understanding. When it panics the turn fails, except for the
// last time: then the message counts as not understood, and a person gets it.
func (d *Dispatcher) read(ctx context.Context, q triage.Question, last bool) (r *triage.Reading, err error) {
	defer func() {
		if v := recover(); v != nil {
			r, err = &triage.Reading{Act: triage.ActOther}, nil
			if !last {
				r, err = nil, panicked("understander", v)
			}
		}
	}()
	reading := d.cfg.Understander.Read(ctx, q)
	return &reading, nil
}

// remembered gives what to keep of the person who wrote: the language of this
// case. Only a choice made in this turn replaces an earlier choice of theirs.
func remembered(old store.Contact, before, after triage.Case) *store.Contact {
	chose := after.LangChosen && (!before.LangChosen || before.Lang != after.Lang)
	now := old
	switch {
	case old.ID == "" || after.Lang == "":
	case chose:
		now.Lang, now.Chosen = after.Lang, true
	case !old.Chosen:
		now.Lang = after.Lang
	}
	if now == old {
		return nil
	}
	return &now
}

// outgoing makes the outbox row of the nth effect of a turn.
func (d *Dispatcher) outgoing(c triage.Case, n int, e triage.Effect) store.Outbox {
	o := store.Outbox{ID: fmt.Sprintf("%s-%d-%d", c.ID, c.Events, n), CaseID: c.ID, Effect: e, Lane: c.Conversation}
	if e.To == triage.ToDesk {
		o.Lane, o.Platform = store.LaneDesk+c.ID, d.cfg.Desk.Platform
		return o
	}
	o.Platform, _, _ = strings.Cut(c.Conversation, ":")
	return o
}
