package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// script plays events one after the other and gives what was said in each turn.
type script struct {
	t *testing.T
	p triage.Policy
	c triage.Case
	n int
}

func newScript(t *testing.T) *script { return &script{t: t, p: policy(t)} }

func (s *script) do(ev triage.Event) []triage.Effect {
	s.t.Helper()
	s.n++
	ev.ID, ev.At = string(rune('a'+s.n)), began.Add(time.Duration(s.n)*time.Minute)
	if s.n == 1 {
		ev.Open = &triage.Opening{CaseID: "C1", Conversation: "test:chan:1", Customer: "Siam Live"}
	}
	c, _, effects, err := triage.Run(s.p, s.c, ev, answers(2))
	if err != nil {
		s.t.Fatal(err)
	}
	s.c = c
	return effects
}

func (s *script) customer(r triage.Reading) []triage.Effect {
	s.t.Helper()
	if r.Lang == "" {
		r.Lang, r.LangConfidence, r.LangLetters = "en", 0.9, 20
	}
	if r.ActConfidence == 0 {
		r.ActConfidence = 0.9
	}
	if r.ScenarioConf == 0 {
		r.ScenarioConf = 0.9
	}
	return s.do(triage.Event{Kind: triage.EventMessage, By: triage.Party{ID: "U1", Name: "Nok"}, MessageID: "m" + string(rune('0'+s.n)), Text: fmt.Sprint("words ", s.n), Reading: &r})
}

func (s *script) desk(kind triage.EventKind, who, what string) []triage.Effect {
	s.t.Helper()
	ev := triage.Event{Kind: kind, By: triage.Party{ID: who, Name: who}, MessageID: "d" + string(rune('0'+s.n))}
	if kind == triage.EventDeskClicked {
		ev.Action = what
	} else {
		ev.Text = what
	}
	return s.do(ev)
}

func (s *script) click(action, value string) []triage.Effect {
	s.t.Helper()
	return s.do(triage.Event{Kind: triage.EventClicked, By: triage.Party{ID: "U1"}, MessageID: "b", Action: action, Value: value})
}

func (s *script) want(effects []triage.Effect, status triage.Status, parts ...string) {
	s.t.Helper()
	if s.c.Status != status {
		s.t.Errorf("status %s, want %s", s.c.Status, status)
	}
	got := keys(effects)
	for _, p := range parts {
		if !strings.Contains(got, p) {
			s.t.Errorf("said %q, want %q in it", got, p)
		}
	}
}

func TestWholeConversation(t *testing.T) {
	s := newScript(t)
	s.want(s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom"}), triage.StatusCollecting, "intro", "understood", "ask.region")
	s.want(s.customer(triage.Reading{Act: triage.ActAnswer, Regions: []string{"TH"}}), triage.StatusCollecting, "ask.scope")
	s.want(s.click("slot:scope", "many"), triage.StatusCollecting, "ask.where")
	s.want(s.click("slot:where", "some_places"), triage.StatusAwaiting, "propose.first")
	if got := s.c.Fixes[0]; got.Layer != "cdn_node" {
		t.Errorf("the first fix is for %s; the answer pointed at the CDN node", got.Layer)
	}
	if s.c.Severity != triage.P2 || s.c.SeverityRule != "many_users" {
		t.Errorf("severity %s by %s, want P2 by many_users", s.c.Severity, s.c.SeverityRule)
	}
	s.want(s.customer(triage.Reading{Act: triage.ActNotFixed}), triage.StatusAwaiting, "propose.next")
	s.want(s.customer(triage.Reading{Act: triage.ActNotFixed}), triage.StatusAwaiting, "propose.next")
	s.want(s.customer(triage.Reading{Act: triage.ActNotFixed}), triage.StatusHandedOff, "handoff.fixes_failed")
	s.want(s.desk(triage.EventDeskClicked, "Kim", "claim"), triage.StatusClaimed, "desk.claimed", "claimed")
	s.want(s.desk(triage.EventDeskClicked, "Kim", "resolve"), triage.StatusResolved, "resolved.by_person")
	s.want(s.click("not_fixed", "C1"), triage.StatusClaimed, "desk.reopened", "reopened.claimed")
	s.desk(triage.EventDeskClicked, "Kim", "resolve")
	s.want(s.click("fixed", "C1"), triage.StatusResolved, "resolved.confirmed", "desk.confirmed")
	if s.c.Outcome != triage.OutcomeConfirmed {
		t.Errorf("outcome %q, want confirmed", s.c.Outcome)
	}
}

// TestUnderstoodSaysWhatIsNew keeps the bot from reciting the whole case with every question: a message
// is answered with what it told, a click shows itself, and all of it is said before a fix.
func TestUnderstoodSaysWhatIsNew(t *testing.T) {
	s := newScript(t)
	said := func(effects []triage.Effect) []string {
		for _, e := range effects {
			for _, m := range e.Lines {
				if m.Key == "understood" {
					return m.Args["facts"].Values
				}
			}
		}
		return nil
	}
	steps := []struct {
		name    string
		effects []triage.Effect
		want    []string
	}{
		{"the report", s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Scenario: "showroom"}), []string{"symptom=stutter", "scenario=showroom"}},
		{"an answer", s.customer(triage.Reading{Act: triage.ActAnswer, Regions: []string{"TH"}}), []string{"region=TH"}},
		{"a click", s.click("slot:scope", "many"), nil},
		{"the last answer, and a fix", s.click("slot:where", "some_places"), []string{"symptom=stutter", "scenario=showroom", "region=TH", "scope=many", "where=some_places"}},
	}
	for _, step := range steps {
		if got := said(step.effects); !slices.Equal(got, step.want) {
			t.Errorf("%s: understood %v, want %v", step.name, got, step.want)
		}
	}
}

func TestP1IsHandedOffAtOnceAndDiagnosticsGoOn(t *testing.T) {
	s := newScript(t)
	effects := s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Scenario: "showroom", Severity: triage.P1, SeverityConf: 0.9})
	s.want(effects, triage.StatusHandedOff, "handoff.p1", "handoff.meanwhile", "ask.scope")
	if i := slices.IndexFunc(effects, func(e triage.Effect) bool { return e.Kind == triage.EffectCard }); i < 0 {
		t.Error("no card on the desk")
	} else if v := effects[i].Card; v.Severity != triage.P1 || v.Reason != triage.ReasonP1 || len(v.Candidates) == 0 {
		t.Errorf("card %+v lacks severity, reason or candidate articles", v)
	}
	s.want(s.customer(triage.Reading{Act: triage.ActAnswer, Facts: map[string]string{"scope": "all"}, Regions: []string{"KR"}}), triage.StatusHandedOff, "ask.live")
	s.desk(triage.EventDeskClicked, "Kim", "claim")
	if said := keys(says(s.customer(triage.Reading{Act: triage.ActAnswer, Facts: map[string]string{"live": "yes"}}))); said != "" {
		t.Errorf("the bot spoke over a claimed case: %q", said)
	}
}

func TestRegionsAreCorrectedAndAdded(t *testing.T) {
	for _, tc := range []struct {
		name string
		then triage.Reading
		want []string
	}{
		{"added", triage.Reading{Act: triage.ActAnswer, Regions: []string{"VN"}, Adds: true}, []string{"TH", "VN"}},
		{"named later", triage.Reading{Act: triage.ActReport, Regions: []string{"VN"}}, []string{"TH", "VN"}},
		{"corrected", triage.Reading{Act: triage.ActAnswer, Regions: []string{"VN"}, Corrects: true}, []string{"VN"}},
		{"not Thailand, Vietnam", triage.Reading{Act: triage.ActAnswer, Regions: []string{"VN"}, Unaffected: []string{"TH"}}, []string{"VN"}},
		{"Saudi, too, I must correct", triage.Reading{Act: triage.ActAnswer, Regions: []string{"VN"}, Corrects: true, Adds: true}, []string{"TH", "VN"}},
		{"fine by now", triage.Reading{Act: triage.ActReport, Unaffected: []string{"TH"}}, []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript(t)
			s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Regions: []string{"TH"}})
			s.customer(tc.then)
			if got := s.c.RegionCodes(); !slices.Equal(got, tc.want) {
				t.Errorf("regions %v, want %v", got, tc.want)
			}
		})
	}
}

func TestWhatWasClickedIsNotOverruledByWhatIsRead(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}})
	s.click("slot:scenario", "showroom")
	s.customer(triage.Reading{Act: triage.ActReport, Scenario: "game_voice", ScenarioConf: 0.99, Corrects: true})
	if s.c.Scenario.Value != "showroom" || s.c.Scenario.Source != triage.SourceClicked {
		t.Errorf("scenario %+v, want the one that was clicked", s.c.Scenario)
	}
}

func TestLanguageIsHeld(t *testing.T) {
	type m struct {
		lang    string
		conf    float64
		letters int
		wants   string
	}
	for _, tc := range []struct {
		name string
		hint string
		said []m
		want string
	}{
		{"the first confident message sets it", "es", []m{{lang: "th", conf: 0.99, letters: 20}}, "th"},
		{"the locale serves until then", "es", []m{{lang: "en", conf: 0, letters: 0}}, "es"},
		{"no hint, no letters: the first language", "", []m{{}}, "en"},
		{"a version number changes nothing", "", []m{{lang: "th", conf: 0.99, letters: 20}, {lang: "en", conf: 0.9, letters: 3}}, "th"},
		{"an unsure longer text changes nothing", "", []m{{lang: "th", conf: 0.99, letters: 20}, {lang: "en", conf: 0.6, letters: 30}}, "th"},
		{"a clear switch is followed", "", []m{{lang: "th", conf: 0.99, letters: 20}, {lang: "en", conf: 0.95, letters: 30}}, "en"},
		{"a choice beats everything", "", []m{{lang: "th", conf: 0.99, letters: 20, wants: "es"}, {lang: "en", conf: 0.99, letters: 30}}, "es"},
		{"a language we do not speak is not chosen", "", []m{{lang: "th", conf: 0.99, letters: 20, wants: "sv"}}, "th"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript(t)
			for _, x := range tc.said {
				s.do(triage.Event{Kind: triage.EventMessage, LangHint: tc.hint, MessageID: "m", Text: fmt.Sprint("x ", s.n), Reading: &triage.Reading{
					Act: triage.ActReport, ActConfidence: 0.9, Lang: x.lang, LangConfidence: x.conf, LangLetters: x.letters, WantsLang: x.wants}})
			}
			if s.c.Lang != tc.want {
				t.Errorf("language %q, want %q", s.c.Lang, tc.want)
			}
		})
	}
}

func TestAnUnsureFixedIsAskedAbout(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}})
	s.click("slot:scenario", "showroom")
	s.click("slot:region", "TH")
	s.want(s.click("slot:scope", "some"), triage.StatusAwaiting, "propose.first")
	s.want(s.customer(triage.Reading{Act: triage.ActFixed, ActConfidence: 0.2}), triage.StatusAwaiting, "verdict.sure")
	s.want(s.click("fixed", "C1"), triage.StatusResolved, "resolved.confirmed")
}

func TestSilenceIsNotSuccess(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActQuestion, Symptoms: []string{"stutter"}})
	if s.c.Status != triage.StatusAwaiting {
		t.Fatalf("status %s", s.c.Status)
	}
	s.want(s.do(triage.Event{Kind: triage.EventTimer, Timer: triage.TimerNudge, Due: s.c.Timers[triage.TimerNudge]}), triage.StatusAwaiting, "nudge")
	effects := s.do(triage.Event{Kind: triage.EventTimer, Timer: triage.TimerClose, Due: s.c.Timers[triage.TimerClose]})
	s.want(effects, triage.StatusClosed)
	if s.c.Outcome != triage.OutcomeSilent || len(says(effects)) > 0 {
		t.Errorf("outcome %q, said %q; want silent, and nothing said", s.c.Outcome, keys(effects))
	}
}

func TestOnlyTheAssigneeReachesTheCustomer(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActHuman})
	relayed := func(effects []triage.Effect) string {
		for _, e := range effects {
			if e.Kind == triage.EffectRelay && e.To == triage.ToCustomer {
				return e.Text
			}
		}
		return ""
	}
	if got := relayed(s.desk(triage.EventDeskMessage, "Kim", "// looks like the edge again")); got != "" || s.c.Status != triage.StatusHandedOff {
		t.Errorf("an internal line was sent (%q) or claimed the case (%s)", got, s.c.Status)
	}
	if got := relayed(s.desk(triage.EventDeskMessage, "Kim", "Moving you to another edge.\n// via tky2")); got != "Moving you to another edge." || s.c.Status != triage.StatusClaimed {
		t.Errorf("relayed %q in status %s; want the public line, claimed", got, s.c.Status)
	}
	effects := s.desk(triage.EventDeskMessage, "Lee", "hello?")
	if got := relayed(effects); got != "" || !strings.Contains(keys(effects), "desk.not_yours") {
		t.Errorf("Lee's words were sent (%q) or not refused (%q)", got, keys(effects))
	}
	if effects := s.desk(triage.EventDeskClicked, "Lee", "claim"); !strings.Contains(keys(effects), "desk.claimed_by") || s.c.Assignee.ID != "Kim" {
		t.Errorf("Lee took Kim's case: %q", keys(effects))
	}
	s.want(s.desk(triage.EventDeskClicked, "Kim", "escalate"), triage.StatusHandedOff, "desk.escalated", "escalated")
	if s.c.Handoff.Level != 2 || s.c.Assignee != nil {
		t.Errorf("level %d, assignee %v; want 2 and nobody", s.c.Handoff.Level, s.c.Assignee)
	}
}

func TestEditsAndDeletionsAreFollowed(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Regions: []string{"TH"}})
	edit := &triage.Reading{Lang: "en", Act: triage.ActReport, ActConfidence: 0.9, Symptoms: []string{"blurry"}, Regions: []string{"VN"}}
	s.do(triage.Event{Kind: triage.EventEdited, MessageID: s.c.Words[0].MessageID, Text: "new words", Reading: edit})
	if !slices.Equal(s.c.RegionCodes(), []string{"VN"}) || !slices.Equal(s.c.SymptomIDs(), []string{"blurry"}) || s.c.Words[0].Text != "new words" {
		t.Errorf("after the edit: %v %v %q", s.c.RegionCodes(), s.c.SymptomIDs(), s.c.Words[0].Text)
	}
	s.do(triage.Event{Kind: triage.EventDeleted, MessageID: s.c.Words[0].MessageID})
	if len(s.c.RegionCodes())+len(s.c.SymptomIDs())+len(s.c.Words) != 0 {
		t.Errorf("after the deletion something is left: %v %v %v", s.c.Regions, s.c.Symptoms, s.c.Words)
	}
}

func TestPublic(t *testing.T) {
	for in, want := range map[string]string{
		"hello": "hello", "// a": "", "a\n//b\nc": "a\nc", "  // a\nb": "b", "see https://x.example//y": "see https://x.example//y", "": "",
	} {
		if got := triage.Public(in); got != want {
			t.Errorf("Public(%q) = %q, want %q", in, got, want)
		}
	}
}
