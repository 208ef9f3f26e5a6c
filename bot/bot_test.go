package bot_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"firstline/bot"
)

func TestKeyAndParseKeyAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[A-Za-z0-9._-]{1,12}`)
		a := bot.Address{Platform: part.Draw(t, "platform"), Channel: part.Draw(t, "channel"), Thread: rapid.StringMatching(`[0-9.:]{0,12}`).Draw(t, "thread")}
		got, ok := bot.ParseKey(a.Key())
		if !ok || got != a {
			t.Fatalf("ParseKey(%q) = %+v, %v; want %+v", a.Key(), got, ok, a)
		}
	})
}

func TestParseKeyRefuses(t *testing.T) {
	for _, key := range []string{"", "slack", "slack:C1", ":C1:1", "slack::1"} {
		if a, ok := bot.ParseKey(key); ok {
			t.Errorf("ParseKey(%q) = %+v, want a refusal", key, a)
		}
	}
}

func TestSpaceIsNotPartOfTheIdentity(t *testing.T) {
	a := bot.Address{Platform: "slack", Space: "T1", Channel: "C1", Thread: "1.2"}
	b := a
	b.Space = "T2"
	if a.Key() != b.Key() {
		t.Errorf("a shared channel seen from two workspaces has two keys: %q, %q", a.Key(), b.Key())
	}
}

func TestClassOf(t *testing.T) {
	limited := &bot.SendError{Class: bot.ClassLimited, Err: errors.New("ratelimited")}
	if got := bot.ClassOf(fmt.Errorf("send: %w", limited)); got != bot.ClassLimited {
		t.Errorf("class of a wrapped failure: %s, want %s", got, bot.ClassLimited)
	}
	if got := bot.ClassOf(errors.New("line cut")); got != bot.ClassUnclear {
		t.Errorf("class of an unclassified failure: %s; want %s, the careful reading", got, bot.ClassUnclear)
	}
}
