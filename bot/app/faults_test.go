package app_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
	"firstline/triage"
)

// impatient makes the program give up a call soon, so that a story of a
// platform that hangs is short.
func impatient(w *town) { w.opt.HTTP = &http.Client{Timeout: 300 * time.Millisecond} }

// counted is what must be in /metrics after a fault, by its name.
var counted = map[string]string{
	bottest.FaultLimited:    `firstline_messages_total{platform="%s",result="failed_rate_limited"}`,
	bottest.FaultErrorAfter: `firstline_messages_total{platform="%s",result="found"}`,
	bottest.FaultCutAfter:   `firstline_messages_total{platform="%s",result="found"}`,
	bottest.FaultHangAfter:  `firstline_messages_total{platform="%s",result="found"}`,
}

// TestFaultsOnTheWayOut arms every fault before each message of a
// conversation: all of them arrive, once and in order, and the trouble is
// counted.
func TestFaultsOnTheWayOut(t *testing.T) {
	for _, s := range []stage{onSlack, onDiscord} {
		t.Run(s.name, func(t *testing.T) {
			for _, fault := range faultsOf(s) {
				t.Run(fault, func(t *testing.T) {
					t.Parallel()
					newTown(t, s, impatient).conversationWith(fault)
				})
			}
		})
	}
}

func faultsOf(s stage) []string {
	if s.customers == "slack" {
		return (&bottest.SlackChat{}).Faults()
	}
	return (&bottest.DiscordChat{}).Faults()
}

func (w *town) conversationWith(fault string) {
	s := english(w.t)
	claimed, resolved := s.with("claimed", "name", "Kim"), s.with("resolved.by_person", "name", "Kim")
	w.Customers.Fail(bottest.CallPost, 1, fault)
	root := w.Post(nok, siam, problem)
	w.Reply(nok, root, wantHuman)
	w.Reply(nok, root, "The stream is summer-1")
	w.expect(thread(root), shows(s.say("handoff.passed_on")))
	card := w.card()
	w.Customers.Fail(bottest.CallPost, 1, fault)
	w.Desk.Fail(bottest.CallPost, 1, fault) // to both sides at once
	w.Click(kim, w.Now(card), "claim")
	w.expect(thread(root), shows(claimed))
	w.expect(thread(card), shows(s.with("desk.claimed", "name", "Kim")))
	w.Desk.Fail(bottest.CallUpdate, 1, fault)
	w.Customers.Fail(bottest.CallPost, 1, fault)
	w.Click(kim, w.Now(card), "resolve")
	w.Reply(kim, card, "one last word")
	w.expect(thread(root), shows(resolved))
	w.expect(thread(root), says("one last word"))
	w.until(card, shows(s.say("status.resolved")))
	w.expect(thread(card), shows(s.with("desk.resolved", "name", "Kim")))
	w.inOrder(root, s.say("intro"), s.say("handoff.asked_for_person"), s.say("handoff.passed_on"), claimed, resolved, "one last word")
	w.inOrder(card, "summer-1", s.with("desk.claimed", "name", "Kim"), s.with("desk.resolved", "name", "Kim"))
	if n := w.count(in(desk), shows("Siam Live (gold)")); n != 1 {
		w.t.Errorf("%d cards, want one:\n%s", n, w.Transcript(in(desk)))
	}
	w.counts(fault)
}

// counts checks that a fault can be seen by an operator, and that nothing was
// given up for it.
func (w *town) counts(fault string) {
	w.t.Helper()
	line, ok := counted[fault]
	if !ok {
		line = `firstline_messages_total{platform="%s",result="failed_`
	}
	line = fmt.Sprintf(line, w.Desk.Platform())
	if n := w.metric(line); n < 1 {
		w.t.Errorf("%s is %v, want it counted", line, n)
	}
	if n := w.metric("firstline_outbox_dead"); n != 0 {
		w.t.Errorf("%v messages were given up", n)
	}
}

// TestRefusedToken: nothing is lost while an operator mends it.
func TestRefusedToken(t *testing.T) {
	onStages(t, []stage{onSlack, onDiscord}, func(w *town) {
		w.Customers.Refuse(true)
		root := w.Post(nok, siam, problem)
		w.journal.await(w.t, "the refusal", func(text string, _ map[triage.EventKind]int) bool {
			return strings.Contains(text, "the platform refuses us")
		})
		if n := w.metric(fmt.Sprintf(`firstline_messages_total{platform="%s",result="failed_auth"}`, w.Customers.Platform())); n < 1 {
			w.t.Errorf("refusals of the token counted: %v, want some", n)
		}
		w.stop()
		w.Customers.Refuse(false)
		w.clock.add(time.Minute) // it is tried every half minute
		w.start()
		w.expect(thread(root), offers("human"))
	})
}

// TestOtherBotsAreIgnored, and so is what the program wrote itself.
func TestOtherBotsAreIgnored(t *testing.T) {
	everywhere(t, func(w *town) {
		other := bottest.Words{OtherBot: true}
		w.Post(nok, siam, "deploy finished, the stream is down", other)
		root, card := w.claimed(problem)
		w.Reply(nok, root, "alert: 500", other)
		w.Reply(kim, card, "build is green", other)
		w.Reply(nok, root, "a word of mine")
		w.expect(thread(card), not(same(card)), says("a word of mine"))
		w.Reply(kim, card, "done")
		w.expect(thread(root), says("done"))
		w.never(thread(root), "build is green")
		w.never(thread(card), "alert: 500")
		w.wantCases(1, "the one of a person")
	})
}
