package discord

import (
	"context"
	"strconv"

	"firstline/bot"
)

const (
	maxThreadName = 60
	maxPostTitle  = 100
	autoArchive   = 10080 // minutes: seven days
)

type threadBody struct {
	Name        string       `json:"name"`
	AutoArchive int          `json:"auto_archive_duration"`
	Type        int          `json:"type,omitempty"`
	Invitable   *bool        `json:"invitable,omitempty"`
	Tags        []string     `json:"applied_tags,omitempty"`
	Message     *messageBody `json:"message,omitempty"`
}

// into gives the channel or thread in which a message for to is written, and opens the thread of a top-level
// message when it has none yet.
func (c *Client) into(ctx context.Context, to bot.Address) (string, error) {
	if to.Thread == "" {
		return to.Channel, nil
	}
	if _, known := c.places.channel(to.Thread); known {
		return to.Thread, nil
	}
	parent, err := c.lookup(ctx, to.Channel)
	if err != nil {
		return "", err
	}
	if !parent.isForum() {
		title, _ := c.titles.get(to.Thread)
		err := c.openThread(ctx, to, title)
		if err == nil || !isCode(err, 10008) {
			return to.Thread, err
		}
	}
	// A forum's post; a private thread; or the message is gone and its thread is still there.
	_, err = c.fetchChannel(ctx, to.Thread)
	return to.Thread, err
}

// openThread opens the thread of a top-level message; one that is open already is as good.
func (c *Client) openThread(ctx context.Context, to bot.Address, title string) error {
	if title == "" {
		title = c.titleOf(ctx, to)
	}
	path := "channels/" + to.Channel + "/messages/" + to.Thread + "/threads"
	made := channel{ID: to.Thread, Guild: to.Space, Parent: to.Channel, Kind: kindPublicThread}
	err := c.do(ctx, call{
		name: "create_thread_from_message", method: "POST", path: path, bucket: "threads " + to.Channel,
		body: threadBody{Name: title, AutoArchive: autoArchive},
	}, &made)
	if err != nil && !isCode(err, 160004) {
		return err
	}
	c.places.put(made)
	c.marks.begin(made.ID, before(made.ID)) // what is said in it is read again after a gap
	return nil
}

// titleOf names a thread after the message that it is opened on.
func (c *Client) titleOf(ctx context.Context, to bot.Address) string {
	var m message
	title := ""
	err := c.getMessage(ctx, to.Channel, to.Thread, &m)
	if err == nil {
		g := c.places.guild(to.Space)
		title = firstWords(c.plainText(m, g, identity{}), maxThreadName)
	}
	return firstOf(title, label(c.text(c.places.guild(to.Space).Locale, "discord.thread.name", nil), maxThreadName))
}

// archive closes a thread, or opens it again.
func (c *Client) archive(ctx context.Context, thread string, archived bool) error {
	return c.do(ctx, call{
		name: "update_channel", method: "PATCH", path: "channels/" + thread, bucket: "patch " + thread, body: map[string]bool{"archived": archived},
	}, nil)
}

// opened runs f and, when it finds the thread archived, once more with the thread open.
func (c *Client) opened(ctx context.Context, thread string, f func() error) error {
	err := f()
	if !isCode(err, 50083) {
		return err
	}
	if err := c.archive(ctx, thread, false); err != nil {
		return err
	}
	return f()
}

// holder gives the channel or thread in which the message id of the conversation to stands: a message whose id is
// the thread's stands above a text channel's thread, and inside a forum's.
func (c *Client) holder(ctx context.Context, to bot.Address, id string) (string, error) {
	if to.Thread != "" && to.Thread != id {
		return to.Thread, nil
	}
	parent, err := c.lookup(ctx, to.Channel)
	if err != nil {
		return "", err
	}
	if parent.isForum() {
		return id, nil
	}
	return to.Channel, nil
}

// roomSuffix ends the name of a private thread, so that the message that asked for it can be told from it.
func roomSuffix(id string) string {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return " · " + id
	}
	return " · " + strconv.FormatUint(n, 36)
}

// wish is what asks for a private thread: a message or a command.
type wish struct {
	id     string // of the message or interaction
	user   string
	title  string
	author string // whose words open the thread
	text   string
	files  []bot.File
	again  bool // it may have been granted before
}

// secluded tells whether a new conversation at this place is to be a private thread. Forums and
// announcement channels can have none.
func (c *Client) secluded(at place) bool {
	return at.top() && at.side == bot.SideCustomer && at.parent.Kind == kindText && c.cfg.Private(at.addr.Space, at.parent.ID)
}

// seclude takes a new conversation into a private thread where that is asked for. The thread must be there before
// the event is stored, because its id is the conversation's address.
func (c *Client) seclude(ctx context.Context, at place, m message, live bool) (place, error) {
	if at.addr.Thread != m.ID || !c.secluded(at) {
		return at, nil
	}
	self, err := c.me(ctx)
	if err != nil {
		return at, err
	}
	var in bot.Inbound
	c.readText(&in, m, self)
	thread, _, err := c.room(ctx, at, wish{
		id: m.ID, user: m.Author.ID, title: firstWords(in.Text, maxThreadName), author: firstOf(in.Person.Name, m.Author.ID), text: in.Text,
		files: in.Files, again: !live,
	})
	if err != nil {
		return at, err
	}
	at.addr.Thread = thread
	return at, nil
}

// room gives the private thread of a wish and the message that opens it, made at the first time and found
// at every other.
func (c *Client) room(ctx context.Context, at place, w wish) (thread, first string, err error) {
	if known, _ := c.rooms.get(w.id); known != "" {
		return known, "", nil
	}
	suffix := roomSuffix(w.id)
	_, tried := c.rooms.get(w.id)
	ch, found := c.places.threadNamed(at.parent.ID, suffix)
	if !found && (w.again || tried) {
		if err := c.activeThreads(ctx, at.addr.Space); err != nil {
			return "", "", err
		}
		ch, found = c.places.threadNamed(at.parent.ID, suffix)
	}
	if !found {
		c.rooms.put(w.id, "") // from here on it may be there
		if ch, err = c.openRoom(ctx, at, w.title, suffix); err != nil {
			return "", "", err
		}
	}
	c.marks.begin(ch.ID, before(ch.ID))
	if first, err = c.furnish(ctx, at, ch, w, found); err != nil {
		return "", "", err
	}
	c.rooms.put(w.id, ch.ID)
	return ch.ID, first, nil
}

func (c *Client) openRoom(ctx context.Context, at place, title, suffix string) (channel, error) {
	title = firstOf(title, c.text(c.places.guild(at.addr.Space).Locale, "discord.thread.name", nil))
	invitable := false
	var ch channel
	err := c.do(ctx, call{
		name: "create_thread", method: "POST", path: "channels/" + at.parent.ID + "/threads", bucket: "threads " + at.parent.ID,
		body: threadBody{Name: label(title, maxPostTitle-len(suffix)) + suffix, AutoArchive: autoArchive, Type: kindPrivateThread, Invitable: &invitable},
	}, &ch)
	if err == nil {
		c.places.put(ch)
	}
	return ch, err
}

// furnish brings the person into a private thread and repeats their words in it, unless an earlier attempt did.
func (c *Client) furnish(ctx context.Context, at place, ch channel, w wish, found bool) (first string, err error) {
	path := "channels/" + ch.ID + "/thread-members/" + w.user
	err = c.do(ctx, call{name: "add_thread_member", method: "PUT", path: path, bucket: "member " + ch.ID}, nil)
	if err != nil && !hopeless(err) {
		return "", err
	}
	if err != nil { // who has left cannot be brought in
		c.log.Warn("person not added to their thread", "thread", ch.ID, "user", w.user, "err", err)
	}
	if found {
		if first, err = c.firstOwn(ctx, ch.ID); err != nil || first != "" {
			return first, err
		}
	}
	to := at.addr
	to.Thread = ch.ID
	rec, err := c.Send(ctx, bot.Outbound{ID: "room:" + w.id, At: moment(w.id), To: to, Author: w.author, Text: w.text, Files: w.files})
	return rec.MessageID, err
}

// firstOwn gives the first message of ours at the beginning of a thread, or "".
func (c *Client) firstOwn(ctx context.Context, thread string) (string, error) {
	self, err := c.me(ctx)
	if err != nil {
		return "", err
	}
	page, err := c.page(ctx, thread, "after=0", 10)
	if err != nil {
		return "", err
	}
	for _, m := range page {
		if m.Author.ID == self.user && m.Type == typeDefault {
			return m.ID, nil
		}
	}
	return "", nil
}

// roomOf finds the private thread of a message that asked for one.
func (c *Client) roomOf(parent, id string) (string, bool) {
	if thread, _ := c.rooms.get(id); thread != "" {
		return thread, true
	}
	ch, found := c.places.threadNamed(parent, roomSuffix(id))
	return ch.ID, found
}

// activeThreads asks for the open threads of a guild.
func (c *Client) activeThreads(ctx context.Context, guildID string) error {
	var list struct {
		Threads []channel `json:"threads"`
	}
	path := "guilds/" + guildID + "/threads/active"
	err := c.do(ctx, call{name: "get_active_guild_threads", method: "GET", path: path, bucket: "active " + guildID}, &list)
	if err == nil {
		c.places.put(list.Threads...)
	}
	return err
}
