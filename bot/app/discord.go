package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"firstline/bot/config"
	"firstline/bot/discord"
	"firstline/i18n"
)

// noMarks is for a client that only asks.
type noMarks struct{}

func (noMarks) Marks(context.Context, string) (map[string]string, error)  { return nil, nil }
func (noMarks) SetMarks(context.Context, string, map[string]string) error { return nil }

// askingDiscord makes a client that asks Discord and serves nobody.
func askingDiscord(cfg *config.Config) (*discord.Client, error) {
	catalogue, err := i18n.Default()
	if err != nil {
		return nil, err
	}
	return discord.New(discord.Config{
		BotToken: string(cfg.Secrets.DiscordBotToken), APIURL: cfg.Secrets.DiscordAPIURL, Desk: cfg.DeskOn(discord.Platform), Private: cfg.PrivateOn,
		Acceptor: nobody{}, Marks: noMarks{}, Texts: texts{catalogue},
	})
}

// DiscordInvite gives the link with which the bot is taken into a guild. When
// appID is empty, Discord is asked whose the token is.
func DiscordInvite(ctx context.Context, appID string, s config.Secrets) (string, error) {
	if appID != "" {
		return discord.InviteURL(appID), nil
	}
	client, err := askingDiscord(&config.Config{Secrets: s})
	if err != nil {
		return "", err
	}
	report, err := client.Check(ctx)
	if err != nil {
		return "", fmt.Errorf("discord invite: %w; check DISCORD_BOT_TOKEN and the network", err)
	}
	return discord.InviteURL(report.AppID), nil
}

func (d doctor) discord(ctx context.Context) {
	if !d.cfg.UsesDiscord() {
		d.note("Discord: not configured", "name the desk or customers' guilds and channels, and export DISCORD_BOT_TOKEN; firstline discord invite prints the link")
		return
	}
	if d.cfg.Secrets.DiscordBotToken == "" {
		return // told as a missing secret
	}
	client, err := askingDiscord(d.cfg)
	if err != nil {
		d.fault(err.Error(), "see the README's Discord set-up")
		return
	}
	var channels []string
	for _, c := range d.cfg.Customers {
		channels = append(channels, c.Discord...)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	report, err := client.Check(ctx, channels...)
	if err != nil {
		d.fault("Discord: "+err.Error(), "check DISCORD_BOT_TOKEN and the network; DISCORD_API_URL points elsewhere when it is set")
		return
	}
	d.discordReport(report)
}

func (d doctor) discordReport(r discord.Report) {
	d.ok("Discord: application %s, bot %s, in %d guilds", r.App, r.Bot, len(r.Guilds))
	if len(r.Guilds) == 0 {
		d.fault("Discord: the bot is in no guild", "open the link that firstline discord invite prints, and choose the guild")
	}
	if !r.Content {
		d.fault("Discord: the bot may not read what messages say", "in the developer portal, on the application's Bot page, switch on the Message Content Intent")
	}
	if r.CommandsErr != nil {
		d.fault("Discord: commands: "+r.CommandsErr.Error(), "take the bot into the guild again with the link of firstline discord invite")
	} else if !r.Commands {
		d.note("Discord: the commands are not registered, or are of another version", "firstline serve registers them when it starts")
	}
	for _, ch := range r.Channels {
		d.discordChannel(ch)
	}
}

func (d doctor) discordChannel(ch discord.ChannelReport) {
	name := ch.ID
	if ch.Name != "" {
		name = "#" + ch.Name + " (" + ch.ID + ")"
	}
	switch {
	case ch.Err != nil:
		d.fault("Discord: "+name+": "+ch.Err.Error(), "check the id in the configuration, and that the bot was invited and may view the channel")
	case ch.Kind == "other":
		d.fault("Discord: "+name+" is neither a text channel nor a forum", "name one of those in the configuration")
	case len(ch.Missing) > 0:
		d.fault("Discord: in "+name+" the bot lacks "+strings.Join(ch.Missing, ", "), "grant it to the bot's role in the channel's permissions")
	case ch.Desk && ch.NeedsTag:
		d.fault("Discord: the forum "+name+" takes no post without a tag", "take the requirement away, or add a tag that everybody may set")
	default:
		d.ok("Discord: in %s (%s)", name, ch.Kind)
	}
}
