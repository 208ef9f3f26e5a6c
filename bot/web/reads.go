package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"firstline/bot"
	"firstline/i18n"
)

const (
	chatShown  = 300 // messages of a conversation that the page gets
	cardsShown = 60
)

// row is a line of the desk's list.
type row struct {
	Message message   `json:"message"`
	Last    *lastLine `json:"last,omitempty"` // the newest line of its thread
}

type lastLine struct {
	At   time.Time `json:"at"`
	Name string    `json:"name,omitempty"`
	Text string    `json:"text"`
}

// history gives the page's own conversation, the desk's list (desk=1), or one
// thread of it (thread=<card>).
func (c *Client) history(r *http.Request) (any, error) {
	if r.FormValue("desk") != "" || r.FormValue("thread") != "" {
		if _, err := c.engineer(r); err != nil {
			return nil, err
		}
		if id := r.FormValue("thread"); id != "" {
			return c.threadHistory(r, id)
		}
		return c.deskHistory(r)
	}
	s := secret(r, chatCookie)
	if s == "" {
		return nil, no(http.StatusUnauthorized, "no_session")
	}
	at := bot.Address{Platform: Platform, Channel: chatOf(s)}
	messages, err := c.messages(r, at)
	return map[string]any{"conversation": at.Channel, "messages": messages}, err
}

func (c *Client) messages(r *http.Request, at bot.Address) ([]message, error) {
	all, err := c.records(r.Context(), at.Key(), chatShown)
	out := make([]message, 0, len(all))
	for _, rec := range all {
		out = append(out, rec.message(at.Channel == DeskChannel))
	}
	return out, err
}

func (c *Client) threadHistory(r *http.Request, id string) (any, error) {
	if err := c.thread(r.Context(), id); err != nil {
		return nil, err
	}
	messages, err := c.messages(r, bot.Address{Platform: Platform, Channel: DeskChannel, Thread: id})
	return map[string]any{"thread": id, "messages": messages}, err
}

// deskHistory lists the newest cards with the last line of each one's thread.
func (c *Client) deskHistory(r *http.Request) (any, error) {
	desk := bot.Address{Platform: Platform, Channel: DeskChannel}
	cards, err := c.records(r.Context(), desk.Key(), historyLimit)
	if err != nil {
		return nil, err
	}
	talked, err := c.cfg.History.Conversations(r.Context(), desk.Key()+"m-")
	if err != nil {
		return nil, fmt.Errorf("conversations: %w", err)
	}
	cards = slices.DeleteFunc(cards, func(rec record) bool { return rec.Gone })
	rows := make([]row, 0, min(len(cards), cardsShown))
	for _, rec := range cards[max(0, len(cards)-cardsShown):] {
		line := row{Message: rec.message(true)}
		thread := bot.Address{Platform: Platform, Channel: DeskChannel, Thread: rec.ID}.Key()
		if slices.Contains(talked, thread) {
			last, err := c.records(r.Context(), thread, 1)
			if err != nil {
				return nil, err
			}
			if len(last) == 1 && !last[0].Gone {
				line.Last = &lastLine{At: last[0].At, Name: last[0].Name, Text: last[0].preview()}
			}
		}
		rows = append(rows, line)
	}
	return map[string]any{"cards": rows}, nil
}

// form gives the form of a case, if this conversation has been offered it.
func (c *Client) form(r *http.Request) (any, error) {
	s := secret(r, chatCookie)
	if s == "" {
		return nil, no(http.StatusUnauthorized, "no_session")
	}
	id := r.FormValue("case")
	all, err := c.records(r.Context(), bot.Address{Platform: Platform, Channel: chatOf(s)}.Key(), historyLimit)
	if err != nil {
		return nil, err
	}
	offered := slices.ContainsFunc(all, func(rec record) bool { return !rec.Gone && rec.offers("form", id) })
	if id == "" || !offered || c.cfg.Forms == nil {
		return nil, no(http.StatusNotFound, "not_offered")
	}
	form, err := c.cfg.Forms.Form(r.Context(), id)
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	return struct {
		bot.Form
		Dir string `json:"dir"`
	}{form, direction(i18n.RTL(form.Lang))}, nil
}
