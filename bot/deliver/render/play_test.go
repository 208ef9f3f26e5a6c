package render_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"firstline/bot/deliver/render"
	"firstline/i18n"
	"firstline/knowledge"
	"firstline/triage"
)

var began = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

type parts struct {
	texts *i18n.Catalogue
	lib   *knowledge.Library
	cat   *triage.Catalogue
}

// loaded loads the shipped catalogues once.
var loaded = sync.OnceValues(func() (parts, error) {
	texts, err := i18n.Default()
	if err != nil {
		return parts{}, err
	}
	lib, err := knowledge.Load(knowledge.Embedded())
	if err != nil {
		return parts{}, err
	}
	cat, err := triage.DefaultCatalogue()
	return parts{texts, lib, cat}, err
})

func all(t testing.TB) parts {
	t.Helper()
	p, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func renderer(t testing.TB, desk string) *render.Renderer {
	t.Helper()
	p := all(t)
	return &render.Renderer{Texts: p.texts, Articles: p.lib, Catalogue: p.cat, DeskLang: desk}
}

// play leads a case through the core, with an article as the search's answer.
type play struct {
	t    testing.TB
	p    triage.Policy
	c    triage.Case
	n    int
	lang string
	fix  string // article the search finds; "" for none
	nok  triage.Party

	collect func([]triage.Effect) // sees the effects of each turn
	last    triage.Party          // who did the last thing
}

func newPlay(t testing.TB, lang, fix string) *play {
	return &play{t: t, p: triage.DefaultPolicy(all(t).cat, i18n.Languages()), lang: lang, fix: fix, nok: triage.Party{ID: "U1", Name: "Nok", Zone: "Asia/Bangkok"}}
}

func (s *play) do(ev triage.Event) []triage.Effect {
	s.t.Helper()
	s.n++
	s.last = ev.By
	ev.ID, ev.At = fmt.Sprint("e", s.n), began.Add(time.Duration(s.n)*time.Minute)
	if s.n == 1 {
		ev.Open = &triage.Opening{CaseID: "C1", Conversation: "test:chan:1", Customer: "Siam Live", Tier: "gold"}
	}
	c, _, effects, err := triage.Run(s.p, s.c, ev, s.search)
	if err != nil {
		s.t.Fatalf("event %d (%s %s): %v", s.n, ev.Kind, ev.Action, err)
	}
	s.c = c
	if s.collect != nil {
		s.collect(effects)
	}
	return effects
}

func (s *play) search(c triage.Case, query triage.Effect) triage.Event {
	if query.Query != triage.QueryFixes {
		texts := map[string]string{triage.QueryStep: "Lower the bitrate to `1800k`.", triage.QueryReply: []string{"Please send the stream id.", ""}[s.n%2]}
		return triage.Event{ID: query.Query, Kind: triage.EventWritten, At: c.Updated, By: s.last, Query: query.Query, Text: texts[query.Query]}
	}
	ev := triage.Event{ID: "fixes", Kind: triage.EventFixes, At: c.Updated}
	if a, ok := all(s.t).lib.Article(s.fix); ok {
		ev.Candidates = []triage.Candidate{{Article: a.ID, Layers: a.Layers}}
		ev.Similar = []string{"C0"}
	}
	return ev
}

// write is a message of the customer that was understood as r.
func (s *play) write(text string, r triage.Reading) []triage.Effect {
	s.t.Helper()
	r.Lang, r.LangConfidence, r.LangLetters = s.lang, 0.95, 30
	if r.ActConfidence == 0 {
		r.ActConfidence = 0.9
	}
	r.ScenarioConf, r.SeverityConf = 0.9, 0.9
	return s.do(triage.Event{Kind: triage.EventMessage, By: s.nok, MessageID: fmt.Sprint("m", s.n+1), Text: text, Reading: &r})
}

func (s *play) click(action, value string) []triage.Effect {
	s.t.Helper()
	return s.do(triage.Event{Kind: triage.EventClicked, By: s.nok, MessageID: "b", Action: action, Value: value})
}

func (s *play) desk(kind triage.EventKind, name, what string) []triage.Effect {
	s.t.Helper()
	ev := triage.Event{Kind: kind, By: triage.Party{ID: "E-" + name, Name: name}, MessageID: "d"}
	if kind == triage.EventDeskClicked {
		ev.Action = what
	} else {
		ev.Text = what
	}
	return s.do(ev)
}

// first gives the first effect of a kind for an audience.
func (s *play) first(effects []triage.Effect, kind triage.EffectKind, to triage.Audience) triage.Effect {
	s.t.Helper()
	for _, e := range effects {
		if e.Kind == kind && e.To == to {
			return e
		}
	}
	s.t.Fatalf("no %s for the %s among %d effects", kind, to, len(effects))
	return triage.Effect{}
}

var (
	stutters = triage.Reading{Act: triage.ActReport, Symptoms: []string{"stutter"}, Regions: []string{"TH"}, Severity: triage.P2, Facts: map[string]string{"scope": "many", "since": "yesterday", "version": "4.2.1"}}
	outage   = triage.Reading{Act: triage.ActReport, Symptoms: []string{"black_screen"}, Regions: []string{"KR"}, Scenario: "showroom", Severity: triage.P1,
		Facts: map[string]string{"users": "2000", "error_code": "-1307"}}
	same = triage.Reading{Act: triage.ActNotFixed}
)
