package triage_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage"
)

func policy(t testing.TB) triage.Policy {
	t.Helper()
	cat, err := triage.DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return triage.DefaultPolicy(cat, []string{"en", "th", "ar", "es", "zh-Hans"})
}

var began = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

// answers is what the search of a test knows.
func answers(n int) func(triage.Case, triage.Effect) triage.Event {
	return func(c triage.Case, query triage.Effect) triage.Event {
		if query.Query != triage.QueryFixes {
			text := map[bool]string{true: "written for case " + c.ID}[c.Events%3 > 0] // a model does not always answer
			return triage.Event{ID: query.Query, Kind: triage.EventWritten, At: c.Updated, By: triage.Party{ID: query.OnlyFor}, Query: query.Query, Text: text}
		}
		ev := triage.Event{ID: "fixes", Kind: triage.EventFixes, At: c.Updated}
		for i := range n {
			ev.Candidates = append(ev.Candidates, triage.Candidate{Article: fmt.Sprintf("a%d", i), Layers: []string{"encoding", "transport", "cdn_node"}})
		}
		return ev
	}
}

// story drives a case and keeps what a store would.
type story struct {
	t      *rapid.T
	p      triage.Policy
	c      triage.Case
	events []triage.Event
	last   []triage.Effect
	fixes  int
	n      int
}

func (s *story) do(ev triage.Event) []triage.Effect {
	s.n++
	ev.ID = fmt.Sprintf("e%d", s.n)
	ev.At = began.Add(time.Duration(s.n) * time.Minute)
	if s.n == 1 {
		ev.Open = &triage.Opening{CaseID: "C1", Conversation: "test:chan:1", Customer: "Siam Live", Tier: "gold"}
	}
	c, events, effects, err := triage.Run(s.p, s.c, ev, answers(s.fixes))
	if err != nil {
		s.t.Fatalf("event %d (%s %s) in status %s: %v", s.n, ev.Kind, ev.Action, s.c.Status, err)
	}
	s.c, s.events, s.last = c, append(s.events, events...), effects
	return effects
}

var (
	genRegion   = rapid.SampledFrom([]string{"TH", "VN", "ID", "BR", "035"})
	genSymptom  = rapid.SampledFrom([]string{"stutter", "black_screen", "no_audio", "ai_slow", "account", "connect_fail"})
	genScenario = rapid.SampledFrom([]string{"", "showroom", "one_on_one", "voice_room", "game_voice", "ai_tutor"})
	genSeverity = rapid.SampledFrom([]triage.Severity{"", triage.P1, triage.P2, triage.P3, triage.P4})
	genText     = rapid.SampledFrom([]string{"words", "more words", "other words", "a question?", "words and words", ""})
	genLang     = rapid.SampledFrom([]string{"en", "th", "ar", "es", "xx", ""})
)

func genReading(t *rapid.T) *triage.Reading {
	r := &triage.Reading{
		Lang: genLang.Draw(t, "lang"), LangConfidence: rapid.Float64Range(0, 1).Draw(t, "langconf"), LangLetters: rapid.IntRange(0, 40).Draw(t, "letters"),
		Act: rapid.SampledFrom(triage.Acts()).Draw(t, "act"), ActConfidence: rapid.Float64Range(0, 1).Draw(t, "actconf"),
		Scenario: genScenario.Draw(t, "scenario"), ScenarioConf: rapid.Float64Range(0, 1).Draw(t, "scenarioconf"),
		Regions: rapid.SliceOfNDistinct(genRegion, 0, 2, rapid.ID).Draw(t, "regions"), Unaffected: rapid.SliceOfNDistinct(genRegion, 0, 1, rapid.ID).Draw(t, "unaffected"),
		Symptoms: rapid.SliceOfNDistinct(genSymptom, 0, 3, rapid.ID).Draw(t, "symptoms"), Severity: genSeverity.Draw(t, "severity"),
		Corrects: rapid.Bool().Draw(t, "corrects"), Adds: rapid.Bool().Draw(t, "adds"), Unknown: rapid.Bool().Draw(t, "unknown"),
		Wait: rapid.Bool().Draw(t, "wait"), Yes: rapid.Bool().Draw(t, "yes"), No: rapid.Bool().Draw(t, "no"),
	}
	if rapid.Bool().Draw(t, "scope?") {
		r.Facts = map[string]string{"scope": rapid.SampledFrom([]string{"all", "many", "some", "one"}).Draw(t, "scope")}
	}
	if rapid.IntRange(0, 9).Draw(t, "wants?") == 0 {
		r.WantsLang = "es"
	}
	return r
}

// genEvent gives anything that may happen to a case after its first message.
func genEvent(t *rapid.T, p triage.Policy, c triage.Case) triage.Event {
	customer, kim, lee := triage.Party{ID: "U1", Name: "Nok"}, triage.Party{ID: "E1", Name: "Kim"}, triage.Party{ID: "E2", Name: "Lee"}
	engineer := rapid.SampledFrom([]triage.Party{kim, lee}).Draw(t, "engineer")
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1, 2, 3:
		return triage.Event{Kind: triage.EventMessage, By: customer, MessageID: fmt.Sprint("m", rapid.IntRange(1, 9).Draw(t, "m")), Text: genText.Draw(t, "text"), Reading: genReading(t)}
	case 4:
		actions := []string{"fixed", "not_fixed", "human", "lang", "original"}
		values := []string{"C1", "th"}
		for _, s := range p.Catalogue.Slots {
			actions = append(actions, "slot:"+s.ID)
			values = append(values, p.Catalogue.OptionsOf(s.ID)...)
		}
		return triage.Event{Kind: triage.EventClicked, By: customer, MessageID: "b1", Action: rapid.SampledFrom(actions).Draw(t, "action"), Value: rapid.SampledFrom(values).Draw(t, "value")}
	case 5:
		return triage.Event{Kind: triage.EventForm, By: customer, Fields: map[string]string{"region": "TH", "scope": rapid.SampledFrom([]string{"", "all", "one"}).Draw(t, "scope"), "bogus": "x"}}
	case 6:
		return triage.Event{Kind: triage.EventDeskClicked, By: engineer, Action: rapid.SampledFrom([]string{"claim", "escalate", "resolve", "draft", "send_draft", "original", "transcript"}).Draw(t, "deskaction")}
	case 7:
		return triage.Event{Kind: triage.EventDeskMessage, By: engineer, MessageID: "d1", Text: rapid.SampledFrom([]string{"Please try again", "// internal", "a\n// b"}).Draw(t, "desktext")}
	case 8:
		kind := rapid.SampledFrom([]triage.EventKind{triage.EventEdited, triage.EventDeleted, triage.EventDeskEdited, triage.EventDeskDeleted}).Draw(t, "change")
		return triage.Event{Kind: kind, By: rapid.SampledFrom([]triage.Party{customer, kim}).Draw(t, "by"), MessageID: "m1", Text: "other words", Reading: genReading(t)}
	}
	name := rapid.SampledFrom([]string{triage.TimerNudge, triage.TimerClose}).Draw(t, "timer")
	due := c.Timers[name]
	if rapid.IntRange(0, 4).Draw(t, "stale") == 0 {
		due = due.Add(time.Second)
	}
	return triage.Event{Kind: triage.EventTimer, Timer: name, Due: due}
}

func tell(t *rapid.T, p triage.Policy) *story {
	p.Model = rapid.Bool().Draw(t, "model")
	s := &story{t: t, p: p, fixes: rapid.IntRange(0, 2).Draw(t, "fixes")}
	s.do(triage.Event{Kind: triage.EventMessage, By: triage.Party{ID: "U1", Name: "Nok"}, MessageID: "m1", Text: "words", Reading: genReading(t)})
	return s
}

func says(effects []triage.Effect) []triage.Effect {
	return slices.DeleteFunc(slices.Clone(effects), func(e triage.Effect) bool {
		return e.To != triage.ToCustomer || e.Kind != triage.EffectSay && e.Kind != triage.EffectRelay
	})
}

func keys(effects []triage.Effect) string {
	var out []string
	for _, e := range effects {
		for _, l := range e.Lines {
			out = append(out, l.Key)
		}
	}
	return strings.Join(out, " ")
}

// TestAnyStory plays random stories and checks after every event what must
// always hold.
func TestAnyStory(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		s := tell(t, p)
		for range rapid.IntRange(0, 14).Draw(t, "steps") {
			before := s.c
			beforeJSON, _ := json.Marshal(before)
			ev := genEvent(t, p, s.c)
			effects := s.do(ev)
			afterJSON, _ := json.Marshal(before)
			if string(beforeJSON) != string(afterJSON) {
				t.Fatalf("Decide changed the case it was given")
			}
			checkTurn(t, p, before, ev, s.c, effects)
		}
		replayed, _, err := triage.Replay(s.p, throughJSON(t, s.events))
		if err != nil {
			t.Fatalf("replay: %v", err)
		}
		if diff := cmp.Diff(s.c, replayed); diff != "" {
			t.Fatalf("replay gives another case (-lived +replayed):\n%s", diff)
		}
	})
}

// throughJSON is what a store does to events.
func throughJSON(t *rapid.T, events []triage.Event) []triage.Event {
	var out []triage.Event
	data, err := json.Marshal(events)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func checkTurn(t *rapid.T, p triage.Policy, before triage.Case, ev triage.Event, after triage.Case, effects []triage.Effect) {
	said := says(effects)
	for slot, n := range after.Asked {
		if n > p.MaxAsks {
			t.Fatalf("%s was asked %d times", slot, n)
		}
	}
	if after.Questions > p.MaxQuestions {
		t.Fatalf("%d questions were asked, at most %d", after.Questions, p.MaxQuestions)
	}
	if slot := after.Asking; slot != "" && after.Known(slot) {
		t.Fatalf("%s is asked although it is known", slot)
	}
	if before.Status == triage.StatusClaimed && after.Status == triage.StatusClaimed {
		for _, e := range said {
			if k := keys([]triage.Effect{e}); strings.Contains(k, "propose.") || strings.Contains(k, "ask.") {
				t.Fatalf("the bot spoke over a claimed case: %s", k)
			}
		}
	}
	if before.Status == triage.StatusClosed && after.Status == triage.StatusClosed && len(said) > 0 {
		t.Fatalf("sent after close: %s (%s %s)", keys(said), ev.Kind, ev.Action)
	}
	if after.Severity == triage.P1 && !after.Status.Over() && after.Handoff == nil && ev.Kind != triage.EventTimer && ev.Kind != triage.EventDeleted &&
		(ev.Reading == nil || ev.Reading.Act != triage.ActFixed) && ev.Action != "lang" {
		t.Fatalf("P1 in status %s was not handed off (%s %s)", after.Status, ev.Kind, ev.Action)
	}
	if after.Status == triage.StatusProposing || after.Status == triage.StatusReopened || after.Wanted != "" {
		t.Fatalf("a turn ended half-way, in %s (wanted %q)", after.Status, after.Wanted)
	}
	for _, e := range said {
		if e.Kind == triage.EffectSay && after.Handoff == nil && after.Status != triage.StatusResolved && after.Status != triage.StatusClosed &&
			!slices.ContainsFunc(e.Options, func(o triage.Option) bool { return o.Action == triage.ActionHuman }) {
			t.Fatalf("no person one click away in: %s", keys([]triage.Effect{e}))
		}
	}
	if after.Status == triage.StatusResolved && after.Outcome == triage.OutcomeNone || after.Outcome == triage.OutcomeSilent && after.Status != triage.StatusClosed {
		t.Fatalf("status %s with outcome %q", after.Status, after.Outcome)
	}
}

// TestAPersonIsOneWordAway asks for a person from wherever a story has led.
func TestAPersonIsOneWordAway(t *testing.T) {
	p := policy(t)
	rapid.Check(t, func(t *rapid.T) {
		s := tell(t, p)
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			s.do(genEvent(t, p, s.c))
		}
		if rapid.Bool().Draw(t, "by click") {
			s.do(triage.Event{Kind: triage.EventClicked, Action: triage.ActionHuman, By: triage.Party{ID: "U1"}})
		} else {
			s.do(triage.Event{Kind: triage.EventMessage, MessageID: "last", Text: "a person please", Reading: &triage.Reading{Act: triage.ActHuman, ActConfidence: 1}})
		}
		if s.c.Status != triage.StatusHandedOff && s.c.Status != triage.StatusClaimed {
			t.Fatalf("asked for a person, but the case is %s", s.c.Status)
		}
	})
}

func TestEveryTransition(t *testing.T) {
	for _, from := range triage.Statuses() {
		for _, to := range triage.Statuses() {
			if from == to && triage.CanMove(from, to) {
				t.Errorf("%s may move to itself", from)
			}
			if to == triage.StatusOpen && triage.CanMove(from, to) {
				t.Errorf("%s may move back to open", from)
			}
		}
		if from == triage.StatusClosed && (triage.CanMove(from, triage.StatusClaimed) || !triage.CanMove(from, triage.StatusReopened)) {
			t.Errorf("a closed case must be reopened first")
		}
	}
}
