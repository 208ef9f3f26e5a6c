package openai

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Config is what a client is made of. Model is needed; the rest has defaults.
type Config struct {
	BaseURL     string        // default OpenAI's own, https://api.openai.com/v1
	Key         string        // may be empty where none is asked for
	Model       string        // of chat
	Embeddings  string        // model of embeddings; empty: [Client.Embed] is an error
	Timeout     time.Duration // the whole time of one question; default 10 s
	Concurrency int           // requests at the same time; default 4

	DailyBudget    float64 // US dollars a UTC day; 0: no limit
	InputPrice     float64 // US dollars per million tokens
	OutputPrice    float64 // the same
	EmbeddingPrice float64 // the same

	KeepIPs bool // IP addresses are sent as they are
	Tape    Tape // records or replays; nil: neither

	HTTPClient *http.Client     // default one of its own; redirects are never followed
	Now        func() time.Time // for the day and for what is remembered; default [time.Now]
	Log        *slog.Logger     // default: discards
	Metrics    Metrics
}

// Metrics are told what happens. Every field may be nil; all must be safe for
// concurrent use.
type Metrics struct {
	Asked   func(purpose, outcome string, took time.Duration) // a question ended; outcome as [Outcome]
	Tokens  func(purpose string, in, out int)                 // of one request
	Cost    func(usd float64)                                 // of one request
	Breaker func(state string)                                // "closed", "open", "half-open"
	Mode    func(mode string)                                 // the way of asking changed: "schema", "json", "text"
}

// tuning is what tests make quick.
type tuning struct {
	rest    time.Duration // of the breaker
	backoff time.Duration // before the first retry; doubled before the second
}

var usual = tuning{rest: 30 * time.Second, backoff: 250 * time.Millisecond}

func (c *Config) check() error {
	var errs []error
	bad := func(is bool, what string) {
		if is {
			errs = append(errs, errors.New("openai: "+what))
		}
	}
	bad(c.Model == "", "Model is missing")
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		bad(err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https", "BaseURL is no http address; write for example https://api.openai.com/v1")
	}
	bad(c.Timeout < 0, "Timeout is negative")
	bad(c.Concurrency < 0, "Concurrency is negative")
	bad(c.DailyBudget < 0 || c.InputPrice < 0 || c.OutputPrice < 0 || c.EmbeddingPrice < 0, "a price or the budget is negative")
	bad(c.DailyBudget > 0 && c.InputPrice == 0 && c.OutputPrice == 0, "DailyBudget needs InputPrice and OutputPrice: without them nothing costs anything")
	return errors.Join(errs...)
}

func (c *Config) defaults() {
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.Concurrency = cmp.Or(c.Concurrency, 4)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	m := &c.Metrics
	if m.Asked == nil {
		m.Asked = func(string, string, time.Duration) {}
	}
	if m.Tokens == nil {
		m.Tokens = func(string, int, int) {}
	}
	if m.Cost == nil {
		m.Cost = func(float64) {}
	}
	if m.Breaker == nil {
		m.Breaker = func(string) {}
	}
	if m.Mode == nil {
		m.Mode = func(string) {}
	}
}
