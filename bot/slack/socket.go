package slack

import (
	"context"
	"encoding/json"
	"errors"
	"hash/fnv"
	"net/http"
	"sync"
	"time"

	"firstline/bot"
	"firstline/bot/internal/transport"

	"github.com/slack-go/slack/socketmode"
)

const (
	socketLanes = 8 // requests of one channel are handled in order, of several at once
	laneDepth   = 16
	socketRead  = 4 << 20
)

// RunSocket receives over Socket Mode until ctx ends, and connects again whenever the
// connection is lost or Slack asks for it. It returns nil when ctx ended, and a
// [bot.SendError] of [bot.ClassAuth] when the app token is refused.
//
// A request is acknowledged when it is stored. One that is not is left alone:
// Slack delivers it again. An acknowledgement that is lost with its connection has the
// same effect, and the id makes the second delivery harmless.
func (c *Client) RunSocket(ctx context.Context) error {
	if c.cfg.AppToken == "" {
		return &bot.SendError{Class: bot.ClassAuth, Err: errors.New("slack: Socket Mode needs an app token")}
	}
	for ctx.Err() == nil {
		err := c.socketOnce(ctx)
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			if se := classify("apps.connections.open", new(wire), err, c.cfg.BotToken, c.cfg.AppToken); se.Class == bot.ClassAuth {
				return se
			}
			c.log.Warn("socket ended", "err", scrub(transport.Text(err), []string{c.cfg.AppToken, c.cfg.BotToken}))
			if waitTimer(ctx, time.Second) != nil {
				break
			}
		}
	}
	return nil
}

// socketOnce runs one slack-go manager, which reconnects by itself, with its lanes.
func (c *Client) socketOnce(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	smc := socketmode.New(c.api, socketmode.OptionReadLimit(socketRead))
	var lanes [socketLanes]chan socketmode.Request
	var running sync.WaitGroup
	for i := range lanes {
		lanes[i] = make(chan socketmode.Request, laneDepth)
		running.Go(func() {
			for req := range lanes[i] {
				c.socketRequest(ctx, smc, req)
			}
		})
	}
	failed := make(chan error, 1)
	go func() { failed <- smc.RunContext(ctx) }()
	err := c.pump(ctx, smc, lanes[:], failed)
	cancel()
	for _, lane := range lanes {
		close(lane)
	}
	running.Wait()
	c.cfg.Metrics.Connected(false)
	return err
}

// pump hands requests to their lanes until the manager ends.
func (c *Client) pump(ctx context.Context, smc *socketmode.Client, lanes []chan socketmode.Request, failed <-chan error) error {
	for {
		select {
		case err := <-failed:
			return err
		case ev := <-smc.Events:
			req, ok := c.socketEvent(ev)
			if !ok {
				continue
			}
			select {
			case lanes[laneOf(req.Payload)] <- req:
			case <-ctx.Done():
			}
		}
	}
}

// socketEvent picks the requests out of slack-go's events. It cannot parse what it does not
// know, so the raw message is read where it gave up: such a request must be acknowledged too.
func (c *Client) socketEvent(ev socketmode.Event) (socketmode.Request, bool) {
	switch ev.Type {
	case socketmode.EventTypeHello:
		c.cfg.Metrics.Connected(true)
		c.log.Info("socket connected")
	case socketmode.EventTypeConnectionError, socketmode.EventTypeDisconnect, socketmode.EventTypeIncomingError:
		c.cfg.Metrics.Connected(false)
		c.log.Warn("socket interrupted", "event", string(ev.Type))
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := ev.Data.(*socketmode.ErrorBadMessage)
		if !ok {
			break
		}
		var req socketmode.Request
		if err := json.Unmarshal(bad.Message, &req); err == nil && req.EnvelopeID != "" {
			return req, true
		}
	}
	if ev.Request != nil && ev.Request.EnvelopeID != "" {
		return *ev.Request, true
	}
	return socketmode.Request{}, false
}

// laneOf keeps what happens in one channel in one lane.
func laneOf(payload []byte) int {
	var p struct {
		ChannelID string `json:"channel_id"`
		Channel   struct {
			ID string `json:"id"`
		} `json:"channel"`
		Event struct {
			Channel json.RawMessage `json:"channel"` // a string, in some events an object
		} `json:"event"`
	}
	_ = json.Unmarshal(payload, &p) // junk goes to some lane and is refused there
	h := fnv.New32a()
	_, _ = h.Write([]byte(p.ChannelID + p.Channel.ID))
	var channel string
	if json.Unmarshal(p.Event.Channel, &channel) == nil {
		_, _ = h.Write([]byte(channel))
	}
	return int(h.Sum32() % socketLanes)
}

// socketRequest handles one request as its HTTP twin would be.
func (c *Client) socketRequest(ctx context.Context, smc *socketmode.Client, req socketmode.Request) {
	if ctx.Err() != nil {
		return // not stored, not acknowledged
	}
	within, cancel := context.WithTimeout(ctx, c.accept)
	defer cancel()
	var rep reply
	switch req.Type {
	case socketmode.RequestTypeEventsAPI:
		rep = c.event(within, req.Payload)
	case socketmode.RequestTypeInteractive:
		rep = c.interaction(within, req.Payload)
	case socketmode.RequestTypeSlashCommands:
		rep = c.socketCommand(within, req.Payload)
	default:
		rep = c.ignore("socket_type")
	}
	// What cannot be read now cannot be read at the next delivery either.
	if rep.status == http.StatusOK || rep.status == http.StatusBadRequest {
		acking, cancel := context.WithTimeout(ctx, c.accept)
		defer cancel()
		if err := smc.AckCtx(acking, req.EnvelopeID, rep.body); err != nil {
			c.log.Warn("not acknowledged", "err", err)
		}
	}
	if rep.after != nil {
		ctx, cancel := context.WithTimeout(ctx, afterTimeout)
		defer cancel()
		rep.after(ctx)
	}
}
