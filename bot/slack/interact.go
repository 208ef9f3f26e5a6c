package slack

import (
	"context"
	"encoding/json"
	"strings"

	"firstline/bot"
	"firstline/triage"
)

type payloadUser struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Username string `json:"username"`
	Locale   string `json:"locale"`
}

type interaction struct {
	Type      string      `json:"type"`
	TriggerID string      `json:"trigger_id"`
	User      payloadUser `json:"user"`
	Team      *struct {
		ID string `json:"id"`
	} `json:"team"`
	Channel *struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type      string `json:"type"`
		ChannelID string `json:"channel_id"`
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
	} `json:"container"`
	Message *message `json:"message"`
	Actions []struct {
		ActionID       string `json:"action_id"`
		ActionTS       string `json:"action_ts"`
		Value          string `json:"value"`
		SelectedOption *struct {
			Value string `json:"value"`
		} `json:"selected_option"`
	} `json:"actions"`
	View *viewPayload `json:"view"`
}

func (p interaction) team() string {
	if p.Team == nil {
		return ""
	}
	return p.Team.ID
}

// interaction handles clicks, choices and sent forms.
func (c *Client) interaction(ctx context.Context, raw []byte) reply {
	var p interaction
	if err := json.Unmarshal(raw, &p); err != nil || p.Type == "" {
		return c.junk("interaction")
	}
	switch p.Type {
	case "block_actions":
		return c.clicked(ctx, p)
	case "view_submission":
		return c.submitted(ctx, p)
	}
	return c.ignore("interaction_type")
}

// clicked handles block_actions. Slack sends one action in a request; should it
// send more, all are stored before the answer.
func (c *Client) clicked(ctx context.Context, p interaction) reply {
	channel, ts, thread := p.where()
	if channel == "" || ts == "" || p.User.ID == "" || len(p.Actions) == 0 {
		c.log.Warn("click without a place", "container", p.Container.Type)
		return c.ignore("no_place")
	}
	at := c.place(p.team(), channel, "", ts, thread)
	rep := ok()
	for _, a := range p.Actions[:min(len(p.Actions), 10)] {
		action := actionOf(a.ActionID)
		if !triage.IsAction(action) {
			c.log.Warn("unknown action", "channel", channel)
			c.cfg.Metrics.Ignored("unknown_action")
			continue
		}
		value := a.Value
		if a.SelectedOption != nil {
			value = a.SelectedOption.Value
		}
		if action == "form" {
			rep.after = func(ctx context.Context) { c.openForm(ctx, p, at, ts, value) }
			continue
		}
		in := bot.Inbound{
			ID: actionKey(channel, ts, a.ActionTS, p.User.ID, a.ActionID), Kind: bot.KindAction, At: c.moment(a.ActionTS),
			MessageID: ts, Person: c.who(ctx, p.User), Action: action, Value: value,
		}
		at.fill(&in)
		if r := c.take(ctx, in); r.status != 200 {
			return r
		}
	}
	return rep
}

// where tells channel, message and thread of a click; an ephemeral message has
// no message in the payload, only a container.
func (p interaction) where() (channel, ts, thread string) {
	channel, ts, thread = p.Container.ChannelID, p.Container.MessageTS, p.Container.ThreadTS
	if p.Channel != nil {
		channel = firstOf(p.Channel.ID, channel)
	}
	if p.Message != nil {
		ts, thread = firstOf(p.Message.TS, ts), firstOf(p.Message.ThreadTS, thread)
	}
	return channel, ts, thread
}

// actionID makes the nth action of a message unique; actionOf is its inverse. What ends in a
// number of its own always gets one more, so that nothing of it is lost on the way back.
func actionID(action string, taken map[string]bool) string {
	id := action
	for n := 0; taken[id] || id == action && numbered(action); n++ {
		id = action + ":" + itoa(n)
	}
	taken[id] = true
	return id
}

func actionOf(id string) string {
	if numbered(id) {
		return id[:strings.LastIndexByte(id, ':')]
	}
	return id
}

// numbered tells whether s ends in ":" and digits.
func numbered(s string) bool {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || i == len(s)-1 {
		return false
	}
	return strings.Trim(s[i+1:], "0123456789") == ""
}
