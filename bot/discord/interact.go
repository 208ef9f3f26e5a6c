package discord

import (
	"context"
	"strings"
	"time"

	"firstline/bot"
	"firstline/bot/internal/cut"
	"firstline/triage"
)

// Types of interactions and of answers to them, with Discord's numbers.
const (
	interactionCommand   = 2
	interactionComponent = 3
	interactionModal     = 5

	answerMessage     = 4
	answerDefer       = 5 // "thinking…"
	answerDeferUpdate = 6 // the message stays as it is
	answerModal       = 9
)

// interaction is a click, a choice, a command or a sent form.
type interaction struct {
	ID      string   `json:"id"`
	Type    int      `json:"type"`
	Token   string   `json:"token"`
	Channel string   `json:"channel_id"`
	Guild   string   `json:"guild_id"`
	Place   *channel `json:"channel"`
	Locale  string   `json:"locale"`
	User    *user    `json:"user"`   // in direct conversations
	Member  *member  `json:"member"` // in guilds
	Message *message `json:"message"`
	Data    struct {
		Name       string      `json:"name"`
		CustomID   string      `json:"custom_id"`
		Values     []string    `json:"values"`
		Kind       int         `json:"component_type"`
		Components []component `json:"components"`
		Target     string      `json:"target_id"`
		Resolved   struct {
			Messages map[string]message `json:"messages"`
		} `json:"resolved"`
	} `json:"data"`
}

// who gives the person of an interaction, with the language of their client.
func (c *Client) who(i interaction) bot.Person {
	u := i.User
	if i.Member != nil && i.Member.User != nil {
		u = i.Member.User
	}
	if u == nil {
		return bot.Person{}
	}
	if i.Locale != "" {
		c.people.locales.put(u.ID, i.Locale)
	}
	return c.people.person(*u, i.Member, c.places.guild(i.Guild))
}

// where routes an interaction; message is what carried it, or "".
func (c *Client) where(ctx context.Context, i interaction, message string) (place, error) {
	if i.Place != nil && i.Place.ID == i.Channel { // the payload tells the channel, so nothing needs to be asked in the three seconds
		room := *i.Place
		room.Guild = i.Guild
		if _, known := c.places.channel(room.ID); !known && !room.archived() {
			c.places.put(room)
		}
		if !room.isThread() {
			return c.placed(room, room, message), nil
		}
		if parent, known := c.places.channel(room.Parent); known {
			return c.placed(room, parent, message), nil
		}
	}
	return c.place(ctx, i.Channel, i.Guild, message)
}

// interact answers an interaction. It runs beside everything else.
func (c *Client) interact(i interaction) {
	ctx, cancel := context.WithTimeout(context.Background(), c.times.accept)
	defer cancel()
	defer context.AfterFunc(c.feed.running(), cancel)() // the end of Run ends what is not stored yet
	person := c.who(i)
	if i.ID == "" || i.Token == "" || i.Channel == "" || person.ID == "" {
		c.cfg.Metrics.Refused("junk")
		c.log.Warn("unreadable interaction", "type", i.Type)
		return
	}
	answered := make(chan struct{})
	defer close(answered)
	c.people.putToken(i.Channel, person.ID, i.Token, answered)
	a := &answer{client: c, i: i, person: person, began: time.Now()}
	defer a.end()
	switch i.Type {
	case interactionComponent:
		c.clicked(ctx, a)
	case interactionCommand:
		c.command(ctx, a)
	case interactionModal:
		c.submitted(ctx, a)
	default:
		c.ignore("interaction_type")
	}
}

// clicked handles a button or a menu.
func (c *Client) clicked(ctx context.Context, a *answer) {
	i := a.i
	if i.Message == nil {
		a.refuse(ctx, "junk", "discord.click.stale")
		return
	}
	k, ours := parseCustom(i.Data.CustomID)
	if !ours || !triage.IsAction(k.action) {
		a.refuse(ctx, "unknown_action", "discord.click.stale")
		return
	}
	if k.action != "form" {
		a.soon(answerDeferUpdate)
	}
	at, err := c.where(ctx, i, i.Message.ID)
	if err != nil {
		c.log.Warn("click without a place", "channel", i.Channel, "err", err)
		a.refuse(ctx, "place", "discord.click.failed")
		return
	}
	value := k.value
	isMenu := i.Data.Kind == menuType
	if isMenu {
		value = strings.Join(i.Data.Values, ",")
	}
	if why, key := c.refusal(ctx, a, at, k, value, isMenu); why != "" {
		a.refuse(ctx, why, key)
		return
	}
	if k.action == "form" {
		c.openForm(ctx, a, firstOf(k.caseID, k.value))
		return
	}
	in := bot.Inbound{
		ID: "act:" + i.ID, Kind: bot.KindAction, At: moment(i.ID), MessageID: i.Message.ID, Person: a.person, Action: k.action, Value: value,
	}
	at.fill(&in)
	if err := c.take(ctx, in); err != nil {
		a.tell(ctx, "discord.click.failed") // Discord never delivers it again
		return
	}
	a.give(ctx, answerDeferUpdate, nil)
}

// refusal says why a click changes nothing, and what to tell the person. A custom id and a value must be
// those of the message in the payload, which must be ours: a modified client can send any.
func (c *Client) refusal(ctx context.Context, a *answer, at place, k custom, value string, isMenu bool) (why, key string) {
	self, err := c.me(ctx)
	if err != nil {
		return "place", "discord.click.failed"
	}
	m := a.i.Message
	stale := m.Author.ID != self.user || !offers(m.Components, a.i.Data.CustomID, value, isMenu)
	if stale || !c.isCase(at, k.caseID) {
		return "stale", "discord.click.stale"
	}
	if at.side != bot.SideDesk {
		return "", ""
	}
	switch engineer, err := c.engineer(ctx, a.i.Guild, a.person.ID, a.i.Member); {
	case err != nil:
		return "place", "discord.click.failed"
	case !engineer:
		return "role", "discord.click.role"
	}
	return "", ""
}

// isCase tells whether what carries a case's id can belong to the present case of its conversation. A card that has just been shown
// is tied to its case a moment later: on the desk the dispatcher waits for that, or says that there is none.
func (c *Client) isCase(at place, caseID string) bool {
	if caseID == "" || c.cfg.CaseOf == nil {
		return true
	}
	now, ok := c.cfg.CaseOf(at.addr)
	return now == caseID || !ok && at.side == bot.SideDesk
}

// answers reads what was filled in, by field.
func answers(list []component) map[string]string {
	out := map[string]string{}
	for _, e := range list {
		inner := e.Components
		if e.Component != nil {
			inner = append(inner, *e.Component)
		}
		for _, f := range inner {
			text := f.Value
			if f.Type == menuType && len(f.Values) > 0 {
				text = f.Values[0]
			}
			if text = strings.TrimSpace(cut.Clean(text)); text != "" && f.CustomID != "" {
				out[f.CustomID] = text
			}
		}
	}
	return out
}
