package bottest

import "strings"

// messageJSON is the message as the REST interface tells it; the lock is held.
func (s *DiscordServer) messageJSON(m *DiscordMessage) obj {
	o := s.bareMessage(m)
	if m.Type == typeReply || m.Type == typeThreadStarter {
		o["referenced_message"] = nil
		place := m.Channel
		if m.starter != "" {
			place = m.starter
		}
		if quoted := s.find(place, m.ReplyTo); quoted != nil {
			o["referenced_message"] = s.bareMessage(quoted)
		}
	}
	return o
}

func (s *DiscordServer) bareMessage(m *DiscordMessage) obj {
	mentions, roles, everyone := []obj{}, []string{}, false
	for _, p := range m.Pings {
		switch id := strings.Trim(p, "<@&!>"); {
		case strings.HasPrefix(p, "<@&"):
			roles = append(roles, id)
		case strings.HasPrefix(p, "<@"):
			mentions = append(mentions, userJSON(s.users[id]))
		default:
			everyone = true
		}
	}
	files := []obj{}
	for _, f := range m.Files {
		files = append(files, s.fileJSON(m.Channel, f, m.OnlyFor != ""))
	}
	o := obj{
		"id": m.ID, "channel_id": m.Channel, "type": m.Type, "content": m.Content, "author": s.authorJSON(m), "timestamp": stamp(m.At),
		"edited_timestamp": nil, "tts": false, "pinned": false, "mention_everyone": everyone, "mentions": mentions, "mention_roles": roles,
		"attachments": files, "embeds": orEmpty(m.shown()), "components": orEmpty(m.Components), "flags": m.Flags,
	}
	if !m.EditedAt.IsZero() {
		o["edited_timestamp"] = stamp(m.EditedAt)
	}
	if m.Webhook != "" {
		o["webhook_id"] = m.Webhook
	}
	if m.Webhook == DiscordApp {
		o["application_id"] = DiscordApp
	}
	if m.ReplyTo != "" {
		ref := obj{"type": 0, "channel_id": m.Channel, "message_id": m.ReplyTo}
		if m.starter != "" {
			ref["channel_id"] = m.starter
		}
		if c := s.channels[m.Channel]; c != nil && c.Guild != "" {
			ref["guild_id"] = c.Guild
		}
		o["message_reference"] = ref
	}
	if t := s.channels[m.ID]; t != nil && t.thread() && t.ID != m.Channel {
		o["thread"] = s.channelJSON(t)
	}
	return o
}

func orEmpty(l []map[string]any) any {
	if l == nil {
		return []obj{}
	}
	return l
}

func (s *DiscordServer) authorJSON(m *DiscordMessage) obj {
	if u := s.users[m.Author]; u != nil {
		return userJSON(u)
	}
	return obj{
		"id": m.Author, "username": "webhook", "avatar": nil, "discriminator": "0000", "public_flags": 0, "flags": 0, "bot": true,
		"global_name": nil, "primary_guild": nil,
	}
}

func userJSON(u *DiscordUser) obj {
	if u == nil {
		u = &DiscordUser{ID: "0", Name: "Deleted User"}
	}
	o := obj{
		"id": u.ID, "username": u.Name, "global_name": nil, "avatar": nil, "discriminator": "0", "public_flags": 0, "flags": 0,
		"primary_guild": nil,
	}
	if u.Display != "" {
		o["global_name"] = u.Display
	}
	if u.Bot {
		o["bot"] = true
	}
	return o
}
