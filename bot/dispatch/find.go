package dispatch

import (
	"context"
	"errors"
	"strings"
	"sync"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// found is a case with what is needed to change it; ok is false without one.
type found struct {
	triage.Case
	version int64
	role    store.Role
	ok      bool
}

// find looks for the case of an event: by its conversation, else by the case
// that a button or form carries.
func (d *Dispatcher) find(ctx context.Context, in bot.Inbound) (found, error) {
	c, version, role, err := d.cfg.Store.CaseOf(ctx, in.Address.Key())
	if err == nil {
		return found{Case: c, version: version, role: role, ok: true}, nil
	}
	if !gone(err) {
		return found{}, storeErr(err)
	}
	if in.Value == "" || in.Kind != bot.KindAction && in.Kind != bot.KindForm {
		return found{}, nil
	}
	c, version, err = d.cfg.Store.Case(ctx, in.Value)
	if gone(err) {
		return found{}, nil
	}
	if err != nil {
		return found{}, storeErr(err)
	}
	switch {
	case in.Side == bot.SideDesk && in.Address.Platform == d.cfg.Desk.Platform && in.Address.Channel == d.cfg.Desk.Channel && c.Handoff != nil:
		return found{Case: c, version: version, role: store.RoleDesk, ok: true}, nil
	case in.Side == bot.SideCustomer && isCommand(c.Conversation, in.Address):
		return found{Case: c, version: version, role: store.RoleCustomer, ok: true}, nil
	}
	return found{}, nil
}

// isCommand tells whether a conversation is that of a command in the channel of an address.
func isCommand(conversation string, at bot.Address) bool {
	a, ok := bot.ParseKey(conversation)
	return ok && a.Platform == at.Platform && a.Channel == at.Channel && strings.HasPrefix(a.Thread, store.CommandThread)
}

// laneOf gives the lane of an event; see the package comment.
func (d *Dispatcher) laneOf(ctx context.Context, in bot.Inbound) (string, error) {
	conv := in.Address.Key()
	if lane, ok := d.sched.holds(conv); ok {
		return lane, nil
	}
	if lane, ok := d.known.get(conv); ok {
		return lane, nil
	}
	f, err := d.find(ctx, in)
	switch {
	case isCorrupt(err):
		return conv, nil // its turn will say so
	case err != nil:
		return "", err
	case !f.ok:
		return conv, nil
	}
	if in.Kind == bot.KindMessage { // found by its conversation
		d.known.put(conv, f.Conversation)
	}
	return f.Conversation, nil
}

// tying tells whether a message may be on its way, or have arrived just
// before a crash, that will tie a thread of this channel to a case: a card, or
// the first answer to a command.
func (d *Dispatcher) tying(ctx context.Context, in bot.Inbound) (bool, error) {
	rows, err := d.cfg.Store.Unclear(ctx, 10_000)
	if _, only := store.Corrupt(err); !only {
		return false, storeErr(err)
	}
	for _, r := range rows {
		if r.CaseID == "" {
			continue
		}
		role := store.RoleDesk
		if in.Side == bot.SideCustomer {
			if !isCommand(r.Lane, in.Address) {
				continue
			}
			role = store.RoleCustomer
		} else if r.Effect.To != triage.ToDesk {
			continue
		}
		link, err := d.cfg.Store.LinkOf(ctx, r.CaseID, role)
		switch {
		case gone(err), err == nil && role == store.RoleCustomer && link.Conversation == r.Lane:
			return true, nil
		case err != nil:
			return false, storeErr(err)
		}
	}
	return false, nil
}

// storeError is a failure of the store, in contrast to one of the turn.
type storeError struct{ error }

func (e storeError) Unwrap() error { return e.error }

func storeErr(err error) error {
	if err == nil || isCorrupt(err) || errors.Is(err, store.ErrConflict) {
		return err
	}
	return storeError{err}
}

// cache remembers the lanes of conversations that have a case. A case never
// leaves its lane and a conversation never its case, so nothing in it gets old.
type cache struct {
	mu    sync.Mutex
	lanes map[string]string
}

const maxCache = 50_000

func newCache() *cache { return &cache{lanes: map[string]string{}} }

func (c *cache) get(conv string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lane, ok := c.lanes[conv]
	return lane, ok
}

func (c *cache) put(conv, lane string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.lanes) >= maxCache {
		clear(c.lanes)
	}
	c.lanes[conv] = lane
}

func (c *cache) drop(conv string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lanes, conv)
}
