package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot/app"
	"firstline/triage/understand"
)

// scriptedModel answers by the message; it has no answer to others.
type scriptedModel struct {
	answers map[string]understand.Answer
	asked   []string
	closed  int
	during  func()
}

var errScript = errors.New("no answer")

func (m *scriptedModel) Understand(_ context.Context, p understand.Prompt) (understand.Answer, error) {
	m.asked = append(m.asked, p.Text)
	if m.during != nil {
		m.during()
	}
	a, ok := m.answers[p.Text]
	if !ok {
		return understand.Answer{}, errScript
	}
	return a, nil
}

func (m *scriptedModel) Usage() usage {
	return usage{TokensIn: 100 * len(m.asked), TokensOut: 10 * len(m.asked), USD: 0.001 * float64(len(m.asked))}
}

func (m *scriptedModel) Why(err error) string {
	if errors.Is(err, errScript) {
		return "late"
	}
	return "unknown"
}

func (m *scriptedModel) Close() error { m.closed++; return nil }

const (
	slideshow = "our auction page is a slideshow for the buyers in Thailand"
	person    = "I want to talk to a human engineer please"
)

// gold writes labelled messages and one dialogue.
func gold(t *testing.T) (messages, dialogues string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, lines ...string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("messages.jsonl",
			`{"id":"1","lang":"en","act":"report","text":"`+slideshow+`","scenario":"showroom","regions":["TH"],"symptoms":["stutter"],"severity":"P3"}`,
			`{"id":"2","lang":"en","act":"human","text":"`+person+`","scenario":null,"regions":[],"symptoms":[],"severity":null}`),
		write("dialogues.jsonl", `{"id":"d","lang":"en","turns":[{"text":"`+slideshow+`"},{"text":"`+person+`"}],"expect":{"scenario":"showroom","regions":["TH"],"symptoms":["stutter"],"severity":"P3","ends":"handed_off"}}`)
}

func scripted() *scriptedModel {
	quote := func(value, words string) understand.Claim { return understand.Claim{Value: value, Quote: words} }
	return &scriptedModel{answers: map[string]understand.Answer{slideshow: {
		Lang: quote("en", "our auction page"), Act: quote("report", "is a slideshow"), Scenario: quote("showroom", "auction page"),
		Regions: []understand.Claim{quote("TH", "Thailand"), quote("VN", "Vietnam")}, Symptoms: []understand.Claim{quote("stutter", "slideshow")}, Severity: quote("P3", "slideshow"),
	}}}
}

var evalCore = sync.OnceValues(func() (*app.Core, error) { return app.NewCore("", "en") })

// evaluate scores beside a scripted model, or with none.
func evaluate(ctx context.Context, t *testing.T, c evalCmd, m *scriptedModel) (string, error) {
	t.Helper()
	core, err := evalCore()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if m == nil {
		err = c.score(ctx, &out, newEvaluation(core))
	} else {
		err = c.compare(ctx, &out, core, m)
	}
	return out.String(), err
}

func TestEvalComparesThreeUnderstandings(t *testing.T) {
	messages, dialogues := gold(t)
	m := scripted()
	c := evalCmd{Messages: []string{messages}, Dialogues: []string{dialogues}, ByLang: true}
	out, err := evaluate(t.Context(), t, c, m)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"offline  model  joined", "regions exact", "answers         2 of 4", "failures        late 2", "regions quote 2", "failed 2, joined 2",
		"tokens in, out  400, 40", "cost            $0.0040", "median", "p90", "language  n  by", "en        2  joined",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the table lacks %q:\n%s", want, out)
		}
	}
	if len(m.asked) != 4 || m.closed != 1 {
		t.Errorf("the model was asked %d times and closed %d times, want two messages and two turns once each, and closed once: %q", len(m.asked), m.closed, m.asked)
	}
}

func TestEvalAsJSON(t *testing.T) {
	messages, dialogues := gold(t)
	type figures struct {
		Scores         map[string]*float64            `json:"scores"`
		ByLang         map[string]map[string]*float64 `json:"by_lang"`
		DialogueScores map[string]*float64            `json:"dialogue_scores"`
	}
	type result struct {
		figures
		Messages, Dialogues int
		Model               *struct {
			Asked   int            `json:"asked"`
			Failed  map[string]int `json:"failed"`
			Dropped map[string]int `json:"claims_dropped"`
			Usage   usage          `json:"usage"`
			Latency map[string]any `json:"latency_ms"`
		} `json:"model"`
		Systems map[string]figures `json:"systems"`
	}
	run := func(m *scriptedModel, replay string) result {
		t.Helper()
		out, err := evaluate(t.Context(), t, evalCmd{Messages: []string{messages}, Dialogues: []string{dialogues}, JSON: true, modelFlags: modelFlags{Replay: replay}}, m)
		var r result
		if err := errors.Join(err, json.Unmarshal([]byte(out), &r)); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return r
	}
	plain, with := run(nil, ""), run(scripted(), "")
	if plain.Model != nil || plain.Systems != nil || plain.Messages != 2 || plain.Dialogues != 1 || len(plain.Scores) == 0 {
		t.Errorf("without a model: %+v", plain)
	}
	for name, v := range plain.Scores {
		if w := with.Scores[name]; (v == nil) != (w == nil) || v != nil && *v != *w {
			t.Errorf("beside a model the offline %s is another", name)
		}
	}
	score := func(f figures, name string) float64 {
		if v := f.Scores[name]; v != nil {
			return *v
		}
		return -1
	}
	alone, joined := with.Systems["model"], with.Systems["joined"]
	if score(alone, "act") != 0.5 || score(alone, "regions exact") != 0.5 || score(joined, "act") != 1 || score(joined, "regions exact") != 1 {
		t.Errorf("model alone %v, joined %v; want the claim without its words to count against the model only, and its failure too", alone, joined)
	}
	if m := with.Model; m == nil || m.Asked != 4 || m.Failed["late"] != 2 || m.Dropped["regions quote"] == 0 || m.Usage.TokensIn != 400 || m.Latency["median"] == nil {
		t.Errorf("of the model %+v", m)
	}
	if replayed := run(scripted(), "tape.jsonl"); replayed.Model == nil || replayed.Model.Latency["median"] != nil {
		t.Error("the time of a replayed answer is told, and it says nothing")
	}
}

// TestEvalEndsWhenInterrupted: an interrupted run is no failure of the model's.
func TestEvalEndsWhenInterrupted(t *testing.T) {
	messages, _ := gold(t)
	ctx, cancel := context.WithCancel(t.Context())
	m := scripted()
	m.during = cancel
	out, err := evaluate(ctx, t, evalCmd{Messages: []string{messages}}, m)
	if !errors.Is(err, context.Canceled) || out != "" || m.closed != 1 {
		t.Errorf("got %v, closed %d times, and\n%s", err, m.closed, out)
	}
}

func TestModelFlags(t *testing.T) {
	path := filepath.Join(t.TempDir(), "firstline.yaml")
	if err := os.WriteFile(path, []byte("engineers: {desk: 'slack:C0DESK'}\nmodel: {base_url: 'http://gpu:8000/v1', name: big, timeout: 5s}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := func(name string) string { return map[string]string{"OPENAI_API_KEY": "sk-1"}[name] }
	for _, tc := range []struct {
		name  string
		flags modelFlags
		want  string // URL, name, timeout
		fails string
	}{
		{"no model", modelFlags{}, "", ""},
		{"a configuration", modelFlags{Model: true, Config: path}, "http://gpu:8000/v1 big 5s", ""},
		{"flags", modelFlags{Model: true, ModelURL: "http://localhost:11434/v1", ModelName: "small", ModelTimeout: 9 * time.Second}, "http://localhost:11434/v1 small 9s", ""},
		{"a name alone", modelFlags{Model: true, ModelName: "small"}, "https://api.openai.com/v1 small 30s", ""},
		{"flags over a configuration", modelFlags{Model: true, Config: path, ModelName: "small"}, "http://gpu:8000/v1 small 5s", ""},
		{"no name", modelFlags{Model: true}, "", "--model-name"},
		{"no file", modelFlags{Model: true, Config: path + "x"}, "", "does not exist"},
		{"a time below zero", modelFlags{Model: true, ModelName: "small", ModelTimeout: -1}, "", "--model-timeout"},
		{"a record without a model", modelFlags{Record: "x"}, "", "need --model"},
	} {
		spec, err := tc.flags.spec(key)
		got := ""
		if spec != nil {
			got = spec.BaseURL + " " + spec.Name + " " + spec.Timeout.D.String()
		}
		switch {
		case tc.fails == "" && err != nil, tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)):
			t.Errorf("%s: error %v, want %q", tc.name, err, tc.fails)
		case got != tc.want:
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		case spec != nil && string(spec.Key) != "sk-1":
			t.Errorf("%s: the key is not that of the environment", tc.name)
		}
	}
}

func TestEvalFlags(t *testing.T) {
	messages, _ := gold(t)
	for name, args := range map[string][]string{
		"need --model": {"eval", "--messages", messages, "--model-name", "m"},
		"--model-name": {"eval", "--messages", messages, "--model"},
		"--replay":     {"eval", "--messages", messages, "--model", "--model-name", "m", "--record", "x", "--replay", messages},
	} {
		if code, out, errs := call(t, "", args...); code != exitUsage || !strings.Contains(errs, name) || out != "" {
			t.Errorf("%v: code %d, %q, want %q in it", args, code, errs, name)
		}
	}
}

func TestPercentile(t *testing.T) {
	m := newMeasured(nil, false)
	if _, ok := m.percentile(50); ok {
		t.Error("of nothing there is a median")
	}
	for i := range 10 {
		m.took = append(m.took, time.Duration(10-i))
	}
	for p, want := range map[int]int{50: 5, 90: 9, 100: 10} {
		if got, _ := m.percentile(p); int(got) != want {
			t.Errorf("percentile %d is %d, want %d", p, got, want)
		}
	}
}
