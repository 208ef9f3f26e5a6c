package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage"
)

// pen is a story with a model that writes what it is told to.
type pen struct {
	t    *testing.T
	p    triage.Policy
	c    triage.Case
	n    int
	text string
}

var (
	nok = triage.Party{ID: "U1", Name: "Nok"}
	kim = triage.Party{ID: "E1", Name: "Kim"}
	lee = triage.Party{ID: "E2", Name: "Lee"}
)

func newPen(t *testing.T, text string) *pen {
	s := &pen{t: t, p: policy(t), text: text}
	s.p.Model = true
	return s
}

func (s *pen) do(ev triage.Event) []triage.Effect {
	s.t.Helper()
	s.n++
	ev.ID, ev.At = fmt.Sprint("e", s.n), began.Add(time.Duration(s.n)*time.Minute)
	if s.n == 1 {
		ev.Open = &triage.Opening{CaseID: "C1", Conversation: "test:chan:1"}
	}
	c, _, effects, err := triage.Run(s.p, s.c, ev, func(c triage.Case, query triage.Effect) triage.Event {
		if query.Query == triage.QueryFixes {
			return answers(2)(c, query)
		}
		return triage.Event{ID: query.Query, Kind: triage.EventWritten, At: ev.At, By: ev.By, Query: query.Query, Text: s.text}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.c = c
	return effects
}

// writes has the customer write; words that were read are given along.
func (s *pen) writes(text string, r triage.Reading) []triage.Effect {
	s.t.Helper()
	r.Lang, r.LangConfidence, r.LangLetters, r.ActConfidence, r.ScenarioConf = "th", 0.9, 20, 0.9, 0.9
	return s.do(triage.Event{Kind: triage.EventMessage, By: nok, MessageID: fmt.Sprint("m", s.n), Text: text, Reading: &r})
}

func (s *pen) clicks(who triage.Party, action string) []triage.Effect {
	s.t.Helper()
	return s.do(triage.Event{Kind: triage.EventDeskClicked, By: who, Action: action, Value: "C1", LangHint: "ko"})
}

// proposed leads to the first fix, past what is asked before it.
func (s *pen) proposed() triage.Effect {
	s.t.Helper()
	effects := s.writes("it freezes", triage.Reading{Act: triage.ActReport, Scenario: "showroom", Regions: []string{"TH"}, Symptoms: []string{"stutter"}, Severity: triage.P3})
	for range 4 {
		if s.c.Status == triage.StatusAwaiting {
			said := says(effects)
			return said[len(said)-1]
		}
		effects = s.do(triage.Event{Kind: triage.EventClicked, By: nok, MessageID: "b", Action: "slot:" + s.c.Asking, Value: triage.Unknown})
	}
	s.t.Fatalf("no fix is proposed in status %s", s.c.Status)
	return triage.Effect{}
}

// claimed leads to a case that Kim has.
func (s *pen) claimed() {
	s.t.Helper()
	s.writes("a person please", triage.Reading{Act: triage.ActHuman, Symptoms: []string{"stutter"}})
	s.clicks(kim, triage.ActionClaim)
}

func args(e triage.Effect) string {
	var out []string
	for _, l := range e.Lines {
		for _, a := range l.Args {
			out = append(out, string(a.Kind)+":"+strings.Join(a.Values, " "))
		}
	}
	return strings.Join(out, "\n")
}

func only(effects []triage.Effect, kind triage.EffectKind, to triage.Audience) []triage.Effect {
	var out []triage.Effect
	for _, e := range effects {
		if e.Kind == kind && e.To == to {
			out = append(out, e)
		}
	}
	return out
}

func TestStepSaidForTheCase(t *testing.T) {
	s := newPen(t, "For Thailand: lower the bitrate.")
	if got := args(s.proposed()); !strings.Contains(got, "written:For Thailand: lower the bitrate.") || s.c.Fixes[0].Said == "" {
		t.Errorf("the customer is told %q", got)
	}
	silent := newPen(t, "")
	if got := args(silent.proposed()); !strings.Contains(got, "step:a0 ") || silent.c.Fixes[0].Said != "" {
		t.Errorf("without a text of the model the customer is told %q", got)
	}
	none := newPen(t, "never asked")
	none.p.Model = false
	if got := args(none.proposed()); !strings.Contains(got, "step:a0 ") {
		t.Errorf("without a model the customer is told %q", got)
	}
}

func TestDraftIsSentByItsEngineerOnly(t *testing.T) {
	s := newPen(t, "Please send the stream id.")
	s.claimed()
	shown := only(s.clicks(kim, triage.ActionDraft), triage.EffectSay, triage.ToDesk)
	if len(shown) != 1 || shown[0].OnlyFor != kim.ID || !strings.Contains(args(shown[0]), "written:Please send") || shown[0].Options[0].Action != triage.ActionSendDraft {
		t.Fatalf("the draft is shown as %+v", shown)
	}
	if got := only(s.clicks(lee, triage.ActionSendDraft), triage.EffectRelay, triage.ToCustomer); len(got) > 0 {
		t.Errorf("Lee sent Kim's draft: %+v", got)
	}
	sent := s.clicks(kim, triage.ActionSendDraft)
	relays := only(sent, triage.EffectRelay, triage.ToCustomer)
	if len(relays) != 1 || relays[0].Text != "Please send the stream id." || relays[0].Author != "Kim" {
		t.Errorf("Kim's draft goes out as %+v", relays)
	}
	if notes := only(sent, triage.EffectSay, triage.ToDesk); len(notes) != 1 || notes[0].OnlyFor != "" || !strings.Contains(args(notes[0]), "Please send") {
		t.Errorf("the others on the desk see %+v", notes)
	}
	again := s.clicks(kim, triage.ActionSendDraft)
	if got := only(again, triage.EffectRelay, triage.ToCustomer); len(got) > 0 || keys(again) != "desk.no_draft" {
		t.Errorf("a second click sends %+v and says %s", got, keys(again))
	}
	s.text = ""
	if got := s.clicks(kim, triage.ActionDraft); keys(got) != "desk.no_draft" || got[0].OnlyFor != kim.ID {
		t.Errorf("without a draft Kim is told %s", keys(got))
	}
}

// TestDraftOfAnUnclaimedCaseClaims is what an answer does, drafted or not.
func TestDraftOfAnUnclaimedCaseClaims(t *testing.T) {
	s := newPen(t, "Please send the stream id.")
	s.writes("a person please", triage.Reading{Act: triage.ActHuman, Symptoms: []string{"stutter"}})
	s.clicks(lee, triage.ActionDraft)
	s.clicks(lee, triage.ActionSendDraft)
	if s.c.Status != triage.StatusClaimed || s.c.Assignee == nil || s.c.Assignee.ID != lee.ID {
		t.Errorf("status %s, assignee %v", s.c.Status, s.c.Assignee)
	}
}

func TestOriginal(t *testing.T) {
	s := newPen(t, "")
	s.claimed()
	s.writes("มันค้าง", triage.Reading{Act: triage.ActReport})
	got := s.do(triage.Event{Kind: triage.EventDeskClicked, By: kim, Action: triage.ActionOriginal, Value: "m2", Text: "as it was relayed"})
	if len(got) != 1 || got[0].Text != "มันค้าง" || got[0].OnlyFor != kim.ID || !got[0].AsWritten || got[0].To != triage.ToDesk {
		t.Errorf("of a message: %+v", got)
	}
	got = s.clicks(lee, triage.ActionOriginal)
	if len(got) != 1 || got[0].Text != "a person please\n\nมันค้าง" || got[0].OnlyFor != lee.ID {
		t.Errorf("of the card: %+v", got)
	}
	before := s.c.Status
	got = s.do(triage.Event{Kind: triage.EventClicked, By: nok, MessageID: "b", Action: triage.ActionOriginal, Value: "d9", Text: "what Kim wrote"})
	if len(got) != 1 || got[0].Text != "what Kim wrote" || got[0].OnlyFor != nok.ID || got[0].To != triage.ToCustomer || s.c.Status != before {
		t.Errorf("of an engineer's: %+v", got)
	}
	if got = s.do(triage.Event{Kind: triage.EventClicked, By: nok, Action: triage.ActionOriginal, Value: "unknown"}); len(got) != 0 {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestNextEngineerCanRead(t *testing.T) {
	s := newPen(t, "")
	s.claimed()
	said := func(text string) []triage.Effect {
		return only(s.do(triage.Event{Kind: triage.EventDeskMessage, By: kim, MessageID: "d1", Text: text}), triage.EffectRelay, triage.ToDesk)
	}
	for _, text := range []string{"비트레이트를 낮춰 주세요", "// 내부 메모"} {
		if got := said(text); len(got) != 1 || !got[0].IfForeign || got[0].Text != text {
			t.Errorf("%q is made readable as %+v", text, got)
		}
	}
	changed := s.do(triage.Event{Kind: triage.EventDeskEdited, By: kim, MessageID: "d1", Text: "다른 말"})
	if got := only(changed, triage.EffectRevise, triage.ToDesk); len(got) != 1 || !got[0].IfForeign {
		t.Errorf("an edit is followed as %+v", got)
	}
	gone := s.do(triage.Event{Kind: triage.EventDeskDeleted, By: kim, MessageID: "d1"})
	if got := only(gone, triage.EffectRevoke, triage.ToDesk); len(got) != 1 {
		t.Errorf("a deletion is followed as %+v", got)
	}
	if got := s.clicks(lee, triage.ActionTranscript); len(got) != 1 || got[0].Kind != triage.EffectTranscript || got[0].OnlyFor != lee.ID || got[0].Lang != "ko" {
		t.Errorf("the transcript is %+v", got)
	}
	s.p.Model = false
	if got := said("비트레이트"); len(got) != 0 {
		t.Errorf("without a model %+v", got)
	}
}

// TestSummaryIsRefreshed shows the card anew when much was said.
func TestSummaryIsRefreshed(t *testing.T) {
	s := newPen(t, "")
	s.claimed()
	cards := 0
	for i := range 2 * s.p.SummaryEvery {
		cards += len(only(s.writes(fmt.Sprint("and then ", i), triage.Reading{Act: triage.ActOther}), triage.EffectCard, triage.ToDesk))
	}
	if cards != 2 {
		t.Errorf("%d cards after %d messages, want 2", cards, 2*s.p.SummaryEvery)
	}
	for _, action := range []string{triage.ActionDraft, triage.ActionTranscript, triage.ActionOriginal} {
		found := false
		for _, o := range only(s.clicks(kim, triage.ActionEscalate), triage.EffectCard, triage.ToDesk)[0].Options {
			found = found || o.Action == action
		}
		if !found {
			t.Errorf("the card does not offer %s", action)
		}
	}
}
