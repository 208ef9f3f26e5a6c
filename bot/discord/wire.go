package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"firstline/bot"

	"github.com/bwmarrin/discordgo"
)

// discordgo asks the gateway for the version that it was written for. Ours is 10, whose messages carry
// their contents only with the intent for them and whose threads are the present ones; the addresses of
// its REST calls, which have the version too, are rewritten by [rewriter].
func init() { discordgo.APIVersion = "10" }

// newSession gives a discordgo session that calls Discord through our transport and leaves retries,
// reconnecting and caching to us.
func (c *Client) newSession() *discordgo.Session {
	s, err := discordgo.New("Bot " + c.cfg.BotToken)
	if err != nil { // it never fails: it only fills a struct
		panic(err)
	}
	own := *c.cfg.HTTPClient
	own.CheckRedirect = noRedirects
	own.Transport = &rewriter{client: c, next: own.Transport}
	s.Client = &own
	s.UserAgent += " Firstline"
	s.LogLevel = -1 // it logs events that it does not know with their contents
	s.StateEnabled = false
	s.SyncEvents = true
	s.ShouldReconnectOnError = false
	s.ShouldReconnectVoiceOnSessionError = false
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	return s
}

func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// wire is what was observed of one HTTP exchange: discordgo's errors do not tell
// whether a request left the machine.
type wire struct {
	traced    atomic.Bool // net/http's transport reported to us
	connected atomic.Bool // a connection was there, so something may have been sent
	status    atomic.Int64
	header    atomic.Pointer[http.Header]
}

type wireKey struct{}

// rewriter sends what discordgo addresses to https://discord.com/api/v9/ to the configured API, and nothing
// else anywhere. discordgo's addresses are variables of its package, which other code of the
// process may use, so they stay as they are.
type rewriter struct {
	client *Client
	next   http.RoundTripper
}

var errForeign = errors.New("not an address of Discord's API")

func (r *rewriter) RoundTrip(req *http.Request) (*http.Response, error) {
	path, ok := strings.CutPrefix(req.URL.String(), discordgo.EndpointAPI)
	if !ok {
		return nil, errForeign
	}
	if path == "gateway" {
		if at := r.client.gateway.Load(); at != nil {
			return canned(req, map[string]string{"url": *at})
		}
		path = "gateway/bot" // whose answer has the address too
	}
	target, err := url.Parse(r.client.cfg.APIURL + path)
	if err != nil || target.Host != r.client.base.Host || target.Scheme != r.client.base.Scheme {
		return nil, errForeign
	}
	ctx := req.Context()
	w, watched := ctx.Value(wireKey{}).(*wire)
	if watched {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
			GetConn: func(string) { w.traced.Store(true) },
			GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
		})
	}
	out := req.Clone(ctx)
	out.URL, out.Host = target, ""
	next := r.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(out)
	if watched && resp != nil {
		w.status.Store(int64(resp.StatusCode))
		w.header.Store(&resp.Header)
	}
	return resp, err
}

// canned makes a response without asking anybody.
func canned(req *http.Request, v any) (*http.Response, error) {
	body, err := json.Marshal(v)
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, err
}

// call is one REST call.
type call struct {
	name   string // Discord's operation id: the name in metrics and errors
	method string
	path   string // below the API's base, ids in it
	bucket string // the rate limit that it counts to: route and major id; "" for one that is used once
	free   bool   // not bound to the global limit: interactions
	body   any
	files  []upload
}

// upload is a file of a request.
type upload struct {
	name    string
	content []byte
}

// do runs one call and reads its answer into out, which may be nil. Its error is a [bot.SendError].
func (c *Client) do(ctx context.Context, k call, out any) error {
	w := new(wire)
	raw, err := c.request(context.WithValue(ctx, wireKey{}, w), k)
	if err == nil && out != nil {
		if err = json.Unmarshal(raw, out); err != nil {
			err = &unreadableError{cause: err}
		}
	}
	if err == nil {
		c.cfg.Metrics.Sent(k.name, "ok")
		return nil
	}
	se := classify(k, w, err, c.cfg.BotToken)
	if status := int(w.status.Load()); status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests {
		c.cfg.Metrics.Invalid(status)
	}
	if se.Class == bot.ClassLimited && w.status.Load() != 0 {
		c.limits.block(k, se.After, global(w))
		c.cfg.Metrics.Limited(k.name, se.After)
	}
	c.cfg.Metrics.Sent(k.name, string(se.Class))
	return se
}

// request takes the call's turn in discordgo's limiter and sends it with discordgo's request function.
func (c *Client) request(ctx context.Context, k call) ([]byte, error) {
	kind, body, err := k.encode()
	if err != nil {
		return nil, err
	}
	bucket, err := c.limits.turn(ctx, k)
	if err != nil {
		return nil, err
	}
	return c.rest.RequestWithLockedBucket(k.method, discordgo.EndpointAPI+k.path, kind, body, bucket, 0, discordgo.WithContext(ctx))
}

func (k call) encode() (kind string, body []byte, err error) {
	switch {
	case len(k.files) > 0:
		var files []*discordgo.File
		for _, f := range k.files {
			files = append(files, &discordgo.File{Name: f.name, Reader: bytes.NewReader(f.content)})
		}
		return discordgo.MultipartBodyWithJSON(k.body, files)
	case k.body != nil:
		body, err = json.Marshal(k.body)
	}
	return "application/json", body, err
}

// unreadableError is an answer of 200 that is not what it should be.
type unreadableError struct{ cause error }

func (e *unreadableError) Error() string { return e.cause.Error() }
func (e *unreadableError) Unwrap() error { return e.cause }

// global tells whether a 429 is about everything that this bot, or this address, does. Cloudflare's page has
// none of Discord's headers.
func global(w *wire) bool {
	h := w.header.Load()
	if h == nil || w.status.Load() != http.StatusTooManyRequests {
		return false
	}
	return h.Get("X-RateLimit-Global") != "" || h.Get("X-RateLimit-Scope") == "" && h.Get("X-RateLimit-Bucket") == ""
}

// retryAfter reads how long a 429 asks for silence, in seconds with a fraction; ok is false when it does not say.
func retryAfter(w *wire, err error) (time.Duration, bool) {
	limit, is := errors.AsType[*discordgo.RateLimitError](err)
	if is && limit.RateLimit != nil && limit.TooManyRequests != nil && limit.RetryAfter > 0 {
		return limit.RetryAfter, true
	}
	if h := w.header.Load(); h != nil {
		if s, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After")), 64); err == nil && s >= 0 && s < 86400 {
			return time.Duration(s * float64(time.Second)), true
		}
	}
	return 0, false
}
