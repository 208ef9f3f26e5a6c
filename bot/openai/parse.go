package openai

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/sashabaranov/go-openai/jsonschema"
)

// maxStarts is how many braces are tried as the beginning of an answer.
const maxStarts = 64

// parse reads an answer. Models put a fence or words around an object and a
// comma behind its last member; that is forgiven and nothing else. Of several
// objects of the right shape the last counts: thinking comes before the answer.
func (s shape) parse(answer string) (value map[string]any, ok bool) {
	if v, ok := s.object(answer); ok {
		return v, true
	}
	for range maxStarts {
		i := strings.IndexByte(answer, '{')
		if i < 0 {
			break
		}
		answer = answer[i:]
		n := 1 // past the brace
		if end := objectEnd(answer); end > 0 {
			if v, fits := s.object(withoutTrailingCommas(answer[:end])); fits {
				value, ok, n = v, true, end
			}
		}
		answer = answer[n:]
	}
	return value, ok
}

func (s shape) object(text string) (map[string]any, bool) {
	var v map[string]any
	if json.Unmarshal([]byte(text), &v) != nil || v == nil || !jsonschema.Validate(s.check, v) {
		return nil, false
	}
	return v, true
}

// objectEnd gives where the object ends that text begins with; 0 when it does not.
func objectEnd(text string) int {
	depth := 0
	for i, quoted := 0, false; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func withoutTrailingCommas(text string) string {
	out := make([]byte, 0, len(text))
	comma := -1 // in out, when only spaces followed
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			out = append(out, c)
			i++
			c = text[i]
		case c == '"':
			quoted, comma = !quoted, -1
		case quoted:
		case c == ',':
			comma = len(out)
		case (c == '}' || c == ']') && comma >= 0:
			out[comma], comma = ' ', -1
		case c != ' ' && c != '\n' && c != '\r' && c != '\t':
			comma = -1
		}
		out = append(out, c)
	}
	return string(out)
}

// eachString gives a JSON value with f applied to all its strings and keys, in a
// fixed order.
func eachString(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = eachString(v[i], f)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out[f(k)] = eachString(v[k], f)
		}
		return out
	}
	return v
}
