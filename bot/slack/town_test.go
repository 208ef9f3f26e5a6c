package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
)

const patience = 30 * time.Second // a bound for broken code, never waited for by good code

// inbox is an Acceptor that keeps what it accepted, each id once, as a store does.
type inbox struct {
	mu      sync.Mutex
	events  []bot.Inbound
	repeats int
	fail    []error // for the next calls
	block   chan struct{}
}

func (b *inbox) Accept(ctx context.Context, in bot.Inbound) error {
	b.mu.Lock()
	block := b.block
	b.mu.Unlock()
	if block != nil {
		select {
		case <-block:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.fail) > 0 {
		err := b.fail[0]
		b.fail = b.fail[1:]
		if err != nil {
			return err
		}
	}
	if slices.ContainsFunc(b.events, func(e bot.Inbound) bool { return e.ID == in.ID }) {
		b.repeats++
		return nil
	}
	b.events = append(b.events, in)
	return nil
}

func (b *inbox) all() []bot.Inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// last gives the newest event and fails when there are not n.
func (b *inbox) last(t *testing.T, n int) bot.Inbound {
	t.Helper()
	all := b.all()
	if len(all) != n {
		t.Fatalf("accepted %d events, want %d: %+v", len(all), n, all)
	}
	return all[n-1]
}

// forms is a FormSource.
type forms map[string]bot.Form

func (f forms) NewForm(string) bot.Form { return bot.Form{} }

func (f forms) Form(_ context.Context, id string) (bot.Form, error) {
	form, ok := f[id]
	if !ok {
		return bot.Form{}, errors.New("no such case")
	}
	return form, nil
}

// texts says the key, the language and the arguments.
type texts struct{}

func (texts) Match(locale string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	if lang == "" {
		return "en"
	}
	return lang
}

func (texts) Text(lang, key string, args map[string]any) string {
	s := lang + " " + key
	if len(args) > 0 {
		s += fmt.Sprint(" ", args)
	}
	return s
}

// town is an adapter in the middle of a workspace: a customer's channel, a private one of another
// company, the desk, and a channel where nobody knows the bot.
type town struct {
	*bottest.SlackServer
	client *Client
	inbox  *inbox
	known  sync.Map // bot.Address.Key
	log    *bytes.Buffer
	base   string
}

type townOptions struct {
	slack  bottest.SlackOptions
	config func(*Config)
}

func newTown(t *testing.T, o townOptions) *town {
	t.Helper()
	if o.slack.AckWithin == 0 {
		o.slack.AckWithin = patience
	}
	o.slack.TriggerLife = patience
	w := &town{SlackServer: bottest.NewSlack(t, o.slack), inbox: &inbox{}, log: &bytes.Buffer{}}
	w.AddUser(bottest.SlackUser{ID: "UMALI", Name: "mali", Locale: "th-TH", Zone: "Asia/Bangkok"})
	w.AddUser(bottest.SlackUser{ID: "UKIM", Name: "kim", Locale: "en-US", Zone: "Asia/Seoul"})
	w.AddUser(bottest.SlackUser{ID: "UFAR", Name: "fatima", Locale: "ar", Team: "T0OTHER"})
	w.AddChannel(bottest.SlackChannel{ID: "C0SIAM", Name: "siam", Members: []string{"UMALI", "UKIM"}})
	w.AddChannel(bottest.SlackChannel{ID: "G0GULF", Name: "gulf", Kind: "group", Shared: true, Members: []string{"UFAR"}})
	w.AddChannel(bottest.SlackChannel{ID: "C0DESK", Name: "desk", Members: []string{"UKIM"}})
	w.AddChannel(bottest.SlackChannel{ID: "C0ELSE", Name: "elsewhere", Members: []string{"UMALI", "UKIM"}})
	cfg := Config{
		BotToken: bottest.SlackBotToken, SigningSecret: bottest.SlackSigningSecret, AppToken: bottest.SlackAppToken,
		APIURL: strings.TrimSuffix(w.APIURL(), "/"), Desk: "C0DESK", Acceptor: w.inbox, Texts: texts{}, Pace: -1,
		CustomerOf: func(ch string) (string, bool) {
			name, ok := map[string]string{"C0SIAM": "Siam Live", "G0GULF": "Gulf TV"}[ch]
			return name, ok
		},
		Known: func(a bot.Address) bool { _, ok := w.known.Load(a.Key()); return ok },
		Forms: forms{"case-1": form("en")},
		Log:   slog.New(slog.NewTextHandler(&syncWriter{w: w.log}, nil)),
	}
	if o.config != nil {
		o.config(&cfg)
	}
	var err error
	if w.client, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	// Slow machines may take their time; the budgets have tests of their own.
	w.client.lookup, w.client.accept = patience, patience
	if o.slack.Socket {
		w.runSocket(t)
	} else {
		srv := httptest.NewServer(w.client.Handler())
		t.Cleanup(srv.Close)
		w.base = srv.URL
		w.SetApp(srv.URL)
	}
	return w
}

func (w *town) runSocket(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.client.RunSocket(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("RunSocket: %v", err)
		}
	})
	w.AwaitSocket(patience)
}

type syncWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// bothWays runs a story over HTTP and over Socket Mode.
func bothWays(t *testing.T, story func(t *testing.T, w *town)) {
	t.Helper()
	for _, socket := range []bool{false, true} {
		name := "http"
		if socket {
			name = "socket"
		}
		t.Run(name, func(t *testing.T) {
			story(t, newTown(t, townOptions{slack: bottest.SlackOptions{Socket: socket}}))
		})
	}
}

func at(channel, thread string) bot.Address {
	return bot.Address{Platform: Platform, Channel: channel, Thread: thread}
}

func mustSend(t *testing.T, w *town, out bot.Outbound) bot.Receipt {
	t.Helper()
	rec, err := w.client.Send(t.Context(), out)
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return rec
}

func classIs(t *testing.T, err error, want bot.Class) {
	t.Helper()
	if err == nil || bot.ClassOf(err) != want {
		t.Errorf("error = %v, want class %s", err, want)
	}
	for _, secret := range []string{bottest.SlackBotToken, bottest.SlackAppToken, bottest.SlackSigningSecret} {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("error %q holds a secret", err)
		}
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + "\n"
}
