package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const patience = 30 * time.Second // a bound for broken code, never waited for by good code

// The town: two customers, one of whom wants private threads, the engineers' guild, and one where nobody knows the bot.
const (
	siamGuild, siamChannel, siamForum = "1100000000000000100", "1100000000000000101", "1100000000000000102"
	gulfGuild, gulfChannel            = "1100000000000000200", "1100000000000000201"
	homeGuild, deskChannel, deskForum = "1100000000000000300", "1100000000000000301", "1100000000000000302"
	elseGuild, elseChannel            = "1100000000000000400", "1100000000000000401"
	engineerRole                      = "1100000000000000311"
	mali, fatima, kim, guest          = "1100000000000000501", "1100000000000000502", "1100000000000000503", "1100000000000000504"
)

// inbox is an Acceptor that keeps what it accepted, each id once, as a store does.
type inbox struct {
	mu      sync.Mutex
	changed chan struct{}
	events  []bot.Inbound
	repeats int
	refused int
	fail    error         // while it is set
	block   chan struct{} // while it is open
}

func newInbox() *inbox { return &inbox{changed: make(chan struct{})} }

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
	defer func() { close(b.changed); b.changed = make(chan struct{}) }()
	if b.fail != nil {
		b.refused++
		return b.fail
	}
	if slices.ContainsFunc(b.events, func(e bot.Inbound) bool { return e.ID == in.ID }) {
		b.repeats++
		return nil
	}
	b.events = append(b.events, in)
	return nil
}

func (b *inbox) set(fail error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = fail
}

// await waits until ready is true of what is there.
func (b *inbox) await(t *testing.T, what string, ready func(b *inbox) bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		b.mu.Lock()
		ok, changed, all := ready(b), b.changed, slices.Clone(b.events)
		b.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("not accepted: %s; there is %+v", what, all)
		}
	}
}

// last waits for the nth event and fails when there are more.
func (b *inbox) last(t *testing.T, n int) bot.Inbound {
	t.Helper()
	b.await(t, fmt.Sprintf("%d events", n), func(b *inbox) bool { return len(b.events) >= n })
	all := b.all()
	if len(all) != n {
		t.Fatalf("accepted %d events, want %d: %+v", len(all), n, all)
	}
	return all[n-1]
}

func (b *inbox) all() []bot.Inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

func (b *inbox) ids() []string {
	var out []string
	for _, in := range b.all() {
		out = append(out, in.ID)
	}
	return out
}

// memory keeps marks, as a store does.
type memory struct {
	mu    sync.Mutex
	marks map[string]string
	fail  error
}

func (m *memory) Marks(context.Context, string) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.marks), m.fail
}

func (m *memory) SetMarks(_ context.Context, _ string, marks map[string]string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for place, id := range marks {
		if id == "" {
			delete(m.marks, place)
		} else {
			m.marks[place] = id
		}
	}
	return nil
}

func (m *memory) get(place string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.marks[place]
}

// forms is a FormSource.
type forms map[string]bot.Form

func (f forms) NewForm(lang string) bot.Form { return form(lang) }

func (f forms) Form(_ context.Context, id string) (bot.Form, error) {
	form, ok := f[id]
	if !ok {
		return bot.Form{}, errors.New("no such case")
	}
	return form, nil
}

// texts says the key and the language; names of commands as Discord takes them.
type texts struct{}

func (texts) Match(locale string) string {
	lang, _, _ := strings.Cut(locale, "-")
	if slices.Contains(texts{}.Languages(), lang) {
		return lang
	}
	return "en"
}

func (texts) Languages() []string { return []string{"en", "th", "ar", "de"} }

func (texts) Text(lang, key string, args map[string]any) string {
	if strings.HasSuffix(key, ".name") && strings.HasPrefix(key, "discord.") {
		return strings.Split(key, ".")[1] + "_" + lang
	}
	s := lang + " " + key
	if len(args) > 0 {
		s += fmt.Sprint(" ", args)
	}
	return s
}

// syncLog is a log that can be read, and waited for, while it is written.
type syncLog struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{}
}

func (s *syncLog) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
	return s.b.Write(p)
}

func (s *syncLog) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// await waits for a line.
func (s *syncLog) await(t *testing.T, text string) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s.mu.Lock()
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		ok, changed := strings.Contains(s.b.String(), text), s.changed
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("the log does not say %q", text)
		}
	}
}

// town is an adapter in the middle of Discord.
type town struct {
	*bottest.DiscordServer
	t      *testing.T
	client *Client
	inbox  *inbox
	memory *memory
	known  sync.Map // bot.Address.Key → case
	log    *syncLog
	config Config
	tune   func(*Client)
	halt   context.CancelFunc
	ended  chan error
}

type townOptions struct {
	discord bottest.DiscordOptions
	config  func(*Config)
	tune    func(*Client) // before it runs
	asleep  bool          // does not run
}

func newTown(t *testing.T, o townOptions) *town {
	t.Helper()
	t.Parallel() // discordgo takes a second to say goodbye
	if o.discord.AckWithin == 0 {
		o.discord.AckWithin = patience
	}
	w := &town{
		DiscordServer: bottest.NewDiscord(t, o.discord), t: t, inbox: newInbox(), memory: &memory{marks: map[string]string{}}, log: &syncLog{}, tune: o.tune,
	}
	w.build()
	w.config = Config{
		BotToken: bottest.DiscordBotToken, APIURL: strings.TrimSuffix(w.APIURL(), "/"), Desk: deskChannel,
		CustomerOf: func(guild, channel string) (string, bool) {
			name, ok := map[string]string{siamGuild: "Siam Live", gulfGuild: "Gulf TV"}[guild]
			return name, ok
		},
		Private:  func(guild, _ string) bool { return guild == gulfGuild },
		Known:    func(a bot.Address) bool { _, ok := w.known.Load(a.Key()); return ok },
		Acceptor: w.inbox, Marks: w.memory, Texts: texts{}, Forms: forms{"case-1": form("en")},
		CaseOf: func(a bot.Address) (string, bool) {
			id, ok := w.known.Load(a.Key())
			if !ok {
				return "", false
			}
			return id.(string), true
		},
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	if o.config != nil {
		o.config(&w.config)
	}
	w.renew()
	if !o.asleep {
		w.run()
	}
	t.Cleanup(func() {
		if log := w.log.String(); strings.Contains(log, bottest.DiscordBotToken) || strings.Contains(log, "interaction-token-") {
			t.Error("the log holds a secret")
		}
	})
	return w
}

func (w *town) build() {
	in := func(guilds ...string) map[string][]string {
		out := map[string][]string{}
		for _, g := range guilds {
			out[g] = nil
		}
		return out
	}
	w.AddGuild(bottest.DiscordGuild{ID: siamGuild, Name: "Siam", Locale: "th"})
	w.AddGuild(bottest.DiscordGuild{ID: gulfGuild, Name: "Gulf", Locale: "en-US"})
	w.AddGuild(bottest.DiscordGuild{ID: homeGuild, Name: "Home", Roles: []bottest.DiscordRole{{ID: engineerRole, Name: "engineer"}}})
	w.AddGuild(bottest.DiscordGuild{ID: elseGuild, Name: "Else"})
	w.AddUser(bottest.DiscordUser{ID: mali, Name: "mali", Display: "Mali", Locale: "th", Guilds: in(siamGuild, elseGuild)})
	w.AddUser(bottest.DiscordUser{ID: fatima, Name: "fatima", Locale: "de", Guilds: in(gulfGuild)})
	w.AddUser(bottest.DiscordUser{ID: kim, Name: "kim", Locale: "en-GB", Guilds: map[string][]string{homeGuild: {engineerRole}, siamGuild: nil, elseGuild: nil}})
	w.AddUser(bottest.DiscordUser{ID: guest, Name: "guest", Guilds: in(homeGuild, siamGuild)})
	w.AddChannel(bottest.DiscordChannel{ID: siamChannel, Guild: siamGuild, Name: "siam"})
	w.AddChannel(bottest.DiscordChannel{ID: siamForum, Guild: siamGuild, Name: "help", Kind: bottest.DiscordForum})
	w.AddChannel(bottest.DiscordChannel{ID: gulfChannel, Guild: gulfGuild, Name: "gulf"})
	w.AddChannel(bottest.DiscordChannel{ID: deskChannel, Guild: homeGuild, Name: "desk"})
	w.AddChannel(bottest.DiscordChannel{ID: deskForum, Guild: homeGuild, Name: "cases", Kind: bottest.DiscordForum})
	w.AddChannel(bottest.DiscordChannel{ID: elseChannel, Guild: elseGuild, Name: "general"})
}

// renew gives the program a fresh memory, as a restart does; what is stored stays.
func (w *town) renew() {
	w.t.Helper()
	c, err := New(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	// Slow machines may take their time; the budgets have tests of their own.
	c.times = times{
		answer: patience, form: patience, accept: patience, open: patience, guilds: patience, flush: 5 * time.Millisecond,
		retry: backoff{first: time.Millisecond, most: 10 * time.Millisecond},
	}
	if w.tune != nil {
		w.tune(c)
	}
	w.client = c
}

// run starts the program and waits until it is connected and has registered its commands.
func (w *town) run() {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.halt, w.ended = cancel, make(chan error, 1)
	c, ended := w.client, w.ended
	go func() { ended <- c.Run(ctx) }()
	w.t.Cleanup(func() { w.stop() })
	w.AwaitGateway(patience)
	w.ExpectCalls("GET /applications/{app}/commands", 1, patience)
}

// stop ends the program as a signal does.
func (w *town) stop() {
	w.t.Helper()
	if w.ended == nil {
		return
	}
	w.halt()
	if err := <-w.ended; err != nil {
		w.t.Errorf("Run: %v", err)
	}
	w.ended = nil
}

// restart ends the program and starts it again; meanwhile happens in between.
func (w *town) restart(meanwhile func()) {
	w.t.Helper()
	w.stop()
	meanwhile()
	w.renew()
	w.run()
}

// opens notes that a conversation has a case.
func (w *town) opens(a bot.Address, caseID string) { w.known.Store(a.Key(), caseID) }

func at(guild, channel, thread string) bot.Address {
	return bot.Address{Platform: Platform, Space: guild, Channel: channel, Thread: thread}
}

func siam(thread string) bot.Address { return at(siamGuild, siamChannel, thread) }
func desk(thread string) bot.Address { return at(homeGuild, deskChannel, thread) }

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
	if err != nil && (strings.Contains(err.Error(), bottest.DiscordBotToken) || strings.Contains(err.Error(), "http://")) {
		t.Errorf("error %q holds a secret or an address", err)
	}
}

var ignoreTimes = cmpopts.IgnoreFields(bot.Inbound{}, "At")

func same(t *testing.T, got, want bot.Inbound) {
	t.Helper()
	if diff := cmp.Diff(want, got, ignoreTimes, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("inbound (-want +got):\n%s", diff)
	}
	if got.At.IsZero() {
		t.Error("the event has no time")
	}
}

// nobodyCalled fails when a message of the bot has called anybody.
func nobodyCalled(t *testing.T, w *town) {
	t.Helper()
	if pings := w.Pings(); len(pings) > 0 {
		t.Errorf("people were called: %v", pings)
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
