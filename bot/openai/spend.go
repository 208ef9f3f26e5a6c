package openai

import (
	"sync"
	"time"
	"unicode/utf8"
)

// Usage is what a question took.
type Usage struct {
	In        int  `json:"in"`                  // tokens
	Out       int  `json:"out"`                 // tokens
	Estimated bool `json:"estimated,omitempty"` // from lengths, because the server did not say
}

func (u Usage) plus(v Usage) Usage {
	return Usage{In: u.In + v.In, Out: u.Out + v.Out, Estimated: u.Estimated || v.Estimated}
}

// Spent is what one UTC day has cost so far.
type Spent struct {
	Day      time.Time // its midnight
	Requests int
	Usage
	USD float64
}

// ledger counts a day's cost, in memory: a new process begins at nothing, and
// each replica has a budget of its own. Requests that run when the budget is
// reached are let finish, so it is passed by at most a few answers.
type ledger struct {
	now func() time.Time

	mu    sync.Mutex
	today Spent
}

// spent gives today's figures.
func (l *ledger) spent() Spent {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	return l.today
}

// add counts one request and gives what was spent before it and with it.
func (l *ledger) add(u Usage, usd float64) (before, after float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	l.today.Requests++
	l.today.Usage = l.today.plus(u)
	before = l.today.USD
	l.today.USD += usd
	return before, l.today.USD
}

func (l *ledger) turn() {
	if day := l.now().UTC().Truncate(24 * time.Hour); !day.Equal(l.today.Day) {
		l.today = Spent{Day: day}
	}
}

// Spent gives what today has cost so far. A request that was sent and not
// answered in time is in it by the length of its question, since it is paid for.
func (c *Client) Spent() Spent { return c.ledger.spent() }

// overBudget tells whether nothing more may be asked today.
func (c *Client) overBudget() bool {
	return c.cfg.DailyBudget > 0 && c.ledger.spent().USD >= c.cfg.DailyBudget
}

// charge counts one request.
func (c *Client) charge(purpose string, u Usage) {
	in, out := c.cfg.InputPrice, c.cfg.OutputPrice
	if purpose == embedding {
		in, out = c.cfg.EmbeddingPrice, 0
	}
	usd := (float64(u.In)*in + float64(u.Out)*out) / 1e6
	before, after := c.ledger.add(u, usd)
	if limit := c.cfg.DailyBudget; limit > 0 && before < limit && after >= limit {
		c.cfg.Log.Warn("model's budget of the day is spent", "usd", after, "limit", limit)
	}
	c.cfg.Metrics.Tokens(purpose, u.In, u.Out)
	c.cfg.Metrics.Cost(usd)
}

// tokens estimates how many tokens a text has: four ASCII characters, or one of
// another script.
func tokens(text string) int {
	runes := utf8.RuneCountInString(text)
	wide := (len(text) - runes + 1) / 2 // about: a rune that is not ASCII has two bytes and more
	wide = min(wide, runes)
	return (runes-wide+3)/4 + wide
}
