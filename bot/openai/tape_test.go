package openai

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"firstline/bot/assist"
	"firstline/triage/understand"

	"github.com/google/go-cmp/cmp"
)

// secrets are what no request, log and recording may have.
var secrets = []string{
	"nok@siam.co.th", "+66 81 234 5678", "203.0.113.7", "4111 1111 1111 1111", "AKIAIOSFODNN7EXAMPLE", "sk-live-9f8e7d6c5b4a3210", "xoxb-123-456-abcdef",
	"k3y-9f2c-private", "hunter2pass", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.s5Jx_x-abc",
}

var told = "mail nok@siam.co.th, call +66 81 234 5678, ip 203.0.113.7, card 4111 1111 1111 1111, AKIAIOSFODNN7EXAMPLE sk-live-9f8e7d6c5b4a3210 " +
	"xoxb-123-456-abcdef rtmp://in.example/live/k3y-9f2c-private password: hunter2pass token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.s5Jx_x-abc"

// askAll asks everything with text everywhere, and gives what came.
func askAll(ctx context.Context, c *Client, text string) (got []any) {
	b := assist.Brief{Lang: "th", Known: map[string]string{"note": text, text: "key"}, Tried: []string{text}, Words: []assist.Said{{By: "customer", Text: text}}, Articles: []string{text}, Similar: []string{text}}
	note := func(v any, err error) { got = append(got, v, err) }
	note(c.Understand(ctx, understand.Prompt{Text: text, Turns: []string{text}, Asking: text, Options: map[string][]string{"x": {text}}}))
	note(c.Step(ctx, text, b))
	note(c.Summary(ctx, b))
	note(c.Reply(ctx, b))
	note(c.Translate(ctx, text, "en", "th"))
	note(c.Embed(ctx, []string{text, "plain"}))
	return got
}

// echo answers every purpose in its form, with the data's own words where it has any.
func echo(t *testing.T) func(http.ResponseWriter, *http.Request, ask) {
	claim := `{"value":"","quote":""}`
	return func(w http.ResponseWriter, _ *http.Request, a ask) {
		if len(a.Input) > 0 {
			vectors(w, a, nil)
			return
		}
		field := map[string]string{step: "step", reply: "reply", translation: "translation"}[a.ResponseFormat.JSONSchema.Name]
		switch name := a.ResponseFormat.JSONSchema.Name; name {
		case understanding:
			says(w, `{"lang":`+claim+`,"act":`+claim+`,"scenario":`+claim+`,"regions":[],"symptoms":[],"severity":`+claim+`,"facts":[]}`)
		case summary:
			says(w, `{"lines":["[EMAIL_1] was hidden"]}`)
		default:
			said, _ := plainJSON(a.data(t)[map[string]string{step: "step", translation: "text"}[name]])
			if name == reply {
				said = []byte(`"write to [EMAIL_1]"`)
			}
			says(w, `{"`+field+`":`+string(said)+`}`)
		}
	}
}

func TestTape(t *testing.T) {
	var file bytes.Buffer
	f := newFake(t, echo(t))
	live := askAll(t.Context(), client(t, f, func(c *Config) { c.Tape = NewRecorder(&file) }), told)
	for i := 1; i < len(live); i += 2 {
		if live[i] != nil {
			t.Fatalf("%d: %v", i, live[i])
		}
	}
	if live[8] != told {
		t.Errorf("translation %q, want the text with everything put back", live[8])
	}
	if n := strings.Count(file.String(), "\n"); n != 6 {
		t.Errorf("%d lines, want one a question", n)
	}

	tape, err := NewReplay(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	n := len(f.seen())
	c := client(t, f, func(c *Config) { c.Tape, c.InputPrice, c.OutputPrice = tape, 1, 1 })
	if d := cmp.Diff(live, askAll(t.Context(), c, told)); d != "" {
		t.Errorf("replayed (-recorded +replayed):\n%s", d)
	}
	if len(f.seen()) != n {
		t.Error("the replay asked the server")
	}
	if s := c.Spent(); s.Requests != 6 || s.USD == 0 {
		t.Errorf("spent %+v, want what the recording says", s)
	}
	if _, err := c.Translate(t.Context(), "another text", "en", "th"); !errors.Is(err, ErrNotRecorded) {
		t.Errorf("a question that is not there: %v", err)
	}
}

// TestTapeFailures repeats failures, and answers in their order.
func TestTapeFailures(t *testing.T) {
	var file bytes.Buffer
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		switch a.N {
		case 0:
			refuses(w, 401, nil)
		case 1:
			reply200(w, choice("", "content_filter"))
		default:
			says(w, hello)
		}
	})
	want := []error{ErrDown, ErrRefused, nil, nil}
	c := client(t, f, func(c *Config) { c.Tape = NewRecorder(&file) })
	for i := range 3 {
		if err := translate(t, c); !errors.Is(err, want[i]) {
			t.Errorf("%d: %v, want %v", i, err, want[i])
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, _ = c.Translate(ctx, "hello", "en", "th") // not recorded
	tape, err := NewReplay(&file)
	if err != nil {
		t.Fatal(err)
	}
	c = client(t, f, func(c *Config) { c.Tape = tape })
	for i, want := range want {
		if err := translate(t, c); !errors.Is(err, want) {
			t.Errorf("replayed %d: %v, want %v", i, err, want)
		}
	}
}

func TestBrokenTape(t *testing.T) {
	for _, in := range []string{"no json\n", `{"hash":""}` + "\n", `{"hash":"x","outcome":"new"}`} {
		if _, err := NewReplay(strings.NewReader("\n" + in)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v, want the line", in, err)
		}
	}
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) { says(w, hello) })
	if err := translate(t, client(t, f, func(c *Config) { c.Tape = NewRecorder(full{}) })); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestNoSecrets looks into everything that leaves, with a healthy server and
// with one that says all it was told in its errors.
func TestNoSecrets(t *testing.T) {
	var file bytes.Buffer
	var l log
	f := newFake(t, echo(t))
	set := func(c *Config) { logged(&l)(c); c.Tape = NewRecorder(&file) }
	results := askAll(t.Context(), client(t, f, set), told)

	parrot := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		refuses(w, []int{400, 401, 429, 500}[a.N%4], map[string]any{"message": told + testKey, "code": testKey})
	})
	results = append(results, askAll(t.Context(), client(t, parrot, set), told)...)

	places := map[string]string{"recording": file.String(), "log": l.String(), "requests": strings.Join(append(f.bodies, parrot.bodies...), "\n")}
	for _, r := range results {
		if err, ok := r.(error); ok {
			places["errors"] += err.Error() + "\n"
		}
	}
	for place, text := range places {
		if text == "" {
			t.Errorf("%s: nothing to look at", place)
		}
		for _, s := range append(secrets, testKey, "Authorization", "Bearer") {
			if strings.Contains(text, s) {
				t.Errorf("%s: %q is there", place, s)
			}
		}
	}
	for _, words := range []string{"mail ", "was hidden"} {
		if strings.Contains(l.String(), words) || strings.Contains(places["errors"], words) {
			t.Errorf("%q of a message is in the log or an error", words)
		}
	}
}

func TestKeepIPs(t *testing.T) {
	f := newFake(t, echo(t))
	c := client(t, f, func(c *Config) { c.KeepIPs = true })
	if _, err := c.Translate(t.Context(), "ip 203.0.113.7", "en", "th"); err != nil || !strings.Contains(f.bodies[0], "203.0.113.7") {
		t.Errorf("%v, sent %s", err, f.bodies[0])
	}
}
