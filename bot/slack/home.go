package slack

import (
	"context"

	slackapi "github.com/slack-go/slack"
)

// homeOpened shows the App Home in the person's language. It is a picture, not an event:
// nothing is stored, and one that could not be shown is shown at the next opening.
func (c *Client) homeOpened(ev innerEvent) reply {
	if ev.Tab != "home" || ev.User == "" {
		return c.ignore("tab")
	}
	rep := ok()
	rep.after = func(ctx context.Context) {
		lookup, cancel := context.WithTimeout(ctx, lookupTimeout/2)
		person := c.people.get(lookup, ev.User)
		cancel()
		view := c.homeView(person.Locale)
		err := c.call(ctx, "views.publish", "", func(ctx context.Context) error {
			_, err := c.api.PublishViewContext(ctx, slackapi.PublishViewContextRequest{UserID: ev.User, View: view})
			return err
		})
		if err != nil {
			c.log.Warn("home not shown", "user", ev.User, "err", err)
			return
		}
		c.cfg.Metrics.Received("home")
	}
	return rep
}

func (c *Client) homeView(locale string) slackapi.HomeTabViewRequest {
	view := slackapi.HomeTabViewRequest{Type: slackapi.VTHomeTab}
	add := func(b slackapi.Block) { view.Blocks.BlockSet = append(view.Blocks.BlockSet, b) }
	add(slackapi.NewHeaderBlock(plainText(c.text(locale, "slack.home.title", nil), maxHeader)))
	for _, key := range []string{"slack.home.text", "slack.home.how", "slack.home.command"} {
		for _, s := range sections(c.text(locale, key, nil), maxSection) {
			add(sectionBlock(s))
		}
	}
	return view
}
