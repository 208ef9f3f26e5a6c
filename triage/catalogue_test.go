package triage_test

import (
	"strings"
	"testing"

	"firstline/triage"
)

func TestJudge(t *testing.T) {
	cat := policy(t).Catalogue
	for _, tc := range []struct {
		f    triage.SeverityFacts
		sev  triage.Severity
		rule string
	}{
		{triage.SeverityFacts{Scope: "all", Symptoms: []string{"connect_fail"}}, triage.P1, "outage_for_all"},
		{triage.SeverityFacts{Scope: "all", Symptoms: []string{"stutter"}}, triage.P2, "many_users"},
		{triage.SeverityFacts{Scope: "all", Live: "yes", Symptoms: []string{"stutter"}}, triage.P1, "live_event_for_all"},
		{triage.SeverityFacts{Scope: "many", Live: "yes", Symptoms: []string{"black_screen"}}, triage.P1, "live_event_broken"},
		{triage.SeverityFacts{Scope: "one", Symptoms: []string{"black_screen"}}, triage.P4, "one_user"},
		{triage.SeverityFacts{Wording: triage.P1, Symptoms: []string{"stutter"}}, triage.P1, "reads_as_outage"},
		{triage.SeverityFacts{Wording: triage.P4, Symptoms: []string{"blurry"}}, triage.P4, "reads_as_cosmetic"},
		{triage.SeverityFacts{Wording: triage.P2, Symptoms: []string{"stutter"}}, triage.P2, "reads_as_widespread"},
		{triage.SeverityFacts{Wording: triage.P4, Scope: "many", Symptoms: []string{"account"}}, triage.P4, "paperwork"},
		{triage.SeverityFacts{Symptoms: []string{"stutter"}}, triage.P3, "some_users"},
	} {
		if sev, rule := cat.Judge(tc.f); sev != tc.sev || rule != tc.rule {
			t.Errorf("Judge(%+v) = %s by %s, want %s by %s", tc.f, sev, rule, tc.sev, tc.rule)
		}
	}
}

func TestWhichQuestionsAreAsked(t *testing.T) {
	cat := policy(t).Catalogue
	known := func(scenario, symptom string) triage.Case {
		return triage.Case{Scenario: triage.Fact{Value: scenario}, Symptoms: []triage.Fact{{Value: symptom}}}
	}
	for _, tc := range []struct {
		scenario, symptom, asks, never string
	}{
		{"showroom", "stutter", "where", "stage"},
		{"one_on_one", "high_latency", "delay", "where"},
		{"ai_tutor", "ai_slow", "stage", "where"},
		{"game_voice", "disconnect", "network", "live"},
	} {
		got := strings.Join(cat.Questions(known(tc.scenario, tc.symptom)), " ")
		if !strings.Contains(got, tc.asks) || strings.Contains(got, tc.never) {
			t.Errorf("%s with %s asks %q; want %s among them and not %s", tc.scenario, tc.symptom, got, tc.asks, tc.never)
		}
	}
}

func TestBrokenCatalogues(t *testing.T) {
	for name, tc := range map[string]struct{ data, want string }{
		"unknown key":   {"slot: []\n", "slot"},
		"unknown layer": {"scenarios:\n  - {id: x, layers: [nowhere]}\n", `unknown layer "nowhere"`},
		"unknown slot":  {"symptoms:\n  - {id: x, effect: degraded, ask: [nothing]}\n", `asks "nothing"`},
		"no last rule":  {"severity:\n  - {id: a, if: {scope: [all]}, then: P1}\n", "last rule must have no conditions"},
		"condition":     {"severity:\n  - {id: a, if: {mood: [bad]}, then: P1}\n  - {id: b, then: P3}\n", `unknown condition "mood"`},
		"not yaml":      {"slots: [", "catalogue.yaml"},
	} {
		if _, err := triage.ParseCatalogue("catalogue.yaml", []byte(tc.data)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, tc.want)
		}
	}
}
