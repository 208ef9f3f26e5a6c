package app_test

import (
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
	"firstline/bot/config"
	"firstline/triage"
)

// modelTown is a town with a language model beside the rules, which is healthy
// until its script says something else. It searches by words alone.
func modelTown(t *testing.T, s stage, with ...func(*town)) (*town, *bottest.ModelServer) {
	t.Helper()
	m := bottest.NewModel(t, bottest.ModelOptions{})
	give := func(w *town) {
		w.cfg.Model = config.Model{BaseURL: m.URL(), Name: bottest.ModelName, Timeout: config.Duration{D: patience}, Concurrency: 4}
		w.cfg.Secrets.OpenAIKey = bottest.ModelKey
	}
	w := newTown(t, s, append([]func(*town){give}, with...)...)
	t.Cleanup(func() {
		for _, c := range m.Calls(bottest.AnyPurpose) {
			if strings.Contains(c.Raw, bottest.ModelKey) {
				t.Errorf("the key was in a request for %s", c.Purpose)
			}
		}
		w.journal.leaks(t, bottest.ModelKey)
	})
	return w, m
}

// within makes a model's time short, for stories in which it does not answer.
func within(budget time.Duration) func(*town) {
	return func(w *town) { w.cfg.Model.Timeout.D = budget }
}

// byMeaning has articles found with embeddings, too. Each such town makes an
// index of its own, which takes a moment.
func byMeaning(w *town) { w.cfg.Model.Embeddings = bottest.ModelEmbeddings }

// modelled plays a story on stages with a model beside the rules.
func modelled(t *testing.T, list []stage, play func(w *town, m *bottest.ModelServer), with ...func(*town)) {
	t.Helper()
	for _, s := range list {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			play(modelTown(t, s, with...))
		})
	}
}

// bothPlatforms are the stages of stories that would say no more on mixed ones.
var bothPlatforms = []stage{onSlack, onDiscord}

// speaking gives what is said in a language. The catalogue is loaded once.
func speaking(t *testing.T, lang string) words {
	t.Helper()
	return words{sharedCore(t).Texts, lang}
}

// translated matches words that went through the model into a language.
func translated(lang string, parts ...string) bottest.Match {
	return says(append(parts, "["+lang+"]")...)
}

// thaiClaimed opens the case of a Thai customer, which Kim has; the desk reads
// English.
func (w *town) thaiClaimed() (root, card bottest.Shown) {
	w.t.Helper()
	th := speaking(w.t, "th")
	root, _ = w.reported(th.say("script.report"))
	w.Reply(nok, root, th.say("script.human"))
	card = w.card()
	w.Click(kim, card, triage.ActionClaim)
	w.expect(thread(root), shows(th.with("claimed", "name", "Kim")))
	w.drain()
	return root, w.Now(card)
}

// aside is what is meant for one engineer alone, wherever on the desk: on Discord
// an answer to a click stands where the card does, not in its thread.
func aside(who string) bottest.Place { return bottest.Place{Room: desk, For: who} }

// press clicks a button when the program has noted where its message stands.
func (w *town) press(who string, m bottest.Shown, action string) {
	w.t.Helper()
	w.drain()
	w.Click(who, w.Now(m), action)
}

// TestRelayInTwoLanguages: a healthy model, a Thai customer, a desk that reads
// English. Both read their own language and have the original at hand, on the
// card, too.
func TestRelayInTwoLanguages(t *testing.T) {
	modelled(t, stages, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root, card := w.thaiClaimed()
		report := speaking(w.t, "th").say("script.report")
		if !translated("en", report)(card) || !shows(s.say("card.summary"))(card) {
			w.t.Errorf("the card is not in English, or has no summary:\n%s", card.Text)
		}
		w.press(lee, card, triage.ActionOriginal)
		if told := w.expect(aside(lee), shows(report)); says("[en]")(told) {
			w.t.Errorf("shown as the original: %q", told.Text)
		}
		w.Reply(nok, root, "ตอนนี้ยังกระตุกอยู่เลยครับ ช่วยดู `live_7781` ด้วย")
		relayed := w.expect(thread(card), not(same(card)), translated("en", "live_7781"), shows(s.with("relay.translated", "language", "Thai")))
		w.press(kim, relayed, triage.ActionOriginal)
		w.expect(aside(kim), says("ตอนนี้ยังกระตุกอยู่เลยครับ"), not(says("[en]")))
		w.Reply(kim, card, "Please lower the bitrate to 1800k and open the stream again.")
		answer := w.expect(thread(root), translated("th", "1800k"))
		w.press(nok, answer, triage.ActionOriginal)
		w.expect(toldTo(nok, root), says("Please lower the bitrate to 1800k"), not(says("[th]")))
		w.Reply(kim, card, "ช่วยเปิดสตรีมใหม่อีกครั้งนะครับ ผมกำลังดูให้อยู่") // Kim knows Thai
		own := w.expect(thread(root), says("ช่วยเปิดสตรีมใหม่อีกครั้ง"))
		if says("[th]")(own) || own.Offers(triage.ActionOriginal) {
			w.t.Errorf("Thai is translated into Thai:\n%s", own.Text)
		}
		w.expect(thread(card), not(same(card)), translated("en", "ช่วยเปิดสตรีมใหม่อีกครั้ง")) // Lee may not
		w.press(lee, card, triage.ActionTranscript)
		w.expect(aside(lee), shows(s.say("desk.transcript")), says("1800k", "live_7781"))
		w.replayed()
	})
}

// TestStepSaidForTheCase: the fix is the model's wording of the article's step.
func TestStepSaidForTheCase(t *testing.T) {
	modelled(t, stages, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root := w.Post(nok, siam, s.say("script.report"))
		proposal := w.askedUntilProposal(root, w.expect(thread(root), shows(s.say("intro"))), s)
		if !says("[en]")(proposal) {
			w.t.Errorf("the fix is not in the model's words:\n%s", proposal.Text)
		}
		m.ExpectCalls(bottest.ModelStep, 1, patience)
		w.replayed()
	})
}

// TestModelIsGoneAtARestart: the words it had found for the first fix stay, and
// the conversation goes on without it.
func TestModelIsGoneAtARestart(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root := w.Post(nok, siam, s.say("script.report"))
		first := w.askedUntilProposal(root, w.expect(thread(root), shows(s.say("intro"))), s)
		if !says("[en]")(first) {
			w.t.Errorf("the fix is not in the model's words:\n%s", first.Text)
		}
		w.drain()
		w.restart(m.Close)
		w.Reply(nok, root, s.say("script.not_fixed"))
		second := w.expect(thread(root), after(first), shows(s.say("propose.next")))
		if says("[en]")(second) {
			w.t.Errorf("said by a model that is gone:\n%s", second.Text)
		}
		w.Reply(nok, root, wantHuman)
		card := w.card(not(shows(s.say("card.summary"))))
		w.Click(kim, card, triage.ActionClaim)
		w.Reply(kim, card, "Please lower the bitrate to 1800k")
		w.expect(thread(root), says("1800k"))
		if c := w.caseOf(root); len(c.Fixes) != 2 || c.Fixes[0].Said == "" || c.Fixes[1].Said != "" || c.Fixes[0].Outcome != triage.FixFailed {
			w.t.Errorf("fixes %+v; want one in the model's words, which failed, and one in the article's", c.Fixes)
		}
		w.replayed()
	}, within(time.Second))
}
