package sla

import "time"

// Outcome says what became of a promise.
type Outcome string

// The outcomes of a clock.
const (
	OutcomeNone     Outcome = "none"     // it never started, or nothing was promised
	OutcomeOpen     Outcome = "open"     // it runs or is paused, in time
	OutcomeMet      Outcome = "met"      // done in time
	OutcomeBreached Outcome = "breached" // missed, done or not
	OutcomeVoid     Outcome = "void"     // the case ended in time, without what was promised: neither kept nor missed
)

// Measure is one promise as a report counts it.
type Measure struct {
	Target  time.Duration `json:"target,omitzero"` // open time of the calendar
	Started time.Time     `json:"started,omitzero"`
	Stopped time.Time     `json:"stopped,omitzero"` // zero while open
	Elapsed time.Duration `json:"elapsed"`          // open time of the calendar, without pauses: what the contract counts
	Wall    time.Duration `json:"wall"`             // by the customer's watch, pauses and closed hours included
	Outcome Outcome       `json:"outcome"`
}

// Measures are the promises of one case.
type Measures struct {
	Bot        Measure   `json:"bot"` // the bot's first reply to the first message; no contract, counted always
	First      Measure   `json:"first_response"`
	Next       []Measure `json:"next_responses,omitempty"` // oldest first
	Resolution Measure   `json:"resolution"`
}

// Measure gives the measures of a case as of now, also between ticks. It
// records nothing.
func (p Policy) Measure(s State, now time.Time) Measures {
	now = plain(now)
	for _, c := range clocks {
		s.advance(p, c, now)
	}
	m := Measures{Bot: s.bot(now), First: measure(s.First), Resolution: measure(s.Resolution)}
	for _, r := range s.Turns {
		m.Next = append(m.Next, measure(r))
	}
	if s.Next.Motion != Idle {
		m.Next = append(m.Next, measure(s.Next))
	}
	return m
}

func measure(r Run) Measure {
	m := Measure{Target: max(r.Target, 0), Started: r.Started, Elapsed: r.Served, Wall: r.Wall, Outcome: r.outcome()}
	if r.Motion == Done || r.Motion == Halted {
		m.Stopped = r.Mark
	}
	return m
}

func (r Run) outcome() Outcome {
	switch {
	case r.Breached():
		return OutcomeBreached
	case r.Motion == Idle || r.Target <= 0:
		return OutcomeNone
	case r.Open():
		return OutcomeOpen
	case r.Motion == Halted:
		return OutcomeVoid
	}
	return OutcomeMet
}

func (s State) bot(now time.Time) Measure {
	m := Measure{Started: s.Opened, Stopped: s.BotReplied, Outcome: OutcomeNone}
	if !s.Opened.IsZero() {
		end := now
		if !s.BotReplied.IsZero() {
			end = s.BotReplied
		}
		m.Wall = max(0, end.Sub(s.Opened))
		m.Elapsed = m.Wall
	}
	return m
}
