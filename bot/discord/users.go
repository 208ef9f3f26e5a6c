package discord

import (
	"context"
	"slices"
	"time"

	"firstline/bot"
)

// Discord tells the interface's language of a person, and a token with which something can be shown to them
// alone, only when they click or give a command.
const (
	tokenLife   = 14 * time.Minute // Discord's is 15
	rolesFresh  = 5 * time.Minute
	peopleKept  = 20_000
	tokensKept  = 5_000
	membersKept = 5_000
)

// people remembers of persons what events tell in passing.
type people struct {
	client  *Client
	locales *recent[string, string]
	tokens  *recent[string, token]  // by channel and person
	members *recent[string, roles]  // by guild and person
	lasts   *recent[string, string] // their last message, by channel and person
}

// token is of no use before its interaction is answered: Discord does not know it then.
type token struct {
	value    string
	until    time.Time
	answered <-chan struct{}
}

type roles struct {
	ids   []string
	until time.Time
}

func newPeople(c *Client) *people {
	return &people{
		client: c, locales: newRecent[string, string](peopleKept), tokens: newRecent[string, token](tokensKept),
		members: newRecent[string, roles](membersKept), lasts: newRecent[string, string](peopleKept),
	}
}

// person puts together what is known of somebody. Without a click of theirs the guild's language is the only hint.
func (p *people) person(u user, m *member, g guild) bot.Person {
	locale, _ := p.locales.get(u.ID)
	return bot.Person{ID: u.ID, Name: displayName(u, m), Locale: firstOf(locale, g.Locale)}
}

func displayName(u user, m *member) string {
	nick := ""
	if m != nil {
		nick = m.Nick
	}
	return firstOf(nick, firstOf(u.Global, u.Username))
}

// token gives what shows something to this person alone in this channel, or "". It waits for an answer that is
// on its way.
func (p *people) token(ctx context.Context, channel, user string) string {
	t, ok := p.tokens.get(channel + " " + user)
	if !ok || p.client.cfg.Now().After(t.until) {
		return ""
	}
	select {
	case <-t.answered:
	case <-ctx.Done():
	}
	return t.value
}

func (p *people) putToken(channel, user, value string, answered <-chan struct{}) {
	p.tokens.put(channel+" "+user, token{value: value, until: p.client.cfg.Now().Add(tokenLife), answered: answered})
}

// last gives the last message that somebody wrote in a channel.
func (p *people) last(channel, user string) (string, bool) { return p.lasts.get(channel + " " + user) }

// engineer tells whether somebody may speak and click on the desk.
func (c *Client) engineer(ctx context.Context, guildID, userID string, m *member) (bool, error) {
	if len(c.cfg.EngineerRoles) == 0 {
		return true, nil
	}
	has, err := c.people.roles(ctx, guildID, userID, m)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(has, func(id string) bool { return slices.Contains(c.cfg.EngineerRoles, id) }), nil
}

// roles gives the roles of a member: from the event, else from the last one, else from Discord. Who is no
// member has none.
func (p *people) roles(ctx context.Context, guildID, userID string, m *member) ([]string, error) {
	key := guildID + " " + userID
	now := p.client.cfg.Now()
	if m == nil {
		if known, ok := p.members.get(key); ok && now.Before(known.until) {
			return known.ids, nil
		}
		m = new(member)
		err := p.client.getMember(ctx, guildID, userID, m)
		if err != nil && !hopeless(err) {
			return nil, err
		}
	}
	p.members.put(key, roles{ids: m.Roles, until: now.Add(rolesFresh)})
	return m.Roles, nil
}

func (c *Client) getMember(ctx context.Context, guildID, userID string, m *member) error {
	return c.do(ctx, call{name: "get_guild_member", method: "GET", path: "guilds/" + guildID + "/members/" + userID, bucket: "member " + guildID}, m)
}

// tellRole says in a case's thread that the words of somebody without the role go nowhere: once, lest they
// believe that the customer reads them.
func (c *Client) tellRole(ctx context.Context, at place, m message) {
	key := at.addr.Key() + " " + m.Author.ID
	if _, told := c.told.get(key); told || !at.room.isThread() {
		return
	}
	if _, ok := c.caseOf(at.addr); !ok {
		return
	}
	person := c.people.person(m.Author, m.Member, c.places.guild(at.addr.Space))
	out := bot.Outbound{ID: "role:" + m.ID, At: c.cfg.Now(), To: at.addr, Text: c.text(person.Locale, "discord.desk.words", nil)}
	body := messageBody{Content: toMarkdown(out.Text), Reference: replyTo(m.ID)}
	if _, err := c.postIn(ctx, m.Channel, out, 0, body); err != nil {
		c.log.Warn("missing role not told", "channel", m.Channel, "err", err)
		return
	}
	c.told.put(key, true)
}
