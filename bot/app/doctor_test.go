package app_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/bot/config"
)

// TestDoctorOnDiscord: what stands in the way is named with its remedy, and a
// guild that is set up as the README says is found to be right.
func TestDoctorOnDiscord(t *testing.T) {
	const guild, desk, help = "1100000000000000301", "1100000000000000302", "1100000000000000303"
	for _, tc := range []struct {
		name  string
		upset func(*bottest.DiscordServer, *config.Config)
		fault string // of the one fault; "" for none
		cure  string
	}{
		{"all is well", func(*bottest.DiscordServer, *config.Config) {}, "", ""},
		{"no intent", func(d *bottest.DiscordServer, _ *config.Config) { d.RefuseIntents(true) }, "may not read", "Message Content Intent"},
		{"a bad token", func(d *bottest.DiscordServer, _ *config.Config) { d.RevokeToken(true) }, "auth", "DISCORD_BOT_TOKEN"},
		{"no token", func(_ *bottest.DiscordServer, c *config.Config) { c.Secrets.DiscordBotToken = "" }, "DISCORD_BOT_TOKEN is not set", "export"},
		{"no such channel", func(_ *bottest.DiscordServer, c *config.Config) {
			c.Customers[0].Discord = []string{"1100000000000000399"}
		}, "1100000000000000399", "invited"},
		{"a right is missing", func(d *bottest.DiscordServer, _ *config.Config) {
			d.AddChannel(bottest.DiscordChannel{ID: help, Guild: guild, Name: "help", Deny: []string{"SEND_MESSAGES_IN_THREADS"}})
		}, "lacks Send Messages in Threads", "role"},
		{"a right for private threads", func(d *bottest.DiscordServer, c *config.Config) {
			d.AddChannel(bottest.DiscordChannel{ID: help, Guild: guild, Name: "help", Deny: []string{"CREATE_PRIVATE_THREADS"}})
			c.Discord.PrivateThreads = []string{guild}
		}, "lacks Create Private Threads", "role"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := bottest.NewDiscord(t, bottest.DiscordOptions{})
			d.AddGuild(bottest.DiscordGuild{ID: guild, Name: "Rio"})
			d.AddChannel(bottest.DiscordChannel{ID: desk, Guild: guild, Name: "desk"})
			d.AddChannel(bottest.DiscordChannel{ID: help, Guild: guild, Name: "help"})
			cfg := config.Defaults()
			cfg.Database, cfg.Listen = "sqlite:"+filepath.Join(t.TempDir(), "d.db"), "127.0.0.1:0"
			cfg.Engineers.Desk = "discord:" + desk
			cfg.Customers = []config.Customer{{Name: "Rio Games", Discord: []string{help}}}
			cfg.Secrets = config.Secrets{DiscordBotToken: bottest.DiscordBotToken, DiscordAPIURL: d.APIURL()}
			tc.upset(d, &cfg)
			var faults []app.Finding
			app.Doctor(t.Context(), &cfg, func(f app.Finding) {
				if f.Level == app.LevelFault {
					faults = append(faults, f)
				}
				if strings.Contains(f.What+f.Remedy, bottest.DiscordBotToken) {
					t.Errorf("the token is shown: %+v", f)
				}
			})
			switch {
			case tc.fault == "" && len(faults) > 0:
				t.Errorf("faults %+v, want none", faults)
			case tc.fault != "" && (len(faults) != 1 || !strings.Contains(faults[0].What, tc.fault) || !strings.Contains(faults[0].Remedy, tc.cure)):
				t.Errorf("faults %+v; want one about %q, with %q", faults, tc.fault, tc.cure)
			}
		})
	}
}

// TestDiscordInvite: the link names the application whose token it is.
func TestDiscordInvite(t *testing.T) {
	d := bottest.NewDiscord(t, bottest.DiscordOptions{})
	s := config.Secrets{DiscordBotToken: bottest.DiscordBotToken, DiscordAPIURL: d.APIURL()}
	link, err := app.DiscordInvite(context.Background(), "", s)
	if err != nil || !strings.Contains(link, "client_id="+bottest.DiscordApp) || !strings.Contains(link, "applications.commands") {
		t.Errorf("link %q, %v; want one for application %s", link, err, bottest.DiscordApp)
	}
	d.RevokeToken(true)
	if _, err := app.DiscordInvite(context.Background(), "", s); err == nil || !strings.Contains(err.Error(), "DISCORD_BOT_TOKEN") {
		t.Errorf("with a bad token: %v; want an error that names DISCORD_BOT_TOKEN", err)
	}
}
