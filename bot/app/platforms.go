package app

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/discord"
	"firstline/bot/slack"
	"firstline/bot/web"
	"firstline/i18n"
	"firstline/triage"
)

// direct tells that a channel is a direct message: Slack's begin with D, and on
// Discord everything else has a thread.
func direct(a bot.Address) bool {
	return a.Platform == slack.Platform && strings.HasPrefix(a.Channel, "D") || a.Platform == discord.Platform && a.Thread == ""
}

func (a *App) platforms(opt Options) (map[string]bot.Platform, error) {
	out := map[string]bot.Platform{}
	if a.cfg.Secrets.SlackBotToken != "" {
		c, err := slack.New(a.slackConfig(opt))
		if err != nil {
			return nil, err
		}
		a.slack, out[c.Name()] = c, c
	}
	if a.cfg.Secrets.DiscordBotToken != "" {
		c, err := discord.New(a.discordConfig(opt))
		if err != nil {
			return nil, err
		}
		a.discord, out[c.Name()] = c, c
	}
	if a.cfg.Web || a.cfg.DeskOn(web.Platform) != "" {
		c, err := web.New(web.Config{
			Acceptor: belongs{a.intake, opt.Customer}, Forms: a, History: history{a.store}, Texts: a.core.Texts, Engineers: a.cfg.Engineers.Language,
			Desk: web.Local, Now: opt.Now, Log: opt.Log,
		})
		if err != nil {
			return nil, err
		}
		a.web, out[c.Name()] = c, c
	}
	for _, p := range opt.Platforms {
		out[p.Name()] = p
	}
	return out, nil
}

func (a *App) slackConfig(opt Options) slack.Config {
	s := a.cfg.Secrets
	return slack.Config{
		BotToken: string(s.SlackBotToken), SigningSecret: string(s.SlackSigningSecret), AppToken: string(s.SlackAppToken), APIURL: s.SlackAPIURL,
		Desk: a.cfg.DeskOn(slack.Platform),
		CustomerOf: func(channel string) (string, bool) {
			c, ok := a.cfg.CustomerOf(slack.Platform, channel)
			return c.Name, ok
		},
		Known: a.known, Fetch: a.fetch,
		Acceptor: a.intake, Forms: a, Texts: a.core.Texts, Log: opt.Log, HTTPClient: opt.HTTP, Now: opt.Now, Pace: opt.SlackPace, Metrics: a.metrics.slack(),
	}
}

func (a *App) discordConfig(opt Options) discord.Config {
	s := a.cfg.Secrets
	return discord.Config{
		BotToken: string(s.DiscordBotToken), APIURL: s.DiscordAPIURL,
		Desk: a.cfg.DeskOn(discord.Platform), EngineerRoles: a.cfg.Discord.EngineerRoles, Private: a.cfg.PrivateOn,
		CustomerOf: func(guild, channel string) (string, bool) {
			c, ok := a.cfg.CustomerOf(discord.Platform, channel)
			if !ok {
				c, ok = a.cfg.CustomerOf(discord.Platform, guild)
			}
			return c.Name, ok
		},
		Known: a.known, CaseOf: func(at bot.Address) (string, bool) {
			c, err := a.caseAt(context.Background(), at)
			return c.ID, err == nil
		},
		CaseText: a.caseText, Fetch: a.fetch, Marks: a.store,
		Acceptor: a.intake, Forms: a, Texts: texts{a.core.Texts}, Log: opt.Log, HTTPClient: opt.HTTP, Now: opt.Now, Metrics: a.metrics.discord(),
	}
}

// texts adds the list of languages to the catalogue of messages.
type texts struct{ *i18n.Catalogue }

func (texts) Languages() []string { return i18n.Languages() }

// runDiscord receives until ctx ends. When Discord refuses the token or an
// intent, customers elsewhere are still served; where there is no elsewhere,
// the program ends.
func (a *App) runDiscord(ctx context.Context) {
	err := a.discord.Run(ctx)
	if err == nil {
		return
	}
	a.log.Error("Discord is not served", "error", err)
	if a.slack == nil && a.web == nil {
		a.failed <- err
	}
}

// lookup bounds what an adapter waits for a case.
const lookup = time.Second

// caseAt gives the newest case of a conversation.
func (a *App) caseAt(ctx context.Context, at bot.Address) (triage.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	c, _, _, err := a.store.CaseOf(ctx, at.Key())
	return c, err
}

func (a *App) known(at bot.Address) bool {
	_, err := a.caseAt(context.Background(), at)
	return err == nil
}

// caseText tells a person how the case of a conversation stands.
func (a *App) caseText(ctx context.Context, at bot.Address, lang string) (string, bool) {
	c, err := a.caseAt(ctx, at)
	if err != nil {
		return "", false
	}
	return a.core.Renderer.State(lang, c), true
}

// fetch opens the contents of a file on the platform that it came from.
func (a *App) fetch(ctx context.Context, f bot.File) (io.ReadCloser, error) {
	source, ok := a.sources[f.Platform].(bot.Fetcher)
	if !ok {
		return nil, fmt.Errorf("files of %q cannot be read", f.Platform)
	}
	return source.Fetch(ctx, f)
}

// belongs marks the web chat's customer.
type belongs struct {
	bot.Acceptor
	customer string
}

func (b belongs) Accept(ctx context.Context, in bot.Inbound) error {
	if in.Side == bot.SideCustomer {
		in.Customer = b.customer
	}
	return b.Acceptor.Accept(ctx, in)
}
