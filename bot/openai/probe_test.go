package openai

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	even := `{"even":"yes"}`
	refuse := func(w http.ResponseWriter) { refuses(w, 400, map[string]any{"param": "response_format"}) }
	for _, tc := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request, ask)
		want   string
		remedy string // of the last that does not work
	}{
		{"everything", func(w http.ResponseWriter, _ *http.Request, a ask) { says(w, even) }, "schema json text embeddings", ""},
		{"no schema", func(w http.ResponseWriter, _ *http.Request, a ask) {
			if a.mode() == "schema" {
				refuse(w)
				return
			}
			says(w, even)
		}, "json text embeddings", "another way"},
		{"formats are ignored", func(w http.ResponseWriter, _ *http.Request, a ask) { says(w, "Of course: "+even) }, "text embeddings", "another way works"},
		{"another name of a parameter", func(w http.ResponseWriter, _ *http.Request, a ask) {
			if a.MaxTokens > 0 {
				refuses(w, 400, map[string]any{"param": "max_tokens"})
				return
			}
			says(w, even)
		}, "schema json text embeddings", ""},
		{"wrong key", func(w http.ResponseWriter, _ *http.Request, _ ask) { refuses(w, 401, nil) }, "", "OPENAI_API_KEY"},
		{"no such model", func(w http.ResponseWriter, _ *http.Request, _ ask) { refuses(w, 404, nil) }, "embeddings", "model.name"},
		{"too slow", hang(""), "embeddings", "model.timeout"},
		{"a web page", func(w http.ResponseWriter, _ *http.Request, _ ask) { _, _ = w.Write([]byte("<html>")) }, "embeddings", "model.base_url"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, r *http.Request, a ask) {
				if len(a.Input) > 0 && tc.want != "" {
					vectors(w, a, nil)
					return
				}
				tc.answer(w, r, a)
			})
			c := client(t, f, func(c *Config) {
				if tc.name == "too slow" {
					c.Timeout = 100 * time.Millisecond
				}
			})
			var works []string
			remedy := ""
			for _, a := range c.Probe(t.Context()) {
				if a.Works {
					works = append(works, a.Name)
				} else if remedy = a.Remedy; a.Problem == "" || remedy == "" {
					t.Errorf("%s: no problem or no remedy: %+v", a.Name, a)
				}
				if a.Took <= 0 {
					t.Errorf("%s took %v", a.Name, a.Took)
				}
			}
			if got := strings.Join(works, " "); got != tc.want || !strings.Contains(remedy, tc.remedy) {
				t.Errorf("works: %q (%s), want %q (%s)", got, remedy, tc.want, tc.remedy)
			}
		})
	}
}

// TestProbeNobody says once that nothing is there.
func TestProbeNobody(t *testing.T) {
	f := newFake(t, nil)
	f.Close()
	got := client(t, f, nil).Probe(t.Context())
	if len(got) != 1 || got[0].Works || !strings.Contains(got[0].Problem, "no connection") {
		t.Errorf("got %+v", got)
	}
}

// TestProbeNoEmbeddings says what is missing when nothing is configured.
func TestProbeNoEmbeddings(t *testing.T) {
	f := answering(t, `{"even":"yes"}`)
	got := client(t, f, func(c *Config) { c.Embeddings = "" }).Probe(t.Context())
	if last := got[len(got)-1]; last.Name != "embeddings" || last.Works || !strings.Contains(last.Remedy, "model.embeddings") {
		t.Errorf("got %+v", last)
	}
}

// TestPlain has words for every fault and outcome.
func TestPlain(t *testing.T) {
	for _, f := range []Fault{FaultKey, FaultModel, FaultRequest, FaultLimited, FaultServer, FaultConnect, FaultCut, FaultNotAPI, FaultLength, FaultFilter, FaultEmpty, FaultShape, FaultFormat, FaultVectors} {
		if _, ok := advice[f]; !ok {
			t.Errorf("nothing to say about %s", f)
		}
	}
	for outcome := range sentinels {
		if problem, remedy := (&Error{Outcome: outcome}).plain(); problem == "" || remedy == "" || strings.Contains(problem, "!") {
			t.Errorf("%s: %q, %q", outcome, problem, remedy)
		}
		if s := fmt.Sprint(&Error{Purpose: "step", Outcome: outcome, Fault: FaultKey, Status: 401}); strings.Contains(s, "%!") || !strings.HasPrefix(s, "openai: step: ") {
			t.Errorf("%s: %s", outcome, s)
		}
	}
}
