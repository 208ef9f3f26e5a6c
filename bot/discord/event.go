package discord

import (
	"context"
	"slices"
	"time"

	"firstline/bot"
)

// sighting is what is remembered of a message: who wrote it, where it was taken to, which edit of it was seen.
type sighting struct {
	user   string
	addr   bot.Address // zero: it was left alone
	edited string
}

// heard handles what was said. live is false for what is read again after a gap. Its error says that the message is
// not stored yet: it is tried again, and nothing later of the same channel comes before it.
func (c *Client) heard(ctx context.Context, m message, live bool) error {
	self, err := c.me(ctx)
	if err != nil {
		return err
	}
	if why := foreign(m, self); why != "" {
		c.seen.put(m.ID, sighting{user: m.Author.ID})
		c.ignore(why)
		return nil
	}
	at, ok, err := c.placeOf(ctx, m)
	if err != nil || !ok {
		return err
	}
	taken, err := c.admits(ctx, at, m, self)
	if err != nil {
		return err
	}
	if !taken {
		c.seen.put(m.ID, sighting{user: m.Author.ID})
		return nil
	}
	if at, err = c.seclude(ctx, at, m, live); err != nil {
		return err
	}
	in := bot.Inbound{ID: "msg:" + m.ID, Kind: bot.KindMessage, At: moment(m.ID), MessageID: m.ID}
	at.fill(&in)
	c.readText(&in, m, self)
	if at.top() && in.Address.Thread == m.ID {
		c.titles.put(m.ID, firstWords(in.Text, maxThreadName))
	}
	if err := c.take(ctx, in); err != nil {
		return err
	}
	c.seen.put(m.ID, sighting{user: m.Author.ID, addr: in.Address, edited: m.Edited})
	return nil
}

// edited handles a change of what was said.
func (c *Client) edited(ctx context.Context, m message) error {
	self, err := c.me(ctx)
	if err != nil {
		return err
	}
	why := foreign(m, self)
	switch {
	case m.Edited == "" || m.Content == nil:
		why = "unfurl" // a preview, a thread that was opened on it
	case m.Author.ID == "":
		why = "no_author"
	}
	if why != "" {
		c.ignore(why)
		return nil
	}
	at, ok, err := c.placeOf(ctx, m)
	if err != nil || !ok {
		return err
	}
	at = c.whereItWent(at, m.ID)
	if at.surface == bot.SurfaceMention && !c.meant(m, self) && !c.cfg.Known(at.addr) {
		c.ignore("not_for_us")
		return nil
	}
	if at.side == bot.SideDesk {
		if engineer, err := c.engineer(ctx, at.addr.Space, m.Author.ID, m.Member); err != nil || !engineer {
			return err
		}
	}
	in := bot.Inbound{ID: "edit:" + m.ID + ":" + m.Edited, Kind: bot.KindEdit, At: c.cfg.Now().UTC(), MessageID: m.ID}
	if t, err := time.Parse(time.RFC3339, m.Edited); err == nil {
		in.At = t.UTC()
	}
	at.fill(&in)
	c.readText(&in, m, self)
	if err := c.take(ctx, in); err != nil {
		return err
	}
	c.seen.put(m.ID, sighting{user: m.Author.ID, addr: in.Address, edited: m.Edited})
	return nil
}

// deleted handles a message that was taken away. Discord tells no more than its id; who wrote it is
// known as long as it is remembered.
func (c *Client) deleted(ctx context.Context, channel, guild, id string) error {
	self, err := c.me(ctx)
	if err != nil {
		return err
	}
	was, remembered := c.seen.get(id)
	if remembered && (was.user == self.user || was.addr == bot.Address{}) {
		c.ignore("not_for_us")
		return nil
	}
	at, ok, err := c.placeOf(ctx, message{ID: id, Channel: channel, Guild: guild})
	if err != nil || !ok {
		return err
	}
	at = c.whereItWent(at, id)
	if at.surface == bot.SurfaceMention && !c.cfg.Known(at.addr) {
		c.ignore("not_for_us")
		return nil
	}
	in := bot.Inbound{ID: "del:" + id, Kind: bot.KindDelete, At: c.cfg.Now().UTC(), MessageID: id, Person: bot.Person{ID: was.user}}
	at.fill(&in)
	return c.take(ctx, in)
}

// placeOf finds where a message stands; ok is false where nothing can be.
func (c *Client) placeOf(ctx context.Context, m message) (at place, ok bool, err error) {
	at, err = c.place(ctx, m.Channel, m.Guild, m.ID)
	switch {
	case err != nil && hopeless(err):
		c.log.Warn("channel not readable", "channel", m.Channel, "err", err)
		c.ignore("channel")
		return place{}, false, nil
	case err != nil:
		return place{}, false, err
	case !at.room.spoken():
		c.ignore("kind")
		return place{}, false, nil
	case m.Type == typeReply:
		at = c.quoting(at, m)
	}
	return at, true, nil
}

// hopeless tells whether trying again will not help.
func hopeless(err error) bool {
	class := bot.ClassOf(err)
	return class == bot.ClassGone || class == bot.ClassAuth || class == bot.ClassInvalid
}

// quoting takes a reply that somebody wrote at the top level of a channel to the conversation that it
// replies to: many people never open the thread.
func (c *Client) quoting(at place, m message) place {
	if !at.top() || m.Reference == nil || m.Reference.Message == "" || firstOf(m.Reference.Channel, m.Channel) != m.Channel {
		return at
	}
	to := c.whereItWent(at, m.Reference.Message)
	if to.addr.Thread == m.ID {
		to.addr.Thread = m.Reference.Message
	}
	if c.cfg.Known(to.addr) {
		return to
	}
	return at
}

// whereItWent gives the conversation that a message was taken to before.
func (c *Client) whereItWent(at place, id string) place {
	if was, ok := c.seen.get(id); ok && was.addr.Channel == at.addr.Channel {
		at.addr = was.addr
	} else if thread, ok := c.roomOf(at.parent.ID, id); ok && at.top() {
		at.addr.Thread = thread
	}
	return at
}

// admits tells whether a message is for us.
func (c *Client) admits(ctx context.Context, at place, m message, self identity) (bool, error) {
	why := ""
	switch {
	case at.side == bot.SideDesk:
		engineer, err := c.engineer(ctx, at.addr.Space, m.Author.ID, m.Member)
		if err != nil {
			return false, err
		}
		if !engineer {
			why = "role"
			c.tellRole(ctx, at, m)
		}
	case at.surface == bot.SurfaceMention && !c.meant(m, self):
		inConversation := (at.room.isThread() || at.addr.Thread != m.ID) && c.cfg.Known(at.addr)
		if !inConversation {
			why = "not_for_us"
		}
	}
	if why != "" {
		c.ignore(why)
	}
	return why == "", nil
}

// meant tells whether a message calls the bot: by its name, by its role of the same name, or by answering it.
func (c *Client) meant(m message, self identity) bool {
	role := c.places.guild(m.Guild).Own
	return slices.ContainsFunc(m.Mentions, func(u user) bool { return u.ID == self.user }) || role != "" && slices.Contains(m.MentionRoles, role)
}

// take stores in.
func (c *Client) take(ctx context.Context, in bot.Inbound) error {
	if err := c.cfg.Acceptor.Accept(ctx, in); err != nil {
		if ctx.Err() == nil {
			c.cfg.Metrics.Refused("accept")
			c.log.Error("event not stored", "event", in.ID, "err", err)
		}
		return err
	}
	c.cfg.Metrics.Received(string(in.Kind))
	return nil
}

func (c *Client) ignore(reason string) { c.cfg.Metrics.Ignored(reason) }
