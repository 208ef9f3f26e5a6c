// Package bottest has stand-ins for tests: stateful doubles of what Firstline
// talks to, as strict as the real thing, with faults on demand. It is for tests
// alone; nothing that runs in production may import it, and it imports no adapter,
// so that a wrong idea of an adapter is not repeated here.
//
// # SlackServer
//
// [SlackServer] is Slack for one app in one workspace: its Web API over HTTP, its signed
// deliveries to the app (Events API, interactivity, slash commands, with retries),
// and Socket Mode. People act through story methods ([SlackServer.Post],
// [SlackServer.Click], [SlackServer.Submit], …), which return when the app has answered or Slack
// would have given up; what the app shows is awaited by [SlackServer.Expect], which wakes on
// every change and never polls.
//
// What is checked as Slack does: tokens, method names, required arguments, membership,
// threads, Block Kit limits, triggers that live for three seconds and are used once. The app's
// own messages are delivered back to it, as Slack does. What is not
// known from Slack's reference is chosen on the strict side: characters are counted in UTF-16
// units, and a message with more than 13,000 of them is refused; a file is completed once, and its
// bytes are given to nobody but the bot, for files of channels that it is in. Left out: scopes of
// methods other than those for files (one switch refuses everything), how long an upload waits to
// be completed, message lists older than what was posted.
package bottest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

type obj = map[string]any

// SlackOptions configures a [SlackServer]; the zero value works.
type SlackOptions struct {
	Pace        bool            // refuse more than one message a second and channel
	AckWithin   time.Duration   // how long the app may take to answer; default 3 s, as Slack
	RetryDelays []time.Duration // before each retry of an event; default three times at once (Slack: at once, 1 min, 5 min)
	TriggerLife time.Duration   // how long a click may open a form; default 3 s, as Slack
	Socket      bool            // deliver over Socket Mode instead of HTTP
	NoEcho      bool            // do not deliver the app's own messages back to it
	Now         func() time.Time
}

// Identities of the stand-in's app and workspace.
const (
	SlackTeam          = "T0FIRST"
	SlackApp           = "A0FIRST"
	SlackBotUser       = "U0BOT"
	SlackBotID         = "B0BOT"
	SlackBotToken      = "xoxb-test-bot-token"
	SlackAppToken      = "xapp-test-app-token"
	SlackSigningSecret = "test-signing-secret"
)

// SlackUser is a person of the workspace, or of another one (Slack Connect).
type SlackUser struct {
	ID, Name, Locale, Zone string
	Team                   string // default [SlackTeam]
}

// SlackChannel is a conversation.
type SlackChannel struct {
	ID, Name string
	Kind     string   // channel (default), group, im, mpim
	Members  []string // people in it
	NoBot    bool     // the bot is not in it
	Shared   bool     // Slack Connect
	Archived bool
}

// SlackFile is an attachment.
type SlackFile struct {
	ID, Name string
	Title    string // default Name
	Size     int    // default the length of Content
	Content  []byte // without it the file cannot be downloaded
	Hidden   bool   // Slack Connect: events tell only the id

	base string // of its addresses
}

// SlackServer is the stand-in. Its methods are safe for concurrent use; those that take
// part in a story end the test when they are asked for something that Slack's client would not offer.
type SlackServer struct {
	t    testing.TB
	opts SlackOptions
	http *httptest.Server
	ctx  context.Context // ends with the server
	stop context.CancelFunc
	wg   sync.WaitGroup

	mu        sync.Mutex
	changed   chan struct{} // closed and replaced at every change
	app       string
	authError string // every call is answered with it
	users     map[string]SlackUser
	channels  map[string]*SlackChannel
	messages  []*SlackMessage
	files     map[string]SlackFile
	uploads   map[string]*slackUpload // by file id
	held      []func()                // shares that wait, see HoldShares
	holding   bool
	scopes    []string
	views     map[string]*SlackView
	homes     map[string]*SlackView
	triggers  map[string]*trigger
	faults    map[string][]SlackFault
	calls     []SlackCall
	delivered []SlackDelivery
	lost      []delivery
	last      *delivery
	lastPost  map[string]time.Time
	sockets   []*socket
	acked     map[string]bool // envelopes, from all connections
	tickets   map[string]bool
	seq       int
	lastTS    int64
}

// NewSlack starts a stand-in that is closed when the test ends.
func NewSlack(t testing.TB, opts SlackOptions) *SlackServer {
	t.Helper()
	if opts.AckWithin == 0 {
		opts.AckWithin = 3 * time.Second
	}
	if opts.TriggerLife == 0 {
		opts.TriggerLife = 3 * time.Second
	}
	if opts.RetryDelays == nil {
		opts.RetryDelays = make([]time.Duration, 3)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &SlackServer{
		t: t, opts: opts, changed: make(chan struct{}),
		users: map[string]SlackUser{}, channels: map[string]*SlackChannel{}, files: map[string]SlackFile{},
		uploads: map[string]*slackUpload{}, scopes: slices.Clone(slackScopes),
		views: map[string]*SlackView{}, homes: map[string]*SlackView{}, triggers: map[string]*trigger{},
		faults: map[string][]SlackFault{}, lastPost: map[string]time.Time{}, tickets: map[string]bool{},
		acked: map[string]bool{},
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serveAPI)
	mux.HandleFunc("/link", s.serveSocket)
	mux.HandleFunc("/response/", s.serveResponse)
	mux.HandleFunc("POST /upload/v1/{ticket}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{file}/{rest...}", s.serveFile)
	s.http = httptest.NewServer(mux)
	s.AddUser(SlackUser{ID: SlackBotUser, Name: "firstline"})
	t.Cleanup(s.Close)
	return s
}

// Close stops the stand-in; calls and deliveries that hang are cut.
func (s *SlackServer) Close() {
	s.stop()
	s.mu.Lock()
	for _, c := range s.sockets {
		_ = c.conn.Close()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.wg.Wait()
}

// APIURL is the address to configure as SLACK_API_URL.
func (s *SlackServer) APIURL() string { return s.http.URL + "/api/" }

// SetApp tells where the app listens: deliveries go to base + "/slack/events" and its siblings.
func (s *SlackServer) SetApp(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = strings.TrimSuffix(base, "/")
}

// SetAuthError makes every call fail with this code (token_revoked, missing_scope, …); "" ends it.
func (s *SlackServer) SetAuthError(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.authError = code
}

// AddUser adds or changes a person.
func (s *SlackServer) AddUser(u SlackUser) {
	if u.Team == "" {
		u.Team = SlackTeam
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[u.ID] = u
}

// AddChannel adds or changes a conversation.
func (s *SlackServer) AddChannel(c SlackChannel) {
	if c.Kind == "" {
		c.Kind = "channel"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
}

// DM gives the id of the user's direct conversation with the bot.
func (s *SlackServer) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user)
}

func (s *SlackServer) dm(user string) string {
	id := "D" + strings.TrimPrefix(user, "U")
	if s.channels[id] == nil {
		s.channels[id] = &SlackChannel{ID: id, Kind: "im", Members: []string{user}}
	}
	return id
}

func (c *SlackChannel) has(user string) bool {
	if user == SlackBotUser {
		return !c.NoBot
	}
	return slices.Contains(c.Members, user)
}

// changedNow wakes everybody who waits; the lock is held.
func (s *SlackServer) changedNow() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// id gives a new identifier; the lock is held.
func (s *SlackServer) id(prefix string) string {
	s.seq++
	return fmt.Sprintf("%s%06d", prefix, s.seq)
}

// ts gives a new timestamp, later than every other; the lock is held.
func (s *SlackServer) ts() string {
	now := s.opts.Now().UnixMicro()
	s.lastTS = max(s.lastTS+1, now)
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

func (s *SlackServer) find(channel, ts string) *SlackMessage {
	for _, m := range s.messages {
		if m.Channel == channel && m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of plain values: a bug of this package
	}
	return b
}
