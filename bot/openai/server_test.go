package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const testKey = "sk-test-0123456789abcdef"

// fake is a server that keeps what it was asked and answers by a function.
type fake struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	asks   []ask
	answer func(w http.ResponseWriter, r *http.Request, a ask)
}

// ask is a request as the server sees it.
type ask struct {
	N              int         `json:"-"` // from 0
	Path           string      `json:"-"`
	Header         http.Header `json:"-"`
	Model          string      `json:"model"`
	Messages       []struct{ Role, Content string }
	Temperature    *float64 `json:"temperature"`
	MaxTokens      int      `json:"max_tokens"`
	MaxCompletion  int      `json:"max_completion_tokens"`
	Input          []string `json:"input"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Name   string          `json:"name"`
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

// mode is how the request asks for JSON.
func (a ask) mode() string {
	switch a.ResponseFormat.Type {
	case "json_schema":
		return "schema"
	case "json_object":
		return "json"
	}
	return "text"
}

// data is the JSON of the user's message.
func (a ask) data(t *testing.T) map[string]any {
	t.Helper()
	_, text, _ := strings.Cut(a.Messages[1].Content, "\n")
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("data: %v", err)
	}
	return m
}

func newFake(t *testing.T, answer func(w http.ResponseWriter, r *http.Request, a ask)) *fake {
	t.Helper()
	f := &fake{answer: answer}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := ask{Path: r.URL.RequestURI(), Header: r.Header.Clone()}
	_ = json.Unmarshal(body, &a)
	f.mu.Lock()
	a.N = len(f.asks)
	f.asks = append(f.asks, a)
	f.bodies = append(f.bodies, string(body))
	f.mu.Unlock()
	f.answer(w, r, a)
}

func (f *fake) seen() []ask {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]ask(nil), f.asks...)
}

// modes are the modes of all requests so far.
func (f *fake) modes() string {
	var m []string
	for _, a := range f.seen() {
		m = append(m, a.mode())
	}
	return strings.Join(m, " ")
}

// says answers with a text, in chat's envelope.
func says(w http.ResponseWriter, text string) { reply200(w, choice(text, "stop")) }

func choice(text, finish string) map[string]any {
	return map[string]any{"index": 0, "message": map[string]any{"role": "assistant", "content": text}, "finish_reason": finish}
}

func reply200(w http.ResponseWriter, choices ...any) {
	answer := map[string]any{"id": "x", "object": "chat.completion", "choices": choices, "usage": map[string]any{"prompt_tokens": 1000, "completion_tokens": 100}}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// refuses answers with OpenAI's envelope of an error.
func refuses(w http.ResponseWriter, status int, fields map[string]any) {
	e := map[string]any{"message": "no", "type": "invalid_request_error", "param": nil, "code": nil}
	maps.Copy(e, fields)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
}

// clock is a time that moves when told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// log keeps what was logged and counted.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// testRest is the rest of the breaker in tests: longer than what happens while it is open takes on a slow day.
const testRest = 300 * time.Millisecond

// client gives a client of f whose pauses are short; change may be nil.
func client(t *testing.T, f *fake, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: f.URL + "/v1", Key: testKey, Model: "m", Embeddings: "e", Timeout: 5 * time.Second}
	if change != nil {
		change(&cfg)
	}
	c, err := newClient(cfg, tuning{rest: testRest, backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// logged makes a client log everything into l.
func logged(l *log) func(*Config) {
	return func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
		note := func(format string, args ...any) { _, _ = fmt.Fprintf(l, format+"\n", args...) }
		c.Metrics = Metrics{
			Asked:   func(p, o string, _ time.Duration) { note("asked %s %s", p, o) },
			Tokens:  func(p string, in, out int) { note("tokens %s %d %d", p, in, out) },
			Cost:    func(usd float64) { note("cost %.6f", usd) },
			Breaker: func(s string) { note("breaker %s", s) },
			Mode:    func(m string) { note("mode %s", m) },
		}
	}
}
