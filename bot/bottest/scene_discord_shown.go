package bottest

import (
	"regexp"
	"slices"
	"strings"
)

func (c *DiscordChat) lock(do func()) {
	c.DiscordServer.mu.Lock()
	defer c.DiscordServer.mu.Unlock()
	do()
}

func (c *DiscordChat) seen(where Place) []Shown {
	room := c.names.id(where.Room)
	if who, direct := strings.CutPrefix(where.Room, "@"); direct {
		room = c.dm(c.names.id(who)).ID
	}
	var out []Shown
	for i, m := range c.messages {
		ch := c.channels[m.Channel]
		inside := m.Channel == room || ch != nil && ch.Parent == room && ch.thread()
		inThread := where.Thread == "" || m.Channel == where.Thread || m.ID == where.Thread
		inThread = inThread || m.OnlyFor != "" && m.Channel == room // who clicks above a thread is answered there
		if !inside || !inThread || m.system() || m.Loading {
			continue
		}
		if s := c.shown(i, m); s.For == where.For {
			out = append(out, s)
		}
	}
	return out
}

func (c *DiscordChat) now(m Shown) (out Shown) {
	was := m.Raw.(DiscordMessage)
	out.Deleted = true
	c.lock(func() {
		i := slices.IndexFunc(c.messages, func(x *DiscordMessage) bool { return x.Channel == was.Channel && x.ID == was.ID })
		if i >= 0 {
			out = c.shown(i, c.messages[i])
		}
	})
	return out
}

// shown is the neutral face of a message; the lock is held.
func (c *DiscordChat) shown(order int, kept *DiscordMessage) Shown {
	m := c.copyOf(kept)
	out := Shown{
		Platform: c.Platform(), ID: m.ID, Room: c.names.key(m.Channel), Thread: m.Root(), Author: c.names.key(m.Author), Bot: m.Author == DiscordBotUser,
		Text: unescaped(m.Visible()), Deleted: m.Deleted, Raw: m, order: order,
	}
	switch ch := c.channels[m.Channel]; {
	case ch == nil:
	case ch.Kind == DiscordDM:
		out.Room, out.Thread = "@"+c.names.key(ch.Members[0]), ""
	case ch.thread():
		out.Room = c.names.key(ch.Parent)
	}
	if out.Bot {
		out.Author, out.For = "", c.meantFor(m)
	}
	for _, b := range m.Buttons() {
		if !b.Disabled && b.CustomID != "" {
			has := carried(b.CustomID)
			has.Label = b.Label
			out.Buttons = append(out.Buttons, has)
		}
	}
	for _, menu := range m.Menus() {
		if menu.Disabled {
			continue
		}
		pick := Pick{Action: carried(menu.CustomID).Action}
		for _, o := range menu.Options {
			pick.Options = append(pick.Options, o.Value)
		}
		out.Menus = append(out.Menus, pick)
	}
	for _, f := range m.Files {
		out.Files = append(out.Files, Attached{Name: f.Name, Content: f.Content, Link: c.fileURL(m.Channel, f)})
	}
	return out
}

// meantFor gives the person for whom a message of the bot is: the one who alone sees it, or whom it answers. The lock is held.
func (c *DiscordChat) meantFor(m DiscordMessage) string {
	if m.OnlyFor != "" {
		return c.names.key(m.OnlyFor)
	}
	if quoted := c.find(m.Channel, m.ReplyTo); quoted != nil && m.Type == typeReply {
		return c.names.key(quoted.Author)
	}
	return ""
}

// carried reads a custom id: action, value and case with a bar between them.
func carried(customID string) Pressable {
	action, rest, _ := strings.Cut(customID, "|")
	value := rest
	if i := strings.LastIndexByte(rest, '|'); i >= 0 {
		value = rest[:i]
	}
	return Pressable{Action: action, Value: value}
}

var reEscaped = regexp.MustCompile(`\\([[:punct:]])`)

// unescaped is Markdown as people see it, as far as backslashes are concerned.
func unescaped(s string) string { return reEscaped.ReplaceAllString(s, "$1") }
