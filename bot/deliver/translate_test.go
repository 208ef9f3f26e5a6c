package deliver

import (
	"context"
	"errors"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/i18n/glossary"
	"firstline/triage"
)

// interpreter translates by writing the language before a text. A text says
// itself which language it is in: "ko:…"; without that it is in the usual one.
type interpreter struct{ fail bool }

func (i *interpreter) Translate(_ context.Context, text, from, to string) (glossary.Result, error) {
	switch {
	case i.fail:
		return glossary.Result{Text: text, From: from}, errors.New("late")
	case text == "4.2.1":
		return glossary.Result{Text: text, From: from}, nil
	}
	return glossary.Result{Text: "[" + to + "] " + text, Translated: true, From: from}, nil
}

func (i *interpreter) Summary(_ context.Context, c triage.Case, lang string) []string {
	return []string{"summary of " + c.ID + " in " + lang}
}

func language(text, usual string) string {
	if lang, _, ok := strings.Cut(text, ":"); ok && len(lang) == 2 {
		return lang
	}
	return usual
}

// marked renders what the deliverer found out about a translation.
type marked struct{ plain }

func (m marked) Render(e triage.Effect, c RenderContext) (bot.Outbound, error) {
	out, err := m.plain.Render(e, c)
	if c.From != "" {
		out.Text += map[bool]string{true: " (from ", false: " (left in "}[c.Translated] + c.From + ")"
	}
	if e.Card != nil {
		out.Text += " | " + strings.Join(e.Card.Summary, ",")
		for _, w := range e.Card.Words {
			out.Text += " | " + w.Text
		}
	}
	for _, l := range c.Transcript {
		out.Text += "<" + l.Label + " " + l.Value + ">"
	}
	return out, err
}

func newInterpreted(t *testing.T) (*bench, *interpreter) {
	i := &interpreter{}
	return newBench(t, func(c *Config) { c.Renderer, c.Translator, c.Summariser, c.Language = marked{}, i, i, language }), i
}

func TestRelayIsTranslated(t *testing.T) {
	b, i := newInterpreted(t)
	b.queue("k1",
		relay(triage.ToCustomer, "d1", "你好"), relay(triage.ToCustomer, "d2", "th:สวัสดี"), relay(triage.ToCustomer, "d3", "4.2.1"), relay(triage.ToCustomer, "d4", "ko:안녕"))
	b.drain()
	b.arrived("fake:C:k1 [th] 你好 (from zh-Hans)", "fake:C:k1 th:สวัสดี", "fake:C:k1 4.2.1", "fake:C:k1 [th] ko:안녕 (from ko)")
	b.queue("k1", triage.Effect{Kind: triage.EffectRevise, To: triage.ToCustomer, MessageID: "d1", Text: "再见"})
	b.drain()
	b.arrived("fake:C:k1 update p1 [th] 再见 (from zh-Hans)")
	b.queue("k1", relay(triage.ToDesk, "m1", "สวัสดี"), triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Text: "สวัสดี", AsWritten: true, OnlyFor: "E1"})
	b.drain()
	b.arrived("fake:desk: [zh-Hans] สวัสดี (from th)", "fake:desk:p6 สวัสดี")
	i.fail = true
	b.queue("k1", relay(triage.ToCustomer, "d5", "你好"))
	b.drain()
	b.arrived("fake:C:k1 你好 (left in zh-Hans)")
}

// TestOnlyForeignWordsAreRepeated: what an engineer wrote stands in the thread
// already; it is repeated where the next engineer could not read it.
func TestOnlyForeignWordsAreRepeated(t *testing.T) {
	b, i := newInterpreted(t)
	echo := func(kind triage.EffectKind, original, text string) triage.Effect {
		return triage.Effect{Kind: kind, To: triage.ToDesk, MessageID: original, Text: text, Author: "Kim", IfForeign: true}
	}
	b.queue("k1", relay(triage.ToDesk, "m1", "zh-Hans"), echo(triage.EffectRelay, "d1", "你好"), echo(triage.EffectRelay, "d2", "ko:안녕"))
	b.drain()
	b.arrived("fake:desk: [zh-Hans] zh-Hans (from th)", "fake:desk:p1 [zh-Hans] ko:안녕 (from ko)")
	b.queue("k1", echo(triage.EffectRevise, "d2", "ko:잘 가"), echo(triage.EffectRevise, "d1", "你"), echo(triage.EffectRevise, "d2", "再见"))
	b.drain()
	b.arrived("fake:desk:p1 update p2 [zh-Hans] ko:잘 가 (from ko)", "fake:desk:p1 delete p2")
	i.fail = true
	b.queue("k1", echo(triage.EffectRelay, "d3", "ko:또"))
	b.drain()
	b.arrived()
}

func TestWithoutATranslator(t *testing.T) {
	b := newBench(t)
	b.queue("k1", relay(triage.ToCustomer, "d1", "你好"))
	b.drain()
	b.queue("k1", relay(triage.ToDesk, "m1", "สวัสดี"),
		triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Text: "ko:안녕", IfForeign: true})
	b.drain()
	b.arrived("fake:C:k1 你好", "fake:desk: สวัสดี")
	if _, err := New(Config{Store: b.store, Platforms: b.cfg.Platforms, Renderer: plain{}, Desk: b.cfg.Desk, Translator: &interpreter{}}); err == nil {
		t.Error("a translator needs somebody who tells languages apart")
	}
}

func TestCardIsReadable(t *testing.T) {
	b, i := newInterpreted(t)
	view := &triage.CardView{CaseID: "k1", Status: triage.StatusHandedOff, Lang: "th", Words: []triage.Words{{Text: "สวัสดี"}, {Text: "ko:안녕"}, {Text: "4.2.1"}}}
	effect := triage.Effect{Kind: triage.EffectCard, To: triage.ToDesk, Card: view}
	b.queue("k1", effect)
	b.drain()
	b.arrived("fake:desk: card handed_off | summary of k1 in zh-Hans | [zh-Hans] สวัสดี | [zh-Hans] ko:안녕 | 4.2.1")
	i.fail = true
	b.queue("k1", effect)
	b.drain()
	b.arrived("fake:desk:p1 update p1 card handed_off | summary of k1 in zh-Hans | สวัสดี | ko:안녕 | 4.2.1")
}

func TestTranscript(t *testing.T) {
	b, _ := newInterpreted(t)
	ask := triage.Effect{Kind: triage.EffectTranscript, To: triage.ToDesk, Lang: "ja", OnlyFor: "E2"}
	b.queue("k1", relay(triage.ToDesk, "m1", "สวัสดี"), relay(triage.ToCustomer, "d1", "你好"),
		triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Text: "ko:x", IfForeign: true}, ask)
	b.drain()
	got := b.p.outs[len(b.p.outs)-1]
	if got.Text != "<Ana [ja] สวัสดี><Ana [ja] 你好>" || got.OnlyFor != "E2" || got.Lang != "ja" {
		t.Errorf("transcript %q for %s in %s", got.Text, got.OnlyFor, got.Lang)
	}
	b.seen = len(b.p.sent)
	long := strings.Repeat("字", transcriptSize/2)
	b.queue("k2", relay(triage.ToDesk, "m1", "first "+long), relay(triage.ToDesk, "m2", "second "+long), relay(triage.ToDesk, "m3", "third "+long), ask)
	b.drain()
	last := b.p.outs[len(b.p.outs)-1].Text
	if strings.Contains(last, "first") || !strings.Contains(last, "third") {
		t.Errorf("of a long conversation the end is shown, not %.40q…", last)
	}
}

// TestSaidBeforeTheHandoff: the customer's words count, relayed or not, once each.
func TestSaidBeforeTheHandoff(t *testing.T) {
	c := triage.Case{Contact: triage.Party{Name: "Nok"}, Words: []triage.Words{{MessageID: "m1", Text: "a"}, {MessageID: "m2", Text: "b"}}}
	got := ""
	for _, e := range said(c, []store.Outbox{{Effect: relay(triage.ToDesk, "m2", "b")}, {Effect: relay(triage.ToCustomer, "d1", "c")}, {Effect: hello("x")}}) {
		got += e.Author + " " + e.Text + ", "
	}
	same(t, "said", got, "Nok a, Ana b, Ana c, ")
}
