package bottest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SlackChat is a [Chat] on a [SlackServer].
type SlackChat struct {
	*SlackServer
	names *directory
}

// NewSlackChat starts a stand-in for a scene.
func NewSlackChat(s *SlackServer) *SlackChat {
	return &SlackChat{SlackServer: s, names: newDirectory()}
}

// Platform gives "slack".
func (c *SlackChat) Platform() string { return "slack" }

// ID gives the id of a person, a room or a direct conversation.
func (c *SlackChat) ID(key string) string {
	if who, direct := strings.CutPrefix(key, "@"); direct {
		return c.DM(c.names.id(who))
	}
	return c.names.id(key)
}

// AddPerson lets somebody into the workspace.
func (c *SlackChat) AddPerson(p Person) {
	id := "U" + strings.ToUpper(p.Key)
	c.names.put(p.Key, id)
	c.AddUser(SlackUser{ID: id, Name: p.Name, Locale: p.Locale, Zone: p.Zone})
}

// AddRoom makes a channel, or changes who is in it.
func (c *SlackChat) AddRoom(r Room) {
	id := "C0" + strings.ToUpper(r.Key)
	c.names.put(r.Key, id)
	var members []string
	for _, who := range r.People {
		members = append(members, c.names.id(who))
	}
	c.AddChannel(SlackChannel{ID: id, Name: r.Key, Members: members})
}

var slackFaults = map[string]SlackFault{
	FaultLimited: SlackLimited(1), FaultError: SlackServerError, FaultErrorAfter: SlackServerErrorAfter, FaultUnavailable: SlackUnavailable,
	FaultHTML: SlackHTML, FaultCut: SlackCutBefore, FaultCutAfter: SlackCutAfter, FaultHang: SlackHang, FaultHangAfter: SlackHangAfter,
}

var slackMethods = map[string]string{CallPost: "chat.postMessage", CallUpdate: "chat.update"}

// Faults names what can go wrong.
func (c *SlackChat) Faults() []string { return sortedNames(slackFaults) }

// Fail makes calls go wrong.
func (c *SlackChat) Fail(call string, n int, fault string) {
	c.SlackServer.Fail(slackMethods[call], n, slackFaults[fault])
}

// CallsOf counts the calls of a kind.
func (c *SlackChat) CallsOf(call string) int { return len(c.Calls(slackMethods[call])) }

// ExpectCalls waits until there were n calls of a kind.
func (c *SlackChat) ExpectCalls(call string, n int, timeout time.Duration) {
	c.t.Helper()
	c.SlackServer.ExpectCalls(slackMethods[call], n, timeout)
}

// Refuse revokes the token, or takes that back.
func (c *SlackChat) Refuse(revoked bool) {
	c.SetAuthError(map[bool]string{true: "token_revoked"}[revoked])
}

// Catch delivers again what nobody acknowledged.
func (c *SlackChat) Catch() int { return c.Redeliver() }

// Online returns at once, unless the program hears through a socket.
func (c *SlackChat) Online(wait time.Duration) {
	if c.opts.Socket {
		c.AwaitSocket(wait)
	}
}

// Longest gives what Slack's client lets a person write at once.
func (c *SlackChat) Longest() int { return 40_000 }

func (c *SlackChat) has(key string) bool { return c.names.has(key) }

func (c *SlackChat) say(who, room, thread, text string, with Words) Shown {
	c.t.Helper()
	var opts []SlackPostOption
	if with.Mention {
		text, with.Raw = "<@"+SlackBotUser+"> "+slackEscaper.Replace(text), true
	}
	if with.Raw {
		opts = append(opts, Raw())
	}
	if with.OtherBot {
		opts = append(opts, FromOtherBot())
	}
	if len(with.Files) > 0 {
		var files []SlackFile
		c.lock(func() {
			for _, f := range with.Files {
				files = append(files, SlackFile{ID: c.SlackServer.id("F"), Name: f.Name, Content: f.Content, Size: f.Size})
			}
		})
		opts = append(opts, WithFiles(files...))
	}
	m := c.SlackServer.say(c.names.id(who), c.ID(room), thread, text, opts)
	return c.now(Shown{Raw: m})
}

func (c *SlackChat) edit(who string, m Shown, text string) {
	c.t.Helper()
	c.Edit(c.names.id(who), m.Raw.(SlackMessage), text)
}

func (c *SlackChat) remove(who string, m Shown) {
	c.t.Helper()
	c.Delete(c.names.id(who), m.Raw.(SlackMessage))
}

func (c *SlackChat) press(who string, m Shown, action string, value []string) error {
	return c.TryClick(c.names.id(who), m.Raw.(SlackMessage), action, value...)
}

func (c *SlackChat) choose(who string, m Shown, action, value string) {
	c.t.Helper()
	c.Choose(c.names.id(who), m.Raw.(SlackMessage), action, value)
}

func (c *SlackChat) openForm(who string, m Shown, wait time.Duration) Form {
	c.t.Helper()
	c.Click(c.names.id(who), m.Raw.(SlackMessage), "form")
	view := c.ExpectView(c.names.id(who), wait)
	form := Form{Title: view.Title, raw: view}
	for _, in := range view.Inputs() {
		form.Fields = append(form.Fields, FormLine{Name: in.ActionID, Value: in.Initial, Required: !in.Optional})
	}
	return form
}

func (c *SlackChat) submit(who string, f Form, fields map[string]string) {
	c.t.Helper()
	if reply := c.Submit(c.names.id(who), f.raw.(SlackView), fields); reply.Status != 200 || len(reply.Errors) > 0 {
		c.t.Fatalf("bottest: the form was answered with %+v", reply)
	}
}

func (c *SlackChat) lock(do func()) {
	c.SlackServer.mu.Lock()
	defer c.SlackServer.mu.Unlock()
	do()
}

func (c *SlackChat) seen(where Place) []Shown {
	room := c.names.id(where.Room)
	if who, direct := strings.CutPrefix(where.Room, "@"); direct {
		room = c.dm(c.names.id(who))
	}
	at := SlackWhere{Channel: room, Thread: where.Thread, OnlyFor: c.names.id(where.For)}
	var out []Shown
	for i, m := range c.messages {
		gone := *m
		gone.Deleted = false
		if at.holds(&gone) {
			out = append(out, c.shown(i, *m))
		}
	}
	return out
}

func (c *SlackChat) now(m Shown) (out Shown) {
	was := m.Raw.(SlackMessage)
	out.Deleted = true
	c.lock(func() {
		i := slices.IndexFunc(c.messages, func(x *SlackMessage) bool { return x.Channel == was.Channel && x.TS == was.TS })
		if i >= 0 {
			out = c.shown(i, *c.messages[i])
		}
	})
	return out
}

// shown is the neutral face of a message; the lock is held.
func (c *SlackChat) shown(order int, m SlackMessage) Shown {
	out := Shown{
		Platform: c.Platform(), ID: m.TS, Room: c.names.key(m.Channel), Thread: m.Root(), Author: c.names.key(m.User), Bot: m.BotID == SlackBotID,
		For: m.OnlyFor, Text: m.Visible(), Deleted: m.Deleted || m.Tombstone, Raw: m, order: order,
	}
	if m.OnlyFor != "" {
		out.For = c.names.key(m.OnlyFor)
	}
	if ch := c.channels[m.Channel]; ch.Kind == "im" {
		out.Room, out.Thread = "@"+c.names.key(ch.Members[0]), ""
	}
	if out.Bot {
		out.Author = ""
	}
	for _, b := range m.Buttons() {
		out.Buttons = append(out.Buttons, Pressable{Action: b.ActionID, Value: b.Value, Label: b.Label})
	}
	for _, menu := range m.Menus() {
		pick := Pick{Action: menu.ActionID}
		for _, o := range menu.Options {
			pick.Options = append(pick.Options, o.Value)
		}
		out.Menus = append(out.Menus, pick)
	}
	for _, f := range m.Files {
		out.Files = append(out.Files, Attached{Name: f.Name, Content: c.files[f.ID].Content, Link: fmt.Sprint(f.full()["permalink"])})
	}
	return out
}
