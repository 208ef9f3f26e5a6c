package store

import (
	"errors"
	"fmt"
	"testing"
)

func TestCorruptLooksThroughJoins(t *testing.T) {
	a, b := &CorruptError{Table: "inbox", ID: "1", Err: errors.New("x")}, &CorruptError{Table: "inbox", ID: "2", Err: errors.New("x")}
	for _, c := range []struct {
		name string
		err  error
		bad  int
		only bool
	}{
		{"nothing", nil, 0, true},
		{"one", a, 1, true},
		{"wrapped", fmt.Errorf("pending: %w", a), 1, true},
		{"joined and wrapped", fmt.Errorf("pending: %w", errors.Join(a, fmt.Errorf("x: %w", b))), 2, true},
		{"beside another", errors.Join(a, ErrFull), 1, false},
		{"another", fmt.Errorf("x: %w", ErrFull), 0, false},
		{"an empty wrap", fmt.Errorf("x: %w", error(nil)), 0, false},
	} {
		bad, only := Corrupt(c.err)
		if len(bad) != c.bad || only != c.only {
			t.Errorf("%s: %d corrupt, only %t; want %d, %t", c.name, len(bad), only, c.bad, c.only)
		}
	}
}
