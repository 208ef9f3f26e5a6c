package triage_test

import (
	"testing"

	"firstline/triage"
)

// opened is a case with a symptom, scenario, region and scope, so that nothing
// but what the catalogue asks further is missing.
func opened(t *testing.T) *script {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActReport, Scenario: "voice_room", Regions: []string{"TH"}, Symptoms: []string{"audio_quality"},
		SymptomConf: []float64{0.9}, Severity: triage.P3, Facts: map[string]string{"scope": "some"}})
	return s
}

// proposed is the same with a fix that waits for its verdict.
func proposed(t *testing.T) *script {
	s := opened(t)
	for range 4 {
		if s.c.Status == triage.StatusAwaiting {
			return s
		}
		s.customer(triage.Reading{Act: triage.ActAnswer, Unknown: true})
	}
	t.Fatalf("no fix was proposed: status %s", s.c.Status)
	return nil
}

// TestWhatClosesACase: "still broken" taken for "fixed" is the costliest error.
func TestWhatClosesACase(t *testing.T) {
	fixed := func(conf float64) triage.Reading { return triage.Reading{Act: triage.ActFixed, ActConfidence: conf} }
	for _, tc := range []struct {
		name  string
		begin func(*testing.T) *script
		said  []triage.Reading
		want  triage.Status
	}{
		{"a clear verdict on a fix", proposed, []triage.Reading{fixed(0.9)}, triage.StatusResolved},
		{"an unclear one is asked about", proposed, []triage.Reading{fixed(0.5)}, triage.StatusAwaiting},
		{"and the answer to that counts", proposed, []triage.Reading{fixed(0.5), {Act: triage.ActAnswer, Yes: true}}, triage.StatusResolved},
		{"clear, with nothing proposed", opened, []triage.Reading{fixed(0.9)}, triage.StatusResolved},
		{"nearly clear, with nothing proposed", opened, []triage.Reading{fixed(0.67)}, triage.StatusCollecting},
		{"nearly clear, when that is what was asked", opened, []triage.Reading{fixed(0.67), fixed(0.67)}, triage.StatusResolved},
		{"a yes to another question", opened, []triage.Reading{fixed(0.67), {Act: triage.ActOther}, {Act: triage.ActAnswer, Yes: true}}, triage.StatusCollecting},
		{"as the first words", newScript, []triage.Reading{fixed(0.99)}, triage.StatusCollecting},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := tc.begin(t)
			for _, r := range tc.said {
				s.customer(r)
			}
			if s.c.Status != tc.want {
				t.Errorf("status %s, want %s", s.c.Status, tc.want)
			}
		})
	}
}

// TestAnotherTroubleAfterAFix: "no echo any more, but now there is no sound" is
// about the sound.
func TestAnotherTroubleAfterAFix(t *testing.T) {
	s := proposed(t)
	s.customer(triage.Reading{Act: triage.ActNotFixed, Symptoms: []string{"no_audio"}, SymptomConf: []float64{0.9}})
	if s.c.Status != triage.StatusAwaiting || s.c.Symptoms[0].Value != "no_audio" || s.c.Fixes[0].Outcome != triage.FixFailed {
		t.Errorf("status %s, symptoms %v, first fix %s; want a next fix, for no_audio, the first failed", s.c.Status, s.c.SymptomIDs(), s.c.Fixes[0].Outcome)
	}
}

// TestSeverityFollowsItsWords: what says nothing of the extent neither raises
// the severity nor lowers it; "some" and "one" are no outage.
func TestSeverityFollowsItsWords(t *testing.T) {
	outage := triage.Reading{Act: triage.ActReport, Symptoms: []string{"no_audio"}, Severity: triage.P1, SeverityConf: 0.9, Facts: map[string]string{"scope": "all"}}
	mild := triage.Reading{Act: triage.ActReport, Symptoms: []string{"no_audio"}, Severity: triage.P3, SeverityConf: 0.9}
	few := func(scope string) triage.Reading {
		return triage.Reading{Act: triage.ActReport, Symptoms: []string{"no_audio"}, Severity: triage.P1, SeverityConf: 0.9, Facts: map[string]string{"scope": scope}}
	}
	answer := func(sev triage.Severity, facts map[string]string) triage.Reading {
		return triage.Reading{Act: triage.ActAnswer, Severity: sev, SeverityConf: 0.9, Facts: facts}
	}
	for _, tc := range []struct {
		name string
		said []triage.Reading
		want triage.Severity
	}{
		{"a version after an outage", []triage.Reading{outage, answer(triage.P2, map[string]string{"version": "4.2.1"})}, triage.P1},
		{"another country", []triage.Reading{mild, {Act: triage.ActReport, Corrects: true, Regions: []string{"MY"}, Severity: triage.P1, SeverityConf: 0.9}}, triage.P3},
		{"how many, told later", []triage.Reading{mild, answer(triage.P1, map[string]string{"scope": "all"})}, triage.P1},
		{"some users", []triage.Reading{few("some")}, triage.P3},
		{"one user", []triage.Reading{few("one")}, triage.P4},
	} {
		s := newScript(t)
		for _, r := range tc.said {
			s.customer(r)
		}
		if s.c.Severity != tc.want {
			t.Errorf("%s: %s by %s, want %s", tc.name, s.c.Severity, s.c.SeverityRule, tc.want)
		}
	}
}

// TestStepThatSuitsTheSymptom: echo is not answered with the permission for the microphone.
func TestStepThatSuitsTheSymptom(t *testing.T) {
	audio := triage.Candidate{Article: "voice-room-audio", Layers: []string{"client", "client", "client", "transport"}, Suits: []string{"no_audio", "no_audio audio_quality", "audio_quality", ""}}
	search := func(triage.Case, triage.Effect) triage.Event {
		return triage.Event{ID: "f", Kind: triage.EventFixes, Candidates: []triage.Candidate{audio}}
	}
	for symptom, want := range map[string]int{"no_audio": 0, "audio_quality": 1, "disconnect": 3} {
		ev := triage.Event{ID: "e", At: began, Kind: triage.EventMessage, By: triage.Party{ID: "U1"}, MessageID: "m", Text: "words",
			Open:    &triage.Opening{CaseID: "C1", Conversation: "test:chan:1"},
			Reading: &triage.Reading{Act: triage.ActQuestion, ActConfidence: 1, Lang: "en", LangConfidence: 1, LangLetters: 9, Symptoms: []string{symptom}, SymptomConf: []float64{1}}}
		c, _, _, err := triage.Run(policy(t), triage.Case{}, ev, search)
		if err != nil || len(c.Fixes) != 1 || c.Fixes[0].Step != want {
			t.Errorf("%s: fixes %+v (%v), want step %d", symptom, c.Fixes, err, want)
		}
	}
}

// TestLanguageWishRepeatsTheQuestion: who asked for another language has not
// understood the question, and gets it again.
func TestLanguageWishRepeatsTheQuestion(t *testing.T) {
	s := opened(t)
	asking, questions := s.c.Asking, s.c.Questions
	s.customer(triage.Reading{Act: triage.ActOther, Lang: "th", WantsLang: "th"})
	if s.c.Lang != "th" || s.c.Asking != asking || s.c.Questions != questions {
		t.Errorf("in %s %q is asked, %d questions; want %q again in th, still %d", s.c.Lang, s.c.Asking, s.c.Questions, asking, questions)
	}
}
