package oncall

import (
	"errors"
	"fmt"
)

// Problem is one mistake in a setup. The constructors return all of them, joined
// with [errors.Join]; [Problems] takes them apart.
type Problem struct {
	Field  string // the path of the value, like schedules[0].layers[1].zone
	Value  string // as it was given; empty when it is missing
	What   string // what is wrong with it
	Remedy string // what to do
}

func (p Problem) Error() string {
	if p.Value == "" {
		return fmt.Sprintf("%s: %s: %s", p.Field, p.What, p.Remedy)
	}
	return fmt.Sprintf("%s: %q %s: %s", p.Field, p.Value, p.What, p.Remedy)
}

// Problems gives the mistakes that a constructor's error joins, in the order of
// the setup, however the error was wrapped since.
func Problems(err error) []Problem {
	switch e := err.(type) {
	case Problem:
		return []Problem{e}
	case interface{ Unwrap() []error }:
		var out []Problem
		for _, one := range e.Unwrap() {
			out = append(out, Problems(one)...)
		}
		return out
	case interface{ Unwrap() error }:
		return Problems(e.Unwrap())
	}
	return nil
}

// checker collects the problems of one constructor.
type checker struct {
	problems []error
}

func (c *checker) bad(field, value, what, remedy string) {
	c.problems = append(c.problems, Problem{Field: field, Value: value, What: what, Remedy: remedy})
}

func (c *checker) err() error { return errors.Join(c.problems...) }

// within checks that from lies before to.
func (c *checker) within(field string, s span) span {
	const layout = "2006-01-02T15:04:05Z07:00"
	switch {
	case s.from.IsZero():
		c.bad(field+".from", "", "is missing", "write the first moment, with its offset from UTC")
	case s.to.IsZero():
		c.bad(field+".to", "", "is missing", "write the moment after the last, with its offset from UTC")
	case !s.from.Before(s.to):
		c.bad(field+".to", s.to.Format(layout), "is not after "+s.from.Format(layout), "write a moment after from")
	}
	return s
}
