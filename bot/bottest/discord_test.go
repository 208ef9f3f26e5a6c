package bottest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// The town of these tests: a guild with a customer's channel, a forum, a desk that only engineers see, and a
// channel that the bot may not read.
const (
	guildG   = "700000000000000001"
	roleEng  = "700000000000000002"
	textC    = "700000000000000010"
	forumF   = "700000000000000011"
	deskD    = "700000000000000012"
	hiddenH  = "700000000000000013"
	readOnly = "700000000000000014"
	mali     = "700000000000000101"
	kim      = "700000000000000102"
	closed   = "700000000000000103"
)

// standing is a clock that the test alone moves, by Advance.
func standing() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func newDiscordTown(t *testing.T, opts DiscordOptions) *DiscordServer {
	t.Helper()
	if opts.AckWithin == 0 {
		opts.AckWithin = patience
	}
	s := NewDiscord(t, opts)
	s.AddGuild(DiscordGuild{ID: guildG, Name: "Siam Live", Locale: "th", Roles: []DiscordRole{{ID: roleEng, Name: "engineers"}}})
	s.AddUser(DiscordUser{ID: mali, Name: "mali", Display: "Mali", Locale: "th", Guilds: map[string][]string{guildG: nil}})
	s.AddUser(DiscordUser{ID: kim, Name: "kim", Locale: "en-US", Guilds: map[string][]string{guildG: {roleEng}}})
	s.AddUser(DiscordUser{ID: closed, Name: "closed", NoDM: true, Guilds: map[string][]string{guildG: nil}})
	s.AddChannel(DiscordChannel{ID: textC, Guild: guildG, Name: "support"})
	s.AddChannel(DiscordChannel{ID: forumF, Guild: guildG, Name: "questions", Kind: DiscordForum})
	s.AddChannel(DiscordChannel{ID: deskD, Guild: guildG, Name: "desk", Members: []string{kim}})
	s.AddChannel(DiscordChannel{ID: hiddenH, Guild: guildG, Name: "hidden", Deny: []string{"VIEW_CHANNEL"}})
	s.AddChannel(DiscordChannel{ID: readOnly, Guild: guildG, Name: "news", Deny: []string{"SEND_MESSAGES", "CREATE_PUBLIC_THREADS"}})
	return s
}

// toStandIn sends what discordgo sends to Discord to the stand-in, with the published contract in between.
type toStandIn struct {
	s    *DiscordServer
	next http.RoundTripper
}

func (x toStandIn) RoundTrip(r *http.Request) (*http.Response, error) {
	_, path, _ := strings.Cut(r.URL.Path, "/api/v")
	_, path, _ = strings.Cut(path, "/")
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.URL.Path = "http", strings.TrimPrefix(x.s.http.URL, "http://"), "/api/v10/"+path
	r.Host = r.URL.Host
	return x.next.RoundTrip(r)
}

// gatewayVersion: discordgo asks for version 9, the description is of 10.
var gatewayVersion sync.Once

// newSession is discordgo on the stand-in, which neither waits nor tries again by itself.
func newSession(t *testing.T, s *DiscordServer) *discordgo.Session {
	t.Helper()
	gatewayVersion.Do(func() { discordgo.APIVersion = "10" })
	dg, err := discordgo.New("Bot " + DiscordBotToken)
	if err != nil {
		t.Fatal(err)
	}
	contract := NewDiscordContract(t, s.APIURL(), http.DefaultTransport)
	dg.Client = &http.Client{Transport: toStandIn{s, contract}}
	dg.ShouldReconnectOnError, dg.ShouldRetryOnRateLimit, dg.MaxRestRetries = false, false, 0
	dg.Identify.Intents = intentGuilds | intentGuildMessages | intentDirectMessages | intentContent
	dg.StateEnabled = false
	dg.LogLevel = -1 // it does not know all components; these tests read the raw events
	return dg
}

// ask makes a REST call as an app would, checked against the contract, and gives status and body.
func ask(t *testing.T, s *DiscordServer, method, path string, body any) (int, map[string]any) {
	t.Helper()
	return askThrough(t, s, NewDiscordContract(t, s.APIURL(), http.DefaultTransport), method, path, body)
}

// askAnyway is ask for what the description forbids.
func askAnyway(t *testing.T, s *DiscordServer, method, path string, body any) (int, map[string]any) {
	t.Helper()
	return askThrough(t, s, http.DefaultTransport, method, path, body)
}

func askThrough(t *testing.T, s *DiscordServer, through http.RoundTripper, method, path string, body any) (int, map[string]any) {
	t.Helper()
	var in io.Reader
	if body != nil {
		in = strings.NewReader(string(mustJSON(body)))
	}
	req, err := http.NewRequest(method, strings.TrimSuffix(s.APIURL(), "/")+path, in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+DiscordBotToken)
	req.Header.Set("User-Agent", "DiscordBot (https://example.com, 1)")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := through.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if len(raw) > 0 && raw[0] == '{' {
		if err := json.Unmarshal(raw, &out); err != nil {
			t.Fatal(err)
		}
	}
	if len(raw) > 0 && raw[0] == '[' {
		var all []any
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		out = map[string]any{"list": all}
	}
	return resp.StatusCode, out
}

// TestDiscordgoReadsEveryAnswer makes each call that the adapter needs through discordgo, with the contract on.
func TestDiscordgoReadsEveryAnswer(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	dg := newSession(t, s)
	said := s.Post(mali, textC, "hello", DiscordFiles(DiscordFile{Name: "log.txt", Content: []byte("x")}))
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := dg.GatewayBot()
	must(err)
	_, err = dg.User("@me")
	must(err)
	_, err = dg.Application("@me")
	must(err)
	_, err = dg.Guild(guildG)
	must(err)
	_, err = dg.GuildChannels(guildG)
	must(err)
	_, err = dg.GuildRoles(guildG)
	must(err)
	_, err = dg.GuildMembers(guildG, "", 10)
	must(err)
	_, err = dg.GuildMember(guildG, mali)
	must(err)
	_, err = dg.Channel(textC)
	must(err)
	dm, err := dg.UserChannelCreate(mali)
	must(err)
	if dm.ID != s.DM(mali) {
		t.Errorf("DM = %s, want %s", dm.ID, s.DM(mali))
	}
	_, err = dg.ChannelMessageSend(dm.ID, "hello")
	must(err)
	thread, err := dg.MessageThreadStartComplex(textC, said.ID, &discordgo.ThreadStart{Name: "hello", AutoArchiveDuration: 10080})
	must(err)
	if thread.ID != said.ID || thread.ParentID != textC {
		t.Errorf("thread = %s of %s, want the message's id", thread.ID, thread.ParentID)
	}
	sent, err := dg.ChannelMessageSendComplex(thread.ID, &discordgo.MessageSend{
		Content: "what is **it**?", Embeds: []*discordgo.MessageEmbed{{Title: "card", Fields: []*discordgo.MessageEmbedField{{Name: "a", Value: "b"}}}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Yes", CustomID: "fixed||1", Style: discordgo.PrimaryButton},
		}}},
		AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
		Files:           []*discordgo.File{{Name: "a.txt", ContentType: "text/plain", Reader: strings.NewReader("abc")}},
	})
	must(err)
	_, err = dg.ChannelMessageEdit(thread.ID, sent.ID, "changed")
	must(err)
	all, err := dg.ChannelMessages(thread.ID, 100, "", "", "")
	must(err)
	if len(all) != 2 || all[0].ID != sent.ID || all[1].Type != discordgo.MessageTypeThreadStarterMessage {
		t.Errorf("thread has %d messages, want the newest first and the starter: %+v", len(all), all)
	}
	must(dg.ChannelMessageDelete(thread.ID, sent.ID))
	archived := true
	_, err = dg.ChannelEdit(thread.ID, &discordgo.ChannelEdit{Archived: &archived})
	must(err)
	private, err := dg.ThreadStartComplex(textC, &discordgo.ThreadStart{Name: "private", Type: discordgo.ChannelTypeGuildPrivateThread})
	must(err)
	must(dg.ThreadMemberAdd(private.ID, mali))
	active, err := dg.GuildThreadsActive(guildG)
	must(err)
	if len(active.Threads) != 1 || active.Threads[0].ID != private.ID {
		t.Errorf("active threads = %+v, want the private one alone", active.Threads)
	}
	post, err := dg.ForumThreadStartComplex(forumF, &discordgo.ThreadStart{Name: "post"}, &discordgo.MessageSend{Content: "first"})
	must(err)
	if first := s.Expect(InDiscord(post.ID), DiscordSays("first"), patience); first.ID != post.ID {
		t.Errorf("first message %s of post %s: want the same id", first.ID, post.ID)
	}
	_, err = dg.ApplicationCommandBulkOverwrite(DiscordApp, "", []*discordgo.ApplicationCommand{{Name: "support", Description: "Ask"}})
	must(err)
	_, err = dg.ApplicationCommandCreate(DiscordApp, "", &discordgo.ApplicationCommand{Name: "Ask about this", Type: discordgo.MessageApplicationCommand})
	must(err)
	commands, err := dg.ApplicationCommands(DiscordApp, "")
	must(err)
	if len(commands) != 2 || len(s.Commands()) != 2 {
		t.Errorf("commands = %+v", commands)
	}
	if checked := dg.Client.Transport.(toStandIn).next.(*DiscordContract).Checked(); checked < 20 {
		t.Errorf("the contract saw %d calls", checked)
	}
}
