package bottest

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// DiscordCall is one request as it arrived, without its token.
type DiscordCall struct {
	Route      string // "POST /channels/{channel}/messages"; attachments: "GET /attachments/{channel}/{id}/{name}"
	Path       string // below /api/v10
	Query      string
	Body       string   // JSON; of a multipart request its payload_json
	Files      []string // names of the files of a multipart request
	Authorized bool     // the bot's token came with it
	Status     int      // 0 when the line was cut
	Code       int      // Discord's code of an error
	Fault      string   // what was armed for it, if anything
	At         time.Time
}

// DiscordFault is what goes wrong with one call. [DiscordServer.Fail] arms it.
type DiscordFault struct {
	name   string
	status int
	body   string
	html   bool
	header map[string]string
	done   bool // the call takes effect first
	cut    bool
	hang   bool
}

// Faults of the REST interface.
var (
	DiscordServerError      = DiscordFault{name: "500", status: 500, body: `{"message": "500: Internal Server Error", "code": 0}`}
	DiscordServerErrorAfter = DiscordFault{name: "500 after", status: 500, body: `{"message": "500: Internal Server Error", "code": 0}`, done: true}
	DiscordCutBefore        = DiscordFault{name: "cut", cut: true}                   // the line breaks, nothing was done
	DiscordCutAfter         = DiscordFault{name: "cut after", cut: true, done: true} // the line breaks, it was done
	DiscordHang             = DiscordFault{name: "hang", hang: true}                 // no answer until the caller goes away
	DiscordHangAfter        = DiscordFault{name: "hang after", hang: true, done: true}
	DiscordOverloaded       = DiscordFault{name: "130000", status: 503, body: `{"message": "API resource is currently overloaded. Try again a little later", "code": 130000}`}
)

// AnyRoute is every route, for [DiscordServer.Fail].
const AnyRoute = "*"

// DiscordLimited answers 429 for the route's bucket.
func DiscordLimited(seconds float64) DiscordFault {
	return DiscordFault{name: "429", status: 429, body: limitBody(seconds, false), header: map[string]string{
		"Retry-After": strconv.Itoa(int(math.Ceil(seconds))), "X-RateLimit-Scope": "user", "X-RateLimit-Remaining": "0",
		"X-RateLimit-Reset-After": fmt.Sprintf("%.3f", seconds),
	}}
}

// DiscordLimitedGlobal answers 429 for everything that the bot does; arm it for one call.
func DiscordLimitedGlobal(seconds float64) DiscordFault {
	return DiscordFault{name: "429 global", status: 429, body: limitBody(seconds, true), header: map[string]string{
		"Retry-After": strconv.Itoa(int(math.Ceil(seconds))), "X-RateLimit-Scope": "global", "X-RateLimit-Global": "true",
		"X-RateLimit-Reset-After": fmt.Sprintf("%.3f", seconds),
	}}
}

func limitBody(seconds float64, global bool) string {
	return fmt.Sprintf(`{"message": "You are being rate limited.", "retry_after": %.3f, "global": %v, "code": 0}`, seconds, global)
}

// DiscordCloudflare answers with a page of the edge before Discord: 429 (an address that is banned for a time),
// 502, 520, …: HTML, none of Discord's headers.
func DiscordCloudflare(status int) DiscordFault {
	f := DiscordFault{name: fmt.Sprint("cloudflare ", status), status: status, html: true, header: map[string]string{"Server": "cloudflare", "CF-RAY": "8a0000000000test-SIN"}}
	f.body = fmt.Sprintf("<!DOCTYPE html><html><head><title>discord.com | %d</title></head><body>Cloudflare</body></html>", status)
	if status == http.StatusTooManyRequests {
		f.body, f.header["Retry-After"] = "error code: 1015", "7"
	}
	return f
}

// DiscordError answers with one of Discord's JSON error codes.
func DiscordError(status, code int) DiscordFault {
	return DiscordFault{name: strconv.Itoa(code), status: status, body: fmt.Sprintf(`{"message": "armed by the test", "code": %d}`, code)}
}

// Fail makes the next n calls of route ("POST /channels/{channel}/messages", [AnyRoute]) go wrong.
func (s *DiscordServer) Fail(route string, n int, f DiscordFault) {
	s.t.Helper()
	if _, known := discordRoutes()[discordRoute(route)]; !known && route != AnyRoute && route != attachmentRoute {
		s.t.Fatalf("bottest: %q is no route", route)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.faults[route] = append(s.faults[route], f)
	}
}

func (s *DiscordServer) takeFault(route string) (DiscordFault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{route, AnyRoute} {
		if armed := s.faults[key]; len(armed) > 0 {
			s.faults[key] = armed[1:]
			return armed[0], true
		}
	}
	return DiscordFault{}, false
}

// play answers a request with a fault.
func (s *DiscordServer) play(w http.ResponseWriter, r *http.Request, f DiscordFault, bucket string) {
	switch {
	case f.hang:
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	case f.cut:
		panic(http.ErrAbortHandler)
	}
	if !f.html {
		s.limitHeaders(w, bucket, 5, 4, time.Second)
		w.Header().Set("Content-Type", "application/json")
	} else {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	}
	for k, v := range f.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(f.status)
	_, _ = w.Write([]byte(f.body))
}

// limitHeaders tells how much of the bucket is left, as Discord does with every answer.
func (s *DiscordServer) limitHeaders(w http.ResponseWriter, bucket string, limit, remaining int, reset time.Duration) {
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", reset.Seconds()))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(s.clock().Add(reset).UnixMilli())/1000))
	h.Set("X-RateLimit-Bucket", bucket)
}

func (s *DiscordServer) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Discord's rate for messages of one channel, as far as bots have measured it.
const (
	paceMessages = 5
	paceWindow   = 5 * time.Second
)

// tooFast keeps the rate of messages; wait is zero when there was room. The lock is held.
func (s *DiscordServer) tooFast(channel string) (wait time.Duration) {
	if !s.opts.Pace {
		return 0
	}
	now := s.now()
	recent := slices.DeleteFunc(s.pace[channel], func(t time.Time) bool { return now.Sub(t) >= paceWindow })
	if len(recent) < paceMessages {
		recent = append(recent, now)
	} else {
		wait = paceWindow - now.Sub(recent[0])
	}
	s.pace[channel] = recent
	return wait
}

// Calls lists the calls of these routes, or all of them, in order of arrival.
func (s *DiscordServer) Calls(routes ...string) []DiscordCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []DiscordCall
	for _, c := range s.calls {
		if len(routes) == 0 || slices.Contains(routes, c.Route) {
			out = append(out, c)
		}
	}
	return out
}

func (s *DiscordServer) record(c DiscordCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.At = s.now()
	s.calls = append(s.calls, c)
	s.changedNow()
}
