package discord

import (
	"context"
	"sync"
	"time"

	"firstline/bot"
)

// answer is what an interaction is answered with: once, within three seconds. What takes longer is deferred, and told
// afterwards in a message of its own.
type answer struct {
	client *Client
	i      interaction
	person bot.Person
	began  time.Time

	mu    sync.Mutex
	given bool
	timer *time.Timer
}

// soon defers the answer when there is none in time. Nothing of it changes what the person sees, or says "thinking…".
func (a *answer) soon(kind int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer = time.AfterFunc(a.client.times.answer, func() {
		a.give(context.Background(), kind, deferBody(kind))
	})
}

func deferBody(kind int) any {
	if kind == answerDefer {
		return map[string]int{"flags": flagEphemeral}
	}
	return nil
}

func (a *answer) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timer != nil {
		a.timer.Stop()
	}
}

// give answers unless there is an answer already; ok tells whether this is it.
func (a *answer) give(ctx context.Context, kind int, data any) (ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.given {
		return false
	}
	body := map[string]any{"type": kind}
	if data != nil {
		body["data"] = data
	}
	k := call{
		name: "create_interaction_response", method: "POST", path: "interactions/" + a.i.ID + "/" + a.i.Token + "/callback", free: true, body: body,
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	var err error
	for range 3 {
		if err = a.client.do(ctx, k, nil); err == nil || hopeless(err) || ctx.Err() != nil {
			break
		}
	}
	if err != nil && !isCode(err, 40060) { // 40060: an earlier attempt arrived
		a.client.log.Warn("interaction not answered", "interaction", a.i.ID, "err", err)
		return false
	}
	a.given = true
	return true
}

// lasting gives an answer a time of its own, whatever has become of what it answers.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}

// say tells the person something that they alone see.
func (a *answer) say(ctx context.Context, text string) {
	body := messageBody{Content: fit(text, maxContent), Flags: flagEphemeral | flagNoEmbeds}
	if a.give(ctx, answerMessage, body) {
		return
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	if err := a.client.followUp(ctx, a.i.Token, body); err != nil {
		a.client.log.Warn("person not told", "interaction", a.i.ID, "err", err)
	}
}

// tell is say with a text of the catalogue.
func (a *answer) tell(ctx context.Context, key string) {
	a.say(ctx, a.client.text(a.person.Locale, key, nil))
}

// refuse tells why nothing happened.
func (a *answer) refuse(ctx context.Context, reason, key string) {
	a.client.cfg.Metrics.Refused(reason)
	a.tell(ctx, key)
}

// followUp shows a further message to the person of an interaction.
func (c *Client) followUp(ctx context.Context, token string, body messageBody) error {
	self, err := c.me(ctx)
	if err != nil {
		return err
	}
	body.Flags |= flagEphemeral
	return c.do(ctx, call{name: "execute_webhook", method: "POST", path: "webhooks/" + self.app + "/" + token, free: true, body: body}, nil)
}
