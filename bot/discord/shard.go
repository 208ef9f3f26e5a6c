package discord

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"firstline/bot"
	"firstline/bot/internal/transport"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Codes with which Discord closes a connection for a reason that does not pass.
const (
	closeAuth           = 4004
	closeInvalidShard   = 4010
	closeShardsRequired = 4011
	closeVersion        = 4012
	closeInvalidIntents = 4013
	closeIntents        = 4014
)

// shard is one connection to the gateway, with its discordgo session.
type shard struct {
	client    *Client
	id, count int
	turns     *turns
	up, lost  chan struct{} // of the present session: READY or RESUMED came; the connection ended

	mu   sync.Mutex
	conn net.Conn // of the present session
}

// run keeps the shard connected until ctx ends or it cannot go on. discordgo connects and resumes; when to
// do it again, and when not to, is decided here, because its own loop does not look at why the connection
// was closed.
func (s *shard) run(ctx context.Context) error {
	var session *discordgo.Session
	for failures := 0; ctx.Err() == nil; {
		if session == nil {
			if err := s.turns.take(ctx, s.id); err != nil {
				return ended(ctx, err)
			}
			session = s.newSession(ctx)
		}
		err := s.connect(ctx, session)
		if err == nil {
			failures = 0
			s.client.cfg.Metrics.Connected(true)
			s.client.log.Info("gateway connected", "shard", s.id)
			s.watch(ctx, session)
			s.client.cfg.Metrics.Connected(false)
			if ctx.Err() == nil {
				s.client.log.Warn("gateway connection lost", "shard", s.id)
				continue
			}
		}
		if ctx.Err() != nil {
			break
		}
		if fatal := closed(err); fatal != nil {
			s.hangUp()
			return fatal
		}
		failures++
		s.client.log.Warn("gateway not connected", "shard", s.id, "failures", failures, "err", transport.Text(err))
		if _, refused := errors.AsType[*websocket.CloseError](err); refused || errors.Is(err, errSilent) || failures%maxDials == 0 {
			s.hangUp()
			session = nil // there is nothing to resume; what was missed is read by the marks
		}
		if s.client.times.retry.wait(ctx, failures) != nil {
			break
		}
	}
	s.close(session)
	return nil
}

// maxDials is how often a session is tried to be resumed where nobody answers, some minutes long; then the gateway's address is
// asked for anew.
const maxDials = 10

// maxSilence is how long Discord may leave heartbeats unanswered, which it asks for every 41 seconds.
// discordgo waits for five of them, in which a customer hears nothing.
const maxSilence = 100 * time.Second

// watch returns when the connection is lost, or ctx ends. A connection that is dead in one direction is cut.
func (s *shard) watch(ctx context.Context, d *discordgo.Session) {
	tick := time.NewTicker(maxSilence / 10)
	defer tick.Stop()
	for {
		select {
		case <-s.lost:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			d.RLock()
			last := d.LastHeartbeatAck
			d.RUnlock()
			if time.Since(last) > maxSilence {
				s.client.log.Warn("gateway connection is dead", "shard", s.id)
				s.hangUp()
			}
		}
	}
}

// ended makes nothing of an error that ctx caused.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// closed gives the error with which everything ends when Discord closed a connection for good, or nil.
func closed(err error) error {
	ce, ok := errors.AsType[*websocket.CloseError](err)
	if !ok {
		return nil
	}
	auth := func(what string) error {
		return &bot.SendError{Class: bot.ClassAuth, Err: fmt.Errorf("discord gateway: %s (%d)", what, ce.Code)}
	}
	switch ce.Code {
	case closeAuth:
		return auth("the bot token is refused")
	case closeIntents:
		return auth("the MESSAGE CONTENT intent is not allowed: switch on \"Message Content Intent\" under \"Privileged Gateway Intents\" " +
			"on the application's \"Bot\" page in the Discord developer portal")
	case closeInvalidIntents, closeVersion:
		return auth("Discord does not know this version of the gateway or its intents any more")
	case closeInvalidShard, closeShardsRequired:
		return errShards
	}
	return nil
}

func (s *shard) newSession(ctx context.Context) *discordgo.Session {
	d := s.client.newSession()
	d.ShardID, d.ShardCount = s.id, s.count
	d.Identify.Intents = intents
	d.Identify.Properties.Browser, d.Identify.Properties.Device = "firstline", "firstline"
	d.Identify.Presence.Status = "online"
	dialer := &net.Dialer{Timeout: 20 * time.Second}
	d.Dialer = &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 20 * time.Second,
		NetDialContext: func(_ context.Context, network, address string) (net.Conn, error) { // discordgo gives no context
			conn, err := dialer.DialContext(ctx, network, address)
			if err == nil {
				s.mu.Lock()
				s.conn = conn
				s.mu.Unlock()
			}
			return conn, err
		},
	}
	up, lost := make(chan struct{}, 1), make(chan struct{}, 1)
	s.up, s.lost = up, lost
	d.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		s.client.receive(s.id, e.Type, e.RawData)
		if e.Type == "READY" || e.Type == "RESUMED" {
			note(up)
		}
	})
	d.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { note(lost) })
	return d
}

// note leaves word in a channel that holds one.
func note(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

var (
	errSilent    = errors.New("no answer in time")
	errNoSession = &websocket.CloseError{Code: websocket.CloseNoStatusReceived, Text: "closed before the session began"}
)

// connect opens the connection, resuming the session when there is one, and waits until it is up.
// discordgo's Open has no time limit, and hangs for good when Discord asks for a reconnection before the
// session has begun: then it is left behind.
func (s *shard) connect(ctx context.Context, d *discordgo.Session) error {
	for _, ch := range []chan struct{}{s.up, s.lost} { // of the last time
		select {
		case <-ch:
		default:
		}
	}
	late := time.NewTimer(s.client.times.open)
	defer late.Stop()
	opened := make(chan error, 1)
	go func() { opened <- d.Open() }()
	select {
	case err := <-opened:
		if err != nil {
			return err
		}
	case <-late.C:
		return errSilent
	case <-ctx.Done():
		s.hangUp()
		return ctx.Err()
	}
	select {
	case <-s.up:
		return nil
	case <-s.lost:
		return errNoSession
	case <-late.C:
		return errSilent
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hangUp cuts the connection.
func (s *shard) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.Close()
	}
}

// close says goodbye, so that the bot is shown as offline, and hangs up when that takes too long.
func (s *shard) close(d *discordgo.Session) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if d != nil {
			_ = d.Close()
		}
	}()
	late := time.NewTimer(5 * time.Second)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
	}
	s.hangUp()
}
