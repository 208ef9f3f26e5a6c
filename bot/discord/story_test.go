package discord

import (
	"errors"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/google/go-cmp/cmp"
)

var (
	maliP   = bot.Person{ID: mali, Name: "Mali", Locale: "th"}
	fatimaP = bot.Person{ID: fatima, Name: "fatima", Locale: "en-US"}
)

func TestMessageOpensAThreadAndIsAnsweredThere(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(mali, siamChannel, "<@"+kim+"> ภาพกระตุก **มาก** since 20:00")
	same(t, w.inbox.last(t, 1), bot.Inbound{
		ID: "msg:" + m.ID, Kind: bot.KindMessage, Address: siam(m.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Siam Live", MessageID: m.ID, Person: maliP, Text: "@kim ภาพกระตุก **มาก** since 20:00",
	})
	if n := len(w.Threads(siamChannel)); n != 0 {
		t.Errorf("%d threads before there is anything to say", n)
	}
	mustSend(t, w, bot.Outbound{ID: "a1", To: siam(m.ID), Text: "Which carrier?"})
	thread := w.ExpectThread(siamChannel, nil, patience)
	if thread.ID != m.ID || thread.Name != "ภาพกระตุก มาก since 20:00" || thread.AutoArchive != 10080 {
		t.Errorf("thread = %+v", thread)
	}
	w.Expect(bottest.InDiscordThread(m), bottest.DiscordSays("Which carrier?"), patience)
	mustSend(t, w, bot.Outbound{ID: "a2", To: siam(m.ID), Text: "And which region?"})
	if n := len(w.Calls("POST /channels/{channel}/messages/{message}/threads")); n != 1 {
		t.Errorf("the thread was opened %d times", n)
	}
	r := w.Reply(mali, m, "AIS")
	same(t, w.inbox.last(t, 2), bot.Inbound{
		ID: "msg:" + r.ID, Kind: bot.KindMessage, Address: siam(m.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Siam Live", MessageID: r.ID, Person: maliP, Text: "AIS",
	})
	nobodyCalled(t, w)
}

func TestThreadThatSomebodyElseOpened(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(mali, siamChannel, "hello")
	w.StartThread(kim, m, "hello?")
	mustSend(t, w, bot.Outbound{ID: "a1", To: siam(m.ID), Text: "hi"})
	w.Expect(bottest.InDiscordThread(m), bottest.DiscordSays("hi"), patience)
	w.renew() // a program that has not heard of the thread
	mustSend(t, w, bot.Outbound{ID: "a2", To: siam(m.ID), Text: "again"})
	w.Expect(bottest.InDiscordThread(m), bottest.DiscordSays("again"), patience)
	gone := w.Post(mali, siamChannel, "never mind")
	w.StartThread(mali, gone, "x")
	w.Delete(mali, gone)
	w.renew() // the message is gone, its thread is not
	mustSend(t, w, bot.Outbound{ID: "a3", To: siam(gone.ID), Text: "still here"})
	w.Expect(bottest.InDiscord(gone.ID), bottest.DiscordSays("still here"), patience)
}

func TestForumPost(t *testing.T) {
	w := newTown(t, townOptions{})
	post := w.PostForum(mali, siamForum, "Black screen", "since noon")
	first := w.inbox.last(t, 1)
	same(t, first, bot.Inbound{
		ID: "msg:" + post.ID, Kind: bot.KindMessage, Address: at(siamGuild, siamForum, post.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Siam Live", MessageID: post.ID, Person: maliP, Text: "Black screen\n\nsince noon",
	})
	rec := mustSend(t, w, bot.Outbound{ID: "a", To: first.Address, Text: "Which region?", Choices: []bot.Choice{{Action: "human", Value: "x", Label: "A person"}}})
	m := w.Expect(bottest.InDiscordThread(post), bottest.DiscordOffers("human"), patience)
	w.Click(mali, m, "human")
	if got := w.inbox.last(t, 2); got.Address != first.Address || got.MessageID != rec.MessageID {
		t.Errorf("click in a post = %+v", got)
	}
	w.Reply(mali, post, "Thailand")
	if got := w.inbox.last(t, 3); got.Address != first.Address {
		t.Errorf("reply in a post = %+v", got)
	}
	if n := len(w.Calls("POST /channels/{channel}/messages/{message}/threads")); n != 0 {
		t.Error("a post is a thread already")
	}
}

func TestDirectMessage(t *testing.T) {
	w := newTown(t, townOptions{})
	dm := w.DM(mali)
	m := w.Post(mali, dm, "hello")
	same(t, w.inbox.last(t, 1), bot.Inbound{
		ID: "msg:" + m.ID, Kind: bot.KindMessage, Address: at("", dm, ""), Side: bot.SideCustomer, Surface: bot.SurfaceDirect,
		MessageID: m.ID, Person: bot.Person{ID: mali, Name: "Mali"}, Text: "hello",
	})
	mustSend(t, w, bot.Outbound{ID: "a", To: at("", dm, ""), Text: "hi"})
	w.Expect(bottest.InDiscord(dm), bottest.DiscordSays("hi"), patience)
	mustSend(t, w, bot.Outbound{ID: "b", To: at("", dm, ""), Text: strings.Repeat("word ", 700)}) // two messages, no thread
	if got := len(w.Messages(bottest.InDiscord(dm))); got != 4 {
		t.Errorf("%d messages, want four", got)
	}
	long := bot.Outbound{ID: "c", Case: "c", To: at("", dm, ""), Text: strings.Repeat("word ", 700), Choices: []bot.Choice{{Action: "human", Label: "A person"}}}
	rec := mustSend(t, w, long)
	q := w.Expect(bottest.InDiscord(dm), bottest.DiscordOffers("human"), patience)
	long.Choices, long.Update = nil, rec.MessageID // what was clicked is settled: the last of the messages, and nothing else of it
	mustSend(t, w, long)
	if now := w.Message(q); q.ID != rec.MessageID || len(now.Buttons()) != 0 || now.Content != q.Content {
		t.Errorf("settled %+v, was %+v", now, q)
	}
}

func TestElsewhereOnlyMentions(t *testing.T) {
	w := newTown(t, townOptions{})
	lunch := w.Post(kim, elseChannel, "lunch?")
	w.StartThread(kim, lunch, "lunch")
	w.Reply(mali, lunch, "yes")
	m := w.MentionBot(mali, elseChannel, "black screen")
	got := w.inbox.last(t, 1)
	same(t, got, bot.Inbound{
		ID: "msg:" + m.ID, Kind: bot.KindMessage, Address: at(elseGuild, elseChannel, m.ID), Side: bot.SideCustomer,
		Surface: bot.SurfaceMention, MessageID: m.ID, Person: bot.Person{ID: mali, Name: "Mali", Locale: "en-US"}, Text: "black screen",
	})
	mustSend(t, w, bot.Outbound{ID: "a", To: got.Address, Text: "Where?"})
	w.opens(got.Address, "case-1")
	r := w.Reply(mali, m, "since 20:00")
	if got := w.inbox.last(t, 2); got.Surface != bot.SurfaceMention || got.Address.Thread != m.ID || got.MessageID != r.ID {
		t.Errorf("reply in a known conversation = %+v", got)
	}
	q := w.Post(mali, elseChannel, "and no sound", bottest.Quoting(m)) // who does not open the thread
	if got := w.inbox.last(t, 3); got.Address.Thread != m.ID || got.MessageID != q.ID {
		t.Errorf("reply beside the thread = %+v", got)
	}
	w.MentionBot(kim, siamChannel, "hi")
	if got := w.inbox.last(t, 4); got.Surface != bot.SurfaceChannel || got.Text != "hi" {
		t.Errorf("mention in a customer's channel = %+v", got)
	}
}

func TestTheBotsRoleCallsItToo(t *testing.T) {
	w := newTown(t, townOptions{})
	const role = "1100000000000000411"
	w.AddGuild(bottest.DiscordGuild{ID: elseGuild, Name: "Else", Roles: []bottest.DiscordRole{{ID: role, Name: "firstline"}}})
	w.Push("GUILD_UPDATE", map[string]any{"id": elseGuild, "roles": []map[string]any{{"id": role, "name": "firstline", "tags": map[string]any{"bot_id": bottest.DiscordBotUser}}}})
	w.Post(mali, elseChannel, "<@&"+role+"> black screen")
	if got := w.inbox.last(t, 1); got.Text != "black screen" || got.Surface != bot.SurfaceMention {
		t.Errorf("inbound = %+v", got)
	}
}

func TestForwardsAndStickers(t *testing.T) {
	w := newTown(t, townOptions{})
	push := func(id string, more map[string]any) {
		m := map[string]any{
			"id": id, "channel_id": siamChannel, "guild_id": siamGuild, "type": 0, "content": "", "author": map[string]any{"id": mali, "username": "mali"},
		}
		for k, v := range more {
			m[k] = v
		}
		w.Push("MESSAGE_CREATE", m)
	}
	push("1400000000000000001", map[string]any{"content": "this", "message_snapshots": []any{map[string]any{"message": map[string]any{
		"content": "their viewers <@&1100000000000000411> are \\*stuck", "attachments": []any{map[string]any{"id": "9", "filename": "a.png", "url": "https://cdn.discordapp.com/a.png", "size": 3}},
	}}}})
	got := w.inbox.last(t, 1)
	if got.Text != "this\n\ntheir viewers @1100000000000000411 are *stuck" || len(got.Files) != 1 || got.Files[0].Name != "a.png" {
		t.Errorf("forwarded = %+v", got)
	}
	push("1400000000000000002", map[string]any{"sticker_items": []any{map[string]any{"name": "crying"}}})
	if got := w.inbox.last(t, 2); got.Text != ":crying:" {
		t.Errorf("sticker = %+v", got)
	}
}

func TestIgnoresBotsAndNoise(t *testing.T) {
	w := newTown(t, townOptions{})
	const other = "1100000000000000599"
	w.AddUser(bottest.DiscordUser{ID: other, Name: "otherbot", Bot: true, Guilds: map[string][]string{siamGuild: nil}})
	w.Post(other, siamChannel, "I am a bot")
	w.Post(mali, siamChannel, "joined", bottest.OfType(7))
	w.Post(mali, siamChannel, "hook", bottest.ByWebhook("1100000000000000598"))
	own := mustSend(t, w, bot.Outbound{ID: "o", To: siam(""), Text: "hello"})
	mustSend(t, w, bot.Outbound{To: siam(""), Text: "changed", Update: own.MessageID})
	mustSend(t, w, bot.Outbound{To: siam(""), Update: own.MessageID, Delete: true})
	w.Push("BRAND_NEW_EVENT", map[string]any{"x": 1})
	w.Push("MESSAGE_CREATE", []string{"junk"})
	w.Post(mali, siamChannel, "the first that counts")
	if got := w.inbox.last(t, 1); got.Text != "the first that counts" {
		t.Errorf("accepted %+v", got)
	}
}

func TestEditsAndDeletions(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(mali, siamChannel, "Thailand")
	w.Unfurl(m)
	w.Edit(mali, m, "Vietnam")
	got := w.inbox.last(t, 2)
	if got.Kind != bot.KindEdit || got.Text != "Vietnam" || got.MessageID != m.ID || got.Address != siam(m.ID) || got.Person != maliP ||
		!strings.HasPrefix(got.ID, "edit:"+m.ID+":") {
		t.Errorf("edit = %+v", got)
	}
	mustSend(t, w, bot.Outbound{ID: "a", To: siam(m.ID), Text: "hi"})
	r := w.Reply(mali, m, "oops")
	w.Delete(mali, r)
	same(t, w.inbox.last(t, 4), bot.Inbound{
		ID: "del:" + r.ID, Kind: bot.KindDelete, Address: siam(m.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Siam Live", MessageID: r.ID, Person: bot.Person{ID: mali},
	})
	one, two := w.Reply(mali, m, "one"), w.Reply(mali, m, "two")
	w.Purge(m.ID, one, two)
	if got := w.inbox.last(t, 8); got.Kind != bot.KindDelete || got.MessageID != two.ID {
		t.Errorf("purge = %+v", got)
	}
	w.Delete(mali, m)
	if got := w.inbox.last(t, 9); got.ID != "del:"+m.ID || got.Address != siam(m.ID) {
		t.Errorf("deleted root = %+v", got)
	}
	stranger := w.Post(kim, elseChannel, "lunch?")
	w.Edit(kim, stranger, "dinner?")
	w.Delete(kim, stranger)
	w.Post(mali, siamChannel, "next")
	w.inbox.last(t, 10) // nothing of what was said elsewhere
}

func TestFilesComeIn(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(mali, siamChannel, "see", bottest.DiscordFiles(bottest.DiscordFile{Name: "log.txt", Content: []byte("1307")}))
	f := w.inbox.last(t, 1).Files
	if len(f) != 1 || f[0].Name != "log.txt" || f[0].Size != 4 || f[0].Platform != Platform {
		t.Fatalf("files = %+v", f)
	}
	read := func() string {
		body, err := w.client.Fetch(t.Context(), f[0])
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = body.Close() }()
		b := make([]byte, 10)
		n, _ := body.Read(b)
		return string(b[:n])
	}
	if got := read(); got != "1307" {
		t.Errorf("contents = %q", got)
	}
	w.Advance(25 * 60 * 60 * 1e9) // its address is over: the message knows a new one
	if got := read(); got != "1307" {
		t.Errorf("contents after a day = %q", got)
	}
	for _, c := range w.Calls("GET /attachments/{channel}/{id}/{name}") {
		if c.Authorized {
			t.Error("the token went to where attachments are kept")
		}
	}
	for _, url := range []string{"http://127.0.0.1:1/x", "https://evil.example/attachments/1", "https://cdn.discordapp.com@evil.example/x", "file:///etc/passwd", w.APIURL() + "users/@me"} {
		if body, err := w.client.Fetch(t.Context(), bot.File{URL: url}); err == nil {
			t.Errorf("opened %s: %v", url, body)
		}
	}
	w.Delete(mali, m)
	if _, err := w.client.Fetch(t.Context(), f[0]); err == nil {
		t.Error("opened a file that is gone")
	}
}

func TestPrivateThread(t *testing.T) {
	w := newTown(t, townOptions{})
	m := w.Post(fatima, gulfChannel, "our key is *secret*, see @everyone", bottest.DiscordFiles(bottest.DiscordFile{Name: "log.txt", Content: []byte("x")}))
	got := w.inbox.last(t, 1)
	room := w.ExpectThread(gulfChannel, nil, patience)
	same(t, got, bot.Inbound{
		ID: "msg:" + m.ID, Kind: bot.KindMessage, Address: at(gulfGuild, gulfChannel, room.ID), Side: bot.SideCustomer, Surface: bot.SurfaceChannel,
		Customer: "Gulf TV", MessageID: m.ID, Person: fatimaP, Text: "our key is *secret*, see @everyone", Files: got.Files,
	})
	if room.Kind != bottest.DiscordPrivateThread || room.Invitable || !strings.HasSuffix(room.Name, roomSuffix(m.ID)) || !strings.HasPrefix(room.Name, "our key") ||
		cmp.Diff([]string{bottest.DiscordBotUser, fatima}, room.Members) != "" {
		t.Errorf("room = %+v", room)
	}
	first := w.Expect(bottest.InDiscord(room.ID), bottest.DiscordSays("fatima", `our key is \*secret\*`), patience)
	if len(first.Files) != 1 {
		t.Errorf("first message = %+v", first)
	}
	mustSend(t, w, bot.Outbound{ID: "a", To: got.Address, Text: "Which region?"})
	w.Expect(bottest.InDiscord(room.ID), bottest.DiscordSays("Which region?"), patience)
	w.Post(fatima, room.ID, "Qatar")
	if got := w.inbox.last(t, 2); got.Address.Thread != room.ID || got.Text != "Qatar" {
		t.Errorf("reply = %+v", got)
	}
	w.Edit(fatima, m, "our key is gone")
	if got := w.inbox.last(t, 3); got.Kind != bot.KindEdit || got.Address.Thread != room.ID || got.MessageID != m.ID {
		t.Errorf("edit of the message in the channel = %+v", got)
	}
	w.stop()
	w.renew()
	w.run()
	w.Delete(fatima, m) // by a program that knows the room by its name alone
	if got := w.inbox.last(t, 4); got.Kind != bot.KindDelete || got.Address.Thread != room.ID {
		t.Errorf("deletion of the message in the channel = %+v", got)
	}
	nobodyCalled(t, w)
}

// TestPrivateThreadAfterACrash dies between opening the thread and storing the message: the second attempt finds the
// thread, and people see their words in it once.
func TestPrivateThreadAfterACrash(t *testing.T) {
	w := newTown(t, townOptions{})
	w.Post(fatima, gulfChannel, "before")
	w.inbox.last(t, 1)
	w.inbox.set(errors.New("killed"))
	m := w.Post(fatima, gulfChannel, "our key is secret")
	w.inbox.await(t, "a refusal", func(b *inbox) bool { return b.refused > 0 })
	w.restart(func() {
		w.inbox.set(nil)
		w.Advance(10 * time.Minute) // Discord has forgotten what it refuses to write twice
	})
	got := w.inbox.last(t, 2)
	if got.ID != "msg:"+m.ID {
		t.Fatalf("inbound = %+v", got)
	}
	rooms := w.Threads(gulfChannel)
	if len(rooms) != 2 || got.Address.Thread != rooms[1].ID {
		t.Fatalf("rooms = %+v for %+v", rooms, got.Address)
	}
	n := 0
	for _, x := range w.Messages(bottest.InDiscord(rooms[1].ID)) {
		if strings.Contains(x.Content, "our key is secret") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the words are there %d times", n)
	}
}

func TestPrivateThreadThatCannotBeOpenedYet(t *testing.T) {
	w := newTown(t, townOptions{})
	w.AddChannel(bottest.DiscordChannel{ID: gulfChannel, Guild: gulfGuild, Name: "gulf", Deny: []string{"CREATE_PRIVATE_THREADS"}})
	w.Post(fatima, gulfChannel, "secret")
	w.ExpectCalls("POST /channels/{channel}/threads", 3, patience)
	w.AddChannel(bottest.DiscordChannel{ID: gulfChannel, Guild: gulfGuild, Name: "gulf"})
	if got := w.inbox.last(t, 1); got.Text != "secret" || got.Address.Thread == got.MessageID {
		t.Errorf("inbound = %+v", got)
	}
}
