package bottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
)

// modelFields reads the fields of a request's object and keeps the first thing that is wrong with them.
type modelFields struct {
	at  string // path of the object, with a dot at its end
	raw map[string]json.RawMessage
	no  *modelRefusal
}

// readModelFields takes an object whose fields are among known. Fields that are null are as if absent.
func readModelFields(at string, body []byte, known []string) *modelFields {
	f := &modelFields{at: at}
	if err := json.Unmarshal(body, &f.raw); err != nil || f.raw == nil {
		if at == "" {
			f.wrong("", "", "We could not parse the JSON body of your request.")
		} else {
			f.wrong("", "invalid_type", "Invalid type for '%s': expected an object.", at[:len(at)-1])
		}
		return f
	}
	for _, name := range sortedNames(f.raw) {
		if !slices.Contains(known, name) {
			f.wrong(name, "unknown_parameter", "Unknown parameter: '%s%s'.", at, name)
		}
		if bytes.Equal(f.raw[name], []byte("null")) {
			delete(f.raw, name)
		}
	}
	return f
}

// modelBody takes the body of a POST.
func modelBody(r *http.Request, body []byte, known []string) *modelFields {
	f := readModelFields("", body, known)
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		f.no = &modelRefusal{message: "The body must be sent as application/json."}
	}
	return f
}

// wrong notes a refusal unless there is one already.
func (f *modelFields) wrong(param, code, format string, args ...any) {
	if f.no == nil {
		f.no = &modelRefusal{param: f.at + param, code: code, message: fmt.Sprintf(format, args...)}
	}
}

// refuse notes a refusal of what this server alone does not have.
func (f *modelFields) refuse(no modelRefusal) {
	if f.no == nil {
		no.unable = true
		f.no = &no
	}
}

func (f *modelFields) has(name string) bool { return f.raw[name] != nil }

func (f *modelFields) into(name, kind string, to any) bool {
	if !f.has(name) {
		return false
	}
	if err := json.Unmarshal(f.raw[name], to); err != nil {
		f.wrong(name, "invalid_type", "Invalid type for '%s%s': expected %s.", f.at, name, kind)
		return false
	}
	return true
}

func (f *modelFields) text(name string) (text string) {
	f.into(name, "a string", &text)
	return text
}

func (f *modelFields) flag(name string) (on bool) {
	f.into(name, "a boolean", &on)
	return on
}

// number gives a number between least and most; given is false when there is none.
func (f *modelFields) number(name string, least, most float64) (n float64, given bool) {
	if !f.into(name, "a decimal", &n) {
		return 0, false
	}
	show := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	switch {
	case n > most:
		f.wrong(name, "decimal_above_max_value", "Invalid '%s%s': decimal above maximum value. Expected a value <= %s, but got %s instead.", f.at, name, show(most), show(n))
	case n < least:
		f.wrong(name, "decimal_below_min_value", "Invalid '%s%s': decimal below minimum value. Expected a value >= %s, but got %s instead.", f.at, name, show(least), show(n))
	}
	return n, true
}

// integer is number for whole ones.
func (f *modelFields) integer(name string, least, most int) (n int, given bool) {
	x, given := f.number(name, float64(least), float64(most))
	if x != float64(int(x)) {
		f.wrong(name, "invalid_type", "Invalid type for '%s%s': expected an integer, but got a decimal number instead.", f.at, name)
	}
	return int(x), given
}

// oneOf gives a text that is among the values allowed.
func (f *modelFields) oneOf(name string, values ...string) string {
	text := f.text(name)
	if f.has(name) && !slices.Contains(values, text) {
		f.wrong(name, "invalid_value", "Invalid value: '%s'. Supported values for '%s%s' are: %q.", text, f.at, name, values)
	}
	return text
}
