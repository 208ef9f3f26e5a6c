package bottest

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestDiscordFaults(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{})
	const route = "POST /channels/{channel}/messages"
	say := func() (*http.Response, string, error) {
		req, _ := http.NewRequest("POST", s.APIURL()+"channels/"+textC+"/messages", strings.NewReader(`{"content":"x"}`))
		req.Header = http.Header{"Authorization": {"Bot " + DiscordBotToken}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
		resp, err := NewDiscordContract(t, s.APIURL(), http.DefaultTransport).RoundTrip(req)
		if err != nil {
			return nil, "", err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, string(body), err
	}
	for _, tt := range []struct {
		fault   DiscordFault
		status  int
		body    string
		headers map[string]string
		done    bool
	}{
		{DiscordLimited(1.25), 429, `"retry_after": 1.250`, map[string]string{"Retry-After": "2", "X-RateLimit-Scope": "user", "X-RateLimit-Remaining": "0"}, false},
		{DiscordLimitedGlobal(0.5), 429, `"global": true`, map[string]string{"Retry-After": "1", "X-RateLimit-Global": "true"}, false},
		{DiscordCloudflare(429), 429, "error code: 1015", map[string]string{"Retry-After": "7", "X-RateLimit-Bucket": ""}, false},
		{DiscordCloudflare(502), 502, "<html>", map[string]string{"Content-Type": "text/html; charset=UTF-8"}, false},
		{DiscordCloudflare(520), 520, "<html>", nil, false},
		{DiscordServerError, 500, "500", nil, false},
		{DiscordServerErrorAfter, 500, "500", nil, true},
		{DiscordOverloaded, 503, "130000", nil, false},
		{DiscordError(403, 50013), 403, "50013", nil, false},
		{DiscordCutBefore, 0, "", nil, false},
		{DiscordCutAfter, 0, "", nil, true},
	} {
		before := len(s.Messages(InDiscord(textC)))
		s.Fail(route, 1, tt.fault)
		resp, body, err := say()
		if (err != nil) != (tt.status == 0) {
			t.Fatalf("%s: %v", tt.fault.name, err)
		}
		if err == nil && (resp.StatusCode != tt.status || !strings.Contains(body, tt.body)) {
			t.Errorf("%s: %d %s", tt.fault.name, resp.StatusCode, body)
		}
		for k, v := range tt.headers {
			if got := resp.Header.Get(k); got != v {
				t.Errorf("%s: %s = %q, want %q", tt.fault.name, k, got, v)
			}
		}
		if done := len(s.Messages(InDiscord(textC))) > before; done != tt.done {
			t.Errorf("%s: it was done: %v, want %v", tt.fault.name, done, tt.done)
		}
	}
	if resp, _, err := say(); err != nil || resp.StatusCode != 200 {
		t.Errorf("after the faults: %v %v", resp, err)
	}
}

func TestDiscordPace(t *testing.T) {
	s := newDiscordTown(t, DiscordOptions{Pace: true, Now: standing})
	path := "/channels/" + textC + "/messages"
	for n := range 5 {
		if status, got := ask(t, s, "POST", path, o{"content": "x"}); status != 200 {
			t.Fatalf("message %d: %d %v", n, status, got)
		}
	}
	status, got := ask(t, s, "POST", path, o{"content": "x"})
	if after, _ := got["retry_after"].(float64); status != 429 || after <= 0 || after > 5 {
		t.Errorf("sixth: %d %v", status, got)
	}
	s.Advance(paceWindow)
	if status, _ := ask(t, s, "POST", path, o{"content": "x"}); status != 200 {
		t.Errorf("five seconds later: %d", status)
	}
}
