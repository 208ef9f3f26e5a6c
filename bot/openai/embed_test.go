package openai

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// vectors answers with a vector for each text that has its length, in reverse
// order; change may spoil it.
func vectors(w http.ResponseWriter, a ask, change func([]map[string]any) []map[string]any) {
	var data []map[string]any
	for i, text := range a.Input {
		data = append([]map[string]any{{"object": "embedding", "index": i, "embedding": []float64{float64(len(text)), 1}}}, data...)
	}
	if change != nil {
		data = change(data)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "usage": map[string]int{"prompt_tokens": 7}})
}

func TestEmbed(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
		if len(a.Input) > 64 {
			t.Errorf("%d texts at once", len(a.Input))
		}
		vectors(w, a, nil)
	})
	c := client(t, f, nil)
	var texts []string
	for i := range 150 {
		texts = append(texts, strings.Repeat("x", i+1))
	}
	got, err := c.Embed(t.Context(), texts)
	if err != nil || len(got) != 150 || len(f.seen()) != 3 {
		t.Fatalf("%d vectors, %v, %d requests", len(got), err, len(f.seen()))
	}
	for i, v := range got {
		if v[0] != float32(i+1) {
			t.Fatalf("vector %d is that of a text of length %v", i, v[0])
		}
	}
	if a := f.seen()[0]; a.Path != "/v1/embeddings" || a.Model != "e" {
		t.Errorf("asked %s of %s", a.Path, a.Model)
	}
	if got, err := c.Embed(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("no texts: %v, %v", got, err)
	}
	if _, err := c.Embed(t.Context(), []string{"a", ""}); err == nil || len(f.seen()) != 3 {
		t.Errorf("an empty text: %v", err)
	}
}

// TestEmbedHides hides by text, so that the neighbours of a text change nothing.
func TestEmbedHides(t *testing.T) {
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) { vectors(w, a, nil) })
	if _, err := client(t, f, nil).Embed(t.Context(), []string{"write a@b.io", "write c@d.io"}); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(f.seen()[0].Input), "[write [EMAIL_1] write [EMAIL_1]]"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
}

func TestEmbedNonsense(t *testing.T) {
	set := func(key string, value any) func([]map[string]any) []map[string]any {
		return func(d []map[string]any) []map[string]any { d[0][key] = value; return d }
	}
	for name, change := range map[string]func([]map[string]any) []map[string]any{
		"one missing": func(d []map[string]any) []map[string]any { return d[1:] }, "one too many": func(d []map[string]any) []map[string]any { return append(d, d[0]) },
		"index outside": set("index", 9), "negative index": set("index", -1), "another length": set("embedding", []float64{1}),
		"zero": set("embedding", []float64{0, 0}), "none": set("embedding", []float64{}),
	} {
		f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) { vectors(w, a, change) })
		if _, err := client(t, f, nil).Embed(t.Context(), []string{"a", "bb"}); !errors.Is(err, ErrNonsense) {
			t.Errorf("%s: %v, want nonsense", name, err)
		}
	}
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) {
		_, _ = w.Write([]byte(`{"data":[{"index":0,"embedding":[1e39]}]}`))
	})
	if _, err := client(t, f, nil).Embed(t.Context(), []string{"a"}); err == nil {
		t.Error("a number that is too large is taken")
	}
	if _, err := client(t, f, func(c *Config) { c.Embeddings = "" }).Embed(t.Context(), []string{"a"}); err == nil {
		t.Error("no model, and no error")
	}
}
