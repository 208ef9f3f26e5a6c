package slack

import (
	"context"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"
)

// Report is what [Client.Check] found out.
type Report struct {
	Team, TeamID   string
	BotUser, BotID string
	Scopes         []string // granted; empty when Slack did not tell
	Missing        []string // scopes of the manifest that are not granted
	Channels       []ChannelReport
	Socket         error // of the app token, when one is configured; nil is good
}

// ChannelReport is the state of one channel.
type ChannelReport struct {
	ID, Name string
	Member   bool  // the bot is in it
	Shared   bool  // Slack Connect
	Archived bool  //
	Err      error // a bot.SendError when Slack did not tell
}

// Good tells whether nothing stands in the way of serving.
func (r Report) Good() bool {
	return len(r.Missing) == 0 && r.Socket == nil && !slices.ContainsFunc(r.Channels, func(ch ChannelReport) bool {
		return ch.Err != nil || !ch.Member || ch.Archived
	})
}

// Check asks Slack who the bot is, what it may do, and whether it is in the desk and
// in channels. An error means that not even the first question was answered.
func (c *Client) Check(ctx context.Context, channels ...string) (Report, error) {
	self, resp, err := c.authTest(ctx)
	if err != nil {
		return Report{}, err
	}
	r := Report{Team: resp.Team, TeamID: resp.TeamID, BotUser: self.user, BotID: self.bot}
	for _, s := range strings.Split(resp.Header.Get("X-OAuth-Scopes"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			r.Scopes = append(r.Scopes, s)
		}
	}
	for _, s := range scopes {
		if len(r.Scopes) > 0 && !slices.Contains(r.Scopes, s) {
			r.Missing = append(r.Missing, s)
		}
	}
	if c.cfg.Desk != "" && !slices.Contains(channels, c.cfg.Desk) {
		channels = append([]string{c.cfg.Desk}, channels...)
	}
	for _, id := range channels {
		r.Channels = append(r.Channels, c.checkChannel(ctx, id))
	}
	if c.cfg.AppToken != "" {
		r.Socket = c.call(ctx, "apps.connections.open", "", func(ctx context.Context) error {
			_, _, err := c.api.StartSocketModeContext(ctx)
			return err
		})
	}
	return r, nil
}

func (c *Client) checkChannel(ctx context.Context, id string) ChannelReport {
	out := ChannelReport{ID: id}
	out.Err = c.call(ctx, "conversations.info", id, func(ctx context.Context) error {
		ch, err := c.api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: id})
		if err != nil {
			return err
		}
		out.Name, out.Member, out.Shared, out.Archived = ch.Name, ch.IsMember, ch.IsExtShared || ch.IsShared, ch.IsArchived
		return nil
	})
	return out
}
