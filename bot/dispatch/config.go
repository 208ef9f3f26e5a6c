package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"runtime"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// Store is what a dispatcher needs of [store.Store].
type Store interface {
	Accept(ctx context.Context, in []bot.Inbound) (fresh []bool, err error)
	Pending(ctx context.Context, after int64, limit int) ([]store.Inbox, error)
	Failed(ctx context.Context, seq int64, reason string, drop bool) error
	Case(ctx context.Context, id string) (triage.Case, int64, error)
	CaseOf(ctx context.Context, conversation string) (triage.Case, int64, store.Role, error)
	Similar(ctx context.Context, c triage.Case, limit int) ([]triage.Case, error)
	Contact(ctx context.Context, platform, id string) (store.Contact, error)
	Commit(ctx context.Context, turns []store.Turn) []error
	DueTimers(ctx context.Context, now time.Time, limit int) ([]store.Timer, error)
	NextTimer(ctx context.Context) (due time.Time, ok bool, err error)
	Unclear(ctx context.Context, limit int) ([]store.Outbox, error)
	LinkOf(ctx context.Context, caseID string, role store.Role) (store.Link, error)
	Outbox(ctx context.Context, caseID string) ([]store.Outbox, error)
	Ping(ctx context.Context) error
}

// Understander reads a message. It has no error: what cannot be read is an
// empty reading.
type Understander interface {
	Read(ctx context.Context, q triage.Question) triage.Reading
}

// Fixer finds articles that may help with a case, the best first.
type Fixer interface {
	Fixes(ctx context.Context, c triage.Case) ([]triage.Candidate, error)
}

// Writer puts into words what the rules ask a language model for. Both give ""
// when there is nothing that could be shown; they keep their own time limit.
type Writer interface {
	// Step says the fix that was chosen last for this case, in the customer's language.
	Step(ctx context.Context, c triage.Case) string
	// Reply drafts what an engineer could answer, in the language lang.
	Reply(ctx context.Context, c triage.Case, lang string) string
}

// Metrics are told what happens. Every field may be nil; all must be safe for
// concurrent use.
type Metrics struct {
	Accepted func(platform string, fresh bool)                   // an event was stored, or was there already
	Refused  func(reason string)                                 // Accept failed: "invalid", "full" or "store"
	Turn     func(kind triage.EventKind, took time.Duration)     // a turn was committed
	Settled  func(reason string)                                 // an event was done with without a case
	Failed   func(reason string, dropped bool)                   // a turn failed; dropped: for good
	Conflict func()                                              // another writer was faster; the turn is decided again
	Moved    func(from, to triage.Status)                        // a case changed its status
	Lanes    func(lanes, events int)                             // lanes with work, and how much
	Fixes    func(took time.Duration, candidates int, err error) // articles were looked up
}

// Config is what a dispatcher is made of. Store, Understander, Fixes, Desk and
// Policy are needed; the rest has defaults.
type Config struct {
	Store        Store
	Understander Understander
	Fixes        Fixer
	Writer       Writer // needed when the policy has a model
	Policy       triage.Policy
	Working      func(bot.Address)               // the bot works on an answer to this conversation: progress can be shown; must not wait
	Desk         bot.Address                     // the engineers' channel
	TierOf       func(customer string) string    // tier of a configured customer
	MatchLocale  func(locale string) string      // a platform's locale as a language of ours, or ""
	Direct       func(bot.Address) bool          // whether a channel is a direct message; nil: none is
	Now          func() time.Time                // default [time.Now]
	NewID        func() string                   // of a case; default: 16 random letters and digits
	Committed    func()                          // called after a commit with something to deliver
	Workers      int                             // turns at the same time; default 2 × GOMAXPROCS
	MaxAttempts  int                             // default 8
	Backoff      func(attempt int) time.Duration // pause after the nth failure in a row, from 1; default 0.5 s doubling to 1 min
	Sweep        time.Duration                   // how often all that is pending is looked through again; default 1 min
	Similar      int                             // similar cases on a card; default 3
	Log          *slog.Logger                    // default: discards
	Metrics      Metrics                         //
}

const (
	maxQueued    = 100_000 // events in memory; more wait in the store
	maxBodies    = 1_024   // of which so many with their content
	maxConflicts = 20      // in a row for one turn: then it counts as failed
	maxWaits     = 8       // for a thread to be tied to its case
)

// New checks the configuration and gives a dispatcher that is not started.
func New(c Config) (*Dispatcher, error) {
	var errs []error
	need := func(ok bool, what string) {
		if !ok {
			errs = append(errs, errors.New("dispatch: "+what+" is missing"))
		}
	}
	need(c.Store != nil, "Store")
	need(c.Understander != nil, "Understander")
	need(c.Fixes != nil, "Fixes")
	need(c.Policy.Catalogue != nil && len(c.Policy.Languages) > 0, "Policy")
	need(c.Writer != nil || !c.Policy.Model, "Writer")
	need(c.Desk.Platform != "" && c.Desk.Channel != "", "Desk")
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	defaults(&c)
	d := &Dispatcher{cfg: c, wake: make(chan struct{}, 1), known: newCache()}
	d.sched.init(c.Backoff, c.Metrics.Lanes)
	return d, nil
}

func defaults(c *Config) {
	orElse(&c.TierOf, func(string) string { return "" })
	orElse(&c.MatchLocale, func(string) string { return "" })
	orElse(&c.Working, func(bot.Address) {})
	orElse(&c.Direct, func(bot.Address) bool { return false })
	orElse(&c.Now, time.Now)
	orElse(&c.NewID, newID)
	orElse(&c.Committed, func() {})
	orElse(&c.Backoff, backoff)
	if c.Workers <= 0 {
		c.Workers = 2 * runtime.GOMAXPROCS(0)
	}
	if c.MaxAttempts <= 0 {
		c.MaxAttempts = 8
	}
	if c.Sweep <= 0 {
		c.Sweep = time.Minute
	}
	if c.Similar <= 0 {
		c.Similar = 3
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	m := &c.Metrics
	orElse(&m.Accepted, func(string, bool) {})
	orElse(&m.Refused, func(string) {})
	orElse(&m.Turn, func(triage.EventKind, time.Duration) {})
	orElse(&m.Settled, func(string) {})
	orElse(&m.Failed, func(string, bool) {})
	orElse(&m.Conflict, func() {})
	orElse(&m.Moved, func(triage.Status, triage.Status) {})
	orElse(&m.Lanes, func(int, int) {})
	orElse(&m.Fixes, func(time.Duration, int, error) {})
}

// orElse sets a function that is nil.
func orElse[F any](f *F, def F) {
	if reflect.ValueOf(f).Elem().IsNil() {
		*f = def
	}
}
