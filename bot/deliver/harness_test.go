package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/bot/store/sqlite"
	"firstline/triage"

	"github.com/google/go-cmp/cmp"
)

// bench is a deliverer on a real store, with a platform that follows a script.
type bench struct {
	*testing.T
	store *sqlite.Store
	file  string
	d     *Deliverer
	cfg   Config
	p     *platform
	now   time.Time
	log   bytes.Buffer
	dead  []string
	cases map[string]int64 // versions
	seen  int              // of what arrived
	n     int
}

// platform takes what it is sent unless the script says otherwise.
type platform struct {
	mu     sync.Mutex
	sent   []string // what arrived, in order
	outs   []bot.Outbound
	script map[string][]error // by text: what its next sends give; errLost arrives and says so not
	gate   func(bot.Outbound)
	finds  int
	find   error
}

// errLost: the message arrives and the answer gets lost.
var errLost = &bot.SendError{Class: bot.ClassUnclear, Err: errors.New("timeout")}

func fail(class bot.Class) error { return &bot.SendError{Class: class, Err: errors.New("code_x")} }

func (p *platform) Name() string { return "fake" }

func (p *platform) Send(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	if p.gate != nil {
		p.gate(out)
	}
	if err := ctx.Err(); err != nil {
		return bot.Receipt{}, &bot.SendError{Class: bot.ClassUnclear, Err: err}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if s := p.script[out.Text]; len(s) > 0 {
		err, p.script[out.Text] = s[0], s[1:]
		if err != nil && err != error(errLost) {
			if e := err.Error(); e == "panic" {
				panic("adapter")
			}
			return bot.Receipt{}, err
		}
	}
	p.outs = append(p.outs, out)
	what := out.To.Key() + " " + out.Text
	if out.Update != "" {
		what = fmt.Sprintf("%s update %s %s", out.To.Key(), out.Update, out.Text)
	}
	if out.Delete {
		what = fmt.Sprintf("%s delete %s", out.To.Key(), out.Update)
	}
	p.sent = append(p.sent, what)
	id := fmt.Sprint("p", len(p.sent))
	if out.OnlyFor != "" || out.Update != "" {
		id = ""
	}
	return bot.Receipt{MessageID: id}, err
}

// looking is a platform that can look.
type looking struct{ *platform }

func (p looking) Find(_ context.Context, want bot.Outbound) (bot.Receipt, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finds++
	if p.find != nil {
		return bot.Receipt{}, false, p.find
	}
	for i, out := range p.outs {
		if out.ID == want.ID && out.To.Key() == want.To.Key() {
			return bot.Receipt{MessageID: fmt.Sprint("p", i+1)}, true, nil
		}
	}
	return bot.Receipt{}, false, nil
}

// plain renders keys as they are; the key "panic" panics and "bad" fails.
type plain struct{}

func (plain) Render(e triage.Effect, c RenderContext) (bot.Outbound, error) {
	text := e.Text
	for _, m := range e.Lines {
		switch m.Key {
		case "panic":
			panic("renderer")
		case "bad":
			return bot.Outbound{}, errors.New("no such key")
		}
		text += m.Key
	}
	if e.Card != nil {
		text = "card " + string(e.Card.Status)
	}
	if c.Settled {
		text += " (settled)"
	}
	if c.Chosen != nil {
		text += " chose " + c.Chosen.Label.Key
	}
	out := bot.Outbound{Text: text, Author: e.Author, Lang: c.Lang}
	for _, o := range e.Options {
		out.Choices = append(out.Choices, bot.Choice{Action: o.Action, Value: o.Value, Label: o.Label.Key})
	}
	for _, f := range e.Files {
		out.Files = append(out.Files, bot.File{Name: f.Name})
	}
	return out, nil
}

func newBench(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{T: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), p: &platform{script: map[string][]error{}}, cases: map[string]int64{}}
	b.file = filepath.Join(t.TempDir(), "x.db")
	st, err := sqlite.Open(b.file, sqlite.Now(func() time.Time { return b.now }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	b.store = st
	var mu sync.Mutex
	b.cfg = Config{
		Store: st, Platforms: map[string]bot.Platform{"fake": looking{b.p}}, Renderer: plain{},
		Desk: bot.Address{Platform: "fake", Channel: "desk", Space: "S"}, DeskLang: "zh-Hans", Now: func() time.Time { return b.now },
		Backoff: Backoff{Base: time.Second, Max: time.Minute, Jitter: 0.5, Rand: func() float64 { return 0.5 }},
		Log:     slog.New(slog.NewTextHandler(&locked{mu: &mu, w: &b.log}, nil)),
		Metrics: Metrics{Dead: func(_, reason string) { mu.Lock(); defer mu.Unlock(); b.dead = append(b.dead, reason) }},
	}
	for _, c := range change {
		c(&b.cfg)
	}
	b.d = b.another()
	return b
}

type locked struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (b *bench) another() *Deliverer {
	b.Helper()
	d, err := New(b.cfg)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// queue commits effects of a case, in the lanes the dispatcher gives them.
func (b *bench) queue(caseID string, effects ...triage.Effect) {
	b.Helper()
	c := triage.Case{ID: caseID, Conversation: "fake:C:" + caseID, Lang: "th", Contact: triage.Party{Zone: "Asia/Bangkok"}, Status: triage.StatusOpen}
	if strings.HasPrefix(caseID, "cmd") {
		c.Conversation = "fake:C:" + store.CommandThread + caseID
	}
	turn := store.Turn{Case: &c, Version: b.cases[caseID]}
	if turn.Version == 0 {
		turn.Links = []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: caseID}}
	}
	b.cases[caseID]++
	for _, e := range effects {
		b.n++
		lane := c.Conversation
		if e.To == triage.ToDesk {
			lane = store.LaneDesk + caseID
		}
		turn.Out = append(turn.Out, store.Outbox{ID: fmt.Sprint("o", b.n), CaseID: caseID, Lane: lane, Platform: "fake", Effect: e})
	}
	if err := b.store.Commit(b.Context(), []store.Turn{turn})[0]; err != nil {
		b.Fatal(err)
	}
}

func (b *bench) drain() {
	b.Helper()
	if err := b.drainErr(); err != nil {
		b.Fatalf("drain: %v", err)
	}
}

func (b *bench) drainErr() error {
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	return b.d.Drain(ctx)
}

// arrived checks what the platform has and forgets it.
func (b *bench) arrived(want ...string) {
	b.Helper()
	b.p.mu.Lock()
	defer b.p.mu.Unlock()
	got := b.p.sent[b.seen:]
	if d := cmp.Diff(append([]string{}, want...), append([]string{}, got...)); d != "" {
		b.Errorf("what arrived (-want +got):\n%s", d)
	}
	b.seen = len(b.p.sent)
}

func (b *bench) row(id string) store.Outbox {
	b.Helper()
	for caseID := range b.cases {
		rows, err := b.store.Outbox(b.Context(), caseID)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range rows {
			if r.ID == id {
				return r
			}
		}
	}
	b.Fatalf("no row %s", id)
	return store.Outbox{}
}

func say(to triage.Audience, key string) triage.Effect {
	return triage.Effect{Kind: triage.EffectSay, To: to, Lang: "th", Lines: []triage.Message{{Key: key}}}
}

func hello(key string) triage.Effect { return say(triage.ToCustomer, key) }

func card(status triage.Status) triage.Effect {
	return triage.Effect{Kind: triage.EffectCard, To: triage.ToDesk, Card: &triage.CardView{Status: status}}
}

func relay(to triage.Audience, original, text string) triage.Effect {
	return triage.Effect{Kind: triage.EffectRelay, To: to, MessageID: original, Text: text, Author: "Ana", Files: []triage.Attachment{{Name: "log"}}}
}

// flaky is a store whose Sent fails while down is set.
type flaky struct {
	Store
	mu   sync.Mutex
	down bool
}

func (s *flaky) Sent(ctx context.Context, sent []store.Sent) error {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down {
		return store.ErrFull
	}
	return s.Store.Sent(ctx, sent)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}
