package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"firstline/bot"
)

func TestMessageBecomesAnEvent(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	v.must("/api/message", fields{"id": "abcd-1234", "lang": "th", "zone": "Asia/Bangkok", "text": " ภาพกระตุก\x00\r\nมาก\n"})
	in := s.inbox.last(t, 1)
	if in.ID == "" || !strings.HasSuffix(in.ID, ":abcd-1234") || in.Kind != bot.KindMessage || in.Side != bot.SideCustomer || in.Surface != bot.SurfaceDirect {
		t.Errorf("event = %+v", in)
	}
	if in.Text != " ภาพกระตุก\nมาก" || in.Person.Locale != "th" || in.Person.Zone != "Asia/Bangkok" || in.Address != chatAddress(v.chat) || in.MessageID == "" {
		t.Errorf("event = %+v", in)
	}
	if !strings.HasPrefix(in.Person.Name, "Customer ") || in.At.IsZero() {
		t.Errorf("person = %+v", in.Person)
	}
	got := v.messages()
	if len(got) != 1 || got[0].ID != in.MessageID || got[0].From != fromCustomer || got[0].Client != "abcd-1234" {
		t.Errorf("history = %+v", got)
	}
	for _, zone := range []string{"Local", "../etc/passwd", "Mars/Base", "A B", strings.Repeat("a", 200)} {
		v.must("/api/message", fields{"zone": zone, "lang": "xx", "text": "x"})
		all := s.inbox.all()
		if p := all[len(all)-1].Person; p.Zone != "" || p.Locale != "" {
			t.Errorf("zone %q: person = %+v", zone, p)
		}
	}
}

func TestSameClientIDIsOneEvent(t *testing.T) {
	s := newSite(t)
	v, other := s.visit(), s.visit()
	for range 3 {
		v.must("/api/message", fields{"id": "same-same-1", "text": "hello"})
	}
	if len(s.inbox.all()) != 1 || len(v.messages()) != 1 {
		t.Errorf("%d events, %d messages, want one", len(s.inbox.all()), len(v.messages()))
	}
	other.must("/api/message", fields{"id": "same-same-1", "text": "somebody else"})
	if len(s.inbox.all()) != 2 || len(other.messages()) != 1 {
		t.Error("another session's id clashed")
	}
}

func TestNotStoredIs503AndRetryIsOne(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	s.inbox.refuse(errors.New("disk full"))
	body := fields{"id": "retry-0001", "text": "hello"}
	if status, answer := v.post("/api/message", body); status != 503 || !strings.Contains(string(answer), "unavailable") || strings.Contains(string(answer), "disk") {
		t.Fatalf("status %d: %s", status, answer)
	}
	if n := len(v.messages()); n != 0 {
		t.Fatalf("%d messages shown that were not stored", n)
	}
	v.must("/api/message", body)
	if len(s.inbox.all()) != 1 || len(v.messages()) != 1 {
		t.Error("want one event and one message")
	}
}

// brokenHistory fails to append once.
type brokenHistory struct {
	*Memory
	fail int
}

func (h *brokenHistory) Append(ctx context.Context, conversation, id string, payload []byte) error {
	if h.fail > 0 {
		h.fail--
		return errors.New("no space")
	}
	return h.Memory.Append(ctx, conversation, id, payload)
}

func TestHistoryFailureIsRetried(t *testing.T) {
	h := &brokenHistory{Memory: NewMemory(), fail: 1}
	s := newSite(t, func(c *Config) { c.History = h })
	v := s.visit()
	body := fields{"id": "retry-0002", "text": "hello"}
	if status, _ := v.post("/api/message", body); status != 503 {
		t.Fatalf("status %d, want 503", status)
	}
	v.must("/api/message", body)
	if len(s.inbox.all()) != 1 || s.inbox.repeats != 1 || len(v.messages()) != 1 {
		t.Error("want one event, accepted twice, and one message")
	}
	h.fail = 1
	_, err := s.client.Send(t.Context(), bot.Outbound{ID: "x", To: chatAddress(v.chat), Text: "hi"})
	if bot.ClassOf(err) != bot.ClassRetry {
		t.Errorf("Send: %v, want retry", err)
	}
}

func TestJunkHasNoEffect(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	q := s.send(question(chatAddress(v.chat), "q1", "en")).MessageID
	card := s.send(sampleCard("card")).MessageID
	ok := `"id":"junk-0001","conversation":"` + v.chat + `"`
	desk := `"id":"junk-0001","conversation":"desk","thread":"` + card + `"`
	tests := []struct {
		name, path, body string
		want             int
	}{
		{"empty body", "/api/message", ``, 400},
		{"not JSON", "/api/message", `hello`, 400},
		{"an array", "/api/message", `[]`, 400},
		{"unknown field", "/api/message", `{` + ok + `,"text":"x","admin":true}`, 400},
		{"two values", "/api/message", `{` + ok + `,"text":"x"}{}`, 400},
		{"wrong type", "/api/message", `{` + ok + `,"text":7}`, 400},
		{"no id", "/api/message", `{"conversation":"` + v.chat + `","text":"x"}`, 400},
		{"bad id", "/api/message", `{"id":"a:b:c:d:e:f","conversation":"` + v.chat + `","text":"x"}`, 400},
		{"empty text", "/api/message", `{` + ok + `,"text":" \n\t "}`, 400},
		{"only control characters", "/api/message", `{` + ok + `,"text":"\u0000\u0007"}`, 400},
		{"no conversation", "/api/message", `{"id":"junk-0001","text":"x"}`, 409},
		{"another conversation", "/api/message", `{"id":"junk-0001","conversation":"chat-000","text":"x"}`, 409},
		{"desk without thread", "/api/message", `{"id":"junk-0001","conversation":"desk","text":"x"}`, 404},
		{"desk, unknown thread", "/api/message", `{"id":"junk-0001","conversation":"desk","thread":"m-000000000000000000000000","text":"x"}`, 404},
		{"too large", "/api/message", `{` + ok + `,"text":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		{"too large behind the value", "/api/message", `{` + ok + `,"text":"x"}` + strings.Repeat(" ", 1<<20), 413},
		{"unknown message", "/api/action", `{` + ok + `,"message":"m-1","action":"human","value":"case1"}`, 404},
		{"choice that was not offered", "/api/action", `{` + ok + `,"message":"` + q + `","action":"claim","value":"case1"}`, 409},
		{"value that was not offered", "/api/action", `{` + ok + `,"message":"` + q + `","action":"human","value":"case2"}`, 409},
		{"no action", "/api/action", `{` + ok + `,"message":"` + q + `"}`, 409},
		{"a form is not a click", "/api/action", `{` + ok + `,"message":"` + q + `","action":"form","value":"case1"}`, 409},
		{"a card from the chat", "/api/action", `{` + ok + `,"message":"` + card + `","action":"claim","value":"case1"}`, 404},
		{"a chat's message from the desk", "/api/action", `{` + desk + `,"message":"` + q + `","action":"human","value":"case1"}`, 404},
		{"form of another case", "/api/form", `{` + ok + `,"message":"` + q + `","case":"case2","fields":{"scope":"all"}}`, 409},
		{"form without answers", "/api/form", `{` + ok + `,"message":"` + q + `","case":"case1","fields":{"scope":"  "}}`, 400},
		{"form with a bad name", "/api/form", `{` + ok + `,"message":"` + q + `","case":"case1","fields":{"a b":"x"}}`, 400},
		{"form with a long answer", "/api/form", `{` + ok + `,"message":"` + q + `","case":"case1","fields":{"scope":"` + strings.Repeat("x", 501) + `"}}`, 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, answer := v.raw(tt.path, tt.body)
			if status != tt.want || !json.Valid(answer) {
				t.Errorf("status %d, want %d: %s", status, tt.want, answer)
			}
		})
	}
	if n := len(s.inbox.all()); n != 0 {
		t.Errorf("%d events from junk", n)
	}
	if n := len(v.messages()); n != 1 {
		t.Errorf("%d messages, want the question alone", n)
	}
}

func TestOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	body := `{"id":"csrf-0001","conversation":"` + v.chat + `","text":"x"}`
	set := func(k, val string) func(*http.Request) { return func(r *http.Request) { r.Header.Set(k, val) } }
	del := func(keys ...string) func(*http.Request) {
		return func(r *http.Request) {
			for _, k := range keys {
				r.Header.Del(k)
			}
		}
	}
	tests := []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"no own header", del(ownHeader), 403},
		{"cross-site", set("Sec-Fetch-Site", "cross-site"), 403},
		{"same-site is not same-origin", set("Sec-Fetch-Site", "same-site"), 403},
		{"origin of another", func(r *http.Request) { del("Sec-Fetch-Site")(r); set("Origin", "https://evil.example")(r) }, 403},
		{"null origin", func(r *http.Request) { del("Sec-Fetch-Site")(r); set("Origin", "null")(r) }, 403},
		{"a form's content type", set("Content-Type", "text/plain"), 415},
		{"no content type", del("Content-Type"), 415},
		{"own origin, old browser", del("Sec-Fetch-Site"), 200},
		{"parameters of JSON", set("Content-Type", "application/json; charset=utf-8"), 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(s.inbox.all())
			status, answer := v.raw("/api/message", body, tt.change)
			if status != tt.want {
				t.Errorf("status %d, want %d: %s", status, tt.want, answer)
			}
			if tt.want != 200 && len(s.inbox.all()) != before {
				t.Error("it had an effect")
			}
		})
	}
	stranger := &visitor{site: s, http: &http.Client{Timeout: patience}}
	if status, _ := stranger.raw("/api/message", body); status != 401 {
		t.Errorf("no cookie: status %d, want 401", status)
	}
	for _, path := range []string{"/api/history", "/events", "/api/form?case=case1", "/api/texts?lang=en"} {
		req, _ := http.NewRequest(http.MethodGet, s.server.URL+path, nil)
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		if status, _ := v.read(v.http.Do(req)); status != 403 {
			t.Errorf("%s read from another site: status %d, want 403", path, status)
		}
	}
}

func TestStrangersReadNothing(t *testing.T) {
	s := newSite(t)
	ana, eve := s.visit(), s.visit()
	if ana.chat == eve.chat {
		t.Fatal("two browsers share a conversation")
	}
	ana.must("/api/message", fields{"text": "my secret"})
	q := s.send(question(chatAddress(ana.chat), "q1", "en")).MessageID
	if got := eve.messages(); len(got) != 0 {
		t.Errorf("Eve reads %+v", got)
	}
	for _, tt := range []struct {
		path string
		body fields
		want int
	}{
		{"/api/message", fields{"conversation": ana.chat, "text": "I am Ana"}, 409},
		{"/api/action", fields{"conversation": ana.chat, "message": q, "action": "human", "value": "case1"}, 409},
		{"/api/action", fields{"message": q, "action": "human", "value": "case1"}, 404},
		{"/api/form", fields{"message": q, "case": "case1", "fields": fields{"scope": "all"}}, 404},
	} {
		if status, answer := eve.post(tt.path, tt.body); status != tt.want {
			t.Errorf("%s %v: status %d, want %d: %s", tt.path, tt.body, status, tt.want, answer)
		}
	}
	if status, _ := eve.get("/api/form?case=case1"); status != 404 {
		t.Errorf("Eve opens Ana's form: status %d", status)
	}
	if status, _ := eve.get("/events?conversation=" + ana.chat); status != 409 {
		t.Errorf("Eve listens to Ana: status %d", status)
	}
	if status, _ := ana.get("/api/form?case=case1"); status != 200 {
		t.Errorf("Ana opens her form: status %d", status)
	}
	old := ana.chat
	if status, _ := ana.raw("/api/new", "{}"); status != 200 {
		t.Fatalf("new conversation: status %d", status)
	}
	if got := ana.messages(); len(got) != 0 {
		t.Errorf("the new conversation has %+v", got)
	}
	if status, _ := ana.post("/api/message", fields{"conversation": old, "text": "x"}); status != 409 {
		t.Errorf("an old tab writes: status %d, want 409", status)
	}
}

func TestDeskIsClosedByDefault(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Desk = nil })
	v := s.visit()
	card := s.send(sampleCard("card")).MessageID
	if _, page := v.get("/"); strings.Contains(string(page), `id="desk"`) {
		t.Error("the page has a desk")
	}
	for _, path := range []string{"/api/history?desk=1", "/api/history?thread=" + card, "/events?desk=1"} {
		if status, _ := v.get(path); status != 403 {
			t.Errorf("%s: status %d, want 403", path, status)
		}
	}
	if status, _ := v.post("/api/action", fields{"conversation": "desk", "thread": card, "message": card, "action": "claim", "value": "case1"}); status != 403 {
		t.Errorf("claim: status %d, want 403", status)
	}
}

func TestLocal(t *testing.T) {
	for _, tt := range []struct {
		remote, host, forwarded string
		want                    bool
	}{
		{"127.0.0.1:5000", "127.0.0.1:8080", "", true},
		{"[::1]:5000", "[::1]:8080", "", true},
		{"127.0.0.1:5000", "localhost", "", true},
		{"127.0.0.1:5000", "rebound.example:8080", "", false},
		{"192.0.2.1:5000", "127.0.0.1:8080", "", false},
		{"127.0.0.1:5000", "localhost", "192.0.2.1", false},
		{"", "localhost", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Host = tt.remote, tt.host
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got := Local(r); got != tt.want {
			t.Errorf("Local(%+v) = %v", tt, got)
		}
	}
}

func TestDesk(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	card := s.send(sampleCard("card")).MessageID
	v.must("/api/action", fields{"conversation": "desk", "thread": card, "name": " Lee\nAnn ", "message": card, "action": "claim", "value": "case1"})
	in := s.inbox.last(t, 1)
	if in.Side != bot.SideDesk || in.Surface != bot.SurfaceDesk || in.Address != deskAddress(card) || in.Action != "claim" || in.Value != "case1" || in.MessageID != card {
		t.Errorf("event = %+v", in)
	}
	if in.Person.Name != "Lee Ann" || in.Person.Locale != "en" || !strings.HasPrefix(in.Person.ID, "engineer-") {
		t.Errorf("person = %+v", in.Person)
	}
	v.must("/api/message", fields{"conversation": "desk", "thread": card, "text": "to the customer\n// among us\n  // two"})
	if in := s.inbox.last(t, 2); in.Text != "to the customer\n// among us\n  // two" || in.Person.Name != "Kim" {
		t.Errorf("event = %+v", in)
	}
	s.send(bot.Outbound{ID: "r1", To: deskAddress(card), Author: "Customer 1", Text: "thank **you**"})
	talk := v.listed("/api/history?thread=" + card)
	if len(talk) != 2 || talk[0].From != fromEngineer || len(talk[0].Blocks) != 2 || talk[0].Blocks[1].Type != "internal" || talk[1].Name != "Customer 1" {
		t.Errorf("thread = %+v", talk)
	}
	_, body := v.get("/api/history?desk=1")
	var h struct{ Cards []row }
	if err := json.Unmarshal(body, &h); err != nil || len(h.Cards) != 1 || h.Cards[0].Last == nil || h.Cards[0].Last.Text != "thank you" {
		t.Errorf("desk: %v: %s", err, body)
	}
	if got := h.Cards[0].Message.Card; got.Severity != "P1" || got.Title != "black screen · Customer 3F2A" {
		t.Errorf("card = %+v", got)
	}
}

func TestForm(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	q := s.send(question(chatAddress(v.chat), "q1", "en")).MessageID
	status, body := v.get("/api/form?case=case1")
	if status != 200 || !strings.Contains(string(body), `"dir":"ltr"`) || !strings.Contains(string(body), `"name":"stream_id"`) {
		t.Fatalf("status %d: %s", status, body)
	}
	v.must("/api/form", fields{"message": q, "case": "case1", "fields": fields{"scope": "all", "version": " 4.2.1 ", "stream_id": ""}})
	in := s.inbox.last(t, 1)
	if in.Kind != bot.KindForm || in.Value != "case1" || in.MessageID != q || len(in.Fields) != 2 || in.Fields["version"] != "4.2.1" {
		t.Errorf("event = %+v", in)
	}
	v.must("/api/action", fields{"message": q, "action": "slot:region", "value": "MX"})
	if in := s.inbox.last(t, 2); in.Action != "slot:region" || in.Value != "MX" {
		t.Errorf("event = %+v", in)
	}
}

func TestPage(t *testing.T) {
	s := newSite(t)
	resp, err := http.Get(s.server.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for k, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "X-Frame-Options": "DENY"} {
		if got := resp.Header.Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
	if p := resp.Header.Get("Content-Security-Policy"); !strings.Contains(p, "default-src 'none'") || strings.Contains(p, "unsafe") {
		t.Errorf("policy = %q", p)
	}
	for _, ck := range resp.Cookies() {
		if !ck.HttpOnly || ck.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s is open: %+v", ck.Name, ck)
		}
	}
	v := s.visit()
	for _, tt := range []struct{ header, lang, dir string }{{"", "en", "ltr"}, {"th-TH,th;q=0.9", "th", "ltr"}, {"xx, ar-EG;q=0.5", "ar", "rtl"}} {
		req, _ := http.NewRequest(http.MethodGet, s.server.URL+"/", nil)
		req.Header.Set("Accept-Language", tt.header)
		_, body := v.read(v.http.Do(req))
		if want := `<section id="chat" class="pane" lang="` + tt.lang + `" dir="` + tt.dir + `"`; !strings.Contains(string(body), want) {
			t.Errorf("Accept-Language %q: no %s", tt.header, want)
		}
	}
	for path, want := range map[string]int{"/assets/app.js": 200, "/assets/page.css": 200, "/assets/icon.svg": 200, "/assets/page.html": 404, "/assets/..%2fweb.go": 404, "/nothing": 404, "/api/texts?lang=th": 200, "/api/texts?lang=xx": 404, "/api/message": 405} {
		if status, _ := v.get(path); status != want {
			t.Errorf("%s: status %d, want %d", path, status, want)
		}
	}
	if _, body := v.get("/api/texts?lang=ar"); strings.ContainsAny(wordsIn(t, body)["web.sample.4"], "\u2068\u2069") {
		t.Error("a sample would carry isolates into the customer's words")
	}
}

func wordsIn(t *testing.T, body []byte) map[string]string {
	t.Helper()
	var w words
	if err := json.Unmarshal(body, &w); err != nil {
		t.Fatal(err)
	}
	return w.Texts
}
