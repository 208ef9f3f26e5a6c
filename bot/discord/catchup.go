package discord

import (
	"context"
	"errors"
	"time"

	"firstline/bot"
)

// pause waits before something is tried again: as long as Discord asks for, else longer from failure to failure.
func (c *Client) pause(ctx context.Context, failures int, err error) error {
	if se, ok := errors.AsType[*bot.SendError](err); ok && se.Class == bot.ClassLimited {
		return sleep(ctx, max(se.After, 10*time.Millisecond))
	}
	return c.times.retry.wait(ctx, failures)
}

// catchUp reads a place from its mark to its end, oldest first, as if it were said now. The message of the
// mark is read once more, for an edit of it. An error says that it must be read again, from where the mark
// has got to.
func (c *Client) catchUp(ctx context.Context, id string) error {
	mark, ok := c.marks.get(id)
	if !ok {
		return nil
	}
	guildID, known := "", false
	for after := before(mark); ; {
		page, err := c.page(ctx, id, "after="+after, pageSize)
		if err != nil {
			return c.unreadable(id, err)
		}
		for _, m := range page {
			after = m.ID
			if !known && (newer(m.ID, mark) || m.Edited != "") { // messages do not tell it when they are asked for
				room, err := c.lookup(ctx, id)
				if err != nil {
					return c.unreadable(id, err)
				}
				guildID, known = room.Guild, true
			}
			m.Guild = guildID
			if err := c.again(ctx, m, mark); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// unreadable sorts failures of a reading: what will not get better is given up.
func (c *Client) unreadable(id string, err error) error {
	switch {
	case err == nil:
		return nil
	case isCode(err, 10003):
		c.marks.forget(id)
		c.places.drop(id)
		return nil
	case hopeless(err):
		c.log.Error("channel cannot be read", "channel", id, "err", err)
		return nil
	}
	return err
}

// again handles a message that was read again.
func (c *Client) again(ctx context.Context, m message, mark string) error {
	was, known := c.seen.get(m.ID)
	if known && m.Edited != "" && m.Edited != was.edited && was.addr != (bot.Address{}) {
		if err := c.edited(ctx, m); err != nil {
			return err
		}
	}
	if !newer(m.ID, mark) {
		return nil
	}
	if err := c.heard(ctx, m, false); err != nil {
		return err
	}
	c.passed(m)
	return nil
}

// passed moves the mark over a message that was handled, where marks are kept: in channels of ours, in conversations
// elsewhere, and where the bot has once been called.
func (c *Client) passed(m message) {
	_, marked := c.marks.get(m.Channel)
	was, _ := c.seen.get(m.ID)
	if !marked && was.addr == (bot.Address{}) {
		ch, _ := c.places.channel(m.Channel)
		if m.Guild == "" || !c.ours(m.Guild, firstOf(parentOf(ch), m.Channel)) {
			return
		}
	}
	c.marks.advance(m.Channel, m.ID)
}

// parentOf gives the channel of a thread, and nothing for a channel, whose parent is a category.
func parentOf(ch channel) string {
	if ch.isThread() {
		return ch.Parent
	}
	return ""
}

// plan decides, when a guild is told of after a gap or for the first time, what of it must be read:
// channels with something newer than their mark. A channel that was never seen begins at its last message,
// because its history opens no cases; for a thread see [feed.unseen].
func (f *feed) plan(g guildEvent, shard int) {
	c := f.client
	old := map[string]string{} // marks before this plan
	for _, ch := range g.Channels {
		if id, ok := c.marks.get(ch.ID); ok {
			old[ch.ID] = id
		}
	}
	waits := map[string]chan struct{}{}
	for _, ch := range g.Channels {
		if ch.spoken() && !ch.isForum() && (old[ch.ID] != "" || c.ours(g.ID, ch.ID)) {
			c.marks.begin(ch.ID, firstOf(ch.Last, "0"))
			if wait := f.catch(ch, shard, nil); wait != nil {
				waits[ch.ID] = wait
			}
		}
	}
	for _, t := range g.Threads {
		_, marked := c.marks.get(t.ID)
		if !marked && !c.ours(g.ID, t.Parent) {
			continue
		}
		if mark, ok := old[t.Parent]; ok && newer(t.ID, mark) {
			c.marks.begin(t.ID, before(t.ID))
		}
		if _, begun := c.marks.get(t.ID); begun {
			f.catch(t, shard, waits[t.Parent])
		} else {
			f.whole(shard, t.ID)
			f.add(t.ID, f.unseen(t, waits[t.Parent]))
		}
	}
	for _, ch := range g.Channels { // a forum's messages are its posts
		if ch.isForum() && c.ours(g.ID, ch.ID) {
			c.marks.advance(ch.ID, firstOf(ch.Last, "0"))
		}
	}
}

// unseen is a job that begins a thread without a mark. One that is younger than its channel's mark was begun in the
// gap and is read from its first message; so is one with a conversation of ours, whose mark was not written before a
// crash. Any other is history.
func (f *feed) unseen(t channel, after chan struct{}) job {
	c, read := f.client, f.reading(t.ID, after)
	whole := read.run
	read.run = func(ctx context.Context) error {
		if !c.cfg.Known(bot.Address{Platform: Platform, Space: t.Guild, Channel: t.Parent, Thread: t.ID}) {
			c.marks.begin(t.ID, firstOf(t.Last, before(t.ID)))
			return nil
		}
		c.marks.begin(t.ID, before(t.ID))
		return whole(ctx)
	}
	return read
}

// catch has a place read when something in it is newer than its mark. What it gives is closed when that is done.
func (f *feed) catch(ch channel, shard int, after chan struct{}) chan struct{} {
	mark, _ := f.client.marks.get(ch.ID)
	f.whole(shard, ch.ID)
	if !newer(ch.Last, mark) {
		return nil
	}
	j, read := f.reading(ch.ID, after), make(chan struct{})
	j.done = func() { close(read) }
	f.add(ch.ID, j)
	return read
}

// session notes that a shard has begun a new session, with these guilds: everything may have a gap.
func (f *feed) session(shard int, guilds []string) {
	f.mu.Lock()
	f.started++
	f.since[shard] = f.started
	f.missing[shard] = map[string]bool{}
	for _, id := range guilds {
		f.missing[shard][id] = true
	}
	ctx, since := f.ctx, f.started
	f.mu.Unlock()
	f.told(shard, "")
	f.wg.Go(func() { // a guild that is down is told of when it is up again
		if sleep(ctx, f.client.times.guilds) == nil {
			f.mu.Lock()
			late := f.since[shard] == since && len(f.missing[shard]) > 0
			if late {
				f.missing[shard] = nil
			}
			f.mu.Unlock()
			if late {
				f.strays(shard)
			}
		}
	})
}

// told notes that a shard was told of a guild. When all shards were told of all of theirs, the places of
// which nobody tells, direct conversations and threads that were archived meanwhile, are looked at.
func (f *feed) told(shard int, guildID string) {
	f.mu.Lock()
	delete(f.missing[shard], guildID)
	complete := len(f.missing) >= f.shards
	for _, guilds := range f.missing {
		complete = complete && len(guilds) == 0
	}
	f.mu.Unlock()
	if complete {
		f.strays(shard)
	}
}

// strays reads places of which nobody tells.
func (f *feed) strays(shard int) {
	f.client.marks.prune(func(id string) bool {
		_, known := f.client.places.channel(id)
		return known
	})
	f.mu.Lock()
	since := f.since[shard]
	f.mu.Unlock()
	for _, id := range f.client.marks.recent() {
		f.mu.Lock()
		seen := f.read[id] >= since
		f.mu.Unlock()
		ch, known := f.client.places.channel(id)
		if !seen && (!known || ch.Kind == kindDM) {
			f.add(id, f.reading(id, nil))
			f.whole(shard, id)
		}
	}
}

// live hands over an event of a channel as it happens. Where a session has begun since the channel was
// last without a gap, it is read first.
func (f *feed) live(shard int, id string, j job) {
	var jobs []job
	_, marked := f.client.marks.get(id)
	f.mu.Lock()
	gap := marked && f.read[id] < f.since[shard]
	f.mu.Unlock()
	if gap {
		jobs = append(jobs, f.reading(id, nil))
	}
	f.whole(shard, id)
	f.add(id, append(jobs, j)...)
}

// whole notes that nothing of a place was missed: it has just been made.
func (f *feed) whole(shard int, id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.read != nil {
		f.read[id] = f.since[shard]
	}
}

// said hands over a new message. What is said in a thread waits for the message that the thread belongs to.
func (f *feed) said(shard int, m message) {
	stored := make(chan struct{})
	f.mu.Lock()
	after := f.roots[m.Channel]
	if f.roots != nil {
		f.roots[m.ID] = stored
	}
	f.mu.Unlock()
	f.live(shard, m.Channel, job{
		message: true, after: after,
		run: func(ctx context.Context) error {
			err := f.client.heard(ctx, m, true)
			if err == nil {
				f.client.passed(m)
			}
			return err
		},
		done: func() {
			f.mu.Lock()
			delete(f.roots, m.ID)
			f.mu.Unlock()
			close(stored)
		},
	})
}
