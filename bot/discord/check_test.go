package discord

import (
	"net/url"
	"strings"
	"testing"

	"firstline/bot"
	"firstline/bot/bottest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestCheck(t *testing.T) {
	w := newTown(t, townOptions{})
	w.ExpectCalls("PUT /applications/{app}/commands", 1, patience)
	const mute, voice = "1100000000000000191", "1100000000000000193"
	w.AddChannel(bottest.DiscordChannel{ID: mute, Guild: siamGuild, Name: "mute", Deny: []string{"SEND_MESSAGES_IN_THREADS", "CREATE_PRIVATE_THREADS"}})
	w.AddChannel(bottest.DiscordChannel{ID: voice, Guild: siamGuild, Name: "voice", Kind: 2})
	r, err := w.client.Check(t.Context(), siamGuild, siamChannel, siamForum, mute, voice, "1100000000000000192")
	if err != nil {
		t.Fatal(err)
	}
	if r.App != "Firstline" || r.AppID != bottest.DiscordApp || r.BotUser != bottest.DiscordBotUser || r.Bot != "firstline" || !r.Content || !r.Commands || len(r.Guilds) != 4 || r.Good() {
		t.Errorf("report = %+v", r)
	}
	want := []ChannelReport{
		{ID: deskChannel, Name: "desk", Guild: homeGuild, Kind: "text", Desk: true},
		{ID: siamGuild, Name: "Siam", Guild: siamGuild, Kind: "guild"},
		{ID: siamChannel, Name: "siam", Guild: siamGuild, Kind: "text"},
		{ID: siamForum, Name: "help", Guild: siamGuild, Kind: "forum"},
		{ID: mute, Name: "mute", Guild: siamGuild, Kind: "text", Missing: []string{"Send Messages in Threads"}},
		{ID: voice, Name: "voice", Guild: siamGuild, Kind: "other"},
	}
	if diff := cmp.Diff(want, r.Channels[:6], cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	classIs(t, r.Channels[6].Err, bot.ClassGone)
	w.AddChannel(bottest.DiscordChannel{ID: gulfChannel, Guild: gulfGuild, Name: "gulf", Deny: []string{"CREATE_PRIVATE_THREADS"}})
	if r, err := w.client.Check(t.Context(), gulfChannel); err != nil || len(r.Channels[1].Missing) != 1 {
		t.Errorf("report = %+v, %v: private threads are asked for here", r, err)
	}
	if good, err := w.client.Check(t.Context(), siamChannel); err != nil || !good.Good() {
		t.Errorf("report = %+v, %v; want it good", good, err)
	}
	w.RefuseIntents(true)
	if r, err := w.client.Check(t.Context()); err != nil || r.Content || r.Good() {
		t.Errorf("report = %+v, %v; want the intent to be missing", r, err)
	}
	w.RevokeToken(true)
	_, err = w.client.Check(t.Context())
	classIs(t, err, bot.ClassAuth)
}

func TestPermissionsAreComputedInOrder(t *testing.T) {
	const view, send = "1024", "2048"
	r := &rights{guild: "1", self: "9", roles: []string{"5", "6"}, base: allNeeded()}
	for name, tt := range map[string]struct {
		list []overwrite
		want string
	}{
		"nothing special":            {nil, ""},
		"everybody is shut out":      {[]overwrite{{"1", 0, "0", view}}, "View Channels"},
		"a role is let in":           {[]overwrite{{"5", 0, view, "0"}, {"1", 0, "0", view}}, ""},
		"one role denies, one lets":  {[]overwrite{{"5", 0, "0", send}, {"6", 0, send, "0"}}, ""},
		"the bot itself is shut out": {[]overwrite{{"9", 1, "0", send}, {"5", 0, send, "0"}}, "Send Messages"},
		"others do not matter":       {[]overwrite{{"7", 0, "0", view}, {"8", 1, "0", view}, {"9", 0, "0", view}}, ""},
	} {
		if got := strings.Join(r.missing(tt.list, true), ","); got != tt.want {
			t.Errorf("%s: missing %q, want %q", name, got, tt.want)
		}
	}
	admin := &rights{all: true}
	if got := admin.missing([]overwrite{{"1", 0, "0", view}}, true); got != nil {
		t.Errorf("an administrator lacks %v", got)
	}
}

func TestInviteURL(t *testing.T) {
	u, err := url.Parse(InviteURL("42"))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Host != "discord.com" || u.Path != "/oauth2/authorize" || q.Get("client_id") != "42" || q.Get("scope") != "bot applications.commands" || q.Get("permissions") != "377957239808" {
		t.Errorf("link = %s", u)
	}
}
