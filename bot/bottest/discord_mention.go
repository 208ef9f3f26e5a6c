package bottest

import (
	"fmt"
	"regexp"
	"slices"
)

// allowedMentions is a message's allowed_mentions.
type allowedMentions struct {
	given        bool
	parse        []string
	users, roles []string
	replied      bool
}

func readAllowed(f *formErrors, v any) allowedMentions {
	o := asObj(v)
	if o == nil {
		return allowedMentions{}
	}
	a := allowedMentions{given: true}
	a.replied, _ = o["replied_user"].(bool)
	for i, p := range list(o["parse"]) {
		if !slices.Contains([]string{"users", "roles", "everyone"}, str(p)) {
			f.wrong(fmt.Sprintf("allowed_mentions.parse.%d", i), "BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').")
		}
		a.parse = append(a.parse, str(p))
	}
	read := func(key string) (out []string) {
		named := list(o[key])
		for _, id := range named {
			out = append(out, str(id))
		}
		if len(named) > 100 {
			f.wrong("allowed_mentions."+key, "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
		}
		if len(named) > 0 && slices.Contains(a.parse, key) {
			f.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[%q] and %s: [ids...] are mutually exclusive.", key, key)
		}
		return out
	}
	a.users, a.roles = read("users"), read("roles")
	return a
}

var reMention = regexp.MustCompile(`@everyone|@here|<@[!&]?[0-9]+>`)

// pings gives whom a message notifies: Discord reads the content alone, and code is read as well, which is strict.
// The lock is held.
func (s *DiscordServer) pings(m *DiscordMessage, in *DiscordChannel, a allowedMentions, everyone bool) []string {
	var out []string
	for _, found := range reMention.FindAllString(m.Content, -1) {
		kind, id := "everyone", ""
		switch {
		case found[1] == '@' && found[2] == '&':
			kind, id = "roles", found[3:len(found)-1]
		case found[1] == '@':
			kind, id = "users", regexp.MustCompile(`[0-9]+`).FindString(found)
			found = "<@" + id + ">"
		}
		allowed := !a.given || slices.Contains(a.parse, kind)
		switch kind {
		case "users":
			allowed = (allowed || slices.Contains(a.users, id)) && s.users[id] != nil
		case "roles":
			allowed = (allowed || slices.Contains(a.roles, id)) && s.hasRole(in.Guild, id)
		default:
			allowed = allowed && everyone && in.Kind != DiscordDM
		}
		if allowed && !slices.Contains(out, found) {
			out = append(out, found)
		}
	}
	if quoted := s.find(m.Channel, m.ReplyTo); quoted != nil && m.Type == typeReply && (!a.given || a.replied) {
		if ping := "<@" + quoted.Author + ">"; !slices.Contains(out, ping) {
			out = append(out, ping)
		}
	}
	return out
}

func (s *DiscordServer) hasRole(guild, role string) bool {
	g := s.guilds[guild]
	return g != nil && slices.ContainsFunc(g.Roles, func(r DiscordRole) bool { return r.ID == role })
}

// Pings lists what the bot's messages notified people of, with what they said: a test asserts that it is empty.
func (s *DiscordServer) Pings() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, m := range s.messages {
		for _, p := range m.Pings {
			if m.Author == DiscordBotUser {
				out = append(out, fmt.Sprintf("%s in %s: %q", p, m.Channel, m.Content))
			}
		}
	}
	return out
}
