package dispatch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/bot/store/sqlite"
	"firstline/triage"
)

// bench is a dispatcher on a real store, with a script for an understanding.
type bench struct {
	*testing.T
	store *sqlite.Store
	path  string
	d     *Dispatcher
	cfg   Config
	now   time.Time // read by the dispatcher and the store; set between drains only
	words *words

	mu      sync.Mutex
	dropped []string
	settled []string
}

// words reads a message by its first word and fails on demand.
type words struct {
	mu    sync.Mutex
	asked []triage.Question
	panic map[string]int // texts that panic so many times
	gate  func(text string)
	fixes error
}

func (w *words) Read(_ context.Context, q triage.Question) triage.Reading {
	w.mu.Lock()
	w.asked = append(w.asked, q)
	gate := w.gate
	boom := w.panic[q.Text] > 0
	if boom {
		w.panic[q.Text]--
	}
	w.mu.Unlock()
	if boom {
		panic(q.Text)
	}
	if gate != nil {
		gate(q.Text)
	}
	r := triage.Reading{Lang: "en", LangConfidence: 1, LangLetters: 20, Act: triage.ActOther, ActConfidence: 1}
	first, _, _ := strings.Cut(q.Text, " ")
	switch first {
	case "human":
		r.Act = triage.ActHuman
	case "howto":
		r.Act = triage.ActQuestion
	case "stutter":
		r.Act, r.Symptoms = triage.ActReport, []string{"stutter"}
	case "ภาษาไทย":
		r.Lang = "th"
	case "thai":
		r.WantsLang = "th"
	}
	return r
}

func (w *words) Fixes(context.Context, triage.Case) ([]triage.Candidate, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return []triage.Candidate{{Article: "a", Layers: []string{"client", "transport"}}}, w.fixes
}

func newBench(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{T: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), words: &words{panic: map[string]int{}}}
	b.path = filepath.Join(t.TempDir(), "x.db")
	st, err := sqlite.Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	b.store = st
	catalogue, err := triage.DefaultCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	b.cfg = Config{
		Store: st, Understander: b.words, Fixes: b.words, Policy: triage.DefaultPolicy(catalogue, []string{"en", "th"}),
		Desk: bot.Address{Platform: "fake", Channel: "desk"}, Now: func() time.Time { return b.now },
		NewID: func() string {
			b.mu.Lock()
			defer b.mu.Unlock()
			n++
			return fmt.Sprint("K", n)
		},
		TierOf:      func(customer string) string { return map[string]string{"acme": "gold"}[customer] },
		MatchLocale: func(l string) string { return map[string]string{"th-TH": "th"}[l] },
		Metrics: Metrics{
			Failed: func(reason string, dropped bool) {
				b.mu.Lock()
				defer b.mu.Unlock()
				if dropped {
					b.dropped = append(b.dropped, reason)
				}
			},
			Settled: func(reason string) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.settled = append(b.settled, reason)
			},
		},
	}
	for _, c := range change {
		c(&b.cfg)
	}
	b.d = b.another()
	return b
}

// another gives one more dispatcher on the same store.
func (b *bench) another() *Dispatcher {
	b.Helper()
	d, err := New(b.cfg)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

func message(id, thread, text string) bot.Inbound {
	return bot.Inbound{
		ID: id, Kind: bot.KindMessage, At: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC), MessageID: id, Text: text,
		Address: bot.Address{Platform: "fake", Channel: "C", Thread: thread}, Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "acme", Person: bot.Person{ID: "U1", Name: "Ana"},
	}
}

func deskMessage(id, thread, text string) bot.Inbound {
	in := message(id, thread, text)
	in.Address.Channel, in.Side, in.Surface, in.Customer = "desk", bot.SideDesk, bot.SurfaceDesk, ""
	in.Person = bot.Person{ID: "E1", Name: "Kim"}
	return in
}

func action(in bot.Inbound, act, value string) bot.Inbound {
	in.Kind, in.Text, in.Action, in.Value = bot.KindAction, "", act, value
	return in
}

func (b *bench) accept(in ...bot.Inbound) {
	b.Helper()
	for _, e := range in {
		if err := b.d.Accept(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func (b *bench) drain() {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := b.d.Drain(ctx); err != nil {
		b.Fatalf("drain: %v", err)
	}
}

func (b *bench) play(in ...bot.Inbound) {
	b.Helper()
	b.accept(in...)
	b.drain()
}

func (b *bench) caseOf(thread string) triage.Case {
	b.Helper()
	c, _, _, err := b.store.CaseOf(b.Context(), "fake:C:"+thread)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// effects lists what a case has in the outbox: lane, kind and what it says.
func (b *bench) effects(caseID string) []string {
	b.Helper()
	rows, err := b.store.Outbox(b.Context(), caseID)
	if err != nil {
		b.Fatal(err)
	}
	out := []string{}
	for _, r := range rows {
		out = append(out, r.Lane+" "+describe(r.Effect))
	}
	return out
}

func describe(e triage.Effect) string {
	text := []string{string(e.Kind)}
	for _, m := range e.Lines {
		text = append(text, m.Key)
	}
	if e.Text != "" {
		text = append(text, e.Text)
	}
	return strings.Join(text, " ")
}

func (b *bench) texts(thread string) []string {
	b.Helper()
	var out []string
	for _, w := range b.caseOf(thread).Words {
		out = append(out, w.Text)
	}
	return out
}

// deliverCard does the deliverer's part for the card of a case.
func (b *bench) deliverCard(caseID, thread string) {
	b.Helper()
	rows, err := b.store.Outbox(b.Context(), caseID)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range rows {
		if r.Effect.Kind == triage.EffectCard {
			err := b.store.Sent(b.Context(), []store.Sent{{Seq: r.Seq, MessageID: thread, Address: "fake:desk:",
				Link: &store.Link{Conversation: "fake:desk:" + thread, Role: store.RoleDesk, CaseID: caseID}}})
			if err != nil {
				b.Fatal(err)
			}
			return
		}
	}
	b.Fatalf("case %s has no card", caseID)
}

func (b *bench) depths() (inbox int) {
	b.Helper()
	inbox, _, _, err := b.store.Depths(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return inbox
}

// broken is a store whose writes fail while down is set.
type broken struct {
	Store
	mu   sync.Mutex
	down bool
}

var errDown = errors.New("disk on fire")

func (s *broken) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *broken) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errDown
	}
	return nil
}

func (s *broken) Commit(ctx context.Context, turns []store.Turn) []error {
	if err := s.err(); err != nil {
		return []error{err}
	}
	return s.Store.Commit(ctx, turns)
}

func (s *broken) Ping(ctx context.Context) error { return errors.Join(s.err(), s.Store.Ping(ctx)) }

func (s *broken) Accept(ctx context.Context, in []bot.Inbound) ([]bool, error) {
	if err := s.err(); err != nil {
		return nil, fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return s.Store.Accept(ctx, in)
}
