package oncall

import (
	"iter"
	"slices"
	"time"
)

// Horizon is how far ahead a question about the future looks. What does not
// change within it is reported as not changing.
const Horizon = 400 * day

// Rule is what put a person on duty.
type Rule string

// The rules, in the order in which they are applied.
const (
	RuleRotation Rule = "rotation"
	RuleSwap     Rule = "swap"
	RuleStandIn  Rule = "stand_in" // for somebody on holiday
	RuleOverride Rule = "override"
)

// Duty is a person on duty at an instant.
type Duty struct {
	Who   string    `json:"who"`
	Layer string    `json:"layer,omitempty"` // empty when an override decides
	By    Rule      `json:"by"`
	For   string    `json:"for,omitempty"`  // whom the person replaces, if one person
	Until time.Time `json:"until,omitzero"` // when the person leaves duty, whatever the rules by then; zero beyond [Horizon]
}

// Shift is a time without break in which a person is on duty by one rule of one
// layer. Two shifts of a person may touch.
type Shift struct {
	Who   string    `json:"who"`
	Layer string    `json:"layer,omitempty"`
	By    Rule      `json:"by"`
	For   string    `json:"for,omitempty"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
}

// Gap is a time in which nobody is on duty.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Handover is an instant at which the people on duty change. Open cases of those
// who leave go to those who come, or stay with those who stay; when nobody does
// either, a gap begins.
type Handover struct {
	At     time.Time `json:"at"`
	Leaves []string  `json:"leaves,omitempty"`
	Comes  []string  `json:"comes,omitempty"`
	Stays  []string  `json:"stays,omitempty"`
}

// Unstaffed tells whether nobody is on duty after the handover.
func (h Handover) Unstaffed() bool { return len(h.Comes) == 0 && len(h.Stays) == 0 }

// Schedule says who is on duty when. It never changes; one with another override
// is another Schedule. Instants in its answers are in UTC.
type Schedule struct {
	id, name  string
	team      *Team
	layers    []*layer
	overrides []Override
	swaps     []exchange
}

// ID is the schedule's id.
func (s *Schedule) ID() string { return s.id }

// Name is the schedule's name for people.
func (s *Schedule) Name() string { return s.name }

// OnCall lists who is on duty at an instant, by seat; nobody in a gap.
func (s *Schedule) OnCall(at time.Time) []Duty {
	duties := s.at(at)
	open := len(duties)
	for t, later := range s.changes(at, at.Add(Horizon)) {
		for i, d := range duties {
			if d.Until.IsZero() && !serves(later, d.Who) {
				duties[i].Until = t
				open--
			}
		}
		if open == 0 {
			break
		}
	}
	return duties
}

// Shifts lists the shifts from from until to, cut at both, sorted by their
// beginning and then by seat.
func (s *Schedule) Shifts(from, to time.Time) []Shift {
	var out []Shift
	open := map[Duty]int{} // index of the shift that runs
	for t, duties := range s.changes(from, to) {
		for d, i := range open {
			if !slices.Contains(duties, d) {
				out[i].To = t
				delete(open, d)
			}
		}
		for _, d := range duties {
			if _, runs := open[d]; !runs {
				open[d] = len(out)
				out = append(out, Shift{Who: d.Who, Layer: d.Layer, By: d.By, For: d.For, From: t})
			}
		}
	}
	for _, i := range open {
		out[i].To = to.UTC()
	}
	return out
}

// Gaps lists the times from from until to in which nobody is on duty, cut at both.
func (s *Schedule) Gaps(from, to time.Time) []Gap {
	var out []Gap
	open := false
	for t, duties := range s.changes(from, to) {
		switch {
		case len(duties) == 0 && !open:
			out = append(out, Gap{From: t, To: to.UTC()})
		case len(duties) > 0 && open:
			out[len(out)-1].To = t
		}
		open = len(duties) == 0
	}
	return out
}

// Handovers lists the handovers from from until to, one at from included, so that
// calls for adjoining times give each once.
func (s *Schedule) Handovers(from, to time.Time) []Handover {
	return slices.Collect(s.handovers(s.at(from.Add(-1)), from, to))
}

// Next is the first handover after an instant; false when there is none within
// [Horizon].
func (s *Schedule) Next(at time.Time) (Handover, bool) {
	for h := range s.handovers(s.at(at), at, at.Add(Horizon)) {
		return h, true
	}
	return Handover{}, false
}

func (s *Schedule) handovers(before []Duty, from, to time.Time) iter.Seq[Handover] {
	return func(yield func(Handover) bool) {
		for t, after := range s.changes(from, to) {
			h := Handover{At: t}
			for _, d := range before {
				if !serves(after, d.Who) {
					h.Leaves = append(h.Leaves, d.Who)
				}
			}
			for _, d := range after {
				if serves(before, d.Who) {
					h.Stays = append(h.Stays, d.Who)
				} else {
					h.Comes = append(h.Comes, d.Who)
				}
			}
			if len(h.Leaves)+len(h.Comes) > 0 && !yield(h) {
				return
			}
			before = after
		}
	}
}

func serves(duties []Duty, who string) bool {
	return slices.ContainsFunc(duties, func(d Duty) bool { return d.Who == who })
}

// at is who is on duty at t, without Until.
func (s *Schedule) at(t time.Time) []Duty {
	var out []Duty
	for i := len(s.layers) - 1; i >= 0 && len(out) == 0; i-- {
		out = s.layers[i].at(t, s.swaps)
	}
	for _, o := range s.overrides {
		if (span{o.From, o.To}).has(t) {
			out = o.apply(out)
		}
	}
	return out
}

// apply puts the override's person on duty. Nobody sits on two seats.
func (o Override) apply(duties []Duty) []Duty {
	by := Duty{Who: o.Who, By: RuleOverride, For: o.For}
	seat := slices.IndexFunc(duties, func(d Duty) bool { return d.Who == o.For })
	switch {
	case o.For == "":
		return []Duty{by}
	case seat < 0:
		return duties
	case serves(duties, o.Who):
		return slices.Delete(duties, seat, seat+1)
	}
	duties[seat] = by
	return duties
}

// changes gives the duties at from and at every instant before to at which they
// may change; some of them change nothing. It works ahead in pieces, so that one
// who stops early pays for little.
func (s *Schedule) changes(from, to time.Time) iter.Seq2[time.Time, []Duty] {
	return func(yield func(time.Time, []Duty) bool) {
		for ahead := 2 * day; from.Before(to); ahead = min(2*ahead, 32*day) {
			end := from.Add(ahead)
			if end.After(to) {
				end = to
			}
			for _, t := range s.edges(from, end) {
				if !yield(t, s.at(t)) {
					return
				}
			}
			from = end
		}
	}
}

// edges lists from and the instants before to at which the duties may change, in
// order.
func (s *Schedule) edges(from, to time.Time) []time.Time {
	out := []time.Time{from.UTC().Round(0)} // without the monotonic reading
	add := func(t time.Time) {
		if t.After(from) && t.Before(to) {
			out = append(out, t.UTC())
		}
	}
	for _, l := range s.layers {
		l.edges(from, to, add)
	}
	for _, x := range s.swaps {
		add(x.span.from)
		add(x.span.to)
	}
	for _, o := range s.overrides {
		add(o.From)
		add(o.To)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
