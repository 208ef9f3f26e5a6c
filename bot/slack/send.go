package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

const metadataType = "firstline_message"

// Send shows one message. Its errors are [bot.SendError]; see the package comment
// for what may be shown twice.
func (c *Client) Send(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	if out.To.Platform != Platform || out.To.Channel == "" {
		return bot.Receipt{}, invalid(errors.New("address is not on Slack"))
	}
	if out.Delete {
		return c.remove(ctx, out)
	}
	parts, err := render(out)
	if err != nil {
		return bot.Receipt{}, invalid(err)
	}
	switch {
	case out.Update != "":
		return c.update(ctx, out, parts[0])
	case out.OnlyFor != "":
		return c.whisperTo(ctx, out, parts[0])
	}
	return c.post(ctx, out, parts)
}

func invalid(err error) error {
	return &bot.SendError{Class: bot.ClassInvalid, Err: fmt.Errorf("slack: %w", err)}
}

// remove deletes a message; one that is gone already counts as deleted.
func (c *Client) remove(ctx context.Context, out bot.Outbound) (bot.Receipt, error) {
	if out.Update == "" {
		return bot.Receipt{}, invalid(errors.New("deletion without a message"))
	}
	err := c.call(ctx, "chat.delete", out.To.Channel, func(ctx context.Context) error {
		_, _, err := c.api.DeleteMessageContext(ctx, out.To.Channel, out.Update)
		if isCode(err, "message_not_found") {
			return nil
		}
		return err
	})
	return bot.Receipt{MessageID: out.Update}, err
}

func isCode(err error, code string) bool {
	api, ok := errors.AsType[slackapi.SlackErrorResponse](err)
	return ok && api.Err == code
}

func (c *Client) update(ctx context.Context, out bot.Outbound, p part) (bot.Receipt, error) {
	err := c.call(ctx, "chat.update", out.To.Channel, func(ctx context.Context) error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, out.To.Channel, out.Update, p.options()...)
		return err
	})
	return bot.Receipt{MessageID: out.Update}, err
}

// whisperTo shows a message to one person; it leaves no trace that Find could read.
func (c *Client) whisperTo(ctx context.Context, out bot.Outbound, p part) (bot.Receipt, error) {
	options := p.options()
	if out.To.Thread != "" {
		options = append(options, slackapi.MsgOptionTS(out.To.Thread))
	}
	err := c.paced(ctx, "chat.postEphemeral", out.To.Channel, func(ctx context.Context) error {
		_, err := c.api.PostEphemeralContext(ctx, out.To.Channel, out.OnlyFor, options...)
		return err
	})
	return bot.Receipt{}, err
}

// working is the status while the bot is at work: the same in every language.
const working = "…"

// Typing meets [bot.Typist], in threads: elsewhere Slack has no status. It goes
// away with the next message, or after two minutes.
func (c *Client) Typing(ctx context.Context, to bot.Address) error {
	if to.Thread == "" {
		return nil
	}
	return c.call(ctx, "assistant.threads.setStatus", to.Channel, func(ctx context.Context) error {
		return c.api.SetAssistantThreadsStatusContext(ctx, slackapi.AssistantThreadsSetStatusParameters{ChannelID: to.Channel, ThreadTS: to.Thread, Status: working})
	})
}

// paced is call in its turn.
func (c *Client) paced(ctx context.Context, method, channel string, f func(context.Context) error) error {
	return c.call(ctx, method, channel, func(ctx context.Context) error {
		if err := c.pace.turn(ctx, channel); err != nil {
			return err
		}
		return f(ctx)
	})
}

// post writes the parts in order, then the files. When it comes to more than one message, those
// that arrived in an earlier attempt are not written again.
func (c *Client) post(ctx context.Context, out bot.Outbound, parts []part) (bot.Receipt, error) {
	have, err := c.load(ctx, out, len(parts))
	if err != nil {
		return bot.Receipt{}, err // nothing was written
	}
	if len(have.files) > 0 {
		if parts, err = render(besides(out, have.files)); err != nil {
			return bot.Receipt{}, invalid(err)
		}
	}
	to := out.To
	for i, p := range parts {
		ts, done := have.parts[i]
		if !done {
			if ts, err = c.postPart(ctx, to, p, note(out.ID, i, len(parts), have.files)); err != nil {
				return bot.Receipt{MessageID: have.parts[0]}, err
			}
			have.parts[i] = ts
		}
		if to.Thread == "" && !isDirect(to) {
			to.Thread = ts // the rest of a top-level message stands under it
		}
	}
	return bot.Receipt{MessageID: have.parts[0]}, c.share(ctx, to, out, have)
}

// load tells what of a message is there, and brings the files of one that is not to Slack.
func (c *Client) load(ctx context.Context, out bot.Outbound, parts int) (arrival, error) {
	carries := c.cfg.Fetch != nil && len(out.Files) > 0
	have := arrival{parts: map[int]string{}}
	if out.ID != "" && (parts > 1 || carries) {
		var err error
		if have, err = c.arrived(ctx, out.To, out.ID); err != nil {
			return have, err
		}
	}
	if !carries || have.parts[0] != "" { // a text that is there tells what became of its files
		return have, nil
	}
	var err error
	have.files, err = c.stow(ctx, out.To.Channel, out.Files)
	return have, err
}

// note is the metadata by which a part is found again; the first one announces the files.
func note(id string, n, of int, files []string) map[string]any {
	if id == "" {
		return nil
	}
	payload := map[string]any{"id": id}
	if of > 1 {
		payload["part"], payload["parts"] = n, of
	}
	if list := strings.Join(files, ","); n == 0 && strings.Trim(list, ",") != "" {
		payload["files"] = list
	}
	return payload
}

func isDirect(to bot.Address) bool { return to.Channel != "" && to.Channel[0] == 'D' }

func (c *Client) postPart(ctx context.Context, to bot.Address, p part, payload map[string]any) (string, error) {
	options := append(p.options(), slackapi.MsgOptionDisableLinkUnfurl(), slackapi.MsgOptionDisableMediaUnfurl())
	if to.Thread != "" {
		options = append(options, slackapi.MsgOptionTS(to.Thread))
	}
	if payload != nil {
		options = append(options, slackapi.MsgOptionMetadata(slackapi.SlackMetadata{EventType: metadataType, EventPayload: payload}))
	}
	var ts string
	stray := false
	err := c.paced(ctx, "chat.postMessage", to.Channel, func(ctx context.Context) error {
		_, got, shown, err := c.api.PostMessageWithResponseContext(ctx, to.Channel, options...)
		switch {
		case err != nil:
			return err
		case got == "":
			return errors.New("answer without a timestamp")
		}
		ts = got
		stray = to.Thread != "" && shown.Timestamp != "" && shown.ThreadTimestamp == ""
		return nil
	})
	if err != nil {
		return "", err
	}
	if stray {
		return "", c.takeBack(ctx, to, ts)
	}
	return ts, nil
}

// takeBack removes a reply that Slack put at the channel's top level because the
// thread's first message is gone.
func (c *Client) takeBack(ctx context.Context, to bot.Address, ts string) error {
	if _, err := c.remove(ctx, bot.Outbound{To: to, Update: ts}); err != nil {
		c.log.Error("stray reply not removed", "channel", to.Channel, "message", ts, "err", err)
	}
	return &bot.SendError{Class: bot.ClassGone, Err: errors.New("slack chat.postMessage: the thread's first message was deleted")}
}

func (p part) options() []slackapi.MsgOption {
	return []slackapi.MsgOption{
		slackapi.MsgOptionText(p.fallback, false),
		slackapi.MsgOptionBlocks(p.blocks...),
		slackapi.MsgOptionParse(false),
		slackapi.MsgOptionLinkNames(false),
	}
}
