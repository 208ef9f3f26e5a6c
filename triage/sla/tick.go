package sla

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Level is the share of a target that is used up, in percent, at which people
// are told.
type Level int

// The levels: two warnings, and the breach.
const (
	LevelHalf   Level = 50
	LevelMost   Level = 80
	LevelBreach Level = 100
)

var levels = []Level{LevelHalf, LevelMost, LevelBreach}

// of gives the time after which a target's level is reached.
func (l Level) of(target time.Duration) time.Duration {
	return target/100*time.Duration(l) + target%100*time.Duration(l)/100
}

// reached gives the highest level of a target that the time served has reached.
func reached(served, target time.Duration) Level {
	var top Level
	for _, l := range levels {
		if target > 0 && served >= l.of(target) {
			top = l
		}
	}
	return top
}

// Notice tells that a clock has reached a level.
type Notice struct {
	Clock  Clock         `json:"clock"`
	Level  Level         `json:"level"`
	At     time.Time     `json:"at"`   // when it was reached
	Late   time.Duration `json:"late"` // how long after that it is told; never negative
	Target time.Duration `json:"target"`
	Due    time.Time     `json:"due,omitzero"` // when the target is, or was, used up; zero while the clock is paused
}

// Deadline gives the moment at which an open clock uses up its target, if
// nothing changes, or did. It is false for a clock that is not open, is paused
// before its breach, or has no target.
func (p Policy) Deadline(s State, c Clock) (time.Time, bool) {
	r := s.Run(c)
	switch {
	case r.Open() && r.Breached():
		return r.ReachedAt, true
	case r.Motion == Running && r.Target > 0:
		return r.moment(p, LevelBreach), true
	}
	return time.Time{}, false
}

// Due gives the next moment at which [Policy.Tick] has something to tell, if
// nothing else happens; it may have passed. It is false when there is none.
func (p Policy) Due(s State) (time.Time, bool) {
	var next time.Time
	for _, c := range clocks {
		if at, ok := p.due(s.Run(c)); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, !next.IsZero()
}

func (p Policy) due(r Run) (time.Time, bool) {
	switch {
	case !r.Open() || r.Target <= 0 && r.Reached == 0:
		return time.Time{}, false
	case r.Reached > r.Told:
		return r.ReachedAt, true
	case r.Motion == Paused:
		return time.Time{}, false
	}
	for _, l := range levels {
		if l > r.Reached {
			return r.moment(p, l), true
		}
	}
	return time.Time{}, false
}

// Tick gives what has to be told at now, in the order in which it came due, and
// the state in which it is told. Each level of a clock is told once for a
// target; of several that were missed only the highest, with its delay. A breach
// is recorded. Clocks that have stopped tell nothing: a breach found by the
// reply that was late is only in the records. When now is earlier than the
// state nothing happens.
//
// Tick counts no time, so an event from before now may still be applied after
// it; but what Tick found broken stays broken. Apply waiting events first.
func (p Policy) Tick(s State, now time.Time) (State, []Notice) {
	now = plain(now)
	var notices []Notice
	for _, c := range clocks {
		s.cross(p, c, now)
		r := s.run(c)
		if !r.Open() || r.Reached <= r.Told || r.ReachedAt.After(now) {
			continue
		}
		r.Told = r.Reached
		n := Notice{Clock: c, Level: r.Reached, At: r.ReachedAt, Late: now.Sub(r.ReachedAt), Target: r.Target}
		n.Due, _ = p.Deadline(s, c)
		notices = append(notices, n)
	}
	slices.SortStableFunc(notices, func(a, b Notice) int { return a.At.Compare(b.At) })
	return s, notices
}

// Cause says why a promise was broken.
type Cause string

// The causes of breaches.
const (
	CauseUnclaimed     Cause = "unclaimed"      // somebody was on call and nobody took it
	CauseNobodyOnCall  Cause = "no_one_on_call" // the schedule had a hole
	CauseEngineerLate  Cause = "engineer_late"  // it was claimed
	CauseWaitingMisset Cause = "waiting_misset" // the case waited for the customer in our records only
	CauseOurOutage     Cause = "our_outage"     // Firstline or its platform was down
	CauseTargetChanged Cause = "target_changed" // the time was already used when severity or tier changed
	CauseOther         Cause = "other"
)

// Causes lists every cause.
func Causes() []Cause {
	return []Cause{CauseUnclaimed, CauseNobodyOnCall, CauseEngineerLate, CauseWaitingMisset, CauseOurOutage, CauseTargetChanged, CauseOther}
}

// Breach records a broken promise. It is never changed or removed, except that
// a cause is set once.
type Breach struct {
	Clock  Clock         `json:"clock"`
	Target time.Duration `json:"target"` // that was missed
	Due    time.Time     `json:"due"`    // when it was used up
	At     time.Time     `json:"at"`     // when that was noticed
	Cause  Cause         `json:"cause,omitempty"`
}

// The errors of [State.WithCause].
var (
	ErrNoBreach     = errors.New("sla: no such breach")
	ErrUnknownCause = errors.New("sla: unknown cause")
	ErrCauseSet     = errors.New("sla: the breach has its cause already")
)

// WithCause sets the cause of the breach at an index of Breaches. The same cause
// again changes nothing; another is [ErrCauseSet].
func (s State) WithCause(i int, c Cause) (State, error) {
	switch {
	case i < 0 || i >= len(s.Breaches):
		return s, fmt.Errorf("%w: %d of %d", ErrNoBreach, i, len(s.Breaches))
	case !slices.Contains(Causes(), c):
		return s, fmt.Errorf("%w: %q", ErrUnknownCause, c)
	case s.Breaches[i].Cause != "" && s.Breaches[i].Cause != c:
		return s, fmt.Errorf("%w: %s", ErrCauseSet, s.Breaches[i].Cause)
	}
	s.Breaches = slices.Clone(s.Breaches)
	s.Breaches[i].Cause = cmp.Or(s.Breaches[i].Cause, c)
	return s, nil
}
