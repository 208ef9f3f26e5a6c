package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstline/bot"
)

const historyLimit = 1000 // entries of one conversation that are looked at

// Send shows one message. Its errors are [bot.SendError]; sending the same
// message again after any of them is harmless.
func (c *Client) Send(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	switch {
	case out.To.Platform != Platform || out.To.Channel != DeskChannel && !strings.HasPrefix(out.To.Channel, chatPrefix):
		return bot.Receipt{}, failed(bot.ClassInvalid, errors.New("address is not on the web"))
	case out.Delete && out.Update == "":
		return bot.Receipt{}, failed(bot.ClassInvalid, errors.New("deletion without a message"))
	case out.Update != "":
		return c.change(ctx, out)
	}
	r := c.recordOf(out)
	r.At = c.cfg.Now().UTC()
	if out.OnlyFor != "" {
		m := r.message(out.To.Channel == DeskChannel)
		m.Only = true
		return bot.Receipt{}, c.tell(out.To, out.OnlyFor, m)
	}
	if err := c.keep(ctx, out.To, r); err != nil {
		return bot.Receipt{}, failed(bot.ClassRetry, err)
	}
	return bot.Receipt{MessageID: r.ID}, nil
}

// Find tells whether the message with out's id is in its conversation.
func (c *Client) Find(ctx context.Context, out bot.Outbound) (bot.Receipt, bool, error) {
	if out.ID == "" {
		return bot.Receipt{}, false, nil
	}
	all, err := c.records(ctx, out.To.Key(), historyLimit)
	if err != nil {
		return bot.Receipt{}, false, failed(bot.ClassRetry, err)
	}
	want := messageID(out.ID)
	i := slices.IndexFunc(all, func(r record) bool { return r.ID == want || r.Last == out.ID })
	if i < 0 {
		return bot.Receipt{}, false, nil
	}
	return bot.Receipt{MessageID: all[i].ID}, true, nil
}

func failed(class bot.Class, err error) error {
	return &bot.SendError{Class: class, Err: fmt.Errorf("web: %w", err)}
}

// messageID makes the id that a message has here from the one that it was sent
// with, so that both name the same message for ever.
func messageID(outbound string) string { return "m-" + hash("message", outbound) }

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:12])
}

func (c *Client) recordOf(out bot.Outbound) record {
	id := out.ID
	if id == "" {
		id = rand.Text()
	}
	return record{
		ID: messageID(id), From: fromBot, Name: clean(out.Author), Lang: out.Lang, RTL: out.RTL, Text: out.Text, Note: out.Note,
		Choices: out.Choices, Menus: out.Menus, Card: out.Card, Files: out.Files, Last: out.ID,
	}
}

// change replaces or takes away a message that is shown. A deletion of one that is gone
// is done already.
func (c *Client) change(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	old, to, err := c.find(ctx, out.To, out.Update)
	switch {
	case errors.Is(err, ErrNoEntry) && out.Delete:
		return bot.Receipt{MessageID: out.Update}, nil
	case errors.Is(err, ErrNoEntry):
		return bot.Receipt{}, failed(bot.ClassGone, err)
	case err != nil:
		return bot.Receipt{}, failed(bot.ClassRetry, err)
	}
	r := c.recordOf(out)
	if out.Delete {
		r = record{Gone: true, From: fromBot, Last: out.ID}
	}
	r.ID, r.At, r.V = old.ID, old.At, old.V+1
	r.Edited = old.Edited || r.Name != "" && r.Text != old.Text
	switch {
	case old.Gone && !out.Delete:
		return bot.Receipt{}, failed(bot.ClassGone, ErrNoEntry)
	case out.ID != "" && old.Last == out.ID: // it was written before; the pages may not have been told
		r = old
	default:
		if err := c.update(ctx, r); err != nil {
			return bot.Receipt{}, failed(bot.ClassRetry, err)
		}
	}
	if err := c.tell(to, "", r.message(to.Channel == DeskChannel)); err != nil {
		return bot.Receipt{}, err
	}
	return bot.Receipt{MessageID: old.ID}, nil
}

// find looks for a message where it is said to be, and, as a card lives on the
// desk itself and its talk in a thread, there too. It gives the message's own address.
func (c *Client) find(ctx context.Context, to bot.Address, id string) (record, bot.Address, error) {
	places := []bot.Address{to}
	if to.Channel == DeskChannel && to.Thread != "" {
		places = append(places, bot.Address{Platform: Platform, Channel: DeskChannel})
	}
	for _, place := range places {
		all, err := c.records(ctx, place.Key(), historyLimit)
		if err != nil {
			return record{}, to, err
		}
		if i := slices.IndexFunc(all, func(r record) bool { return r.ID == id }); i >= 0 {
			return all[i], place, nil
		}
	}
	return record{}, to, ErrNoEntry
}

// keep appends a record and tells the pages.
func (c *Client) keep(ctx context.Context, to bot.Address, r record) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode entry: %w", err)
	}
	if err := c.cfg.History.Append(ctx, to.Key(), r.ID, payload); err != nil {
		return fmt.Errorf("append: %w", err)
	}
	return c.tell(to, "", r.message(to.Channel == DeskChannel))
}

func (c *Client) update(ctx context.Context, r record) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode entry: %w", err)
	}
	if err := c.cfg.History.Update(ctx, r.ID, payload); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	return nil
}

func (c *Client) tell(to bot.Address, only string, m message) error {
	data, err := json.Marshal(change{Channel: to.Channel, Thread: to.Thread, Message: m})
	if err != nil {
		return failed(bot.ClassInvalid, err)
	}
	c.hub.publish(to.Channel, only, data)
	return nil
}

// records gives the newest entries of a conversation in order of time: a bot
// that answers within the request may be written before the words it answers. An
// entry that cannot be read is left out and logged.
func (c *Client) records(ctx context.Context, conversation string, limit int) ([]record, error) {
	entries, err := c.cfg.History.List(ctx, conversation, limit)
	if err != nil {
		return nil, fmt.Errorf("list: %w", err)
	}
	out := make([]record, 0, len(entries))
	for _, e := range entries {
		r, err := decode(e)
		if err != nil {
			c.log.Error("unreadable history entry", "conversation", conversation, "entry", e.ID, "err", err)
			continue
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b record) int { return a.At.Compare(b.At) })
	return out, nil
}
