package bottest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// SlackDelivery is one attempt to give the app something.
type SlackDelivery struct {
	Kind    string // events_api, interactive, slash_commands
	Event   string // the inner type, and subtype
	Attempt int    // 0 first
	Status  int    // what the app answered; 200 for an acknowledgement on the socket, 0 for none
	Err     string // timeout, refused, …
}

// delivery is something to give to the app, by either way.
type delivery struct {
	kind    string
	event   string
	payload obj
	retry   bool // events are repeated, clicks and commands are not
}

// outcome is the app's answer.
type outcome struct {
	status int
	body   []byte
	reason string // for X-Slack-Retry-Reason
}

func (o outcome) ok() bool { return o.status >= 200 && o.status < 300 }

// Deliveries lists all attempts so far.
func (s *SlackServer) Deliveries() []SlackDelivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]SlackDelivery(nil), s.delivered...)
}

// Undelivered tells how many events the app never acknowledged.
func (s *SlackServer) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.lost)
}

// Redeliver gives the app everything again that it never acknowledged, as an operator
// of Slack's would after an outage; it tells how much is still unacknowledged.
func (s *SlackServer) Redeliver() int {
	s.mu.Lock()
	lost := s.lost
	s.lost = nil
	s.mu.Unlock()
	for _, d := range lost {
		s.deliver(d)
	}
	return s.Undelivered()
}

// Again delivers the last event of a person once more, as Slack does when an
// acknowledgement got lost on its way.
func (s *SlackServer) Again() {
	s.mu.Lock()
	d := s.last
	s.mu.Unlock()
	if d == nil {
		s.t.Fatal("bottest: nothing was delivered yet")
	}
	s.note(*d, 1, s.attempt(*d, 1, "http_timeout"))
}

// eventDelivery wraps an inner event as the Events API does; the lock is held.
func (s *SlackServer) eventDelivery(ch *SlackChannel, event obj) delivery {
	shared := ch != nil && ch.Shared
	name := str(event["type"])
	if sub := str(event["subtype"]); sub != "" {
		name += "/" + sub
	}
	return delivery{kind: "events_api", event: name, retry: true, payload: obj{
		"token": "verification", "team_id": SlackTeam, "context_team_id": SlackTeam, "context_enterprise_id": nil,
		"api_app_id": SlackApp, "event": event, "type": "event_callback", "event_id": s.id("Ev"), "event_time": s.opts.Now().Unix(),
		"authorizations": []obj{{
			"enterprise_id": nil, "team_id": SlackTeam, "user_id": SlackBotUser, "is_bot": true, "is_enterprise_install": false,
		}},
		"is_ext_shared_channel": shared, "event_context": "4-context",
	}}
}

// deliver gives d to the app until it is acknowledged or Slack gives up.
func (s *SlackServer) deliver(d delivery) outcome {
	reason := ""
	for n := 0; ; n++ {
		out := s.attempt(d, n, reason)
		s.note(d, n, out)
		if out.ok() {
			return out
		}
		if !d.retry || n >= len(s.opts.RetryDelays) || s.ctx.Err() != nil {
			if d.retry {
				s.mu.Lock()
				s.lost = append(s.lost, d)
				s.mu.Unlock()
			}
			return out
		}
		reason = out.reason
		t := time.NewTimer(s.opts.RetryDelays[n])
		select {
		case <-t.C:
		case <-s.ctx.Done():
			t.Stop()
		}
	}
}

// send delivers what a person did.
func (s *SlackServer) send(d delivery) outcome {
	s.mu.Lock()
	s.last = &d
	s.mu.Unlock()
	return s.deliver(d)
}

func (s *SlackServer) note(d delivery, n int, out outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered = append(s.delivered, SlackDelivery{Kind: d.kind, Event: d.event, Attempt: n, Status: out.status, Err: out.reason})
	s.changedNow()
}

func (s *SlackServer) attempt(d delivery, n int, reason string) outcome {
	if s.opts.Socket {
		return s.overSocket(d, n, reason)
	}
	s.mu.Lock()
	app := s.app
	s.mu.Unlock()
	if app == "" {
		return outcome{reason: "no_app"}
	}
	path, contentType, body := d.http()
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, app+path, bytes.NewReader(body))
	if err != nil {
		return outcome{reason: "unknown_error"}
	}
	req.Header = SignSlack(SlackSigningSecret, s.opts.Now(), body)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	if n > 0 {
		req.Header.Set("X-Slack-Retry-Num", strconv.Itoa(n))
		req.Header.Set("X-Slack-Retry-Reason", reason)
	}
	client := http.Client{Timeout: s.opts.AckWithin, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok && ue.Timeout() {
			return outcome{reason: "http_timeout"}
		}
		return outcome{reason: "connection_failed"}
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return outcome{reason: "http_timeout"}
	}
	out := outcome{status: resp.StatusCode, body: answer}
	if !out.ok() {
		out.reason = "http_error"
	}
	return out
}

// http gives the request of a delivery: JSON for events, forms for the others.
func (d delivery) http() (path, contentType string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	switch d.kind {
	case "interactive":
		return "/slack/interactions", form, []byte(url.Values{"payload": {string(mustJSON(d.payload))}}.Encode())
	case "slash_commands":
		values := url.Values{}
		for k, v := range d.payload {
			values.Set(k, fmt.Sprint(v))
		}
		return "/slack/commands", form, []byte(values.Encode())
	}
	return "/slack/events", "application/json", mustJSON(d.payload)
}

// SignSlack gives the headers with which Slack signs body at a moment.
func SignSlack(secret string, at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	h := http.Header{}
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// serveResponse takes what the app sends to a response_url: shown to the person alone.
func (s *SlackServer) serveResponse(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	user, channel := r.URL.Query().Get("user"), r.URL.Query().Get("channel")
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &SlackMessage{Channel: channel, TS: s.ts(), OnlyFor: user, User: SlackBotUser, BotID: SlackBotID, Text: in.Text}
	if len(in.Blocks) > 0 {
		blocks, err := s.blocks(string(in.Blocks))
		if err != nil {
			http.Error(w, err.code, http.StatusBadRequest)
			return
		}
		m.Blocks = blocks
	}
	s.messages = append(s.messages, m)
	s.changedNow()
	_, _ = io.WriteString(w, "ok")
}
