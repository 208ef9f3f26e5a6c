package discord

import (
	"context"
	"errors"
	"sync"
	"time"

	"firstline/bot"

	"github.com/bwmarrin/discordgo"
)

// intents are what the gateway is asked to tell: guilds with their channels and threads, messages, and
// what they say. The last one is privileged: it has to be switched on in the developer portal.
const intents = discordgo.IntentsGuilds | discordgo.IntentsGuildMessages | discordgo.IntentsDirectMessages | discordgo.IntentMessageContent

// errShards says that Discord wants another number of shards.
var errShards = errors.New("discord: another number of shards is needed")

// Run receives and answers until ctx ends; it connects again whenever the connection is lost. It returns
// nil when ctx ended, and a [bot.SendError] of [bot.ClassAuth] when an operator must act: the token is
// refused, or an intent is.
func (c *Client) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := c.marks.load(ctx); err != nil {
		return nil
	}
	c.feed.begin(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { c.marks.run(ctx) })
	beside.Go(func() { c.keepRegistered(ctx) })
	err := c.serve(ctx)
	cancel()
	beside.Wait()
	c.feed.wait()
	c.talks.Wait()
	last, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	c.marks.flush(last)
	return err
}

// serve runs all shards, and again when Discord wants another number of them.
func (c *Client) serve(ctx context.Context) error {
	for failures := 1; ctx.Err() == nil; failures++ {
		p, err := c.gatewayPlan(ctx)
		switch {
		case err == nil:
			failures = 0
			if err = c.runShards(ctx, p); ctx.Err() != nil {
				return nil
			}
			if !errors.Is(err, errShards) {
				return err
			}
			c.log.Info("Discord asks for another number of shards")
		case refused(err):
			return err
		default:
			c.log.Warn("gateway address unknown", "err", err)
		}
		if c.pause(ctx, failures+1, err) != nil {
			return nil
		}
	}
	return nil
}

// gatewayPlan is what Discord recommends for connecting.
type gatewayPlan struct {
	URL    string `json:"url"`
	Shards int    `json:"shards"`
	Limit  struct {
		Remaining   int   `json:"remaining"`
		ResetAfter  int64 `json:"reset_after"` // milliseconds
		Concurrency int   `json:"max_concurrency"`
	} `json:"session_start_limit"`
}

func (c *Client) gatewayPlan(ctx context.Context) (gatewayPlan, error) {
	var p gatewayPlan
	err := c.do(ctx, call{name: "get_bot_gateway", method: "GET", path: "gateway/bot", bucket: "gateway"}, &p)
	if err != nil {
		return p, err
	}
	if p.URL == "" {
		return p, &bot.SendError{Class: bot.ClassRetry, Err: errors.New("discord get_bot_gateway: no address")}
	}
	p.Shards, p.Limit.Concurrency = max(p.Shards, 1), max(p.Limit.Concurrency, 1)
	c.gateway.Store(&p.URL) // what discordgo is told when it asks
	return p, nil
}

// runShards runs the shards until ctx ends or one of them cannot go on.
func (c *Client) runShards(ctx context.Context, p gatewayPlan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.feed.mu.Lock()
	c.feed.shards, c.feed.missing = p.Shards, map[int]map[string]bool{}
	c.feed.mu.Unlock()
	turns := &turns{client: c, last: map[int]time.Time{}}
	ended := make(chan error, p.Shards)
	for id := range p.Shards {
		s := &shard{client: c, id: id, count: p.Shards, turns: turns}
		go func() { ended <- s.run(ctx) }()
	}
	var first error
	for range p.Shards {
		if err := <-ended; first == nil {
			first = err
		}
		cancel()
	}
	return first
}

// turns lets shards identify one after the other, as Discord demands: one of each bucket every five
// seconds, and no more than it has left for the day; a bot that identifies too often loses its token.
type turns struct {
	client *Client
	mu     sync.Mutex
	last   map[int]time.Time
}

func (t *turns) take(ctx context.Context, shard int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for failures := 1; ; failures++ {
		p, err := t.client.gatewayPlan(ctx)
		if err == nil && p.Limit.Remaining > 0 {
			bucket := shard % p.Limit.Concurrency
			if err := sleep(ctx, time.Until(t.last[bucket].Add(t.client.times.identify))); err != nil {
				return err
			}
			t.last[bucket] = time.Now()
			return nil
		}
		if refused(err) {
			return err
		}
		if err == nil {
			left := time.Duration(p.Limit.ResetAfter) * time.Millisecond
			t.client.log.Error("no more sessions can be started for now", "wait", left)
			err = &bot.SendError{Class: bot.ClassLimited, After: left}
		}
		if err := t.client.pause(ctx, failures, err); err != nil {
			return err
		}
	}
}
