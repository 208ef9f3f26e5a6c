package sqlite

import (
	"context"
	"fmt"

	"firstline/bot/store"
)

// AppendPage adds a line to what the web chat shows; an id that is there
// already changes nothing.
func (s *Store) AppendPage(ctx context.Context, conversation, id string, payload []byte) error {
	err := s.one(ctx, func(x *tx) error {
		_, err := x.exec(`INSERT INTO pages (id, conversation, payload) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING`, id, conversation, payload)
		return err
	})
	if err != nil {
		return fmt.Errorf("append page: %w", err)
	}
	return nil
}

// UpdatePage replaces a line where it stands, or gives [store.ErrNotFound].
func (s *Store) UpdatePage(ctx context.Context, id string, payload []byte) error {
	err := s.one(ctx, func(x *tx) error {
		n, err := x.exec(`UPDATE pages SET payload = ? WHERE id = ?`, payload, id)
		if err == nil && n == 0 {
			return store.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("update page: %w", err)
	}
	return nil
}

// Pages gives the newest lines of a conversation, oldest first.
func (s *Store) Pages(ctx context.Context, conversation string, limit int) ([]store.Page, error) {
	var out []store.Page
	err := s.rows(ctx, `SELECT id, payload FROM (SELECT seq, id, payload FROM pages WHERE conversation = ? ORDER BY seq DESC LIMIT ?) ORDER BY seq`,
		[]any{conversation, limit}, func(r scanner) error {
			var p store.Page
			if err := r.Scan(&p.ID, &p.Payload); err != nil {
				return err
			}
			out = append(out, p)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	return out, nil
}

// PageConversations gives the conversations that begin with prefix and have
// lines.
func (s *Store) PageConversations(ctx context.Context, prefix string) ([]string, error) {
	var out []string
	err := s.rows(ctx, `SELECT conversation FROM pages WHERE substr(conversation, 1, length(?)) = ? GROUP BY conversation ORDER BY max(seq)`,
		[]any{prefix, prefix}, func(r scanner) error {
			var key string
			if err := r.Scan(&key); err != nil {
				return err
			}
			out = append(out, key)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("page conversations: %w", err)
	}
	return out, nil
}
