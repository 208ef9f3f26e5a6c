package oncall

import (
	"slices"
	"time"
)

// Policy is a checked escalation policy: its steps in order, all of them again as
// often as it repeats, then the last resort. It belongs to the [Roster] whose
// people it calls.
type Policy struct {
	id     string
	steps  []step
	repeat int
	last   []Target
	roster *Roster
}

type step struct {
	targets []Target
	wait    time.Duration
}

// ID is the policy's id.
func (p *Policy) ID() string { return p.id }

// State is how far the escalation of a case has climbed. It lives in the case and
// is only changed by the functions here, each of which returns a new one.
type State struct {
	Policy  string    `json:"policy"`
	Start   time.Time `json:"start"`            // when the climb began, or began anew
	Pos     int       `json:"pos"`              // calls fired since Start
	Due     time.Time `json:"due,omitzero"`     // when the next call is due; zero when none is left
	Claimed time.Time `json:"claimed,omitzero"` // when somebody took the case; nothing is due then
	Fired   []Firing  `json:"fired,omitempty"`  // every call, those before Start included
}

// Firing is one call that was made.
type Firing struct {
	Policy   string    `json:"policy"`
	Round    int       `json:"round"` // from 0; for the last resort the rounds that went before
	Step     int       `json:"step"`  // from 0; 0 for the last resort
	Last     bool      `json:"last,omitempty"`
	Due      time.Time `json:"due"`
	At       time.Time `json:"at"`
	People   []string  `json:"people,omitempty"`   // ids of engineers, each once
	Channels []string  `json:"channels,omitempty"` // each once
	Unmet    []Target  `json:"unmet,omitempty"`    // targets behind which nobody was
}

// Late is how long after its time the call was made.
func (f Firing) Late() time.Duration { return f.At.Sub(f.Due) }

// Begin starts to climb: the first step is due at once.
func (p *Policy) Begin(at time.Time) State {
	at = at.UTC().Round(0)
	return State{Policy: p.id, Start: at, Due: at}
}

// Restart climbs anew from the first step, for a case that was given back. What was
// fired before stays on record.
func (p *Policy) Restart(st State, at time.Time) State {
	fired := st.Fired
	st = p.Begin(at)
	st.Fired = fired
	return st
}

// Escalate makes the next call due now, for an engineer who wants others to take
// the case; a claim is given up. After the last resort it is the last resort again.
func (p *Policy) Escalate(st State, at time.Time) State {
	if st.Policy != p.id {
		return p.Restart(st, at)
	}
	st.Pos = min(st.Pos, p.total()-1)
	st.Due, st.Claimed = at.UTC().Round(0), time.Time{}
	return st
}

// Claim ends the climb: somebody has the case. A second claim changes nothing.
func (st State) Claim(at time.Time) State {
	if st.Claimed.IsZero() {
		st.Claimed = at.UTC().Round(0)
	}
	return st
}

// At makes every call that is due at now, once each and in order, and gives the
// state that records them. After an hour in which no process ran, all the steps of
// that hour are made at once, each with its own delay ([Firing.Late]). It calls who
// is on duty now, not who was when the step was due. A clock that goes backward
// makes no call twice. The state of another policy, since the severity changed or
// the setup did, begins anew at now.
func (p *Policy) At(st State, now time.Time) (State, []Firing) {
	if !st.Claimed.IsZero() {
		return st, nil
	}
	if st.Policy != p.id {
		st = p.Restart(st, now)
	}
	var made []Firing
	for !st.Due.IsZero() && !now.Before(st.Due) && st.Pos < p.total() {
		f, wait := p.fire(st, now)
		made = append(made, f)
		st.Fired = append(slices.Clip(st.Fired), f)
		st.Due = st.Due.Add(wait)
		st.Pos++
	}
	if st.Pos >= p.total() {
		st.Due = time.Time{}
	}
	return st, made
}

// Next is when the next call is due, in the past when it is late; false when none
// is left or the case is claimed.
func (p *Policy) Next(st State) (time.Time, bool) {
	switch {
	case !st.Claimed.IsZero():
		return time.Time{}, false
	case st.Policy != p.id:
		return st.Start, true // begins anew, at once
	}
	return st.Due, !st.Due.IsZero()
}

// total is the number of calls of a whole climb.
func (p *Policy) total() int { return len(p.steps)*(p.repeat+1) + 1 }

// fire makes the call at the state's place and tells how long to wait for a claim.
// A step that was to reach people and reaches none waits for nobody.
func (p *Policy) fire(st State, now time.Time) (Firing, time.Duration) {
	f := Firing{Policy: p.id, Round: st.Pos / len(p.steps), Step: st.Pos % len(p.steps), Due: st.Due, At: now.UTC().Round(0)}
	if st.Pos == p.total()-1 {
		f.Last = true
		p.call(&f, p.last, now)
		if len(f.People)+len(f.Channels) == 0 {
			f.People = p.roster.present(now)
		}
		return f, 0
	}
	s := p.steps[f.Step]
	p.call(&f, s.targets, now)
	if len(f.Unmet) > 0 && len(f.People) == 0 {
		return f, 0
	}
	return f, s.wait
}

// call fills in whom the targets name at an instant. The last resort calls a person
// who is on holiday, too.
func (p *Policy) call(f *Firing, targets []Target, at time.Time) {
	for _, t := range targets {
		var people []string
		switch t.Kind {
		case Channel:
			f.Channels = addNew(f.Channels, t.ID)
			continue
		case OnCallOf:
			for _, d := range p.roster.byID[t.ID].at(at) {
				people = append(people, d.Who)
			}
		case Everybody:
			people = p.roster.present(at)
		case Person:
			if f.Last || !p.roster.team.byID[t.ID].AwayAt(at) {
				people = []string{t.ID}
			}
		}
		if len(people) == 0 {
			f.Unmet = append(f.Unmet, t)
		}
		f.People = addNew(f.People, people...)
	}
}

// present is everybody who is not on holiday, or everybody when all are.
func (r *Roster) present(at time.Time) []string {
	var present, all []string
	for _, m := range r.team.members {
		all = append(all, m.ID)
		if !m.AwayAt(at) {
			present = append(present, m.ID)
		}
	}
	if len(present) == 0 {
		return all
	}
	return present
}

func addNew(list []string, more ...string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
