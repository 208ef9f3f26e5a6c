// # DiscordServer
//
// [DiscordServer] is Discord for one app in any number of guilds: its REST interface (API version 10), its gateway
// over WebSocket, and the files that it serves. People act through story methods ([DiscordServer.Post],
// [DiscordServer.Click], [DiscordServer.Submit], …). Discord tells of messages without waiting for an answer, so Post
// returns at once; what people click or command returns when the app has answered or Discord would have given
// up. What the app shows is awaited by [DiscordServer.Expect], which wakes on every change and never polls.
//
// What is checked as Discord does: token, User-Agent, permissions, threads (one a message, archived, locked), the limits of
// messages, embeds, components, forms and commands, nonces, allowed_mentions, who may be pinged (kept as [DiscordMessage].Pings),
// interactions that are answered once and within [DiscordOptions].AckWithin, tokens of 15 minutes. Content, titles and texts
// of embeds are trimmed; flag 4 hides a message's own embeds too; contents are empty without the intent for them. The gateway
// keeps a session's events for a Resume; a new Identify begins without them, and an app that closes with 1000 or 1001 has
// ended its session. Characters are counted in UTF-16 units, which is the stricter reading. [DiscordContract] holds
// both sides to the description that Discord publishes.
//
// Left out: components of version 2 in messages, other menus than of texts, reactions, pins, polls, stickers, voice, roles that
// people change, webhooks of others, the rate of the gateway and of everything but messages, compression, and the
// events of an ephemeral message. interaction_metadata of answers is not told.
package bottest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// DiscordOptions configures a [DiscordServer]; the zero value works.
type DiscordOptions struct {
	AckWithin       time.Duration // how long the app may take to answer an interaction; default 3 s, as Discord
	Heartbeat       time.Duration // asked of the app in Hello; default 41.25 s, as Discord. Three without one end the session
	Shards          int           // how many /gateway/bot recommends; default 1
	MinShards       int           // an Identify with fewer is refused with 4011
	MaxConcurrency  int           // default 1
	SessionStarts   int           // how often the app may identify before Discord takes its token away; default 1000
	RefuseIntents   bool          // the privileged intents are switched off in the portal: 4014
	ArchivedRefuses bool          // a message into an archived thread is refused (50083) instead of opening the thread again
	Pace            bool          // refuse more than five messages in five seconds and channel
	Now             func() time.Time
}

// Identities of the stand-in's app. They differ, as those of old apps do, so that nobody mixes them up.
const (
	DiscordApp      = "1200000000000000001"
	DiscordBotUser  = "1200000000000000002"
	DiscordBotToken = "test-discord-token"
)

// Life times as Discord documents them, or as strict as its "a few minutes" can be read.
const (
	discordTokenLife = 15 * time.Minute // of an interaction's token
	discordNonceLife = 2 * time.Minute  // within which enforce_nonce knows an earlier message
	discordLinkLife  = 24 * time.Hour   // of an attachment's address
	discordEpoch     = 1420070400000    // of snowflakes, in Unix milliseconds
)

// DiscordServer is the stand-in. Its methods are safe for concurrent use; those that take part
// in a story end the test when they are asked for something that Discord's client would not offer.
type DiscordServer struct {
	t    testing.TB
	opts DiscordOptions
	http *httptest.Server
	ctx  context.Context // ends with the server
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu           sync.Mutex
	changed      chan struct{} // closed and replaced at every change
	offset       time.Duration // of the clock, see Advance
	lastID       int64
	users        map[string]*DiscordUser
	guilds       map[string]*DiscordGuild
	guildOrder   []string
	channels     map[string]*DiscordChannel
	channelOrder []string
	messages     []*DiscordMessage
	commands     []obj
	interactions map[string]*discordInteraction // by token
	forms        []*DiscordForm
	nonces       map[string]discordNonce
	faults       map[string][]DiscordFault
	calls        []DiscordCall
	pace         map[string][]time.Time
	tokenDead    bool
	starts       int // identifies so far
	sessions     []*gatewaySession
	conns        []*gatewayConn
	records      []gatewayRecord
	gatewayDown  bool
	gatewayMute  bool
	withholdAcks bool
}

// NewDiscord starts a stand-in that is closed when the test ends.
func NewDiscord(t testing.TB, opts DiscordOptions) *DiscordServer {
	t.Helper()
	def := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	def(&opts.AckWithin, 3*time.Second)
	def(&opts.Heartbeat, 41250*time.Millisecond)
	opts.Shards, opts.MaxConcurrency = max(opts.Shards, 1), max(opts.MaxConcurrency, 1)
	if opts.SessionStarts == 0 {
		opts.SessionStarts = 1000
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &DiscordServer{
		t: t, opts: opts, changed: make(chan struct{}),
		users: map[string]*DiscordUser{}, guilds: map[string]*DiscordGuild{}, channels: map[string]*DiscordChannel{},
		interactions: map[string]*discordInteraction{}, nonces: map[string]discordNonce{},
		faults: map[string][]DiscordFault{}, pace: map[string][]time.Time{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.http = httptest.NewServer(s.mux())
	s.AddUser(DiscordUser{ID: DiscordBotUser, Name: "firstline", Bot: true})
	t.Cleanup(s.Close)
	return s
}

// Close stops the stand-in; calls that hang and gateway connections are cut.
func (s *DiscordServer) Close() {
	s.stop()
	s.mu.Lock()
	for _, c := range s.conns {
		_ = c.conn.Close()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.wg.Wait()
}

// APIURL is the address to configure instead of https://discord.com/api/v10/.
func (s *DiscordServer) APIURL() string { return s.http.URL + "/api/v10/" }

// Advance moves the stand-in's clock on: tokens, nonces and addresses of attachments grow old.
func (s *DiscordServer) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
	s.changedNow()
}

// RevokeToken makes Discord forget the bot's token, or know it again: calls are answered with 401 and
// the gateway refuses to identify (4004).
func (s *DiscordServer) RevokeToken(revoked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokenDead = revoked
}

// now is the stand-in's clock; the lock is held.
func (s *DiscordServer) now() time.Time { return s.opts.Now().Add(s.offset).UTC() }

// changedNow wakes everybody who waits; the lock is held.
func (s *DiscordServer) changedNow() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// snowflake gives a new id, later than every other; the lock is held.
func (s *DiscordServer) snowflake() string {
	s.lastID = max(s.lastID+1, (s.now().UnixMilli()-discordEpoch)<<22)
	return strconv.FormatInt(s.lastID, 10)
}

// later orders snowflakes by age.
func later(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

func snowflakeTime(id string) time.Time {
	n, _ := strconv.ParseInt(id, 10, 64)
	return time.UnixMilli(n>>22 + discordEpoch).UTC()
}

func isSnowflake(id string) bool {
	n, err := strconv.ParseUint(id, 10, 64)
	return err == nil && strconv.FormatUint(n, 10) == id
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

func (s *DiscordServer) find(channel, id string) *DiscordMessage {
	for _, m := range s.messages {
		if m.Channel == channel && m.ID == id && !m.Deleted {
			return m
		}
	}
	return nil
}

func (s *DiscordServer) mux() http.Handler {
	mux := http.NewServeMux()
	for route, h := range discordRoutes() {
		mux.HandleFunc(route.pattern(), s.serveREST(route, h))
	}
	mux.HandleFunc("/api/", s.serveUnknown)
	mux.HandleFunc("GET /attachments/{channel}/{id}/{name}", s.serveAttachment)
	mux.HandleFunc("/", s.serveGateway)
	return mux
}
