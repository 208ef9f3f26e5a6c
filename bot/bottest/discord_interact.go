package bottest

import (
	"maps"
	"strconv"
	"time"
)

// interact gives the app an interaction and waits for its answer as long as Discord does. It is called with the lock
// held, and gives it back.
func (s *DiscordServer) interact(kind int, user string, c *DiscordChannel, m *DiscordMessage, data obj) DiscordReply {
	u := s.users[user]
	i := &discordInteraction{kind: kind, user: user, channel: c.ID, message: m, at: s.now(), done: make(chan struct{})}
	i.menu = num(data["type"]) == 3
	i.id = s.snowflake()
	i.token = "interaction-token-" + i.id
	s.interactions[i.token] = i
	o := s.interactionJSON(i, u, c)
	o["data"] = data
	if m != nil {
		o["message"] = s.messageJSON(m)
	}
	s.emit(gatewayEvent{guild: c.Guild, name: "INTERACTION_CREATE", data: o})
	s.mu.Unlock()
	late := time.NewTimer(s.opts.AckWithin)
	defer late.Stop()
	select {
	case <-i.done:
	case <-late.C:
	case <-s.ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.answer == 0 {
		i.expired = true
		return DiscordReply{Failed: true}
	}
	reply := DiscordReply{Type: i.answer}
	if i.original != nil {
		reply.Message = s.copyOf(i.original)
	}
	if i.form != nil {
		reply.Form = *i.form
	}
	return reply
}

func (s *DiscordServer) interactionJSON(i *discordInteraction, u *DiscordUser, c *DiscordChannel) obj {
	locale := u.Locale
	if locale == "" {
		locale = "en-US"
	}
	o := obj{
		"id": i.id, "application_id": DiscordApp, "type": i.kind, "token": i.token, "version": 1, "channel_id": c.ID, "locale": locale,
		"entitlements": []obj{}, "authorizing_integration_owners": obj{"0": c.Guild}, "context": 0, "attachment_size_limit": maxFile,
	}
	place := maps.Clone(s.channelJSON(c))
	place["permissions"] = "0"
	o["channel"] = place
	if c.Guild == "" {
		o["user"], o["context"], o["authorizing_integration_owners"] = userJSON(u), 1, obj{"0": "0"}
		o["app_permissions"] = "0"
		return o
	}
	member := s.memberJSON(c.Guild, u)
	member["permissions"] = "0"
	allowed := int64(0)
	for name, bit := range discordPermissions {
		if s.may(c, name) {
			allowed |= bit
		}
	}
	g := s.guilds[c.Guild]
	o["guild_id"], o["guild_locale"], o["member"] = g.ID, g.Locale, member
	o["guild"] = obj{"id": g.ID, "locale": g.Locale, "features": []string{}}
	o["app_permissions"] = strconv.FormatInt(allowed, 10)
	return o
}
