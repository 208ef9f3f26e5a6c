package app_test

import (
	"encoding/json"
	"testing"

	"firstline/bot/bottest"
	"firstline/triage"
)

// wrong is what a model writes that must not be shown.
type wrong struct {
	name  string
	fault bottest.ModelFault
}

// wrongs lists what is wrong with a step or a summary, whatever its language.
func wrongs() []wrong {
	var list []wrong
	for _, what := range bottest.ModelInventions() {
		list = append(list, wrong{"invents a " + string(what), bottest.ModelInvents(what)})
	}
	return append(list,
		wrong{"another language", bottest.ModelWrongLanguage},
		wrong{"the customer's words", bottest.ModelEchoes},
		wrong{"its instruction", bottest.ModelLeaks},
		wrong{"a promise", adds(" We will refund you.")},
	)
}

// adds has a model write the article's step, or a line about the case, with
// something behind it.
func adds(more string) bottest.ModelFault {
	return bottest.ModelComputes(func(data json.RawMessage) any {
		var d struct {
			Step string `json:"step"`
		}
		_ = json.Unmarshal(data, &d)
		return map[string]any{"step": d.Step + more, "lines": []string{"The stream freezes." + more}}
	})
}

// proposed leads to the first fix.
func (w *town) proposed(s words) (root, proposal bottest.Shown) {
	w.t.Helper()
	root, first := w.reported(s.say("script.report"))
	return root, w.askedUntilProposal(root, first, s)
}

// TestWrongWordsOfTheModel: the article's own text goes out, and the card has no
// summary.
func TestWrongWordsOfTheModel(t *testing.T) {
	for _, s := range bothPlatforms {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			langs := []words{speaking(t, "en"), speaking(t, "th")}
			offline, want := newTown(t, s), map[string]string{}
			for _, l := range langs {
				_, proposal := offline.proposed(l)
				want[l.lang] = proposal.Text
			}
			w, m := modelTown(t, s)
			for _, l := range langs {
				for _, x := range wrongs() {
					t.Log(l.lang, x.name)
					w.ownWords(m, l, x, want[l.lang])
				}
			}
			w.replayed()
		})
	}
}

func (w *town) ownWords(m *bottest.ModelServer, l words, x wrong, want string) {
	w.t.Helper()
	m.Heal()
	m.Script(bottest.ModelStep, bottest.ModelAlways, x.fault)
	m.Script(bottest.ModelSummary, bottest.ModelAlways, x.fault)
	before := w.notBelieved()
	root, proposal := w.proposed(l)
	if proposal.Text != want {
		w.t.Errorf("proposed\n%s\nwant the article's own words\n%s", proposal.Text, want)
	}
	if n := w.notBelieved() - before; n != 1 {
		w.t.Errorf("%v steps of the model were counted as not believed, want 1", n)
	}
	if c := w.caseOf(root); c.Fixes[0].Said != "" {
		w.t.Errorf("kept as said: %q", c.Fixes[0].Said)
	}
	w.Reply(nok, root, l.say("script.human"))
	w.drain()
	summary := speaking(w.t, "en").say("card.summary")
	card := w.expect(in(desk), offers(triage.ActionClaim), says(w.caseOf(root).ID))
	if grounded := x.name == "the customer's words"; shows(summary)(card) && !grounded {
		w.t.Errorf("the card has a summary:\n%s", card.Text)
	}
}

// notBelieved counts the steps of the model that were not shown; those with
// placeholders that were never given, as the instruction has, are no answer at all.
func (w *town) notBelieved() float64 {
	w.t.Helper()
	return w.metric(`firstline_model_dropped_total{purpose="step"`) + w.metric(`firstline_model_seconds_count{outcome="nonsense",purpose="step"}`)
}

// TestSummaryOfTheCase: lines with facts that nobody told are left out, and it
// is written anew when much was said.
func TestSummaryOfTheCase(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		m.Script(bottest.ModelSummary, 1, bottest.ModelAnswers(map[string][]string{
			"lines": {"The stream freezes in Thailand.", "It froze for 4711 users on SDK 9.9.9.", "They want an engineer."},
		}))
		root, card := w.handedOff(problem)
		if !shows("They want an engineer.")(card) || shows("4711")(card) {
			w.t.Errorf("the card lacks what was told, or has what nobody told:\n%s", card.Text)
		}
		w.Click(kim, card, triage.ActionClaim)
		var last string
		for _, last = range []string{"hello", "are you there", "we wait for you", "our boss asks every minute", "please do answer"} {
			w.Reply(nok, root, last)
		}
		w.until(card, translated("en", "[en] "+last))
		w.replayed()
	})
}

// TestDraftOnRequest: only the engineer who asked sees it, and only they send it.
func TestDraftOnRequest(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root, card := w.claimed(problem)
		before := len(w.Messages(thread(root)))
		w.press(kim, card, triage.ActionDraft)
		draft := w.expect(aside(kim), shows(s.say("desk.draft")))
		w.drain()
		if seen := len(w.Messages(aside(lee))) + w.count(in(desk), shows(s.say("desk.draft"))); seen != 0 {
			w.t.Errorf("the draft is seen %d times by others", seen)
		}
		if err := w.TryClick(lee, draft, triage.ActionSendDraft); err == nil {
			w.t.Error("Lee can send Kim's draft")
		}
		w.drain()
		if n := len(w.Messages(thread(root))); n != before {
			w.t.Errorf("the customer sees a draft:\n%s", w.Transcript(thread(root)))
		}
		w.Click(kim, draft, triage.ActionSendDraft)
		w.expect(thread(card), not(same(card)), shows(s.with("desk.draft_sent", "name", "Kim")))
		sent := w.expect(thread(root), says("Kim", "[en]"))
		if sent.Offers(triage.ActionOriginal) {
			w.t.Errorf("English was translated for an English customer:\n%s", sent.Text)
		}
		w.replayed()
	})
}

// TestNoDraft: the engineer who asked is told, nobody else, and has the second
// word.
func TestNoDraft(t *testing.T) {
	modelled(t, bothPlatforms, func(w *town, m *bottest.ModelServer) {
		s := speaking(w.t, "en")
		root, card := w.claimed(problem)
		before := w.Transcript(thread(root))
		told := root
		for _, x := range []wrong{
			{"refusal", bottest.ModelRefuses},
			{"not grounded", bottest.ModelInvents(bottest.InventsCommand)},
			{"a link", bottest.ModelInvents(bottest.InventsLink)},
			{"a promise", bottest.ModelAnswers(map[string]string{"reply": "We will refund you."})},
			{"another language", bottest.ModelWrongLanguage},
			{"its instruction", bottest.ModelLeaks},
			{"nothing", bottest.ModelAnswers(map[string]string{"reply": " "})},
		} {
			m.Script(bottest.ModelReply, bottest.ModelAlways, x.fault)
			w.press(kim, card, triage.ActionDraft)
			told = w.expect(aside(kim), after(told), shows(s.say("desk.no_draft")))
			if told.Offers(triage.ActionSendDraft) {
				w.t.Errorf("%s can be sent:\n%s", x.name, told.Text)
			}
			m.Heal()
		}
		w.drain()
		if n := len(w.Messages(aside(lee))); n != 0 || w.Transcript(thread(root)) != before {
			w.t.Errorf("Lee was told %d things, and the customer sees\n%s", n, w.Transcript(thread(root)))
		}
		w.Reply(kim, card, "Please open the stream again.")
		w.expect(thread(root), says("Please open the stream again."))
		w.replayed()
	})
}
