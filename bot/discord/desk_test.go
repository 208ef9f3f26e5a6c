package discord

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/bottest"
)

func card(id string, to bot.Address) bot.Outbound {
	out := kinds("en")["card"]
	out.ID, out.To = id, to
	return out
}

func TestCardInATextChannel(t *testing.T) {
	w := newTown(t, townOptions{})
	rec := mustSend(t, w, card("c1", desk("")))
	c := w.Expect(bottest.InDiscord(deskChannel), bottest.DiscordOffers("claim"), patience)
	thread := w.ExpectThread(deskChannel, nil, patience)
	if rec.MessageID != c.ID || thread.ID != c.ID || thread.Name != "P1 · Siam Live · stutter" || !strings.Contains(c.Visible(), "gold") {
		t.Errorf("card %+v, thread %+v, receipt %+v", c, thread, rec)
	}
	w.opens(desk(c.ID), "case-1")
	w.Click(kim, c, "claim")
	same(t, w.inbox.last(t, 1), bot.Inbound{
		ID: w.inbox.last(t, 1).ID, Kind: bot.KindAction, Address: desk(c.ID), Side: bot.SideDesk, Surface: bot.SurfaceDesk,
		MessageID: c.ID, Person: bot.Person{ID: kim, Name: "kim", Locale: "en-GB"}, Action: "claim", Value: "case-1",
	})
	r := w.Reply(kim, c, "// he has called before")
	if got := w.inbox.last(t, 2); got.Side != bot.SideDesk || got.Address != desk(c.ID) || got.MessageID != r.ID || got.Text != "// he has called before" {
		t.Errorf("note = %+v", got)
	}
	mustSend(t, w, bot.Outbound{ID: "relay", To: desk(c.ID), Author: "Mali", Text: "still broken"})
	w.Expect(bottest.InDiscordThread(c), bottest.DiscordSays("Mali", "still broken"), patience)
	changed := card("c2", desk(c.ID))
	changed.Card.Title, changed.Update, changed.Choices = "P1 · claimed", c.ID, changed.Choices[1:]
	w.Archive(c.ID, false)
	mustSend(t, w, changed)
	now := w.Message(c)
	if !strings.Contains(now.Visible(), "P1 · claimed") || len(now.Buttons()) != 2 {
		t.Errorf("card after its update = %+v", now)
	}
}

func TestCardInAForum(t *testing.T) {
	w := newTown(t, townOptions{config: func(c *Config) { c.Desk = deskForum }})
	to := at(homeGuild, deskForum, "")
	rec := mustSend(t, w, card("c1", to))
	post := w.ExpectThread(deskForum, nil, patience)
	c := w.Expect(bottest.InDiscord(post.ID), bottest.DiscordOffers("claim"), patience)
	if rec.MessageID != post.ID || c.ID != post.ID || post.Name != "P1 · Siam Live · stutter" {
		t.Errorf("card %+v in %+v, receipt %+v", c, post, rec)
	}
	to.Thread = post.ID
	w.opens(to, "case-1")
	w.Click(kim, c, "claim")
	if got := w.inbox.last(t, 1); got.Address != to || got.Side != bot.SideDesk {
		t.Errorf("claim = %+v", got)
	}
	w.Reply(kim, c, "looking")
	if got := w.inbox.last(t, 2); got.Address != to || got.Side != bot.SideDesk {
		t.Errorf("words in a post = %+v", got)
	}
	changed := card("c2", to)
	changed.Card.Title, changed.Update = "P1 · claimed", post.ID
	mustSend(t, w, changed)
	if now := w.Message(c); !strings.Contains(now.Visible(), "P1 · claimed") {
		t.Errorf("card after its update = %+v", now)
	}
	mustSend(t, w, bot.Outbound{ID: "relay", To: to, Author: "Mali", Text: "still broken"})
	w.Expect(bottest.InDiscord(post.ID), bottest.DiscordSays("still broken"), patience)
}

func TestCardInAForumAfterACutLine(t *testing.T) {
	for name, shown := range map[string]bool{"arrived": true, "did not": false} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, townOptions{config: func(c *Config) { c.Desk = deskForum }})
			fault := bottest.DiscordCutBefore
			if shown {
				fault = bottest.DiscordCutAfter
			}
			w.Fail("POST /channels/{channel}/threads", 1, fault)
			out := card("c1", at(homeGuild, deskForum, ""))
			_, err := w.client.Send(t.Context(), out)
			classIs(t, err, bot.ClassUnclear)
			rec, found, err := w.client.Find(t.Context(), out)
			if err != nil || found != shown || found && rec.MessageID != w.Threads(deskForum)[0].ID {
				t.Errorf("Find = %+v, %v, %v; want %v", rec, found, err, shown)
			}
		})
	}
}

func TestRolesOnTheDesk(t *testing.T) {
	w := newTown(t, townOptions{config: func(c *Config) { c.EngineerRoles = []string{engineerRole} }})
	mustSend(t, w, card("c1", desk("")))
	c := w.Expect(bottest.InDiscord(deskChannel), bottest.DiscordOffers("claim"), patience)
	w.opens(desk(c.ID), "case-1")
	if r := w.Click(guest, c, "claim"); r.Message.OnlyFor != guest || !strings.Contains(r.Message.Content, "en discord.click.role") {
		t.Errorf("click without the role: %+v", r)
	}
	w.Reply(guest, c, "I know better")
	told := w.Expect(bottest.InDiscordThread(c), bottest.DiscordSays("en discord.desk.words"), patience)
	if told.ReplyTo == "" {
		t.Errorf("told: %+v", told)
	}
	again := w.Reply(guest, c, "really")
	w.Edit(guest, again, "really!")
	w.Post(guest, deskChannel, "chatting beside the cards")
	w.Click(kim, c, "claim")
	w.inbox.await(t, "the claim", func(b *inbox) bool { return len(b.events) > 0 })
	w.Reply(kim, c, "hello")
	if got := w.inbox.last(t, 2); got.Text != "hello" || w.inbox.all()[0].Action != "claim" {
		t.Errorf("accepted %+v", w.inbox.all())
	}
	n := 0
	for _, m := range w.Messages(bottest.InDiscordThread(c)) {
		if strings.Contains(m.Content, "discord.desk.words") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("told %d times, want once", n)
	}
	w.stop() // roles are not part of messages that are read after a gap
	w.Reply(guest, c, "while you were away")
	r := w.Reply(kim, c, "me too")
	w.renew()
	w.run()
	if got := w.inbox.last(t, 3); got.MessageID != r.ID {
		t.Errorf("after a gap: %+v", got)
	}
	nobodyCalled(t, w)
}

// elsewhere keeps the files of another platform.
func elsewhere(files map[string][]byte) func(context.Context, bot.File) (io.ReadCloser, error) {
	return func(_ context.Context, f bot.File) (io.ReadCloser, error) {
		if content, ok := files[f.URL]; ok {
			return io.NopCloser(bytes.NewReader(content)), nil
		}
		return nil, errors.New("gone")
	}
}

func TestFilesGoOut(t *testing.T) {
	w := newTown(t, townOptions{config: func(c *Config) {
		c.Fetch = elsewhere(map[string][]byte{"https://slack.example/log": []byte("1307"), "https://slack.example/big": make([]byte, maxUpload+1)})
	}})
	own := w.Post(mali, siamChannel, "see", bottest.DiscordFiles(bottest.DiscordFile{Name: "screen.png", Content: []byte("pixels")}))
	in := w.inbox.last(t, 1)
	mustSend(t, w, card("c1", desk("")))
	c := w.Expect(bottest.InDiscord(deskChannel), bottest.DiscordOffers("claim"), patience)
	out := bot.Outbound{ID: "r", At: moment(own.ID), To: desk(c.ID), Author: "Mali", Text: "see", Files: append(in.Files,
		bot.File{Name: "../log <1>.txt", URL: "https://slack.example/log", Platform: "slack"},
		bot.File{Name: "big.bin", URL: "https://slack.example/big", Platform: "slack"},
		bot.File{Name: "old.txt", URL: "https://slack.example/old", Platform: "slack"})}
	rec := mustSend(t, w, out)
	m := w.Message(bottest.DiscordMessage{Channel: c.ID, ID: rec.MessageID})
	if len(m.Files) != 2 || string(m.Files[0].Content) != "pixels" || string(m.Files[1].Content) != "1307" || m.Files[1].Name != ".._log _1_.txt" {
		t.Errorf("files = %+v", m.Files)
	}
	if strings.Contains(m.Content, "screen.png") || !strings.Contains(m.Content, "big.bin\nhttps://slack.example/big") || !strings.Contains(m.Content, "old.txt") {
		t.Errorf("content = %q", m.Content)
	}
	w.renew()
	if got, found, err := w.client.Find(t.Context(), out); err != nil || !found || got != rec {
		t.Errorf("Find = %+v, %v, %v", got, found, err)
	}
	out.Update, out.Text = rec.MessageID, "see this"
	mustSend(t, w, out)
	if m := w.Message(m); len(m.Files) != 2 || strings.Contains(m.Content, "screen.png") || !strings.Contains(m.Content, "old.txt") || !strings.Contains(m.Content, "see this") {
		t.Errorf("after an edit: %q with %+v", m.Content, m.Files)
	}
	only := bot.Outbound{ID: "f", To: desk(c.ID), Files: in.Files}
	if rec := mustSend(t, w, only); len(w.Message(bottest.DiscordMessage{Channel: c.ID, ID: rec.MessageID}).Files) != 1 {
		t.Error("a file without words did not arrive")
	}
}

func TestFileNames(t *testing.T) {
	for in, want := range map[string]string{
		"": "file", "a/b\\c.txt": "a_b_c.txt", "x\n\u202ey.png": "x y.png", strings.Repeat("a", 200) + ".log": strings.Repeat("a", 95) + ".log",
	} {
		if got := fileName(in); got != want {
			t.Errorf("fileName(%q) = %q, want %q", in, got, want)
		}
	}
}
