package openai

import (
	"strings"
	"sync"
	"time"
)

// mode is a way to ask for JSON, from the strictest to the loosest.
type mode int

const (
	schemaMode mode = iota // structured output, strict
	jsonMode               // any JSON object; the schema is in the instructions
	textMode               // nothing but the instructions
)

func (m mode) String() string { return [...]string{"schema", "json", "text"}[m] }

// limit is how the length of an answer is limited.
type limit int

const (
	maxTokens           limit = iota // what nearly every server takes
	maxCompletionTokens              // reasoning models; what they think counts too
	noLimit
)

// manner is how a server is asked. The zero value is the way that is tried first.
type manner struct {
	mode          mode
	limit         limit
	noTemperature bool
}

// keep is how long a manner is remembered.
const keep = time.Hour

// manners remembers how the server wants to be asked.
type manners struct {
	now  func() time.Time
	told func(mode) // the mode changed

	mu     sync.Mutex
	known  manner
	since  time.Time
	proven [textMode + 1]bool // modes that have given an answer
}

// current gives the manner to begin with, and after an hour the first one again.
func (m *manners) current() manner {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known != (manner{}) && m.now().Sub(m.since) >= keep {
		m.set(manner{})
		m.proven = [textMode + 1]bool{}
	}
	return m.known
}

// answered notes a manner that worked, and to which one the server's refusals
// alone had led. A stricter mode that was left on the way for nonsense is left
// for good only if it never gave an answer.
func (m *manners) answered(with, led manner) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.proven[with.mode] = true
	if with.mode > led.mode && !m.proven[led.mode] {
		led.mode = with.mode
	}
	if led != m.known {
		m.set(led)
	}
}

func (m *manners) set(next manner) {
	changed := next.mode != m.known.mode
	m.known, m.since = next, m.now()
	if changed {
		m.told(next.mode)
	}
}

// without gives the manner to try after a part of the request was refused, and
// whether there is one.
func (m manner) without(refused string) (next manner, f Fault, ok bool) {
	switch {
	case refused == "response_format" && m.mode < textMode:
		m.mode++
		return m, FaultFormat, true
	case refused == "temperature" && !m.noTemperature:
		m.noTemperature = true
		return m, FaultParameter, true
	case refused == "max_tokens" && m.limit < noLimit:
		m.limit++
		return m, FaultParameter, true
	}
	return m, "", false
}

// complaints are the names that a server complains of, and what each is about.
var complaints = map[string]string{
	"response_format": "response_format", "json_schema": "response_format", "json_object": "response_format", "structured output": "response_format",
	"temperature": "temperature", "max_tokens": "max_tokens", "max_completion_tokens": "max_tokens",
}

// about tells what a server complains of: of the parameter that it names, or of
// what it mentions first, since some echo the whole request.
func about(param, complaint string) string {
	for name, what := range complaints {
		if strings.HasPrefix(param, name) {
			return what
		}
	}
	complaint = strings.ToLower(complaint)
	first, found := len(complaint), ""
	for name, what := range complaints {
		if i := strings.Index(complaint, name); i >= 0 && i < first {
			first, found = i, what
		}
	}
	return found
}
