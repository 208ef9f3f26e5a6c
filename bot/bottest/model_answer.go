package bottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const modelStream = "text/event-stream"

// modelSaid is what the model says in one answer.
type modelSaid struct {
	content string
	refusal string
	finish  string
}

// completion answers a chat.
func (s *ModelServer) completion(ask modelAsk, f ModelFault) modelAnswer {
	said := s.say(ask, f)
	s.mu.Lock()
	s.seq++
	id := fmt.Sprintf("chatcmpl-%06d", s.seq)
	s.mu.Unlock()
	if ask.stream {
		return s.chunks(id, ask, said, f)
	}
	choices := []obj{}
	for i := range ask.n {
		choices = append(choices, obj{
			"index": i, "message": obj{"role": "assistant", "content": said.whole(), "refusal": said.orNull(), "annotations": []obj{}},
			"logprobs": nil, "finish_reason": said.finish,
		})
	}
	if f.empty {
		choices = []obj{}
	}
	answer := s.envelope(id, "chat.completion", ask, choices)
	if !s.opts.NoUsage {
		answer["usage"] = usageOf(ask, said)
	}
	return modelJSON(answer)
}

// say makes the healthy answer, and of it what the fault makes of it.
func (s *ModelServer) say(ask modelAsk, f ModelFault) modelSaid {
	if f.refuses {
		return modelSaid{refusal: "I'm sorry, but I can't help with that.", finish: "stop"}
	}
	value := modelBrain(ask)
	if f.change == nil && f.text == nil {
		s.judge(ask, value)
	}
	if f.change != nil {
		value = f.change(ask, value)
	}
	text := plainJSON(value)
	if ask.format == "text" || s.opts.IgnoresFormat || f.chatters {
		text = modelChatter(text)
	}
	if f.text != nil {
		text = f.text(ask, text)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	said := modelSaid{content: text, finish: "stop"}
	if ask.limit > 0 && modelTokens(text) > ask.limit {
		said = modelSaid{content: modelCut(text, 4*ask.limit), finish: "length"}
	}
	if f.finish != "" {
		said = modelSaid{content: modelCut(said.content, len(said.content)/2), finish: f.finish}
	}
	return said
}

// judge fails the test when the schema does not allow what was agreed for its purpose.
func (s *ModelServer) judge(ask modelAsk, value any) {
	if ask.schema == nil || ask.purpose == ModelOther {
		return
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:schema", ask.schema["schema"]); err != nil {
		s.t.Errorf("bottest: the schema for %s: %v", ask.purpose, err)
		return
	}
	schema, err := c.Compile("mem:schema")
	if err == nil {
		var plain any
		plain, err = jsonschema.UnmarshalJSON(bytes.NewReader(mustJSON(value)))
		if err == nil {
			err = schema.Validate(plain)
		}
	}
	if err != nil {
		s.t.Errorf("bottest: the schema for %s does not allow what was agreed: %v", ask.purpose, err)
	}
}

// plainJSON writes a value as models do: <, > and & as they are.
func plainJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // what a test gave cannot be said in JSON
	}
	return strings.TrimSpace(b.String())
}

// modelChatter wraps JSON as models do that nobody holds to a format.
func modelChatter(text string) string {
	return "Sure, here is the JSON:\n```json\n" + text + "\n```\nLet me know if you need anything else."
}

func (m modelSaid) whole() any {
	if m.refusal != "" {
		return nil
	}
	return m.content
}

func (m modelSaid) orNull() any {
	if m.refusal == "" {
		return nil
	}
	return m.refusal
}

func (s *ModelServer) envelope(id, object string, ask modelAsk, choices []obj) obj {
	return obj{
		"id": id, "object": object, "created": s.opts.Now().Unix(), "model": ask.model, "choices": choices,
		"service_tier": "default", "system_fingerprint": "fp_bottest",
	}
}

func usageOf(ask modelAsk, said modelSaid) obj {
	in := 0
	for _, m := range ask.messages {
		in += modelTokens(m.text)
	}
	out := ask.n * modelTokens(said.content+said.refusal)
	return obj{
		"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out,
		"prompt_tokens_details":     obj{"cached_tokens": 0, "audio_tokens": 0},
		"completion_tokens_details": obj{"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
	}
}

// Bytes of text in one piece of a stream.
const modelDelta = 16

// chunks answers a chat as a stream of server-sent events.
func (s *ModelServer) chunks(id string, ask modelAsk, said modelSaid, f ModelFault) modelAnswer {
	var b strings.Builder
	event := func(choices []obj, usage any) {
		chunk := s.envelope(id, "chat.completion.chunk", ask, choices)
		if ask.usage {
			chunk["usage"] = usage
		}
		b.WriteString("data: " + string(mustJSON(chunk)) + "\n\n")
	}
	for i := range ask.n {
		if f.empty {
			break
		}
		delta := func(d obj, finish any) {
			event([]obj{{"index": i, "delta": d, "logprobs": nil, "finish_reason": finish}}, nil)
		}
		delta(obj{"role": "assistant", "content": "", "refusal": nil}, nil)
		if said.refusal != "" {
			delta(obj{"refusal": said.refusal}, nil)
		}
		for rest := said.content; rest != ""; {
			piece := modelCut(rest, modelDelta)
			delta(obj{"content": piece}, nil)
			rest = rest[len(piece):]
		}
		delta(obj{}, said.finish)
	}
	if ask.usage {
		event([]obj{}, usageOf(ask, said))
	}
	b.WriteString("data: [DONE]\n\n")
	return modelAnswer{status: http.StatusOK, kind: modelStream, body: []byte(b.String())}
}
