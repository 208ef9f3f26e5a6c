package bottest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// heard collects what discordgo was told, and wakes who waits for it.
type heard struct {
	mu      sync.Mutex
	events  []*discordgo.Event
	changed chan struct{}
}

func listen(dg *discordgo.Session) *heard {
	h := &heard{changed: make(chan struct{}, 1)}
	dg.SyncEvents = true
	dg.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		h.mu.Lock()
		h.events = append(h.events, e)
		h.mu.Unlock()
		select {
		case h.changed <- struct{}{}:
		default:
		}
	})
	return h
}

// await waits for n events of a kind and gives them.
func (h *heard) await(t *testing.T, kind string, n int) []*discordgo.Event {
	t.Helper()
	late := time.After(patience)
	for {
		if found := h.all(kind); len(found) >= n {
			return found
		}
		select {
		case <-h.changed:
		case <-late:
			h.mu.Lock()
			defer h.mu.Unlock()
			var kinds []string
			for _, e := range h.events {
				kinds = append(kinds, e.Type)
			}
			t.Fatalf("no %d events %s; there were %v", n, kind, kinds)
		}
	}
}

func (h *heard) all(kind string) (found []*discordgo.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.Type == kind {
			found = append(found, e)
		}
	}
	return found
}

// said gives the contents of all messages so far.
func (h *heard) said() (out []string) {
	for _, e := range h.all("MESSAGE_CREATE") {
		out = append(out, e.Struct.(*discordgo.MessageCreate).Content)
	}
	return out
}

func open(t *testing.T, s *DiscordServer, dg *discordgo.Session) {
	t.Helper()
	if err := dg.Open(); err != nil {
		t.Fatal(err)
	}
	s.ExpectHeartbeats(1, patience) // discordgo closes whatever is open when its first heartbeat meets a goodbye
}

func TestGatewayTellsTheTown(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	old := s.Post(mali, textC, "old")
	s.StartThread(mali, old, "open")
	inside := s.Post(kim, old.ID, "inside")
	gone := s.Post(mali, textC, "gone")
	s.StartThread(mali, gone, "closed")
	s.Archive(gone.ID, false)
	dg := newSession(t, s)
	h := listen(dg)
	open(t, s, dg)
	g := h.await(t, "GUILD_CREATE", 1)[0].Struct.(*discordgo.GuildCreate)
	last := map[string]string{}
	for _, c := range append(g.Channels, g.Threads...) {
		last[c.ID] = c.LastMessageID
	}
	if len(g.Threads) != 1 || last[old.ID] != inside.ID || last[textC] != gone.ID || g.PreferredLocale != "th" {
		t.Errorf("threads %v, last messages %v, locale %s", g.Threads, last, g.PreferredLocale)
	}
	m := s.Post(mali, textC, "hello", DiscordFiles(DiscordFile{Name: "x.txt"}))
	s.Post(mali, hiddenH, "unheard")
	s.Edit(mali, m, "hello!")
	s.Unfurl(m)
	s.Delete(mali, m)
	dm := s.Post(kim, s.DM(kim), "in private")
	s.MentionBot(kim, textC, "are you there?")
	create := h.await(t, "MESSAGE_CREATE", 3)
	first := create[0].Struct.(*discordgo.MessageCreate)
	if first.Content != "hello" || len(first.Attachments) != 1 || first.GuildID != guildG || first.Member == nil || first.Author.GlobalName != "Mali" {
		t.Errorf("message = %+v", first.Message)
	}
	if private := create[1].Struct.(*discordgo.MessageCreate); private.GuildID != "" || private.ChannelID != dm.Channel {
		t.Errorf("direct message = %+v", private.Message)
	}
	if mention := create[2].Struct.(*discordgo.MessageCreate); len(mention.Mentions) != 1 || mention.Mentions[0].ID != DiscordBotUser {
		t.Errorf("mention = %+v", mention.Message)
	}
	updates := h.await(t, "MESSAGE_UPDATE", 2)
	edit, unfurl := updates[0].Struct.(*discordgo.MessageUpdate), updates[1].Struct.(*discordgo.MessageUpdate)
	if edit.Content != "hello!" || edit.EditedTimestamp == nil || len(unfurl.Embeds) != 1 || !unfurl.EditedTimestamp.Equal(*edit.EditedTimestamp) {
		t.Errorf("edit %+v, preview %+v", edit.Message, unfurl.Message)
	}
	h.await(t, "MESSAGE_DELETE", 1)
	if _, err := dg.ChannelMessageSendComplex(textC, &discordgo.MessageSend{Content: "mine"}); err != nil {
		t.Fatal(err)
	}
	if mine := h.await(t, "MESSAGE_CREATE", 4)[3].Struct.(*discordgo.MessageCreate); mine.Author.ID != DiscordBotUser {
		t.Errorf("the bot's own message is %+v", mine.Message)
	}
	s.StartThread(kim, s.Post(kim, textC, "one more"), "thread")
	s.AddChannel(DiscordChannel{ID: "700000000000000050", Guild: guildG, Name: "new"})
	h.await(t, "CHANNEL_CREATE", 1)
	h.await(t, "THREAD_CREATE", 1)
	if starter := h.await(t, "MESSAGE_CREATE", 6)[5].Struct.(*discordgo.MessageCreate); starter.Type != discordgo.MessageTypeThreadStarterMessage {
		t.Errorf("a thread begins with %+v", starter.Message)
	}
	if c := s.Connections(); len(c) != 1 || !c[0].Open || c[0].Intents != int(dg.Identify.Intents) {
		t.Errorf("connections = %+v", c)
	}
}

func TestGatewayHidesContents(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	dg := newSession(t, s)
	dg.Identify.Intents &^= intentContent
	h := listen(dg)
	open(t, s, dg)
	h.await(t, "GUILD_CREATE", 1)
	s.Post(mali, textC, "secret", WithButtons(o{"type": 1, "components": []any{}}), DiscordFiles(DiscordFile{Name: "x"}))
	s.MentionBot(mali, textC, "mention")
	s.Post(mali, s.DM(mali), "private")
	h.await(t, "MESSAGE_CREATE", 3)
	if got, want := h.said(), []string{"", "<@" + DiscordBotUser + "> mention", "private"}; !slices.Equal(got, want) {
		t.Errorf("without the intent the bot reads %q, want %q", got, want)
	}
	if m := h.all("MESSAGE_CREATE")[0].Struct.(*discordgo.MessageCreate); len(m.Attachments) != 0 || len(m.Components) != 0 {
		t.Errorf("hidden message shows %+v", m.Message)
	}
}

// TestGatewayResumes cuts the line: what happened meanwhile is told again after a Resume.
func TestGatewayResumes(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	dg := newSession(t, s)
	h := listen(dg)
	open(t, s, dg)
	s.Post(mali, textC, "one")
	h.await(t, "MESSAGE_CREATE", 1)
	s.CutGateway()
	s.AwaitNoGateway(patience)
	s.Post(mali, textC, "two")
	s.Post(mali, textC, "three")
	reopen(t, dg)
	h.await(t, "RESUMED", 1)
	if got := h.said(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("heard %q, want each once", got)
	}
	c := s.ExpectConnections(2, patience)
	if !c[1].Resumed || c[1].Session != c[0].Session || len(h.all("READY")) != 1 {
		t.Errorf("connections = %+v; want the second to resume", c)
	}
}

// reopen opens discordgo again when it has seen that its line is gone.
func reopen(t *testing.T, dg *discordgo.Session) {
	t.Helper()
	for late := time.After(patience); ; {
		err := dg.Open()
		if err == nil {
			return
		}
		select {
		case <-late:
			t.Fatalf("open: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// TestGatewayForgets: a session that Discord has forgotten, or that the app ended itself, begins anew, and what was missed is lost.
func TestGatewayForgets(t *testing.T) {
	for _, tt := range []struct {
		name string
		lose func(*DiscordServer, *discordgo.Session)
	}{
		{"expired", func(s *DiscordServer, _ *discordgo.Session) {
			s.CutGateway()
			s.AwaitNoGateway(patience)
			s.ExpireSessions()
		}},
		{"closed by the app", func(s *DiscordServer, dg *discordgo.Session) { _ = dg.Close(); s.AwaitNoGateway(patience) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newDiscordTown(t, DiscordOptions{})
			dg := newSession(t, s)
			h := listen(dg)
			open(t, s, dg)
			h.await(t, "GUILD_CREATE", 1)
			tt.lose(s, dg)
			s.Post(mali, textC, "lost")
			reopen(t, dg)
			h.await(t, "READY", 2)
			s.Post(mali, textC, "heard")
			h.await(t, "MESSAGE_CREATE", 1)
			if got := h.said(); !slices.Equal(got, []string{"heard"}) {
				t.Errorf("heard %q, want only what came after", got)
			}
		})
	}
}

func TestGatewayAsksToReconnect(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	dg := newSession(t, s)
	h := listen(dg)
	open(t, s, dg)
	h.await(t, "READY", 1)
	s.ReconnectGateway()
	s.AwaitNoGateway(patience)
	s.Post(mali, textC, "meanwhile")
	reopen(t, dg)
	h.await(t, "RESUMED", 1)
	h.await(t, "MESSAGE_CREATE", 1)
	if c := s.Connections(); c[0].CloseCode != websocket.CloseServiceRestart || !c[1].Resumed {
		t.Errorf("connections = %+v", c)
	}
}

// TestGatewayTellsOfOthers has what the bot must leave alone, and events that the stand-in does not make itself.
func TestGatewayTellsOfOthers(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	dg := newSession(t, s)
	h := listen(dg)
	stops(t, s, "an event for nobody", func() { s.Push("MESSAGE_REACTION_ADD", o{}) })
	open(t, s, dg)
	said := s.Post(mali, textC, "said")
	s.Post(kim, textC, "quoting", Quoting(said))
	s.Post(mali, textC, "joined", OfType(7))
	s.Post(mali, textC, "from elsewhere", ByWebhook("700000000000000077"))
	h.await(t, "MESSAGE_CREATE", 4)
	got := func(n int) *discordgo.MessageCreate {
		return h.all("MESSAGE_CREATE")[n].Struct.(*discordgo.MessageCreate)
	}
	if q := got(1); q.Type != discordgo.MessageTypeReply || q.ReferencedMessage == nil || q.ReferencedMessage.ID != said.ID || q.MessageReference.MessageID != said.ID {
		t.Errorf("quoting = %+v", q.Message)
	}
	if w := got(3); got(2).Type != discordgo.MessageTypeGuildMemberJoin || w.WebhookID == "" || w.Member != nil || !w.Author.Bot {
		t.Errorf("joined = %+v, webhook %+v", got(2).Message, w.Message)
	}
	s.Push("MESSAGE_REACTION_ADD", o{"user_id": mali, "channel_id": textC, "message_id": said.ID, "emoji": o{"name": "x"}})
	h.await(t, "MESSAGE_REACTION_ADD", 1)
	s.Purge(textC, said)
	h.await(t, "MESSAGE_DELETE_BULK", 1)
}

func TestGatewaySettingsChange(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	said := s.Post(mali, textC, "said")
	read := func() (shards int, content any, flags int) {
		_, bot := ask(t, s, "GET", "/gateway/bot", nil)
		_, m := ask(t, s, "GET", "/channels/"+textC+"/messages/"+said.ID, nil)
		_, app := ask(t, s, "GET", "/applications/@me", nil)
		return num(bot["shards"]), m["content"], num(app["flags"])
	}
	if shards, content, flags := read(); shards != 1 || content != "said" || flags&appMessageContentLimited == 0 {
		t.Errorf("before: %d shards, content %q, flags %d", shards, content, flags)
	}
	s.SetShards(3, 2)
	s.RefuseIntents(true)
	if shards, content, flags := read(); shards != 3 || content != "" || flags&appMessageContentLimited != 0 {
		t.Errorf("after: %d shards, content %q, flags %d; want contents hidden from REST as well", shards, content, flags)
	}
	r := dial(t, s, v10)
	r.until(opHello, "")
	r.send(opIdentify, identity(intentGuilds, nil))
	if _, code := r.next(); code != 4011 {
		t.Errorf("one shard of two: closed with %d, want 4011", code)
	}
}
