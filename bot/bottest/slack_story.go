package bottest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// SlackPostOption changes how a message is written.
type SlackPostOption func(*post)

type post struct {
	raw     bool
	subtype string
	bot     string
	files   []SlackFile
	shared  string
	wide    bool
}

// Raw says that the text is Slack's markup already; without it &, < and > are escaped
// as Slack's client does.
func Raw() SlackPostOption { return func(p *post) { p.raw = true } }

// WithFiles attaches files.
func WithFiles(files ...SlackFile) SlackPostOption {
	return func(p *post) { p.files, p.subtype = slices.Clone(files), "file_share" }
}

// WithSubtype makes it a message of another kind (channel_join, channel_topic, …).
func WithSubtype(s string) SlackPostOption { return func(p *post) { p.subtype = s } }

// FromOtherBot makes it a message of another app.
func FromOtherBot() SlackPostOption { return func(p *post) { p.bot = "B0OTHER" } }

// Forwarding shares somebody's earlier message.
func Forwarding(text string) SlackPostOption { return func(p *post) { p.shared = text } }

// Broadcast shows a reply in the channel too.
func Broadcast() SlackPostOption {
	return func(p *post) { p.wide, p.subtype = true, "thread_broadcast" }
}

var slackEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Post writes a message at a channel's top level.
func (s *SlackServer) Post(user, channel, text string, opts ...SlackPostOption) SlackMessage {
	s.t.Helper()
	return s.say(user, channel, "", text, opts)
}

// Reply writes into the thread of a message.
func (s *SlackServer) Reply(user string, to SlackMessage, text string, opts ...SlackPostOption) SlackMessage {
	s.t.Helper()
	return s.say(user, to.Channel, to.Root(), text, opts)
}

// MentionBot writes a message that calls the bot. Slack tells the app twice: as a
// message and as a mention.
func (s *SlackServer) MentionBot(user, channel, text string, opts ...SlackPostOption) SlackMessage {
	s.t.Helper()
	return s.say(user, channel, "", "<@"+SlackBotUser+"> "+slackEscaper.Replace(text), append(opts, Raw()))
}

func (s *SlackServer) say(user, channel, thread, text string, opts []SlackPostOption) SlackMessage {
	s.t.Helper()
	var o post
	for _, f := range opts {
		f(&o)
	}
	if !o.raw {
		text = slackEscaper.Replace(text)
	}
	s.mu.Lock()
	ch := s.channels[channel]
	if ch == nil || !ch.has(user) || ch.Archived {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s cannot write in %s", user, channel)
	}
	for i, f := range o.files {
		o.files[i] = s.keep(f)
	}
	m := &SlackMessage{
		Channel: channel, TS: s.ts(), ThreadTS: thread, User: user, Text: text, Subtype: o.subtype, BotID: o.bot, Files: o.files, Broadcast: o.wide,
	}
	s.messages = append(s.messages, m)
	event := s.messageEvent(ch, m)
	if o.shared != "" {
		event["attachments"] = []obj{{"is_share": true, "text": o.shared, "fallback": "[forwarded]", "author_id": user}}
	}
	deliveries := []delivery{s.eventDelivery(ch, event)}
	if strings.Contains(text, "<@"+SlackBotUser+">") && ch.Kind != "im" && o.bot == "" {
		mention := obj{"type": "app_mention"}
		for _, k := range []string{"user", "text", "ts", "team", "thread_ts", "client_msg_id", "blocks", "files", "channel", "event_ts"} {
			if v, ok := event[k]; ok {
				mention[k] = v
			}
		}
		deliveries = append(deliveries, s.eventDelivery(ch, mention))
	}
	silent := ch.NoBot
	said := *m
	s.changedNow()
	s.mu.Unlock()
	for _, d := range deliveries {
		if !silent { // Slack tells an app only of channels that its bot is in
			s.send(d)
		}
	}
	return said
}

// messageEvent is the event of a message; the lock is held.
func (s *SlackServer) messageEvent(ch *SlackChannel, m *SlackMessage) obj {
	event := m.json(false)
	event["channel"], event["channel_type"], event["event_ts"] = ch.ID, ch.Kind, m.TS
	if team := s.users[m.User].Team; team != "" && team != SlackTeam {
		event["user_team"], event["source_team"], event["team"] = team, team, team
	}
	return event
}

// Edit changes a message of user.
func (s *SlackServer) Edit(user string, m SlackMessage, text string) {
	s.t.Helper()
	s.change(user, m, func(now *SlackMessage) { now.Text, now.EditedTS = slackEscaper.Replace(text), s.ts() }, nil)
}

// Unfurl shows a preview of a link in a message: it changes, its text does not.
func (s *SlackServer) Unfurl(m SlackMessage) {
	s.t.Helper()
	s.change(m.User, m, func(*SlackMessage) {}, []obj{{"from_url": "https://example.com", "title": "Example", "fallback": "Example"}})
}

func (s *SlackServer) change(user string, m SlackMessage, how func(*SlackMessage), attachments []obj) {
	s.t.Helper()
	s.mu.Lock()
	now := s.find(m.Channel, m.TS)
	if now == nil || now.User != user {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s cannot change %s", user, m.TS)
	}
	before := now.json(false)
	how(now)
	after := now.json(false)
	if attachments != nil {
		after["attachments"] = attachments
	}
	d := s.changedDelivery(now, before, after)
	s.changedNow()
	s.mu.Unlock()
	s.send(d)
}

func (s *SlackServer) changedDelivery(m *SlackMessage, before, after obj) delivery {
	ch, ts := s.channels[m.Channel], s.ts()
	return s.eventDelivery(ch, obj{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": ch.Kind,
		"message": after, "previous_message": before, "ts": ts, "event_ts": ts,
	})
}

// Delete takes a message of user away. One that has replies leaves its place behind, as
// a change to a "tombstone".
func (s *SlackServer) Delete(user string, m SlackMessage) {
	s.t.Helper()
	s.mu.Lock()
	now := s.find(m.Channel, m.TS)
	if now == nil || now.User != user {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s cannot delete %s", user, m.TS)
	}
	before := now.json(false)
	replied := slices.ContainsFunc(s.messages, func(x *SlackMessage) bool {
		return x.Channel == now.Channel && x.ThreadTS == now.TS && x.TS != now.TS && !x.Deleted
	})
	var d delivery
	if replied {
		now.Tombstone = true
		d = s.changedDelivery(now, before, now.json(false))
	} else {
		now.Deleted = true
		ch, ts := s.channels[now.Channel], s.ts()
		d = s.eventDelivery(ch, obj{
			"type": "message", "subtype": "message_deleted", "hidden": true, "channel": ch.ID, "channel_type": ch.Kind,
			"deleted_ts": now.TS, "previous_message": before, "ts": ts, "event_ts": ts,
		})
	}
	s.changedNow()
	s.mu.Unlock()
	s.send(d)
}

// OpenHome opens the app's Home tab.
func (s *SlackServer) OpenHome(user string) {
	s.t.Helper()
	s.mu.Lock()
	channel := s.dm(user)
	d := s.eventDelivery(s.channels[channel], obj{
		"type": "app_home_opened", "user": user, "channel": channel, "tab": "home", "event_ts": s.ts(),
	})
	s.mu.Unlock()
	s.send(d)
}

// SlackReply is what a person sees at once after a command or a sent form.
type SlackReply struct {
	Status int
	Text   string            // of a command, for its sender alone
	Errors map[string]string // of a form, by block
}

// Command types /firstline.
func (s *SlackServer) Command(user, channel, text string) SlackReply {
	s.t.Helper()
	s.mu.Lock()
	ch := s.channels[channel]
	if ch == nil || !slices.Contains(ch.Members, user) {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s is not in %s", user, channel)
	}
	d := delivery{kind: "slash_commands", event: "/firstline", payload: obj{
		"token": "verification", "team_id": SlackTeam, "team_domain": "first", "channel_id": channel, "channel_name": ch.Name,
		"user_id": user, "user_name": s.users[user].Name, "command": "/firstline", "text": slackEscaper.Replace(text), "api_app_id": SlackApp,
		"is_enterprise_install": "false", "response_url": s.responseURL(user, channel), "trigger_id": s.newTrigger(user),
	}}
	s.mu.Unlock()
	out := s.send(d)
	var body struct {
		Text string `json:"text"`
	}
	if out.ok() && len(out.body) > 0 && json.Unmarshal(out.body, &body) != nil {
		body.Text = string(out.body)
	}
	return SlackReply{Status: out.status, Text: body.Text}
}

func (s *SlackServer) responseURL(user, channel string) string {
	return fmt.Sprintf("%s/response/%s?user=%s&channel=%s", s.http.URL, s.id("r"), user, channel)
}
