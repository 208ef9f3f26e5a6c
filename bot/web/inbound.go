package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"firstline/bot"
)

var (
	reClient = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)
	reZone   = regexp.MustCompile(`^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,3}$`)
	reField  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	reThread = regexp.MustCompile(`^m-[0-9a-f]{24}$`)
)

const (
	maxName   = 60  // characters of an engineer's name
	maxAnswer = 500 // characters of one answer of a form
	maxFields = 60
	defaultBy = "Kim"
)

// head is what every event says about itself.
type head struct {
	ID           string `json:"id"`           // made by the browser, the same when it tries again
	Conversation string `json:"conversation"` // the chat that the page shows, or "desk"
	Thread       string `json:"thread"`       // on the desk: the card
	Lang         string `json:"lang"`         // picked by the customer
	Zone         string `json:"zone"`         // the browser's, IANA
	Name         string `json:"name"`         // the engineer's
}

type messagePost struct {
	head
	Text string `json:"text"`
}

type actionPost struct {
	head
	Message string `json:"message"`
	Action  string `json:"action"`
	Value   string `json:"value"`
}

type formPost struct {
	head
	Message string            `json:"message"`
	Case    string            `json:"case"`
	Fields  map[string]string `json:"fields"`
}

// stored answers a stored event.
type stored struct {
	ID string `json:"id"` // of the message that shows it, if one does
}

// inbound begins an event: who, where, and under which id.
func (c *Client) inbound(ctx context.Context, r *http.Request, h head, kind bot.Kind) (bot.Inbound, error) {
	if !reClient.MatchString(h.ID) {
		return bot.Inbound{}, no(http.StatusBadRequest, "bad_id")
	}
	in := bot.Inbound{Kind: kind, At: c.cfg.Now().UTC()}
	if !reZone.MatchString(h.Zone) || h.Zone == "Local" {
		h.Zone = ""
	} else if _, err := time.LoadLocation(h.Zone); err != nil {
		h.Zone = ""
	}
	if h.Conversation == DeskChannel {
		s, err := c.engineer(r)
		if err != nil {
			return bot.Inbound{}, err
		}
		if err := c.thread(ctx, h.Thread); err != nil {
			return bot.Inbound{}, err
		}
		in.Side, in.Surface = bot.SideDesk, bot.SurfaceDesk
		in.Address = bot.Address{Platform: Platform, Channel: DeskChannel, Thread: h.Thread}
		in.Person = bot.Person{ID: engineerOf(s), Name: nameOf(h.Name), Locale: c.cfg.Engineers, Zone: h.Zone}
	} else {
		s, err := owner(r, h.Conversation)
		if err != nil {
			return bot.Inbound{}, err
		}
		in.Side, in.Surface = bot.SideCustomer, bot.SurfaceDirect
		in.Address = bot.Address{Platform: Platform, Channel: chatOf(s)}
		in.Person = bot.Person{ID: guestOf(s), Name: c.guestName(s), Zone: h.Zone}
		if h.Lang != "" {
			in.Person.Locale = c.cfg.Texts.Match(h.Lang)
		}
	}
	in.ID = fmt.Sprintf("%s:%s:%s", kind, in.Person.ID, h.ID)
	return in, nil
}

// owner gives the secret of the session that the page's conversation belongs to. A page
// that shows another one (a tab from before "new conversation") is told so.
func owner(r *http.Request, conversation string) (string, error) {
	s := secret(r, chatCookie)
	if s == "" {
		return "", no(http.StatusUnauthorized, "no_session")
	}
	if conversation != chatOf(s) {
		return "", no(http.StatusConflict, "other_conversation")
	}
	return s, nil
}

func (c *Client) engineer(r *http.Request) (string, error) {
	if !c.cfg.Desk(r) {
		return "", no(http.StatusForbidden, "no_desk")
	}
	s := secret(r, deskCookie)
	if s == "" {
		return "", no(http.StatusUnauthorized, "no_session")
	}
	return s, nil
}

// thread checks that there is such a card.
func (c *Client) thread(ctx context.Context, id string) error {
	if !reThread.MatchString(id) {
		return no(http.StatusNotFound, "no_thread")
	}
	_, err := c.shown(ctx, bot.Address{Platform: Platform, Channel: DeskChannel}, id)
	return err
}

// shown finds a message that stands at an address, or in the thread's root.
func (c *Client) shown(ctx context.Context, at bot.Address, id string) (record, error) {
	r, _, err := c.find(ctx, at, id)
	if err == nil && r.Gone {
		err = ErrNoEntry
	}
	if errors.Is(err, ErrNoEntry) {
		return record{}, no(http.StatusNotFound, "no_message")
	}
	return r, err
}

// guestName tells one unknown customer from another, in the engineers' language.
func (c *Client) guestName(secret string) string {
	return c.cfg.Texts.Text(c.cfg.Engineers, "web.customer", nil) + " " + strings.ToUpper(hash("chat", secret)[:4])
}

func nameOf(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	if s == "" {
		return defaultBy
	}
	if runes := []rune(s); len(runes) > maxName {
		s = string(runes[:maxName])
	}
	return s
}

// message takes what somebody wrote. The history has it as it was written; it is
// there before the browser's 200, so that a reload shows it.
func (c *Client) message(ctx context.Context, r *http.Request, p messagePost) (any, error) {
	text := strings.Trim(clean(p.Text), "\n")
	if strings.TrimSpace(text) == "" {
		return nil, no(http.StatusBadRequest, "empty")
	}
	in, err := c.inbound(ctx, r, p.head, bot.KindMessage)
	if err != nil {
		return nil, err
	}
	in.Text = text
	in.MessageID = messageID(in.ID)
	if err := c.cfg.Acceptor.Accept(ctx, in); err != nil {
		return nil, fmt.Errorf("accept message: %w", err)
	}
	rec := record{ID: in.MessageID, At: in.At, From: fromCustomer, Client: p.ID, Lang: in.Person.Locale, Text: text}
	if in.Side == bot.SideDesk {
		rec.From, rec.Name = fromEngineer, in.Person.Name
	}
	if err := c.keep(ctx, in.Address, rec); err != nil {
		return nil, err
	}
	return stored{ID: rec.ID}, nil
}

// action takes a click, if the message offers that choice.
func (c *Client) action(ctx context.Context, r *http.Request, p actionPost) (any, error) {
	in, err := c.inbound(ctx, r, p.head, bot.KindAction)
	if err != nil {
		return nil, err
	}
	rec, err := c.shown(ctx, in.Address, p.Message)
	if err != nil {
		return nil, err
	}
	if p.Action == "" || p.Action == "form" || !rec.offers(p.Action, p.Value) {
		return nil, no(http.StatusConflict, "not_offered")
	}
	in.MessageID, in.Action, in.Value = rec.ID, p.Action, p.Value
	if err := c.cfg.Acceptor.Accept(ctx, in); err != nil {
		return nil, fmt.Errorf("accept action: %w", err)
	}
	return stored{}, nil
}

// offers tells whether the message has this choice now.
func (r record) offers(action, value string) bool {
	is := func(c bot.Choice) bool { return c.Action == action && c.Value == value }
	if slices.ContainsFunc(r.Choices, is) {
		return true
	}
	for _, m := range r.Menus {
		for _, o := range m.Options {
			if o.Value == value && (o.Action == action || o.Action == "" && m.Action == action) {
				return true
			}
		}
	}
	return false
}

// submit takes a form that was offered in this conversation.
func (c *Client) submit(ctx context.Context, r *http.Request, p formPost) (any, error) {
	in, err := c.inbound(ctx, r, p.head, bot.KindForm)
	if err != nil {
		return nil, err
	}
	rec, err := c.shown(ctx, in.Address, p.Message)
	if err != nil {
		return nil, err
	}
	if !rec.offers("form", p.Case) {
		return nil, no(http.StatusConflict, "not_offered")
	}
	fields, err := answers(p.Fields)
	if err != nil {
		return nil, err
	}
	in.MessageID, in.Action, in.Value, in.Fields = rec.ID, "form", p.Case, fields
	if err := c.cfg.Acceptor.Accept(ctx, in); err != nil {
		return nil, fmt.Errorf("accept form: %w", err)
	}
	return stored{}, nil
}

// answers keeps what was filled in.
func answers(given map[string]string) (map[string]string, error) {
	if len(given) > maxFields {
		return nil, no(http.StatusBadRequest, "junk")
	}
	fields := map[string]string{}
	for name, text := range given {
		text = strings.TrimSpace(clean(text))
		switch {
		case !reField.MatchString(name):
			return nil, no(http.StatusBadRequest, "junk")
		case utf8.RuneCountInString(text) > maxAnswer:
			return nil, no(http.StatusRequestEntityTooLarge, "too_large")
		case text != "":
			fields[name] = text
		}
	}
	if len(fields) == 0 {
		return nil, no(http.StatusBadRequest, "empty")
	}
	return fields, nil
}

// fresh begins a new conversation in this browser; the old one is no longer open to it.
func (c *Client) fresh(w http.ResponseWriter, r *http.Request) {
	if err := c.guard(r); err != nil {
		c.finish(w, r, nil, err)
		return
	}
	answer(w, http.StatusOK, map[string]string{"conversation": chatOf(renew(w, r, chatCookie))})
}
