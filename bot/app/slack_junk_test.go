package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
)

// TestSlackJunkIsRefused: what Slack did not send, or sent in no shape that it
// has, changes nothing.
func TestSlackJunkIsRefused(t *testing.T) {
	w := newTown(t, onSlack)
	event := `{"type":"event_callback","team_id":"T0FIRST","event":{"type":"message","user":"UNOK","text":"hello","ts":"1700000000.000100","channel":"C0SIAM","channel_type":"channel"}}`
	now := w.clock.now()
	for _, c := range []struct {
		name, method, path, body string
		secret                   string
		at                       time.Time
		status                   int
	}{
		{"wrong signature", "POST", "/slack/events", event, "other", now, 401},
		{"old", "POST", "/slack/events", event, "", now.Add(-6 * time.Minute), 401},
		{"from the future", "POST", "/slack/events", event, "", now.Add(6 * time.Minute), 401},
		{"unsigned", "POST", "/slack/events", event, "-", now, 401},
		{"not JSON", "POST", "/slack/events", "{", "", now, 400},
		{"nothing", "POST", "/slack/events", "", "", now, 400},
		{"other JSON", "POST", "/slack/events", "[1,2]", "", now, 400},
		{"event without a type", "POST", "/slack/events", `{"type":"event_callback","event":{}}`, "", now, 400},
		{"event of the wrong shape", "POST", "/slack/events", `{"type":"event_callback","event":{"type":"message","ts":7,"channel":[]}}`, "", now, 400},
		{"too large", "POST", "/slack/events", `{"type":"event_callback","pad":"` + strings.Repeat("x", 1<<20) + `"}`, "", now, 413},
		{"read", "GET", "/slack/events", "", "", now, 405},
		{"elsewhere", "POST", "/slack/else", event, "", now, 404},
		{"click without payload", "POST", "/slack/interactions", "a=b", "", now, 400},
		{"broken click", "POST", "/slack/interactions", "payload=%7B", "", now, 400},
		{"form of nowhere", "POST", "/slack/interactions", `payload={"type":"view_submission"}`, "", now, 400},
		{"command of nobody", "POST", "/slack/commands", "text=hello", "", now, 400},
		{"broken command", "POST", "/slack/commands", "%zz", "", now, 400},
		{"broken interaction", "POST", "/slack/interactions", "%zz", "", now, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, w.url+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			secret := bottest.SlackSigningSecret
			if c.secret != "" {
				secret = c.secret
			}
			if secret != "-" {
				req.Header = bottest.SignSlack(secret, c.at, []byte(c.body))
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != c.status {
				t.Errorf("answered %d, want %d", resp.StatusCode, c.status)
			}
		})
	}
	w.drain()
	w.wantCases(0, "junk opens none")
	if n := len(w.slack.Calls("chat.postMessage", "chat.postEphemeral")); n != 0 {
		t.Errorf("%d messages came of junk, want none", n)
	}
	if n := w.metric(`firstline_slack_requests_total{result="refused"`); n < 16 {
		t.Errorf("%v refusals counted, want sixteen at least", n)
	}
}
