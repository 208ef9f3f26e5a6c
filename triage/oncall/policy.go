package oncall

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// PolicyPlan is an escalation policy as it is written down.
type PolicyPlan struct {
	ID         string     `json:"id" yaml:"id"`
	Severities []string   `json:"severities,omitempty" yaml:"severities"` // P1 to P4; none makes it the default
	Steps      []StepPlan `json:"steps" yaml:"steps"`
	Repeat     int        `json:"repeat,omitempty" yaml:"repeat"` // how often all steps come again, 0 to 100
	LastResort []Target   `json:"last_resort" yaml:"last_resort"` // called once when nobody has claimed after all that
}

// StepPlan is one step: whom to call, and how long to wait for a claim before the
// next.
type StepPlan struct {
	Targets []Target      `json:"targets" yaml:"targets"`
	Wait    time.Duration `json:"wait" yaml:"wait"` // a minute to a week; nanoseconds in JSON
}

// TargetKind is a way to name whom to call.
type TargetKind string

// The kinds of targets.
const (
	OnCallOf  TargetKind = "on_call"   // who is on duty in the schedule ID
	Person    TargetKind = "person"    // the engineer ID, unless on holiday
	Everybody TargetKind = "everybody" // the team, without those on holiday
	Channel   TargetKind = "channel"   // the channel ID, which is the caller's to understand
)

// Target is whom a step calls.
type Target struct {
	Kind TargetKind `json:"kind" yaml:"kind"`
	ID   string     `json:"id,omitempty" yaml:"id"`
}

const (
	minWait   = time.Minute // nobody answers faster, and a number without its unit is less
	maxWait   = 7 * day
	maxRepeat = 100
)

// policies checks the policies of a roster: one for each severity at most, and one
// default.
func (c *checker) policies(r *Roster, plans []PolicyPlan) {
	ids := map[string]bool{}
	for i, plan := range plans {
		field := fmt.Sprintf("escalation[%d]", i)
		c.id(field+".id", plan.ID, ids[plan.ID])
		ids[plan.ID] = true
		p := c.policy(field, r, plan)
		for j, sev := range plan.Severities {
			at := fmt.Sprintf("%s.severities[%d]", field, j)
			switch {
			case !slices.Contains([]string{"P1", "P2", "P3", "P4"}, sev):
				c.bad(at, sev, "is not a severity", "write P1, P2, P3 or P4")
			case r.policies[sev] != nil:
				c.bad(at, sev, "has a policy already: "+r.policies[sev].id, "take it out of one of them")
			}
			r.policies[sev] = p
		}
		if len(plan.Severities) == 0 {
			if r.policies[""] != nil {
				c.bad(field+".severities", "", "are missing, and "+r.policies[""].id+" is the default already", "write for which severities it is")
			}
			r.policies[""] = p
		}
	}
	if r.policies[""] == nil {
		c.bad("escalation", "", "has no default", "write one policy without severities")
	}
}

func (c *checker) policy(field string, r *Roster, plan PolicyPlan) *Policy {
	p := &Policy{id: plan.ID, repeat: plan.Repeat, roster: r, last: slices.Clone(plan.LastResort)}
	if len(plan.Steps) == 0 {
		c.bad(field+".steps", "", "are missing", "write at least one step")
	}
	for i, s := range plan.Steps {
		at := fmt.Sprintf("%s.steps[%d]", field, i)
		c.targets(at+".targets", r, s.Targets)
		if s.Wait < minWait || s.Wait > maxWait {
			c.bad(at+".wait", s.Wait.String(), "is not a time to wait for a claim", "write 1m to 168h")
		}
		p.steps = append(p.steps, step{slices.Clone(s.Targets), s.Wait})
	}
	if plan.Repeat < 0 || plan.Repeat > maxRepeat {
		c.bad(field+".repeat", strconv.Itoa(plan.Repeat), "is not a number of repeats", "write how often the steps come again, 0 to 100")
	}
	c.targets(field+".last_resort", r, plan.LastResort)
	return p
}

func (c *checker) targets(field string, r *Roster, targets []Target) {
	if len(targets) == 0 {
		c.bad(field, "", "are missing", "write whom to call: on_call, person, everybody or channel")
	}
	for i, t := range targets {
		at := fmt.Sprintf("%s[%d]", field, i)
		switch t.Kind {
		case OnCallOf:
			if r.byID[t.ID] == nil {
				c.bad(at+".id", t.ID, "is not a schedule", "use the id of one, or add the schedule")
			}
		case Person:
			c.person(at+".id", r.team, t.ID)
		case Channel:
			if t.ID == "" {
				c.bad(at+".id", "", "is missing", "write the channel, for example slack:C0DESK")
			}
		case Everybody:
			if t.ID != "" {
				c.bad(at+".id", t.ID, "says nothing beside everybody", "leave it out")
			}
		default:
			c.bad(at+".kind", string(t.Kind), "is not a kind of target", "write on_call, person, everybody or channel")
		}
	}
}
