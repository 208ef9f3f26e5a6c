package slack

import (
	"context"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

const (
	pageSize     = 200
	historyPages = 5  // newest first: what was just sent is near the front
	threadPages  = 50 // oldest first: the end must be reached
)

// Find looks for the message with out's id by its metadata, in its thread or, without
// one, among the latest of the channel. It is found when all of its parts are there. Errors are
// [bot.SendError]; they say nothing about the message.
func (c *Client) Find(ctx context.Context, out bot.Outbound) (bot.Receipt, bool, error) {
	if out.ID == "" {
		return bot.Receipt{}, false, nil
	}
	have, parts, err := c.arrived(ctx, out.To, out.ID)
	if err != nil {
		return bot.Receipt{}, false, err
	}
	for n := range parts {
		if have[n] == "" {
			return bot.Receipt{}, false, nil
		}
	}
	return bot.Receipt{MessageID: have[0]}, parts > 0, nil
}

// arrived gives the timestamps of the parts of message id that are there, and how
// many parts it has, 0 when none is there.
func (c *Client) arrived(ctx context.Context, to bot.Address, id string) (have map[int]string, parts int, err error) {
	have = map[int]string{}
	self := c.me(ctx, nil)
	see := func(m slackapi.Message) {
		if m.Metadata.EventType != metadataType || m.Metadata.EventPayload["id"] != id {
			return
		}
		if self.user != "" && m.User != "" && m.User != self.user { // somebody else's app copied it
			return
		}
		n, of := 0, 1
		if f, ok := m.Metadata.EventPayload["part"].(float64); ok {
			n = int(f)
		}
		if f, ok := m.Metadata.EventPayload["parts"].(float64); ok {
			of = int(f)
		}
		have[n], parts = m.Timestamp, max(parts, min(of, 1000))
	}
	if to.Thread != "" {
		err = c.inThread(ctx, to.Channel, to.Thread, see)
		return have, parts, err
	}
	if err = c.inChannel(ctx, to.Channel, see); err != nil || parts <= len(have) || isDirect(to) {
		return have, parts, err
	}
	// The other parts of a top-level message stand under its first one.
	if root := have[0]; root != "" {
		err = c.inThread(ctx, to.Channel, root, see)
	}
	return have, parts, err
}

func (c *Client) inThread(ctx context.Context, channel, thread string, see func(slackapi.Message)) error {
	cursor := ""
	for range threadPages {
		var page []slackapi.Message
		err := c.call(ctx, "conversations.replies", channel, func(ctx context.Context) (err error) {
			page, _, cursor, err = c.api.GetConversationRepliesContext(ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: thread, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
			})
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range page {
			see(m)
		}
		if cursor == "" {
			break
		}
	}
	return nil
}

func (c *Client) inChannel(ctx context.Context, channel string, see func(slackapi.Message)) error {
	cursor := ""
	for range historyPages {
		var page *slackapi.GetConversationHistoryResponse
		err := c.call(ctx, "conversations.history", channel, func(ctx context.Context) (err error) {
			page, err = c.api.GetConversationHistoryContext(ctx, &slackapi.GetConversationHistoryParameters{
				ChannelID: channel, Cursor: cursor, Limit: pageSize, IncludeAllMetadata: true,
			})
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range page.Messages {
			see(m)
		}
		if cursor = page.ResponseMetaData.NextCursor; cursor == "" {
			break
		}
	}
	return nil
}
