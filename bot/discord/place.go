package discord

import (
	"context"
	"strings"
	"sync"

	"firstline/bot"
)

// Types of channels, with Discord's numbers.
const (
	kindText          = 0
	kindDM            = 1
	kindAnnouncement  = 5
	kindNewsThread    = 10
	kindPublicThread  = 11
	kindPrivateThread = 12
	kindForum         = 15
	kindMedia         = 16
)

// channel is a channel, thread or direct conversation, as far as it is needed.
type channel struct {
	ID     string `json:"id"`
	Guild  string `json:"guild_id"`
	Name   string `json:"name"`
	Kind   int    `json:"type"`
	Parent string `json:"parent_id"`
	Owner  string `json:"owner_id"`
	Last   string `json:"last_message_id"`
	Flags  int    `json:"flags"`
	New    bool   `json:"newly_created"`
	Thread *struct {
		Archived bool `json:"archived"`
		Locked   bool `json:"locked"`
	} `json:"thread_metadata"`
	Tags       []tag       `json:"available_tags"`
	Overwrites []overwrite `json:"permission_overwrites"`
}

// tag marks posts of a forum.
type tag struct {
	ID        string `json:"id"`
	Moderated bool   `json:"moderated"`
}

const flagRequireTag = 1 << 4 // of a forum: a post needs a tag

func (ch channel) isThread() bool {
	return ch.Kind == kindNewsThread || ch.Kind == kindPublicThread || ch.Kind == kindPrivateThread
}

func (ch channel) isForum() bool { return ch.Kind == kindForum || ch.Kind == kindMedia }

// spoken tells whether the conversations of this program can live in ch.
func (ch channel) spoken() bool {
	return ch.Kind == kindText || ch.Kind == kindDM || ch.Kind == kindAnnouncement || ch.isThread() || ch.isForum()
}

// archived tells whether ch was archived when it was last heard of.
func (ch channel) archived() bool { return ch.Thread != nil && ch.Thread.Archived }

// guild is a guild, as far as it is needed.
type guild struct {
	ID     string
	Locale string
	Roles  map[string]string // names by id
	Own    string            // the role that Discord made for the bot
}

// places is what the gateway told of guilds, channels and threads. Archived threads and direct
// conversations are not told of; they are asked for when they matter.
type places struct {
	mu       sync.Mutex
	channels map[string]channel
	guilds   map[string]guild
}

func newPlaces() *places {
	return &places{channels: map[string]channel{}, guilds: map[string]guild{}}
}

func (p *places) channel(id string) (channel, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ch, ok := p.channels[id]
	return ch, ok
}

func (p *places) guild(id string) guild {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.guilds[id]
}

func (p *places) put(list ...channel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ch := range list {
		if old, known := p.channels[ch.ID]; known {
			ch.Guild, ch.Parent = firstOf(ch.Guild, old.Guild), firstOf(ch.Parent, old.Parent)
		}
		p.channels[ch.ID] = ch
	}
}

func (p *places) putGuild(g guild) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.guilds[g.ID] = g
}

func (p *places) drop(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.channels, id)
}

// reset puts what a guild has in place of what it had: a thread that was archived meanwhile is not told of any more.
func (p *places) reset(guildID string, list []channel) {
	p.dropChannels(guildID)
	p.put(list...)
}

func (p *places) dropChannels(guildID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, ch := range p.channels {
		if ch.Guild == guildID {
			delete(p.channels, id)
		}
	}
}

// dropGuild forgets a guild that the bot was taken out of.
func (p *places) dropGuild(id string) {
	p.dropChannels(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.guilds, id)
}

// threadNamed finds a thread of parent by the end of its name.
func (p *places) threadNamed(parent, suffix string) (channel, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ch := range p.channels {
		if ch.Parent == parent && ch.Kind == kindPrivateThread && strings.HasSuffix(ch.Name, suffix) {
			return ch, true
		}
	}
	return channel{}, false
}

// threadsOf lists the threads of a channel.
func (p *places) threadsOf(parent string) []channel {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []channel
	for _, ch := range p.channels {
		if ch.Parent == parent && ch.isThread() {
			out = append(out, ch)
		}
	}
	return out
}

// lookup gives a channel: from what the gateway told, else from Discord.
func (c *Client) lookup(ctx context.Context, id string) (channel, error) {
	if ch, ok := c.places.channel(id); ok {
		return ch, nil
	}
	return c.fetchChannel(ctx, id)
}

func (c *Client) fetchChannel(ctx context.Context, id string) (channel, error) {
	var ch channel
	err := c.do(ctx, call{name: "get_channel", method: "GET", path: "channels/" + id, bucket: "get " + id}, &ch)
	if err == nil {
		c.places.put(ch)
	}
	return ch, err
}

// place is where something happened and what that means.
type place struct {
	addr     bot.Address
	surface  bot.Surface
	side     bot.Side
	customer string
	room     channel // the channel or thread itself
	parent   channel // the thread's channel, else the same
}

func (p place) fill(in *bot.Inbound) {
	in.Address, in.Surface, in.Side, in.Customer = p.addr, p.surface, p.side, p.customer
}

// top tells whether it happened at the top level of a channel that has threads.
func (p place) top() bool { return !p.room.isThread() && p.room.Kind != kindDM }

// place routes what happened in a channel to its conversation; message is what would open one at the
// channel's top level.
func (c *Client) place(ctx context.Context, id, guildID, message string) (place, error) {
	room, err := c.lookup(ctx, id)
	if err != nil {
		return place{}, err
	}
	room.Guild = firstOf(room.Guild, guildID)
	parent := room
	if room.isThread() {
		if parent, err = c.lookup(ctx, room.Parent); err != nil {
			return place{}, err
		}
	}
	return c.placed(room, parent, message), nil
}

// placed is place when the channels are known.
func (c *Client) placed(room, parent channel, message string) place {
	p := place{room: room, parent: parent, side: bot.SideCustomer, surface: bot.SurfaceMention}
	p.addr = bot.Address{Platform: Platform, Space: room.Guild, Channel: parent.ID, Thread: message}
	if room.isThread() {
		p.addr.Thread = room.ID
	}
	customer, ours := c.cfg.CustomerOf(room.Guild, parent.ID)
	switch {
	case parent.ID == c.cfg.Desk:
		p.side, p.surface = bot.SideDesk, bot.SurfaceDesk
	case room.Kind == kindDM:
		p.surface, p.addr.Thread, p.addr.Space = bot.SurfaceDirect, "", ""
	case ours:
		p.surface, p.customer = bot.SurfaceChannel, customer
	}
	return p
}

// ours tells whether everything that is said in a channel is for us.
func (c *Client) ours(guildID, channelID string) bool {
	_, customers := c.cfg.CustomerOf(guildID, channelID)
	return customers || channelID == c.cfg.Desk
}

// caseOf gives the case of a conversation.
func (c *Client) caseOf(at bot.Address) (string, bool) {
	if c.cfg.CaseOf == nil {
		return "", false
	}
	return c.cfg.CaseOf(at)
}
