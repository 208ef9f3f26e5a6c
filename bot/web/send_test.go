package web

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/bot"
)

var update = flag.Bool("update", false, "write the golden files")

func TestSendTwiceShowsOne(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	out := bot.Outbound{ID: "case1.3.0", To: chatAddress(v.chat), Text: "hello"}
	if _, found, err := s.client.Find(t.Context(), out); found || err != nil {
		t.Fatalf("found before it was sent: %v", err)
	}
	first, second := s.send(out), s.send(out)
	if first != second || first.MessageID == "" || len(v.messages()) != 1 {
		t.Errorf("receipts %v and %v, %d messages", first, second, len(v.messages()))
	}
	rec, found, err := s.client.Find(t.Context(), out)
	if !found || err != nil || rec != first {
		t.Errorf("Find = %v, %v, %v", rec, found, err)
	}
}

func TestUpdateAndDelete(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	to := chatAddress(v.chat)
	rec := s.send(bot.Outbound{ID: "a", To: to, Author: "Kim", Text: "one", Choices: []bot.Choice{{Action: "human", Value: "c"}}})
	for range 2 { // the second is a retry
		s.send(bot.Outbound{ID: "b", To: to, Author: "Kim", Text: "two", Update: rec.MessageID})
	}
	got := v.messages()
	if len(got) != 1 || got[0].V != 1 || !got[0].Edited || got[0].Choices != nil || got[0].Blocks[0].Spans[0].Text != "two" {
		t.Fatalf("after the update: %+v", got)
	}
	if found, ok, err := s.client.Find(t.Context(), bot.Outbound{To: to, ID: "b"}); !ok || err != nil || found != rec {
		t.Errorf("Find of an update = %v, %v, %v", found, ok, err)
	}
	for range 2 {
		s.send(bot.Outbound{ID: "c", To: to, Update: rec.MessageID, Delete: true})
	}
	if got := v.messages(); len(got) != 1 || !got[0].Gone || got[0].Blocks != nil {
		t.Fatalf("after the deletion: %+v", got)
	}
	s.send(bot.Outbound{ID: "d", To: to, Update: "m-unknown", Delete: true}) // gone is gone
	s.send(bot.Outbound{ID: "a", To: to, Author: "Kim", Text: "one"})        // a late retry does not bring it back
	if got := v.messages(); len(got) != 1 || !got[0].Gone {
		t.Errorf("it came back: %+v", got)
	}
}

func TestSendFailures(t *testing.T) {
	s := newSite(t)
	to := chatAddress("chat-1")
	gone := s.send(bot.Outbound{ID: "g", To: to, Text: "x"}).MessageID
	s.send(bot.Outbound{ID: "g2", To: to, Update: gone, Delete: true})
	for name, tt := range map[string]struct {
		out  bot.Outbound
		want bot.Class
	}{
		"another platform":         {bot.Outbound{To: bot.Address{Platform: "slack", Channel: "C1"}}, bot.ClassInvalid},
		"not one of our channels":  {bot.Outbound{To: chatAddress("room")}, bot.ClassInvalid},
		"deletion of nothing":      {bot.Outbound{To: to, Delete: true}, bot.ClassInvalid},
		"update of an unknown one": {bot.Outbound{To: to, Update: "m-unknown"}, bot.ClassGone},
		"update of a deleted one":  {bot.Outbound{To: to, Update: gone, Text: "y"}, bot.ClassGone},
	} {
		_, err := s.client.Send(t.Context(), tt.out)
		if err == nil || bot.ClassOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestCardIsFoundFromItsThread(t *testing.T) {
	s := newSite(t)
	card := s.send(sampleCard("card")).MessageID
	out := sampleCard("card2")
	out.To, out.Update = deskAddress(card), card
	if rec := s.send(out); rec.MessageID != card {
		t.Errorf("receipt %v, want %s", rec, card)
	}
}

func TestBotAnswersBeforeTheWordsAreWritten(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	s.inbox.then = func(in bot.Inbound) { // within Accept: earlier than the history has the words
		if _, err := s.client.Send(context.Background(), bot.Outbound{ID: "answer", To: in.Address, Text: "answer"}); err != nil {
			t.Error(err)
		}
	}
	v.must("/api/message", fields{"text": "question"})
	if got := v.messages(); len(got) != 2 || got[0].From != fromCustomer || got[1].From != fromBot {
		t.Errorf("order: %+v", got)
	}
}

func TestNewChecksItsConfig(t *testing.T) {
	if _, err := New(Config{Engineers: "xx"}); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("New = %v, want four problems", err)
	}
	c, err := New(Config{Acceptor: &inbox{}, History: NewMemory(), Texts: fakeTexts{}})
	if err != nil || c.Name() != "web" {
		t.Errorf("New = %v, %v", c, err)
	}
}

// TestGolden holds how neutral messages look as JSON, in three languages.
func TestGolden(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 4, 5, 0, time.UTC)
	for _, lang := range []string{"en", "th", "ar"} {
		w := wordsOf(lang)
		to := chatAddress("chat-1")
		outs := map[string]bot.Outbound{
			"question":   question(to, "q", lang),
			"steps":      {ID: "s", To: to, Lang: lang, RTL: lang == "ar", Text: w["steps"], Choices: []bot.Choice{{Action: "fixed", Value: "c", Label: w["fixed"], Strong: true}}},
			"translated": {ID: "t", To: to, Lang: lang, Author: "Kim", Text: w["reply"], Note: "<b>x</b> " + w["reply"], Choices: []bot.Choice{{Action: "original", Value: "1.2", Label: "Original"}}},
			"relay":      {ID: "r", To: to, Lang: lang, Author: "Kim", Text: w["reply"], Files: []bot.File{{Name: "log.txt", URL: "https://files.example/1", Size: 2048}, {Name: "evil", URL: "javascript:alert(1)"}}},
			"card":       sampleCard("c"),
		}
		for name, out := range outs {
			t.Run(name+"-"+lang, func(t *testing.T) {
				s := newSite(t, func(c *Config) { c.Now = func() time.Time { return at } })
				r := s.client.recordOf(out)
				r.At = at
				got, err := json.MarshalIndent(r.message(name == "card"), "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+"-"+lang+".json", append(got, '\n'))
			})
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update and look at the change):\n%s", file, got)
	}
}

func TestMemory(t *testing.T) {
	ctx := t.Context()
	m := NewMemory()
	m.maxConv, m.maxEntries = 2, 3
	add := func(conv, id string) {
		t.Helper()
		if err := m.Append(ctx, conv, id, []byte(id)); err != nil {
			t.Fatal(err)
		}
	}
	ids := func(conv string, limit int) string {
		t.Helper()
		list, err := m.List(ctx, conv, limit)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range list {
			out = append(out, e.ID+"="+string(e.Payload))
		}
		return strings.Join(out, " ")
	}
	for i := range 5 {
		add("a", fmt.Sprint(i))
	}
	add("a", "4")
	if got := ids("a", 10); got != "2=2 3=3 4=4" {
		t.Errorf("a = %s", got)
	}
	if got := ids("a", 2); got != "3=3 4=4" {
		t.Errorf("the newest two of a = %s", got)
	}
	if err := m.Update(ctx, "3", []byte("new")); err != nil || ids("a", 10) != "2=2 3=new 4=4" {
		t.Errorf("after Update: %v: %s", err, ids("a", 10))
	}
	if err := m.Update(ctx, "0", nil); err != ErrNoEntry {
		t.Errorf("Update of a forgotten one = %v", err)
	}
	add("b", "b1")
	add("a", "5")
	add("ab", "ab1") // b was written to least recently
	if got, _ := m.Conversations(ctx, "a"); !slices.Equal(got, []string{"a", "ab"}) {
		t.Errorf("conversations = %v", got)
	}
	if got, _ := m.Conversations(ctx, ""); len(got) != 2 || len(m.where) != 4 {
		t.Errorf("conversations = %v, %d ids kept", got, len(m.where))
	}
}
