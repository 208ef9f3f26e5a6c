package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"firstline/bot"
)

// The structs below read of Slack's payloads what is needed, and nothing else:
// slack-go's full types refuse a whole event for one block that they do not know.

type authorization struct {
	UserID string `json:"user_id"`
	IsBot  bool   `json:"is_bot"`
}

type envelope struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	TeamID         string          `json:"team_id"`
	EventID        string          `json:"event_id"`
	Authorizations []authorization `json:"authorizations"`
	Event          json.RawMessage `json:"event"`
}

type message struct {
	Subtype     string       `json:"subtype"`
	User        string       `json:"user"`
	BotID       string       `json:"bot_id"`
	Text        string       `json:"text"`
	TS          string       `json:"ts"`
	ThreadTS    string       `json:"thread_ts"`
	Files       []file       `json:"files"`
	Attachments []attachment `json:"attachments"`
	Edited      *struct {
		TS string `json:"ts"`
	} `json:"edited"`
}

type attachment struct {
	Text     string `json:"text"`
	Fallback string `json:"fallback"`
	IsShare  bool   `json:"is_share"`
}

type innerEvent struct {
	Type string `json:"type"`
	message
	Channel         string   `json:"channel"`
	ChannelType     string   `json:"channel_type"`
	EventTS         string   `json:"event_ts"`
	DeletedTS       string   `json:"deleted_ts"`
	Message         *message `json:"message"`
	PreviousMessage *message `json:"previous_message"`
	Tab             string   `json:"tab"`
}

// event handles one Events API request.
func (c *Client) event(ctx context.Context, raw []byte) reply {
	var env envelope
	if err := json.Unmarshal(raw, &env); err != nil {
		return c.junk("event")
	}
	switch env.Type {
	case "url_verification":
		return reply{status: 200, body: map[string]string{"challenge": env.Challenge}}
	case "event_callback":
	case "app_rate_limited":
		c.log.Warn("Slack drops events: more than 30,000 an hour")
		return c.ignore("app_rate_limited")
	case "":
		return c.junk("event")
	default:
		return c.ignore("type")
	}
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(env.Event, &kind); err != nil || kind.Type == "" {
		return c.junk("event")
	}
	switch kind.Type {
	case "message", "app_mention", "app_home_opened":
	default:
		return c.ignore("event_type")
	}
	var ev innerEvent
	if err := json.Unmarshal(env.Event, &ev); err != nil {
		return c.junk("event")
	}
	if ev.Type == "app_home_opened" {
		return c.homeOpened(ev)
	}
	if ev.Channel == "" {
		return c.junk("channel")
	}
	return c.message(ctx, env, ev)
}

// message handles what was said, changed or deleted.
func (c *Client) message(ctx context.Context, env envelope, ev innerEvent) reply {
	self := c.me(ctx, env.Authorizations)
	m, kind, why := what(ev)
	if why == "" {
		why = foreign(m, self)
	}
	if why != "" {
		return c.ignore(why)
	}
	at := c.place(env.TeamID, ev.Channel, ev.ChannelType, m.TS, m.ThreadTS)
	meant := ev.Type == "app_mention" || mentioned(m.Text, self.user)
	if at.surface == bot.SurfaceMention && !meant && !c.cfg.Known(at.addr) {
		return c.ignore("not_for_us")
	}
	in := bot.Inbound{Kind: kind, MessageID: m.TS, Person: bot.Person{ID: m.User}}
	at.fill(&in)
	switch kind {
	case bot.KindMessage:
		in.ID, in.At = "msg:"+ev.Channel+":"+m.TS, c.moment(m.TS)
	case bot.KindEdit:
		stamp := ev.EventTS
		if m.Edited != nil {
			stamp = m.Edited.TS
		}
		in.ID, in.At = "edit:"+ev.Channel+":"+m.TS+":"+stamp, c.moment(stamp)
	case bot.KindDelete:
		in.ID, in.At = "del:"+ev.Channel+":"+m.TS, c.moment(ev.EventTS)
	}
	if kind != bot.KindDelete {
		c.readText(ctx, &in, m, self)
	}
	return c.take(ctx, in)
}

// mentioned tells whether text calls the bot.
func mentioned(text, self string) bool {
	return self != "" && (strings.Contains(text, "<@"+self+">") || strings.Contains(text, "<@"+self+"|"))
}

// what says which message the event is about and what happened to it; why is set
// when the event is none of ours.
func what(ev innerEvent) (m message, kind bot.Kind, why string) {
	switch ev.Subtype {
	case "", "file_share", "thread_broadcast":
		if ev.TS == "" {
			return m, "", "no_ts"
		}
		return ev.message, bot.KindMessage, ""
	case "message_changed":
		if ev.Message == nil || ev.Message.TS == "" {
			return m, "", "no_ts"
		}
		if ev.Message.Subtype == "tombstone" { // the root of a thread was deleted: its place remains
			return deleted(ev, ev.Message.TS)
		}
		if ev.PreviousMessage != nil && ev.PreviousMessage.Text == ev.Message.Text {
			return m, "", "unfurl"
		}
		if ev.PreviousMessage == nil && ev.Message.Edited == nil {
			return m, "", "unfurl"
		}
		switch ev.Message.Subtype {
		case "", "file_share", "thread_broadcast":
			return *ev.Message, bot.KindEdit, ""
		}
		return m, "", "subtype"
	case "message_deleted":
		if ev.DeletedTS == "" {
			return m, "", "no_ts"
		}
		return deleted(ev, ev.DeletedTS)
	}
	return m, "", "subtype"
}

func deleted(ev innerEvent, ts string) (message, bot.Kind, string) {
	m := message{TS: ts}
	if p := ev.PreviousMessage; p != nil {
		m.User, m.BotID, m.ThreadTS, m.Text = p.User, p.BotID, p.ThreadTS, p.Text
		switch p.Subtype {
		case "", "file_share", "thread_broadcast":
		default:
			return m, "", "subtype"
		}
	}
	return m, bot.KindDelete, ""
}

// foreign says why a message is not a person's: the bot's own, or another bot's.
func foreign(m message, self identity) string {
	switch {
	case m.BotID != "" && m.BotID == self.bot, m.User != "" && m.User == self.user:
		return "own"
	case m.BotID != "", m.User == "USLACKBOT":
		return "bot"
	}
	return ""
}

// place is where something happened and what that means.
type place struct {
	addr     bot.Address
	surface  bot.Surface
	side     bot.Side
	customer string
}

func (p place) fill(in *bot.Inbound) {
	in.Address, in.Surface, in.Side, in.Customer = p.addr, p.surface, p.side, p.customer
}

// place routes a channel. kind is Slack's channel_type, empty where the payload has none.
func (c *Client) place(team, channel, kind, ts, thread string) place {
	p := place{
		addr: bot.Address{Platform: Platform, Space: team, Channel: channel, Thread: firstOf(thread, ts)},
		side: bot.SideCustomer,
	}
	customer, ours := c.cfg.CustomerOf(channel)
	p.customer = customer
	switch {
	case channel == c.cfg.Desk:
		p.side, p.surface, p.customer = bot.SideDesk, bot.SurfaceDesk, ""
	case ours:
		p.surface = bot.SurfaceChannel
	case kind == "im", kind == "app_home", kind == "" && strings.HasPrefix(channel, "D"):
		p.surface, p.addr.Thread = bot.SurfaceDirect, ""
	default:
		p.surface = bot.SurfaceMention
	}
	return p
}

// readText fills the person, the text and the files of in. Names come within a short budget
// or not at all: a slow users.info must not hold a customer's message.
func (c *Client) readText(ctx context.Context, in *bot.Inbound, m message, self identity) {
	ctx, cancel := context.WithTimeout(ctx, c.lookup)
	defer cancel()
	ids := mentions(m.Text, self.user, 10)
	for _, id := range append(ids, m.User) {
		if id != "" {
			c.people.start(id) // all lookups run at once
		}
	}
	if m.User != "" {
		in.Person = c.people.get(ctx, m.User)
	}
	in.Text = fromMrkdwn(m.Text, self.user, func(id string) string {
		if !contains(ids, id) {
			return ""
		}
		return c.people.get(ctx, id).Name
	})
	for _, a := range m.Attachments {
		if a.IsShare { // a forwarded message: what the person wants to show
			shared := fromMrkdwn(firstOf(a.Text, a.Fallback), self.user, func(string) string { return "" })
			in.Text = strings.TrimSpace(in.Text + "\n\n" + shared)
		}
	}
	in.Files = c.files(ctx, m.Files)
}

// take stores in, and acknowledges it only then.
func (c *Client) take(ctx context.Context, in bot.Inbound) reply {
	if err := c.cfg.Acceptor.Accept(ctx, in); err != nil {
		return c.unstored(in.ID, err)
	}
	c.cfg.Metrics.Received(string(in.Kind))
	return ok()
}

// moment reads a Slack timestamp ("1700000000.123456"); an unreadable one is now.
func (c *Client) moment(ts string) time.Time {
	sec, frac, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil || s <= 0 || s > math.MaxInt32*4 {
		return c.cfg.Now().UTC()
	}
	us, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil || us < 0 {
		us = 0
	}
	return time.Unix(s, us*1000).UTC()
}

func actionKey(channel, ts, actionTS, user, action string) string {
	return fmt.Sprintf("act:%s:%s:%s:%s:%s", channel, ts, actionTS, user, action)
}
