package discord

import (
	"context"
	"errors"
	"fmt"

	"firstline/bot"
)

// Send shows one message. Its errors are [bot.SendError]; see the package comment
// for what may be shown twice.
func (c *Client) Send(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	if out.To.Platform != Platform || out.To.Channel == "" {
		return bot.Receipt{}, invalid(errNotHere)
	}
	switch {
	case out.Delete:
		return c.remove(ctx, out)
	case out.Update != "":
		return c.update(ctx, out)
	case out.OnlyFor != "":
		return c.whisper(ctx, out)
	}
	return c.post(ctx, out)
}

var errNotHere = errors.New("address is not on Discord")

func invalid(err error) error {
	return &bot.SendError{Class: bot.ClassInvalid, Err: fmt.Errorf("discord: %w", err)}
}

// remove deletes a message; one that is gone already counts as deleted.
func (c *Client) remove(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	if out.Update == "" {
		return bot.Receipt{}, invalid(errors.New("deletion without a message"))
	}
	in, err := c.holder(ctx, out.To, out.Update)
	if err == nil {
		err = c.opened(ctx, in, func() error {
			return c.do(ctx, call{name: "delete_message", method: "DELETE", path: "channels/" + in + "/messages/" + out.Update, bucket: "delete " + in}, nil)
		})
	}
	if isCode(err, 10008) {
		err = nil
	}
	return bot.Receipt{MessageID: out.Update}, err
}

// updateBody leaves flags and nonce alone: what suppresses previews stays, and nothing new is written.
type updateBody struct {
	Content    string      `json:"content"`
	Embeds     []embed     `json:"embeds"`
	Components []component `json:"components"`
	Mentions   mentions    `json:"allowed_mentions"`
}

// update changes a message. Of the bot's own words in several messages the last one has the buttons and is the one
// that changes; of words that are relayed it is the first, which then holds as much as one message can.
func (c *Client) update(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	in, err := c.holder(ctx, out.To, out.Update)
	if err != nil {
		return bot.Receipt{}, err
	}
	parts, err := render(out)
	if err != nil {
		return bot.Receipt{}, invalid(err)
	}
	if out.Author != "" || out.Card != nil {
		p, err := whole(out)
		if err != nil {
			return bot.Receipt{}, invalid(err)
		}
		parts = []part{p}
	}
	p := parts[len(parts)-1]
	if len(out.Files) > 0 {
		lines, err := c.unattached(ctx, in, out)
		if err != nil {
			return bot.Receipt{}, err
		}
		p = withLinks([]part{p}, lines, true)[0]
	}
	b := p.body()
	body := updateBody{Content: b.Content, Embeds: append([]embed{}, b.Embeds...), Components: append([]component{}, b.Components...)}
	err = c.opened(ctx, in, func() error {
		return c.do(ctx, call{
			name: "update_message", method: "PATCH", path: "channels/" + in + "/messages/" + out.Update, bucket: "update " + in, body: body,
		}, nil)
	})
	return bot.Receipt{MessageID: out.Update}, err
}

// Typing meets [bot.Typist]. In a conversation whose thread is not open yet it is
// seen in the channel; it goes away with the next message, or after ten seconds.
func (c *Client) Typing(ctx context.Context, to bot.Address) error {
	in := to.Channel
	if _, open := c.places.channel(to.Thread); open {
		in = to.Thread
	}
	return c.do(ctx, call{name: "trigger_typing_indicator", method: "POST", path: "channels/" + in + "/typing", bucket: "typing " + in}, nil)
}

// unattached gives the lines of the files that the message to be changed does not carry itself.
func (c *Client) unattached(ctx context.Context, in string, out bot.Outbound) ([]string, error) {
	var m message
	err := c.getMessage(ctx, in, out.Update, &m)
	if err != nil {
		return nil, err
	}
	if len(m.Attachments) >= len(out.Files) {
		return nil, nil
	}
	has := map[string]bool{} // Discord may have changed a name
	for _, a := range m.Attachments {
		has[a.Title], has[a.Filename] = true, true
	}
	var lines []string
	for _, f := range out.Files {
		if !has[fileName(f.Name)] {
			lines = append(lines, fileLine(f))
		}
	}
	return lines, nil
}

// whisper shows a message to one person: with the token of what they last clicked here, for them alone.
// Without one Discord has no such message: in a direct conversation it is an ordinary one, elsewhere a
// reply to their last words that calls nobody.
func (c *Client) whisper(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	p, err := whole(out)
	if err != nil {
		return bot.Receipt{}, invalid(err)
	}
	p = withLinks([]part{p}, fileLines(out.Files), true)[0]
	in := firstOf(out.To.Thread, out.To.Channel)
	token := firstOf(c.people.token(ctx, in, out.OnlyFor), c.people.token(ctx, out.To.Channel, out.OnlyFor)) // a card's buttons stand above its thread
	if token != "" {
		err := c.followUp(ctx, token, p.body())
		if err == nil || bot.ClassOf(err) != bot.ClassGone {
			return bot.Receipt{}, err
		}
	}
	body := p.body()
	if parent, err := c.lookup(ctx, out.To.Channel); err == nil && parent.Kind != kindDM {
		if last, ok := c.people.last(in, out.OnlyFor); ok {
			body.Reference = replyTo(last)
		}
	}
	id, err := c.postPart(ctx, out.To, out, 0, body, nil)
	return bot.Receipt{MessageID: id}, err
}
