package bottest

import (
	"slices"
	"strconv"
)

func (s *DiscordServer) listMessages(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	if c.Kind == DiscordForum {
		return 0, nil, errWrongKind
	}
	limit, bound, given := 50, "", ""
	if l := r.query.Get("limit"); l != "" {
		n, bad := strconv.Atoi(l)
		if bad != nil || n < 1 || n > 100 {
			return 0, nil, badForm("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
		}
		limit = n
	}
	for _, key := range []string{"before", "after", "around"} {
		if v := r.query.Get(key); v != "" {
			if given != "" || !isSnowflake(v) {
				return 0, nil, badForm(key, "NUMBER_TYPE_COERCE", "Value %q is not one snowflake; before, after and around exclude each other.", v)
			}
			bound, given = v, key
		}
	}
	var all []*DiscordMessage // oldest first
	for _, m := range s.messages {
		if m.Channel == c.ID && !m.Deleted && m.OnlyFor == "" && s.may(c, "READ_MESSAGE_HISTORY") {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *DiscordMessage) int { return bySnowflake(a.ID, b.ID) })
	at, _ := slices.BinarySearchFunc(all, bound, func(m *DiscordMessage, id string) int { return bySnowflake(m.ID, id) })
	from, to := max(len(all)-limit, 0), len(all)
	switch given {
	case "before":
		from, to = max(at-limit, 0), at
	case "after": // those that follow next, not the newest ones
		if at < len(all) && all[at].ID == bound {
			at++
		}
		from, to = at, min(at+limit, len(all))
	case "around":
		from = max(at-limit/2, 0)
		to = min(from+limit, len(all))
	}
	out := []obj{}
	for _, m := range slices.Backward(all[from:to]) { // newest first, whatever was asked
		out = append(out, s.restMessage(c, m))
	}
	return 200, out, nil
}

func bySnowflake(a, b string) int {
	switch {
	case a == b:
		return 0
	case later(a, b):
		return 1
	}
	return -1
}

// restMessage is a message as REST tells it: empty where the portal does not let the bot read it.
func (s *DiscordServer) restMessage(c *DiscordChannel, m *DiscordMessage) obj {
	o := s.messageJSON(m)
	if s.opts.RefuseIntents && !s.readableAnyway(c, m) {
		redact(o)
	}
	return o
}

func (s *DiscordServer) getMessage(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	m := s.find(c.ID, r.PathValue("message"))
	if m == nil || m.OnlyFor != "" {
		return 0, nil, errUnknownMessage
	}
	return 200, s.restMessage(c, m), nil
}
