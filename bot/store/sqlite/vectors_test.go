package sqlite

import (
	"path/filepath"
	"testing"
)

// TestVectorsThatCannotBeRead are left out, and those beside them are given.
func TestVectorsThatCannotBeRead(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.SetVectors(t.Context(), "m", map[string][]float32{"a": {1}, "b": {2}, "c": {3}}); err != nil {
		t.Fatal(err)
	}
	err = s.one(t.Context(), func(x *tx) error {
		if _, err := x.exec(`UPDATE vectors SET vector = x'010203' WHERE key = 'a'`); err != nil {
			return err
		}
		_, err := x.exec(`UPDATE vectors SET vector = x'' WHERE key = 'b'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Vectors(t.Context(), "m")
	if err != nil || len(got) != 1 || len(got["c"]) != 1 || got["c"][0] != 3 {
		t.Errorf("got %v, %v; want c alone", got, err)
	}
}
