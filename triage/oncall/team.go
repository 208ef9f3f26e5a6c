package oncall

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Engineer is a person of the desk. How platforms call them is mapped elsewhere.
type Engineer struct {
	ID        string    `json:"id" yaml:"id"`
	Name      string    `json:"name,omitempty" yaml:"name"` // the id when empty
	Zone      string    `json:"zone" yaml:"zone"`           // IANA time zone
	Languages []string  `json:"languages,omitempty" yaml:"languages"`
	Skills    []string  `json:"skills,omitempty" yaml:"skills"` // ids of scenarios
	Awake     Awake     `json:"awake,omitzero" yaml:"awake"`
	Holidays  []Holiday `json:"holidays,omitempty" yaml:"holidays"` // whole days of the engineer's zone
	Limit     int       `json:"limit,omitempty" yaml:"limit"`       // open cases that are enough; 0 for no limit
}

// Awake is when a person may be expected to be up, in their own local time. It
// may pass midnight; equal times mean always. The zero value is 07:00 to 23:00.
type Awake struct {
	From string `json:"from,omitempty" yaml:"from"`
	To   string `json:"to,omitempty" yaml:"to"`
}

// Holiday is free days, both included, as dates like 2026-02-17.
type Holiday struct {
	From string `json:"from" yaml:"from"`
	To   string `json:"to,omitempty" yaml:"to"` // one day when empty
}

// Member is an engineer of a [Team]: the data, checked, and what follows from it
// at an instant.
type Member struct {
	Engineer
	loc       *time.Location
	awakeFrom int // minutes of the local day
	awakeTo   int // after awakeFrom; may pass 24:00
	away      []span
}

// Local is the instant on the member's own clock.
func (m *Member) Local(at time.Time) time.Time { return at.In(m.loc) }

// AwakeAt tells whether the member's local clock is within the hours awake.
func (m *Member) AwakeAt(at time.Time) bool {
	minute := minuteOf(at, m.loc)
	if minute < m.awakeFrom {
		minute += dayMinutes
	}
	return minute < m.awakeTo
}

// AwayAt tells whether the member is on holiday.
func (m *Member) AwayAt(at time.Time) bool {
	return slices.ContainsFunc(m.away, func(s span) bool { return s.has(at) })
}

// Knows tells whether the member is skilled in a scenario.
func (m *Member) Knows(scenario string) bool { return slices.Contains(m.Skills, scenario) }

// Fluency is how well a person and a language fit.
type Fluency int

// The degrees, in growing order.
const (
	NoFluency      Fluency = iota
	VariantFluency         // the same language in another script or region
	FullFluency            // the very tag
)

// Speaks compares a BCP 47 tag with the member's languages, without regard to
// case. zh-Hans and zh-Hant, pt and pt-BR are variants of each other.
func (m *Member) Speaks(tag string) Fluency {
	best := NoFluency
	for _, own := range m.Languages {
		switch {
		case strings.EqualFold(own, tag):
			return FullFluency
		case strings.EqualFold(primary(own), primary(tag)):
			best = VariantFluency
		}
	}
	return best
}

func primary(tag string) string {
	p, _, _ := strings.Cut(tag, "-")
	return p
}

// Team is the engineers of a desk.
type Team struct {
	members []*Member
	byID    map[string]*Member
}

// NewTeam checks the engineers. The error joins every [Problem].
func NewTeam(engineers []Engineer) (*Team, error) {
	c := &checker{}
	t := c.team("engineers", engineers)
	if err := c.err(); err != nil {
		return nil, err
	}
	return t, nil
}

// Members lists the team in the order it was given.
func (t *Team) Members() []*Member { return slices.Clone(t.members) }

// Member finds an engineer by id; nil when there is none.
func (t *Team) Member(id string) *Member { return t.byID[id] }

func (c *checker) team(field string, engineers []Engineer) *Team {
	t := &Team{byID: map[string]*Member{}}
	if len(engineers) == 0 {
		c.bad(field, "", "has nobody", "name at least one engineer")
	}
	for i, e := range engineers {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.id(at+".id", e.ID, t.byID[e.ID] != nil)
		m := c.member(at, e)
		t.members = append(t.members, m)
		t.byID[e.ID] = m
	}
	return t
}

// id checks a name that other values refer to.
func (c *checker) id(field, s string, taken bool) {
	switch {
	case strings.TrimSpace(s) == "":
		c.bad(field, s, "is missing", "give it a short id that nothing else has")
	case strings.TrimSpace(s) != s:
		c.bad(field, s, "has spaces around it", "write it without")
	case taken:
		c.bad(field, s, "comes twice", "give each its own")
	}
}

func (c *checker) member(field string, e Engineer) *Member {
	e.Languages, e.Skills, e.Holidays = slices.Clone(e.Languages), slices.Clone(e.Skills), slices.Clone(e.Holidays)
	if e.Name == "" {
		e.Name = e.ID
	}
	m := &Member{Engineer: e, loc: c.zone(field+".zone", e.Zone)}
	for i, tag := range e.Languages {
		if !wellFormed(tag) {
			c.bad(fmt.Sprintf("%s.languages[%d]", field, i), tag, "is not a language tag", "write a BCP 47 tag like th or pt-BR")
		}
	}
	for i, id := range e.Skills {
		if strings.TrimSpace(id) == "" {
			c.bad(fmt.Sprintf("%s.skills[%d]", field, i), id, "is missing", "write the id of a scenario like voice_room, or leave it out")
		}
	}
	if e.Awake == (Awake{}) {
		e.Awake = Awake{From: "07:00", To: "23:00"}
	}
	m.awakeFrom, m.awakeTo = c.hours(field+".awake", e.Awake.From, e.Awake.To)
	m.away = c.holidays(field+".holidays", e.Holidays, m.loc)
	if e.Limit < 0 {
		c.bad(field+".limit", strconv.Itoa(e.Limit), "is negative", "write a number of cases, or 0 for no limit")
	}
	return m
}

// wellFormed tells whether a tag has the form of BCP 47: letters and digits in
// groups of one to eight, the first of them two to eight letters.
func wellFormed(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if len(part) == 0 || len(part) > 8 || i == 0 && len(part) < 2 {
			return false
		}
		for _, r := range part {
			letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}
