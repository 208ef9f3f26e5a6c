package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"firstline/bot/store"
	"firstline/triage"
)

// Case loads a case with its version.
func (s *Store) Case(ctx context.Context, id string) (triage.Case, int64, error) {
	var c triage.Case
	var version int64
	err := s.row(ctx, `SELECT version, body FROM cases WHERE id = ?`, []any{id}, func(r scanner) error {
		var body string
		if err := r.Scan(&version, &body); err != nil {
			return err
		}
		return decode("cases", id, 0, body, &c)
	})
	if err != nil {
		return triage.Case{}, 0, fmt.Errorf("case %s: %w", id, err)
	}
	return c, version, nil
}

// CaseOf loads the newest case of a conversation and its role there.
func (s *Store) CaseOf(ctx context.Context, conversation string) (triage.Case, int64, store.Role, error) {
	var c triage.Case
	var version int64
	var role store.Role
	err := s.row(ctx, `SELECT c.id, c.version, c.body, l.role FROM links l JOIN cases c ON c.id = l.case_id
		WHERE l.conversation = ? ORDER BY c.seq DESC LIMIT 1`, []any{conversation}, func(r scanner) error {
		var id, body string
		if err := r.Scan(&id, &version, &body, &role); err != nil {
			return err
		}
		return decode("cases", id, 0, body, &c)
	})
	if err != nil {
		return triage.Case{}, 0, "", fmt.Errorf("case of %s: %w", conversation, err)
	}
	return c, version, role, nil
}

// list reads cases from rows of id and body.
func (s *Store) list(ctx context.Context, query string, args ...any) ([]triage.Case, error) {
	var out []triage.Case
	var bad []error
	err := s.rows(ctx, query, args, func(r scanner) error {
		var id, body string
		if err := r.Scan(&id, &body); err != nil {
			return err
		}
		var c triage.Case
		if err := decode("cases", id, 0, body, &c); err != nil {
			bad = append(bad, err)
			return nil
		}
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, errors.Join(bad...)
}

// Cases lists cases, last changed first.
func (s *Store) Cases(ctx context.Context, f store.Filter) ([]triage.Case, error) {
	var where []string
	var args []any
	if f.Status != "" {
		where, args = append(where, "status = ?"), append(args, string(f.Status))
	}
	if f.Customer != "" {
		where, args = append(where, "customer = ?"), append(args, f.Customer)
	}
	query := "SELECT id, body FROM cases"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	out, err := s.list(ctx, query+" ORDER BY updated DESC, seq DESC LIMIT ?", append(args, f.Limit)...)
	if err != nil {
		return out, fmt.Errorf("cases: %w", err)
	}
	return out, nil
}

// Similar lists other cases that share the leading symptom: those that share a
// region first, newest first. Both parts walk an index and stop at the limit.
func (s *Store) Similar(ctx context.Context, c triage.Case, limit int) ([]triage.Case, error) {
	symptom := lead(c)
	if symptom == "" || limit <= 0 {
		return nil, nil
	}
	seen := map[string]bool{c.ID: true}
	var out []triage.Case
	var bad []error
	take := func(list []triage.Case, err error) error {
		for _, k := range list {
			if !seen[k.ID] && len(out) < limit {
				seen[k.ID] = true
				out = append(out, k)
			}
		}
		if _, ok := errors.AsType[*store.CorruptError](err); ok {
			bad, err = append(bad, err), nil
		}
		return err
	}
	if codes := c.RegionCodes(); len(codes) > 0 {
		var part []string
		var args []any
		for _, code := range codes {
			part = append(part, `SELECT * FROM (SELECT case_seq FROM case_regions WHERE region = ? AND symptom = ? ORDER BY case_seq DESC LIMIT ?)`)
			args = append(args, code, symptom, limit+1)
		}
		query := `SELECT id, body FROM cases WHERE seq IN (` + strings.Join(part, " UNION ") + `) ORDER BY seq DESC LIMIT ?`
		if err := take(s.list(ctx, query, append(args, limit+1)...)); err != nil {
			return nil, fmt.Errorf("similar: %w", err)
		}
	}
	if len(out) < limit {
		err := take(s.list(ctx, `SELECT id, body FROM cases WHERE symptom = ? AND symptom <> '' ORDER BY seq DESC LIMIT ?`, symptom, 2*limit+1))
		if err != nil {
			return nil, fmt.Errorf("similar: %w", err)
		}
	}
	return out, errors.Join(bad...)
}

// Events gives a case's events in order.
func (s *Store) Events(ctx context.Context, caseID string) ([]triage.Event, error) {
	var out []triage.Event
	var bad []error
	err := s.rows(ctx, `SELECT n, event_id, body FROM events WHERE case_id = ? ORDER BY n`, []any{caseID}, func(r scanner) error {
		var n int64
		var id, body string
		if err := r.Scan(&n, &id, &body); err != nil {
			return err
		}
		var ev triage.Event
		if err := decode("events", fmt.Sprintf("%s/%d (%s)", caseID, n, id), 0, body, &ev); err != nil {
			bad = append(bad, err)
			return nil
		}
		out = append(out, ev)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("events of %s: %w", caseID, err)
	}
	return out, errors.Join(bad...)
}

// Contact gives what is remembered of a person, or ErrNotFound.
func (s *Store) Contact(ctx context.Context, platform, id string) (store.Contact, error) {
	c := store.Contact{Platform: platform, ID: id}
	err := s.row(ctx, `SELECT lang, chosen FROM contacts WHERE platform = ? AND id = ?`, []any{platform, id}, func(r scanner) error {
		return r.Scan(&c.Lang, &c.Chosen)
	})
	if err != nil {
		return store.Contact{}, fmt.Errorf("contact: %w", err)
	}
	return c, nil
}

// LinkOf gives the conversation that has a role in a case.
func (s *Store) LinkOf(ctx context.Context, caseID string, role store.Role) (store.Link, error) {
	l := store.Link{CaseID: caseID, Role: role}
	err := s.row(ctx, `SELECT conversation FROM links WHERE case_id = ? AND role = ?`, []any{caseID, string(role)}, func(r scanner) error {
		return r.Scan(&l.Conversation)
	})
	if err != nil {
		return store.Link{}, fmt.Errorf("%s conversation of %s: %w", role, caseID, err)
	}
	return l, nil
}

// DueTimers gives timers due at now, earliest first.
func (s *Store) DueTimers(ctx context.Context, now time.Time, limit int) ([]store.Timer, error) {
	var out []store.Timer
	err := s.rows(ctx, `SELECT case_id, name, due FROM timers WHERE due <= ? ORDER BY due, case_id, name LIMIT ?`, []any{toMicro(now), limit}, func(r scanner) error {
		var t store.Timer
		var due int64
		if err := r.Scan(&t.CaseID, &t.Name, &due); err != nil {
			return err
		}
		t.Due = fromMicro(due)
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("due timers: %w", err)
	}
	return out, nil
}

// NextTimer gives the earliest due time; ok is false when there is none.
func (s *Store) NextTimer(ctx context.Context) (due time.Time, ok bool, err error) {
	err = s.row(ctx, `SELECT due FROM timers ORDER BY due LIMIT 1`, nil, func(r scanner) error {
		var us int64
		err := r.Scan(&us)
		due = fromMicro(us)
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return time.Time{}, false, nil
	case err != nil:
		return time.Time{}, false, fmt.Errorf("next timer: %w", err)
	}
	return due, true, nil
}
