package oncall

import (
	"fmt"
	"slices"
	"time"
)

// Setup is everything about on-call as it is written down.
type Setup struct {
	Engineers  []Engineer   `json:"engineers" yaml:"engineers"`
	Schedules  []Plan       `json:"schedules" yaml:"schedules"`
	Escalation []PolicyPlan `json:"escalation" yaml:"escalation"`
}

// Roster is a checked [Setup].
type Roster struct {
	team      *Team
	schedules []*Schedule
	byID      map[string]*Schedule
	policies  map[string]*Policy // by severity; the default under ""
}

// New checks a setup, references between its parts included. The error joins every
// [Problem].
func New(setup Setup) (*Roster, error) {
	c := &checker{}
	r := &Roster{team: c.team("engineers", setup.Engineers), byID: map[string]*Schedule{}, policies: map[string]*Policy{}}
	for i, plan := range setup.Schedules {
		prefix := fmt.Sprintf("schedules[%d].", i)
		s := c.schedule(prefix, r.team, plan)
		if r.byID[plan.ID] != nil {
			c.id(prefix+"id", plan.ID, true)
		}
		r.schedules = append(r.schedules, s)
		r.byID[plan.ID] = s
	}
	if len(setup.Schedules) == 0 {
		c.bad("schedules", "", "are missing", "write at least one schedule")
	}
	c.policies(r, setup.Escalation)
	if err := c.err(); err != nil {
		return nil, err
	}
	return r, nil
}

// Team is the engineers.
func (r *Roster) Team() *Team { return r.team }

// Schedules lists the schedules in the order of the setup.
func (r *Roster) Schedules() []*Schedule { return slices.Clone(r.schedules) }

// Schedule finds a schedule by id; nil when there is none.
func (r *Roster) Schedule(id string) *Schedule { return r.byID[id] }

// Policy is the escalation policy of a severity: its own, or the default.
func (r *Roster) Policy(severity string) *Policy {
	if p := r.policies[severity]; p != nil {
		return p
	}
	return r.policies[""]
}

// Candidates is the whole team as [Route] wants it: on shift are those on duty in
// any schedule, and load is the number of open cases by engineer.
func (r *Roster) Candidates(at time.Time, load map[string]int) []Candidate {
	on := map[string]bool{}
	for _, s := range r.schedules {
		for _, d := range s.at(at) {
			on[d.Who] = true
		}
	}
	out := make([]Candidate, 0, len(r.team.members))
	for _, m := range r.team.members {
		out = append(out, Candidate{Member: m, OnShift: on[m.ID], Load: load[m.ID]})
	}
	return out
}
