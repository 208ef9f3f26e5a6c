package app_test

import (
	"slices"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/triage"
)

// TestWholeConversationInEveryLanguage plays, in each of the 24 languages, a
// problem, the questions, a fix that fails, the handoff, an engineer's answer
// both ways, the end and its confirmation: on Slack, on Discord, and on one of
// the two mixtures, which take turns.
func TestWholeConversationInEveryLanguage(t *testing.T) {
	texts := english(t).texts
	detect, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	for i, lang := range i18n.Languages() {
		mixed := []stage{discordToSlack, slackToDiscord}[i%2]
		t.Run(lang, func(t *testing.T) {
			onStages(t, []stage{onSlack, onDiscord, mixed}, func(w *town) {
				w.wholeConversation(words{texts, lang}, detect)
			})
		})
	}
}

func (w *town) wholeConversation(s words, detect *langid.Detector) {
	root := w.Post(nok, siam, s.say("script.report"))
	first := w.expect(thread(root), shows(s.say("intro")))
	if got := detect.Detect(first.Text, s.lang).Lang; got != s.lang {
		w.t.Errorf("the first answer is in %s, want %s:\n%s", got, s.lang, first.Text)
	}
	last := w.askedUntilProposal(root, first, s)
	w.Reply(nok, root, s.say("script.not_fixed"))
	w.expect(thread(root), after(last), shows(s.say("propose.next")))
	w.Reply(nok, root, s.say("script.human"))
	w.expect(thread(root), shows(s.say("handoff.asked_for_person")))
	w.relayAndResolve(root, s)
}

// askedUntilProposal answers the questions, by words first and then by clicks.
func (w *town) askedUntilProposal(root, last bottest.Shown, s words) bottest.Shown {
	w.Reply(nok, root, s.say("script.answer"))
	for range 4 {
		last = w.expect(thread(root), after(last), offers("human"))
		if last.Offers("not_fixed") {
			return last
		}
		if i := slices.IndexFunc(last.Buttons, func(b bottest.Pressable) bool { return strings.HasPrefix(b.Action, "slot:") }); i >= 0 {
			w.Click(nok, last, last.Buttons[i].Action, last.Buttons[i].Value)
			continue
		}
		w.Choose(nok, last, last.Menus[0].Action, last.Menus[0].Options[0])
	}
	w.t.Fatalf("no proposal after three questions; the last message:\n%s", last.Text)
	return last
}

func (w *town) relayAndResolve(root bottest.Shown, s words) {
	card := w.card()
	for _, want := range []string{"Siam Live", "gold", "stutter", s.say("script.report")} {
		if !shows(want)(card) {
			w.t.Errorf("the card lacks %q:\n%s", want, card.Text)
		}
	}
	w.Click(kim, card, "claim")
	w.expect(thread(root), shows(s.with("claimed", "name", "Kim")))
	w.Reply(kim, card, "// only for us\nPlease open the stream again.")
	relayed := w.expect(thread(root), says("Please open the stream again."))
	if says("only for us")(relayed) || !says("Kim")(relayed) {
		w.t.Errorf("relayed to the customer: %q; want Kim's public line alone", relayed.Text)
	}
	w.Reply(nok, root, s.say("script.fixed"))
	w.expect(thread(card), not(same(card)), shows(s.say("script.fixed")))
	w.Click(kim, w.Now(card), "resolve")
	ask := w.expect(thread(root), after(relayed), offers("fixed"))
	w.Click(nok, ask, "fixed")
	w.expect(thread(root), shows(s.say("resolved.confirmed")))
	w.drain()
	if now := w.Now(ask); !settled(now) {
		w.t.Errorf("the used choices can still be clicked: %v", now.Buttons)
	}
	cases := w.cases()
	if len(cases) != 1 || cases[0].Outcome != triage.OutcomeConfirmed || cases[0].Lang != s.lang {
		w.t.Errorf("cases %+v; want one, confirmed, in %s", cases, s.lang)
	}
}
