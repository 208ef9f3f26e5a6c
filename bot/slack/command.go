package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"firstline/bot"
)

// slashCommand is a /firstline request, the same over HTTP and the socket.
type slashCommand struct {
	TeamID    string `json:"team_id"`
	ChannelID string `json:"channel_id"`
	UserID    string `json:"user_id"`
	UserName  string `json:"user_name"`
	Text      string `json:"text"`
	TriggerID string `json:"trigger_id"`
}

func commandOf(form url.Values) slashCommand {
	return slashCommand{
		TeamID: form.Get("team_id"), ChannelID: form.Get("channel_id"), UserID: form.Get("user_id"),
		UserName: form.Get("user_name"), Text: form.Get("text"), TriggerID: form.Get("trigger_id"),
	}
}

func (c *Client) socketCommand(ctx context.Context, raw []byte) reply {
	var cmd slashCommand
	if err := json.Unmarshal(raw, &cmd); err != nil {
		return c.junk("command")
	}
	return c.command(ctx, cmd)
}

// command handles /firstline: alone or with "help" it explains itself, "human" asks for a
// person, anything else is said to the bot. See the package comment for where
// such a conversation lives.
func (c *Client) command(ctx context.Context, cmd slashCommand) reply {
	if cmd.ChannelID == "" || cmd.UserID == "" || cmd.TriggerID == "" {
		return c.junk("command")
	}
	person := c.who(ctx, payloadUser{ID: cmd.UserID, Name: cmd.UserName})
	text := fromMrkdwn(cmd.Text, "", func(string) string { return "" })
	in := bot.Inbound{ID: "cmd:" + cmd.TriggerID, Kind: bot.KindMessage, At: c.cfg.Now().UTC(), Person: person, Text: text}
	root := text
	switch strings.ToLower(text) {
	case "", "help":
		c.cfg.Metrics.Received("help")
		return c.whisper(person, "slack.command.help")
	case "human":
		in.Kind, in.Action, in.Text = bot.KindAction, "human", ""
		root = c.text(person.Locale, "slack.command.human", nil)
	}
	at := c.place(cmd.TeamID, cmd.ChannelID, "", "", "")
	rec, err := c.Send(ctx, bot.Outbound{ID: in.ID, To: at.addr, Author: firstOf(person.Name, person.ID), Text: root})
	if err != nil {
		c.log.Warn("command not shown", "channel", cmd.ChannelID, "err", err)
		if bot.ClassOf(err) == bot.ClassGone {
			return c.whisper(person, "slack.command.elsewhere")
		}
		return c.whisper(person, "slack.command.failed")
	}
	if at.surface != bot.SurfaceDirect {
		at.addr.Thread = rec.MessageID
	}
	at.surface = bot.SurfaceCommand
	at.fill(&in)
	in.MessageID = rec.MessageID
	r := c.take(ctx, in)
	if r.status != http.StatusOK {
		r.after = func(ctx context.Context) { c.withdraw(ctx, in) }
		return r
	}
	return c.whisper(person, "slack.command.ack")
}

// withdraw takes the message of a command away that was not stored.
func (c *Client) withdraw(ctx context.Context, in bot.Inbound) {
	if _, err := c.remove(ctx, bot.Outbound{To: in.Address, Update: in.MessageID}); err != nil {
		c.log.Error("command's message not removed", "channel", in.Address.Channel, "message", in.MessageID, "err", err)
	}
}

// whisper answers a command for its sender alone.
func (c *Client) whisper(person bot.Person, key string) reply {
	return reply{status: http.StatusOK, body: map[string]string{
		"response_type": "ephemeral",
		"text":          toMrkdwn(c.text(person.Locale, key, nil)),
	}}
}
