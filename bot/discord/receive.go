package discord

import (
	"context"
	"encoding/json"
	"slices"
)

// guildEvent is a guild as the gateway tells it when a session begins, or the bot is invited.
type guildEvent struct {
	ID     string `json:"id"`
	Locale string `json:"preferred_locale"`
	Gone   bool   `json:"unavailable"`
	Roles  []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Tags struct {
			Bot string `json:"bot_id"`
		} `json:"tags"`
	} `json:"roles"`
	Channels []channel `json:"channels"`
	Threads  []channel `json:"threads"`
}

type readyEvent struct {
	User        user `json:"user"`
	Application struct {
		ID string `json:"id"`
	} `json:"application"`
	Guilds []struct {
		ID string `json:"id"`
	} `json:"guilds"`
}

// receive handles one event of the gateway. It runs in the goroutine that reads the connection, with
// discordgo's locks held: it notes and hands over, and never waits.
func (c *Client) receive(shard int, name string, raw []byte) {
	if c.feed.running().Err() != nil { // it has ended: what happens now is read at the next start
		return
	}
	var err error
	switch name {
	case "READY":
		err = c.ready(shard, raw)
	case "GUILD_CREATE", "GUILD_UPDATE":
		err = c.guildTold(shard, name, raw)
	case "GUILD_DELETE":
		var g guildEvent
		if err = json.Unmarshal(raw, &g); err == nil && !g.Gone {
			c.places.dropGuild(g.ID)
		}
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE", "CHANNEL_DELETE", "THREAD_DELETE":
		err = c.channelTold(shard, name, raw)
	case "THREAD_LIST_SYNC":
		var list guildEvent
		if err = json.Unmarshal(raw, &list); err == nil {
			c.places.put(list.Threads...)
		}
	case "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":
		err = c.messageTold(shard, name, raw)
	case "INTERACTION_CREATE":
		var i interaction
		if err = json.Unmarshal(raw, &i); err == nil {
			c.talks.Go(func() { c.interact(i) })
		}
	}
	if err != nil {
		c.cfg.Metrics.Refused("junk")
		c.log.Warn("unreadable event", "event", name)
	}
}

func (c *Client) ready(shard int, raw []byte) error {
	var r readyEvent
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	if r.User.ID != "" && r.Application.ID != "" {
		c.setSelf(identity{user: r.User.ID, app: r.Application.ID})
	}
	var guilds []string
	for _, g := range r.Guilds {
		guilds = append(guilds, g.ID)
	}
	c.feed.session(shard, guilds)
	return nil
}

func (c *Client) guildTold(shard int, event string, raw []byte) error {
	var g guildEvent
	if err := json.Unmarshal(raw, &g); err != nil {
		return err
	}
	if g.Gone {
		return nil
	}
	known := guild{ID: g.ID, Locale: g.Locale, Roles: map[string]string{}}
	self := c.whoAmI()
	for _, r := range g.Roles {
		known.Roles[r.ID] = r.Name
		if r.Tags.Bot != "" && r.Tags.Bot == self.user {
			known.Own = r.ID
		}
	}
	c.places.putGuild(known)
	if event != "GUILD_CREATE" {
		return nil
	}
	for _, list := range [][]channel{g.Channels, g.Threads} {
		for i := range list {
			list[i].Guild = g.ID // it stands outside
		}
	}
	c.places.reset(g.ID, slices.Concat(g.Channels, g.Threads))
	c.feed.plan(g, shard)
	c.feed.told(shard, g.ID)
	return nil
}

// whoAmI is me without asking.
func (c *Client) whoAmI() identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.self
}

func (c *Client) channelTold(shard int, event string, raw []byte) error {
	var ch channel
	if err := json.Unmarshal(raw, &ch); err != nil {
		return err
	}
	switch {
	case event == "CHANNEL_DELETE", event == "THREAD_DELETE":
		c.places.drop(ch.ID)
		c.marks.forget(ch.ID)
	case ch.archived(): // it is asked for again when something happens in it
		c.places.drop(ch.ID)
	default:
		c.places.put(ch)
	}
	if event == "CHANNEL_CREATE" || ch.New {
		c.feed.whole(shard, ch.ID)
	}
	switch event {
	case "CHANNEL_CREATE":
		if ch.spoken() && c.ours(ch.Guild, ch.ID) {
			c.marks.begin(ch.ID, firstOf(ch.Last, "0"))
		}
	case "THREAD_CREATE": // also when the bot is let into one that is old
		if c.ours(ch.Guild, ch.Parent) {
			c.marks.begin(ch.ID, before(ch.ID))
			if parent, _ := c.places.channel(ch.Parent); parent.isForum() {
				c.marks.advance(parent.ID, ch.ID)
			}
		}
	}
	return nil
}

func (c *Client) messageTold(shard int, event string, raw []byte) error {
	if event == "MESSAGE_DELETE" || event == "MESSAGE_DELETE_BULK" {
		var gone struct {
			ID      string   `json:"id"`
			IDs     []string `json:"ids"`
			Channel string   `json:"channel_id"`
			Guild   string   `json:"guild_id"`
		}
		if err := json.Unmarshal(raw, &gone); err != nil {
			return err
		}
		c.direct(gone.Channel, gone.Guild)
		if gone.ID != "" {
			gone.IDs = append(gone.IDs, gone.ID)
		}
		for _, id := range gone.IDs {
			c.feed.live(shard, gone.Channel, job{run: func(ctx context.Context) error { return c.deleted(ctx, gone.Channel, gone.Guild, id) }})
		}
		return nil
	}
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	c.direct(m.Channel, m.Guild)
	if event == "MESSAGE_UPDATE" {
		c.feed.live(shard, m.Channel, job{run: func(ctx context.Context) error { return c.edited(ctx, m) }})
		return nil
	}
	c.people.lasts.put(m.Channel+" "+m.Author.ID, m.ID)
	c.feed.said(shard, m)
	return nil
}

// direct notes a direct conversation: it is the only place without a guild, and Discord announces none.
func (c *Client) direct(id, guildID string) {
	if guildID != "" || id == "" {
		return
	}
	if _, known := c.places.channel(id); !known {
		c.places.put(channel{ID: id, Kind: kindDM})
	}
}
