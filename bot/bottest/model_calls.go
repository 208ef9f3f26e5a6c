package bottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// ModelCall is one request as it arrived.
type ModelCall struct {
	Purpose string
	System  string          // the instruction
	Data    json.RawMessage // what the user's message holds; of embeddings the array of texts
	Raw     string          // the body
	Path    string          // with the query
	Header  http.Header     // without Authorization
	Format  string          // text, json_object, json_schema; "" when it is no chat
	Refused string          // the message of the refusal, if it was one
	Fault   string          // what was scripted for it, if anything
	At      time.Time
}

// record notes a request before it is answered and gives it a name.
func (s *ModelServer) record(r *http.Request, body []byte, ask modelAsk, no *modelRefusal, f ModelFault) string {
	c := &ModelCall{
		Purpose: ask.purpose, System: ask.system(), Data: ask.data, Raw: string(body), Path: r.URL.RequestURI(), Header: r.Header.Clone(),
		Format: ask.format, Fault: f.name, At: s.opts.Now(),
	}
	c.Header.Del("Authorization")
	if no != nil {
		c.Refused = no.message
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	close(s.changed)
	s.changed = make(chan struct{})
	return fmt.Sprintf("req_%06d", len(s.calls))
}

// Calls lists the requests of a purpose, or of [AnyPurpose], in order of arrival, those that were refused too.
func (s *ModelServer) Calls(purpose string) []ModelCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.callsOf(purpose)
}

// callsOf is Calls; the lock is held.
func (s *ModelServer) callsOf(purpose string) (out []ModelCall) {
	for _, c := range s.calls {
		if purpose == AnyPurpose || c.Purpose == purpose {
			out = append(out, *c)
		}
	}
	return out
}

// ExpectCalls waits until there were n requests of a purpose and gives them. A request counts when it has arrived, answered or not.
func (s *ModelServer) ExpectCalls(purpose string, n int, within time.Duration) []ModelCall {
	s.t.Helper()
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		s.mu.Lock()
		found, changed := s.callsOf(purpose), s.changed
		s.mu.Unlock()
		if len(found) >= n {
			return found
		}
		select {
		case <-changed:
			continue
		case <-late.C:
		case <-s.ctx.Done():
		}
		s.t.Fatalf("bottest: %d requests for %s within %v, want %d", len(found), purpose, within, n)
	}
}

// Seen tells whether a text ever arrived: in a body, as it stands there or as its JSON means it, in an address or in a header
// other than Authorization. Requests that were refused count.
func (s *ModelServer) Seen(text string) bool {
	for _, c := range s.Calls(AnyPurpose) {
		var head strings.Builder
		_ = c.Header.Write(&head)
		for _, where := range append(findStrings([]byte(c.Raw)), c.Raw, c.Path, head.String()) {
			if strings.Contains(where, text) {
				return true
			}
		}
	}
	return false
}

// findJSON gives the first JSON object of a text, or nothing.
func findJSON(text string) json.RawMessage {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '{')
		if next < 0 {
			return nil
		}
		at += next
		var found json.RawMessage
		if json.NewDecoder(strings.NewReader(text[at:])).Decode(&found) == nil {
			return bytes.TrimSpace(found)
		}
	}
}

// findStrings gives every text of a JSON value, and those of the JSON inside of texts.
func findStrings(raw []byte) (out []string) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	switch v := v.(type) {
	case string:
		out = append(out, v)
		if inside := findJSON(v); inside != nil {
			out = append(out, findStrings(inside)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, findStrings(mustJSON(x))...)
		}
	case obj:
		for _, key := range sortedNames(v) {
			out = append(out, key)
			out = append(out, findStrings(mustJSON(v[key]))...)
		}
	}
	return out
}
