package discord

import (
	"context"

	"firstline/bot"
)

// Names of the commands, which is what interactions carry in every language.
const (
	supportCommand = "support"
	humanCommand   = "human"
	caseCommand    = "case"
	askCommand     = "Ask support about this message"
)

// command handles a slash command or the context menu of a message.
func (c *Client) command(ctx context.Context, a *answer) {
	at, err := c.where(ctx, a.i, "")
	switch {
	case err != nil:
		c.log.Warn("command without a place", "channel", a.i.Channel, "err", err)
		a.refuse(ctx, "place", "discord.command.elsewhere")
		return
	case at.side == bot.SideDesk:
		a.refuse(ctx, "desk", "discord.command.desk")
		return
	}
	switch a.i.Data.Name {
	case supportCommand:
		c.openSupport(ctx, a)
	case humanCommand:
		a.soon(answerDefer)
		c.human(ctx, a, at)
	case caseCommand:
		a.soon(answerDefer)
		c.tellCase(ctx, a, at)
	case askCommand:
		a.soon(answerDefer)
		c.ask(ctx, a, at)
	default:
		a.refuse(ctx, "unknown_command", "discord.click.stale")
	}
}

// openSupport shows the form of a new case.
func (c *Client) openSupport(ctx context.Context, a *answer) {
	m, err := c.supportModal(a.person.Locale)
	if err == nil && a.give(ctx, answerModal, m) {
		c.cfg.Metrics.Received("form_open")
		return
	}
	c.log.Warn("form not opened", "command", supportCommand, "err", err)
	a.tell(ctx, "discord.form.failed")
}

// support opens a conversation with what was written into the form of /support: a message, and the answers
// that were given with it.
func (c *Client) support(ctx context.Context, a *answer, fields map[string]string) {
	a.soon(answerDefer)
	at, err := c.where(ctx, a.i, "")
	if err != nil || at.side == bot.SideDesk {
		a.refuse(ctx, "place", "discord.command.failed")
		return
	}
	text := fields[problemField]
	delete(fields, problemField)
	in := bot.Inbound{ID: "cmd:" + a.i.ID, Kind: bot.KindMessage, At: moment(a.i.ID), Person: a.person, Text: text}
	if !c.open(ctx, a, &at, &in, text) || !c.store(ctx, a, in) {
		return
	}
	if len(fields) > 0 {
		form := bot.Inbound{ID: "form:" + a.i.ID, Kind: bot.KindForm, At: in.At, MessageID: in.MessageID, Person: a.person, Action: "form", Fields: fields}
		at.fill(&form)
		if err := c.take(ctx, form); err != nil { // the problem itself is stored: what is missing will be asked for
			c.log.Warn("answers of a command not stored", "interaction", a.i.ID)
		}
	}
	a.tell(ctx, "discord.command.ack")
}

// open writes a person's words for them where they gave a command, which opens the conversation, and fills
// in's address. It is false, and the person is told, when that failed.
func (c *Client) open(ctx context.Context, a *answer, at *place, in *bot.Inbound, words string) bool {
	var err error
	author := firstOf(a.person.Name, a.person.ID)
	if c.secluded(*at) {
		at.addr.Thread, in.MessageID, err = c.room(ctx, *at, wish{
			id: a.i.ID, user: a.person.ID, title: firstWords(words, maxThreadName), author: author, text: words,
		})
	} else {
		var rec bot.Receipt
		rec, err = c.Send(ctx, bot.Outbound{ID: in.ID, At: in.At, To: at.addr, Author: author, Text: words})
		in.MessageID = rec.MessageID
		if at.top() {
			at.addr.Thread = rec.MessageID
			c.titles.put(rec.MessageID, firstWords(words, maxThreadName))
		}
	}
	if err != nil {
		c.log.Warn("command not shown", "channel", a.i.Channel, "err", err)
		if bot.ClassOf(err) == bot.ClassGone {
			a.tell(ctx, "discord.command.elsewhere")
		} else {
			a.tell(ctx, "discord.command.failed")
		}
		return false
	}
	at.surface = bot.SurfaceCommand
	at.fill(in)
	return true
}

// store accepts the event of a command. Discord never repeats one: what could not be stored is taken back,
// and the person gives the command again.
func (c *Client) store(ctx context.Context, a *answer, in bot.Inbound) bool {
	err := c.take(ctx, in)
	if err == nil {
		return true
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	if in.MessageID != "" {
		if _, err := c.remove(ctx, bot.Outbound{To: in.Address, Update: in.MessageID}); err != nil {
			c.log.Error("command's message not removed", "channel", in.Address.Channel, "message", in.MessageID, "err", err)
		}
	}
	if room, _ := c.rooms.get(a.i.ID); room != "" {
		if err := c.archive(ctx, room, true); err != nil {
			c.log.Warn("command's thread not archived", "thread", room, "err", err)
		}
	}
	a.tell(ctx, "discord.command.failed")
	return false
}

// human asks for a person: in the conversation where it is given, else in a new one.
func (c *Client) human(ctx context.Context, a *answer, at place) {
	in := bot.Inbound{ID: "cmd:" + a.i.ID, Kind: bot.KindAction, At: moment(a.i.ID), Person: a.person, Action: "human"}
	in.Value, _ = c.caseOf(at.addr)
	here := at.room.Kind == kindDM || at.room.isThread() && (at.surface == bot.SurfaceChannel || c.cfg.Known(at.addr))
	if here {
		at.surface = bot.SurfaceCommand
		at.fill(&in)
	} else if !c.open(ctx, a, &at, &in, c.text(a.person.Locale, "discord.command.human", nil)) {
		return
	}
	if c.store(ctx, a, in) {
		a.tell(ctx, "discord.command.ack")
	}
}

// tellCase shows how the case of this conversation stands.
func (c *Client) tellCase(ctx context.Context, a *answer, at place) {
	c.cfg.Metrics.Received("case")
	if c.cfg.CaseText != nil && !at.top() {
		if text, ok := c.cfg.CaseText(ctx, at.addr, c.cfg.Texts.Match(a.person.Locale)); ok {
			a.say(ctx, text)
			return
		}
	}
	a.tell(ctx, "discord.case.none")
}

// ask opens a conversation on a message that somebody wants help with, whoever wrote it.
func (c *Client) ask(ctx context.Context, a *answer, at place) {
	m, ok := a.i.Data.Resolved.Messages[a.i.Data.Target]
	self, err := c.me(ctx)
	switch {
	case !ok || m.ID == "" || err != nil:
		a.refuse(ctx, "junk", "discord.command.failed")
		return
	case m.Author.ID == self.user:
		a.refuse(ctx, "own", "discord.ask.own")
		return
	}
	m.Channel, m.Guild = a.i.Channel, a.i.Guild
	if was, known := c.seen.get(m.ID); known && was.addr != (bot.Address{}) { // it was heard already
		a.tell(ctx, "discord.command.ack")
		return
	}
	in := bot.Inbound{ID: "ask:" + a.i.ID, Kind: bot.KindMessage, At: moment(a.i.ID), MessageID: m.ID}
	c.readText(&in, m, self)
	in.Person = a.person
	switch {
	case c.secluded(at):
		at.addr.Thread, _, err = c.room(ctx, at, wish{
			id: a.i.ID, user: a.person.ID, title: firstWords(in.Text, maxThreadName), author: displayName(m.Author, m.Member), text: in.Text, files: in.Files,
		})
	case at.top():
		at.addr.Thread = m.ID
		at = c.whereItWent(at, m.ID)
		c.titles.put(m.ID, firstWords(in.Text, maxThreadName))
	}
	if err != nil {
		c.log.Warn("conversation not opened", "channel", a.i.Channel, "err", err)
		a.tell(ctx, "discord.command.failed")
		return
	}
	at.surface = bot.SurfaceCommand
	at.fill(&in)
	if err := c.take(ctx, in); err != nil {
		a.tell(ctx, "discord.command.failed")
		return
	}
	c.seen.put(m.ID, sighting{user: m.Author.ID, addr: in.Address, edited: m.Edited})
	a.tell(ctx, "discord.command.ack")
}
