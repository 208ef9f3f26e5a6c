package triage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"firstline/triage"
)

// wrote is a message with words and a moment of its own.
func (s *script) wrote(after time.Duration, text string, r triage.Reading) []triage.Effect {
	s.t.Helper()
	s.n++
	r.Lang, r.LangConfidence, r.LangLetters, r.ScenarioConf = "en", 0.9, 20, 0.9
	if r.ActConfidence == 0 {
		r.ActConfidence = 0.9
	}
	ev := triage.Event{ID: fmt.Sprint("w", s.n), Kind: triage.EventMessage, At: s.c.Updated.Add(after), By: triage.Party{ID: "U1"}, MessageID: fmt.Sprint("w", s.n), Text: text, Reading: &r}
	c, _, effects, err := triage.Run(s.p, s.c, ev, answers(2))
	if err != nil {
		s.t.Fatal(err)
	}
	s.c = c
	return effects
}

// TestSentTwice: a double send is no answer to the question that came between.
func TestSentTwice(t *testing.T) {
	const short, long = "Echo in the room", "Echo in the room, for everybody"
	report := triage.Reading{Act: triage.ActReport, Symptoms: []string{"audio_quality"}, SymptomConf: []float64{0.9}, Severity: triage.P3}
	outage := triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Severity: triage.P1, SeverityConf: 0.9}
	for _, tc := range []struct {
		name   string
		text   string
		first  triage.Reading
		again  string
		second triage.Reading
		after  time.Duration
		silent bool
	}{
		{"at once", short, report, short, report, time.Second, true},
		{"a minute later, in other spacing", short, report, " echo in  the room\n", report, time.Minute, true},
		{"much later", short, report, short, report, 10 * time.Minute, false},
		{"other words", short, report, "hello?", triage.Reading{Act: triage.ActOther}, time.Second, false},
		{"long, and read anew in the light of the question", long, report, long, triage.Reading{Act: triage.ActAnswer, Facts: map[string]string{"scope": "one"}}, time.Minute, true},
		{"with something new in it", short, report, short, triage.Reading{Act: triage.ActReport, Regions: []string{"TH"}}, time.Second, false},
		{"a call for a person", short, report, short, triage.Reading{Act: triage.ActHuman}, time.Second, false},
		{"a P1", short, outage, short, outage, time.Second, true},
		{"an answer, sent twice", short, triage.Reading{Act: triage.ActAnswer, Unknown: true}, short, triage.Reading{Act: triage.ActAnswer, Unknown: true}, time.Second, true},
		{"an answer to two questions", short, triage.Reading{Act: triage.ActAnswer, Unknown: true}, short, triage.Reading{Act: triage.ActAnswer, Unknown: true}, 20 * time.Second, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScript(t)
			s.customer(triage.Reading{Act: triage.ActReport, Scenario: "showroom", Symptoms: []string{"stutter"}, SymptomConf: []float64{0.9}})
			s.wrote(time.Minute, tc.text, tc.first)
			before := s.c
			effects := s.wrote(tc.after, tc.again, tc.second)
			if silent := keys(says(effects)) == ""; silent != tc.silent {
				t.Errorf("said %q, want silence: %t", keys(effects), tc.silent)
			}
			if tc.silent && (s.c.Asking != before.Asking || s.c.Questions != before.Questions || s.c.Missed != before.Missed || len(s.c.Words) != len(before.Words)) {
				t.Errorf("a double send changed the case: asking %q, %d questions, %d missed, %d words", s.c.Asking, s.c.Questions, s.c.Missed, len(s.c.Words))
			}
			relayed := slices.ContainsFunc(effects, func(e triage.Effect) bool { return e.Kind == triage.EffectRelay })
			if before.Status.WithPerson() && !relayed {
				t.Error("the engineers do not see it")
			}
		})
	}
}

// TestAskedBackAboutAStep: who asks how a step is done is told what there is to
// tell, once, and the step stays open; the second time a person is called.
func TestAskedBackAboutAStep(t *testing.T) {
	question := triage.Reading{Act: triage.ActQuestion}
	for _, tc := range []struct {
		name, text string
		r          triage.Reading
		want       string
	}{
		{"a question", "where is this setting", question, "propose.how"},
		{"one that ends as a question", "यह सेटिंग कहाँ मिलेगी?", triage.Reading{Act: triage.ActNotFixed, ActConfidence: 0.42}, "propose.how"},
		{"one that sounds like good news", "یہ سیٹنگ کہاں ملے گی؟", triage.Reading{Act: triage.ActFixed, ActConfidence: 0.9}, "verdict.sure"},
		{"a denial that ends as a question", "still no sound, what now?", triage.Reading{Act: triage.ActNotFixed, ActConfidence: 0.9}, "propose.next"},
		{"about something else", "and our token?", triage.Reading{Act: triage.ActQuestion, Symptoms: []string{"account"}, SymptomConf: []float64{0.9}}, "propose."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := proposed(t)
			s.want(s.wrote(time.Minute, tc.text, tc.r), triage.StatusAwaiting, tc.want)
		})
	}
	s := proposed(t)
	fixes := len(s.c.Fixes)
	effects := s.wrote(time.Minute, "where is it?", question)
	s.want(effects, triage.StatusAwaiting, "propose.how")
	if len(s.c.Fixes) != fixes || s.c.Fixes[fixes-1].Outcome != triage.FixPending || strings.Contains(keys(effects), "propose.ask") {
		t.Errorf("the proposal did not stay as it was: %+v", s.c.Fixes)
	}
	s.want(s.wrote(time.Minute, "but how do I do that?", question), triage.StatusHandedOff, "handoff.no_fix_known")
}

// TestUnknownAfterAFix: "I don't know" is neither a no nor a yes, whatever else
// it is read as in a language ("no sé", "不知道", "tidak tahu").
func TestUnknownAfterAFix(t *testing.T) {
	for _, r := range []triage.Reading{
		{Act: triage.ActAnswer, Unknown: true},
		{Act: triage.ActAnswer, Unknown: true, No: true},
		{Act: triage.ActAnswer, Unknown: true, Yes: true, No: true},
		{Act: triage.ActOther, Unknown: true},
		{Act: triage.ActNotFixed, ActConfidence: 0.5, Unknown: true, No: true},
		{Act: triage.ActFixed, ActConfidence: 0.5, Unknown: true},
	} {
		s := proposed(t)
		s.want(s.wrote(time.Minute, "no sé", r), triage.StatusAwaiting, "propose.how")
		if n := len(s.c.Fixes); s.c.Fixes[n-1].Outcome != triage.FixPending {
			t.Errorf("%+v was taken for a verdict: %s", r, s.c.Fixes[n-1].Outcome)
		}
	}
	s := proposed(t)
	s.want(s.wrote(time.Minute, "don't know why, but it works", triage.Reading{Act: triage.ActFixed, ActConfidence: 0.9, Unknown: true}), triage.StatusResolved, "resolved.confirmed")
}

// TestQuestionsForAPerson: "is it enough for Friday?" is not answered with a
// step that repairs something.
func TestQuestionsForAPerson(t *testing.T) {
	for symptom, want := range map[string]triage.Status{"capacity": triage.StatusHandedOff, "account": triage.StatusHandedOff, "stutter": triage.StatusAwaiting} {
		s := newScript(t)
		effects := s.customer(triage.Reading{Act: triage.ActQuestion, Symptoms: []string{symptom}})
		if s.c.Status != want {
			t.Errorf("%s: status %s, want %s", symptom, s.c.Status, want)
		}
		if want == triage.StatusHandedOff {
			s.want(effects, want, "understood", "handoff.policy")
		}
	}
	s := newScript(t)
	s.want(s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"account"}}), triage.StatusCollecting, "ask.scope")
}

// TestAnyNews: who waits for a person is told how it stands, not asked the next
// question.
func TestAnyNews(t *testing.T) {
	p1 := func(t *testing.T) *script {
		s := newScript(t)
		s.customer(triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Scenario: "showroom", Severity: triage.P1, SeverityConf: 0.9})
		return s
	}
	for _, tc := range []struct {
		text string
		r    triage.Reading
		want string
	}{
		{"what is happening", triage.Reading{Act: triage.ActQuestion}, "handoff.waiting"},
		{"any news", triage.Reading{Act: triage.ActOther}, "handoff.waiting"},
		{"hello??", triage.Reading{Act: triage.ActGreeting}, "handoff.waiting"},
		{"ne oluyor?", triage.Reading{Act: triage.ActNotFixed}, "handoff.waiting"},
		{"خبری شد؟", triage.Reading{Act: triage.ActFixed, ActConfidence: 0.93}, "handoff.waiting"},
		{"it is still black", triage.Reading{Act: triage.ActReport}, "handoff.waiting"},
		{"a person!", triage.Reading{Act: triage.ActHuman}, "handoff.waiting"},
		{"everybody", triage.Reading{Act: triage.ActAnswer, Facts: map[string]string{"scope": "all"}}, "ask.live"},
		{"no idea", triage.Reading{Act: triage.ActAnswer, Unknown: true}, "ask.live"},
	} {
		s := p1(t)
		effects := s.wrote(time.Minute, tc.text, tc.r)
		s.want(effects, triage.StatusHandedOff, tc.want)
		if tc.want == "handoff.waiting" && (strings.Contains(keys(effects), "ask.") || s.c.Questions != 1) {
			t.Errorf("%q was answered with a question: %q", tc.text, keys(effects))
		}
	}
	s := p1(t)
	called := s.c.Handoff.At.Format(time.RFC3339)
	for _, e := range s.wrote(time.Minute, "any news?", triage.Reading{Act: triage.ActQuestion}) {
		for _, m := range e.Lines {
			if got := m.Args["time"].Values[0]; got != called {
				t.Errorf("called at %s, want %s", got, called)
			}
		}
	}
	s.desk(triage.EventDeskClicked, "Kim", "claim")
	s.want(s.wrote(time.Minute, "and?", triage.Reading{Act: triage.ActQuestion}), triage.StatusClaimed, "claimed")
	s.desk(triage.EventDeskMessage, "Kim", "I am looking at the edge")
	if said := keys(says(s.wrote(time.Minute, "which one?", triage.Reading{Act: triage.ActQuestion}))); said != "" {
		t.Errorf("the bot spoke between customer and engineer: %q", said)
	}
	s.desk(triage.EventDeskClicked, "Kim", "resolve")
	s.want(s.wrote(time.Minute, "is it fixed?", triage.Reading{Act: triage.ActFixed}), triage.StatusClaimed, "reopened.claimed")
}

// TestFactsOfACallForAPerson: what is told beside the wish is not asked again.
func TestFactsOfACallForAPerson(t *testing.T) {
	s := newScript(t)
	s.customer(triage.Reading{Act: triage.ActHuman, Facts: map[string]string{"network": "MTN", "version": "4.2.1"}})
	if s.c.Facts["network"].Value != "MTN" || s.c.Facts["version"].Value != "4.2.1" {
		t.Errorf("facts %v, want network and version", s.c.Facts)
	}
}

// TestZone: the contact's own time zone, else that of the only region.
func TestZone(t *testing.T) {
	region := func(codes ...string) (out []triage.Fact) {
		for _, code := range codes {
			out = append(out, triage.Fact{Value: code})
		}
		return out
	}
	for _, tc := range []struct {
		c            triage.Case
		zone, region string
	}{
		{triage.Case{Contact: triage.Party{Zone: "Asia/Tokyo"}, Regions: region("TH")}, "Asia/Tokyo", ""},
		{triage.Case{Regions: region("TH")}, "Asia/Bangkok", "TH"},
		{triage.Case{Regions: region("TH", "VN")}, "", ""},
		{triage.Case{Regions: region("US")}, "", ""},
		{triage.Case{Regions: region("035")}, "", ""},
		{triage.Case{}, "", ""},
	} {
		if zone, from := tc.c.Zone(); zone != tc.zone || from != tc.region {
			t.Errorf("%+v: zone %q of %q, want %q of %q", tc.c, zone, from, tc.zone, tc.region)
		}
	}
	for a := 'A'; a <= 'Z'; a++ { // a misspelt zone would silently be UTC
		for b := 'A'; b <= 'Z'; b++ {
			zone, _ := triage.Case{Regions: region(string([]rune{a, b}))}.Zone()
			if _, err := time.LoadLocation(zone); err != nil {
				t.Errorf("%c%c: %v", a, b, err)
			}
		}
	}
}
