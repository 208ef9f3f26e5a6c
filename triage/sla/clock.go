package sla

import (
	"slices"
	"time"
)

// Clock names one of the three promises of a contract.
type Clock string

// The clocks; the package comment says what starts and stops each.
const (
	FirstResponse Clock = "first_response"
	NextResponse  Clock = "next_response"
	Resolution    Clock = "resolution"
)

var clocks = [...]Clock{FirstResponse, NextResponse, Resolution}

// Clocks lists every clock.
func Clocks() []Clock { return slices.Clone(clocks[:]) }

// Targets is what a contract promises for a tier and severity, in open time of
// its calendar. 0 (or less) is no promise.
type Targets struct {
	FirstResponse time.Duration `json:"first_response,omitzero"`
	NextResponse  time.Duration `json:"next_response,omitzero"`
	Resolution    time.Duration `json:"resolution,omitzero"`
}

// Of gives the target of one clock.
func (t Targets) Of(c Clock) time.Duration {
	switch c {
	case FirstResponse:
		return t.FirstResponse
	case NextResponse:
		return t.NextResponse
	case Resolution:
		return t.Resolution
	}
	return 0
}

// Policy is how a contract counts time. When a customer's policy changes while
// a case is open, call [Policy.Retargeted] on the old one, which counts the time
// so far, and use the new one from then on. Replaying a case's events with the
// policies of then gives the same State.
type Policy struct {
	Calendar Calendar

	// Which clocks stand while the case waits for the customer.
	PauseFirstResponse bool
	PauseNextResponse  bool
	PauseResolution    bool
}

// DefaultPolicy counts always, and pauses next response and resolution while
// the case waits for the customer, but not the first response: before a person
// has answered there is nothing to wait for.
func DefaultPolicy() Policy { return Policy{PauseNextResponse: true, PauseResolution: true} }

func (p Policy) pauses(c Clock) bool {
	switch c {
	case FirstResponse:
		return p.PauseFirstResponse
	case NextResponse:
		return p.PauseNextResponse
	}
	return p.PauseResolution
}

// Phase is how far a case is, as its clocks see it.
type Phase string

// The phases of a State.
const (
	Fresh    Phase = ""         // no person has been called
	Active   Phase = "active"   // handed off
	Resolved Phase = "resolved" // may be reopened
	Closed   Phase = "closed"   // may be reopened, too
)

// Motion is what a [Run] does.
type Motion string

// The motions of a run; the package comment has the diagram.
const (
	Idle    Motion = ""        // not started
	Running Motion = "running" // time is counted while the calendar is open
	Paused  Motion = "paused"  // waiting for the customer
	Halted  Motion = "halted"  // the case ended first; continues if it is reopened
	Done    Motion = "done"    // what the clock waits for was done
)

// Run is one run of a clock.
type Run struct {
	Motion  Motion        `json:"motion,omitempty"`
	Started time.Time     `json:"started,omitzero"`
	Mark    time.Time     `json:"mark,omitzero"`   // time is counted up to here; when it stopped, once it has
	Served  time.Duration `json:"served,omitzero"` // open time of the calendar, without pauses
	Wall    time.Duration `json:"wall,omitzero"`   // by the wall: with pauses and closed hours, without the time between resolved and reopened
	Target  time.Duration `json:"target,omitzero"` // in force now, or when the run was done or breached

	Reached   Level     `json:"reached,omitzero"` // the highest level so far under this target
	ReachedAt time.Time `json:"reached_at,omitzero"`
	Told      Level     `json:"told,omitzero"` // the highest that a notice was given for
}

// Open tells that the clock has started and neither stopped nor halted.
func (r Run) Open() bool { return r.Motion == Running || r.Motion == Paused }

// Breached tells that the target was missed, whatever happened since.
func (r Run) Breached() bool { return r.Reached == LevelBreach }

// State is everything that the clocks know about a case. The zero value is a
// case that nothing has happened to. It is a value: no method or transition
// changes the one it is called on. All times are in UTC.
type State struct {
	Phase      Phase     `json:"phase,omitempty"`
	Targets    Targets   `json:"targets,omitzero"`
	Opened     time.Time `json:"opened,omitzero"`      // the customer's first message
	BotReplied time.Time `json:"bot_replied,omitzero"` // the bot's first reply to it
	Waiting    bool      `json:"waiting,omitempty"`    // for the customer
	Snoozed    time.Time `json:"snoozed,omitzero"`     // aside in the queue until then

	First      Run `json:"first,omitzero"`
	Next       Run `json:"next,omitzero"` // the open one, or idle
	Resolution Run `json:"resolution,omitzero"`

	Turns    []Run    `json:"turns,omitempty"`    // next responses that were given, oldest first
	Breaches []Breach `json:"breaches,omitempty"` // only ever appended to
}

// Run gives a clock's run; for the next response the open one.
func (s State) Run(c Clock) Run { return *s.run(c) }

func (s *State) run(c Clock) *Run {
	switch c {
	case FirstResponse:
		return &s.First
	case NextResponse:
		return &s.Next
	}
	return &s.Resolution
}

func (s *State) start(c Clock, at time.Time) {
	*s.run(c) = Run{Motion: Running, Started: at, Mark: at, Target: s.Targets.Of(c)}
}

// advance counts a clock's time up to at. It is the only place where time is
// added, and it never takes any away.
func (s *State) advance(p Policy, c Clock, at time.Time) {
	r := s.run(c)
	if !r.Open() || !at.After(r.Mark) {
		return
	}
	s.cross(p, c, at)
	if r.Motion == Running {
		r.Served += p.Calendar.Between(r.Mark, at)
	}
	r.Wall += at.Sub(r.Mark)
	r.Mark = at
}

// cross notes the highest level that a running clock reaches by at, and when,
// without counting its time: an event from before at may still come.
func (s *State) cross(p Policy, c Clock, at time.Time) {
	r := s.run(c)
	if r.Motion != Running || r.Target <= 0 || r.Reached == LevelBreach {
		return
	}
	served := r.Served + p.Calendar.Between(r.Mark, at)
	for _, l := range levels {
		if l > r.Reached && served >= l.of(r.Target) {
			r.Reached, r.ReachedAt = l, r.moment(p, l)
		}
	}
	if r.Breached() {
		s.breach(Breach{Clock: c, Target: r.Target, Due: r.ReachedAt, At: at})
	}
}

// moment gives when a running clock reaches a level.
func (r Run) moment(p Policy, l Level) time.Time {
	return p.Calendar.Add(r.Mark, l.of(r.Target)-r.Served)
}

// move counts an open clock's time and changes what it does from then on.
func (s *State) move(p Policy, c Clock, at time.Time, to Motion) {
	s.advance(p, c, at)
	if r := s.run(c); r.Open() {
		r.Motion = to
	}
}

// retarget gives a run that is open, or opens again, a new target. Its time
// must have been counted. Warnings that the new target has not reached yet will
// be given, although the old one may have given them: the news is different.
func (s *State) retarget(c Clock, target time.Duration) {
	r := s.run(c)
	if r.Target == target || r.Breached() {
		return // a broken promise stays broken, and keeps the target that was broken
	}
	r.Target = target
	r.Reached, r.ReachedAt = reached(r.Served, target), r.Mark
	r.Told = min(r.Told, r.Reached)
	if r.Breached() {
		s.breach(Breach{Clock: c, Target: target, Due: r.Mark, At: r.Mark, Cause: CauseTargetChanged})
	}
}

func (s *State) breach(b Breach) { s.Breaches = append(slices.Clip(s.Breaches), b) }
