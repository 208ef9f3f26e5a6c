package app_test

import (
	"testing"
	"time"

	"firstline/triage"
)

func TestInternalLines(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		w.Reply(kim, card, "//quietone\n  // quiettwo\n// quietthree")
		w.Reply(lee, card, "// Lee thinks it is the CDN") // a colleague may think aloud
		w.Reply(kim, card, "See https://example.com//a and ask again")
		w.expect(thread(root), says("https://example.com//a"))
		for _, hidden := range []string{"quietone", "quiettwo", "quietthree", "Lee thinks"} {
			w.never(thread(root), hidden)
		}
		if n := len(w.Messages(toldTo(lee, card))); n != 0 {
			w.t.Errorf("Lee was told %d things about an internal line, want nothing", n)
		}
	})
}

func TestDeskThreadOfNoCase(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		talk := w.Post(kim, desk, "who is on duty tonight?")
		w.Reply(lee, talk, "me")
		w.expect(toldTo(lee, talk), shows(s.say("desk.no_case")))
		w.drain()
		if n := len(w.Messages(thread(talk))); n != 2 {
			w.t.Errorf("%d messages for all, want the two of the engineers:\n%s", n, w.Transcript(thread(talk)))
		}
		w.wantCases(0, "engineers talk among themselves")
	})
}

func TestSecondEngineerAndEscalation(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		root, card := w.claimed(problem)
		w.Reply(lee, card, "restart everything")
		w.expect(toldTo(lee, card), shows(s.with("desk.not_yours", "name", "Kim")))
		w.never(thread(root), "restart everything")
		w.Click(lee, w.Now(card), "escalate")
		w.expect(thread(root), shows(s.say("escalated")))
		card = w.until(card, offers("claim"), shows(s.say("card.nobody")))
		w.Click(lee, card, "claim")
		w.expect(thread(root), shows(s.with("claimed", "name", "Lee")))
		w.Reply(lee, card, "I am on it")
		w.expect(thread(root), says("Lee", "I am on it"))
		w.Reply(kim, card, "so am I")
		w.expect(toldTo(kim, card), shows(s.with("desk.not_yours", "name", "Lee")))
		if c := w.caseOf(root); c.Handoff.Level != 2 || c.Assignee.ID != w.Desk.ID(lee) {
			w.t.Errorf("level %d, assignee %s; want 2 and Lee", c.Handoff.Level, c.Assignee.ID)
		}
	})
}

func TestClaimRace(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.handedOff(problem)
		done := make(chan error, 2)
		for _, who := range []string{kim, lee} {
			go func() { done <- w.TryClick(who, card, "claim") }()
		}
		for range 2 {
			if err := <-done; err != nil {
				w.t.Log(err) // the button may be gone already
			}
		}
		w.expect(thread(root), says("has taken over"))
		w.drain()
		owner := w.caseOf(root).Assignee
		if n := w.count(thread(root), says("has taken over")); n != 1 || owner == nil {
			w.t.Fatalf("%d owners were announced, assignee %v; want one:\n%s", n, owner, w.Transcript(thread(root)))
		}
		loser := map[string]string{w.Desk.ID(kim): lee, w.Desk.ID(lee): kim}[owner.ID]
		w.expect(toldTo(loser, card), shows(english(w.t).with("desk.claimed_by", "name", owner.Name)))
	})
}

// TestResolvedNotFixed: the case comes back to who resolved it.
func TestResolvedNotFixed(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		root, card := w.claimed(problem)
		w.Click(kim, w.Now(card), "resolve")
		ask := w.expect(thread(root), shows(s.with("resolved.by_person", "name", "Kim")))
		w.Click(nok, ask, "not_fixed")
		back := w.expect(thread(root), shows(s.with("reopened.claimed", "name", "Kim")))
		w.until(ask, settled)
		w.expect(thread(card), shows(s.say("desk.reopened")))
		w.Reply(kim, card, "Please try the second node")
		w.expect(thread(root), says("second node"))
		w.Click(kim, w.until(card, offers("resolve")), "resolve")
		ask = w.expect(thread(root), after(back), offers("fixed"))
		w.Click(nok, ask, "fixed")
		w.expect(thread(root), shows(s.say("resolved.confirmed")))
		w.replayed()
	})
}

// TestThanksThenSilenceThenBackAgain: thanks are not answered, quiet hours close
// the case, and "it is freezing again" opens it for the same engineer.
func TestThanksThenSilenceThenBackAgain(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		root, card := w.claimed(problem)
		w.Click(kim, w.Now(card), "resolve")
		w.Click(nok, w.expect(thread(root), offers("fixed")), "fixed")
		end := w.expect(thread(root), shows(s.say("resolved.confirmed")))
		before := w.caseOf(root).Events
		w.Reply(nok, root, "Thank you so much!")
		w.Reply(nok, root, "👍")
		w.handled(triage.EventMessage, 4) // with the report and the wish for a person
		w.drain()
		if n := w.count(thread(root), after(end)); n != 0 || w.caseOf(root).Events < before+2 {
			w.t.Errorf("thanks were answered %d times, want silence:\n%s", n, w.Transcript(thread(root)))
		}
		w.clock.add(80 * time.Hour)
		w.drain()
		if c := w.caseOf(root); c.Status != triage.StatusClosed || c.Outcome != triage.OutcomeConfirmed {
			w.t.Fatalf("after 80 quiet hours: %s %s, want closed and confirmed", c.Status, c.Outcome)
		}
		w.Reply(kim, card, "are you still there?")
		w.expect(toldTo(kim, card), shows(s.say("desk.closed")))
		w.never(thread(root), "are you still there?")
		w.Reply(nok, root, "It is freezing again since this morning")
		w.expect(thread(root), after(end), shows(s.with("reopened.claimed", "name", "Kim")))
		w.expect(thread(card), not(same(card)), says("freezing again"))
		if c := w.caseOf(root); c.Status != triage.StatusClaimed || c.Reopened != 1 || len(w.cases()) != 1 {
			w.t.Errorf("%s, reopened %d times, %d cases; want claimed, once, one", c.Status, c.Reopened, len(w.cases()))
		}
		w.replayed()
	})
}
