package sla

import (
	"slices"
	"time"
)

// Every transition takes the time of its event. What does not apply in the
// state's phase changes nothing:
//
//	              fresh     active           resolved  closed
//	CustomerWrote opened    next, wakes      –         –
//	BotReplied    measured  measured         measured  measured
//	HandedOff     starts    new targets      reopens   reopens
//	PersonReplied –         stops first/next –         –
//	Waiting…      –         pauses/resumes   –         –
//	Snoozed       –         aside            –         –
//	Retargeted    kept      new targets      kept      kept
//	Resolved      resolved  stops            –         –
//	Reopened      –         –                continues continues
//	Closed        closed    halts            closed    –

// plain makes a time comparable and stable in JSON: UTC, no monotonic clock.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }

// CustomerWrote notes a message of the customer: it ends waiting and snoozing,
// and starts the next response unless one is already owed.
func (p Policy) CustomerWrote(s State, at time.Time) State {
	at = plain(at)
	if s.Opened.IsZero() {
		s.Opened = at
	}
	if s.Phase != Active {
		return s
	}
	s.Snoozed = time.Time{}
	s = p.WaitingEnded(s, at)
	if s.First.Motion == Done && s.Next.Motion == Idle {
		s.start(NextResponse, at)
	}
	return s
}

// BotReplied notes a reply of the bot. The first one after the customer's first
// message is measured; it stops no clock.
func (p Policy) BotReplied(s State, at time.Time) State {
	if s.BotReplied.IsZero() && !s.Opened.IsZero() {
		s.BotReplied = later(plain(at), s.Opened)
	}
	return s
}

// HandedOff notes that a person was called, under these targets. The first
// time starts first response and resolution; later handoffs (escalations) only
// bring their targets, and take a case up again that was resolved or closed.
func (p Policy) HandedOff(s State, at time.Time, t Targets) State {
	at = plain(at)
	s = p.Reopened(p.Retargeted(s, at, t), at)
	if s.First.Motion == Idle {
		s.Phase = Active
		s.start(FirstResponse, at)
		s.start(Resolution, at)
	}
	return s
}

// PersonReplied notes a reply of a person that the customer can read. A message
// by which a person resolves a case is one too, and comes before [Policy.Resolved].
func (p Policy) PersonReplied(s State, at time.Time) State {
	at = plain(at)
	if s.Phase != Active {
		return s
	}
	s.move(p, FirstResponse, at, Done)
	s.move(p, NextResponse, at, Done)
	if s.Next.Motion == Done {
		s.Turns = append(slices.Clip(s.Turns), s.Next)
		s.Next = Run{}
	}
	return s
}

// WaitingBegan notes that the case waits for the customer: the clocks that the
// policy pauses stand.
func (p Policy) WaitingBegan(s State, at time.Time) State {
	at = plain(at)
	if s.Phase != Active {
		return s
	}
	s.Waiting = true
	for _, c := range clocks {
		if p.pauses(c) {
			s.move(p, c, at, Paused)
		}
	}
	return s
}

// WaitingEnded notes that the case does not wait for the customer any more.
func (p Policy) WaitingEnded(s State, at time.Time) State {
	at = plain(at)
	s.Waiting = false
	for _, c := range clocks {
		if s.run(c).Motion == Paused {
			s.move(p, c, at, Running)
		}
	}
	return s
}

// Snoozed puts the case aside in the queue until a moment; one that is not
// after at takes it back. No clock stands: it is our rest, not the customer's.
func (p Policy) Snoozed(s State, at, until time.Time) State {
	if s.Phase != Active {
		return s
	}
	s.Snoozed = time.Time{}
	if until.After(at) {
		s.Snoozed = plain(until)
	}
	return s
}

// Retargeted notes new targets, because severity or tier were changed or
// corrected. Time served is kept. A clock that has already used all of its new
// target is breached now, with [CauseTargetChanged]; one that was breached
// under the old target stays so.
func (p Policy) Retargeted(s State, at time.Time, t Targets) State {
	at = plain(at)
	s.Targets = t
	for _, c := range clocks {
		if s.run(c).Open() {
			s.advance(p, c, at)
			s.retarget(c, t.Of(c))
		}
	}
	return s
}

// Resolved notes that the problem is solved. A response that was still owed is
// neither kept nor, if it was in time, missed; it is owed again if the case is
// reopened.
func (p Policy) Resolved(s State, at time.Time) State {
	if s.Phase == Fresh || s.Phase == Active {
		s = p.end(s, plain(at), Done, Resolved)
	}
	return s
}

// Closed notes that nothing more is expected. A resolution that was still owed
// is neither kept nor, if it was in time, missed: silence is not success.
func (p Policy) Closed(s State, at time.Time) State {
	if s.Phase != Closed {
		s = p.end(s, plain(at), Halted, Closed)
	}
	return s
}

func (p Policy) end(s State, at time.Time, resolution Motion, phase Phase) State {
	s.move(p, FirstResponse, at, Halted)
	s.move(p, NextResponse, at, Halted)
	s.move(p, Resolution, at, resolution)
	s.Phase, s.Waiting, s.Snoozed = phase, false, time.Time{}
	return s
}

// Reopened notes that a resolved or closed case goes on: its resolution and the
// responses still owed continue with the time they have served, under the
// targets of now. The customer's message that reopened it comes after, as
// [Policy.CustomerWrote].
func (p Policy) Reopened(s State, at time.Time) State {
	at = plain(at)
	if s.Phase != Resolved && s.Phase != Closed {
		return s
	}
	s.Phase = Fresh
	if s.First.Motion != Idle {
		s.Phase = Active
	}
	for _, c := range clocks {
		r := s.run(c)
		if r.Motion == Halted || c == Resolution && r.Motion == Done {
			r.Motion, r.Mark = Running, later(r.Mark, at)
			s.retarget(c, s.Targets.Of(c))
		}
	}
	return s
}
