package discord

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"firstline/bot"
)

func newMarks(t *testing.T, stored map[string]string) (*marker, *memory) {
	t.Helper()
	m := &memory{marks: stored}
	c, err := New(Config{BotToken: "x", Acceptor: newInbox(), Texts: texts{}, Marks: m})
	if err != nil {
		t.Fatal(err)
	}
	c.times.retry = backoff{first: time.Nanosecond, most: time.Nanosecond}
	return c.marks, m
}

func TestMarks(t *testing.T) {
	now := snowflake(time.Now())
	old, ancient := snowflake(time.Now().Add(-directKept-time.Hour)), snowflake(time.Now().Add(-marksKept-time.Hour))
	k, m := newMarks(t, map[string]string{"1": now, "2": old, "3": ancient, "4": "0", "7": ancient})
	if err := k.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := k.recent(); !slices.Equal(got, []string{"1"}) {
		t.Errorf("recent = %v", got)
	}
	k.prune(func(place string) bool { return place != "3" }) // nobody tells of it
	k.advance("1", old)                                      // never back
	k.begin("1", "7")
	k.begin("5", "7")
	k.begin("5", "8")
	k.advance("5", "10")
	k.advance("5", "9")
	k.forget("4")
	k.forget("6")
	m.fail = errors.New("disk full")
	k.flush(t.Context())
	k.advance("5", "11") // what is newer than what could not be written wins
	m.fail = nil
	k.flush(t.Context())
	if want := map[string]string{"1": now, "2": old, "5": "11", "7": ancient}; !maps.Equal(m.marks, want) {
		t.Errorf("stored = %v, want %v", m.marks, want)
	}
}

func TestMarksAreWaitedFor(t *testing.T) {
	k, m := newMarks(t, map[string]string{"1": "5"})
	m.fail = errors.New("locked")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := k.load(ended); err == nil {
		t.Error("nothing may be received without marks")
	}
	go func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.fail = nil
	}()
	if err := k.load(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestForeign(t *testing.T) {
	self := identity{user: "9"}
	for _, tt := range []struct {
		m    message
		want string
	}{
		{message{Author: user{ID: "1"}}, ""},
		{message{Author: user{ID: "1"}, Type: typeReply}, ""},
		{message{Author: user{ID: "9", Bot: true}}, "own"},
		{message{Author: user{ID: "8", Bot: true}}, "bot"},
		{message{Author: user{ID: "8"}, Webhook: "8"}, "bot"},
		{message{Author: user{ID: "1"}, Type: 7}, "type"},
		{message{Author: user{ID: "1"}, Type: 21}, "type"},
	} {
		if got := foreign(tt.m, self); got != tt.want {
			t.Errorf("foreign(%+v) = %q, want %q", tt.m, got, tt.want)
		}
	}
}

func TestPassedKeepsMarksOnlyWhereTheyServe(t *testing.T) {
	k, _ := newMarks(t, map[string]string{})
	c := k.client
	c.cfg.CustomerOf = func(guild, _ string) (string, bool) { return "x", guild == "100" }
	c.places.put(channel{ID: "2", Guild: "100", Kind: kindPublicThread, Parent: "1"})
	c.seen.put("50", sighting{user: "1", addr: bot.Address{Channel: "3"}})
	k.begin("4", "1")
	for _, m := range []message{
		{ID: "50", Channel: "1", Guild: "100"}, {ID: "50", Channel: "2", Guild: "100"}, // a customer's
		{ID: "50", Channel: "3", Guild: "200"},                           // taken, elsewhere
		{ID: "51", Channel: "4", Guild: "200"},                           // where the bot was called once
		{ID: "51", Channel: "5", Guild: "200"}, {ID: "51", Channel: "6"}, // none of ours
	} {
		c.passed(m)
	}
	if want := map[string]string{"1": "50", "2": "50", "3": "50", "4": "51"}; !maps.Equal(k.by, want) {
		t.Errorf("marks = %v, want %v", k.by, want)
	}
}
