package bottest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 20 * time.Second

// app is the least that a Slack app can be: it checks nothing and answers what it is told.
type app struct {
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	answer   func(n int) (int, string)
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(body))
	n, answer := len(a.bodies), a.answer
	a.mu.Unlock()
	if answer != nil {
		status, text := answer(n)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func newTown(t *testing.T, opts SlackOptions) (*SlackServer, *app) {
	t.Helper()
	s, a := NewSlack(t, opts), &app{}
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	s.SetApp(srv.URL)
	s.AddUser(SlackUser{ID: "U1", Name: "mali", Locale: "th-TH", Zone: "Asia/Bangkok"})
	s.AddChannel(SlackChannel{ID: "C1", Name: "siam", Members: []string{"U1"}})
	s.AddChannel(SlackChannel{ID: "C2", Name: "elsewhere", Members: []string{"U1"}, NoBot: true})
	s.AddChannel(SlackChannel{ID: "C3", Name: "old", Members: []string{"U1"}, Archived: true})
	return s, a
}

// call makes a Web API call as an app would.
func call(t *testing.T, s *SlackServer, method string, args map[string]string) map[string]any {
	t.Helper()
	form := url.Values{"token": {SlackBotToken}}
	for k, v := range args {
		form.Set(k, v)
	}
	resp, err := http.PostForm(s.APIURL()+method, form)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return out
}

func section(text string) string {
	return string(mustJSON([]obj{{"type": "section", "text": obj{"type": "mrkdwn", "text": text}}}))
}

func TestSlackRefuses(t *testing.T) {
	s, _ := newTown(t, SlackOptions{})
	person := s.Post("U1", "C1", "hello")
	button := func(id, label, value string) obj {
		return obj{"type": "button", "action_id": id, "text": obj{"type": "plain_text", "text": label}, "value": value}
	}
	row := func(elements ...obj) string {
		return string(mustJSON([]obj{{"type": "actions", "elements": elements}}))
	}
	long := strings.Repeat("x", 4000)
	tests := []struct {
		name, method string
		args         map[string]string
		want         string
	}{
		{"wrong token", "auth.test", map[string]string{"token": "xoxb-other"}, "invalid_auth"},
		{"no token", "auth.test", map[string]string{"token": ""}, "not_authed"},
		{"app token", "auth.test", map[string]string{"token": SlackAppToken}, "not_allowed_token_type"},
		{"unknown method", "chat.shout", nil, "unknown_method"},
		{"no channel", "chat.postMessage", map[string]string{"text": "x"}, "channel_not_found"},
		{"unknown channel", "chat.postMessage", map[string]string{"channel": "C9", "text": "x"}, "channel_not_found"},
		{"not a member", "chat.postMessage", map[string]string{"channel": "C2", "text": "x"}, "not_in_channel"},
		{"archived", "chat.postMessage", map[string]string{"channel": "C3", "text": "x"}, "is_archived"},
		{"nothing to say", "chat.postMessage", map[string]string{"channel": "C1"}, "no_text"},
		{"too long", "chat.postMessage", map[string]string{"channel": "C1", "text": strings.Repeat("x", 40001)}, "msg_too_long"},
		{"section too long", "chat.postMessage", map[string]string{"channel": "C1", "blocks": section(long)}, "invalid_blocks"},
		{"empty section", "chat.postMessage", map[string]string{"channel": "C1", "blocks": section("")}, "invalid_blocks"},
		{"not blocks", "chat.postMessage", map[string]string{"channel": "C1", "blocks": "{"}, "invalid_blocks_format"},
		{"label too long", "chat.postMessage", map[string]string{"channel": "C1", "blocks": row(button("a", long[:76], ""))}, "invalid_blocks"},
		{"same action twice", "chat.postMessage", map[string]string{"channel": "C1", "blocks": row(button("a", "A", ""), button("a", "B", ""))}, "invalid_blocks"},
		{"value too long", "chat.postMessage", map[string]string{"channel": "C1", "blocks": row(button("a", "A", long))}, "invalid_blocks"},
		{"unknown property", "chat.postMessage", map[string]string{"channel": "C1", "blocks": `[{"type":"divider","text":"x"},{"type":"header","text":{"type":"plain_text","text":"x"},"colour":"red"}]`}, "invalid_blocks"},
		{"51 blocks", "chat.postMessage", map[string]string{"channel": "C1", "blocks": "[" + strings.Repeat(`{"type":"divider"},`, 50) + `{"type":"divider"}]`}, "invalid_blocks"},
		{"bad metadata", "chat.postMessage", map[string]string{"channel": "C1", "text": "x", "metadata": `{"event_type":"a b"}`}, "invalid_metadata_format"},
		{"somebody's message", "chat.update", map[string]string{"channel": "C1", "ts": person.TS, "text": "x"}, "cant_update_message"},
		{"no such message", "chat.update", map[string]string{"channel": "C1", "ts": "1.1", "text": "x"}, "message_not_found"},
		{"delete somebody's", "chat.delete", map[string]string{"channel": "C1", "ts": person.TS}, "cant_delete_message"},
		{"ephemeral for a stranger", "chat.postEphemeral", map[string]string{"channel": "C1", "user": "U9", "text": "x"}, "user_not_in_channel"},
		{"no such thread", "conversations.replies", map[string]string{"channel": "C1", "ts": "1.1"}, "thread_not_found"},
		{"no such user", "users.info", map[string]string{"user": "U9"}, "user_not_found"},
		{"unknown trigger", "views.open", map[string]string{"trigger_id": "x", "view": "{}"}, "invalid_trigger_id"},
		{"home without a type", "views.publish", map[string]string{"user_id": "U1", "view": "{}"}, "invalid_arguments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := call(t, s, tt.method, tt.args); got["error"] != tt.want || got["ok"] != false {
				t.Errorf("got %v, want error %s", got, tt.want)
			}
		})
	}
}

func TestSlackKeepsThreadsAndMetadata(t *testing.T) {
	s, _ := newTown(t, SlackOptions{})
	root := s.Post("U1", "C1", "a < b")
	if root.Text != "a &lt; b" {
		t.Errorf("text = %q, want it escaped", root.Text)
	}
	meta := `{"event_type":"x","event_payload":{"id":"1"}}`
	in := call(t, s, "chat.postMessage", map[string]string{"channel": "C1", "thread_ts": root.TS, "text": "hi", "metadata": meta})
	if in["message"].(map[string]any)["thread_ts"] != root.TS {
		t.Errorf("reply = %v, want it in the thread", in)
	}
	lost := call(t, s, "chat.postMessage", map[string]string{"channel": "C1", "thread_ts": "5.000000", "text": "hi"})
	if _, has := lost["message"].(map[string]any)["thread_ts"]; has {
		t.Errorf("reply to nothing = %v, want no thread", lost)
	}
	for _, with := range []string{"0", "1"} {
		out := call(t, s, "conversations.replies", map[string]string{"channel": "C1", "ts": root.TS, "include_all_metadata": with})
		msgs := out["messages"].([]any)
		_, has := msgs[1].(map[string]any)["metadata"]
		if len(msgs) != 2 || has != (with == "1") {
			t.Errorf("replies with metadata=%s: %v", with, msgs)
		}
	}
}

func TestSlackRateAndFaults(t *testing.T) {
	now := time.Unix(1700000000, 0)
	s, _ := newTown(t, SlackOptions{Pace: true, Now: func() time.Time { return now }})
	say := map[string]string{"channel": "C1", "text": "x"}
	if got := call(t, s, "chat.postMessage", say); got["ok"] != true {
		t.Fatalf("first: %v", got)
	}
	if got := call(t, s, "chat.postMessage", say); got["error"] != "ratelimited" {
		t.Errorf("second in the same second: %v", got)
	}
	now = now.Add(time.Second)
	s.Fail("chat.postMessage", 1, SlackCutAfter)
	if _, err := http.PostForm(s.APIURL()+"chat.postMessage", url.Values{"token": {SlackBotToken}, "channel": {"C1"}, "text": {"cut"}}); err == nil {
		t.Error("a cut line gave an answer")
	}
	s.Expect(In("C1"), Says("cut"), patience)
	s.Fail("auth.test", 1, SlackServerError)
	resp, err := http.PostForm(s.APIURL()+"auth.test", nil)
	if err != nil || resp.StatusCode != 500 {
		t.Errorf("fault: %v %v, want 500", resp, err)
	}
	_ = resp.Body.Close()
}

func TestSlackHangEndsWithTheCaller(t *testing.T) {
	s, _ := newTown(t, SlackOptions{})
	s.Fail("auth.test", 1, SlackHang)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, s.APIURL()+"auth.test", nil)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	s.ExpectCalls("auth.test", 1, patience)
	cancel()
	if err := <-done; err == nil {
		t.Error("a hanging call gave an answer")
	}
}

func TestSlackRetriesEventsAndNotClicks(t *testing.T) {
	s, a := newTown(t, SlackOptions{NoEcho: true})
	a.answer = func(n int) (int, string) {
		if n < 3 {
			return 503, ""
		}
		return 200, ""
	}
	s.Post("U1", "C1", "hello")
	if len(a.bodies) != 3 || a.bodies[0] != a.bodies[2] || s.Undelivered() != 0 {
		t.Fatalf("deliveries = %d, undelivered = %d; want the same body three times", len(a.bodies), s.Undelivered())
	}
	if h := a.requests[2].Header; h.Get("X-Slack-Retry-Num") != "2" || h.Get("X-Slack-Retry-Reason") != "http_error" {
		t.Errorf("retry headers = %v", h)
	}
	h := a.requests[0].Header
	want := SignSlack(SlackSigningSecret, unixOf(t, h.Get("X-Slack-Request-Timestamp")), []byte(a.bodies[0]))
	if h.Get("X-Slack-Signature") != want.Get("X-Slack-Signature") {
		t.Error("signature does not fit the body")
	}
	a.answer = func(int) (int, string) { return 500, "" }
	s.Post("U1", "C1", "again")
	if len(a.bodies) != 7 || s.Undelivered() != 1 {
		t.Errorf("deliveries = %d, undelivered = %d; want 7 and 1", len(a.bodies), s.Undelivered())
	}
	a.answer = nil
	if left := s.Redeliver(); left != 0 {
		t.Errorf("after the outage %d events are left", left)
	}
	a.answer = func(int) (int, string) { return 500, "" }
	if reply := s.Command("U1", "C1", "help"); reply.Status != 500 || len(a.bodies) != 9 {
		t.Errorf("command: %+v after %d deliveries; want one failed", reply, len(a.bodies))
	}
}

func unixOf(t *testing.T, s string) time.Time {
	t.Helper()
	var n int64
	if err := json.Unmarshal([]byte(s), &n); err != nil {
		t.Fatal(err)
	}
	return time.Unix(n, 0)
}

func TestSlackClicksWhatIsThere(t *testing.T) {
	now := time.Unix(1700000000, 0)
	var mu sync.Mutex
	s, a := newTown(t, SlackOptions{NoEcho: true, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	blocks := `[{"type":"actions","elements":[{"type":"button","action_id":"form","value":"case-1","text":{"type":"plain_text","text":"All at once"}}]}]`
	sent := call(t, s, "chat.postMessage", map[string]string{"channel": "C1", "blocks": blocks})
	m := s.Expect(In("C1"), Offers("form"), patience)
	s.Click("U1", m, "form", "case-1")
	if err := s.TryClick("U1", m, "form", "case-2"); err == nil {
		t.Error("clicked a value that is not there")
	}
	if err := s.TryClick("U9", m, "form"); err == nil {
		t.Error("a stranger clicked")
	}
	form, _ := url.ParseQuery(a.bodies[0])
	var payload struct {
		TriggerID string `json:"trigger_id"`
		Actions   []struct {
			Value string `json:"value"`
		} `json:"actions"`
	}
	if err := json.Unmarshal([]byte(form.Get("payload")), &payload); err != nil || payload.Actions[0].Value != "case-1" {
		t.Fatalf("payload = %+v, %v", payload, err)
	}
	view := `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[` +
		`{"type":"input","block_id":"b","label":{"type":"plain_text","text":"L"},"element":{"type":"plain_text_input","action_id":"a"}}]}`
	mu.Lock()
	now = now.Add(4 * time.Second)
	mu.Unlock()
	if got := call(t, s, "views.open", map[string]string{"trigger_id": payload.TriggerID, "view": view}); got["error"] != "expired_trigger_id" {
		t.Errorf("late: %v", got)
	}
	mu.Lock()
	now = now.Add(-3 * time.Second)
	mu.Unlock()
	for _, want := range []any{nil, "exchanged_trigger_id"} {
		if got := call(t, s, "views.open", map[string]string{"trigger_id": payload.TriggerID, "view": view}); got["error"] != want {
			t.Errorf("open: %v, want %v", got, want)
		}
	}
	v := s.ExpectView("U1", patience)
	a.answer = func(int) (int, string) { return 200, `{"response_action":"errors","errors":{"b":"no"}}` }
	if reply := s.Submit("U1", v, map[string]string{"a": "x"}); reply.Errors["b"] != "no" {
		t.Errorf("errors = %+v", reply)
	}
	a.answer = nil
	if reply := s.Submit("U1", v, map[string]string{"a": "x"}); reply.Status != 200 || len(reply.Errors) > 0 {
		t.Errorf("sent form = %+v", reply)
	}
	call(t, s, "chat.update", map[string]string{"channel": "C1", "ts": sent["ts"].(string), "text": "done"})
	if err := s.TryClick("U1", m, "form"); err == nil {
		t.Error("clicked a button that was taken away")
	}
}
