package discord

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

	"github.com/bwmarrin/discordgo"
)

type failure struct {
	call   string
	status int
	header http.Header
	err    error
	want   bot.Class
	after  time.Duration
}

func restError(body string) error {
	e := &discordgo.RESTError{Response: &http.Response{}, ResponseBody: []byte(body)}
	var m discordgo.APIErrorMessage
	if discordgo.Unmarshal([]byte(body), &m) == nil {
		e.Message = &m
	}
	return e
}

// failures are calls that went wrong: what was seen of them, and their class.
func failures() []failure {
	code := func(n string) error { return restError(`{"code": ` + n + `, "message": "SECRET"}`) }
	limited := &discordgo.RateLimitError{RateLimit: &discordgo.RateLimit{TooManyRequests: &discordgo.TooManyRequests{RetryAfter: 310 * time.Millisecond}, URL: "https://x/SECRET"}}
	dial := &url.Error{Op: "Post", URL: "https://discord.com/api/webhooks/1/SECRET", Err: &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}}
	const post, edit = "create_message", "update_message"
	return []failure{
		{post, 404, nil, code("10003"), bot.ClassGone, 0},
		{post, 404, nil, code("10008"), bot.ClassGone, 0},
		{post, 403, nil, code("50001"), bot.ClassGone, 0},
		{post, 403, nil, code("50013"), bot.ClassAuth, 0},
		{post, 403, nil, code("50007"), bot.ClassGone, 0},
		{post, 400, nil, code("50083"), bot.ClassGone, 0},
		{post, 400, nil, code("160002"), bot.ClassAuth, 0},
		{post, 400, nil, code("50035"), bot.ClassInvalid, 0},
		{post, 403, nil, code("999999"), bot.ClassAuth, 0},
		{post, 404, nil, code("999999"), bot.ClassGone, 0},
		{post, 400, nil, code("999999"), bot.ClassInvalid, 0},
		{post, 401, nil, restError(`{"message": "401: Unauthorized", "code": 0}`), bot.ClassAuth, 0},
		{post, 404, nil, restError(`{"message": "404: Not Found", "code": 0}`), bot.ClassAuth, 0},
		{post, 404, nil, restError(`<html>SECRET</html>`), bot.ClassAuth, 0},
		{post, 400, nil, restError(`<html>`), bot.ClassAuth, 0},
		{post, 413, nil, code("40005"), bot.ClassInvalid, 0},
		{post, 500, nil, restError(`{"message": "500", "code": 0}`), bot.ClassUnclear, 0},
		{post, 502, nil, errors.New("Exceeded Max retries HTTP 502, SECRET"), bot.ClassUnclear, 0},
		{post, 503, nil, code("130000"), bot.ClassRetry, 0},
		{edit, 500, nil, restError(`x`), bot.ClassRetry, 0},
		{post, 307, nil, restError(``), bot.ClassAuth, 0},
		{post, 429, http.Header{"Retry-After": {"65"}}, limited, bot.ClassLimited, 310 * time.Millisecond},
		{post, 429, http.Header{"Retry-After": {"7.5"}}, errors.New("invalid character '<'"), bot.ClassLimited, 7500 * time.Millisecond},
		{post, 429, nil, errors.New("invalid character '<'"), bot.ClassLimited, defaultRetryAfter},
		{post, 429, http.Header{"Retry-After": {"soon"}}, errors.New("x"), bot.ClassLimited, defaultRetryAfter},
		{post, 200, nil, io.ErrUnexpectedEOF, bot.ClassUnclear, 0},
		{post, 200, nil, &unreadableError{errors.New("x")}, bot.ClassUnclear, 0},
		{post, 0, nil, dial, bot.ClassRetry, 0},
		{post, 0, nil, &net.DNSError{Name: "discord.com"}, bot.ClassRetry, 0},
		{post, 0, nil, &url.Error{URL: "SECRET", Err: io.EOF}, bot.ClassUnclear, 0},
		{post, 0, nil, context.DeadlineExceeded, bot.ClassUnclear, 0},
		{edit, 0, nil, context.DeadlineExceeded, bot.ClassRetry, 0},
		{post, 0, nil, errNotSent, bot.ClassRetry, 0},
		{post, 0, nil, errForeign, bot.ClassAuth, 0},
	}
}

func TestClassify(t *testing.T) {
	for _, tt := range failures() {
		w := new(wire)
		w.status.Store(int64(tt.status))
		w.connected.Store(tt.status != 0)
		if tt.status != 0 {
			w.header.Store(&tt.header)
		}
		got := classify(call{name: tt.call}, w, tt.err, "SECRET")
		if got.Class != tt.want || got.After != tt.after || strings.Contains(got.Error(), "SECRET") || strings.Contains(got.Error(), "https://") {
			t.Errorf("%s %d %v: %v after %v, want %s after %v", tt.call, tt.status, tt.err, got, got.After, tt.want, tt.after)
		}
	}
	detail := restError(`{"code": 50035, "errors": {"embeds": {"0": {"title": {"_errors": [{"message": "what the customer wrote"}]}}}}}`)
	if got := classify(call{name: "create_message"}, new(wire), detail).Error(); got != "invalid: discord create_message: code 50035 at embeds.0.title" {
		t.Errorf("error = %q", got)
	}
	if err := classify(call{}, new(wire), context.Canceled); !errors.Is(err, context.Canceled) {
		t.Error("a cancelled context is not recognised in the error")
	}
}

func FuzzWrongFields(f *testing.F) {
	f.Add(`{"errors": {"a": {"b": {"_errors": []}}}}`)
	f.Add(`{"errors": {"secret words!": {"_errors": []}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		if got := wrongFields(restError(body)); strings.Trim(got, " abcdefghijklmnopqrstuvwxyz_.0123456789") != "" || len(got) > 400 {
			t.Fatalf("wrongFields(%q) = %q", body, got)
		}
	})
}

// api is a server that notes what it is asked.
type api struct {
	*httptest.Server
	asked chan *http.Request
}

func newAPI(t *testing.T, answer http.HandlerFunc) api {
	t.Helper()
	a := api{asked: make(chan *http.Request, 100)}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked <- r
		answer(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func newAt(t *testing.T, apiURL string) *Client {
	t.Helper()
	c, err := New(Config{BotToken: "token-secret", APIURL: apiURL, Acceptor: newInbox(), Texts: texts{}, Marks: &memory{}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryRequestGoesToTheAPI(t *testing.T) {
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"url": "wss://gateway.example", "shards": 1, "id": "7"}`)
	})
	c := newAt(t, a.URL+"/some/api/v10")
	if at, err := c.rest.Gateway(); err != nil || at != "wss://gateway.example/" {
		t.Errorf("Gateway = %q, %v", at, err)
	}
	if r := <-a.asked; r.URL.Path != "/some/api/v10/gateway/bot" {
		t.Errorf("asked for %s: the gateway's address is what gateway/bot answers", r.URL)
	}
	if _, err := c.gatewayPlan(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-a.asked
	if at, err := c.rest.Gateway(); err != nil || at != "wss://gateway.example/" || len(a.asked) != 0 {
		t.Errorf("Gateway = %q, %v, after %d questions: the answer is known", at, err, len(a.asked))
	}
	if _, err := c.rest.ChannelMessages("5", 3, "", "9", ""); err == nil { // discordgo's own functions go there too
		t.Log("answer was no list, and read as one")
	}
	r := <-a.asked
	if r.URL.Path != "/some/api/v10/channels/5/messages" || r.URL.Query().Get("after") != "9" {
		t.Errorf("asked for %s", r.URL)
	}
	if r.Header.Get("Authorization") != "Bot token-secret" || !strings.HasPrefix(r.UserAgent(), "DiscordBot (https://") {
		t.Errorf("header = %v", r.Header)
	}
	for _, address := range []string{"https://evil.example/", "https://discord.com/api/v8/users/@me", a.URL + "/other"} {
		if _, err := c.rest.Request("GET", address, nil); err == nil {
			t.Errorf("%s was asked", address)
		}
	}
	if len(a.asked) != 0 {
		t.Error("the token went elsewhere")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	thief := newAPI(t, func(http.ResponseWriter, *http.Request) {})
	a := newAPI(t, http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect).ServeHTTP)
	c := newAt(t, a.URL)
	err := c.do(t.Context(), call{name: "create_message", method: "POST", path: "channels/1/messages", body: map[string]string{}}, nil)
	classIs(t, err, bot.ClassAuth)
	if _, err := c.Fetch(t.Context(), bot.File{URL: a.URL + "/attachments/1/2/x"}); err == nil {
		t.Error("an attachment was fetched from where a redirect points to")
	}
	if len(thief.asked) != 0 {
		t.Error("the request, with its token, went where the redirect points to")
	}
}

func TestTooLargeDownloadFails(t *testing.T) {
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush() // no length is told
		for range maxDownload/4096 + 1 {
			_, _ = w.Write(make([]byte, 4096))
		}
	})
	body, err := newAt(t, a.URL).Fetch(t.Context(), bot.File{URL: a.URL + "/attachments/1/2/x"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }()
	if n, err := io.Copy(io.Discard, body); err == nil {
		t.Errorf("read %d bytes", n)
	}
}

func TestBucketIsWaitedForOrTold(t *testing.T) {
	left := "0.05"
	a := newAPI(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset-After", left)
		w.Header().Set("X-RateLimit-Bucket", "b")
		_, _ = io.WriteString(w, `{"id":"1"}`)
	})
	c := newAt(t, a.URL)
	k := call{name: "create_message", method: "POST", path: "channels/1/messages", bucket: "post 1", body: map[string]string{}}
	for range 2 { // a short time is waited for
		if err := c.do(t.Context(), k, nil); err != nil {
			t.Fatal(err)
		}
	}
	left = "60"
	if err := c.do(t.Context(), k, nil); err != nil {
		t.Fatal(err)
	}
	err := c.do(t.Context(), k, nil) // a long one is told
	classIs(t, err, bot.ClassLimited)
	if se, _ := errors.AsType[*bot.SendError](err); se.After < 50*time.Second || se.After > 60*time.Second {
		t.Errorf("after = %v", se.After)
	}
	if len(a.asked) != 3 {
		t.Errorf("%d requests, want three", len(a.asked))
	}
	other := k
	other.bucket = "post 2"
	if err := c.do(t.Context(), other, nil); err != nil {
		t.Errorf("another bucket: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	classIs(t, c.do(ended, k, nil), bot.ClassRetry)
}

func TestLimiterForgets(t *testing.T) {
	now := time.Unix(1700000000, 0)
	l := newLimiter(func() time.Time { return now })
	for i := range maxBuckets + 1 {
		k := call{bucket: "b" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + time.Duration(i).String()}
		l.bucket(k)
		l.block(k, time.Second, false)
	}
	if len(l.known) > maxBuckets/2 {
		t.Errorf("%d buckets known", len(l.known))
	}
	now = now.Add(2 * time.Second)
	l.block(call{bucket: "new"}, time.Second, false)
	if len(l.closed) != 1 {
		t.Errorf("%d blocks remembered, want one", len(l.closed))
	}
}

func TestBackoff(t *testing.T) {
	b := backoff{first: time.Second, most: 10 * time.Second}
	for n, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 5: 10 * time.Second, 500: 10 * time.Second} {
		for range 20 {
			if d := b.after(n); d < most/2 || d > most {
				t.Errorf("after %d failures: %v, want between half of %v and it", n, d, most)
			}
		}
	}
}

func TestRecentForgetsTheOldest(t *testing.T) {
	r := newRecent[int, string](3)
	for i := range 5 {
		r.put(i, "x")
	}
	r.put(4, "y")
	for i, want := range []bool{false, false, true, true, true} {
		if _, ok := r.get(i); ok != want {
			t.Errorf("%d is there: %v, want %v", i, ok, want)
		}
	}
	if v, _ := r.get(4); v != "y" || len(r.by) != 3 {
		t.Errorf("%v", r.by)
	}
}

func TestSnowflakes(t *testing.T) {
	at := time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC)
	if got := moment(snowflake(at)); !got.Equal(at) {
		t.Errorf("moment = %v, want %v", got, at)
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"10", "9", true}, {"9", "10", false}, {"9", "9", false}, {"1", "", true}, {"", "1", false}} {
		if newer(tt.a, tt.b) != tt.want {
			t.Errorf("newer(%q, %q) = %v", tt.a, tt.b, !tt.want)
		}
	}
	for in, want := range map[string]string{"10": "9", "0": "0", "": "0", "x": "0"} {
		if got := before(in); got != want {
			t.Errorf("before(%q) = %q, want %q", in, got, want)
		}
	}
}
