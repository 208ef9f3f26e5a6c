package oncall

import (
	"slices"
	"time"
)

// layer is a checked [Layer].
type layer struct {
	name     string
	loc      *time.Location
	windows  []window
	people   []*Member
	step     int // days of a turn
	handover int // minute of the local day
	start    int // day number of the first turn
	seats    int
	holidays []span
}

// window is a checked [Window]; its minutes count from the day it begins.
type window struct {
	days     [7]bool
	from, to int
}

// exchange is a checked [Swap].
type exchange struct {
	a, b *Member
	span span
}

// swapped gives who serves the turn of m at t.
func swapped(m *Member, t time.Time, swaps []exchange) *Member {
	for _, x := range swaps {
		switch {
		case !x.span.has(t):
		case m == x.a:
			return x.b
		case m == x.b:
			return x.a
		}
	}
	return m
}

// staffed tells whether t is in a window and on no holiday of the layer.
func (l *layer) staffed(t time.Time) bool {
	if slices.ContainsFunc(l.holidays, func(s span) bool { return s.has(t) }) {
		return false
	}
	today := dayOf(t, l.loc)
	// A window that holds t began yesterday or today, or, where the clocks went
	// back over midnight, tomorrow.
	for d := today - 1; d <= today+1; d++ {
		for _, w := range l.windows {
			if w.days[weekday(d)] && l.span(w, d).has(t) {
				return true
			}
		}
	}
	return false
}

func (l *layer) span(w window, d int) span {
	return span{first(d, w.from, l.loc), first(d, w.to, l.loc)}
}

// turn is the number of the turn at t; false before the first.
func (l *layer) turn(t time.Time) (int, bool) {
	k := (dayOf(t, l.loc)-l.start)/l.step + 1
	for ; k >= 0; k-- {
		if !t.Before(first(l.start+k*l.step, l.handover, l.loc)) {
			return k, true
		}
	}
	return 0, false
}

// slot is a place in the order of a turn: who is planned, and who serves it once
// swaps are made.
type slot struct{ planned, serves *Member }

// order is the rotation's people as a turn sees them, each once.
func (l *layer) order(turn int, t time.Time, swaps []exchange) []slot {
	out := make([]slot, 0, len(l.people))
	for i := range l.people {
		m := l.people[(turn+i)%len(l.people)]
		if !slices.ContainsFunc(out, func(s slot) bool { return s.planned == m }) {
			out = append(out, slot{m, swapped(m, t, swaps)})
		}
	}
	return out
}

// at is who the layer puts on duty at t, in the order of its seats. Who is away is
// left out, and the next of the order who is not takes the seat.
func (l *layer) at(t time.Time, swaps []exchange) []Duty {
	turn, ok := l.turn(t)
	if !ok || !l.staffed(t) {
		return nil
	}
	order := l.order(turn, t, swaps)
	spare := slices.DeleteFunc(slices.Clone(order[l.seats:]), func(s slot) bool { return s.serves.AwayAt(t) })
	var out []Duty
	for _, s := range order[:l.seats] {
		d := Duty{Who: s.serves.ID, Layer: l.name, By: RuleRotation}
		switch {
		case s.serves.AwayAt(t) && len(spare) == 0:
			continue
		case s.serves.AwayAt(t):
			d.Who, d.By, d.For = spare[0].serves.ID, RuleStandIn, s.serves.ID
			spare = spare[1:]
		case s.serves != s.planned:
			d.By, d.For = RuleSwap, s.planned.ID
		}
		out = append(out, d)
	}
	return out
}

// edges gives add every instant from from to to, and some around, at which the
// layer's answer can change.
func (l *layer) edges(from, to time.Time, add func(time.Time)) {
	for d := dayOf(from, l.loc) - 2; d <= dayOf(to, l.loc)+1; d++ {
		for _, w := range l.windows {
			if w.days[weekday(d)] {
				s := l.span(w, d)
				add(s.from)
				add(s.to)
			}
		}
		if d >= l.start && (d-l.start)%l.step == 0 {
			add(first(d, l.handover, l.loc))
		}
	}
	for _, s := range l.holidays {
		add(s.from)
		add(s.to)
	}
	for _, m := range l.people {
		for _, s := range m.away {
			add(s.from)
			add(s.to)
		}
	}
}
