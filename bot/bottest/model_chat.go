package bottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// modelAsk is a request that was read.
type modelAsk struct {
	purpose string
	model   string
	data    json.RawMessage // of an embedding the texts

	// A chat.
	messages []modelMessage
	format   string // "text", "json_object" or "json_schema"
	schema   obj
	n        int
	limit    int // tokens of the answer; 0 for none
	stream   bool
	usage    bool // a stream's last piece tells the tokens

	// An embedding.
	inputs     []string
	dimensions int
	packed     bool // base64
}

type modelMessage struct{ role, text string }

func (a modelAsk) system() string {
	if len(a.messages) > 0 && a.messages[0].role != "user" {
		return a.messages[0].text
	}
	return ""
}

var modelChatFields = strings.Fields(`messages model response_format temperature top_p max_tokens max_completion_tokens n stream
	stream_options stop presence_penalty frequency_penalty seed logit_bias user store metadata service_tier reasoning_effort
	verbosity safety_identifier prompt_cache_key prompt_cache_retention`)

const maxModelTokens = 1 << 17

func (s *ModelServer) readChat(r *http.Request, body []byte) (modelAsk, *modelRefusal) {
	f := modelBody(r, body, modelChatFields)
	ask := modelAsk{purpose: ModelOther, n: 1}
	s.readModel(f, &ask, s.opts.Name)
	readMessages(f, &ask)
	s.readSampling(f, &ask)
	s.readFormat(f, &ask)
	ask.stream = f.flag("stream")
	if f.has("stream_options") {
		if !ask.stream {
			f.wrong("stream_options", "invalid_value", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
		}
		options := readModelFields("stream_options.", f.raw["stream_options"], []string{"include_usage", "include_obfuscation"})
		ask.usage = options.flag("include_usage") && !s.opts.NoUsage
		f.adopt(options)
	}
	ask.purpose = ask.meant()
	readAgreed(f, &ask)
	return ask, f.no
}

// adopt takes over what is wrong with an object inside.
func (f *modelFields) adopt(inner *modelFields) {
	if f.no == nil {
		f.no = inner.no
	}
}

func (s *ModelServer) readModel(f *modelFields, ask *modelAsk, name string) {
	ask.model = f.text("model")
	switch {
	case ask.model == "":
		f.wrong("model", "", "you must provide a model parameter")
	case ask.model != name && f.no == nil:
		f.no = &modelRefusal{
			status: http.StatusNotFound, code: "model_not_found", param: "model",
			message: fmt.Sprintf("The model '%s' does not exist or you do not have access to it.", ask.model),
		}
	}
}

func readMessages(f *modelFields, ask *modelAsk) {
	var list []json.RawMessage
	if f.into("messages", "an array of objects", &list); len(list) == 0 {
		f.wrong("messages", "empty_array", "Invalid 'messages': empty array. Expected an array with minimum length 1.")
	}
	for i, raw := range list {
		m := readModelFields(fmt.Sprintf("messages[%d].", i), raw, []string{"role", "content", "name"})
		if !m.has("role") {
			m.wrong("role", "missing_required_parameter", "Missing required parameter: 'messages[%d].role'.", i)
		}
		got := modelMessage{role: m.oneOf("role", "system", "developer", "user", "assistant"), text: readContent(m)}
		if strings.TrimSpace(got.text) == "" {
			m.wrong("content", "invalid_value", "Invalid 'messages[%d].content': expected a text that is not empty.", i)
		}
		f.adopt(m)
		ask.messages = append(ask.messages, got)
	}
}

// readContent takes a text, or an array of them.
func readContent(m *modelFields) string {
	var text string
	if json.Unmarshal(m.raw["content"], &text) == nil {
		return text
	}
	var parts []json.RawMessage
	m.into("content", "a string or an array of objects", &parts)
	for i, raw := range parts {
		part := readModelFields(fmt.Sprintf("%scontent[%d].", m.at, i), raw, []string{"type", "text"})
		part.oneOf("type", "text")
		text += part.text("text")
		m.adopt(part)
	}
	return text
}

func (s *ModelServer) readSampling(f *modelFields, ask *modelAsk) {
	heat, given := f.number("temperature", 0, 2)
	if given && heat != 1 && s.opts.RefusesTemperature {
		f.refuse(modelRefusal{
			param: "temperature", code: "unsupported_value",
			message: fmt.Sprintf("Unsupported value: 'temperature' does not support %v with this model. Only the default (1) value is supported.", heat),
		})
	}
	f.number("top_p", 0, 1)
	f.number("presence_penalty", -2, 2)
	f.number("frequency_penalty", -2, 2)
	f.integer("seed", -1<<53, 1<<53)
	if n, given := f.integer("n", 1, 128); given {
		ask.n = n
	}
	s.readLimit(f, ask)
	for _, name := range []string{"user", "service_tier", "reasoning_effort", "verbosity", "safety_identifier", "prompt_cache_key"} {
		f.text(name)
	}
	f.flag("store")
	var stop []string
	if f.has("stop") && json.Unmarshal(f.raw["stop"], new(string)) != nil && f.into("stop", "a string or an array of strings", &stop) && len(stop) > 4 {
		f.wrong("stop", "array_above_max_length", "Invalid 'stop': array too long. Expected an array with maximum length 4.")
	}
}

// readLimit takes how long the answer may be, under its old name or its new one.
func (s *ModelServer) readLimit(f *modelFields, ask *modelAsk) {
	old, hasOld := f.integer("max_tokens", 1, maxModelTokens)
	limit, hasNew := f.integer("max_completion_tokens", 1, maxModelTokens)
	switch {
	case hasOld && hasNew:
		f.wrong("max_tokens", "invalid_parameter_combination", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	case hasOld && s.opts.NoMaxTokens:
		f.refuse(modelRefusal{
			param: "max_tokens", code: "unsupported_parameter",
			message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
		})
	}
	ask.limit = max(old, limit)
}

var reModelPurpose = regexp.MustCompile(`\Apurpose: ([a-z_]+)\s*(?:\n|\z)`)

// meant is what the request is for: one of the purposes that client and stand-in know, or [ModelOther].
func (a modelAsk) meant() string {
	purpose := str(a.schema["name"])
	if said := reModelPurpose.FindStringSubmatch(a.system()); purpose == "" && said != nil {
		purpose = said[1]
	}
	if _, known := modelNeeds[purpose]; !known {
		return ModelOther
	}
	return purpose
}

// readAgreed takes the data as client and stand-in have agreed on it.
func readAgreed(f *modelFields, ask *modelAsk) {
	needs, known := modelNeeds[ask.purpose]
	if !known {
		return
	}
	if len(ask.messages) != 2 || ask.messages[0].role == "user" || ask.messages[1].role != "user" {
		f.wrong("messages", "", "bottest: %s is asked with other messages than one of the system and one of the user", ask.purpose)
		return
	}
	ask.data = findJSON(ask.messages[1].text)
	var data map[string]json.RawMessage
	if json.Unmarshal(ask.data, &data) != nil {
		f.wrong("messages", "", "bottest: the user's message for %s holds no JSON object", ask.purpose)
		return
	}
	for _, name := range needs {
		if data[name] == nil {
			f.wrong("messages", "", "bottest: the data for %s has no %q", ask.purpose, name)
		}
	}
}

// modelNeeds are the fields that the data of a purpose must have.
var modelNeeds = map[string][]string{
	ModelUnderstanding: {"message", "languages", "scenarios", "symptoms", "diagnostics"},
	ModelStep:          {"step", "brief"},
	ModelSummary:       {"brief"},
	ModelReply:         {"brief"},
	ModelTranslation:   {"text", "from", "to"},
}

// saysJSON tells whether a message has the word that JSON mode wants.
func (a modelAsk) saysJSON() bool {
	return slices.ContainsFunc(a.messages, func(m modelMessage) bool { return strings.Contains(strings.ToLower(m.text), "json") })
}
