package triage_test

import (
	"slices"
	"testing"

	"firstline/triage"
)

// TestNewerWordsCountWhoeverReadThem: a model that is down, or was not worth
// asking, must not keep a customer's correction from being heard.
func TestNewerWordsCountWhoeverReadThem(t *testing.T) {
	for _, tc := range []struct{ first, then triage.Source }{
		{triage.SourceModel, triage.SourceRead}, {triage.SourceRead, triage.SourceModel}, {triage.SourceModel, triage.SourceModel}, {triage.SourceRead, triage.SourceRead},
	} {
		s := newScript(t)
		s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom", Facts: map[string]string{"version": "4.2.1"}, Source: tc.first})
		s.customer(triage.Reading{Act: triage.ActAnswer, Corrects: true, Scenario: "game_voice", Facts: map[string]string{"version": "4.3.0"}, Source: tc.then})
		if got := s.c.Scenario; got.Value != "game_voice" || got.Source != tc.then {
			t.Errorf("read by %s, corrected by %s: scenario %+v, want the correction", tc.first, tc.then, got)
		}
		if got := s.c.Facts["version"].Value; got != "4.3.0" {
			t.Errorf("read by %s, corrected by %s: version %s, want the correction", tc.first, tc.then, got)
		}
	}
}

func TestTurnsAreAllThatWasWritten(t *testing.T) {
	s := newScript(t)
	if got := s.c.Turns(); len(got) != 0 {
		t.Errorf("before anything was written there is %q", got)
	}
	s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}})
	s.customer(triage.Reading{Act: triage.ActThanks})
	want := []string{s.c.Words[0].Text, s.c.Words[1].Text}
	if got := s.c.Turns(); !slices.Equal(got, want) {
		t.Errorf("the turns are %q, want %q, the thanks too", got, want)
	}
}

// TestEditForgetsWhatWasRead: the words that said so are gone, whoever read
// them; what was clicked stays.
func TestEditForgetsWhatWasRead(t *testing.T) {
	for _, source := range []triage.Source{triage.SourceRead, triage.SourceModel} {
		s := newScript(t)
		s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom", Regions: []string{"TH"}, Source: source})
		s.do(triage.Event{Kind: triage.EventClicked, By: triage.Party{ID: "U1"}, Action: "slot:scope", Value: "some"})
		s.do(triage.Event{Kind: triage.EventEdited, By: triage.Party{ID: "U1"}, MessageID: s.c.Words[0].MessageID, Text: "no sound", Reading: &triage.Reading{Act: triage.ActReport, ActConfidence: 0.9, Symptoms: []string{"no_audio"}, Source: source}})
		if c := s.c; c.Scenario.Value != "" || len(c.Regions) != 0 || !slices.Equal(c.SymptomIDs(), []string{"no_audio"}) || c.Facts["scope"].Value != "some" {
			t.Errorf("after the edit of what was read by %s the case has scenario %q, regions %v, symptoms %v, scope %q", source, c.Scenario.Value, c.RegionCodes(), c.SymptomIDs(), c.Facts["scope"].Value)
		}
	}
}
