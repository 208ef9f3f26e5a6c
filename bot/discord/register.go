package discord

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"firstline/bot"
	"firstline/bot/internal/cut"

	"golang.org/x/text/language"
)

// appCommand is a command as it is registered, without what Discord adds.
type appCommand struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Names        map[string]string `json:"name_localizations,omitempty"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Installs     []int             `json:"integration_types"`
	Contexts     []int             `json:"contexts"`
	Options      []any             `json:"options,omitempty"`
}

// Types of commands, and where they can be given: in guilds, and in direct conversations with the bot.
const (
	slashType   = 1
	messageType = 3

	guildInstall  = 0
	guildContext  = 0
	directContext = 1
)

const (
	maxCommandName        = 32
	maxCommandDescription = 100
)

// locales are the languages of Discord's client that this program may speak.
var locales = strings.Fields("en-US en-GB zh-CN zh-TW ja ko id th vi hi tr ru uk es-ES es-419 pt-BR fr de it pl")

var reCommandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Register makes the commands known to Discord, for all guilds. It writes only when something is
// different. Its error is a [bot.SendError].
func (c *Client) Register(ctx context.Context) error {
	want, self, there, err := c.registered(ctx)
	if err != nil || there {
		return err
	}
	err = c.do(ctx, call{
		name: "bulk_set_application_commands", method: "PUT", path: "applications/" + self.app + "/commands", bucket: "commands", body: want,
	}, nil)
	if err == nil {
		c.log.Info("commands registered", "commands", len(want))
	}
	return err
}

// registered tells whether the commands are there as they should be.
func (c *Client) registered(ctx context.Context) (want []appCommand, self identity, there bool, err error) {
	if self, err = c.me(ctx); err != nil {
		return nil, self, false, err
	}
	var have []appCommand
	err = c.do(ctx, call{
		name: "list_application_commands", method: "GET", path: "applications/" + self.app + "/commands?with_localizations=true", bucket: "commands",
	}, &have)
	want = c.commands()
	return want, self, err == nil && sameCommands(have, want), err
}

// keepRegistered registers the commands at the start, and goes on trying while that can help.
func (c *Client) keepRegistered(ctx context.Context) {
	for failures := 1; ctx.Err() == nil; failures++ {
		err := c.Register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		c.log.Error("commands not registered", "err", err)
		if hopeless(err) || c.pause(ctx, failures, err) != nil {
			return
		}
	}
}

// commands are what people can do without a button.
func (c *Client) commands() []appCommand {
	list := []appCommand{
		c.slash(supportCommand, "discord.support.name", "discord.support.description"),
		c.slash(humanCommand, "discord.human.name", "discord.human.description"),
		c.slash(caseCommand, "discord.case.name", "discord.case.description"),
		{Type: messageType, Name: askCommand, Names: c.localized("discord.ask.name", func(s string) string { return label(s, maxCommandName) })},
	}
	for i := range list {
		list[i].Installs, list[i].Contexts = []int{guildInstall}, []int{guildContext, directContext}
	}
	return list
}

func (c *Client) slash(command, nameKey, descriptionKey string) appCommand {
	describe := func(s string) string { return label(s, maxCommandDescription) }
	return appCommand{
		Type: slashType, Name: command, Description: describe(c.text("en", descriptionKey, nil)),
		Names: c.localized(nameKey, commandName), Descriptions: c.localized(descriptionKey, describe),
	}
}

// commandName gives s as the name of a slash command, or "" where Discord would refuse it: then people see
// the English one.
func commandName(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(cut.Clean(s)), "-"))
	if !reCommandName.MatchString(s) || cut.Size(s) > maxCommandName {
		return ""
	}
	return s
}

// localized says key in every language of Discord's client that is spoken here.
func (c *Client) localized(key string, fit func(string) string) map[string]string {
	out := map[string]string{}
	for _, locale := range locales {
		lang := c.cfg.Texts.Match(locale)
		if !slices.Contains(c.cfg.Texts.Languages(), lang) || !sameLanguage(locale, lang) {
			continue
		}
		if s := fit(c.cfg.Texts.Text(lang, key, nil)); s != "" {
			out[locale] = s
		}
	}
	return out
}

// sameLanguage tells whether a match is more than a fallback.
func sameLanguage(a, b string) bool {
	x, err := language.Parse(a)
	y, err2 := language.Parse(b)
	if err != nil || err2 != nil {
		return false
	}
	bx, _ := x.Base()
	by, _ := y.Base()
	return bx == by
}

func sameCommands(have, want []appCommand) bool {
	return len(have) == len(want) && !slices.ContainsFunc(want, func(w appCommand) bool {
		return !slices.ContainsFunc(have, func(h appCommand) bool {
			return h.Type == w.Type && h.Name == w.Name && h.Description == w.Description && len(h.Options) == 0 &&
				maps.Equal(h.Names, w.Names) && maps.Equal(h.Descriptions, w.Descriptions) &&
				sameSet(h.Installs, w.Installs) && sameSet(h.Contexts, w.Contexts)
		})
	})
}

func sameSet(a, b []int) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// application is what Discord tells of the program that the token belongs to.
type application struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Flags int64  `json:"flags"`
	Bot   user   `json:"bot"`
}

func (c *Client) application(ctx context.Context) (application, error) {
	var app application
	err := c.do(ctx, call{name: "get_my_application", method: "GET", path: "applications/@me", bucket: "application"}, &app)
	if err == nil && (app.ID == "" || app.Bot.ID == "") {
		err = &bot.SendError{Class: bot.ClassAuth, Err: errNoBot}
	}
	return app, err
}
