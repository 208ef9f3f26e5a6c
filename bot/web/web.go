// Package web is the built-in web chat: the customer's conversation and, beside
// it, the engineers' desk, as one page without any asset from elsewhere. It is a
// platform like Slack: the same runtime stands behind it, and it knows no store,
// no other adapter and no rule of the conversation.
//
// # The way in
//
// What a person writes, clicks or sends as a form becomes one [bot.Inbound], and
// the browser gets its 200 only after [bot.Acceptor.Accept] returned nil. When
// Accept fails the answer is 503; the page keeps what was written, says so, and
// tries again with the id that it made, so the event id is the same and nothing
// doubles. Junk is a 4xx without effect: bodies over 1 MiB (413), anything that is
// not the expected JSON, choices that were never offered, conversations of
// somebody else.
//
// # Who reads what
//
// A browser session is one conversation. Its cookie is a secret that the server
// made; the conversation's channel is a hash of it, so that an id in a log or on
// a card opens nothing. The desk is open to whom [Config.Desk] lets in and to
// nobody by default: on a public address it would show every customer's case.
// Requests that change something need a header that no other site can send, and
// must come from the same origin. The page runs under a policy without inline
// script, and the texts of people are only ever text nodes.
//
// # The way out
//
// [Client.Send] appends to the [History] and then tells the open pages. A message's
// id is a hash of [bot.Outbound.ID] and an entry with a known id is not appended
// twice, so sending again is harmless whatever happened before: there is no window
// in which a message could be shown twice, and [Client.Find] is exact. A message
// for one person ([bot.Outbound.OnlyFor]) is not kept: it reaches the pages which that
// person has open, and those which reconnect soon.
//
// Pages listen to Server-Sent Events. The last events are kept in memory, so a
// page that reconnects gets what it missed; when that is not possible (too long
// ago, or the program was started anew) it is told to read the history again. A
// reader that is too slow is dropped and reconnects. Live events stay within one
// process: several replicas need the browser to stick to one of them, or it sees the
// others' messages when it reloads.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"firstline/bot"
	"firstline/i18n"
)

// Platform is the name of this platform in [bot.Address].
const Platform = "web"

// DeskChannel is the channel of the engineers' desk: a card is posted there and its
// message id is the thread of the case.
const DeskChannel = "desk"

const chatPrefix = "chat-"

// Texts gives the texts of the page; *i18n.Catalogue meets it.
type Texts interface {
	Text(lang, key string, args map[string]any) string
	Match(locale string) (lang string)
}

// Config says whom the page serves and what stands behind it.
type Config struct {
	Acceptor  bot.Acceptor             // required
	Forms     bot.FormSource           // optional: without it a form button says that it failed
	History   History                  // required; [NewMemory] for one that forgets
	Texts     Texts                    // required
	Engineers string                   // the desk's language; default English
	Desk      func(*http.Request) bool // who may use the desk; nil: nobody. [Local] suits a demo on one's own machine
	Now       func() time.Time         // default time.Now
	Log       *slog.Logger             // default: discard
}

// Client is the adapter. All methods are safe for concurrent use.
type Client struct {
	cfg    Config
	log    *slog.Logger
	hub    *hub
	cross  *http.CrossOriginProtection
	beat   time.Duration // between two signs of life on a stream
	accept time.Duration // how long storing an event may take
}

var (
	_ bot.Platform = (*Client)(nil)
	_ bot.Finder   = (*Client)(nil)
	_ Texts        = (*i18n.Catalogue)(nil)
)

// New checks cfg and gives a client. [Client.Close] ends its open streams.
func New(cfg Config) (*Client, error) {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(cfg.Acceptor != nil, "Acceptor is missing")
	need(cfg.History != nil, "History is missing")
	need(cfg.Texts != nil, "Texts is missing")
	need(cfg.Engineers == "" || i18n.Supported(cfg.Engineers), fmt.Sprintf("Engineers %q is not a supported language", cfg.Engineers))
	if len(problems) > 0 {
		return nil, fmt.Errorf("web: %w", errors.Join(problems...))
	}
	if cfg.Engineers == "" {
		cfg.Engineers = "en"
	}
	if cfg.Desk == nil {
		cfg.Desk = func(*http.Request) bool { return false }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Client{
		cfg: cfg, log: cfg.Log.With("component", "web"), hub: newHub(),
		cross: http.NewCrossOriginProtection(), beat: 15 * time.Second, accept: 10 * time.Second,
	}, nil
}

// Name gives "web".
func (c *Client) Name() string { return Platform }

// Close ends the open streams and refuses new ones, so that a server can shut down.
func (c *Client) Close() { c.hub.close() }

// Local lets in whoever sits at the machine itself: the request comes over the
// loopback and was meant for it by name, so another site cannot borrow the
// browser under a name of its own. Behind a reverse proxy on the same machine everybody
// looks local: do not use it there.
func Local(r *http.Request) bool {
	remote, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !loopback(remote) || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.EqualFold(host, "localhost") || loopback(strings.Trim(host, "[]"))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
