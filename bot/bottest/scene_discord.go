package bottest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// DiscordChat is a [Chat] on a [DiscordServer]. Every room is in a guild of its own, which has the room's key.
type DiscordChat struct {
	*DiscordServer
	names  *directory
	people map[string]DiscordUser
	seq    int
}

// NewDiscordChat gives a scene on a stand-in.
func NewDiscordChat(s *DiscordServer) *DiscordChat {
	return &DiscordChat{DiscordServer: s, names: newDirectory(), people: map[string]DiscordUser{}}
}

// newID gives ids that are older than everything that is said.
func (c *DiscordChat) newID() string {
	c.seq++
	return fmt.Sprintf("11000000000000%05d", c.seq)
}

// Platform gives "discord".
func (c *DiscordChat) Platform() string { return "discord" }

// ID gives the id of a person, a room or a direct conversation.
func (c *DiscordChat) ID(key string) string {
	if who, direct := strings.CutPrefix(key, "@"); direct {
		return c.DM(c.names.id(who))
	}
	return c.names.id(key)
}

// GuildID gives the id of a room's guild.
func (c *DiscordChat) GuildID(room string) string { return c.names.id("guild of " + room) }

// AddPerson makes somebody known; they are in the guilds of their rooms.
func (c *DiscordChat) AddPerson(p Person) {
	if !c.names.has(p.Key) {
		c.names.put(p.Key, c.newID())
	}
	u := c.people[p.Key]
	u.ID, u.Name, u.Display, u.Locale = c.names.id(p.Key), strings.ToLower(p.Key), p.Name, p.Locale
	c.people[p.Key] = u
	c.AddUser(u)
}

// AddRoom makes a text channel in a guild of its own, or changes who is in it.
func (c *DiscordChat) AddRoom(r Room) { c.AddRoomOf(r, DiscordText) }

// AddRoomOf is AddRoom for another kind of channel.
func (c *DiscordChat) AddRoomOf(r Room, kind DiscordKind) {
	if !c.names.has(r.Key) {
		c.names.put(r.Key, c.newID())
		c.names.put("guild of "+r.Key, c.newID())
	}
	c.AddGuild(DiscordGuild{ID: c.GuildID(r.Key), Name: r.Key, Locale: r.Locale})
	for _, who := range r.People {
		c.Join(who, r.Key)
	}
	c.AddChannel(DiscordChannel{ID: c.names.id(r.Key), Guild: c.GuildID(r.Key), Name: r.Key, Kind: kind})
}

// Join lets somebody into the guild of a room, with these roles.
func (c *DiscordChat) Join(who, room string, roles ...string) {
	u := c.people[who]
	guilds := map[string][]string{c.GuildID(room): roles}
	for id, has := range u.Guilds {
		if id != c.GuildID(room) {
			guilds[id] = has
		}
	}
	u.Guilds = guilds
	c.people[who] = u
	c.AddUser(u)
}

var discordFaults = map[string]DiscordFault{
	FaultLimited: DiscordLimited(0.4), FaultError: DiscordServerError, FaultErrorAfter: DiscordServerErrorAfter, FaultUnavailable: DiscordOverloaded,
	FaultHTML: DiscordCloudflare(502), FaultCut: DiscordCutBefore, FaultCutAfter: DiscordCutAfter, FaultHang: DiscordHang, FaultHangAfter: DiscordHangAfter,
	"429 global": DiscordLimitedGlobal(0.4),
}

var discordCalls = map[string]string{
	CallPost: "POST /channels/{channel}/messages", CallUpdate: "PATCH /channels/{channel}/messages/{message}",
}

// Faults names what can go wrong.
func (c *DiscordChat) Faults() []string { return sortedNames(discordFaults) }

// Fail makes calls go wrong.
func (c *DiscordChat) Fail(call string, n int, fault string) {
	c.t.Helper()
	c.DiscordServer.Fail(discordCalls[call], n, discordFaults[fault])
}

// CallsOf counts the calls of a kind.
func (c *DiscordChat) CallsOf(call string) int { return len(c.Calls(discordCalls[call])) }

// ExpectCalls waits until there were n calls of a kind.
func (c *DiscordChat) ExpectCalls(call string, n int, timeout time.Duration) {
	c.t.Helper()
	c.DiscordServer.ExpectCalls(discordCalls[call], n, timeout)
}

// Refuse revokes the token, or takes that back.
func (c *DiscordChat) Refuse(revoked bool) { c.RevokeToken(revoked) }

// Catch has nothing to hand over: Discord tells everything once, and the program reads what it missed.
func (c *DiscordChat) Catch() int { return 0 }

// Online waits for the gateway, and for the commands, which are registered when the program starts.
func (c *DiscordChat) Online(wait time.Duration) {
	c.t.Helper()
	c.AwaitGateway(wait)
	if !c.await(wait, func() bool { return len(c.commands) > 0 }) {
		c.t.Fatalf("bottest: no commands within %v", wait)
	}
}

// Longest gives what Discord's client lets a person write at once who pays for it.
func (c *DiscordChat) Longest() int { return 4000 }

func (c *DiscordChat) has(key string) bool { return c.names.has(key) }

func (c *DiscordChat) say(who, room, thread, text string, with Words) Shown {
	c.t.Helper()
	opts := []DiscordPostOption{func(m *DiscordMessage) {
		for _, f := range with.Files {
			m.Files = append(m.Files, DiscordFile{Name: f.Name, Content: f.Content, Size: f.Size})
		}
		if with.OtherBot {
			m.Author = c.otherBot()
		}
	}}
	if with.Mention {
		text = "<@" + DiscordBotUser + "> " + text
	}
	if thread == "" {
		thread = c.ID(room)
	}
	c.lock(func() { c.answerIn(who, room, thread) })
	return c.now(Shown{Raw: c.Post(c.names.id(who), thread, text, opts...)})
}

// PostForum opens a post in a forum; its first message stands for it.
func (c *DiscordChat) PostForum(who, forum, title, text string) Shown {
	c.t.Helper()
	return c.now(Shown{Raw: c.DiscordServer.PostForum(c.names.id(who), c.names.id(forum), title, text)})
}

// answerIn opens the thread of a message that somebody answers and that has none yet; the lock is held.
func (c *DiscordChat) answerIn(who, room, thread string) {
	on, in := c.find(c.names.id(room), thread), c.channels[c.names.id(room)]
	if c.channels[thread] != nil || on == nil {
		return
	}
	t, err := newThread(obj{"name": "answers"}, in)
	if err != nil {
		c.t.Errorf("bottest: %v", err.errors)
		return
	}
	c.threadOn(on, t, c.names.id(who))
}

// otherBot gives the id of another app; the lock is held.
func (c *DiscordChat) otherBot() string {
	const id = "1100000000000099999"
	c.users[id] = &DiscordUser{ID: id, Name: "otherbot", Bot: true}
	return id
}

func (c *DiscordChat) edit(who string, m Shown, text string) {
	c.t.Helper()
	c.Edit(c.names.id(who), m.Raw.(DiscordMessage), text)
}

func (c *DiscordChat) remove(who string, m Shown) {
	c.t.Helper()
	c.Delete(c.names.id(who), m.Raw.(DiscordMessage))
}

func (c *DiscordChat) press(who string, m Shown, action string, value []string) error {
	for _, b := range c.Message(m.Raw.(DiscordMessage)).Buttons() {
		has := carried(b.CustomID)
		if strings.HasPrefix(has.Action, action) && (len(value) == 0 || has.Value == value[0]) && !b.Disabled {
			_, err := c.TryClick(c.names.id(who), m.Raw.(DiscordMessage), b.CustomID)
			return err
		}
	}
	return fmt.Errorf("no button %s %v in %q", action, value, m.Text)
}

func (c *DiscordChat) choose(who string, m Shown, action, value string) {
	c.t.Helper()
	c.Choose(c.names.id(who), m.Raw.(DiscordMessage), action, value)
}

func (c *DiscordChat) openForm(who string, m Shown, _ time.Duration) Form {
	c.t.Helper()
	return DiscordFormOf(c.OpenForm(c.names.id(who), m.Raw.(DiscordMessage), "form"))
}

// DiscordFormOf is the neutral face of a modal.
func DiscordFormOf(f DiscordForm) Form {
	form := Form{Title: f.Title, raw: f}
	for _, x := range f.Fields {
		form.Fields = append(form.Fields, FormLine{Name: x.CustomID, Value: x.Value, Required: x.Required})
	}
	return form
}

func (c *DiscordChat) submit(who string, f Form, fields map[string]string) {
	c.t.Helper()
	if reply := c.Submit(c.names.id(who), f.raw.(DiscordForm), fields); reply.Failed {
		c.t.Fatal("bottest: the form was not answered")
	}
}

func sortedNames[T any](m map[string]T) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
