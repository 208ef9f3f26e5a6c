package app

import (
	"context"
	"fmt"

	"firstline/bot/config"
	"firstline/bot/slack"
	"firstline/bot/store"
	"firstline/bot/store/sqlite"
	"firstline/i18n"
	"firstline/triage"
)

// Cases reads the store of a configuration; the program may be running.
type Cases struct {
	store  *sqlite.Store
	policy triage.Policy
}

// OpenCases opens the store. A database that does not exist is an error, not
// an empty one.
func OpenCases(cfg *config.Config) (*Cases, error) {
	cat, err := triage.LoadCatalogue(cfg.Catalogues)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	st, err := sqlite.Open(cfg.SQLitePath(), sqlite.ReadOnly())
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", cfg.Database, err)
	}
	return &Cases{store: st, policy: triage.DefaultPolicy(cat, i18n.Languages())}, nil
}

// Close releases the store.
func (c *Cases) Close() error { return c.store.Close() }

// List gives cases, last changed first.
func (c *Cases) List(ctx context.Context, status triage.Status, customer string, limit int) ([]triage.Case, error) {
	return c.store.Cases(ctx, store.Filter{Status: status, Customer: customer, Limit: limit})
}

// History is everything stored of a case.
type History struct {
	Case   triage.Case    `json:"case"`
	Events []triage.Event `json:"events"`
	Outbox []store.Outbox `json:"outbox"`
}

// Show gives everything stored of a case.
func (c *Cases) Show(ctx context.Context, id string) (History, error) {
	k, _, err := c.store.Case(ctx, id)
	if err != nil {
		return History{}, fmt.Errorf("case %s: %w", id, err)
	}
	events, err := c.store.Events(ctx, id)
	if err != nil {
		return History{}, fmt.Errorf("events of case %s: %w", id, err)
	}
	out, err := c.store.Outbox(ctx, id)
	if err != nil {
		return History{}, fmt.Errorf("outbox of case %s: %w", id, err)
	}
	return History{Case: k, Events: events, Outbox: out}, nil
}

// Replay makes a case again from its events, event by event.
func (c *Cases) Replay(ctx context.Context, id string, step func(triage.Event, triage.Case, []triage.Effect)) (stored, replayed triage.Case, err error) {
	h, err := c.Show(ctx, id)
	if err != nil {
		return stored, replayed, err
	}
	for i, ev := range h.Events {
		next, effects, err := triage.Decide(c.policy, replayed, ev)
		if err != nil {
			return h.Case, replayed, fmt.Errorf("event %d (%s): %w", i+1, ev.ID, err)
		}
		replayed = next
		step(ev, next, effects)
	}
	return h.Case, replayed, nil
}

// SlackManifest gives the manifest to create the Slack app from.
func SlackManifest(url string, socket bool) ([]byte, error) { return slack.Manifest(url, socket) }
