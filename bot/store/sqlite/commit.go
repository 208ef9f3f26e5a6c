package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstline/bot/store"
	"firstline/triage"
)

// Commit applies turns; each is a piece of its own in one transaction.
func (s *Store) Commit(ctx context.Context, turns []store.Turn) []error {
	errs := make([]error, len(turns))
	var works []work
	var at []int
	for i, t := range turns {
		w, err := commit(t)
		if err != nil {
			errs[i] = fmt.Errorf("commit: %w", err)
			continue
		}
		works, at = append(works, w), append(at, i)
	}
	for i, err := range s.do(ctx, works...) {
		if err != nil {
			errs[at[i]] = fmt.Errorf("commit: %w", err)
		}
	}
	return errs
}

// encoded is a turn with its JSON made, outside the writer.
type encoded struct {
	store.Turn
	body   string
	events []string
	out    []string
}

func commit(t store.Turn) (work, error) {
	e := encoded{Turn: t}
	var err error
	if t.Case == nil && len(t.Events) > 0 {
		return nil, errors.New("events without a case")
	}
	if t.Case != nil {
		if t.Case.ID == "" {
			return nil, errors.New("case without an id")
		}
		if e.body, err = encode("case", t.Case); err != nil {
			return nil, err
		}
	}
	for _, ev := range t.Events {
		body, err := encode("event", ev)
		if err != nil {
			return nil, err
		}
		e.events = append(e.events, body)
	}
	for _, o := range t.Out {
		if o.ID == "" || o.Lane == "" {
			return nil, fmt.Errorf("outbox row %q in lane %q: it needs both", o.ID, o.Lane)
		}
		body, err := encode("effect", o.Effect)
		if err != nil {
			return nil, err
		}
		e.out = append(e.out, body)
	}
	return e.apply, nil
}

func (e *encoded) apply(x *tx) error {
	for _, step := range []func(*tx) error{e.settle, e.saveCase, e.saveLinks, e.saveEvents, e.saveOut, e.saveTimers, e.saveContact} {
		if err := step(x); err != nil {
			return err
		}
	}
	return nil
}

// settle marks the inbox rows and the timer as done. It comes first: one that
// is done already was done by somebody else.
func (e *encoded) settle(x *tx) error {
	for _, seq := range e.Inbox {
		n, err := x.exec(`UPDATE inbox SET settled_at = ?, body = NULL WHERE seq = ? AND settled_at IS NULL`, toMicro(x.now()), seq)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("event %d is settled: %w", seq, store.ErrConflict)
		}
	}
	if t := e.Timer; t != nil {
		n, err := x.exec(`DELETE FROM timers WHERE case_id = ? AND name = ? AND due = ?`, t.CaseID, t.Name, toMicro(t.Due))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("timer %s of case %s has fired or was moved: %w", t.Name, t.CaseID, store.ErrConflict)
		}
	}
	return nil
}

func (e *encoded) saveCase(x *tx) error {
	c := e.Case
	if c == nil {
		return nil
	}
	symptom, regions := lead(*c), regionList(*c)
	var seq int64
	var oldSymptom, oldRegions string
	if e.Version == 0 {
		found, err := x.get(`INSERT INTO cases (id, version, conversation, customer, status, symptom, regions, opened, updated, body)
			VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING seq`,
			[]any{c.ID, c.Conversation, c.Customer, string(c.Status), symptom, regions, toMicro(c.Opened), toMicro(c.Updated), e.body}, &seq)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("case %s exists: %w", c.ID, store.ErrConflict)
		}
	} else {
		found, err := x.get(`SELECT seq, symptom, regions FROM cases WHERE id = ? AND version = ?`, []any{c.ID, e.Version}, &seq, &oldSymptom, &oldRegions)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("case %s is not at version %d: %w", c.ID, e.Version, store.ErrConflict)
		}
		if _, err := x.exec(`UPDATE cases SET version = version + 1, conversation = ?, customer = ?, status = ?, symptom = ?,
			regions = ?, opened = ?, updated = ?, body = ? WHERE seq = ?`,
			c.Conversation, c.Customer, string(c.Status), symptom, regions, toMicro(c.Opened), toMicro(c.Updated), e.body, seq); err != nil {
			return err
		}
	}
	if symptom == oldSymptom && regions == oldRegions {
		return nil
	}
	return saveRegions(x, seq, symptom, c.RegionCodes())
}

func saveRegions(x *tx, seq int64, symptom string, regions []string) error {
	if _, err := x.exec(`DELETE FROM case_regions WHERE case_seq = ?`, seq); err != nil || symptom == "" {
		return err
	}
	for _, r := range regions {
		if r == triage.Unknown {
			continue
		}
		if _, err := x.exec(`INSERT INTO case_regions (region, symptom, case_seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, r, symptom, seq); err != nil {
			return err
		}
	}
	return nil
}

// lead gives the leading symptom; one that the customer does not know is none.
func lead(c triage.Case) string {
	if len(c.Symptoms) == 0 || c.Symptoms[0].Value == triage.Unknown {
		return ""
	}
	return c.Symptoms[0].Value
}

func regionList(c triage.Case) string {
	codes := c.RegionCodes()
	slices.Sort(codes)
	return strings.Join(codes, ",")
}

func (e *encoded) saveLinks(x *tx) error {
	for _, l := range e.Links {
		if err := saveLink(x, l); err != nil {
			return err
		}
	}
	return nil
}

func saveLink(x *tx, l store.Link) error {
	_, err := x.exec(`INSERT INTO links (case_id, role, conversation) VALUES (?, ?, ?)
		ON CONFLICT (case_id, role) DO UPDATE SET conversation = excluded.conversation`, l.CaseID, string(l.Role), l.Conversation)
	return err
}

func (e *encoded) saveEvents(x *tx) error {
	if len(e.Events) == 0 {
		return nil
	}
	var n int64
	if _, err := x.get(`SELECT coalesce(max(n), 0) FROM events WHERE case_id = ?`, []any{e.Case.ID}, &n); err != nil {
		return err
	}
	for i, ev := range e.Events {
		if _, err := x.exec(`INSERT INTO events (case_id, n, event_id, kind, at, body) VALUES (?, ?, ?, ?, ?, ?)`,
			e.Case.ID, n+int64(i)+1, ev.ID, string(ev.Kind), toMicro(ev.At), e.events[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoded) saveOut(x *tx) error {
	for i, o := range e.Out {
		var caseID any
		if o.CaseID != "" {
			caseID = o.CaseID
		}
		if _, err := x.exec(`INSERT INTO outbox (id, case_id, at, lane, platform, kind, original, state, not_before, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.ID, caseID, toMicro(x.now()), o.Lane, o.Platform,
			string(o.Effect.Kind), o.Effect.MessageID, string(store.StateQueued), toMicro(o.NotBefore), e.out[i]); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoded) saveTimers(x *tx) error {
	for _, t := range e.Cancel {
		if _, err := x.exec(`DELETE FROM timers WHERE case_id = ? AND name = ?`, t.CaseID, t.Name); err != nil {
			return err
		}
	}
	for _, t := range e.Set {
		if _, err := x.exec(`INSERT INTO timers (case_id, name, due) VALUES (?, ?, ?)
			ON CONFLICT (case_id, name) DO UPDATE SET due = excluded.due`, t.CaseID, t.Name, toMicro(t.Due)); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoded) saveContact(x *tx) error {
	c := e.Contact
	if c == nil {
		return nil
	}
	_, err := x.exec(`INSERT INTO contacts (platform, id, lang, chosen) VALUES (?, ?, ?, ?)
		ON CONFLICT (platform, id) DO UPDATE SET lang = excluded.lang, chosen = excluded.chosen`, c.Platform, c.ID, c.Lang, flag(c.Chosen))
	return err
}
