package slack

import (
	"context"
	"strings"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

const (
	pageSize     = 200
	historyPages = 5  // newest first: what was just sent is near the front
	threadPages  = 50 // oldest first: the end must be reached
)

// Find looks for the message with out's id by its metadata, in its thread or, without
// one, among the latest of the channel. It is found when all of its parts and files are there.
// Errors are [bot.SendError]; they say nothing about the message.
func (c *Client) Find(ctx context.Context, out bot.Outbound) (bot.Receipt, bool, error) {
	if out.ID == "" {
		return bot.Receipt{}, false, nil
	}
	have, err := c.arrived(ctx, out.To, out.ID)
	if err != nil {
		return bot.Receipt{}, false, err
	}
	for n := range have.of {
		if have.parts[n] == "" {
			return bot.Receipt{}, false, nil
		}
	}
	if len(have.hidden(len(have.files))) > 0 {
		return bot.Receipt{}, false, nil
	}
	return bot.Receipt{MessageID: have.parts[0]}, have.of > 0, nil
}

// arrival is what of a message is there.
type arrival struct {
	parts map[int]string  // timestamps of its parts
	of    int             // how many parts it has, 0 when none is there
	files []string        // ids of its files at Slack, in their order; "" for one whose link is in the text
	shown map[string]bool // ids of files that are to be seen, or whose link followed
}

// hidden gives the indexes, among the first n files, of those that are announced and not there.
func (a arrival) hidden(n int) []int {
	var out []int
	for i, id := range a.files[:min(n, len(a.files))] {
		if id != "" && !a.shown[id] {
			out = append(out, i)
		}
	}
	return out
}

// see takes in what m tells about message id.
func (a *arrival) see(m slackapi.Message, id, self string) {
	for _, f := range m.Files {
		a.shown[f.ID] = true // an upload has one id, whoever shares it
	}
	if m.Metadata.EventType != metadataType || self != "" && m.User != "" && m.User != self { // somebody else's app copied it
		return
	}
	told := m.Metadata.EventPayload
	if file, ok := told["file"].(string); ok && told["link_of"] == id {
		a.shown[file] = true
	}
	if told["id"] != id {
		return
	}
	n, of := 0, 1
	if f, ok := told["part"].(float64); ok {
		n = int(f)
	}
	if f, ok := told["parts"].(float64); ok {
		of = int(f)
	}
	if files, ok := told["files"].(string); ok {
		a.files = strings.Split(files, ",")
	}
	a.parts[n], a.of = m.Timestamp, max(a.of, min(of, 1000))
}

// arrived looks for message id.
func (c *Client) arrived(ctx context.Context, to bot.Address, id string) (arrival, error) {
	have := arrival{parts: map[int]string{}, shown: map[string]bool{}}
	self := c.me(ctx, nil).user
	see := func(m slackapi.Message) { have.see(m, id, self) }
	if to.Thread != "" {
		err := c.inThread(ctx, to.Channel, to.Thread, see)
		return have, err
	}
	if err := c.inChannel(ctx, to.Channel, see); err != nil || isDirect(to) || have.of <= len(have.parts) && len(have.files) == 0 {
		return have, err
	}
	// What else belongs to a top-level message stands under its first part.
	var err error
	if root := have.parts[0]; root != "" {
		err = c.inThread(ctx, to.Channel, root, see)
	}
	return have, err
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
