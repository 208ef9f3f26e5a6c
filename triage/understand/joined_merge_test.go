package understand

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"firstline/triage"
)

// TestMerge has offline readings that are hard to bring about by words, and
// what a model may make of them.
func TestMerge(t *testing.T) {
	yes := triage.Reading{
		Act: triage.ActAnswer, ActConfidence: 0.8, Yes: true, Scenario: "showroom", ScenarioConf: 0.5, Regions: []string{"TH"}, Symptoms: []string{"no_audio"}, SymptomConf: []float64{0.6},
		Severity: triage.P1, SeverityConf: 0.55, Facts: map[string]string{"version": "4.2.1"},
	}
	report := triage.Reading{
		Act: triage.ActReport, ActConfidence: 0.6, Symptoms: []string{"no_audio", "stutter"}, SymptomConf: []float64{0.8, 0.3}, Severity: triage.P2, SeverityConf: 0.5,
		Regions: []string{"TH"}, Unaffected: []string{"VN"}, Wait: true,
	}
	edited := func(r triage.Reading, edit func(*triage.Reading)) triage.Reading {
		edit(&r)
		return r
	}
	for _, tc := range []struct {
		name string
		off  triage.Reading
		said said
		want triage.Reading
	}{
		{"a bare yes is added to, never replaced", yes,
			said{scenario: "game_voice", regions: []string{"VN"}, symptoms: []string{"stutter"}, severity: triage.P3, facts: map[string]string{"version": "4.2.2", "live": "yes"}},
			edited(yes, func(r *triage.Reading) {
				r.Regions = []string{"TH", "VN"}
				r.Symptoms, r.SymptomConf = []string{"no_audio", "stutter"}, []float64{0.6, claimed}
				r.Facts = map[string]string{"version": "4.2.1", "live": "yes"}
			})},
		{"what was surely read stays behind what is claimed", report, said{symptoms: []string{"blurry"}},
			edited(report, func(r *triage.Reading) {
				r.Symptoms, r.SymptomConf = []string{"blurry", "no_audio"}, []float64{claimed, 0.8}
			})},
		{"an unsure severity goes down", report, said{severity: triage.P3},
			edited(report, func(r *triage.Reading) { r.Severity, r.SeverityConf = triage.P3, claimed })},
		{"a sure one does not", edited(report, func(r *triage.Reading) { r.SeverityConf = 0.75 }), said{severity: triage.P3},
			edited(report, func(r *triage.Reading) { r.SeverityConf = 0.75 })},
		{"but up", edited(report, func(r *triage.Reading) { r.SeverityConf = 0.75 }), said{severity: triage.P1},
			edited(report, func(r *triage.Reading) { r.Severity, r.SeverityConf = triage.P1, claimed })},
		{"a claimed region is not spared", report, said{regions: []string{"VN"}},
			edited(report, func(r *triage.Reading) { r.Regions, r.Unaffected = []string{"VN"}, []string{} })},
		{"what goes with the act goes with it", report, said{act: triage.ActThanks},
			edited(report, func(r *triage.Reading) {
				r.Act, r.ActConfidence = triage.ActThanks, claimed
				r.Symptoms, r.SymptomConf, r.Severity, r.SeverityConf = nil, nil, "", 0
			})},
		{"who did not hold on does not ask to wait", report, said{act: triage.ActNotFixed},
			edited(report, func(r *triage.Reading) {
				r.Act, r.ActConfidence, r.Wait, r.Severity, r.SeverityConf = triage.ActNotFixed, claimed, false, "", 0
			})},
		{"a wish for a language is none for a person", edited(report, func(r *triage.Reading) { r.WantsLang = "en" }), said{act: triage.ActHuman},
			edited(report, func(r *triage.Reading) { r.WantsLang = "en" })},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := tc.off
			m := merge{q: triage.Question{Status: triage.StatusAwaiting, Problem: "it freezes"}, r: tc.off, said: tc.said, drop: func(string, DropReason) {}}
			if diff := cmp.Diff(tc.want, m.apply()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, tc.off); diff != "" {
				t.Errorf("it changed what was read:\n%s", diff)
			}
		})
	}
}
