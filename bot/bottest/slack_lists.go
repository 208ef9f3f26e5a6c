package bottest

import (
	"net/url"
	"slices"
	"strconv"
)

func (s *SlackServer) readable(id string) (*SlackChannel, *apiError) {
	ch := s.channels[id]
	switch {
	case ch == nil, ch.NoBot && ch.Kind != "channel":
		return nil, fail("channel_not_found")
	case ch.NoBot:
		return nil, fail("not_in_channel")
	}
	return ch, nil
}

func (s *SlackServer) history(p params) (obj, *apiError) {
	ch, err := s.readable(p["channel"])
	if err != nil {
		return nil, err
	}
	var all []*SlackMessage
	for _, m := range slices.Backward(s.messages) { // newest first
		top := m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast
		if m.Channel == ch.ID && top && !m.Deleted && m.OnlyFor == "" {
			all = append(all, m)
		}
	}
	return page(p, all, 100)
}

func (s *SlackServer) replies(p params) (obj, *apiError) {
	ch, err := s.readable(p["channel"])
	if err != nil {
		return nil, err
	}
	var all []*SlackMessage
	for _, m := range s.messages { // oldest first
		if m.Channel == ch.ID && m.Root() == p["ts"] && !m.Deleted && m.OnlyFor == "" {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, fail("thread_not_found")
	}
	return page(p, all, 1000)
}

// threadStatus shows what the bot does in a thread. That it goes away with the
// bot's next message is not played.
func (s *SlackServer) threadStatus(p params) (obj, *apiError) {
	ch, err := s.readable(p["channel_id"])
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(s.messages, func(m *SlackMessage) bool { return m.Channel == ch.ID && m.Root() == p["thread_ts"] }) {
		return nil, fail("invalid_thread_ts")
	}
	return obj{}, nil
}

// page gives messages from the cursor on.
func page(p params, all []*SlackMessage, limit int) (obj, *apiError) {
	from := 0
	if c := p["cursor"]; c != "" {
		n, err := strconv.Atoi(c)
		if err != nil || n < 0 || n > len(all) {
			return nil, fail("invalid_cursor")
		}
		from = n
	}
	if l := p["limit"]; l != "" {
		n, err := strconv.Atoi(l)
		if err != nil || n < 1 || n > 1000 {
			return nil, fail("invalid_limit")
		}
		limit = min(n, limit)
	}
	to := min(from+limit, len(all))
	withMetadata := p["include_all_metadata"] == "1" || p["include_all_metadata"] == "true"
	out := []obj{}
	for _, m := range all[from:to] {
		out = append(out, m.json(withMetadata))
	}
	next := ""
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return obj{"messages": out, "has_more": next != "", "response_metadata": obj{"next_cursor": next}}, nil
}

func (ch *SlackChannel) json() obj {
	return obj{
		"id": ch.ID, "name": ch.Name, "is_channel": ch.Kind == "channel", "is_group": ch.Kind == "group",
		"is_im": ch.Kind == "im", "is_mpim": ch.Kind == "mpim", "is_member": !ch.NoBot, "is_archived": ch.Archived,
		"is_ext_shared": ch.Shared, "is_shared": ch.Shared, "is_private": ch.Kind != "channel", "num_members": len(ch.Members) + 1,
	}
}

func (s *SlackServer) channelInfo(p params) (obj, *apiError) {
	ch := s.channels[p["channel"]]
	if ch == nil || ch.NoBot && ch.Kind != "channel" {
		return nil, fail("channel_not_found")
	}
	return obj{"channel": ch.json()}, nil
}

func (s *SlackServer) channelList(params) (obj, *apiError) {
	out := []obj{}
	for _, ch := range s.channels {
		if ch.Kind == "channel" || !ch.NoBot {
			out = append(out, ch.json())
		}
	}
	slices.SortFunc(out, func(a, b obj) int { return len(str(a["id"])) - len(str(b["id"])) })
	return obj{"channels": out, "response_metadata": obj{"next_cursor": ""}}, nil
}

func (s *SlackServer) channelMembers(p params) (obj, *apiError) {
	ch, err := s.readable(p["channel"])
	if err != nil {
		return nil, err
	}
	return obj{"members": append(slices.Clone(ch.Members), SlackBotUser), "response_metadata": obj{"next_cursor": ""}}, nil
}

func (s *SlackServer) channelJoin(p params) (obj, *apiError) {
	ch := s.channels[p["channel"]]
	switch {
	case ch == nil:
		return nil, fail("channel_not_found")
	case ch.Kind != "channel":
		return nil, fail("method_not_supported_for_channel_type")
	case ch.Archived:
		return nil, fail("is_archived")
	}
	ch.NoBot = false
	return obj{"channel": ch.json()}, nil
}

func (s *SlackServer) channelOpen(p params) (obj, *apiError) {
	if _, ok := s.users[p["users"]]; !ok {
		return nil, fail("user_not_found")
	}
	return obj{"channel": obj{"id": s.dm(p["users"])}}, nil
}

func (s *SlackServer) userInfo(p params) (obj, *apiError) {
	u, ok := s.users[p["user"]]
	if !ok {
		return nil, fail("user_not_found")
	}
	user := obj{
		"id": u.ID, "team_id": u.Team, "name": u.Name, "real_name": u.Name, "tz": u.Zone, "is_bot": u.ID == SlackBotUser,
		"profile": obj{"display_name": u.Name, "real_name": u.Name},
	}
	if p["include_locale"] == "true" || p["include_locale"] == "1" {
		user["locale"] = u.Locale
	}
	return obj{"user": user}, nil
}

func (s *SlackServer) fileInfo(p params) (obj, *apiError) {
	f, ok := s.files[p["file"]]
	if !ok {
		return nil, fail("file_not_found")
	}
	return obj{"file": f.full()}, nil
}

func (s *SlackServer) connectionsOpen(params) (obj, *apiError) {
	ticket := s.id("ticket")
	s.tickets[ticket] = true
	u, err := url.Parse(s.http.URL)
	if err != nil {
		return nil, fail("internal_error")
	}
	return obj{"url": "ws://" + u.Host + "/link?ticket=" + ticket + "&app_id=" + SlackApp}, nil
}
