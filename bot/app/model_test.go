package app_test

import (
	"testing"

	"firstline/bot/bottest"
	"firstline/bot/config"
	"firstline/triage"
)

// withModel gives a town a language model that is healthy until its script says
// something else.
func withModel(opts bottest.ModelOptions) (func(*town), func() *bottest.ModelServer) {
	var server *bottest.ModelServer
	return func(w *town) {
		server = bottest.NewModel(w.t, opts)
		w.cfg.Model = config.Model{BaseURL: server.URL(), Name: bottest.ModelName, Embeddings: bottest.ModelEmbeddings, Timeout: config.Duration{D: patience}, Concurrency: 4}
		w.cfg.Secrets.OpenAIKey = bottest.ModelKey
	}, func() *bottest.ModelServer { return server }
}

// modelled plays a story on every stage with a model beside the rules.
func modelled(t *testing.T, play func(w *town, m *bottest.ModelServer), with ...func(*town)) {
	t.Helper()
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			give, model := withModel(bottest.ModelOptions{})
			w := newTown(t, s, append([]func(*town){give}, with...)...)
			play(w, model())
			if !t.Failed() && model().Seen(bottest.ModelKey) {
				t.Error("the key was in a request")
			}
		})
	}
}

// TestRelayInTwoLanguages: a healthy model, a Thai customer, a desk that reads
// English. Both read their own language and have the original at hand.
func TestRelayInTwoLanguages(t *testing.T) {
	modelled(t, func(w *town, m *bottest.ModelServer) {
		s := english(w.t)
		th := words{s.texts, "th"}
		root := w.Post(nok, siam, th.say("script.report"))
		w.expect(thread(root), offers("human"))
		w.Reply(nok, root, th.say("script.human"))
		card := w.card(shows("[en]"), shows(s.say("card.summary")))
		w.Click(kim, card, "claim")
		w.Reply(nok, root, "ตอนนี้ยังกระตุกอยู่เลยครับ ช่วยดู `live_7781` ด้วย")
		relayed := w.expect(thread(card), not(same(card)), says("[en]", "live_7781"), shows(s.with("relay.translated", "language", "Thai")))
		w.Click(kim, relayed, triage.ActionOriginal)
		w.expect(toldTo(kim, card), says("ตอนนี้ยังกระตุกอยู่เลยครับ"))
		w.Reply(kim, card, "Please lower the bitrate to 1800k and open the stream again.")
		answer := w.expect(thread(root), says("[th]", "1800k"))
		w.Click(nok, answer, triage.ActionOriginal)
		w.expect(toldTo(nok, root), says("Please lower the bitrate to 1800k"))
		w.Reply(kim, card, "ช่วยเปิดสตรีมใหม่อีกครั้งนะครับ ผมกำลังดูให้อยู่") // Kim knows Thai
		own := w.expect(thread(root), says("ช่วยเปิดสตรีมใหม่อีกครั้ง"))
		if says("[th]")(own) || own.Offers(triage.ActionOriginal) {
			w.t.Errorf("Thai is translated into Thai:\n%s", own.Text)
		}
		w.expect(thread(card), not(same(card)), says("[en]", "ช่วยเปิดสตรีมใหม่อีกครั้ง"))
		w.Click(lee, w.Now(card), triage.ActionTranscript)
		w.expect(toldTo(lee, card), shows(s.say("desk.transcript")), says("1800k"))
		w.replayed()
	})
}

// TestStepSaidForTheCase: the fix is the model's wording of the article's step.
func TestStepSaidForTheCase(t *testing.T) {
	modelled(t, func(w *town, m *bottest.ModelServer) {
		s := english(w.t)
		root := w.Post(nok, siam, s.say("script.report"))
		proposal := w.askedUntilProposal(root, w.expect(thread(root), shows(s.say("intro"))), s)
		if !says("[en]")(proposal) {
			w.t.Errorf("the fix is not in the model's words:\n%s", proposal.Text)
		}
		m.ExpectCalls(bottest.ModelStep, 1, patience)
		w.replayed()
	})
}

// TestDraftOnRequest: only the engineer who asked sees it, and only they send it.
func TestDraftOnRequest(t *testing.T) {
	modelled(t, func(w *town, m *bottest.ModelServer) {
		s := english(w.t)
		root, card := w.claimed(problem)
		w.Click(kim, w.Now(card), triage.ActionDraft)
		draft := w.expect(toldTo(kim, card), shows(s.say("desk.draft")))
		w.never(thread(root), "[en]")
		w.Click(kim, draft, triage.ActionSendDraft)
		w.expect(thread(card), not(same(card)), shows(s.with("desk.draft_sent", "name", "Kim")))
		sent := w.expect(thread(root), says("Kim", "[en]"))
		if sent.Offers(triage.ActionOriginal) {
			w.t.Errorf("English was translated for an English customer:\n%s", sent.Text)
		}
		w.replayed()
	})
}
