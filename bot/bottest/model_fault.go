package bottest

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ModelFault is what goes wrong with one request. [ModelServer.Script] arms it. The first group breaks the
// line, the second the answer of the server, the third what the model says; the fourth, in model_hostile.go, is
// an answer in good form that must not be believed.
type ModelFault struct {
	name  string
	delay time.Duration // before the answer
	pause time.Duration // between pieces of it
	hang  bool
	cut   bool // after bytes of the body
	stall bool // the same, and the line stays open
	after int

	status int // of a page instead of the answer
	kind   string
	body   string
	header map[string]string

	change   func(ask modelAsk, healthy any) any // of the value that the model says
	text     func(ask modelAsk, healthy string) string
	chatters bool
	refuses  bool
	finish   string // why the model stopped in the middle
	empty    bool   // no choices
	vectors  func([]obj) []obj
}

// ModelAlways is how often a fault is armed that stays.
const ModelAlways = math.MaxInt

// ModelHang gives no answer until the caller goes away.
var ModelHang = ModelFault{name: "hang", hang: true}

// ModelDelay answers in good health, but late.
func ModelDelay(d time.Duration) ModelFault { return ModelFault{name: "delay", delay: d} }

// ModelSlow answers in good health, in pieces of 24 bytes with a pause after each; the status comes at once.
func ModelSlow(pause time.Duration) ModelFault { return ModelFault{name: "slow", pause: pause} }

// ModelCut breaks the line after so many bytes of the body; with none not even a status comes.
func ModelCut(bytes int) ModelFault { return ModelFault{name: "cut", cut: true, after: bytes} }

// ModelStall sends so many bytes of the body and then nothing more until the caller goes away.
func ModelStall(bytes int) ModelFault { return ModelFault{name: "stall", stall: true, after: bytes} }

// ModelStatus answers with this status and body; without a body it is OpenAI's envelope of an error.
func ModelStatus(status int, body string) ModelFault {
	if body == "" {
		who := "server_error"
		if status < http.StatusInternalServerError {
			who = "invalid_request_error"
		}
		body = string(mustJSON(modelError(http.StatusText(status), who, "", "")))
	}
	kind := "text/plain; charset=utf-8"
	if json.Valid([]byte(body)) {
		kind = "application/json"
	}
	return ModelFault{name: strconv.Itoa(status), status: status, kind: kind, body: body}
}

// ModelLimited answers 429 and asks to wait: Retry-After in whole seconds, rounded up.
func ModelLimited(after time.Duration) ModelFault {
	f := ModelStatus(http.StatusTooManyRequests, string(mustJSON(modelError("Rate limit reached for requests.", "requests", "", "rate_limit_exceeded"))))
	f.header = map[string]string{
		"Retry-After": strconv.Itoa(int(math.Ceil(after.Seconds()))), "Retry-After-Ms": strconv.FormatInt(after.Milliseconds(), 10),
		"X-RateLimit-Remaining-Requests": "0",
	}
	return f
}

// ModelHTML answers with a page of a proxy, in place of the server.
func ModelHTML(status int) ModelFault {
	return ModelFault{
		name: fmt.Sprint("html ", status), status: status, kind: "text/html; charset=utf-8",
		body: fmt.Sprintf("<!DOCTYPE html><html><head><title>%d %s</title></head><body>gateway</body></html>", status, http.StatusText(status)),
	}
}

// Faults of what the model says, which need no knowledge of the matter.
var (
	ModelInvalidJSON = ModelFault{name: "invalid json", text: func(_ modelAsk, text string) string { return text[:max(0, strings.LastIndex(text, "}"))] + ",," }}
	ModelWrongShape  = ModelFault{name: "wrong shape", change: wrongShape, vectors: unevenVectors} // fields of other types; vectors of other lengths
	ModelNothing     = ModelFault{name: "nothing", empty: true, vectors: func([]obj) []obj { return []obj{} }}
	ModelTruncated   = ModelFault{name: "length", finish: "length"}
	ModelFiltered    = ModelFault{name: "content_filter", finish: "content_filter"}
	ModelRefuses     = ModelFault{name: "refusal", refuses: true}
	ModelChatters    = ModelFault{name: "chatter", chatters: true}                                                // the healthy answer in a fence with words around
	ModelShuffled    = ModelFault{name: "shuffled", vectors: func(v []obj) []obj { slices.Reverse(v); return v }} // healthy vectors, last first, with their right index
)

// ModelSays gives this text as what the model says, whatever was asked.
func ModelSays(text string) ModelFault {
	return ModelFault{name: "says", text: func(modelAsk, string) string { return text }}
}

// ModelAnswers gives this value as JSON.
func ModelAnswers(v any) ModelFault {
	return ModelFault{name: "answers", change: func(modelAsk, any) any { return v }}
}

// ModelComputes gives the value that answer makes of the request's data, as JSON: a scripted understanding, for instance.
func ModelComputes(answer func(data json.RawMessage) any) ModelFault {
	return ModelFault{name: "computes", change: func(ask modelAsk, _ any) any { return answer(ask.data) }}
}

func wrongShape(_ modelAsk, healthy any) any {
	wrong := obj{}
	for field, value := range asObj(healthy) {
		if _, text := value.(string); text {
			wrong[field] = []any{value}
		} else {
			wrong[field] = "wrong"
		}
	}
	return wrong
}

// unevenVectors makes each vector shorter than the one before it.
func unevenVectors(vectors []obj) []obj {
	for i, v := range vectors {
		if full, ok := v["embedding"].([]float32); ok {
			v["embedding"] = full[:max(0, len(full)-i-1)]
		}
	}
	return vectors
}

// page is what a proxy or a server in trouble answers; its status is zero when the server is well.
func (f ModelFault) page() modelAnswer {
	return modelAnswer{status: f.status, kind: f.kind, header: f.header, body: []byte(f.body)}
}

// modelRule is a fault that is armed.
type modelRule struct {
	purpose string
	left    int
	fault   ModelFault
	when    []func(json.RawMessage) bool
}

// Script makes the next n requests of a purpose ([AnyPurpose]: of all) go wrong, or all to come ([ModelAlways]); with when, only
// those whose data it holds true of. Faults that are counted are used up in the order in which they were armed; then the
// one that stays applies, the latest of them. A purpose that does not exist ends the test.
func (s *ModelServer) Script(purpose string, n int, f ModelFault, when ...func(data json.RawMessage) bool) {
	s.t.Helper()
	if !slices.Contains(modelPurposes, purpose) {
		s.t.Fatalf("bottest: %q is no purpose", purpose)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, &modelRule{purpose: purpose, left: n, fault: f, when: when})
}

// Heal takes every fault back.
func (s *ModelServer) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// ModelHolds is true of data one of whose texts has this text in it, for [ModelServer.Script].
func ModelHolds(text string) func(json.RawMessage) bool {
	return func(data json.RawMessage) bool {
		return slices.ContainsFunc(findStrings(data), func(s string) bool { return strings.Contains(s, text) })
	}
}

// take gives the fault that is due, or the zero one.
func (s *ModelServer) take(ask modelAsk) ModelFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var stays ModelFault
	for i, rule := range s.rules {
		switch {
		case !rule.due(ask):
		case rule.left == ModelAlways:
			stays = rule.fault
		default:
			if rule.left--; rule.left == 0 {
				s.rules = slices.Delete(s.rules, i, i+1)
			}
			return rule.fault
		}
	}
	return stays
}

func (r *modelRule) due(ask modelAsk) bool {
	if r.left <= 0 || r.purpose != AnyPurpose && r.purpose != ask.purpose {
		return false
	}
	for _, holds := range r.when {
		if !holds(ask.data) {
			return false
		}
	}
	return true
}
