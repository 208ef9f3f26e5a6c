package dispatch

import (
	"context"
	"slices"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// author writes for the rules and can panic.
type author struct {
	boom bool
	lang string // that a reply was asked for in
}

func (a *author) Step(_ context.Context, c triage.Case) string {
	if a.boom {
		panic("a customer's words")
	}
	return "fitted " + c.Fixes[len(c.Fixes)-1].Article
}

func (a *author) Reply(_ context.Context, _ triage.Case, lang string) string {
	a.lang = lang
	return "draft"
}

func TestWriterAnswersInTheTurn(t *testing.T) {
	a := &author{}
	var shown []string
	b := newBench(t, func(c *Config) {
		c.Policy.Model, c.Policy.MaxQuestions, c.Writer = true, 0, a
		c.Working = func(to bot.Address) { shown = append(shown, to.Key()) }
	})
	b.play(message("m1", "A", "stutter everywhere"))
	if c := b.caseOf("A"); len(c.Fixes) != 1 || c.Fixes[0].Said != "fitted a" {
		t.Errorf("fixes %+v", c.Fixes)
	}
	same(t, "progress", shown, []string{"fake:C:A"})
	a.boom = true
	b.play(message("m2", "B", "stutter"))
	if c := b.caseOf("B"); len(c.Fixes) != 1 || c.Fixes[0].Said != "" {
		t.Errorf("after a panic of the writer: fixes %+v", c.Fixes)
	}
	b.play(message("m3", "A", "human"))
	if err := b.store.Sent(t.Context(), cardSent(t, b, "K1")); err != nil {
		t.Fatal(err)
	}
	click := action(deskMessage("d1", "T1", ""), triage.ActionDraft, "K1")
	click.Person.Locale = "th-TH"
	b.play(click)
	if c := b.caseOf("A"); c.Drafts["E1"] != "draft" || a.lang != "th" {
		t.Errorf("drafts %v, asked for in %q", c.Drafts, a.lang)
	}
	n := len(shown)
	b.play(deskMessage("d2", "T1", "on it"), message("m4", "A", "thanks"))
	if len(shown) != n {
		t.Errorf("progress is shown to a customer whom a person answers: %v", shown[n:])
	}
	replayed(t, b, "K1")
	replayed(t, b, "K2")
}

// cardSent says that the card of a case was shown and opened the thread T1.
func cardSent(t *testing.T, b *bench, caseID string) []store.Sent {
	t.Helper()
	rows, err := b.store.Outbox(t.Context(), caseID)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(r store.Outbox) bool { return r.Effect.Kind == triage.EffectCard })
	if err := b.store.Sending(t.Context(), []int64{rows[i].Seq}); err != nil {
		t.Fatal(err)
	}
	return []store.Sent{{Seq: rows[i].Seq, MessageID: "T1", Address: "fake:desk:T1", Link: &store.Link{Conversation: "fake:desk:T1", Role: store.RoleDesk, CaseID: caseID}}}
}

// TestOriginalComesFromTheCopy: of a case's own messages, and of the side that clicked.
func TestOriginalComesFromTheCopy(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Policy.Model, c.Writer = true, &author{} })
	b.play(message("m1", "A", "human"))
	if err := b.store.Sent(t.Context(), cardSent(t, b, "K1")); err != nil {
		t.Fatal(err)
	}
	b.play(deskMessage("d1", "T1", "Please try again"))
	rows, err := b.store.Outbox(t.Context(), "K1")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.Effect.MessageID == "d1" && r.Effect.To == triage.ToCustomer {
			if err := b.store.Sending(t.Context(), []int64{r.Seq}); err != nil {
				t.Fatal(err)
			}
			if err := b.store.Sent(t.Context(), []store.Sent{{Seq: r.Seq, MessageID: "c9", Address: "fake:C:A"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.play(action(message("a1", "A", ""), triage.ActionOriginal, "d1"), action(message("a2", "A", ""), triage.ActionOriginal, "d2"))
	rows, err = b.store.Outbox(t.Context(), "K1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		if r.Effect.AsWritten {
			got = append(got, r.Effect.OnlyFor+" "+r.Effect.Text)
		}
	}
	same(t, "originals", strings.Join(got, "; "), "U1 Please try again")
}
