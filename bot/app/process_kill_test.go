package app_test

import (
	"testing"

	"firstline/bot/bottest"
)

// TestProcessKilledInMidConversation kills the real program four times: before
// an answer that was not sent, after one that was sent and not noted, while
// idle, and in the middle of the relay. The people notice nothing but a pause.
func TestProcessKilledInMidConversation(t *testing.T) {
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			p := newProgram(t, s)
			root, card := p.killedThreeTimes()
			p.Reply(kim, card, "first word of Kim")
			p.Reply(kim, card, "second word of Kim")
			p.kill()

			p.serve()
			p.caughtUp()
			p.Reply(nok, root, "I am still here")
			p.expect(thread(root), says("second word of Kim"))
			p.expect(thread(card), not(same(card)), says("I am still here"))
			said := english(t)
			p.inOrder(root, said.say("intro"), said.say("ask.scope"), said.say("handoff.asked_for_person"),
				said.with("claimed", "name", "Kim"), "first word of Kim", "second word of Kim")
			p.once(thread(root), said.say("ask.region"))
			p.inOrder(card, said.with("desk.claimed", "name", "Kim"), "I am still here")
			if code := p.terminate(); code != 0 {
				t.Errorf("SIGTERM: exit code %d, want 0", code)
			}
		})
	}
}

// killedThreeTimes comes as far as a case that Kim has claimed.
func (p *program) killedThreeTimes() (root, card bottest.Shown) {
	p.serve()
	p.Customers.Fail(bottest.CallPost, 1, bottest.FaultHang)
	root = p.Post(nok, siam, "Our live stream keeps freezing")
	p.Customers.ExpectCalls(bottest.CallPost, 1, patience)
	p.kill()

	p.serve()
	first := p.expect(thread(root), offers("slot:region"))
	p.Customers.Fail(bottest.CallPost, 1, bottest.FaultHangAfter)
	p.Choose(nok, first, "slot:region", "TH")
	p.expect(thread(root), after(first), offers("slot:scope")) // shown, and the answer to the call never comes
	p.kill()

	p.serve()
	second := p.expect(thread(root), after(first), offers("slot:scope"))
	p.Click(nok, second, "slot:scope", "many")
	p.expect(thread(root), after(second))
	p.kill()
	late := p.Reply(nok, root, wantHuman) // nobody is there

	p.serve()
	p.caughtUp()
	p.expect(thread(root), after(late), shows(english(p.t).say("handoff.asked_for_person")))
	card = p.expect(in(desk), offers("claim"))
	p.Click(kim, card, "claim")
	p.expect(thread(root), shows(english(p.t).with("claimed", "name", "Kim")))
	return root, card
}

// caughtUp hands over what was said while nobody was there: Slack does it,
// Discord's is read by the program.
func (p *program) caughtUp() {
	p.t.Helper()
	if left := p.Customers.Catch() + p.Desk.Catch(); left != 0 {
		p.t.Fatalf("%d events are not acknowledged", left)
	}
}
