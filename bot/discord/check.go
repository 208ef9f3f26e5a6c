package discord

import (
	"context"
	"errors"
	"slices"
	"strconv"
)

var errNoBot = errors.New("discord get_my_application: the token belongs to no bot")

// Flags of an application: whether it may read what messages say.
const (
	flagContent        = 1 << 18
	flagContentLimited = 1 << 19 // in fewer than 100 guilds
)

// Report is what [Client.Check] found out.
type Report struct {
	App, AppID   string
	Bot, BotUser string // name and id
	Content      bool   // the message content intent is allowed
	Guilds       []GuildReport
	Channels     []ChannelReport
	Commands     bool  // they are registered as they should be
	CommandsErr  error // a bot.SendError when Discord did not tell
}

// GuildReport is a guild that the bot is in.
type GuildReport struct{ ID, Name string }

// ChannelReport is the state of one channel, or of a guild whose channels are all a customer's.
type ChannelReport struct {
	ID, Name, Guild string
	Kind            string   // text, forum, guild, or other: one that the bot does not work in
	Desk            bool     // it is the engineers' channel
	Missing         []string // permissions, by their names on the role's page
	NeedsTag        bool     // a forum that takes no post without a tag, and has none that the bot may set
	Err             error    // a bot.SendError when Discord did not tell
}

// Good tells whether the bot can work here.
func (ch ChannelReport) Good() bool {
	return ch.Err == nil && ch.Kind != "other" && len(ch.Missing) == 0 && !(ch.Desk && ch.NeedsTag)
}

// Good tells whether nothing stands in the way of serving.
func (r Report) Good() bool {
	return r.Content && r.CommandsErr == nil && !slices.ContainsFunc(r.Channels, func(ch ChannelReport) bool { return !ch.Good() })
}

// Check asks Discord who the bot is, what it may read, and what it may do on the desk and in channels,
// which may be guilds too. An error means that not even the first question was answered.
func (c *Client) Check(ctx context.Context, channels ...string) (Report, error) {
	app, err := c.application(ctx)
	if err != nil {
		return Report{}, err
	}
	c.setSelf(identity{user: app.Bot.ID, app: app.ID})
	r := Report{App: app.Name, AppID: app.ID, Bot: displayName(app.Bot, nil), BotUser: app.Bot.ID}
	r.Content = app.Flags&(flagContent|flagContentLimited) != 0
	if r.Guilds, err = c.ownGuilds(ctx); err != nil {
		return r, err
	}
	_, _, r.Commands, r.CommandsErr = c.registered(ctx)
	if c.cfg.Desk != "" && !slices.Contains(channels, c.cfg.Desk) {
		channels = append([]string{c.cfg.Desk}, channels...)
	}
	rights := map[string]*rights{}
	for _, id := range channels {
		if i := slices.IndexFunc(r.Guilds, func(g GuildReport) bool { return g.ID == id }); i >= 0 {
			r.Channels = append(r.Channels, c.checkGuild(ctx, r.Guilds[i], rights))
			continue
		}
		r.Channels = append(r.Channels, c.checkChannel(ctx, id, rights))
	}
	return r, nil
}

// ownGuilds lists the guilds that the bot is in.
func (c *Client) ownGuilds(ctx context.Context) ([]GuildReport, error) {
	var all []GuildReport
	for after := "0"; ; {
		var page []struct{ ID, Name string }
		err := c.do(ctx, call{name: "list_my_guilds", method: "GET", path: "users/@me/guilds?limit=200&after=" + after, bucket: "guilds"}, &page)
		if err != nil {
			return all, err
		}
		for _, g := range page {
			all = append(all, GuildReport{ID: g.ID, Name: g.Name})
			after = g.ID
		}
		if len(page) < 200 {
			return all, nil
		}
	}
}

func (c *Client) checkGuild(ctx context.Context, g GuildReport, known map[string]*rights) ChannelReport {
	out := ChannelReport{ID: g.ID, Name: g.Name, Guild: g.ID, Kind: "guild"}
	r, err := c.rightsIn(ctx, g.ID, known)
	if err != nil {
		out.Err = err
		return out
	}
	out.Missing = r.missing(nil, c.cfg.Private(g.ID, ""))
	return out
}

func (c *Client) checkChannel(ctx context.Context, id string, known map[string]*rights) ChannelReport {
	out := ChannelReport{ID: id, Desk: id == c.cfg.Desk, Kind: "other"}
	ch, err := c.fetchChannel(ctx, id)
	if err != nil {
		out.Err = err
		return out
	}
	out.Name, out.Guild = ch.Name, ch.Guild
	switch {
	case ch.isForum():
		out.Kind = "forum"
		settable := slices.ContainsFunc(ch.Tags, func(t tag) bool { return !t.Moderated })
		out.NeedsTag = ch.Flags&flagRequireTag != 0 && !settable
	case ch.Kind == kindText, ch.Kind == kindAnnouncement:
		out.Kind = "text"
	default:
		return out
	}
	r, err := c.rightsIn(ctx, ch.Guild, known)
	if err != nil {
		out.Err = err
		return out
	}
	out.Missing = r.missing(ch.Overwrites, c.cfg.Private(ch.Guild, ch.ID))
	return out
}

// overwrite is a channel's exception from what roles allow.
type overwrite struct {
	ID    string `json:"id"`
	Kind  int    `json:"type"` // 0 role, 1 member
	Allow string `json:"allow"`
	Deny  string `json:"deny"`
}

// rights are what the bot may do in a guild, before its channels make exceptions.
type rights struct {
	guild, self string
	roles       []string
	base        permission
	all         bool // owner or administrator
}

const administrator permission = 1 << 3

// rightsIn asks for the bot's roles in a guild and what they allow.
func (c *Client) rightsIn(ctx context.Context, guildID string, known map[string]*rights) (*rights, error) {
	if r := known[guildID]; r != nil {
		return r, nil
	}
	self, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	var g struct {
		Owner string `json:"owner_id"`
		Roles []struct {
			ID          string `json:"id"`
			Permissions string `json:"permissions"`
		} `json:"roles"`
	}
	if err := c.do(ctx, call{name: "get_guild", method: "GET", path: "guilds/" + guildID, bucket: "guild " + guildID}, &g); err != nil {
		return nil, err
	}
	var m member
	if err := c.getMember(ctx, guildID, self.user, &m); err != nil {
		return nil, err
	}
	r := &rights{guild: guildID, self: self.user, roles: m.Roles, all: g.Owner == self.user}
	for _, role := range g.Roles {
		if role.ID == guildID || slices.Contains(m.Roles, role.ID) { // @everyone has the guild's id
			r.base |= bitsOf(role.Permissions)
		}
	}
	r.all = r.all || r.base&administrator != 0
	known[guildID] = r
	return r, nil
}

// missing names the permissions that are needed and not there, after a channel's exceptions, in the order
// that Discord applies them: everybody's, those of the roles together, the bot's own.
func (r *rights) missing(exceptions []overwrite, private bool) []string {
	has := r.base
	apply := func(match func(overwrite) bool) {
		var allow, deny permission
		for _, o := range exceptions {
			if match(o) {
				allow, deny = allow|bitsOf(o.Allow), deny|bitsOf(o.Deny)
			}
		}
		has = has&^deny | allow
	}
	apply(func(o overwrite) bool { return o.Kind == 0 && o.ID == r.guild })
	apply(func(o overwrite) bool { return o.Kind == 0 && o.ID != r.guild && slices.Contains(r.roles, o.ID) })
	apply(func(o overwrite) bool { return o.Kind == 1 && o.ID == r.self })
	var out []string
	for _, n := range needed {
		if !r.all && has&n.bit == 0 && (n.bit != privateThreads || private) {
			out = append(out, n.name)
		}
	}
	return out
}

func bitsOf(s string) permission {
	n, _ := strconv.ParseInt(s, 10, 64)
	return permission(n)
}
