package openai

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/sashabaranov/go-openai/jsonschema"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"step":"a"}`, "a"}, {" \n{\"step\":\"a\"}\n", "a"}, {`{"step":"a","more":1}`, "a"},
		{"```json\n{\"step\":\"a\"}\n```", "a"}, {"```\n{\"step\":\"a\"}```", "a"},
		{`Sure! Here it is: {"step":"a"} Anything else?`, "a"}, {`In {braces}: {"step":"a"}`, "a"}, {`{ {"step":"a"}`, "a"},
		{`{"step":"a",}`, "a"}, {"{\"step\":\"a\" , \n }", "a"}, {`{"step":"a, }",}`, "a, }"}, {`{"step":"a\",}"}`, `a",}`}, {`{"x":[1,2,],"step":"a"}`, "a"},
		{`<think>maybe {"step":"draft"}</think>{"step":"final"}`, "final"}, {`he said "so: {"step":"a"}`, "a"},
		{`so: {"step":"a\"}"}`, `a"}`}, {`{"step":"{\"step\":\"inner\"}"}`, `{"step":"inner"}`},
		{"", ""}, {"null", ""}, {"[]", ""}, {`"step"`, ""}, {`{"step":1}`, ""}, {`{"Step":"a"}`, ""}, {`{'step':'a'}`, ""}, {`{"step":"a"`, ""}, {`{step:"a"}`, ""}, {`[{"step":"a"}`, "a"},
	} {
		got := ""
		if v, ok := stepShape.parse(tc.in); ok {
			got = v["step"].(string)
		}
		if got != tc.want {
			t.Errorf("parse(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

// FuzzParse takes any text; what it gives has the shape, and a whole object is always read.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`{"step":"a"}`, "```json\n{\"step\":\"a\",}\n```", `{{{{"`, `{"step":"\`, `{"step":"a"}{"step":"b"}`, strings.Repeat(`{"`, 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := stepShape.parse(s)
		if ok != (v != nil) || ok && !jsonschema.Validate(stepShape.check, v) {
			t.Fatalf("parse(%q) = %v, %v", s, v, ok)
		}
		whole, err := json.Marshal(map[string]string{"step": s})
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		_ = json.Unmarshal(whole, &want)
		if got, ok := stepShape.parse(string(whole)); !ok || !maps.Equal(got, want) {
			t.Fatalf("parse(%s) = %v, %v", whole, got, ok)
		}
	})
}

func TestHostileAnswer(t *testing.T) {
	for _, s := range []string{"{", `{"`, `{"a":`, `{"step":"a",`, "{}"} {
		stepShape.parse(strings.Repeat(s, 1<<17/len(s)))
	}
}
