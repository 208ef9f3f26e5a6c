package main

import (
	"context"
	"fmt"
	"os"

	"firstline/bot/app"
	"firstline/bot/config"
)

type discordCmd struct {
	Invite inviteCmd `cmd:"" help:"Print the link that takes the bot into a guild."`
}

type inviteCmd struct {
	App string `help:"The application's id (default: asked of Discord with DISCORD_BOT_TOKEN)." placeholder:"ID"`
}

// Help gives examples.
func (inviteCmd) Help() string {
	return `  firstline discord invite --app 1100000000000000000
  DISCORD_BOT_TOKEN=… firstline discord invite

Open the link, choose the guild, and confirm. It asks for the permissions that the bot works with and no others.`
}

// Run prints the link.
func (c inviteCmd) Run(ctx context.Context, s streams) error {
	if c.App == "" && os.Getenv("DISCORD_BOT_TOKEN") == "" {
		return usageError{fmt.Errorf("discord invite: give --app and the application's id, or export DISCORD_BOT_TOKEN")}
	}
	link, err := app.DiscordInvite(ctx, c.App, config.Secrets{
		DiscordBotToken: config.Secret(os.Getenv("DISCORD_BOT_TOKEN")), DiscordAPIURL: os.Getenv("DISCORD_API_URL"),
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, link)
	return err
}
