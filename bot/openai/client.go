package openai

import (
	"firstline/bot/assist"
	"firstline/i18n/glossary"
	"firstline/knowledge/index"
	"firstline/triage/understand"

	sdk "github.com/sashabaranov/go-openai"
)

var (
	_ understand.Model = (*Client)(nil)
	_ assist.Model     = (*Client)(nil)
	_ glossary.Engine  = (*Client)(nil)
	_ index.Embedder   = (*Client)(nil)
)

// Client asks one server. It is safe for concurrent use and holds nothing that
// must be closed.
type Client struct {
	cfg     Config
	sdk     *sdk.Client
	guard   *guard
	manners *manners
	ledger  *ledger
}

// New checks the configuration. It does not connect; see [Client.Probe].
func New(cfg Config) (*Client, error) { return newClient(cfg, usual) }

func newClient(cfg Config, t tuning) (*Client, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	cfg.defaults()
	c := &Client{cfg: cfg, sdk: server(cfg), ledger: &ledger{now: cfg.Now}}
	c.manners = &manners{now: cfg.Now, told: func(m mode) {
		cfg.Log.Info("model asked in another way", "mode", m.String())
		cfg.Metrics.Mode(m.String())
	}}
	c.guard = newGuard(cfg.Concurrency, t, func(state string) {
		cfg.Log.Warn("model breaker", "state", state)
		cfg.Metrics.Breaker(state)
	})
	return c, nil
}
