package slack

import (
	"context"
	"sync"
	"time"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

const (
	peopleKept    = 5000
	peopleFresh   = time.Hour
	peopleFailed  = 30 * time.Second // a failed lookup is not repeated for so long
	lookupTimeout = 5 * time.Second
	lookupsAtOnce = 16
)

// people caches who is who. A lookup goes on when the message that caused it no
// longer waits, so the next message of the same person finds the answer.
type people struct {
	fetch func(ctx context.Context, id string) (bot.Person, error)
	now   func() time.Time

	mu   sync.Mutex
	by   map[string]*entry
	busy int
}

type entry struct {
	done   chan struct{} // closed when person is there
	person bot.Person
	until  time.Time // zero while the lookup runs
}

func newPeople(fetch func(context.Context, string) (bot.Person, error), now func() time.Time) *people {
	return &people{fetch: fetch, now: now, by: map[string]*entry{}}
}

// get gives what is known of id before ctx ends: at least the id.
func (p *people) get(ctx context.Context, id string) bot.Person {
	e := p.start(id)
	if e == nil {
		return bot.Person{ID: id}
	}
	select {
	case <-e.done:
		return e.person
	default:
	}
	select {
	case <-e.done:
		return e.person
	case <-ctx.Done():
		return bot.Person{ID: id}
	}
}

// start gives the entry of id and begins a lookup when there is no fresh one; nil
// when too many lookups are running.
func (p *people) start(id string) *entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	e, ok := p.by[id]
	if ok && (e.until.IsZero() || now.Before(e.until)) {
		return e
	}
	if p.busy >= lookupsAtOnce {
		return nil
	}
	p.forget(now)
	e = &entry{done: make(chan struct{})}
	p.by[id] = e
	p.busy++
	go p.run(id, e)
	return e
}

func (p *people) run(id string, e *entry) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	person, err := p.fetch(ctx, id)
	fresh := peopleFresh
	if err != nil {
		person, fresh = bot.Person{ID: id}, peopleFailed
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e.person, e.until = person, p.now().Add(fresh)
	p.busy--
	close(e.done)
}

// forget makes room: what is stale goes first, then anything that is not being looked up.
func (p *people) forget(now time.Time) {
	if len(p.by) < peopleKept {
		return
	}
	for id, e := range p.by {
		if !e.until.IsZero() && now.After(e.until) {
			delete(p.by, id)
		}
	}
	for id, e := range p.by {
		if len(p.by) < peopleKept*9/10 {
			return
		}
		if !e.until.IsZero() {
			delete(p.by, id)
		}
	}
}

func (c *Client) fetchPerson(ctx context.Context, id string) (bot.Person, error) {
	p := bot.Person{ID: id}
	err := c.call(ctx, "users.info", "", func(ctx context.Context) error {
		u, err := c.api.GetUserInfoContext(ctx, id)
		if err != nil {
			return err
		}
		p.Name = firstOf(u.Profile.DisplayName, firstOf(u.RealName, firstOf(u.Profile.RealName, u.Name)))
		p.Locale, p.Zone = u.Locale, u.TZ
		return nil
	})
	if err != nil {
		c.log.Warn("user lookup failed", "user", id, "err", err)
	}
	return p, err
}

// me gives who the bot is: from the event's authorizations, else from the last auth.test.
func (c *Client) me(ctx context.Context, auths []authorization) identity {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	for _, a := range auths {
		if a.IsBot && a.UserID != "" {
			self.user = a.UserID
			return self
		}
	}
	if self.user != "" {
		return self
	}
	ctx, cancel := context.WithTimeout(ctx, c.lookup)
	defer cancel()
	self, _, err := c.authTest(ctx)
	if err != nil {
		c.log.Warn("auth.test failed", "err", err)
	}
	return self
}

func (c *Client) authTest(ctx context.Context) (identity, *slackapi.AuthTestResponse, error) {
	var resp *slackapi.AuthTestResponse
	err := c.call(ctx, "auth.test", "", func(ctx context.Context) (err error) {
		resp, err = c.api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return identity{}, nil, err
	}
	self := identity{user: resp.UserID, bot: resp.BotID}
	c.mu.Lock()
	c.self = self
	c.mu.Unlock()
	return self, resp, nil
}

// who completes what a payload tells of a person by what is known of them.
func (c *Client) who(ctx context.Context, u payloadUser) bot.Person {
	ctx, cancel := context.WithTimeout(ctx, c.lookup)
	defer cancel()
	p := c.people.get(ctx, u.ID)
	p.Name = firstOf(p.Name, firstOf(u.Name, u.Username))
	p.Locale = firstOf(u.Locale, p.Locale)
	return p
}
