package bottest

import (
	"slices"
	"strconv"
	"strings"
)

// discordRoutes is what the stand-in answers.
func discordRoutes() map[discordRoute]discordHandler {
	return map[discordRoute]discordHandler{
		"GET /gateway":                                               {run: (*DiscordServer).getGateway, noAuth: true},
		"GET /gateway/bot":                                           {run: (*DiscordServer).getGatewayBot},
		"GET /users/@me":                                             {run: (*DiscordServer).getMe},
		"GET /users/@me/guilds":                                      {run: (*DiscordServer).getMyGuilds},
		"GET /users/{user}":                                          {run: (*DiscordServer).getUser},
		"POST /users/@me/channels":                                   {run: (*DiscordServer).createDM},
		"GET /applications/@me":                                      {run: (*DiscordServer).getApplication},
		"GET /oauth2/applications/@me":                               {run: (*DiscordServer).getApplication},
		"GET /applications/{app}/commands":                           {run: (*DiscordServer).getCommands},
		"PUT /applications/{app}/commands":                           {run: (*DiscordServer).putCommands},
		"POST /applications/{app}/commands":                          {run: (*DiscordServer).postCommand},
		"GET /guilds/{guild}":                                        {run: (*DiscordServer).getGuild},
		"GET /guilds/{guild}/channels":                               {run: (*DiscordServer).guildChannels},
		"GET /guilds/{guild}/roles":                                  {run: (*DiscordServer).guildRoles},
		"GET /guilds/{guild}/members":                                {run: (*DiscordServer).guildMembers},
		"GET /guilds/{guild}/members/{user}":                         {run: (*DiscordServer).guildMember},
		"GET /guilds/{guild}/threads/active":                         {run: (*DiscordServer).activeThreads},
		"GET /channels/{channel}":                                    {run: (*DiscordServer).getChannel},
		"PATCH /channels/{channel}":                                  {run: (*DiscordServer).editChannel},
		"GET /channels/{channel}/messages":                           {run: (*DiscordServer).listMessages},
		"POST /channels/{channel}/messages":                          {run: (*DiscordServer).createMessage},
		"GET /channels/{channel}/messages/{message}":                 {run: (*DiscordServer).getMessage},
		"PATCH /channels/{channel}/messages/{message}":               {run: (*DiscordServer).editMessage},
		"DELETE /channels/{channel}/messages/{message}":              {run: (*DiscordServer).deleteMessage},
		"POST /channels/{channel}/messages/{message}/threads":        {run: (*DiscordServer).threadFromMessage},
		"POST /channels/{channel}/threads":                           {run: (*DiscordServer).createThread},
		"PUT /channels/{channel}/thread-members/@me":                 {run: (*DiscordServer).addThreadMember},
		"PUT /channels/{channel}/thread-members/{user}":              {run: (*DiscordServer).addThreadMember},
		"POST /channels/{channel}/typing":                            {run: (*DiscordServer).typing},
		"POST /interactions/{interaction}/{token}/callback":          {run: (*DiscordServer).callback, noAuth: true},
		"POST /webhooks/{app}/{token}":                               {run: (*DiscordServer).followUp, noAuth: true},
		"GET /webhooks/{app}/{token}/messages/{message}":             {run: (*DiscordServer).getFollowUp, noAuth: true},
		"PATCH /webhooks/{app}/{token}/messages/{message}":           {run: (*DiscordServer).editFollowUp, noAuth: true},
		"DELETE /webhooks/{app}/{token}/messages/{message}":          {run: (*DiscordServer).deleteFollowUp, noAuth: true},
		"GET /channels/{channel}/threads/archived/public":            {run: (*DiscordServer).archivedThreads},
		"GET /channels/{channel}/users/@me/threads/archived/private": {run: (*DiscordServer).archivedThreads},
	}
}

func (s *DiscordServer) guild(r *discordRequest) (*DiscordGuild, *discordError) {
	g := s.guilds[r.PathValue("guild")]
	switch {
	case g == nil:
		return nil, errUnknownGuild
	case g.Unavailable:
		return nil, refuse(503, 0, "Guild is unavailable")
	}
	return g, nil
}

func (s *DiscordServer) getMe(*discordRequest) (int, any, *discordError) {
	o := userJSON(s.users[DiscordBotUser])
	o["mfa_enabled"], o["locale"], o["verified"], o["email"] = false, "en-US", true, nil
	return 200, o, nil
}

func (s *DiscordServer) getUser(r *discordRequest) (int, any, *discordError) {
	u := s.users[r.PathValue("user")]
	if u == nil {
		return 0, nil, errUnknownUser
	}
	return 200, userJSON(u), nil
}

func (s *DiscordServer) createDM(r *discordRequest) (int, any, *discordError) {
	u := s.users[str(r.body["recipient_id"])]
	switch {
	case u == nil:
		return 0, nil, errUnknownUser
	case u.ID == DiscordBotUser:
		return 0, nil, badForm("recipient_id", "CANNOT_DM_SELF", "Cannot open a DM channel with self")
	}
	return 200, s.channelJSON(s.dm(u.ID)), nil
}

func (s *DiscordServer) getChannel(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	if err != nil {
		return 0, nil, err
	}
	return 200, s.channelJSON(c), nil
}

// channelJSON is a channel as REST and the gateway tell it; the lock is held.
func (s *DiscordServer) channelJSON(c *DiscordChannel) obj {
	o := obj{"id": c.ID, "type": int(c.Kind), "flags": 0, "last_message_id": nil}
	if c.last != "" {
		o["last_message_id"] = c.last
	}
	switch {
	case c.Kind == DiscordDM:
		people := []obj{}
		for _, user := range c.Members {
			people = append(people, userJSON(s.users[user]))
		}
		o["recipients"] = people
	case c.thread():
		o["guild_id"], o["name"], o["parent_id"], o["owner_id"] = c.Guild, c.Name, c.Parent, c.Owner
		o["rate_limit_per_user"] = 0
		o["message_count"], o["total_message_sent"], o["member_count"] = c.sent, c.sent, len(c.Members)
		at := c.archivedAt
		if at.IsZero() {
			at = c.Opened
		}
		meta := obj{"archived": c.Archived, "archive_timestamp": stamp(at), "auto_archive_duration": c.AutoArchive, "locked": c.Locked, "create_timestamp": stamp(c.Opened)}
		if c.Kind == DiscordPrivateThread {
			meta["invitable"] = c.Invitable
		}
		if c.AutoArchive == 0 {
			meta["auto_archive_duration"] = 4320
		}
		o["thread_metadata"] = meta
		if slices.Contains(c.Members, DiscordBotUser) {
			o["member"] = s.threadMember(c, DiscordBotUser)
		}
	default:
		o["guild_id"], o["name"], o["position"], o["nsfw"], o["topic"] = c.Guild, c.Name, slices.Index(s.channelOrder, c.ID), false, nil
		o["parent_id"], o["rate_limit_per_user"], o["permission_overwrites"] = nil, 0, overwrites(c)
		if c.Kind == DiscordForum {
			o["available_tags"] = []obj{}
		}
	}
	return o
}

// overwrites are the channel's exceptions from the roles: who sees it, and what the bot lacks.
func overwrites(c *DiscordChannel) []obj {
	out := []obj{}
	bit := func(n int64) string { return strconv.FormatInt(n, 10) }
	if c.Members != nil {
		view := bit(discordPermissions["VIEW_CHANNEL"])
		out = append(out, obj{"id": c.Guild, "type": 0, "allow": "0", "deny": view})
		for _, user := range c.Members {
			out = append(out, obj{"id": user, "type": 1, "allow": view, "deny": "0"})
		}
	}
	if allow := bits(c.Allow); c.Members != nil || allow != 0 || len(c.Deny) > 0 {
		if c.Members != nil {
			allow |= discordPermissions["VIEW_CHANNEL"]
		}
		out = append(out, obj{"id": DiscordBotUser, "type": 1, "allow": bit(allow &^ bits(c.Deny)), "deny": bit(bits(c.Deny))})
	}
	return out
}

func (s *DiscordServer) typing(r *discordRequest) (int, any, *discordError) {
	if _, err := s.writable(r.PathValue("channel")); err != nil {
		return 0, nil, err
	}
	return 204, nil, nil
}

func (s *DiscordServer) guildChannels(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	out := []obj{}
	for _, c := range s.rooms(g.ID) {
		out = append(out, s.channelJSON(c))
	}
	return 200, out, nil
}

// rooms lists the channels of a guild, in order, without threads.
func (s *DiscordServer) rooms(guild string) []*DiscordChannel {
	var out []*DiscordChannel
	for _, id := range s.channelOrder {
		if c := s.channels[id]; c != nil && c.Guild == guild && !c.thread() {
			out = append(out, c)
		}
	}
	return out
}

// archivedThreads lists public ones, or by the other route the private ones that the bot is in.
func (s *DiscordServer) archivedThreads(r *discordRequest) (int, any, *discordError) {
	c, err := s.visible(r.PathValue("channel"))
	switch {
	case err != nil:
		return 0, nil, err
	case !s.may(c, "READ_MESSAGE_HISTORY"):
		return 0, nil, errPermission
	}
	private := strings.HasSuffix(r.URL.Path, "/private")
	threads, members := []obj{}, []obj{}
	for _, t := range s.channels {
		if t.thread() && t.Parent == c.ID && t.Archived && private == (t.Kind == DiscordPrivateThread) && s.botSees(t) {
			threads = append(threads, s.channelJSON(t))
			if slices.Contains(t.Members, DiscordBotUser) {
				members = append(members, s.threadMember(t, DiscordBotUser))
			}
		}
	}
	slices.SortFunc(threads, func(a, b obj) int { return bySnowflake(str(b["id"]), str(a["id"])) })
	return 200, obj{"threads": threads, "members": members, "has_more": false}, nil
}
