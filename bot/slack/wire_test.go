package slack

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"firstline/bot"

	slackapi "github.com/slack-go/slack"
)

// failures are calls that went wrong: what was seen of them, and their class.
func failures() []failure {
	api := func(code string) error { return slackapi.SlackErrorResponse{Err: code} }
	dial := &url.Error{Op: "Post", URL: "https://slack.com/api/x?token=SECRET", Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}
	status := func(code int) error { return slackapi.StatusCodeError{Code: code} }
	return []failure{
		{"chat.postMessage", 200, -1, api("channel_not_found"), bot.ClassGone},
		{"chat.postMessage", 200, -1, api("is_archived"), bot.ClassGone},
		{"chat.postMessage", 200, -1, api("not_in_channel"), bot.ClassGone},
		{"chat.postMessage", 200, -1, api("slack_connect_file_upload_sharing_blocked"), bot.ClassGone},
		{"chat.update", 200, -1, api("message_not_found"), bot.ClassGone},
		{"chat.postMessage", 200, -1, api("invalid_auth"), bot.ClassAuth},
		{"chat.postMessage", 200, -1, api("token_revoked"), bot.ClassAuth},
		{"chat.postMessage", 200, -1, api("missing_scope"), bot.ClassAuth},
		{"chat.postMessage", 200, -1, api("invalid_blocks"), bot.ClassInvalid},
		{"chat.postMessage", 200, -1, api("msg_too_long"), bot.ClassInvalid},
		{"chat.postMessage", 200, -1, api("never_heard_of"), bot.ClassInvalid},
		{"chat.postMessage", 200, -1, api("service_unavailable"), bot.ClassRetry},
		{"chat.postMessage", 200, -1, api("fatal_error"), bot.ClassUnclear},
		{"chat.postMessage", 200, -1, api("internal_error"), bot.ClassUnclear},
		{"chat.update", 200, -1, api("internal_error"), bot.ClassRetry},
		{"chat.postMessage", 200, -1, api("<html> SECRET"), bot.ClassUnclear},
		{"chat.postMessage", 200, -1, api("ratelimited"), bot.ClassLimited},
		{"chat.postMessage", 429, 7, &slackapi.RateLimitedError{RetryAfter: 7 * time.Second}, bot.ClassLimited},
		{"chat.postMessage", 429, -1, status(429), bot.ClassLimited},
		{"chat.postMessage", 500, -1, status(500), bot.ClassUnclear},
		{"chat.postMessage", 502, -1, status(502), bot.ClassUnclear},
		{"chat.postMessage", 503, -1, status(503), bot.ClassUnclear},
		{"chat.postMessage", 503, 3, status(503), bot.ClassRetry},
		{"chat.postEphemeral", 504, -1, status(504), bot.ClassUnclear},
		{"chat.update", 500, -1, status(500), bot.ClassRetry},
		{"chat.postMessage", 307, -1, status(307), bot.ClassAuth},
		{"chat.postMessage", 404, -1, status(404), bot.ClassAuth},
		{"chat.postMessage", 413, -1, status(413), bot.ClassInvalid},
		{"chat.postMessage", 200, -1, io.ErrUnexpectedEOF, bot.ClassUnclear},
		{"chat.postMessage", 0, -1, dial, bot.ClassRetry},
		{"chat.postMessage", 0, -1, &net.DNSError{Name: "slack.com"}, bot.ClassRetry},
		{"chat.postMessage", 0, -1, &url.Error{Err: io.EOF}, bot.ClassUnclear},
		{"chat.postMessage", 0, -1, context.DeadlineExceeded, bot.ClassUnclear},
		{"chat.delete", 0, -1, context.DeadlineExceeded, bot.ClassRetry},
	}
}

type failure struct {
	method string
	status int
	after  int64 // Retry-After, -1 for none
	err    error
	want   bot.Class
}

func TestClassify(t *testing.T) {
	for _, tt := range failures() {
		w := new(wire)
		w.status.Store(int64(tt.status))
		w.retryAfter.Store(tt.after)
		w.connected.Store(tt.status != 0)
		got := classify(tt.method, w, tt.err, "SECRET")
		if got.Class != tt.want || strings.Contains(got.Error(), "SECRET") {
			t.Errorf("%s %d %v: %v, want %s", tt.method, tt.status, tt.err, got, tt.want)
		}
		if tt.want == bot.ClassLimited && tt.after > 0 && got.After != time.Duration(tt.after)*time.Second {
			t.Errorf("after = %v, want %ds", got.After, tt.after)
		}
		if tt.want == bot.ClassLimited && tt.after < 0 && got.After != defaultRetryAfter {
			t.Errorf("after = %v, want the default", got.After)
		}
	}
	detail := slackapi.SlackErrorResponse{Err: "invalid_blocks", ResponseMetadata: slackapi.ResponseMetadata{
		Messages: []string{`[ERROR] "what the customer wrote" is wrong [json-pointer:/blocks/0/text]`},
	}}
	if got := classify("chat.postMessage", new(wire), detail).Error(); got != "invalid: slack chat.postMessage: invalid_blocks at /blocks/0/text" {
		t.Errorf("error = %q", got)
	}
	if err := classify("x", new(wire), context.Canceled); !errors.Is(err, context.Canceled) {
		t.Error("a cancelled context is not recognised in the error")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	leaked := make(chan struct{}, 1)
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { leaked <- struct{}{} }))
	defer thief.Close()
	api := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	defer api.Close()
	c, err := New(Config{BotToken: "xoxb-secret", AppToken: "x", APIURL: api.URL, Acceptor: &inbox{}, Texts: texts{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), bot.Outbound{To: at("C1", ""), Text: "x"})
	classIs(t, err, bot.ClassAuth)
	select {
	case <-leaked:
		t.Error("the request, with its token, went where the redirect points to")
	default:
	}
}

func TestPacer(t *testing.T) {
	now := time.Unix(1700000000, 0)
	p := newPacer(time.Second, func() time.Time { return now })
	var waited []time.Duration
	p.wait = func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	for range 3 {
		if err := p.turn(t.Context(), "C1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.turn(t.Context(), "C2"); err != nil || len(waited) != 2 || waited[0] != time.Second || waited[1] != 2*time.Second {
		t.Errorf("waited %v (%v), want 1s and 2s in C1, nothing in C2", waited, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p.wait = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
	if err := p.turn(ctx, "C1"); !errors.Is(err, errNotSent) || !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled turn gives %v", err)
	}
	if err := p.turn(ctx, "C9"); !errors.Is(err, errNotSent) {
		t.Errorf("a turn after the end gives %v", err)
	}
	p.block("m", "C1", 10*time.Second)
	if p.blocked("m", "C1") != 10*time.Second || p.blocked("m", "C2") != 0 || p.blocked("n", "C1") != 0 {
		t.Error("a block is of one method in one channel")
	}
	now = now.Add(10 * time.Second)
	if p.blocked("m", "C1") != 0 || len(p.closed) != 0 {
		t.Error("a block outlives its time")
	}
}

func TestWaitTimer(t *testing.T) {
	if err := waitTimer(t.Context(), time.Nanosecond); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := waitTimer(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want it cancelled", err)
	}
}

func TestPacerForgetsIdleChannels(t *testing.T) {
	now := time.Unix(1700000000, 0)
	p := newPacer(time.Second, func() time.Time { return now })
	for i := range maxChannels {
		_ = p.turn(t.Context(), "C"+itoa(i))
	}
	now = now.Add(2 * time.Second)
	_ = p.turn(t.Context(), "new")
	if len(p.slots) != 1 {
		t.Errorf("%d channels remembered, want one", len(p.slots))
	}
	for i := range maxChannels {
		p.block("m", "C"+itoa(i), time.Second)
	}
	now = now.Add(2 * time.Second)
	p.block("m", "new", time.Second)
	if len(p.closed) != 1 {
		t.Errorf("%d blocks remembered, want one", len(p.closed))
	}
}

func TestPeople(t *testing.T) {
	now := time.Unix(1700000000, 0)
	asked := make(chan string, 100)
	gate := make(chan error)
	p := newPeople(func(_ context.Context, id string) (bot.Person, error) {
		asked <- id
		return bot.Person{ID: id, Name: "name of " + id}, <-gate
	}, func() time.Time { return now })
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if got := p.get(gone, "U1"); got != (bot.Person{ID: "U1"}) {
		t.Errorf("without time: %+v, want the id", got)
	}
	gate <- nil // the lookup went on
	if got := p.get(t.Context(), "U1"); got.Name != "name of U1" || len(asked) != 1 {
		t.Errorf("got %+v after %d lookups", got, len(asked))
	}
	now = now.Add(peopleFresh + time.Second)
	go func() { gate <- errors.New("down") }()
	if got := p.get(t.Context(), "U1"); got.Name != "" || len(asked) != 2 {
		t.Errorf("got %+v after %d lookups; want a failed second one", got, len(asked))
	}
	if p.get(t.Context(), "U1"); len(asked) != 2 {
		t.Error("a failed lookup is repeated at once")
	}
	for i := range lookupsAtOnce {
		p.start("B" + itoa(i))
	}
	if got := p.start("one more"); got != nil {
		t.Error("too many lookups at once")
	}
	for range lookupsAtOnce {
		gate <- nil
	}
}

func TestPeopleIsBounded(t *testing.T) {
	now := time.Unix(1700000000, 0)
	p := newPeople(func(_ context.Context, id string) (bot.Person, error) { return bot.Person{ID: id}, nil }, func() time.Time { return now })
	for i := range peopleKept + 10 {
		p.get(t.Context(), "U"+itoa(i))
	}
	if len(p.by) > peopleKept {
		t.Errorf("%d people kept", len(p.by))
	}
}
