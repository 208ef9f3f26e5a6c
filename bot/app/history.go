package app

import (
	"context"
	"errors"

	"firstline/bot/store"
	"firstline/bot/store/sqlite"
	"firstline/bot/web"
)

// history keeps what the web chat shows in the store.
type history struct{ s *sqlite.Store }

var _ web.History = history{}

func (h history) Append(ctx context.Context, conversation, id string, payload []byte) error {
	return h.s.AppendPage(ctx, conversation, id, payload)
}

func (h history) Update(ctx context.Context, id string, payload []byte) error {
	err := h.s.UpdatePage(ctx, id, payload)
	if errors.Is(err, store.ErrNotFound) {
		return web.ErrNoEntry
	}
	return err
}

func (h history) List(ctx context.Context, conversation string, limit int) ([]web.Entry, error) {
	pages, err := h.s.Pages(ctx, conversation, limit)
	out := make([]web.Entry, 0, len(pages))
	for _, p := range pages {
		out = append(out, web.Entry{ID: p.ID, Payload: p.Payload})
	}
	return out, err
}

func (h history) Conversations(ctx context.Context, prefix string) ([]string, error) {
	return h.s.PageConversations(ctx, prefix)
}
