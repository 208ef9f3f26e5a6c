package discord

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"firstline/bot"
)

// Texts gives the few texts that the adapter says by itself (commands, refusals, a form that did not open).
type Texts interface {
	Text(lang, key string, args map[string]any) string
	Match(locale string) (lang string)
	Languages() []string
}

// Marks keeps how far each channel and thread has been read, durably; see the package comment.
type Marks interface {
	Marks(ctx context.Context, platform string) (map[string]string, error)
	SetMarks(ctx context.Context, platform string, marks map[string]string) error // an empty id forgets the place
}

// Metrics are hooks for counting; each may be nil.
type Metrics struct {
	Received  func(kind string)                        // an event was accepted: a bot.Kind, or "form_open", "case"
	Ignored   func(reason string)                      // left alone
	Refused   func(reason string)                      // not taken: accept, stale, role, desk, unknown_action, junk
	Sent      func(method, result string)              // a REST call: result is "ok" or a bot.Class
	Limited   func(method string, after time.Duration) // Discord answered 429
	Invalid   func(status int)                         // 401, 403 or 429: 10,000 of them in ten minutes and Discord shuts the address out
	Connected func(up bool)                            // a shard's gateway connection came up or went down
}

// Config says how the adapter reaches Discord and whom it serves.
type Config struct {
	BotToken string
	APIURL   string // default [DefaultAPIURL]

	Desk          string                                     // the engineers' text channel or forum, or ""
	EngineerRoles []string                                   // role ids that make an engineer; empty: whoever can write on the desk
	CustomerOf    func(guild, channel string) (string, bool) // the customer that a channel belongs to
	Private       func(guild, channel string) bool           // conversations are private threads here
	Known         func(bot.Address) bool                     // does this conversation exist?
	CaseOf        func(bot.Address) (caseID string, ok bool) // the case of a conversation; nil: choices are not held against it
	CaseText      func(ctx context.Context, at bot.Address, lang string) (string, bool)

	Acceptor bot.Acceptor                                           // required
	Marks    Marks                                                  // required
	Texts    Texts                                                  // required
	Forms    bot.FormSource                                         // optional: without it a form button says that it failed
	Fetch    func(context.Context, bot.File) (io.ReadCloser, error) // contents of another platform's file; nil: files go as links

	Log        *slog.Logger     // default: discard
	HTTPClient *http.Client     // default: 30 s timeout; redirects are never followed
	Now        func() time.Time // default time.Now
	Metrics    Metrics
}

func withDefaults(cfg Config) Config {
	cfg.APIURL = strings.TrimSuffix(firstOf(cfg.APIURL, DefaultAPIURL), "/") + "/"
	cfg.BotToken = strings.TrimPrefix(strings.TrimSpace(cfg.BotToken), "Bot ")
	if cfg.CustomerOf == nil {
		cfg.CustomerOf = func(string, string) (string, bool) { return "", false }
	}
	if cfg.Private == nil {
		cfg.Private = func(string, string) bool { return false }
	}
	if cfg.Known == nil {
		cfg.Known = func(bot.Address) bool { return false }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Timeout: 30 * time.Second}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Log = cfg.Log.With("component", "discord")
	cfg.Metrics = cfg.Metrics.filled()
	return cfg
}

// filled replaces nil hooks by ones that do nothing.
func (m Metrics) filled() Metrics {
	word := func(f *func(string)) {
		if *f == nil {
			*f = func(string) {}
		}
	}
	word(&m.Received)
	word(&m.Ignored)
	word(&m.Refused)
	if m.Sent == nil {
		m.Sent = func(string, string) {}
	}
	if m.Limited == nil {
		m.Limited = func(string, time.Duration) {}
	}
	if m.Invalid == nil {
		m.Invalid = func(int) {}
	}
	if m.Connected == nil {
		m.Connected = func(bool) {}
	}
	return m
}
