package slack

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
)

func TestVerify(t *testing.T) {
	now := time.Unix(1700000000, 0)
	body := []byte(`{"type":"x"}`)
	signed := func(secret string, at time.Time) http.Header { return bottest.SignSlack(secret, at, body) }
	with := func(h http.Header, k, v string) http.Header {
		if v == "" {
			h.Del(k)
		} else {
			h.Set(k, v)
		}
		return h
	}
	tests := []struct {
		name string
		h    http.Header
		good bool
	}{
		{"now", signed("s", now), true},
		{"five minutes old", signed("s", now.Add(-5*time.Minute)), true},
		{"a second more", signed("s", now.Add(-5*time.Minute-time.Second)), false},
		{"five minutes ahead", signed("s", now.Add(5*time.Minute)), true},
		{"a second more ahead", signed("s", now.Add(5*time.Minute+time.Second)), false},
		{"wrong secret", signed("other", now), false},
		{"no timestamp", with(signed("s", now), "X-Slack-Request-Timestamp", ""), false},
		{"no signature", with(signed("s", now), "X-Slack-Signature", ""), false},
		{"other timestamp", with(signed("s", now), "X-Slack-Request-Timestamp", "1700000001"), false},
		{"timestamp of text", with(signed("s", now), "X-Slack-Request-Timestamp", "yesterday"), false},
		{"huge timestamp", with(signed("s", now), "X-Slack-Request-Timestamp", "99999999999999999999"), false},
		{"lowest timestamp", with(signed("s", now), "X-Slack-Request-Timestamp", "-9223372036854775808"), false},
		{"other version", with(signed("s", now), "X-Slack-Signature", "v1=00"), false},
		{"not hex", with(signed("s", now), "X-Slack-Signature", "v0=zz"), false},
		{"short", with(signed("s", now), "X-Slack-Signature", "v0=00"), false},
		{"empty", with(signed("s", now), "X-Slack-Signature", "v0="), false},
	}
	for _, tt := range tests {
		if why := verify("s", tt.h, body, now); (why == "") != tt.good {
			t.Errorf("%s: %q", tt.name, why)
		}
	}
	if verify("", signed("", now), body, now) == "" {
		t.Error("an empty secret accepts a signature made with it")
	}
	if verify("s", signed("s", now), append(body, ' '), now) == "" {
		t.Error("a changed body passes")
	}
}

func request(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header = bottest.SignSlack(bottest.SlackSigningSecret, time.Now(), []byte(body))
	return r
}

func payload(json string) string { return url.Values{"payload": {json}}.Encode() }

func TestHandlerAnswers(t *testing.T) {
	w := newTown(t, townOptions{})
	h := w.client.Handler()
	get := request("/slack/events", "")
	get.Method = http.MethodGet
	unsigned := request("/slack/events", `{"type":"event_callback"}`)
	unsigned.Header = http.Header{}
	msg := func(event string) string { return `{"type":"event_callback","event":` + event + `}` }
	tests := []struct {
		name string
		r    *http.Request
		want int
		body string
	}{
		{"challenge", request("/slack/events", `{"type":"url_verification","challenge":"abc"}`), 200, `{"challenge":"abc"}`},
		{"GET", get, 405, ""},
		{"unsigned", unsigned, 401, ""},
		{"1 MiB", request("/slack/events", strings.Repeat(" ", 1<<20)), 400, ""},
		{"over 1 MiB", request("/slack/events", strings.Repeat(" ", 1<<20+1)), 413, ""},
		{"junk", request("/slack/events", `{{{`), 400, ""},
		{"empty", request("/slack/events", ``), 400, ""},
		{"no type", request("/slack/events", `{}`), 400, ""},
		{"other type", request("/slack/events", `{"type":"news"}`), 200, ""},
		{"limited", request("/slack/events", `{"type":"app_rate_limited"}`), 200, ""},
		{"no event", request("/slack/events", `{"type":"event_callback"}`), 400, ""},
		{"event of text", request("/slack/events", msg(`"x"`)), 400, ""},
		{"unknown event", request("/slack/events", msg(`{"type":"team_join","user":{"id":"U1"}}`)), 200, ""},
		{"no channel", request("/slack/events", msg(`{"type":"message","user":"U1","ts":"1.1","text":"x"}`)), 400, ""},
		{"wrong types", request("/slack/events", msg(`{"type":"message","user":{},"ts":1}`)), 400, ""},
		{"no ts", request("/slack/events", msg(`{"type":"message","channel":"C0SIAM","user":"U1"}`)), 200, ""},
		{"interaction junk", request("/slack/interactions", "payload=%7B"), 400, ""},
		{"interaction bad form", request("/slack/interactions", "%zz"), 400, ""},
		{"no payload", request("/slack/interactions", ""), 400, ""},
		{"ssl check", request("/slack/interactions", "ssl_check=1"), 200, ""},
		{"other interaction", request("/slack/interactions", payload(`{"type":"shortcut"}`)), 200, ""},
		{"click nowhere", request("/slack/interactions", payload(`{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"fixed"}]}`)), 200, ""},
		{"unknown action", request("/slack/interactions", payload(`{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"C0SIAM"},"message":{"ts":"1.1"},"actions":[{"action_id":"format_disk"}]}`)), 200, ""},
		{"unknown view", request("/slack/interactions", payload(`{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"other"}}`)), 200, ""},
		{"view without a place", request("/slack/interactions", payload(`{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"firstline_form","private_metadata":"{}"}}`)), 200, ""},
		{"no view", request("/slack/interactions", payload(`{"type":"view_submission"}`)), 400, ""},
		{"empty command", request("/slack/commands", ""), 400, ""},
		{"elsewhere", request("/slack/other", ""), 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, tt.r)
			if rec.Code != tt.want || tt.body != "" && rec.Body.String() != tt.body {
				t.Errorf("got %d %q, want %d %q", rec.Code, rec.Body, tt.want, tt.body)
			}
		})
	}
	if all := w.inbox.all(); len(all) != 0 {
		t.Errorf("junk was accepted: %+v", all)
	}
}

func TestFormAnswerTooLong(t *testing.T) {
	w := newTown(t, townOptions{})
	view := `{"type":"view_submission","user":{"id":"UMALI"},"view":{"id":"V1","hash":"h","callback_id":"firstline_form",` +
		`"private_metadata":"{\"a\":{\"platform\":\"slack\",\"channel\":\"C0SIAM\",\"thread\":\"1.1\"},\"c\":\"case-1\",\"l\":\"th\"}",` +
		`"state":{"values":{"carrier":{"carrier":{"value":"` + strings.Repeat("x", maxFormAnswer+1) + `"}}}}}}`
	rec := httptest.NewRecorder()
	w.client.Handler().ServeHTTP(rec, request("/slack/interactions", payload(view)))
	want := `{"errors":{"carrier":"th slack.form.too_long map[Max:500]"},"response_action":"errors"}`
	if rec.Code != 200 || rec.Body.String() != want || len(w.inbox.all()) != 0 {
		t.Errorf("got %d %s, want %s", rec.Code, rec.Body, want)
	}
}

// FuzzHandlers: whatever stands in a signed body, no panic and no 5xx.
func FuzzHandlers(f *testing.F) {
	for _, s := range []string{
		`{"type":"event_callback","event":{"type":"message","channel":"C0SIAM","user":"U1","ts":"1.1","text":"<@U2> x","files":[{"id":"F1","size":1e300}]}}`,
		`{"type":"event_callback","event":{"type":"message","subtype":"message_changed","channel":"C","message":{"ts":"x"},"previous_message":null}}`,
		`{"type":"event_callback","event":{"type":"app_home_opened","tab":"home","user":"U1"}}`,
		`payload={"type":"block_actions","user":{"id":"U1"},"channel":{"id":"D1"},"message":{"ts":"1"},"actions":[{"action_id":"slot:x:1","selected_option":null}]}`,
		`payload={"type":"view_submission","user":{"id":"U"},"view":{"id":"V","callback_id":"firstline_form","private_metadata":"{\"a\":{\"channel\":\"C\"}}","state":{"values":{"a":{"b":null}}}}}`,
		`channel_id=C1&user_id=U1&trigger_id=t&text=help`,
	} {
		f.Add(s)
	}
	c, err := New(Config{
		BotToken: "x", SigningSecret: bottest.SlackSigningSecret, Acceptor: &inbox{}, Texts: texts{}, Desk: "C0DESK",
		APIURL: "http://127.0.0.1:1/", Pace: -1,
	})
	if err != nil {
		f.Fatal(err)
	}
	h := c.Handler()
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"/slack/events", "/slack/interactions", "/slack/commands"} {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, request(path, body))
			if rec.Code >= 500 {
				t.Fatalf("%s answers %d to %q", path, rec.Code, body)
			}
		}
	})
}
