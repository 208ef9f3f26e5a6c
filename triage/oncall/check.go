package oncall

import (
	"fmt"
	"slices"
	"strconv"
)

// NewSchedule checks a plan against the team it names. The error joins every
// [Problem]: an unknown person or zone, a bad time, a rotation without people,
// swaps of one person that overlap, and so on.
func NewSchedule(team *Team, plan Plan) (*Schedule, error) {
	c := &checker{}
	s := c.schedule("", team, plan)
	if err := c.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// schedule checks a plan; prefix is the path of the plan with a dot, or empty.
func (c *checker) schedule(prefix string, team *Team, plan Plan) *Schedule {
	s := &Schedule{id: plan.ID, name: plan.Name, team: team}
	if s.name == "" {
		s.name = s.id
	}
	c.id(prefix+"id", plan.ID, false)
	if len(plan.Layers) == 0 {
		c.bad(prefix+"layers", "", "are missing", "write at least one layer with a rotation")
	}
	names := map[string]bool{}
	for i, l := range plan.Layers {
		at := fmt.Sprintf("%slayers[%d]", prefix, i)
		c.id(at+".name", l.Name, names[l.Name])
		names[l.Name] = true
		s.layers = append(s.layers, c.layer(at, team, l))
	}
	for i, o := range plan.Overrides {
		s.overrides = append(s.overrides, c.override(fmt.Sprintf("%soverrides[%d]", prefix, i), team, o))
	}
	c.swaps(prefix, s, plan.Swaps)
	return s
}

func (c *checker) layer(field string, team *Team, l Layer) *layer {
	out := &layer{name: l.Name, loc: c.zone(field+".zone", l.Zone)}
	for i, w := range l.Windows {
		at := fmt.Sprintf("%s.windows[%d]", field, i)
		from, to := c.hours(at, w.From, w.To)
		out.windows = append(out.windows, window{c.days(at+".days", w.Days), from, to})
	}
	if len(l.Windows) == 0 {
		out.windows = []window{{c.days(field, nil), 0, dayMinutes}}
	}
	out.holidays = c.holidays(field+".holidays", l.Holidays, out.loc)
	c.rotation(field+".rotation", team, l.Rotation, out)
	return out
}

func (c *checker) rotation(field string, team *Team, r Rotation, out *layer) {
	if len(r.People) == 0 {
		c.bad(field+".people", "", "has nobody", "name the engineers in the order of their turns")
	}
	distinct := map[string]bool{}
	for i, id := range r.People {
		out.people = append(out.people, c.person(fmt.Sprintf("%s.people[%d]", field, i), team, id))
		distinct[id] = true
	}
	out.step = r.Every
	switch r.Unit {
	case Days:
	case Weeks:
		out.step *= 7
	default:
		c.bad(field+".unit", string(r.Unit), "is not a unit of turns", "write day or week")
	}
	if r.Every < 1 || r.Every > 366 {
		c.bad(field+".every", strconv.Itoa(r.Every), "is not a length of turns", "write how many days or weeks a turn lasts, 1 to 366")
	}
	out.handover = c.clock(field+".handover", r.Handover, false)
	out.start, _ = c.date(field+".start", r.Start)
	out.seats = max(r.Seats, 1)
	if r.Seats < 0 || out.seats > len(distinct) && len(distinct) > 0 {
		c.bad(field+".seats", strconv.Itoa(r.Seats), fmt.Sprintf("cannot be filled by %d people", len(distinct)), "write how many are on duty at once, or name more people")
	}
}

// person finds an engineer; a stranger is a problem, and a placeholder stands in
// until the constructor returns it.
func (c *checker) person(field string, team *Team, id string) *Member {
	m := team.Member(id)
	switch {
	case id == "":
		c.bad(field, "", "is missing", "write the id of an engineer")
	case m == nil:
		c.bad(field, id, "is not an engineer of the team", "use the id of one, or add the engineer")
	}
	if m == nil {
		return &Member{Engineer: Engineer{ID: id}}
	}
	return m
}

func (c *checker) override(field string, team *Team, o Override) Override {
	c.person(field+".who", team, o.Who)
	if o.For != "" {
		c.person(field+".for", team, o.For)
		if o.For == o.Who {
			c.bad(field+".for", o.For, "is the same person", "name whom "+o.Who+" replaces, or leave it out to replace everybody on duty")
		}
	}
	c.within(field, span{o.From, o.To})
	return o
}

// swaps checks the swaps. At one instant a person takes part in one at most,
// since the outcome would otherwise hang on their order.
func (c *checker) swaps(prefix string, s *Schedule, swaps []Swap) {
	for i, w := range swaps {
		at := fmt.Sprintf("%sswaps[%d]", prefix, i)
		pair := exchange{c.person(at+".a", s.team, w.A), c.person(at+".b", s.team, w.B), c.within(at, span{w.From, w.To})}
		if w.A == w.B {
			c.bad(at+".b", w.B, "is the same person", "name the other one")
		}
		for _, f := range []struct{ field, id string }{{at + ".a", w.A}, {at + ".b", w.B}} {
			if s.team.Member(f.id) != nil && !s.rotates(f.id) {
				c.bad(f.field, f.id, "has no turn in this schedule to exchange", "use an override")
			}
		}
		for j, o := range swaps[:i] {
			if !pair.span.overlaps(span{o.From, o.To}) {
				continue
			}
			if both := shared(w, o); both != "" {
				c.bad(at, both, fmt.Sprintf("is in swaps[%d] at the same time", j), "end one before the other begins")
			}
		}
		s.swaps = append(s.swaps, pair)
	}
}

// shared is a person who takes part in both swaps; empty when nobody does.
func shared(a, b Swap) string {
	switch {
	case a.A == b.A || a.A == b.B:
		return a.A
	case a.B == b.A || a.B == b.B:
		return a.B
	}
	return ""
}

// rotates tells whether a person is in the rotation of any layer.
func (s *Schedule) rotates(id string) bool {
	return slices.ContainsFunc(s.layers, func(l *layer) bool {
		return slices.ContainsFunc(l.people, func(m *Member) bool { return m.ID == id })
	})
}
