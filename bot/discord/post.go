package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"time"

	"firstline/bot"
)

// nonceLife is how long Discord is trusted to remember a nonce; it says "a few minutes". What is tried again
// later is looked for first.
const nonceLife = time.Minute

// post writes the parts in order. When a message is tried again so late that Discord has forgotten its nonces, what
// arrived of it is looked for first and not written again.
func (c *Client) post(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	parts, err := render(out)
	if err != nil {
		return bot.Receipt{}, invalid(err)
	}
	parent, err := c.lookup(ctx, out.To.Channel)
	if err != nil {
		return bot.Receipt{}, err
	}
	uploads, lines := c.carry(ctx, out.Files)
	parts = withLinks(parts, lines, out.Card != nil)
	if out.To.Thread == "" && parent.isForum() {
		return c.postForum(ctx, out, parent, parts, uploads)
	}
	have := map[int]string{}
	if len(parts) > 1 && out.ID != "" && !out.At.IsZero() && c.cfg.Now().Sub(out.At) > nonceLife {
		if have, err = c.arrived(ctx, out, parts); err != nil {
			return bot.Receipt{}, err // a look that failed: nothing was written
		}
	}
	to := out.To
	for i, p := range parts {
		id, done := have[i]
		if !done {
			body := p.body()
			var files []upload
			if i == len(parts)-1 {
				files = uploads
			}
			if id, err = c.postPart(ctx, to, out, i, body, files); err != nil {
				return bot.Receipt{MessageID: have[0]}, err
			}
			have[i] = id
		}
		if i == 0 && to.Thread == "" && parent.Kind != kindDM {
			to.Thread = id // the rest of a top-level message, and what follows a card, stands in its thread
			c.relayThread(ctx, to, out)
		}
	}
	return bot.Receipt{MessageID: have[receiptPart(out, len(parts), parent)]}, nil
}

// receiptPart tells which part stands for a message of n parts: the one with the buttons, which is what will be changed;
// at the top level of a channel the first, which is what opens the thread.
func receiptPart(out bot.Outbound, n int, parent channel) int {
	top := out.To.Thread == "" && parent.Kind != kindDM
	if !top && len(out.Choices)+len(out.Menus) > 0 {
		return n - 1
	}
	return 0
}

// relayThread opens the thread under a card at once, so that engineers see where to answer. When that
// fails it is opened by the first message into it.
func (c *Client) relayThread(ctx context.Context, to bot.Address, out bot.Outbound) {
	if out.Card == nil {
		return
	}
	if err := c.openThread(ctx, to, label(out.Card.Title, maxPostTitle)); err != nil {
		c.log.Warn("thread of a card not opened", "channel", to.Channel, "message", to.Thread, "err", err)
	}
}

// postPart writes one part into its place, which is opened when it is archived or not there yet.
func (c *Client) postPart(ctx context.Context, to bot.Address, out bot.Outbound, n int, body messageBody, files []upload) (string, error) {
	in, err := c.into(ctx, to)
	if err != nil {
		return "", err
	}
	var id string
	err = c.opened(ctx, in, func() error {
		id, err = c.postIn(ctx, in, out, n, body, files...)
		return err
	})
	if isCode(err, 10003) { // deleted meanwhile
		c.places.drop(in)
	}
	return id, err
}

// postIn writes a message. Discord refuses to write what has the same nonce a second time, and gives the first one.
func (c *Client) postIn(ctx context.Context, in string, out bot.Outbound, n int, body messageBody, files ...upload) (string, error) {
	key := out.ID + "/" + strconv.Itoa(n)
	if out.ID != "" {
		if id, known := c.posted.get(key); known {
			return id, nil
		}
		body.Nonce, body.Enforce = nonce(out.ID, n), true
	}
	for i, f := range files {
		body.Files = append(body.Files, fileDescriptor{ID: strconv.Itoa(i), Filename: f.name})
	}
	var m message
	err := c.do(ctx, call{
		name: "create_message", method: "POST", path: "channels/" + in + "/messages", bucket: "post " + in, body: body, files: files,
	}, &m)
	if err != nil {
		return "", err
	}
	if m.ID == "" {
		return "", &bot.SendError{Class: bot.ClassUnclear, Err: errors.New("discord create_message: answer without an id")}
	}
	if out.ID != "" {
		c.posted.put(key, m.ID)
		c.posted.put("of "+m.ID, key)
	}
	return m.ID, nil
}

// nonce gives the nth part of a message a name of at most 25 characters.
func nonce(id string, n int) string {
	sum := sha256.Sum256([]byte(id + "/" + strconv.Itoa(n)))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// postForum opens a post; its first message has the post's id. Discord takes no nonce for it.
func (c *Client) postForum(ctx context.Context, out bot.Outbound, forum channel, parts []part, uploads []upload) (bot.Receipt, error) {
	first := parts[0].body()
	body := threadBody{Name: c.postTitle(out), AutoArchive: autoArchive, Message: &first}
	if forum.Flags&flagRequireTag != 0 {
		for _, tag := range forum.Tags {
			if !tag.Moderated && len(body.Tags) == 0 {
				body.Tags = []string{tag.ID}
			}
		}
	}
	now, later := uploads, []upload(nil)
	if len(parts) > 1 { // files stand with the last part
		now, later = nil, uploads
	}
	for i, f := range now {
		first.Files = append(first.Files, fileDescriptor{ID: strconv.Itoa(i), Filename: f.name})
	}
	var made channel
	err := c.do(ctx, call{
		name: "create_thread", method: "POST", path: "channels/" + forum.ID + "/threads", bucket: "threads " + forum.ID, body: body, files: now,
	}, &made)
	if err != nil {
		return bot.Receipt{}, err
	}
	c.places.put(made)
	c.marks.begin(made.ID, before(made.ID))
	if out.ID != "" {
		c.posted.put("of "+made.ID, out.ID+"/0")
	}
	to := out.To
	to.Thread = made.ID
	for i, p := range parts[1:] {
		var files []upload
		if i == len(parts)-2 {
			files = later
		}
		if _, err := c.postPart(ctx, to, out, i+1, p.body(), files); err != nil {
			return bot.Receipt{MessageID: made.ID}, err
		}
	}
	return bot.Receipt{MessageID: made.ID}, nil
}

func (c *Client) postTitle(out bot.Outbound) string {
	title := firstWords(out.Text, maxPostTitle)
	if out.Card != nil {
		title = label(out.Card.Title, maxPostTitle)
	}
	return firstOf(title, label(c.cfg.Texts.Text(out.Lang, "discord.thread.name", nil), maxPostTitle))
}
