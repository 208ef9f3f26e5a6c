package sla_test

import (
	"fmt"
	"time"

	"firstline/triage/sla"
)

// everyMinute is the model that the clocks are held to: it looks at every
// minute and knows no levels, marks or deadlines.
type everyMinute struct {
	p                               sla.Policy
	t                               sla.Targets
	handed, answered, owed, waiting bool
	ended, resolved                 bool
	first, next, resolution         tally
	turns                           []tally
	due                             []string // breaches as clock@minute
}

type tally struct {
	begun, broken bool
	served, wall  int
	target        time.Duration
}

func (m *everyMinute) open() map[sla.Clock]*tally {
	open := map[sla.Clock]*tally{}
	if m.handed && !m.ended {
		open[sla.Resolution] = &m.resolution
		if !m.answered {
			open[sla.FirstResponse] = &m.first
		}
		if m.owed {
			open[sla.NextResponse] = &m.next
		}
	}
	return open
}

func (m *everyMinute) pauses(c sla.Clock) bool {
	return m.waiting && map[sla.Clock]bool{sla.FirstResponse: m.p.PauseFirstResponse,
		sla.NextResponse: m.p.PauseNextResponse, sla.Resolution: m.p.PauseResolution}[c]
}

// look gives open clocks the targets of now and finds what is broken.
func (m *everyMinute) look(minute int) {
	for c, r := range m.open() {
		if !r.broken {
			r.target = m.t.Of(c)
			if r.target > 0 && r.served >= int(r.target/time.Minute) {
				r.broken = true
				m.due = append(m.due, fmt.Sprintf("%s@%d", c, minute))
			}
		}
	}
}

func (m *everyMinute) pass(minute int) {
	for c, r := range m.open() {
		r.wall++
		if !m.pauses(c) && m.p.Calendar.Open(epoch.Add(time.Duration(minute)*time.Minute)) {
			r.served++
		}
	}
	m.look(minute + 1)
}

func (m *everyMinute) apply(e event) {
	live := m.handed && !m.ended
	switch e.verb {
	case "handoff":
		m.t = e.t
		m.handed, m.ended, m.resolved = true, false, false
		m.first.begun, m.resolution.begun = true, true
	case "target":
		m.t = e.t
	case "write":
		if live {
			m.waiting = false
			if m.answered && !m.owed {
				m.owed, m.next = true, tally{begun: true}
			}
		}
	case "reply":
		if live && m.owed {
			m.turns, m.owed, m.next = append(m.turns, m.next), false, tally{}
		}
		m.answered = m.answered || live
	case "wait":
		m.waiting = m.waiting || live
	case "unwait":
		m.waiting = false
	case "resolve":
		m.resolved = m.resolved || live
		m.ended = m.ended || live
	case "close":
		m.ended = m.ended || m.handed
	case "reopen":
		m.ended, m.resolved = false, false
	}
	m.waiting = m.waiting && !m.ended
	m.look(e.at)
}

func (m *everyMinute) summary() []string {
	line := func(c sla.Clock, r tally, done bool) string {
		o := sla.OutcomeOpen
		switch {
		case r.broken:
			o = sla.OutcomeBreached
		case r.target <= 0:
			o = sla.OutcomeNone
		case done:
			o = sla.OutcomeMet
		case m.ended:
			o = sla.OutcomeVoid
		}
		return fmt.Sprintf("%s %d/%d of %s %s", c, r.served, r.wall, r.target, o)
	}
	var out []string
	if m.first.begun {
		out = append(out, line(sla.FirstResponse, m.first, m.answered), line(sla.Resolution, m.resolution, m.resolved))
	}
	for _, r := range m.turns {
		out = append(out, line(sla.NextResponse, r, true))
	}
	if m.owed {
		out = append(out, line(sla.NextResponse, m.next, false))
	}
	return out
}
