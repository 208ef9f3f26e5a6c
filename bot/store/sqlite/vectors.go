package sqlite

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
)

// Vectors gives all vectors of a model. A row that cannot be read is left out:
// whoever needs it computes it anew.
func (s *Store) Vectors(ctx context.Context, model string) (map[string][]float32, error) {
	out := map[string][]float32{}
	err := s.rows(ctx, `SELECT key, vector FROM vectors WHERE model = ?`, []any{model}, func(r scanner) error {
		var key string
		var blob []byte
		if err := r.Scan(&key, &blob); err != nil {
			return err
		}
		if v := fromBlob(blob); v != nil {
			out[key] = v
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	return out, nil
}

// SetVectors keeps vectors of a model; an empty one forgets the key.
func (s *Store) SetVectors(ctx context.Context, model string, vectors map[string][]float32) error {
	vectors = maps.Clone(vectors) // it may be written after ctx has ended and we have returned
	err := s.one(ctx, func(x *tx) error {
		for key, v := range vectors {
			query, args := `INSERT INTO vectors (model, key, vector) VALUES (?, ?, ?)
				ON CONFLICT (model, key) DO UPDATE SET vector = excluded.vector`, []any{model, key, toBlob(v)}
			if len(v) == 0 {
				query, args = `DELETE FROM vectors WHERE model = ? AND key = ?`, args[:2]
			}
			if _, err := x.exec(query, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set vectors: %w", err)
	}
	return nil
}

func toBlob(v []float32) []byte {
	out := make([]byte, 0, 4*len(v))
	for _, x := range v {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
	}
	return out
}

// fromBlob gives nil for what toBlob has not made of a vector.
func fromBlob(b []byte) []float32 {
	if len(b) == 0 || len(b)%4 != 0 {
		return nil
	}
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}
