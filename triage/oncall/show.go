package oncall

import "time"

// GapsAhead is how far [Show] and [Expect] look for gaps.
const GapsAhead = 7 * day

// View is what `firstline oncall show` says of one schedule, with all times in one
// zone except where a person's own clock is meant.
type View struct {
	Schedule string    `json:"schedule"`
	Name     string    `json:"name"`
	At       time.Time `json:"at"`
	Zone     string    `json:"zone"`
	On       []Seat    `json:"on"`               // nobody in a gap
	Next     *Change   `json:"next,omitempty"`   // nil when nothing changes within Horizon
	Relief   *Change   `json:"relief,omitempty"` // the next change that brings somebody, when Next does not
	Gaps     []Gap     `json:"gaps"`             // of the days ahead, the present one included
}

// Seat is a person on duty, as shown.
type Seat struct {
	Who   string    `json:"who"`
	Name  string    `json:"name"`
	Layer string    `json:"layer,omitempty"`
	By    Rule      `json:"by"`
	For   string    `json:"for,omitempty"`
	Until time.Time `json:"until,omitzero"`
	Zone  string    `json:"zone"`  // the person's own
	Local time.Time `json:"local"` // the person's own clock, now or when they come
}

// Change is a handover, as shown: who leaves, and everybody on duty from then on.
type Change struct {
	At     time.Time `json:"at"`
	Leaves []string  `json:"leaves,omitempty"`
	Comes  []string  `json:"comes,omitempty"`
	On     []Seat    `json:"on"` // nobody when a gap begins
}

// Show gives who is on duty in a schedule, until when, what is next and the gaps of
// the coming [GapsAhead], in a zone (UTC when nil).
func Show(s *Schedule, at time.Time, zone *time.Location) View {
	if zone == nil {
		zone = time.UTC
	}
	at = at.Round(0)
	v := View{Schedule: s.id, Name: s.name, At: at.In(zone), Zone: zone.String(), On: s.seats(at, zone), Gaps: []Gap{}}
	for h := range s.handovers(s.at(at), at, at.Add(Horizon)) {
		c := &Change{At: h.At.In(zone), Leaves: h.Leaves, Comes: h.Comes, On: s.seats(h.At, zone)}
		comes := len(h.Comes) > 0
		switch {
		case v.Next == nil:
			v.Next = c
		case comes:
			v.Relief = c
		}
		if comes {
			break
		}
	}
	for _, g := range s.Gaps(at, at.Add(GapsAhead)) {
		v.Gaps = append(v.Gaps, Gap{From: g.From.In(zone), To: g.To.In(zone)})
	}
	return v
}

func (s *Schedule) seats(at time.Time, zone *time.Location) []Seat {
	out := []Seat{}
	for _, d := range s.OnCall(at) {
		m := s.team.byID[d.Who]
		out = append(out, Seat{Who: d.Who, Name: m.Name, Layer: d.Layer, By: d.By, For: d.For,
			Until: local(d.Until, zone), Zone: m.Zone, Local: m.Local(at)})
	}
	return out
}
