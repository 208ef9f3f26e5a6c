package discord

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/bottest"
	"firstline/i18n"
)

func TestCommandsAreRegisteredOnce(t *testing.T) {
	w := newTown(t, townOptions{})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	var names []string
	for _, c := range w.Commands() {
		names = append(names, c.Name)
		if c.Name == "support" && (c.Names["th"] != "support_th" || c.Names["de"] != "support_de" || c.Names["fr"] != "" || c.Description != "en discord.support.description") {
			t.Errorf("support = %+v", c)
		}
	}
	if got := strings.Join(names, ","); got != "support,human,case,"+askCommand {
		t.Errorf("commands = %s", got)
	}
	w.restart(func() {})
	if err := w.client.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Calls("PUT /applications/{app}/commands")); n != 1 {
		t.Errorf("registered %d times, want once", n)
	}
	w.config.Texts = plainTexts{}
	w.renew()
	if err := w.client.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Calls("PUT /applications/{app}/commands")); n != 2 {
		t.Errorf("registered %d times after the names changed, want twice", n)
	}
}

// plainTexts has names that Discord would refuse, and descriptions as they were.
type plainTexts struct{ texts }

func (p plainTexts) Text(lang, key string, args map[string]any) string {
	if strings.HasSuffix(key, ".name") {
		return "Not a name!"
	}
	return p.texts.Text(lang, key, args)
}

func TestCommandNames(t *testing.T) {
	for in, want := range map[string]string{
		"Support": "support", "ช่วยเหลือ": "ช่วยเหลือ", "सहायता": "सहायता", "a b": "a-b", "поддержка": "поддержка", "x!": "", "": "", strings.Repeat("a", 33): "",
	} {
		if got := commandName(in); got != want {
			t.Errorf("commandName(%q) = %q, want %q", in, got, want)
		}
	}
}

// catalogue lets the client speak the texts of the program.
type catalogue struct{ *i18n.Catalogue }

func (catalogue) Languages() []string { return i18n.Languages() }

// TestCommandsInEveryLanguage holds the real texts against what Discord takes, in every language of its client that is spoken.
func TestCommandsInEveryLanguage(t *testing.T) {
	c, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	w := newTown(t, townOptions{config: func(cfg *Config) { cfg.Texts = catalogue{c} }})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	for _, cmd := range w.client.commands() {
		for _, locale := range locales {
			if name := cmd.Names[locale]; name == "" || strings.HasSuffix(name, "…") {
				t.Errorf("%s in %s is %q", cmd.Name, locale, name)
			}
			if d := cmd.Descriptions[locale]; cmd.Type == slashType && (d == "" || strings.HasSuffix(d, "…")) {
				t.Errorf("description of %s in %s is %q", cmd.Name, locale, d)
			}
		}
	}
	if len(w.Commands()) != 4 {
		t.Errorf("commands = %+v", w.Commands())
	}
	for _, lang := range i18n.Languages() {
		if m, err := w.client.supportModal(lang); err != nil || strings.HasSuffix(m.Title, "…") || strings.HasSuffix(m.Components[0].Label, "…") || strings.HasSuffix(m.Components[0].Component.Placeholder, "…") {
			t.Errorf("form of /support in %s: %+v, %v", lang, m, err)
		}
	}
}

func support(t *testing.T, w *town, user, channel string, fields map[string]string) bottest.DiscordReply {
	t.Helper()
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	r := w.Command(user, channel, "support")
	if r.Type != answerModal || len(r.Form.Fields) != 5 || r.Form.Fields[0].CustomID != problemField || !r.Form.Fields[0].Required || !r.Form.Fields[0].Long {
		t.Fatalf("form = %+v", r)
	}
	return w.Submit(user, r.Form, fields)
}

func TestSupport(t *testing.T) {
	w := newTown(t, townOptions{})
	r := support(t, w, mali, siamChannel, map[string]string{problemField: "black screen @everyone", "carrier": "AIS"})
	if r.Type != answerMessage || r.Message.OnlyFor != mali || !strings.Contains(r.Message.Content, "th discord.command.ack") {
		t.Errorf("reply = %+v", r)
	}
	root := w.Expect(bottest.InDiscord(siamChannel), bottest.DiscordSays("Mali", "black screen"), patience)
	w.inbox.await(t, "message and form", func(b *inbox) bool { return len(b.events) == 2 })
	all := w.inbox.all()
	same(t, all[0], bot.Inbound{
		ID: all[0].ID, Kind: bot.KindMessage, Address: siam(root.ID), Side: bot.SideCustomer, Surface: bot.SurfaceCommand,
		Customer: "Siam Live", MessageID: root.ID, Person: maliP, Text: "black screen @everyone",
	})
	same(t, all[1], bot.Inbound{
		ID: "form:" + strings.TrimPrefix(all[0].ID, "cmd:"), Kind: bot.KindForm, Address: siam(root.ID), Side: bot.SideCustomer, Surface: bot.SurfaceCommand,
		Customer: "Siam Live", MessageID: root.ID, Person: maliP, Action: "form", Fields: map[string]string{"carrier": "AIS"},
	})
	mustSend(t, w, bot.Outbound{ID: "a", To: all[0].Address, Text: "Which region?"})
	if thread := w.ExpectThread(siamChannel, nil, patience); thread.ID != root.ID || thread.Name != "black screen" {
		t.Errorf("thread = %+v", thread)
	}
	support(t, w, mali, w.DM(mali), map[string]string{problemField: "hello"})
	if got := w.inbox.last(t, 3); got.Address.Thread != "" || got.Surface != bot.SurfaceCommand {
		t.Errorf("in a direct conversation: %+v", got)
	}
	support(t, w, fatima, gulfChannel, map[string]string{problemField: "secret"})
	got := w.inbox.last(t, 4)
	room := w.ExpectThread(gulfChannel, nil, patience)
	if got.Address.Thread != room.ID || room.Kind != bottest.DiscordPrivateThread || !slices.Contains(room.Members, fatima) {
		t.Errorf("where conversations are private: %+v in %+v", got, room)
	}
	for _, m := range w.Messages(bottest.InDiscord(gulfChannel)) {
		if strings.Contains(m.Content, "secret") {
			t.Error("the words stand in the channel for everybody")
		}
	}
	nobodyCalled(t, w)
}

func TestSupportThatFails(t *testing.T) {
	w := newTown(t, townOptions{})
	fields := map[string]string{problemField: "black screen"}
	said := func(r bottest.DiscordReply, key string) {
		t.Helper()
		if !strings.Contains(r.Message.Content, "th discord.command."+key) {
			t.Errorf("reply = %+v, want %s", r.Message, key)
		}
	}
	w.Fail("POST /channels/{channel}/messages", 1, bottest.DiscordServerError)
	said(support(t, w, mali, siamChannel, fields), "failed")
	w.AddChannel(bottest.DiscordChannel{ID: elseChannel, Guild: elseGuild, Name: "general", Deny: []string{"VIEW_CHANNEL"}})
	said(support(t, w, mali, elseChannel, fields), "elsewhere")
	w.inbox.set(errors.New("disk full"))
	said(support(t, w, mali, siamChannel, fields), "failed")
	w.ExpectCalls("DELETE /channels/{channel}/messages/{message}", 1, patience)
	if left := w.Messages(bottest.InDiscord(siamChannel)); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
}

func TestSlowSupportIsDeferred(t *testing.T) {
	w := newTown(t, townOptions{tune: func(c *Client) { c.times.answer = time.Millisecond }})
	w.inbox.block = make(chan struct{})
	if r := support(t, w, mali, siamChannel, map[string]string{problemField: "x"}); r.Type != answerDefer {
		t.Errorf("reply = %+v, want it to be thinking", r)
	}
	close(w.inbox.block)
	w.Expect(bottest.InDiscord(siamChannel).For(mali), bottest.DiscordSays("th discord.command.ack"), patience)
}

func TestHuman(t *testing.T) {
	w := newTown(t, townOptions{})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	if r := w.Command(mali, siamChannel, "human"); !strings.Contains(r.Message.Content, "th discord.command.ack") {
		t.Errorf("reply = %+v", r)
	}
	root := w.Expect(bottest.InDiscord(siamChannel), bottest.DiscordSays("Mali", "th discord.command.human"), patience)
	got := w.inbox.last(t, 1)
	if got.Kind != bot.KindAction || got.Action != "human" || got.Address != siam(root.ID) || got.Surface != bot.SurfaceCommand || got.Person != maliP {
		t.Errorf("human = %+v", got)
	}
	mustSend(t, w, bot.Outbound{ID: "a", To: got.Address, Text: "called"})
	w.opens(got.Address, "case-1")
	before := len(w.Messages(bottest.InDiscord(root.ID)))
	w.Command(mali, root.ID, "human")
	if got := w.inbox.last(t, 2); got.Address != siam(root.ID) || got.Value != "case-1" || len(w.Messages(bottest.InDiscord(root.ID))) != before {
		t.Errorf("human in a conversation = %+v", got)
	}
	w.Command(mali, w.DM(mali), "human")
	if got := w.inbox.last(t, 3); got.Address.Thread != "" || got.Kind != bot.KindAction {
		t.Errorf("human in a direct conversation = %+v", got)
	}
	w.Command(mali, elseChannel, "human")
	if got := w.inbox.last(t, 4); got.Address.Channel != elseChannel || got.Address.Thread == "" {
		t.Errorf("human elsewhere = %+v", got)
	}
}

func TestCase(t *testing.T) {
	w := newTown(t, townOptions{config: func(c *Config) {
		c.CaseText = func(_ context.Context, at bot.Address, lang string) (string, bool) {
			return lang + " your case " + at.Thread, c.Known(at)
		}
	}})
	root, _ := asked(t, w)
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	if r := w.Command(mali, root.ID, "case"); r.Message.OnlyFor != mali || r.Message.Content != "th your case "+root.ID {
		t.Errorf("case = %+v", r.Message)
	}
	for _, channel := range []string{siamChannel, w.DM(mali)} {
		if r := w.Command(mali, channel, "case"); !strings.Contains(r.Message.Content, "th discord.case.none") {
			t.Errorf("case where there is none = %+v", r.Message)
		}
	}
	w.inbox.last(t, 1)
}

func TestAskAboutAMessage(t *testing.T) {
	w := newTown(t, townOptions{})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	const monitor = "1100000000000000599"
	w.AddUser(bottest.DiscordUser{ID: monitor, Name: "monitor", Bot: true, Guilds: map[string][]string{elseGuild: nil}})
	alert := w.Post(monitor, elseChannel, "stream 42 is **down**", bottest.DiscordFiles(bottest.DiscordFile{Name: "graph.png", Content: []byte("x")}))
	if r := w.AskAbout(mali, alert); !strings.Contains(r.Message.Content, "th discord.command.ack") {
		t.Errorf("reply = %+v", r)
	}
	got := w.inbox.last(t, 1)
	same(t, got, bot.Inbound{
		ID: got.ID, Kind: bot.KindMessage, Address: at(elseGuild, elseChannel, alert.ID), Side: bot.SideCustomer, Surface: bot.SurfaceCommand,
		MessageID: alert.ID, Person: bot.Person{ID: mali, Name: "Mali", Locale: "th"}, Text: "stream 42 is **down**", Files: got.Files,
	})
	if !strings.HasPrefix(got.ID, "ask:") || len(got.Files) != 1 {
		t.Errorf("inbound = %+v", got)
	}
	rec := mustSend(t, w, bot.Outbound{ID: "a", To: got.Address, Text: "Since when?"})
	if thread := w.ExpectThread(elseChannel, nil, patience); thread.ID != alert.ID || thread.Name != "stream 42 is down" {
		t.Errorf("thread = %+v", thread)
	}
	own := w.Message(bottest.DiscordMessage{Channel: alert.ID, ID: rec.MessageID})
	if r := w.AskAbout(mali, own); !strings.Contains(r.Message.Content, "th discord.ask.own") {
		t.Errorf("asked about the bot's own words: %+v", r)
	}
	heard := w.Post(mali, siamChannel, "stutter")
	w.inbox.last(t, 2)
	w.AskAbout(mali, heard) // it is a case already
	w.Post(mali, siamChannel, "next")
	if got := w.inbox.last(t, 3); got.Text != "next" {
		t.Errorf("inbound = %+v", got)
	}
}

func TestCommandsOnTheDesk(t *testing.T) {
	w := newTown(t, townOptions{})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	for _, name := range []string{"support", "human", "case"} {
		if r := w.Command(kim, deskChannel, name); r.Message.OnlyFor != kim || !strings.Contains(r.Message.Content, "en discord.command.desk") {
			t.Errorf("/%s on the desk: %+v", name, r)
		}
	}
	if all := w.inbox.all(); len(all) != 0 {
		t.Errorf("accepted %+v", all)
	}
}
