package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"firstline/bot/store"
)

func TestPagesSurviveAndKeepTheirOrder(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "pages.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c", "b"} {
		if err := s.AppendPage(ctx, "web:chat-1:", id, []byte("first "+id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.UpdatePage(ctx, "b", []byte("second b")); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdatePage(ctx, "nobody", nil); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("updating a line that is not there: %v, want ErrNotFound", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.Pages(ctx, "web:chat-1:", 2)
	if err != nil || len(got) != 2 || got[0].ID != "b" || string(got[0].Payload) != "second b" || got[1].ID != "c" {
		t.Errorf("pages %v, %v; want the newest two, b changed", got, err)
	}
	keys, err := s.PageConversations(ctx, "web:chat-")
	if err != nil || len(keys) != 1 || keys[0] != "web:chat-1:" {
		t.Errorf("conversations %v, %v", keys, err)
	}
}
