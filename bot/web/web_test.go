package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"firstline/bot"
)

const patience = 30 * time.Second // a bound for broken code, never waited for by good code

// inbox is an Acceptor that keeps what it accepted, each id once, as a store does.
type inbox struct {
	mu      sync.Mutex
	events  []bot.Inbound
	repeats int
	fail    []error // for the next calls
	then    func(bot.Inbound)
}

func (b *inbox) Accept(_ context.Context, in bot.Inbound) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.fail) > 0 {
		err := b.fail[0]
		b.fail = b.fail[1:]
		if err != nil {
			return err
		}
	}
	if slices.ContainsFunc(b.events, func(e bot.Inbound) bool { return e.ID == in.ID }) {
		b.repeats++
		return nil
	}
	b.events = append(b.events, in)
	if b.then != nil {
		b.then(in)
	}
	return nil
}

func (b *inbox) all() []bot.Inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

func (b *inbox) refuse(errs ...error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail = errs
}

// last gives the newest event and fails when there are not n.
func (b *inbox) last(t *testing.T, n int) bot.Inbound {
	t.Helper()
	all := b.all()
	if len(all) != n {
		t.Fatalf("accepted %d events, want %d: %+v", len(all), n, all)
	}
	return all[n-1]
}

type forms map[string]bot.Form

func (f forms) NewForm(string) bot.Form { return bot.Form{} }

func (f forms) Form(_ context.Context, id string) (bot.Form, error) {
	form, ok := f[id]
	if !ok {
		return bot.Form{}, errors.New("no such case")
	}
	return form, nil
}

// site is an adapter behind a real server.
type site struct {
	t      testing.TB
	client *Client
	inbox  *inbox
	mem    *Memory
	server *httptest.Server
}

func newSite(t testing.TB, change ...func(*Config)) *site {
	t.Helper()
	s := &site{t: t, inbox: &inbox{}, mem: NewMemory()}
	cfg := Config{
		Acceptor: s.inbox, Forms: forms{"case1": sampleForm("en")}, History: s.mem, Texts: fakeTexts{}, Desk: Local,
		Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.client = c
	s.server = httptest.NewServer(c.Handler())
	t.Cleanup(func() {
		c.Close()
		s.server.Close()
	})
	return s
}

type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", bytes.TrimSpace(p))
	return len(p), nil
}

// visitor is a browser without a screen.
type visitor struct {
	*site
	http *http.Client
	chat string
}

func (s *site) visit() *visitor {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	v := &visitor{site: s, http: &http.Client{Jar: jar, Timeout: patience}}
	if status, _ := v.get("/"); status != 200 {
		s.t.Fatalf("page: status %d", status)
	}
	status, body := v.get("/api/history")
	var h struct{ Conversation string }
	if err := json.Unmarshal(body, &h); err != nil || status != 200 {
		s.t.Fatalf("history: status %d: %s", status, body)
	}
	v.chat = h.Conversation
	return v
}

func (v *visitor) get(path string) (int, []byte) {
	v.t.Helper()
	resp, err := v.http.Get(v.server.URL + path)
	return v.read(resp, err)
}

func (v *visitor) read(resp *http.Response, err error) (int, []byte) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return resp.StatusCode, body
}

// raw posts a body as the page does; change may spoil the request.
func (v *visitor) raw(path, body string, change ...func(*http.Request)) (int, []byte) {
	v.t.Helper()
	req, err := http.NewRequest(http.MethodPost, v.server.URL+path, bytes.NewBufferString(body))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(ownHeader, "1")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Origin", v.server.URL)
	for _, f := range change {
		f(req)
	}
	return v.read(v.http.Do(req))
}

type fields = map[string]any

var clientIDs int

// post sends an event of this visitor; what is not given is filled in.
func (v *visitor) post(path string, body fields) (int, []byte) {
	v.t.Helper()
	if _, ok := body["id"]; !ok {
		clientIDs++
		body["id"] = fmt.Sprintf("client-%04d", clientIDs)
	}
	if _, ok := body["conversation"]; !ok {
		body["conversation"] = v.chat
	}
	data, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.raw(path, string(data))
}

func (v *visitor) must(path string, body fields) {
	v.t.Helper()
	if status, answer := v.post(path, body); status != 200 {
		v.t.Fatalf("%s: status %d: %s", path, status, answer)
	}
}

// messages gives what the visitor's page would show.
func (v *visitor) messages() []message {
	v.t.Helper()
	return v.listed("/api/history")
}

func (v *visitor) listed(path string) []message {
	v.t.Helper()
	status, body := v.get(path)
	var h struct{ Messages []message }
	if err := json.Unmarshal(body, &h); err != nil || status != 200 {
		v.t.Fatalf("%s: status %d: %s", path, status, body)
	}
	return h.Messages
}

func (s *site) send(out bot.Outbound) bot.Receipt {
	s.t.Helper()
	rec, err := s.client.Send(context.Background(), out)
	if err != nil {
		s.t.Fatalf("Send: %v", err)
	}
	return rec
}

func chatAddress(chat string) bot.Address { return bot.Address{Platform: Platform, Channel: chat} }

func deskAddress(thread string) bot.Address {
	return bot.Address{Platform: Platform, Channel: DeskChannel, Thread: thread}
}

func sampleForm(lang string) bot.Form {
	w := wordsOf(lang)
	return bot.Form{ID: "case1", Lang: lang, Title: w["title"], Submit: w["submit"], Cancel: w["cancel"], Fields: []bot.FormField{
		{Name: "scope", Label: w["scope"], Hint: w["region"], Options: []bot.Choice{{Value: "all", Label: w["all"]}, {Value: "many", Label: w["many"]}}},
		{Name: "version", Label: "SDK", Hint: "4.2.1", Value: "4.2"},
		{Name: "stream_id", Label: "Stream ID"},
	}}
}

func question(to bot.Address, id, lang string) bot.Outbound {
	w := wordsOf(lang)
	return bot.Outbound{
		ID: id, To: to, Lang: lang, RTL: lang == "ar", Text: w["answer"],
		Choices: []bot.Choice{
			{Action: "slot:scope", Value: "all", Label: w["all"]}, {Action: "slot:scope", Value: "many", Label: w["many"]}, {Action: "slot:scope", Value: "some", Label: w["some"]},
			{Action: "form", Value: "case1", Label: w["form"]}, {Action: "human", Value: "case1", Label: w["human"]},
		},
		Menus: []bot.Menu{{Action: "slot:region", Hint: w["region"], Options: []bot.Choice{{Action: "slot:region", Value: "TH", Label: "ไทย"}, {Action: "slot:region", Value: "MX", Label: "México"}}}},
	}
}

func sampleCard(id string) bot.Outbound {
	return bot.Outbound{
		ID: id, To: deskAddress(""), Lang: "en", Text: "P1 · black screen · Customer 3F2A",
		Card: &bot.Card{
			Title: "P1 · black screen · Customer 3F2A",
			Fields: []bot.Field{
				{Label: "Customer", Value: "not a configured customer"}, {Label: "Language", Value: "Thai"}, {Label: "Severity", Value: "P1 (a running live event is broken)"},
				{Label: "Local time", Value: "22 Nov 2026 21:04 UTC+7"}, {Label: "Status", Value: "waiting for an engineer"}, {Label: "Handed off because", Value: "P1"}, {Label: "Likely layer", Value: "CDN node, transport"}, {Label: "Case", Value: "`c-20261122-0007`"},
			},
			Notes: []bot.Field{
				{Label: "Diagnostics", Value: "- Scenario: showroom live stream (read from the text)\n- Region: Thailand (clicked)\n- Users affected: all users (clicked)\n- SDK version: 4.2.1 (form)"},
				{Label: "Tried so far", Value: "1. Lower the bitrate to 1800 kbps: did not help"},
				{Label: "In the customer's words", Value: "จอดำทุกคนเลย คอนเสิร์ตกำลังไลฟ์อยู่ตอนนี้!!!"},
			},
		},
		Choices: []bot.Choice{
			{Action: "claim", Value: "case1", Label: "Claim", Strong: true}, {Action: "escalate", Value: "case1", Label: "Escalate"}, {Action: "resolve", Value: "case1", Label: "Resolve"},
		},
	}
}
