package bottest

import (
	"slices"
	"strings"
	"time"
)

// DiscordKind is the type of a channel, with Discord's number.
type DiscordKind int

// The types of channels that the stand-in knows.
const (
	DiscordText               DiscordKind = 0
	DiscordDM                 DiscordKind = 1
	DiscordAnnouncement       DiscordKind = 5
	DiscordAnnouncementThread DiscordKind = 10
	DiscordPublicThread       DiscordKind = 11
	DiscordPrivateThread      DiscordKind = 12
	DiscordForum              DiscordKind = 15
)

// DiscordUser is a person, or another bot.
type DiscordUser struct {
	ID      string
	Name    string // the unique username
	Display string // global_name; may be empty
	Locale  string // of their client, told in interactions alone
	Bot     bool
	NoDM    bool                // takes no direct messages of the bot
	Guilds  map[string][]string // roles by guild; a guild that is named is one that they are in
}

// DiscordRole is a role of a guild.
type DiscordRole struct{ ID, Name string }

// DiscordGuild is a server.
type DiscordGuild struct {
	ID, Name    string
	Locale      string // preferred_locale; default en-US
	Roles       []DiscordRole
	Unavailable bool // an outage: listed in READY, not created before [DiscordServer.Outage] ends
}

// DiscordChannel is a channel, a thread or a direct conversation.
type DiscordChannel struct {
	ID, Guild, Name string
	Kind            DiscordKind
	Parent          string   // of a thread: its channel
	Members         []string // people who see it (a DM or thread: who are in it); nil for everybody in the guild
	Deny            []string // permissions that the bot lacks here (VIEW_CHANNEL, SEND_MESSAGES, …)
	Allow           []string // permissions that the bot has here beyond the usual (MANAGE_THREADS, MANAGE_MESSAGES)
	Owner           string   // of a thread: who opened it
	Archived        bool
	Locked          bool
	AutoArchive     int // minutes
	Invitable       bool
	Opened          time.Time // of a thread

	archivedAt time.Time
	last       string // the newest message ever, or post of a forum
	sent       int
	joined     map[string]time.Time
}

// permissions that matter here, with their bits.
var discordPermissions = map[string]int64{
	"VIEW_CHANNEL": 1 << 10, "SEND_MESSAGES": 1 << 11, "MANAGE_MESSAGES": 1 << 13, "EMBED_LINKS": 1 << 14, "ATTACH_FILES": 1 << 15,
	"READ_MESSAGE_HISTORY": 1 << 16, "MENTION_EVERYONE": 1 << 17, "MANAGE_THREADS": 1 << 34, "CREATE_PUBLIC_THREADS": 1 << 35,
	"CREATE_PRIVATE_THREADS": 1 << 36, "SEND_MESSAGES_IN_THREADS": 1 << 38,
}

// unusual permissions are not part of the bot's role.
var unusual = []string{"MANAGE_MESSAGES", "MANAGE_THREADS"}

func bits(names []string) (n int64) {
	for _, name := range names {
		n |= discordPermissions[name]
	}
	return n
}

func usualBits() (n int64) {
	for name, bit := range discordPermissions {
		if !slices.Contains(unusual, name) {
			n |= bit
		}
	}
	return n
}

// AddUser adds or changes a person.
func (s *DiscordServer) AddUser(u DiscordUser) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustID(u.ID)
	s.users[u.ID] = &u
}

// AddGuild adds a server that the bot is in, or changes it; the app is told.
func (s *DiscordServer) AddGuild(g DiscordGuild) {
	if g.Locale == "" {
		g.Locale = "en-US"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustID(g.ID)
	_, known := s.guilds[g.ID]
	s.guilds[g.ID] = &g
	if !known {
		s.guildOrder = append(s.guildOrder, g.ID)
		s.emit(gatewayEvent{guild: g.ID, intent: intentGuilds, name: "GUILD_CREATE", data: s.guildEvent(&g)})
	}
}

// AddChannel adds or changes a channel or thread; the app is told where Discord does.
func (s *DiscordServer) AddChannel(c DiscordChannel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustID(c.ID)
	old := s.channels[c.ID]
	if old != nil {
		c.last, c.sent, c.joined = old.last, old.sent, old.joined
	}
	if c.Kind != DiscordDM && s.guilds[c.Guild] == nil {
		s.t.Errorf("bottest: channel %s is in no guild", c.ID)
	}
	if c.thread() && c.Opened.IsZero() {
		c.Opened = s.now()
	}
	s.put(&c)
	name := "CHANNEL_"
	if c.thread() {
		name = "THREAD_"
	}
	verb := "UPDATE"
	if old == nil {
		verb = "CREATE"
	}
	s.emitChannel(&c, name+verb)
}

// put keeps a channel; the lock is held.
func (s *DiscordServer) put(c *DiscordChannel) {
	if s.channels[c.ID] == nil {
		s.channelOrder = append(s.channelOrder, c.ID)
	}
	s.channels[c.ID] = c
	s.changedNow()
}

func (s *DiscordServer) mustID(id string) {
	if !isSnowflake(id) {
		s.t.Errorf("bottest: %q is no snowflake", id)
	}
}

// Channel gives the present state of a channel or thread; its ID is empty when it is gone.
func (s *DiscordServer) Channel(id string) DiscordChannel {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.channels[id]; c != nil {
		out := *c
		out.Members = slices.Clone(c.Members)
		return out
	}
	return DiscordChannel{}
}

// Threads lists the threads of a channel, oldest first.
func (s *DiscordServer) Threads(parent string) []DiscordChannel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []DiscordChannel
	for _, id := range s.channelOrder {
		if c := s.channels[id]; c != nil && c.thread() && c.Parent == parent {
			out = append(out, *c)
		}
	}
	return out
}

// DM gives the id of the user's direct conversation with the bot.
func (s *DiscordServer) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user).ID
}

func (s *DiscordServer) dm(user string) *DiscordChannel {
	for _, c := range s.channels {
		if c.Kind == DiscordDM && slices.Contains(c.Members, user) {
			return c
		}
	}
	c := &DiscordChannel{ID: s.snowflake(), Kind: DiscordDM, Members: []string{user}}
	s.put(c) // no event: Discord tells bots of no direct conversation before its first message
	return c
}

func (c *DiscordChannel) thread() bool {
	return c.Kind == DiscordPublicThread || c.Kind == DiscordPrivateThread || c.Kind == DiscordAnnouncementThread
}

// room is where permissions of c stand: the channel, or the parent of a thread.
func (s *DiscordServer) room(c *DiscordChannel) *DiscordChannel {
	if p := s.channels[c.Parent]; c.thread() && p != nil {
		return p
	}
	return c
}

// may tells whether the bot has a permission in c.
func (s *DiscordServer) may(c *DiscordChannel, permission string) bool {
	room := s.room(c)
	switch {
	case slices.Contains(room.Deny, permission), slices.Contains(c.Deny, permission):
		return false
	case slices.Contains(room.Allow, permission), slices.Contains(c.Allow, permission):
		return true
	}
	return !slices.Contains(unusual, permission)
}

// botSees tells whether the bot has the channel.
func (s *DiscordServer) botSees(c *DiscordChannel) bool {
	if c.Kind == DiscordDM {
		return true
	}
	inside := c.Kind != DiscordPrivateThread || slices.Contains(c.Members, DiscordBotUser) || s.may(c, "MANAGE_THREADS")
	return inside && s.may(c, "VIEW_CHANNEL")
}

// sees tells whether a person has the channel before them.
func (s *DiscordServer) sees(user string, c *DiscordChannel) bool {
	u := s.users[user]
	if u == nil || c == nil {
		return false
	}
	if c.Kind == DiscordDM {
		return slices.Contains(c.Members, user)
	}
	_, inGuild := u.Guilds[c.Guild]
	if c.Kind == DiscordPrivateThread && !slices.Contains(c.Members, user) {
		return false
	}
	room := s.room(c)
	return inGuild && (room.Members == nil || slices.Contains(room.Members, user))
}

// shardOf gives the shard that hears of a guild; direct messages come to the first.
func shardOf(guild string, shards int) int {
	n := int64(0)
	for _, r := range strings.TrimSpace(guild) {
		n = n*10 + int64(r-'0')
	}
	return int((n >> 22) % int64(max(shards, 1)))
}
