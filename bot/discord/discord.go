// Package discord is the Discord adapter: it turns Discord's messages, clicks, forms and commands into
// [bot.Inbound] and shows [bot.Outbound] with messages, embeds and components. It knows no store, no other
// adapter and no rule of the conversation.
//
// # Where a conversation lives
//
// In a customer's text channel a top-level message opens a conversation. Discord gives a thread the id of
// the message that it is opened on, so the address is known before the thread is there; it is opened by
// the first answer. A reply that somebody writes beside the thread, quoting its first message, belongs to
// it. A forum's post is a conversation. A direct conversation is one without threads. Anywhere else only a
// mention opens one, and later words in its thread are passed on when [Config.Known] says that it exists.
// On the desk a card opens a thread at once, or a post where the desk is a forum; its thread is the relay.
//
// Where [Config.Private] says so, a conversation is a private thread: it is opened before the event is
// stored, because its id is the address; the person is brought in and their words are repeated in it. Its
// name ends with the id of the message in base 36, by which a second attempt finds it. What remains is a
// crash after Discord opened the thread and before its list of open threads shows it: then there are two,
// one of them silent. A thread that cannot be opened is tried again until it can: nothing is answered in
// public instead. Forums and announcement channels have no private threads.
//
// # The way in
//
// [Client.Run] connects to the gateway with discordgo, a session for each shard that Discord recommends.
// Discord delivers an event once and is not told whether it was stored. So the adapter keeps marks: the
// last message of each channel and thread that [bot.Acceptor.Accept] took, written at most once a second.
// Events of one channel are handled in order. One that cannot be stored is tried again until it can, the
// mark stays before it, and what comes after waits. When a session is resumed, Discord repeats what was
// missed; when it is lost, and at the start, every channel of ours with something newer than its mark is
// read from there, oldest first, and what is live waits behind. What is read twice is one event for the
// Acceptor, because the id of an Inbound is made of the message's. A channel that was never seen begins
// where it is: its history opens no cases.
//
// What this cannot see: deletions, and edits of messages before the mark, that happened while the session
// was lost; a mention in a channel elsewhere in which the bot was never called before; a message whose
// older id Discord tells after a newer one of the same channel, when the process dies between the two; a
// message in a thread that had been silent for more than two weeks when it was written and archived within
// one gap. Own messages, those of bots and webhooks, and everything that people do not write is left
// alone.
//
// Clicks, forms and commands are answered within three seconds whatever the rest of the program does:
// after they are stored, or deferred when that takes longer than 1.5 seconds. Discord never repeats them:
// what could not be stored is told to the person, for them alone, and they click again. A button carries
// action, value and case ("fixed|…|case") in at most 100 characters. It changes nothing, and the person is
// told so kindly, when it is not among those of the message, when the case is not the present one of the
// conversation, or when it is clicked on the desk by somebody without an engineer's role. A modal has room
// for five fields; those without a value come first. A command is a message that nobody sees, so the bot
// writes the person's words into the channel, and that message opens the conversation.
//
// # The way out
//
// Text is the neutral Markdown subset; everything else is escaped. Nothing that a relayed text contains
// can become a mention, a masked link, a heading or a spoiler: allowed_mentions is empty on every message,
// mentions are broken by a zero-width space besides, and links stand in angle brackets, which also keeps
// Discord from showing what they lead to. Files go along where their contents can be had, else as a line
// with their name and link.
//
// Discord takes 2,000 characters a message; a longer text is continued in further messages, divided at
// paragraphs, lines or sentences, with code blocks kept whole or fenced again. Buttons and menus are under
// the last one, whose id is the receipt. An update, a card and a message for one person are one message
// always.
//
// A message for one person is ephemeral when they clicked or gave a command in that place within a quarter
// of an hour, because that is when Discord gives a token for it. Otherwise Discord has no such message: in
// a direct conversation it is an ordinary one, elsewhere a reply to their last words that calls nobody.
//
// # The crash window
//
// A message carries a nonce made of [bot.Outbound.ID], and Discord refuses to write the same nonce twice
// within some minutes: a retry gives the first message. Later, and for a forum's posts, which take no
// nonce, [Client.Find] looks for a message of ours in the same place, not older than the decision, that
// shows the same and is not known to be another. What remains: a request that is still on its way inside
// Discord when Find looks; two messages that show the same within a minute, of which a program that has
// been restarted in between cannot tell which one it sees; and ephemeral messages, which cannot be read
// back. Updating and deleting can be repeated without harm, so their unclear failures are
// [bot.ClassRetry].
//
// # Rates
//
// discordgo's limiter keeps the buckets, filled from the headers of every answer; its waiting and its
// retries are off. A call waits some seconds for its bucket at most and is then [bot.ClassLimited]. A 429
// is remembered for its bucket or, when it is global or a page of Cloudflare, for everything but the
// answers to interactions. discordgo's addresses are package variables and stay as they are: a transport
// rewrites every request to [Config.APIURL], and refuses all others, so the token goes nowhere else.
//
// Left to discordgo: it resumes at the gateway's general address, not at the one that READY names, which
// Discord says costs some more reconnections; and after an invalid session it identifies at once, without
// waiting for its turn.
package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"firstline/bot"

	"github.com/bwmarrin/discordgo"
)

// Platform is the name of this platform in [bot.Address].
const Platform = "discord"

// DefaultAPIURL is where Discord's REST API lives.
const DefaultAPIURL = "https://discord.com/api/v10/"

// Discord closes an interaction that is not answered within 3 s.
const (
	answerBudget = 1500 * time.Millisecond // then it is deferred
	formBudget   = 2500 * time.Millisecond // a form must be the first answer
	acceptBudget = time.Minute             // how long an interaction may take to be stored
)

// Client is the adapter. All methods are safe for concurrent use.
type Client struct {
	cfg    Config
	log    *slog.Logger
	base   *url.URL // of the REST API
	rest   *discordgo.Session
	limits *limiter
	files  *http.Client // without the token
	places *places
	people *people
	feed   *feed
	marks  *marker
	seen   *recent[string, sighting] // messages, by id
	titles *recent[string, string]   // names for threads that are still to be opened, by the message
	rooms  *recent[string, string]   // private threads, by the message that asked for one
	posted *recent[string, string]   // what we wrote: message by outbound and part, and back
	told   *recent[string, bool]     // who was told that the desk takes no words of theirs

	times   times
	gateway atomic.Pointer[string]
	talks   sync.WaitGroup // interactions that are being answered

	mu   sync.Mutex
	self identity
}

// times are the waits, replaced in tests.
type times struct {
	answer, form, accept time.Duration
	identify             time.Duration // between two identifications of one bucket
	open                 time.Duration // for a connection to come up
	guilds               time.Duration // for a session's guilds to be told of
	retry                backoff
	flush                time.Duration // of marks
}

// identity is who the bot is.
type identity struct {
	user string
	app  string
}

var (
	_ bot.Platform = (*Client)(nil)
	_ bot.Finder   = (*Client)(nil)
	_ bot.Fetcher  = (*Client)(nil)
)

// New checks cfg and gives a client. It does not talk to Discord.
func New(cfg Config) (*Client, error) {
	var problems []error
	need := func(ok bool, what string) {
		if !ok {
			problems = append(problems, errors.New(what))
		}
	}
	need(cfg.BotToken != "", "BotToken is missing")
	need(cfg.Acceptor != nil, "Acceptor is missing")
	need(cfg.Marks != nil, "Marks is missing")
	need(cfg.Texts != nil, "Texts is missing")
	cfg = withDefaults(cfg)
	base, err := url.Parse(cfg.APIURL)
	need(err == nil && (base.Scheme == "https" || base.Scheme == "http") && base.Host != "", "APIURL is no http address")
	if len(problems) > 0 {
		return nil, fmt.Errorf("discord: %w", errors.Join(problems...))
	}
	c := &Client{
		cfg: cfg, log: cfg.Log, base: base, limits: newLimiter(cfg.Now),
		places: newPlaces(), seen: newRecent[string, sighting](20_000), titles: newRecent[string, string](5_000),
		rooms: newRecent[string, string](5_000), posted: newRecent[string, string](10_000), told: newRecent[string, bool](5_000),
		times: times{
			answer: answerBudget, form: formBudget, accept: acceptBudget, identify: 5 * time.Second, open: time.Minute, guilds: 15 * time.Second,
			retry: backoff{first: 250 * time.Millisecond, most: 30 * time.Second}, flush: time.Second,
		},
	}
	c.people = newPeople(c)
	c.marks = newMarker(c)
	c.feed = newFeed(c)
	c.files = &http.Client{Timeout: cfg.HTTPClient.Timeout, Transport: cfg.HTTPClient.Transport, CheckRedirect: noRedirects}
	c.rest = c.newSession()
	return c, nil
}

// Name gives "discord".
func (c *Client) Name() string { return Platform }

// text says key in the language of locale, a platform's spelling of it.
func (c *Client) text(locale, key string, args map[string]any) string {
	return c.cfg.Texts.Text(c.cfg.Texts.Match(locale), key, args)
}

// me gives who the bot is: READY told it, or Discord is asked.
func (c *Client) me(ctx context.Context) (identity, error) {
	c.mu.Lock()
	self := c.self
	c.mu.Unlock()
	if self.user != "" && self.app != "" {
		return self, nil
	}
	app, err := c.application(ctx)
	if err != nil {
		return identity{}, err
	}
	self = identity{user: app.Bot.ID, app: app.ID}
	c.setSelf(self)
	return self, nil
}

func (c *Client) setSelf(self identity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.self = self
}
