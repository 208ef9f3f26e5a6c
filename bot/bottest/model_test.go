package bottest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestModelHealthy(t *testing.T) {
	s := NewModel(t, ModelOptions{Now: standing})
	for purpose, want := range modelHealthy {
		status, got := modelAnswered(t, s, "/chat/completions", chatFor(purpose))
		if status != 200 || contentOf(got) != want {
			t.Errorf("%s: %d %s, want %s", purpose, status, contentOf(got), want)
		}
		choice := asObj(list(got["choices"])[0])
		if choice["finish_reason"] != "stop" || asObj(choice["message"])["refusal"] != nil || asObj(choice["message"])["role"] != "assistant" {
			t.Errorf("%s: choice = %v", purpose, choice)
		}
		if got["object"] != "chat.completion" || got["model"] != ModelName || got["created"] != float64(standing().Unix()) || !strings.HasPrefix(str(got["id"]), "chatcmpl-") || got["system_fingerprint"] == nil {
			t.Errorf("%s: envelope = %v", purpose, got)
		}
		usage := asObj(got["usage"])
		if num(usage["completion_tokens"]) != modelTokens(want) || num(usage["prompt_tokens"])+num(usage["completion_tokens"]) != num(usage["total_tokens"]) {
			t.Errorf("%s: usage = %v", purpose, usage)
		}
	}
}

// TestModelFormats asks the same in every format: only a schema and JSON mode get bare JSON.
func TestModelFormats(t *testing.T) {
	for _, tt := range []struct {
		format any
		opts   ModelOptions
		fenced bool
	}{
		{obj{"type": "json_object"}, ModelOptions{}, false},
		{obj{"type": "text"}, ModelOptions{}, true},
		{nil, ModelOptions{}, true},
		{obj{"type": "json_object"}, ModelOptions{IgnoresFormat: true}, true},
	} {
		s := NewModel(t, tt.opts)
		ask := chatFor(ModelStep)
		ask["response_format"] = tt.format
		status, got := modelAnswered(t, s, "/chat/completions", ask)
		said := contentOf(got)
		if status != 200 || strings.Contains(said, "```json\n"+modelHealthy[ModelStep]+"\n```") != tt.fenced || (said == modelHealthy[ModelStep]) == tt.fenced {
			t.Errorf("%v: %d %s", tt.format, status, said)
		}
	}
}

// TestModelOther asks what no purpose names, as a doctor does who tries what works.
func TestModelOther(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	schema := strictObject(obj{
		"word": obj{"type": "string", "enum": []string{"yes", "no"}}, "deep": obj{"$ref": "#/$defs/deep"}, "many": obj{"type": "array", "items": obj{"type": "boolean"}, "minItems": 2},
		"least": obj{"type": []string{"integer", "null"}, "minimum": 3}, "text": obj{"anyOf": []obj{{"type": "string"}, {"type": "null"}}}, "void": obj{"type": "null"}, "one": obj{"type": "string", "const": "1"},
	})
	schema["$defs"] = obj{"deep": strictObject(obj{"on": obj{"type": "boolean"}})}
	ask := obj{
		"model": ModelName, "messages": []obj{{"role": "user", "content": []obj{{"type": "text", "text": "Say anything."}}}},
		"response_format": obj{"type": "json_schema", "json_schema": obj{"name": "probe", "strict": true, "schema": schema}},
	}
	const want = `{"deep":{"on":true},"least":3,"many":[true,true],"one":"1","text":"ok","void":null,"word":"yes"}`
	if _, got := modelAnswered(t, s, "/chat/completions", ask); contentOf(got) != want {
		t.Errorf("schema: %s, want %s", contentOf(got), want)
	}
	delete(ask, "response_format")
	ask["n"] = 3
	if _, got := modelAnswered(t, s, "/chat/completions", ask); !strings.Contains(contentOf(got), `{"ok":true}`) || len(list(got["choices"])) != 3 {
		t.Errorf("plain: %v", got)
	}
	delete(ask, "n")
	ask["messages"] = []obj{{"role": "system", "content": "Answer by this: " + string(mustJSON(schema))}, {"role": "user", "content": "Say anything."}}
	if _, got := modelAnswered(t, s, "/chat/completions", ask); !strings.Contains(contentOf(got), want) {
		t.Errorf("told in words: %v", got)
	}
	if calls := s.Calls(ModelOther); len(calls) != 3 || calls[0].Format != "json_schema" || calls[0].System != "" {
		t.Errorf("calls = %+v", calls)
	}
}

func TestModelStream(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	ask := chatFor(ModelSummary)
	ask["stream"], ask["stream_options"] = true, obj{"include_usage": true}
	resp, raw, err := modelPost(t, s, "/chat/completions", ask)
	if err != nil || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v %v", resp, err)
	}
	content, finish, usage, done := streamed(t, raw)
	if content != modelHealthy[ModelSummary] || finish != "stop" || num(usage["total_tokens"]) == 0 || !done {
		t.Errorf("%q %q %v %v", content, finish, usage, done)
	}
	s.Script(ModelSummary, 1, ModelRefuses)
	if _, raw, _ = modelPost(t, s, "/chat/completions", ask); !strings.Contains(raw, `"delta":{"refusal":"I'm sorry`) {
		t.Errorf("refusal: %s", raw)
	}
	s.Script(ModelSummary, 1, ModelCut(300))
	if _, raw, err = modelPost(t, s, "/chat/completions", ask); err == nil || len(raw) > 300 {
		t.Errorf("cut: %d bytes, %v", len(raw), err)
	}
}

func TestModelLimit(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	ask := chatFor(ModelSummary)
	ask["max_completion_tokens"] = 12
	_, got := modelAnswered(t, s, "/chat/completions", ask)
	if said := contentOf(got); !strings.HasPrefix(modelHealthy[ModelSummary], said) || len(said) > 48 || asObj(list(got["choices"])[0])["finish_reason"] != "length" {
		t.Errorf("%v", got)
	}
}

func TestModelEmbeddings(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	texts := []string{"the stream stutters in Thailand", "The stream stutters  in Vietnam", "invoice for March is wrong", "กระตุก", "x"}
	_, got := modelAnswered(t, s, "/embeddings", obj{"model": ModelEmbeddings, "input": texts})
	vectors := make([][]float64, len(texts))
	for _, d := range list(got["data"]) {
		raw := list(asObj(d)["embedding"])
		square := 0.0
		for _, x := range raw {
			n, _ := x.(float64)
			vectors[num(asObj(d)["index"])] = append(vectors[num(asObj(d)["index"])], n)
			square += n * n
		}
		if len(raw) != ModelDims || math.Abs(square-1) > 1e-5 {
			t.Errorf("%d numbers, length %f", len(raw), square)
		}
	}
	near := func(a, b int) (sum float64) {
		for i := range vectors[a] {
			sum += vectors[a][i] * vectors[b][i]
		}
		return sum
	}
	if near(0, 1) < 0.6 || near(0, 2) > 0.4 || near(0, 3) > 0.4 {
		t.Errorf("like texts %.2f, unlike texts %.2f and %.2f", near(0, 1), near(0, 2), near(0, 3))
	}
	_, got = modelAnswered(t, s, "/embeddings", obj{"model": ModelEmbeddings, "input": "one", "encoding_format": "base64", "dimensions": 8})
	if raw, err := base64.StdEncoding.DecodeString(str(asObj(list(got["data"])[0])["embedding"])); err != nil || len(raw) != 32 {
		t.Errorf("packed: %d bytes, %v", len(raw), err)
	}
	if calls := s.Calls(ModelEmbedding); len(calls) != 2 || string(calls[1].Data) != `["one"]` || !s.Seen("กระตุก") {
		t.Errorf("calls = %+v", calls)
	}
}

func TestModelList(t *testing.T) {
	s := NewModel(t, ModelOptions{Key: "k", Name: "big", Embeddings: "small"})
	req, _ := http.NewRequest("GET", s.URL()+"/models", nil)
	req.Header.Set("Authorization", "Bearer k")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if raw, _ := io.ReadAll(resp.Body); !bytes.Contains(raw, []byte(`"big"`)) || !bytes.Contains(raw, []byte(`"small"`)) || len(s.Calls(ModelList)) != 1 {
		t.Errorf("%s", raw)
	}
}

func TestModelCalls(t *testing.T) {
	s := NewModel(t, ModelOptions{Now: standing})
	go func() { _, _, _ = modelPost(t, s, "/chat/completions", chatFor(ModelTranslation)) }()
	call := s.ExpectCalls(ModelTranslation, 1, patience)[0]
	if !strings.HasPrefix(call.System, "purpose: translation\n") || !json.Valid(call.Data) || call.Header.Get("X-Trace") != "trace-1" ||
		call.Header.Get("Authorization") != "" || !call.At.Equal(standing()) || call.Path != "/v1/chat/completions" {
		t.Errorf("call = %+v", call)
	}
	for text, want := range map[string]bool{
		"⟦0⟧, wait 30 s": true, "What stands in the data": true, "trace-1": true, "/v1/chat": true, ModelKey: false, "never sent": false,
	} {
		if s.Seen(text) != want {
			t.Errorf("seen %q: %v, want %v", text, !want, want)
		}
	}
	_, _, _ = modelPost(t, s, "/chat/completions", chatFor(ModelReply))
	if !s.Seen("<b>&") {
		t.Error("a text that JSON escapes is not seen")
	}
}

// TestModelCloses ends the server while a caller hangs.
func TestModelCloses(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	s.Script(AnyPurpose, ModelAlways, ModelHang)
	left := make(chan error, 1)
	go func() {
		_, _, err := modelPost(t, s, "/chat/completions", chatFor(ModelReply))
		left <- err
	}()
	s.ExpectCalls(ModelReply, 1, patience)
	s.Close()
	if err := <-left; err == nil {
		t.Error("the hanging call was answered")
	}
	if _, _, err := modelPost(t, s, "/models", obj{}); err == nil {
		t.Error("a closed server answered")
	}
}

func TestModelStoriesEnd(t *testing.T) {
	w := &witness{TB: t}
	s := NewModel(w, ModelOptions{})
	for name, story := range map[string]func(){
		"no purpose":       func() { s.Script("poetry", 1, ModelHang) },
		"what never comes": func() { s.ExpectCalls(ModelStep, 1, time.Millisecond) },
	} {
		done := make(chan struct{})
		go func() { defer close(done); story() }()
		if <-done; !slices.ContainsFunc(w.told(), func(f string) bool { return strings.HasPrefix(f, "bottest: ") }) {
			t.Errorf("%s: the story went on", name)
		}
	}
}
