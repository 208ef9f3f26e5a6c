package discord

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"firstline/bot"
)

const (
	pageSize  = 100
	findPages = 10 // newest first: what was just sent is near the front
)

// Find looks for out where it was to be shown: a message of ours, not older than the decision, with the same words,
// embeds and controls, that is not known to be another. It is found when all of its parts are there.
// Errors are [bot.SendError]; they say nothing about the message.
func (c *Client) Find(ctx context.Context, out bot.Outbound) (bot.Receipt, bool, error) {
	if out.To.Platform != Platform || out.To.Channel == "" {
		return bot.Receipt{}, false, invalid(errNotHere)
	}
	parts, err := render(out)
	if err != nil {
		return bot.Receipt{}, false, invalid(err)
	}
	if out.Update != "" || out.OnlyFor != "" {
		return bot.Receipt{}, false, nil // can be repeated, or can never be read back
	}
	parts = withLinks(parts, fileLines(out.Files), out.Card != nil)
	have, err := c.arrived(ctx, out, parts)
	if err != nil || len(have) < len(parts) {
		return bot.Receipt{}, false, err
	}
	parent, err := c.lookup(ctx, out.To.Channel)
	return bot.Receipt{MessageID: have[receiptPart(out, len(parts), parent)]}, err == nil, err
}

// arrived gives the ids of the parts of out that are there.
func (c *Client) arrived(ctx context.Context, out bot.Outbound, parts []part) (map[int]string, error) {
	parent, err := c.lookup(ctx, out.To.Channel)
	if err != nil {
		return nil, err
	}
	have := map[int]string{}
	if out.To.Thread == "" && parent.isForum() {
		return have, c.arrivedPost(ctx, out, parent, parts, have)
	}
	in := firstOf(out.To.Thread, out.To.Channel)
	first := parts
	if out.To.Thread == "" && parent.Kind != kindDM {
		first = parts[:1] // the others stand in its thread
	}
	if err := c.match(ctx, in, out, first, 0, have); err != nil || len(first) == len(parts) || have[0] == "" {
		return have, err
	}
	return have, c.match(ctx, have[0], out, parts[1:], 1, have)
}

// match looks for parts, the first of which is number n, among the latest messages of a channel or thread.
func (c *Client) match(ctx context.Context, in string, out bot.Outbound, parts []part, n int, have map[int]string) error {
	ours, err := c.ownSince(ctx, in, out.At)
	if isCode(err, 10003) { // a thread that is still to be opened
		return nil
	}
	if err != nil {
		return err
	}
	for i, p := range parts {
		at := slices.IndexFunc(ours, func(m message) bool { return p.shows(m, len(out.Files)) && c.may(m.ID, out.ID, n+i) })
		if at >= 0 {
			have[n+i] = ours[at].ID
			ours = ours[at+1:] // parts stand in order
		}
	}
	return nil
}

// may tells whether a message can be the nth part of an outbound: it is not known to be another's.
func (c *Client) may(message, id string, n int) bool {
	key, known := c.posted.get("of " + message)
	return !known || key == id+"/"+strconv.Itoa(n)
}

// ownSince gives our messages of a channel or thread since shortly before a moment, oldest first.
func (c *Client) ownSince(ctx context.Context, in string, since time.Time) ([]message, error) {
	self, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	oldest := "0"
	if !since.IsZero() {
		oldest = snowflake(since.Add(-time.Minute)) // clocks differ
	}
	var ours []message
	query := ""
	for range findPages {
		page, err := c.page(ctx, in, query, pageSize)
		if err != nil {
			return nil, err
		}
		for _, m := range slices.Backward(page) {
			if m.Author.ID == self.user && newer(m.ID, oldest) && (m.Type == typeDefault || m.Type == typeReply) {
				ours = append(ours, m)
			}
		}
		if len(page) < pageSize || !newer(page[0].ID, oldest) {
			break
		}
		query = "before=" + page[0].ID
	}
	slices.Reverse(ours)
	return ours, nil
}

func (c *Client) getMessage(ctx context.Context, in, id string, m *message) error {
	return c.do(ctx, call{name: "get_message", method: "GET", path: "channels/" + in + "/messages/" + id, bucket: "message " + in}, m)
}

// page reads messages of a channel or thread, oldest first; query says where (after=…, before=…).
func (c *Client) page(ctx context.Context, in, query string, limit int) ([]message, error) {
	q, err := url.ParseQuery(query)
	if err != nil {
		return nil, invalid(err)
	}
	q.Set("limit", strconv.Itoa(limit))
	var page []message
	err = c.do(ctx, call{name: "list_messages", method: "GET", path: "channels/" + in + "/messages?" + q.Encode(), bucket: "list " + in}, &page)
	slices.SortFunc(page, func(a, b message) int {
		switch {
		case newer(a.ID, b.ID):
			return 1
		case newer(b.ID, a.ID):
			return -1
		}
		return 0
	})
	return page, err
}

// arrivedPost looks for a post among the forum's open threads.
func (c *Client) arrivedPost(ctx context.Context, out bot.Outbound, forum channel, parts []part, have map[int]string) error {
	self, err := c.me(ctx)
	if err != nil {
		return err
	}
	if err := c.activeThreads(ctx, forum.Guild); err != nil {
		return err
	}
	oldest := "0"
	if !out.At.IsZero() {
		oldest = snowflake(out.At.Add(-time.Minute))
	}
	title := c.postTitle(out)
	for _, t := range c.places.threadsOf(forum.ID) {
		if t.Owner != self.user || t.Name != title || !newer(t.ID, oldest) || !c.may(t.ID, out.ID, 0) {
			continue
		}
		if err := c.match(ctx, t.ID, out, parts, 0, have); err != nil || len(have) > 0 {
			return err
		}
	}
	return nil
}

func fileLines(files []bot.File) []string {
	var lines []string
	for _, f := range files {
		lines = append(lines, fileLine(f))
	}
	return lines
}
