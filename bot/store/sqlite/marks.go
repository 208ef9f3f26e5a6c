package sqlite

import (
	"context"
	"fmt"
	"maps"
)

// Marks gives how far each place of a platform has been read.
func (s *Store) Marks(ctx context.Context, platform string) (map[string]string, error) {
	out := map[string]string{}
	err := s.rows(ctx, `SELECT place, message_id FROM marks WHERE platform = ?`, []any{platform}, func(r scanner) error {
		var place, id string
		if err := r.Scan(&place, &id); err != nil {
			return err
		}
		out[place] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	return out, nil
}

// SetMarks notes how far places have been read; an empty id forgets the place.
func (s *Store) SetMarks(ctx context.Context, platform string, marks map[string]string) error {
	marks = maps.Clone(marks) // it may be written after ctx has ended and we have returned
	err := s.one(ctx, func(x *tx) error {
		for place, id := range marks {
			query, args := `INSERT INTO marks (platform, place, message_id) VALUES (?, ?, ?)
				ON CONFLICT (platform, place) DO UPDATE SET message_id = excluded.message_id`, []any{platform, place, id}
			if id == "" {
				query, args = `DELETE FROM marks WHERE platform = ? AND place = ?`, args[:2]
			}
			if _, err := x.exec(query, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set marks: %w", err)
	}
	return nil
}
