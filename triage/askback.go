package triage

import (
	"strings"
	"time"
	"unicode/utf8"
)

// A customer does not only report and answer: the same message comes twice, a
// step is asked back about, and who waits for a person wants to know how it
// stands. None of that is an answer to what was asked last.

// A message counts as sent twice when the same words come again within this
// time; a verdict, or what is short enough to answer two questions alike, only
// when nobody can have read what the bot said in between.
const (
	twiceWithin       = 90 * time.Second
	twiceAnswerWithin = 5 * time.Second
	longestAnswer     = 24 // characters
)

// sentTwice tells that a message is the one before it once more, by a double
// click or a line that was resent. A short one may also mean something new by
// now, as the answer to another question; then it is not.
func (t *turn) sentTwice(r Reading, learned bool) bool {
	n := len(t.c.Words)
	if n == 0 || len(t.ev.Files) > 0 || r.Act == ActHuman {
		return false
	}
	last := t.c.Words[n-1]
	short := utf8.RuneCountInString(t.ev.Text) <= longestAnswer
	within := twiceWithin
	verdict := (r.Act == ActFixed || r.Act == ActNotFixed) && (len(t.before.Fixes) > 0 || t.before.AskedSure)
	if verdict || short && (r.Act == ActAnswer || r.Unknown) {
		within = twiceAnswerWithin
	}
	return !(short && learned) && t.ev.At.Sub(last.At) <= within && sameWords(last.Text, t.ev.Text)
}

func sameWords(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// leaveAsItWas takes back what a message that came twice was read as. The
// engineers see it all the same: it may be corrected or deleted later.
func (t *turn) leaveAsItWas() {
	events, updated, timers := t.c.Events, t.c.Updated, t.c.Timers
	t.c = t.before.clone()
	t.c.Events, t.c.Updated, t.c.Timers = events, updated, timers
	if t.c.Status.WithPerson() {
		t.relay(ToDesk)
	}
}

// endsAsking tells that a text ends with a question mark.
func endsAsking(text string) bool {
	text = strings.TrimRight(text, " \t\r\n!！")
	for _, mark := range []string{"?", "？", "؟"} {
		if strings.HasSuffix(text, mark) {
			return true
		}
	}
	return false
}

// asks tells that a message asks something: it is read as a question, or it
// ends as one and is not surely anything else.
func (t *turn) asks(r Reading) bool {
	return r.Act == ActQuestion || endsAsking(t.ev.Text) && r.ActConfidence < t.p.FixedConf
}

// cannotTell tells that a customer does not know whether it helped. "Not" in
// "I do not know" denies nothing; a clear verdict counts all the same.
func (t *turn) cannotTell(r Reading) bool {
	verdict := r.Act == ActFixed || r.Act == ActNotFixed
	return r.Unknown && !(verdict && r.ActConfidence >= t.p.FixedConf)
}

// explain answers who asks back about a step or cannot tell whether it helped:
// there is nothing to add to the step but how to see that it worked, and a
// person can show it. Who asks a second time is not put off again.
func (t *turn) explain() {
	fix := &t.c.Fixes[len(t.c.Fixes)-1]
	if fix.AskedBack {
		t.handOff(ReasonNoFixKnown)
		return
	}
	fix.AskedBack = true
	t.timer(TimerNudge, t.p.NudgeAfter)
	check := Message{Key: "plain", Args: map[string]Arg{"text": {Kind: ArgCheck, Values: []string{fix.Article}}}}
	t.say(Effect{Lines: []Message{{Key: "propose.how"}, check}, Options: t.verdictOptions()})
}

// asksNews tells that a customer whom a person has been called for wants to
// know how it stands. In a P1 that is anybody who answers nothing and brings
// nothing new: another question would be the wrong reply.
func (t *turn) asksNews(r Reading, learned bool) bool {
	switch {
	case r.Act == ActHuman, r.Act == ActQuestion, r.Act == ActFixed && endsAsking(t.ev.Text):
		return true
	case learned || r.Unknown || r.Wait:
		return false
	case endsAsking(t.ev.Text):
		return true
	case t.c.Handoff.Reason != ReasonP1:
		return false
	}
	return r.Act == ActOther || r.Act == ActGreeting || r.Act == ActReport || r.Act == ActNotFixed
}
