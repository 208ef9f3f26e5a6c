package bottest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestModelRefuses sends what no server takes: it is answered as OpenAI does and fails the test.
func TestModelRefuses(t *testing.T) {
	schema := func(change func(format obj)) func(obj) {
		return func(ask obj) { change(asObj(asObj(ask["response_format"])["json_schema"])) }
	}
	set := func(field string, v any) func(obj) { return func(ask obj) { ask[field] = v } }
	system := obj{"role": "system", "content": "purpose: step\nJSON"}
	for _, tt := range []struct {
		name   string
		change func(ask obj)
		status int
		says   string
		code   any
	}{
		{"an unknown field", set("max_token", 4), 400, "Unknown parameter: 'max_token'", "unknown_parameter"},
		{"tools", set("tools", []obj{}), 400, "Unknown parameter: 'tools'", "unknown_parameter"},
		{"another model", set("model", "gpt-0"), 404, "'gpt-0' does not exist", "model_not_found"},
		{"no model", func(ask obj) { delete(ask, "model") }, 400, "must provide a model", nil},
		{"heat", set("temperature", 2.5), 400, "value <= 2, but got 2.5", "decimal_above_max_value"},
		{"cold", set("temperature", -1), 400, "value >= 0, but got -1", "decimal_below_min_value"},
		{"a temperature in words", set("temperature", "0"), 400, "expected a decimal", "invalid_type"},
		{"both limits", set("max_tokens", 5), 400, "at the same time", "invalid_parameter_combination"},
		{"no tokens", set("max_completion_tokens", 0), 400, "value >= 1", "decimal_below_min_value"},
		{"half a token", set("max_completion_tokens", 1.5), 400, "expected an integer", "invalid_type"},
		{"no choices", set("n", 0), 400, "'n'", "decimal_below_min_value"},
		{"a flag in words", set("stream", "yes"), 400, "expected a boolean", "invalid_type"},
		{"stream options alone", set("stream_options", obj{"include_usage": true}), 400, "only allowed when 'stream'", "invalid_value"},
		{"five stops", set("stop", []string{"1", "2", "3", "4", "5"}), 400, "'stop'", "array_above_max_length"},
		{"no messages", set("messages", []obj{}), 400, "empty array", "empty_array"},
		{"a message of nobody", set("messages", []obj{{"content": "x"}}), 400, "Missing required parameter: 'messages[0].role'", "missing_required_parameter"},
		{"a message of the bot", set("messages", []obj{{"role": "bot", "content": "x"}}), 400, "'bot'", "invalid_value"},
		{"an empty message", set("messages", []obj{{"role": "user", "content": " "}}), 400, "messages[0].content", "invalid_value"},
		{"a message without content", set("messages", []obj{{"role": "user"}}), 400, "messages[0].content", "invalid_value"},
		{"a message with more", set("messages", []obj{{"role": "user", "content": "x", "mood": "good"}}), 400, "messages[0].mood", "unknown_parameter"},
		{"a picture", set("messages", []obj{{"role": "user", "content": []obj{{"type": "image_url"}}}}), 400, "image_url", "invalid_value"},
		{"two questions", set("messages", []obj{system, {"role": "user", "content": "{}"}, {"role": "user", "content": "{}"}}), 400, "bottest: step is asked with other messages", nil},
		{"no data", set("messages", []obj{system, {"role": "user", "content": "say the step"}}), 400, "holds no JSON", nil},
		{"data without a field", set("messages", []obj{system, {"role": "user", "content": `{"step": "x"}`}}), 400, `no "brief"`, nil},
		{"a format of no kind", set("response_format", obj{}), 400, "response_format.type", "missing_required_parameter"},
		{"a format that is none", set("response_format", obj{"type": "yaml"}), 400, "'yaml'", "invalid_value"},
		{"a schema that is missing", set("response_format", obj{"type": "json_schema"}), 400, "belongs to", "missing_required_parameter"},
		{"JSON mode unsaid", func(ask obj) {
			ask["response_format"] = obj{"type": "json_object"}
			ask["messages"] = []obj{{"role": "user", "content": "Say it."}}
		}, 400, "must contain the word 'json'", nil},
		{"a schema's bad name", schema(func(f obj) { f["name"] = "the step" }), 400, "does not match pattern", "invalid_value"},
		{"a schema's long name", schema(func(f obj) { f["name"] = strings.Repeat("x", 65) }), 400, "does not match pattern", "invalid_value"},
		{"a schema that is open", schema(func(f obj) { delete(asObj(f["schema"]), "additionalProperties") }), 400, "In context=(), 'additionalProperties' is required", nil},
	} {
		w := &witness{TB: t}
		s := NewModel(w, ModelOptions{})
		var ask obj // as sent, so that changes reach every level
		if err := json.Unmarshal(mustJSON(chatFor(ModelStep)), &ask); err != nil {
			t.Fatal(err)
		}
		tt.change(ask)
		status, got := modelAnswered(t, s, "/chat/completions", ask)
		e := asObj(got["error"])
		if status != tt.status || !strings.Contains(str(e["message"]), tt.says) || e["code"] != tt.code || e["type"] != "invalid_request_error" {
			t.Errorf("%s: %d %v, want %d %s", tt.name, status, e, tt.status, tt.says)
		}
		if told := w.told(); len(told) != 1 || !strings.Contains(told[0], tt.says) {
			t.Errorf("%s: the test heard %q", tt.name, told)
		}
		if calls := s.Calls(AnyPurpose); len(calls) != 1 || calls[0].Refused == "" {
			t.Errorf("%s: calls = %+v", tt.name, calls)
		}
	}
}

// TestModelRefusesEarly sends what is not even a request.
func TestModelRefusesEarly(t *testing.T) {
	good := string(mustJSON(chatFor(ModelStep)))
	for _, tt := range []struct {
		name, method, path, key, kind, body string
		status                              int
		says                                string
	}{
		{"no key", "POST", "/chat/completions", "", "application/json", good, 401, "didn't provide"},
		{"another key", "POST", "/chat/completions", "Bearer sk-other", "application/json", good, 401, "Incorrect API key"},
		{"a key of another kind", "POST", "/chat/completions", "Basic " + ModelKey, "application/json", good, 401, "didn't provide"},
		{"no JSON", "POST", "/chat/completions", "", "application/json", `{"model":`, 401, "didn't provide"},
		{"half a body", "POST", "/chat/completions", "Bearer " + ModelKey, "application/json", `{"model":`, 400, "could not parse"},
		{"a list", "POST", "/chat/completions", "Bearer " + ModelKey, "application/json", `[]`, 400, "could not parse"},
		{"a form", "POST", "/chat/completions", "Bearer " + ModelKey, "text/plain", good, 400, "application/json"},
		{"too much", "POST", "/chat/completions", "Bearer " + ModelKey, "application/json", `"` + strings.Repeat("x", maxModelBody) + `"`, 413, "too large"},
		{"another address", "POST", "/completions", "Bearer " + ModelKey, "application/json", good, 404, "Unknown request URL"},
		{"another method", "GET", "/chat/completions", "Bearer " + ModelKey, "", "", 405, "Not allowed to GET"},
		{"no texts", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-embeddings","input":[]}`, 400, "'$.input'"},
		{"an empty text", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-embeddings","input":["x",""]}`, 400, "'$.input[1]' is empty"},
		{"tokens", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-embeddings","input":[1,2]}`, 400, "array of strings"},
		{"a text too long", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-embeddings","input":"` + strings.Repeat("x", 4*maxModelInputTokens+1) + `"}`, 400, "maximum context length"},
		{"the chat's model", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-model","input":"x"}`, 404, "does not exist"},
		{"another encoding", "POST", "/embeddings", "Bearer " + ModelKey, "application/json", `{"model":"test-embeddings","input":"x","encoding_format":"hex"}`, 400, "'hex'"},
	} {
		w := &witness{TB: t}
		s := NewModel(w, ModelOptions{})
		req, _ := http.NewRequest(tt.method, s.URL()+tt.path, strings.NewReader(tt.body))
		req.Header = http.Header{"Authorization": {tt.key}, "Content-Type": {tt.kind}}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var got obj
		err = json.NewDecoder(resp.Body).Decode(&got)
		_ = resp.Body.Close()
		if says := str(asObj(got["error"])["message"]); err != nil || resp.StatusCode != tt.status || !strings.Contains(says, tt.says) {
			t.Errorf("%s: %d %v %v, want %d %s", tt.name, resp.StatusCode, got, err, tt.status, tt.says)
		}
		if told := w.told(); len(told) != 1 {
			t.Errorf("%s: the test heard %q", tt.name, told)
		}
	}
}

// TestModelOptions sends what this server alone does not take: nobody is blamed.
func TestModelOptions(t *testing.T) {
	embed := obj{"model": ModelEmbeddings, "input": "x"}
	step := func(field string, v any) obj { return with(chatFor(ModelStep), field, v) }
	old := chatFor(ModelStep)
	delete(old, "max_completion_tokens")
	old["max_tokens"] = 400
	for _, tt := range []struct {
		name   string
		opts   ModelOptions
		path   string
		ask    obj
		status int
		says   string
	}{
		{"no schema", ModelOptions{NoSchema: true}, "/chat/completions", chatFor(ModelStep), 400, `"object":"error"`},
		{"no schema, JSON mode", ModelOptions{NoSchema: true}, "/chat/completions", step("response_format", obj{"type": "json_object"}), 200, `[ar]`},
		{"no JSON mode", ModelOptions{NoJSONMode: true}, "/chat/completions", step("response_format", obj{"type": "json_object"}), 400, `'json_object' is not supported`},
		{"no JSON mode, plain", ModelOptions{NoSchema: true, NoJSONMode: true}, "/chat/completions", step("response_format", nil), 200, `[ar]`},
		{"no embeddings", ModelOptions{NoEmbeddings: true}, "/embeddings", embed, 404, `{"detail":"Not Found"}`},
		{"a temperature", ModelOptions{RefusesTemperature: true}, "/chat/completions", chatFor(ModelStep), 400, `"unsupported_value"`},
		{"the default temperature", ModelOptions{RefusesTemperature: true}, "/chat/completions", step("temperature", 1), 200, `[ar]`},
		{"max_tokens", ModelOptions{NoMaxTokens: true}, "/chat/completions", old, 400, `"unsupported_parameter"`},
		{"max_tokens where they are known", ModelOptions{}, "/chat/completions", old, 200, `[ar]`},
		{"max_completion_tokens", ModelOptions{NoMaxTokens: true}, "/chat/completions", chatFor(ModelStep), 200, `[ar]`},
	} {
		s := NewModel(t, tt.opts)
		resp, got, err := modelPost(t, s, tt.path, tt.ask)
		if err != nil || resp.StatusCode != tt.status || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %v %s %v", tt.name, resp, got, err)
		}
		if tt.path != "/embeddings" && len(s.Calls(ModelStep)) != 1 {
			t.Errorf("%s: not noted as a step", tt.name)
		}
	}
	s := NewModel(t, ModelOptions{NoUsage: true})
	for path, ask := range map[string]obj{"/chat/completions": chatFor(ModelStep), "/embeddings": embed} {
		if _, got := modelAnswered(t, s, path, ask); got["usage"] != nil {
			t.Errorf("%s: usage = %v", path, got["usage"])
		}
	}
}

func TestModelForgives(t *testing.T) {
	s := NewModel(t, ModelOptions{})
	s.Forgive("does not exist")
	ask := chatFor(ModelStep)
	ask["model"] = "gone"
	if status, _ := modelAnswered(t, s, "/chat/completions", ask); status != 404 {
		t.Errorf("status %d", status)
	}
}

// TestModelJudgesSchemas blames a schema that does not allow what its purpose is to be answered with.
func TestModelJudgesSchemas(t *testing.T) {
	w := &witness{TB: t}
	s := NewModel(w, ModelOptions{})
	ask := chatFor(ModelStep)
	format := asObj(asObj(ask["response_format"])["json_schema"])
	format["schema"] = strictObject(obj{"text": obj{"type": "string"}})
	modelAnswered(t, s, "/chat/completions", ask)
	if told := w.told(); len(told) != 1 || !strings.Contains(told[0], "does not allow what was agreed") {
		t.Errorf("the test heard %q", told)
	}
}

func TestModelStrictSchemas(t *testing.T) {
	text := obj{"type": "string"}
	deep := text
	for range maxSchemaDepth + 1 {
		deep = strictObject(obj{"in": deep})
	}
	without := func(schema obj, key string) obj {
		delete(schema, key)
		return schema
	}
	in := func(schema obj) obj { return strictObject(obj{"x": schema}) }
	for name, tt := range map[string]struct {
		schema obj
		fault  string
	}{
		"closed":               {strictObject(obj{"a": text, "b": in(text), "c": obj{"type": "array", "items": in(text)}}), ""},
		"choices":              {in(obj{"anyOf": []obj{text, {"type": "null"}}}), ""},
		"a reference":          {with(in(obj{"$ref": "#/$defs/y"}), "$defs", obj{"y": in(text)}), ""},
		"a list at the root":   {obj{"type": "array", "items": text}, "got 'type: \"array\"'"},
		"open":                 {without(strictObject(obj{}), "additionalProperties"), "'additionalProperties' is required"},
		"open on purpose":      {with(strictObject(obj{}), "additionalProperties", true), "to be false"},
		"open inside":          {in(without(strictObject(obj{}), "additionalProperties")), "In context=('properties', 'x'), 'additionalProperties'"},
		"open inside a list":   {in(obj{"type": "array", "items": without(strictObject(obj{}), "additionalProperties")}), "('properties', 'x', 'items')"},
		"open in a choice":     {in(obj{"anyOf": []obj{text, without(strictObject(obj{}), "additionalProperties")}}), "'anyOf', '1'"},
		"open in a definition": {with(in(text), "$defs", obj{"y": without(strictObject(obj{}), "additionalProperties")}), "('$defs', 'y')"},
		"not required":         {without(in(text), "required"), "Missing 'x'"},
		"required too much":    {with(in(text), "required", []string{"x", "y"}), "Extra required key 'y'"},
		"no type":              {in(obj{"description": "x"}), "must have a 'type' key"},
		"no items":             {in(obj{"type": "array"}), "missing items"},
		"a default":            {in(obj{"type": "string", "default": "x"}), "'default' is not permitted"},
		"a length":             {in(obj{"type": "string", "maxLength": 5}), "'maxLength' is not permitted"},
		"no values":            {in(obj{"type": "string", "enum": []string{}}), "'enum' must be"},
		"too many values":      {in(obj{"type": "string", "enum": make([]string, maxSchemaEnums+1)}), "enum values"},
		"too deep":             {deep, "levels of nesting"},
		"no schema":            {strictObject(obj{"x": 5}), "must be an object"},
	} {
		var schema obj
		if err := json.Unmarshal(mustJSON(tt.schema), &schema); err != nil {
			t.Fatal(err)
		}
		if got := checkStrict(schema); (got == "") != (tt.fault == "") || !strings.Contains(got, tt.fault) {
			t.Errorf("%s: %q, want %q", name, got, tt.fault)
		}
	}
}

// FuzzModelRequest looks that no body breaks the stand-in: each is read or refused.
func FuzzModelRequest(f *testing.F) {
	for purpose := range modelHealthy {
		f.Add(mustJSON(chatFor(purpose)))
	}
	f.Add([]byte(`{"model":"test-model","messages":[{"role":"user","content":[null,{"type":"text"}]}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"anyOf":[{"$ref":"#"}]}}}}`))
	f.Add([]byte(`{"model":"test-embeddings","input":[null]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s := &ModelServer{t: &witness{TB: t}, opts: ModelOptions{Name: ModelName, Embeddings: ModelEmbeddings, Now: standing}}
		r, _ := http.NewRequest("POST", "/", nil)
		r.Header.Set("Content-Type", "application/json")
		if ask, no := s.readChat(r, body); no == nil {
			if a := s.completion(ask, ModelFault{}); !ask.stream && !json.Valid(a.body) {
				t.Errorf("answer = %s", a.body)
			}
		} else if !json.Valid(mustJSON(no.json())) || no.message == "" {
			t.Errorf("refusal = %+v", no)
		}
		if ask, no := s.readEmbeddings(r, body); no == nil {
			s.embeddings(ask, ModelFault{})
		}
	})
}
