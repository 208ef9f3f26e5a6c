package openai

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

const hello = `{"translation":"สวัสดี"}`

// translate asks the simplest question.
func translate(t *testing.T, c *Client) error {
	t.Helper()
	got, err := c.Translate(t.Context(), "hello", "en", "th")
	if err == nil && got != "สวัสดี" {
		t.Errorf("got %q", got)
	}
	return err
}

// can answers in the modes of list; in the others it does what refuse says.
func can(list string, refuse http.HandlerFunc) func(http.ResponseWriter, *http.Request, ask) {
	return func(w http.ResponseWriter, r *http.Request, a ask) {
		if strings.Contains(list, a.mode()) {
			says(w, hello)
			return
		}
		refuse(w, r)
	}
}

func TestModes(t *testing.T) {
	api := func(status int, fields map[string]any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { refuses(w, status, fields) }
	}
	plain := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, body, status) }
	}
	chatter := func(w http.ResponseWriter, _ *http.Request) { says(w, "Sure! In Thai that is สวัสดี.") }
	for _, tc := range []struct {
		name, can string
		refuse    http.HandlerFunc
		first     string // modes of the first question
		second    string // and of the second
	}{
		{"all", "schema json text", nil, "schema", "schema"},
		{"no schema, by parameter", "json text", api(400, map[string]any{"param": "response_format"}), "schema json", "json"},
		{"no schema, by words", "json text", api(400, map[string]any{"message": "response_format value 'json_schema' is not supported"}), "schema json", "json"},
		{"no schema, 422 of a validator", "json text", plain(422, `{"detail":[{"loc":["body","response_format","type"],"msg":"unexpected","input":{"temperature":0}}]}`), "schema json", "json"},
		{"no schema, 404", "json text", plain(404, "json_schema: no such feature"), "schema json", "json"},
		{"text only", "text", api(400, map[string]any{"param": "response_format.type"}), "schema json text", "text"},
		{"formats are ignored", "text", chatter, "schema json text", "text"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newFake(t, can(tc.can, tc.refuse))
			c := client(t, f, nil)
			for i, want := range []string{tc.first, tc.first + " " + tc.second} {
				if err := translate(t, c); err != nil {
					t.Fatalf("question %d: %v", i+1, err)
				}
				if got := f.modes(); got != want {
					t.Errorf("asked as %q, want %q", got, want)
				}
			}
		})
	}
}

// TestModesUpward asks in the strictest way again after an hour.
func TestModesUpward(t *testing.T) {
	now, able := newClock(), "text"
	var l log
	f := newFake(t, func(w http.ResponseWriter, r *http.Request, a ask) {
		can(able, func(w http.ResponseWriter, _ *http.Request) {
			refuses(w, 400, map[string]any{"param": "response_format"})
		})(w, r, a)
	})
	c := client(t, f, func(cfg *Config) { logged(&l)(cfg); cfg.Now = now.now })
	_ = translate(t, c)
	able = "schema json text"
	now.add(59 * time.Minute)
	_ = translate(t, c)
	now.add(time.Minute)
	_ = translate(t, c)
	if got, want := f.modes(), "schema json text text schema"; got != want {
		t.Errorf("asked as %q, want %q", got, want)
	}
	if got := l.String(); !strings.Contains(got, "mode text\n") || !strings.Contains(got, "mode schema\n") {
		t.Errorf("changes of mode are not told: %s", got)
	}
}

// TestModesTrust does not give up a schema that has worked for one nonsense.
func TestModesTrust(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		if a.N == 1 {
			says(w, "nonsense")
			return
		}
		says(w, hello)
	})
	c := client(t, f, nil)
	for range 3 {
		if err := translate(t, c); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := f.modes(), "schema schema json schema"; got != want {
		t.Errorf("asked as %q, want %q", got, want)
	}
}

func TestNonsenseInEveryMode(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) { says(w, `{"answer":"สวัสดี"}`) })
	err := translate(t, client(t, f, nil))
	e, _ := errors.AsType[*Error](err)
	if !errors.Is(err, ErrNonsense) || e.Fault != FaultShape {
		t.Errorf("got %v, want nonsense of the wrong shape", err)
	}
	if got, want := f.modes(), "schema json text"; got != want {
		t.Errorf("asked as %q, want %q", got, want)
	}
}

// TestWordsOfModes says the format in words where no schema does.
func TestWordsOfModes(t *testing.T) {
	f := newFake(t, can("text", func(w http.ResponseWriter, _ *http.Request) {
		refuses(w, 400, map[string]any{"param": "response_format"})
	}))
	_ = translate(t, client(t, f, nil))
	for i, a := range f.seen() {
		system := a.Messages[0].Content
		if !strings.HasPrefix(system, "purpose: translation\n") {
			t.Errorf("%d: the instructions begin with %.30q", i, system)
		}
		if got, want := strings.Contains(system, `"translation"`), i > 0; got != want {
			t.Errorf("%d: schema in the instructions: %v, want %v", i, got, want)
		}
	}
}

func TestParameters(t *testing.T) {
	unsupported := func(w http.ResponseWriter, param string) {
		refuses(w, 400, map[string]any{"param": param, "code": "unsupported_parameter", "message": "Unsupported: '" + param + "'"})
	}
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		switch {
		case a.MaxTokens > 0:
			unsupported(w, "max_tokens")
		case a.Temperature != nil:
			unsupported(w, "temperature")
		default:
			says(w, hello)
		}
	})
	c := client(t, f, nil)
	for range 2 {
		if err := translate(t, c); err != nil {
			t.Fatal(err)
		}
	}
	asks := f.seen()
	if len(asks) != 4 {
		t.Fatalf("%d requests, want three to find out and one more", len(asks))
	}
	if a := asks[0]; a.Temperature == nil || *a.Temperature > 1e-6 || a.MaxTokens == 0 {
		t.Errorf("first: temperature %v, max_tokens %d; want 0 or nearly so, and a limit", a.Temperature, a.MaxTokens)
	}
	if a := asks[3]; a.mode() != "schema" || a.MaxCompletion <= asks[0].MaxTokens || a.Temperature != nil {
		t.Errorf("remembered: %s, max_completion_tokens %d, temperature %v; want schema, more room to think, none", a.mode(), a.MaxCompletion, a.Temperature)
	}
}

// TestNoLimit leaves the limit out when neither name is taken.
func TestNoLimit(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		if a.MaxTokens+a.MaxCompletion > 0 {
			http.Error(w, "extra fields not permitted: max_tokens, max_completion_tokens", http.StatusUnprocessableEntity)
			return
		}
		says(w, hello)
	})
	if err := translate(t, client(t, f, nil)); err != nil || len(f.seen()) != 3 {
		t.Errorf("%v after %d requests, want an answer to the third", err, len(f.seen()))
	}
}

// TestReasoningModels gets past go-openai's own checks of models it knows.
func TestReasoningModels(t *testing.T) {
	for _, name := range []string{"o3-mini", "gpt-5-mini"} {
		f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) { says(w, hello) })
		if err := translate(t, client(t, f, func(c *Config) { c.Model = name })); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOtherRefusals does not try other ways when it would not help.
func TestOtherRefusals(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) {
		refuses(w, 400, map[string]any{"message": "maximum context length is 4096"})
	})
	if err := translate(t, client(t, f, nil)); !errors.Is(err, ErrDown) || len(f.seen()) != 1 {
		t.Errorf("%v after %d requests, want ErrDown after one", err, len(f.seen()))
	}
}
