package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"firstline/bot"
	"firstline/bot/store"
)

// Accept stores the events in one piece: all of them or none.
func (s *Store) Accept(ctx context.Context, in []bot.Inbound) ([]bool, error) {
	if len(in) == 0 {
		return nil, nil
	}
	bodies := make([]string, len(in))
	for i, e := range in {
		e.At = e.At.UTC().Truncate(time.Microsecond)
		body, err := encode("event", e)
		if err != nil {
			return nil, err
		}
		bodies[i] = body
	}
	var fresh []bool
	err := s.one(ctx, func(x *tx) error {
		taken := make([]bool, len(in))
		for i, e := range in {
			n, err := x.exec(`INSERT INTO inbox (platform, event_id, conversation, accepted_at, body) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (platform, event_id) DO NOTHING`,
				e.Address.Platform, e.ID, e.Address.Key(), toMicro(x.now()), bodies[i])
			if err != nil {
				return err
			}
			taken[i] = n == 1
		}
		fresh = taken
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("accept: %w", err)
	}
	return fresh, nil
}

// Pending gives unsettled inbox rows in order of acceptance, after seq.
func (s *Store) Pending(ctx context.Context, after int64, limit int) ([]store.Inbox, error) {
	var out []store.Inbox
	var bad []error
	err := s.rows(ctx, `SELECT seq, conversation, attempts, coalesce(body, '') FROM inbox
		WHERE settled_at IS NULL AND seq > ? ORDER BY seq LIMIT ?`, []any{after, limit}, func(r scanner) error {
		var row store.Inbox
		var body string
		if err := r.Scan(&row.Seq, &row.Conversation, &row.Attempts, &body); err != nil {
			return err
		}
		if err := decode("inbox", "", row.Seq, body, &row.In); err != nil {
			bad = append(bad, err)
			return nil
		}
		out = append(out, row)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pending: %w", err)
	}
	return out, errors.Join(bad...)
}

// Failed counts a failed turn of an inbox row; drop settles it for good. A
// dropped row keeps its body as long as its event id, for whoever looks into it.
func (s *Store) Failed(ctx context.Context, seq int64, reason string, drop bool) error {
	err := s.one(ctx, func(x *tx) error {
		var settled any
		if drop {
			settled = toMicro(x.now())
		}
		n, err := x.exec(`UPDATE inbox SET attempts = attempts + 1, reason = ?, dropped = ?, settled_at = ?
			WHERE seq = ? AND settled_at IS NULL`, reason, flag(drop), settled, seq)
		if err != nil || n == 1 {
			return err
		}
		return x.missing(`SELECT 1 FROM inbox WHERE seq = ?`, seq)
	})
	if err != nil {
		return fmt.Errorf("failed turn of event %d: %w", seq, err)
	}
	return nil
}

// missing tells why a conditional update changed nothing: the row is not there,
// or it is there and was not in the state for it.
func (x *tx) missing(query string, args ...any) error {
	var one int
	found, err := x.get(query, args, &one)
	switch {
	case err != nil:
		return err
	case !found:
		return store.ErrNotFound
	}
	return store.ErrConflict
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// pruneChunk bounds how long the writer is busy with forgetting.
const pruneChunk = 500

// pruneAll forgets settled events that are older than [Keep].
func (s *Store) pruneAll() {
	for {
		var n int64
		err := s.runAlone(func(x *tx) (err error) {
			n, err = x.exec(`DELETE FROM inbox WHERE seq IN (SELECT seq FROM inbox
				WHERE settled_at IS NOT NULL AND settled_at < ? ORDER BY settled_at LIMIT ?)`,
				toMicro(x.now().Add(-s.o.keep)), pruneChunk)
			return err
		})
		if err != nil || n < pruneChunk {
			return // what is left is forgotten the next time
		}
		select {
		case <-s.stop:
			return
		default:
		}
	}
}

// probeSize is what Ping writes while the disk is believed to be full: more
// than the log can have left over.
const probeSize = 1 << 20

// Ping writes, and so tells whether the store can: ErrFull when the disk is full.
func (s *Store) Ping(ctx context.Context) error {
	size := 8
	if s.full.Load() {
		size = probeSize
	}
	write := func(size int) error {
		return s.one(ctx, func(x *tx) error {
			_, err := x.exec(`INSERT INTO health (one, at, probe) VALUES (1, ?, zeroblob(?))
				ON CONFLICT (one) DO UPDATE SET at = excluded.at, probe = excluded.probe`, toMicro(x.now()), size)
			return err
		})
	}
	err := write(size)
	if err == nil && size == probeSize {
		s.full.Store(false)
		err = write(8)
	}
	if err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// Depths counts unsettled inbox rows, unsent and dead outbox rows.
func (s *Store) Depths(ctx context.Context) (inbox, outbox, dead int, err error) {
	err = s.row(ctx, `SELECT (SELECT count(*) FROM inbox WHERE settled_at IS NULL),
		(SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')),
		(SELECT count(*) FROM outbox WHERE state = 'dead')`, nil, func(r scanner) error {
		return r.Scan(&inbox, &outbox, &dead)
	})
	if err != nil {
		err = fmt.Errorf("depths: %w", err)
	}
	return inbox, outbox, dead, err
}
