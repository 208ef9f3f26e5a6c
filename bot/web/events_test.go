package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"firstline/bot"
)

// reading reads Server-Sent Events one after the other.
type reading struct {
	t    *testing.T
	body *bufio.Scanner
	stop context.CancelFunc
	resp *http.Response
}

type sse struct{ id, event, data string }

func (v *visitor) listen(t *testing.T, query, last string) *reading {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.server.URL+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	resp, err := v.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	r := &reading{t: t, body: bufio.NewScanner(resp.Body), stop: cancel, resp: resp}
	t.Cleanup(r.close)
	return r
}

func (r *reading) close() {
	r.stop()
	r.resp.Body.Close()
}

// next gives the next event; ok is false when the stream has ended.
func (r *reading) next() (e sse, ok bool) {
	for r.body.Scan() {
		line := r.body.Text()
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "" && e.event != "":
			return e, true
		case name == "id":
			e.id = value
		case name == "event":
			e.event = value
		case name == "data":
			e.data = value
		}
	}
	return e, false
}

func (r *reading) want(event, part string) sse {
	r.t.Helper()
	e, ok := r.next()
	if !ok || e.event != event || !strings.Contains(e.data, part) {
		r.t.Fatalf("event %+v (%v), want %s with %q", e, ok, event, part)
	}
	return e
}

func TestStream(t *testing.T) {
	s := newSite(t)
	v, other := s.visit(), s.visit()
	r := v.listen(t, "?desk=1", "")
	if got := r.resp.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Errorf("content type %q", got)
	}
	r.want("reset", "{}")
	say := func(to bot.Address, text string) {
		s.send(bot.Outbound{ID: text, To: to, Text: text})
	}
	say(chatAddress(other.chat), "not for you")
	say(chatAddress(v.chat), "one\nline two")
	first := r.want("change", "one")
	say(deskAddress(""), "desk")
	r.want("change", `"channel":"desk"`)
	v.must("/api/message", fields{"id": "own-00001", "text": "mine"})
	r.want("change", `"client":"own-00001"`)
	r.close()

	say(chatAddress(v.chat), "while away")
	say(chatAddress(other.chat), "not for you either")
	r = v.listen(t, "", first.id)
	r.want("change", "mine")
	r.want("change", "while away")
	say(chatAddress(v.chat), "live again")
	e := r.want("change", "live again")
	r.close()
	v.listen(t, "?last="+e.id, "").stop()

	for _, last := range []string{"junk", "other.1", strings.Split(e.id, ".")[0] + ".99999", ".", "-1"} {
		r = v.listen(t, "", last)
		r.want("reset", "{}")
		r.close()
	}
}

func TestStreamForgetsTheOld(t *testing.T) {
	s := newSite(t)
	v := s.visit()
	r := v.listen(t, "", "")
	start := r.want("reset", "{}")
	r.close()
	for i := range ringEvents + 1 {
		s.client.hub.publish(v.chat, "", []byte(fmt.Sprint(i)))
	}
	v.listen(t, "", start.id).want("reset", "{}")
	big := []byte(`"` + strings.Repeat("x", ringBytes/2) + `"`)
	for range 3 {
		s.client.hub.publish("elsewhere", "", big)
	}
	if n := s.client.hub.bytes; n > ringBytes {
		t.Errorf("the ring holds %d bytes", n)
	}
}

func TestOnlyFor(t *testing.T) {
	s := newSite(t)
	kim, lee := s.visit(), s.visit()
	card := s.send(sampleCard("card")).MessageID
	kim.must("/api/message", fields{"conversation": "desk", "thread": card, "text": "hi"})
	id := s.inbox.last(t, 1).Person.ID
	k, l := kim.listen(t, "?desk=1", ""), lee.listen(t, "?desk=1", "")
	k.want("reset", "")
	l.want("reset", "")
	if rec := s.send(bot.Outbound{ID: "whisper", To: deskAddress(card), OnlyFor: id, Text: "not sent"}); rec.MessageID != "" {
		t.Errorf("receipt %v, want none", rec)
	}
	s.send(bot.Outbound{ID: "aloud", To: deskAddress(card), Text: "for all"})
	k.want("change", `"only":true`)
	k.want("change", "for all")
	l.want("change", "for all")
	if talk := lee.listed("/api/history?thread=" + card); len(talk) != 2 {
		t.Errorf("the thread has %d messages, want the reply and the note for all", len(talk))
	}
}

func TestHeartbeatAndClose(t *testing.T) {
	s := newSite(t)
	s.client.beat = time.Millisecond
	v := s.visit()
	r := v.listen(t, "", "")
	r.want("reset", "{}")
	if e := r.want("beat", "{}"); e.id != "" {
		t.Errorf("a beat moved the position to %q", e.id)
	}
	s.client.Close()
	for {
		e, ok := r.next()
		if !ok {
			break
		}
		if e.event != "beat" {
			t.Errorf("event %+v after Close", e)
		}
	}
	if status, _ := v.get("/events"); status != 503 {
		t.Errorf("a stream after Close: status %d, want 503", status)
	}
}

func TestSlowReaderIsDropped(t *testing.T) {
	h := newHub()
	slow, _, position, _ := h.subscribe([]string{"chat-1"}, nil, "")
	quick, _, _, _ := h.subscribe([]string{"chat-1"}, nil, "")
	for i := range readerQueue + 1 {
		h.publish("chat-1", "", []byte(fmt.Sprint(i)))
		if e := <-quick.queue; string(e.data) != fmt.Sprint(i) {
			t.Fatalf("event %s, want %d", e.data, i)
		}
	}
	n := 0
	for range slow.queue {
		n++
	}
	if n != readerQueue {
		t.Errorf("the slow reader had %d events before it was dropped", n)
	}
	again, missed, _, resumed := h.subscribe([]string{"chat-1"}, nil, position)
	if !resumed || len(missed) != readerQueue+1 {
		t.Errorf("resumed %v with %d events", resumed, len(missed))
	}
	h.unsubscribe(again)
	h.unsubscribe(again)
	for range maxPerPage {
		h.subscribe([]string{"chat-2"}, nil, "")
	}
	if r, _, _, _ := h.subscribe([]string{"chat-2"}, nil, ""); r != nil {
		t.Error("one session may open streams without end")
	}
}

func FuzzMessage(f *testing.F) {
	s := newSite(f, func(c *Config) { c.Log = nil })
	handler := s.client.Handler()
	session := &http.Cookie{Name: chatCookie, Value: strings.Repeat("A", 26)}
	chat := chatOf(session.Value)
	f.Add([]byte(`{"id":"fuzz-0001","conversation":"` + chat + `","text":"<script>"}`))
	f.Add([]byte(`{"id":"fuzz-0001","conversation":"desk","thread":"m-000000000000000000000000","text":"x"}`))
	f.Add([]byte(`{"id":"fuzz-0002","conversation":"` + chat + `","lang":"\u0000","zone":"../x","name":"\u202e","text":"\u200b\u202e\ufeff"}`))
	f.Add([]byte("{\"text\":\"\xff\xfe"))
	f.Add([]byte(`[[[[[[[[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		before := len(s.inbox.all())
		req := httptest.NewRequest(http.MethodPost, "/api/message", bytes.NewReader(body))
		req.AddCookie(session)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(ownHeader, "1")
		got := httptest.NewRecorder()
		handler.ServeHTTP(got, req)
		if !json.Valid(got.Body.Bytes()) || got.Code >= 500 {
			t.Fatalf("status %d: %s", got.Code, got.Body)
		}
		if after := len(s.inbox.all()); got.Code != 200 && after != before {
			t.Fatalf("status %d and an event", got.Code)
		}
	})
}
