package bottest

import (
	"slices"
	"strconv"
	"strings"
)

// botRole is the role that Discord makes for a bot when it is invited.
const botRole = "1200000000000000003"

func (s *DiscordServer) getGuild(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	return 200, s.guildJSON(g), nil
}

func (s *DiscordServer) guildRoles(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	return 200, s.guildJSON(g)["roles"], nil
}

// getMyGuilds lists the guilds that the bot is in, in order of their ids.
func (s *DiscordServer) getMyGuilds(r *discordRequest) (int, any, *discordError) {
	out := []obj{}
	for _, id := range slices.SortedFunc(slices.Values(s.guildOrder), bySnowflake) {
		if later(id, r.query.Get("after")) {
			out = append(out, obj{
				"id": id, "name": s.guilds[id].Name, "icon": nil, "banner": nil, "owner": false, "features": []string{},
				"permissions": strconv.FormatInt(usualBits(), 10),
			})
		}
	}
	return 200, out, nil
}

// guildJSON is a guild as REST tells it; the lock is held.
func (s *DiscordServer) guildJSON(g *DiscordGuild) obj {
	roles := []obj{roleJSON(g.ID, "@everyone", 0, 0), roleJSON(botRole, "firstline", 1, usualBits())}
	for i, r := range g.Roles {
		roles = append(roles, roleJSON(r.ID, r.Name, i+2, 0))
	}
	o := obj{
		"id": g.ID, "name": g.Name, "owner_id": "1", "preferred_locale": g.Locale, "roles": roles, "region": "deprecated",
		"afk_timeout": 300, "system_channel_flags": 0, "widget_enabled": false, "verification_level": 0, "default_message_notifications": 0,
		"mfa_level": 0, "explicit_content_filter": 0, "max_members": 500000, "max_stage_video_channel_users": 50, "max_video_channel_users": 25,
		"premium_tier": 0, "premium_subscription_count": 0, "premium_progress_bar_enabled": false, "nsfw": false, "nsfw_level": 0,
		"features": []string{}, "emojis": []obj{}, "stickers": []obj{},
	}
	for _, key := range []string{
		"icon", "description", "home_header", "splash", "discovery_splash", "banner", "application_id", "afk_channel_id", "system_channel_id",
		"widget_channel_id", "max_presences", "vanity_url_code", "rules_channel_id", "safety_alerts_channel_id", "public_updates_channel_id",
		"incidents_data",
	} {
		o[key] = nil
	}
	return o
}

func roleJSON(id, name string, position int, permissions int64) obj {
	if permissions == 0 {
		permissions = discordPermissions["READ_MESSAGE_HISTORY"]
		if position == 0 {
			permissions = usualBits() &^ discordPermissions["MENTION_EVERYONE"]
		}
	}
	return obj{
		"id": id, "name": name, "permissions": strconv.FormatInt(permissions, 10), "position": position, "color": 0, "hoist": false,
		"colors":  obj{"primary_color": 0, "secondary_color": nil, "tertiary_color": nil},
		"managed": id == botRole, "mentionable": false, "icon": nil, "unicode_emoji": nil, "flags": 0,
	}
}

func (s *DiscordServer) memberJSON(guild string, u *DiscordUser) obj {
	roles := u.Guilds[guild]
	if u.ID == DiscordBotUser {
		roles = []string{botRole}
	}
	if roles == nil {
		roles = []string{}
	}
	return obj{
		"user": userJSON(u), "roles": roles, "nick": nil, "avatar": nil, "banner": nil, "communication_disabled_until": nil, "flags": 0,
		"joined_at": stamp(snowflakeTime("1200000000000000004")), "pending": false, "premium_since": nil, "mute": false, "deaf": false,
	}
}

// partialMember is a member in a message event, where the author stands outside.
func (s *DiscordServer) partialMember(guild string, u *DiscordUser) obj {
	o := s.memberJSON(guild, u)
	delete(o, "user")
	return o
}

func (s *DiscordServer) inGuild(guild, user string) bool {
	u := s.users[user]
	if u == nil {
		return false
	}
	_, in := u.Guilds[guild]
	return in || user == DiscordBotUser
}

func (s *DiscordServer) guildMember(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	user := r.PathValue("user")
	if !s.inGuild(g.ID, user) {
		return 0, nil, errUnknownMember
	}
	return 200, s.memberJSON(g.ID, s.users[user]), nil
}

// guildMembers lists people; Discord wants the privileged intent of members for it.
func (s *DiscordServer) guildMembers(r *discordRequest) (int, any, *discordError) {
	g, err := s.guild(r)
	if err != nil {
		return 0, nil, err
	}
	if s.opts.RefuseIntents {
		return 0, nil, errMissingAccess
	}
	limit := 1
	if l := r.query.Get("limit"); l != "" {
		n, bad := strconv.Atoi(l)
		if bad != nil || n < 1 || n > 1000 {
			return 0, nil, badForm("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 1000.")
		}
		limit = n
	}
	ids := []string{}
	for id := range s.users {
		if s.inGuild(g.ID, id) && later(id, r.query.Get("after")) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, bySnowflake)
	out := []obj{}
	for _, id := range ids[:min(limit, len(ids))] {
		out = append(out, s.memberJSON(g.ID, s.users[id]))
	}
	return 200, out, nil
}

// Flags of an application: which privileged intents its portal page allows.
const (
	appMessageContentLimited = 1 << 19
	appCommandBadge          = 1 << 23
)

func (s *DiscordServer) appFlags() int {
	if s.opts.RefuseIntents {
		return appCommandBadge
	}
	return appCommandBadge | appMessageContentLimited
}

func (s *DiscordServer) getApplication(*discordRequest) (int, any, *discordError) {
	owner := obj{
		"id": "1", "username": "owner", "global_name": nil, "avatar": nil, "discriminator": "0", "public_flags": 0, "flags": 0, "primary_guild": nil,
	}
	return 200, obj{
		"id": DiscordApp, "name": "Firstline", "icon": nil, "description": "", "type": nil, "bot": userJSON(s.users[DiscordBotUser]),
		"bot_public": true, "bot_require_code_grant": false, "verify_key": strings.Repeat("0", 64), "flags": s.appFlags(), "flags_new": strconv.Itoa(s.appFlags()),
		"redirect_uris": []string{}, "interactions_endpoint_url": nil, "role_connections_verification_url": nil, "owner": owner,
		"approximate_guild_count": len(s.guilds), "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
		"explicit_content_filter": 0, "team": nil, "eligible_oauth2_scopes": []string{},
	}, nil
}

func (s *DiscordServer) getGateway(*discordRequest) (int, any, *discordError) {
	return 200, obj{"url": s.gatewayURL()}, nil
}

func (s *DiscordServer) getGatewayBot(*discordRequest) (int, any, *discordError) {
	return 200, obj{
		"url": s.gatewayURL(), "shards": s.opts.Shards, "session_start_limit": obj{
			"total": s.opts.SessionStarts, "remaining": max(s.opts.SessionStarts-s.starts, 0), "reset_after": 14400000,
			"max_concurrency": s.opts.MaxConcurrency,
		},
	}, nil
}

func (s *DiscordServer) gatewayURL() string { return "ws" + strings.TrimPrefix(s.http.URL, "http") }
