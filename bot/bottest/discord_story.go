package bottest

import (
	"slices"
	"strings"
)

// DiscordPostOption changes how a message is written.
type DiscordPostOption func(*DiscordMessage)

// DiscordFiles attaches files.
func DiscordFiles(files ...DiscordFile) DiscordPostOption {
	return func(m *DiscordMessage) { m.Files = files }
}

// Quoting makes it an answer to a message of the same place, as "Reply" in Discord's client does.
func Quoting(quoted DiscordMessage) DiscordPostOption {
	return func(m *DiscordMessage) { m.Type, m.ReplyTo = typeReply, quoted.ID }
}

// OfType makes it a message of another kind (6 pinned, 7 joined, …), which Discord's server writes.
func OfType(n int) DiscordPostOption { return func(m *DiscordMessage) { m.Type = n } }

// ByWebhook makes it a message of a webhook.
func ByWebhook(id string) DiscordPostOption {
	return func(m *DiscordMessage) { m.Webhook, m.Author = id, id }
}

// WithButtons makes it a message with components, as other bots write them.
func WithButtons(components ...map[string]any) DiscordPostOption {
	return func(m *DiscordMessage) { m.Components = components }
}

// Post writes a message into a channel, a thread or a direct conversation ([DiscordServer.DM]).
func (s *DiscordServer) Post(user, channel, text string, opts ...DiscordPostOption) DiscordMessage {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.t.Helper()
	c := s.channels[channel]
	if !s.sees(user, c) || c.Kind == DiscordForum || c.Locked {
		s.t.Fatalf("bottest: %s cannot write in %s", user, channel)
	}
	return s.copyOf(s.say(user, channel, text, opts))
}

// Reply writes into the thread that belongs to a message: the one that it stands in or opened.
// To quote a message instead, give [DiscordServer.Post] the option [Quoting].
func (s *DiscordServer) Reply(user string, to DiscordMessage, text string, opts ...DiscordPostOption) DiscordMessage {
	s.t.Helper()
	return s.Post(user, to.Root(), text, opts...)
}

// MentionBot writes a message that calls the bot.
func (s *DiscordServer) MentionBot(user, channel, text string, opts ...DiscordPostOption) DiscordMessage {
	s.t.Helper()
	return s.Post(user, channel, "<@"+DiscordBotUser+"> "+text, opts...)
}

// say keeps a person's message and tells the app; the lock is held.
func (s *DiscordServer) say(user, channel, text string, opts []DiscordPostOption) *DiscordMessage {
	m := &DiscordMessage{Channel: channel, Author: user}
	s.fillIn(m, text, opts)
	s.add(m)
	return m
}

func (s *DiscordServer) fillIn(m *DiscordMessage, text string, opts []DiscordPostOption) {
	m.Content = strings.TrimSpace(text)
	for _, f := range opts {
		f(m)
	}
	m.Files = slices.Clone(m.Files)
	for i := range m.Files {
		f := &m.Files[i]
		if f.ID == "" {
			f.ID = s.snowflake()
		}
		if f.Kind == "" {
			f.Kind = "application/octet-stream"
		}
	}
	m.Pings = s.pings(m, s.channels[m.Channel], allowedMentions{}, true)
}

// StartThread opens a thread on a message, as a person.
func (s *DiscordServer) StartThread(user string, on DiscordMessage, name string) DiscordChannel {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	m, c := s.find(on.Channel, on.ID), s.channels[on.Channel]
	if m == nil || !s.sees(user, c) || s.channels[on.ID] != nil || c.thread() || c.Kind == DiscordDM {
		s.t.Fatalf("bottest: %s cannot open a thread on %s", user, on.ID)
	}
	t, err := newThread(obj{"name": name}, c)
	if err != nil {
		s.t.Fatalf("bottest: %v", err.errors)
	}
	s.threadOn(m, t, user)
	return *t
}

// PostForum opens a post in a forum; it gives the first message, which has the post's id.
func (s *DiscordServer) PostForum(user, forum, title, text string, opts ...DiscordPostOption) DiscordMessage {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[forum]
	if !s.sees(user, c) || c.Kind != DiscordForum {
		s.t.Fatalf("bottest: %s cannot post in %s", user, forum)
	}
	t, err := newThread(obj{"name": title}, c)
	if err != nil {
		s.t.Fatalf("bottest: %v", err.errors)
	}
	m := &DiscordMessage{Author: user, Channel: forum}
	s.fillIn(m, text, opts)
	s.post(c, t, m)
	return s.copyOf(m)
}

// Edit changes a message of user.
func (s *DiscordServer) Edit(user string, m DiscordMessage, text string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now, c := s.owned(user, m, "change")
	if c.Archived || c.Locked {
		s.t.Fatalf("bottest: nothing can be changed in an archived or locked thread")
	}
	now.Content, now.EditedAt = strings.TrimSpace(text), s.now()
	s.changedNow()
	s.emitMessage(c, now, "MESSAGE_UPDATE", s.messageJSON(now))
}

// Unfurl shows a preview of a link in a message: MESSAGE_UPDATE comes, the text is as it was.
func (s *DiscordServer) Unfurl(m DiscordMessage) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now, c := s.owned(m.Author, m, "unfurl")
	now.preview = []map[string]any{{"type": "link", "url": "https://example.com/", "title": "Example"}}
	s.changedNow()
	s.emitMessage(c, now, "MESSAGE_UPDATE", s.messageJSON(now))
}

// Delete takes a message of user away; its thread stays.
func (s *DiscordServer) Delete(user string, m DiscordMessage) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now, c := s.owned(user, m, "delete")
	s.remove(c, now)
}

// Purge takes messages of a channel away at once, as moderators do: one MESSAGE_DELETE_BULK.
func (s *DiscordServer) Purge(channel string, messages ...DiscordMessage) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ids := s.channels[channel], []string{}
	for _, m := range messages {
		now := s.find(channel, m.ID)
		if now == nil {
			s.t.Fatalf("bottest: no message %s in %s", m.ID, channel)
		}
		now.Deleted = true
		ids = append(ids, m.ID)
	}
	s.changedNow()
	s.emit(gatewayEvent{guild: c.Guild, channel: c, intent: messageIntent(c), name: "MESSAGE_DELETE_BULK", data: obj{
		"ids": ids, "channel_id": channel, "guild_id": c.Guild,
	}})
}

func (s *DiscordServer) owned(user string, m DiscordMessage, verb string) (*DiscordMessage, *DiscordChannel) {
	s.t.Helper()
	now := s.find(m.Channel, m.ID)
	if now == nil || now.Author != user {
		s.t.Fatalf("bottest: %s cannot %s %s", user, verb, m.ID)
	}
	return now, s.channels[m.Channel]
}

// Archive closes a thread, as its inactivity or a moderator does; locked keeps everybody but moderators out.
func (s *DiscordServer) Archive(thread string, locked bool) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[thread]
	if c == nil || !c.thread() {
		s.t.Fatalf("bottest: %s is no thread", thread)
	}
	c.Archived, c.Locked, c.archivedAt = true, locked, s.now()
	s.changedNow()
	s.emitChannel(c, "THREAD_UPDATE")
}

// DeleteChannel takes a channel or thread away, with everything in it.
func (s *DiscordServer) DeleteChannel(id string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[id]
	if c == nil || c.Kind == DiscordDM {
		s.t.Fatalf("bottest: %s cannot be deleted", id)
	}
	for _, m := range s.messages {
		if m.Channel == id {
			m.Deleted = true
		}
	}
	if c.thread() {
		s.emit(gatewayEvent{guild: c.Guild, channel: c, intent: intentGuilds, name: "THREAD_DELETE", data: obj{
			"id": c.ID, "guild_id": c.Guild, "parent_id": c.Parent, "type": int(c.Kind),
		}})
	} else {
		s.emitChannel(c, "CHANNEL_DELETE")
	}
	delete(s.channels, id)
	s.channelOrder = slices.DeleteFunc(s.channelOrder, func(x string) bool { return x == id })
	s.changedNow()
}

// Outage makes a guild unavailable, or ends that: events of the time are lost, as they are with Discord.
func (s *DiscordServer) Outage(guild string, begins bool) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[guild]
	if g == nil {
		s.t.Fatalf("bottest: no guild %s", guild)
	}
	if begins {
		s.emit(gatewayEvent{guild: guild, intent: intentGuilds, name: "GUILD_DELETE", data: obj{"id": guild, "unavailable": true}})
	}
	g.Unavailable = begins
	if !begins {
		s.emit(gatewayEvent{guild: guild, intent: intentGuilds, name: "GUILD_CREATE", data: s.guildEvent(g)})
	}
	s.changedNow()
}
