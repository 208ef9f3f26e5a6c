package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firstline/bot"
	"firstline/bot/store"
)

const outboxColumns = `seq, id, coalesce(case_id, ''), at, lane, platform, state, attempts, not_before, error, message_id, address, body`

func scanOutbox(r scanner) (store.Outbox, error) {
	var o store.Outbox
	var at, notBefore int64
	var body string
	if err := r.Scan(&o.Seq, &o.ID, &o.CaseID, &at, &o.Lane, &o.Platform, &o.State, &o.Attempts, &notBefore,
		&o.Error, &o.MessageID, &o.Address, &body); err != nil {
		return o, err
	}
	o.At, o.NotBefore = fromMicro(at), fromMicro(notBefore)
	return o, decode("outbox", o.ID, o.Seq, body, &o.Effect)
}

func (s *Store) outbox(ctx context.Context, query string, args ...any) ([]store.Outbox, error) {
	var out []store.Outbox
	var bad []error
	err := s.rows(ctx, query, args, func(r scanner) error {
		o, err := scanOutbox(r)
		if _, ok := errors.AsType[*store.CorruptError](err); ok {
			bad = append(bad, err)
			return nil
		}
		if err == nil {
			out = append(out, o)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, errors.Join(bad...)
}

// Outgoing gives, for each lane, its first row that is neither sent nor dead,
// when it is due at now. It jumps from lane to lane through the index of open
// rows, so a long lane costs no more than a short one.
func (s *Store) Outgoing(ctx context.Context, now time.Time, limit int) ([]store.Outbox, error) {
	out, err := s.outbox(ctx, `WITH RECURSIVE lanes (lane) AS (
			SELECT min(lane) FROM outbox WHERE state IN ('queued', 'sending')
			UNION ALL
			SELECT (SELECT min(o.lane) FROM outbox o WHERE o.state IN ('queued', 'sending') AND o.lane > lanes.lane)
			FROM lanes WHERE lanes.lane IS NOT NULL)
		SELECT `+outboxColumns+` FROM outbox WHERE seq IN (
			SELECT (SELECT min(o.seq) FROM outbox o WHERE o.state IN ('queued', 'sending') AND o.lane = lanes.lane)
			FROM lanes WHERE lanes.lane IS NOT NULL)
		AND not_before <= ? ORDER BY seq LIMIT ?`, toMicro(now), limit)
	if err != nil {
		return out, fmt.Errorf("outgoing: %w", err)
	}
	return out, nil
}

// Unclear gives the rows that may have been shown and are not known to have been.
func (s *Store) Unclear(ctx context.Context, limit int) ([]store.Outbox, error) {
	out, err := s.outbox(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE seq IN (
			SELECT seq FROM outbox WHERE state = 'sending'
			UNION ALL
			SELECT seq FROM outbox WHERE state = 'queued' AND error <> '' AND substr(error, 1, ?) = ?)
		ORDER BY seq LIMIT ?`, len(bot.ClassUnclear), string(bot.ClassUnclear), limit)
	if err != nil {
		return out, fmt.Errorf("unclear: %w", err)
	}
	return out, nil
}

// Sending marks rows as being sent, durably, before the platform is called.
func (s *Store) Sending(ctx context.Context, seqs []int64) error {
	err := s.one(ctx, func(x *tx) error {
		for _, seq := range seqs {
			n, err := x.exec(`UPDATE outbox SET state = 'sending' WHERE seq = ? AND state IN ('queued', 'sending')`, seq)
			if err == nil && n == 0 {
				err = x.missing(`SELECT 1 FROM outbox WHERE seq = ?`, seq)
			}
			if err != nil {
				return fmt.Errorf("row %d: %w", seq, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sending: %w", err)
	}
	return nil
}

// Sent marks rows as sent and ties the card's thread to its case. What is sent
// is sent: this holds for a row that was given up meanwhile, too.
func (s *Store) Sent(ctx context.Context, sent []store.Sent) error {
	err := s.one(ctx, func(x *tx) error {
		for _, r := range sent {
			n, err := x.exec(`UPDATE outbox SET state = 'sent', error = '', message_id = ?, address = ?
				WHERE seq = ? AND state <> 'sent'`, r.MessageID, r.Address, r.Seq)
			if err != nil {
				return fmt.Errorf("row %d: %w", r.Seq, err)
			}
			if n == 0 {
				if err := x.missing(`SELECT 1 FROM outbox WHERE seq = ?`, r.Seq); !errors.Is(err, store.ErrConflict) {
					return fmt.Errorf("row %d: %w", r.Seq, err)
				}
				continue
			}
			if r.Link != nil {
				if err := saveLink(x, *r.Link); err != nil {
					return fmt.Errorf("row %d: link: %w", r.Seq, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sent: %w", err)
	}
	return nil
}

// Retry puts a row back to be sent at notBefore.
func (s *Store) Retry(ctx context.Context, seq int64, notBefore time.Time, reason string, attempt bool) error {
	return s.move(ctx, "retry", `UPDATE outbox SET state = 'queued', not_before = ?, error = ?, attempts = attempts + ?
		WHERE seq = ? AND state IN ('queued', 'sending')`, seq, toMicro(notBefore), reason, flag(attempt), seq)
}

// Dead gives a row up.
func (s *Store) Dead(ctx context.Context, seq int64, reason string) error {
	return s.move(ctx, "dead", `UPDATE outbox SET state = 'dead', error = ? WHERE seq = ? AND state <> 'sent'`, seq, reason, seq)
}

func (s *Store) move(ctx context.Context, what, query string, seq int64, args ...any) error {
	err := s.one(ctx, func(x *tx) error {
		n, err := x.exec(query, args...)
		if err != nil || n == 1 {
			return err
		}
		return x.missing(`SELECT 1 FROM outbox WHERE seq = ?`, seq)
	})
	if err != nil {
		return fmt.Errorf("%s row %d: %w", what, seq, err)
	}
	return nil
}

// Outbox gives the rows of a case in order.
func (s *Store) Outbox(ctx context.Context, caseID string) ([]store.Outbox, error) {
	out, err := s.outbox(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE case_id = ? ORDER BY seq`, caseID)
	if err != nil {
		return out, fmt.Errorf("outbox of %s: %w", caseID, err)
	}
	return out, nil
}

// SentAs finds the row that a platform's message came from: of several that
// wrote or changed it, the first.
func (s *Store) SentAs(ctx context.Context, platform, messageID string) (store.Outbox, error) {
	out, err := s.outbox(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE platform = ? AND message_id = ? AND message_id <> ''
		ORDER BY seq LIMIT 1`, platform, messageID)
	if err == nil && len(out) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Outbox{}, fmt.Errorf("row of message %s: %w", messageID, err)
	}
	return out[0], nil
}

// Copies finds the messages that were relayed from an original, in order.
func (s *Store) Copies(ctx context.Context, caseID, originalID string) ([]store.Outbox, error) {
	out, err := s.outbox(ctx, `SELECT `+outboxColumns+` FROM outbox WHERE case_id = ? AND kind = 'relay' AND original = ?
		AND state = 'sent' AND message_id <> '' ORDER BY seq`, caseID, originalID)
	if err != nil {
		return out, fmt.Errorf("copies of %s: %w", originalID, err)
	}
	return out, nil
}
