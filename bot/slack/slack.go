// Package slack is the Slack adapter: it turns Slack's events, clicks, forms and
// commands into [bot.Inbound] and shows [bot.Outbound] with Block Kit. It knows
// no store, no other adapter and no rule of the conversation.
//
// # The way in
//
// Requests reach it over HTTP ([Client.Handler]) or over Socket Mode
// ([Client.RunSocket]); both ways end in the same three functions, so they behave
// alike. A request is acknowledged only after [bot.Acceptor.Accept] returned nil.
// When Accept fails, or is not done within 2.5 seconds, the answer is 503 (or no
// acknowledgement on the socket) and Slack delivers the event again. The id of
// an Inbound is made of what Slack repeats unchanged (channel and timestamp), not
// of the delivery, so the retries, and the two events (message and app_mention)
// that Slack sends for one mention, are one event for the Acceptor.
//
// Where a conversation lives: in a customer's channel and on the desk a thread is
// a conversation, and a top-level message opens one under its own timestamp; a
// direct message is one conversation without threads; anywhere else only a
// mention opens one, and later replies in that thread are passed on when
// [Config.Known] says that the conversation exists. A slash command is a message
// that nobody sees, so the bot first writes it into the channel, as the person's
// words, and that message opens the conversation (in a direct message there is only the one).
// Slack never repeats a command: one that could not be stored is taken back and
// answered with an error, and the person types it again.
//
// Own messages, other bots' messages, joins, topics and every other subtype are
// ignored with 200. Junk is a 4xx without effect. Requests need Slack's v0
// signature, at most five minutes old, compared in constant time; bodies over
// 1 MiB are refused.
//
// # The way out
//
// Text is the neutral Markdown subset; everything else is escaped. Nothing that a
// relayed text contains can become a mention, a channel ping or a masked link:
// the only "<" that this package ever writes opens a bare http(s) link whose
// label is the link itself, text objects are verbatim, parse is none, link_names
// is off, and "@here" and its like are broken by a zero-width space. Names of people are
// plain_text, which Slack does not parse at all.
//
// One [bot.Outbound] is one Slack message, with one exception: Slack refuses
// messages of more than about 13,000 characters (msg_blocks_too_long), so a longer
// relayed text is continued in further messages. Each part carries its number in the
// metadata, and a repeated Send looks first which parts are there.
//
// # Files
//
// A file of a person is told with its permalink and with the address of its contents,
// which [Client.Fetch] opens. In the other direction the contents of an Outbound's
// files are passed on when [Config.Fetch] can open them and they are at most 20 MiB; other
// files are lines with name and bare link in the text, as all of them are without Config.Fetch, in
// updates and in messages for one person. Contents are uploaded before the text is posted, where
// nobody sees them, and shown after it, in its thread, as messages of up to ten files. So a
// failed upload becomes a link in the text, and holds it for a minute at most; only what Slack
// refuses to show after the text gets its link in a line of its own.
//
// # The crash window
//
// chat.postMessage has no idempotency key. When the process dies, or the line is
// cut, between Slack taking a message and us noting its timestamp, nobody here
// knows whether it was shown. Such a failure is [bot.ClassUnclear], each message carries
// [bot.Outbound.ID] in its metadata, and [Client.Find] looks for it. What remains
// is a request that is still on its way inside Slack when Find looks, and messages
// for one person (chat.postEphemeral), which no method can read back: these may be shown twice.
// An upload has an id before anybody sees it, and the text carries these ids in its metadata. A
// repeated Send finds the text and the files that were shown, by id, and shows the others; Slack
// takes an upload for that only once. It does so behind its answer, though: when the answer
// was lost and the file is not to be seen yet, the repetition is refused, and the
// file's link is shown beside the file; when it is lost behind a good answer, nobody here learns of it.
// Uploads that were never shown Slack throws away.
//
// Updating and deleting can be repeated without harm, so their unclear failures
// are [bot.ClassRetry]. slack-go's own retries stay off.
//
// A reply to a thread whose first message was deleted is posted by Slack at the
// channel's top level, for everybody: Send takes it away again and reports
// [bot.ClassGone].
package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

// Platform is the name of this platform in [bot.Address].
const Platform = "slack"

// DefaultAPIURL is where Slack's Web API lives.
const DefaultAPIURL = "https://slack.com/api/"

const (
	answerBudget = 2500 * time.Millisecond // Slack gives up after 3 s
	lookupBudget = 300 * time.Millisecond  // what a message waits for names, at most
	stowBudget   = time.Minute             // what a text waits for its files, at most
	defaultPace  = time.Second             // Slack: one message a second and channel
	bulkTimeout  = 2 * time.Minute         // of one file's contents
)

// Texts gives the few texts that the adapter says by itself (App Home, command
// help, a form that did not open).
type Texts interface {
	Text(lang, key string, args map[string]any) string
	Match(locale string) (lang string)
}

// Metrics are hooks for counting; each may be nil.
type Metrics struct {
	Received  func(kind string)                        // an event was accepted: a bot.Kind, or "home", "help", "form_open"
	Ignored   func(reason string)                      // acknowledged without effect
	Refused   func(reason string)                      // answered with an error: signature, too_large, junk, accept
	Sent      func(method, result string)              // a Web API call: result is "ok" or a bot.Class
	Limited   func(method string, after time.Duration) // Slack answered 429
	Connected func(up bool)                            // Socket Mode came up or went down
}

// Config says how the adapter reaches Slack and whom it serves.
type Config struct {
	BotToken      string // xoxb-…
	SigningSecret string // needed for HTTP mode
	AppToken      string // xapp-…, needed for Socket Mode
	APIURL        string // default [DefaultAPIURL]

	Desk       string                              // the engineers' channel, or ""
	CustomerOf func(channel string) (string, bool) // the customer that a channel belongs to
	Known      func(bot.Address) bool              // does this conversation exist? Optional, see the package comment
	Acceptor   bot.Acceptor                        // required
	Forms      bot.FormSource                      // optional: without it a form button says that it failed
	Texts      Texts                               // required
	Log        *slog.Logger                        // default: discard
	HTTPClient *http.Client                        // default: 15 s timeout; redirects are never followed
	Now        func() time.Time                    // default time.Now
	Pace       time.Duration                       // least time between two messages in a channel; default 1 s, negative: none
	Metrics    Metrics

	// Fetch opens the contents of a file of any platform, see [bot.Fetcher]. Without it files are shown as links.
	Fetch func(context.Context, bot.File) (io.ReadCloser, error)
}

// Client is the adapter. All methods are safe for concurrent use.
type Client struct {
	cfg     Config
	log     *slog.Logger
	api     *slackapi.Client
	bulk    doer             // for contents of files, which take longer than a call
	bulkAPI *slackapi.Client // the same for slack-go
	carry   chan struct{}    // a place for each file in memory
	pace    *pacer
	people  *people

	lookup time.Duration // how long a message waits for names
	accept time.Duration // how long Slack waits for us, less a margin
	stowed time.Duration // what a text waits for its files, at most

	mu   sync.Mutex
	self identity
}

// identity is who the bot is, as auth.test or an event's authorizations tell.
type identity struct {
	user string // bot user id, the one that is mentioned
	bot  string // bot id, the one that messages carry
}

var (
	_ bot.Platform = (*Client)(nil)
	_ bot.Finder   = (*Client)(nil)
	_ bot.Fetcher  = (*Client)(nil)
)

// New checks cfg and gives a client. It does not talk to Slack.
func New(cfg Config) (*Client, error) {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(cfg.BotToken != "", "BotToken is missing")
	need(cfg.SigningSecret != "" || cfg.AppToken != "", "either SigningSecret (HTTP) or AppToken (Socket Mode) is needed")
	need(cfg.Acceptor != nil, "Acceptor is missing")
	need(cfg.Texts != nil, "Texts is missing")
	if len(problems) > 0 {
		return nil, fmt.Errorf("slack: %w", errors.Join(problems...))
	}
	cfg = withDefaults(cfg)
	c := &Client{cfg: cfg, log: cfg.Log, lookup: lookupBudget, accept: answerBudget, stowed: stowBudget}
	c.connect()
	c.pace = newPacer(cfg.Pace, cfg.Now)
	c.people = newPeople(c.fetchPerson, cfg.Now)
	return c, nil
}

// connect makes the clients of the Web API and of files' contents.
func (c *Client) connect() {
	client := func(d doer) *slackapi.Client {
		return slackapi.New(c.cfg.BotToken, slackapi.OptionAPIURL(c.cfg.APIURL),
			slackapi.OptionAppLevelToken(c.cfg.AppToken), slackapi.OptionHTTPClient(d))
	}
	quick := withoutRedirects(c.cfg.HTTPClient)
	slow := withoutRedirects(c.cfg.HTTPClient)
	if slow.Timeout > 0 {
		slow.Timeout = max(slow.Timeout, bulkTimeout)
	}
	c.api, c.bulk = client(doer{client: quick}), doer{client: slow}
	c.bulkAPI, c.carry = client(c.bulk), make(chan struct{}, maxCarried)
}

func withDefaults(cfg Config) Config {
	if cfg.APIURL == "" {
		cfg.APIURL = DefaultAPIURL
	}
	if !strings.HasSuffix(cfg.APIURL, "/") {
		cfg.APIURL += "/"
	}
	if cfg.CustomerOf == nil {
		cfg.CustomerOf = func(string) (string, bool) { return "", false }
	}
	if cfg.Known == nil {
		cfg.Known = func(bot.Address) bool { return false }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.HTTPClient == nil {
		cfg.HTTPClient = &http.Client{Timeout: 15 * time.Second}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Pace == 0 {
		cfg.Pace = defaultPace
	}
	cfg.Log = cfg.Log.With("component", "slack")
	cfg.Metrics = cfg.Metrics.filled()
	return cfg
}

// filled replaces nil hooks by ones that do nothing.
func (m Metrics) filled() Metrics {
	if m.Received == nil {
		m.Received = func(string) {}
	}
	if m.Ignored == nil {
		m.Ignored = func(string) {}
	}
	if m.Refused == nil {
		m.Refused = func(string) {}
	}
	if m.Sent == nil {
		m.Sent = func(string, string) {}
	}
	if m.Limited == nil {
		m.Limited = func(string, time.Duration) {}
	}
	if m.Connected == nil {
		m.Connected = func(bool) {}
	}
	return m
}

// Name gives "slack".
func (c *Client) Name() string { return Platform }

// text says key in the language of locale, a platform's spelling of it.
func (c *Client) text(locale, key string, args map[string]any) string {
	return c.cfg.Texts.Text(c.cfg.Texts.Match(locale), key, args)
}
