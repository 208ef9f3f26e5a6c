package deliver

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// Store is what a deliverer needs of [store.Store].
type Store interface {
	Outgoing(ctx context.Context, now time.Time, limit int) ([]store.Outbox, error)
	Sending(ctx context.Context, seqs []int64) error
	Sent(ctx context.Context, sent []store.Sent) error
	Retry(ctx context.Context, seq int64, notBefore time.Time, reason string, attempt bool) error
	Dead(ctx context.Context, seq int64, reason string) error
	Case(ctx context.Context, id string) (triage.Case, int64, error)
	Outbox(ctx context.Context, caseID string) ([]store.Outbox, error)
	SentAs(ctx context.Context, platform, messageID string) (store.Outbox, error)
	Copies(ctx context.Context, caseID, originalID string) ([]store.Outbox, error)
	LinkOf(ctx context.Context, caseID string, role store.Role) (store.Link, error)
}

// Renderer says an effect in words. The deliverer sets where the message goes
// (ID, To, OnlyFor, Update, Delete); everything else is the renderer's. It must
// give the same for the same input, because a message may be rendered again to
// be changed. An error means that the effect cannot be shown at all.
type Renderer interface {
	Render(e triage.Effect, c RenderContext) (bot.Outbound, error)
}

// RenderContext is for whom and where an effect is rendered.
type RenderContext struct {
	Case    triage.Case    // as it is now; empty for a row that belongs to no case
	To      bot.Address    // where it will be shown
	Lang    string         // the reader's language
	Zone    string         // the reader's time zone (IANA), when known
	Now     time.Time      //
	Settled bool           // a choice was made: choices will not be shown
	Chosen  *triage.Option // with Settled: the option used, when it is one of the effect's

	From       string      // the words are not in the reader's language but were written in this one …
	Translated bool        // … and are translated
	Transcript []bot.Field // of a transcript: who said what
}

// Metrics are told what happens. Every field may be nil; all must be safe for
// concurrent use.
type Metrics struct {
	Sent   func(platform string, kind triage.EffectKind, after time.Duration) // after: since it was committed
	Failed func(platform string, class bot.Class)                             // a send failed
	Dead   func(platform, reason string)                                      // a row was given up
	Found  func(platform string)                                              // a message had arrived after all
	Blind  func(platform string)                                              // sent again without knowing: it may be seen twice
	Lanes  func(busy int)                                                     // lanes that are being worked on

	Untranslated func() // words went out as they were written because they could not be translated
}

// Backoff is the pause after the nth failure in a row: Base, doubling up to
// Max, of which a random part of up to Jitter (0…1) is taken away.
type Backoff struct {
	Base   time.Duration  // default 1 s
	Max    time.Duration  // default 5 min
	Jitter float64        // default 0.5; negative: none
	Rand   func() float64 // default [rand.Float64]
}

func (b Backoff) after(n int) time.Duration {
	d := min(b.Max, b.Base<<min(max(n-1, 0), 20))
	if d <= 0 { // the shift ran over
		d = b.Max
	}
	return d - time.Duration(b.Jitter*b.Rand()*float64(d))
}

// Config is what a deliverer is made of. Store, Platforms, Renderer and Desk
// are needed; the rest has defaults.
type Config struct {
	Store       Store
	Platforms   map[string]bot.Platform
	Renderer    Renderer
	Translator  Translator                      // nil: people's words go out as they were written
	Summariser  Summariser                      // nil: cards have no summary
	Language    func(text, usual string) string // of a text, when a person usually writes in usual; needed by the Translator
	Desk        bot.Address                     // the engineers' channel
	DeskLang    string                          // default "en"
	Workers     int                             // lanes at the same time; default 16
	SendTimeout time.Duration                   // of one send, a platform's own pacing included; default 2 min
	GiveUp      time.Duration                   // age at which a row for a customer is given up; default 24 h
	GiveUpDesk  time.Duration                   // and one for the desk; default 72 h
	MinAttempts int                             // no row is given up for its age before so many failures; default 5
	AuthEvery   time.Duration                   // pause after a refused token; default 30 s
	Poll        time.Duration                   // how often the store is asked without a reason; default 5 s
	Backoff     Backoff
	Now         func() time.Time // default [time.Now]; the store's clock should be the same
	Log         *slog.Logger     // default: discards
	Metrics     Metrics
}

// New checks the configuration and gives a deliverer that is not started.
func New(c Config) (*Deliverer, error) {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("deliver: "+what+" is missing"))
		}
	}
	need(c.Store != nil, "Store")
	need(len(c.Platforms) > 0, "Platforms")
	need(c.Renderer != nil, "Renderer")
	need(c.Language != nil || c.Translator == nil, "Language")
	need(c.Desk.Platform != "" && c.Desk.Channel != "", "Desk")
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	defaults(&c)
	return newDeliverer(c), nil
}

func defaults(c *Config) {
	positive(&c.Workers, 16)
	positive(&c.SendTimeout, 2*time.Minute)
	positive(&c.GiveUp, 24*time.Hour)
	positive(&c.GiveUpDesk, 72*time.Hour)
	positive(&c.MinAttempts, 5)
	positive(&c.AuthEvery, 30*time.Second)
	positive(&c.Poll, 5*time.Second)
	positive(&c.Backoff.Base, time.Second)
	positive(&c.Backoff.Max, 5*time.Minute)
	switch {
	case c.Backoff.Jitter == 0:
		c.Backoff.Jitter = 0.5
	case c.Backoff.Jitter < 0:
		c.Backoff.Jitter = 0
	}
	if c.Backoff.Rand == nil {
		c.Backoff.Rand = rand.Float64
	}
	if c.DeskLang == "" {
		c.DeskLang = "en"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	m := &c.Metrics
	if m.Sent == nil {
		m.Sent = func(string, triage.EffectKind, time.Duration) {}
	}
	if m.Failed == nil {
		m.Failed = func(string, bot.Class) {}
	}
	if m.Dead == nil {
		m.Dead = func(string, string) {}
	}
	if m.Found == nil {
		m.Found = func(string) {}
	}
	if m.Blind == nil {
		m.Blind = func(string) {}
	}
	if m.Untranslated == nil {
		m.Untranslated = func() {}
	}
	if m.Lanes == nil {
		m.Lanes = func(int) {}
	}
}

func positive[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
