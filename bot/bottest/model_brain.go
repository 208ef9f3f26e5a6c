package bottest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// modelData is the data of every purpose: each fills its own fields.
type modelData struct {
	Message     string   `json:"message"`
	Languages   []string `json:"languages"`
	Scenarios   []string `json:"scenarios"`
	Symptoms    []string `json:"symptoms"`
	Diagnostics []string `json:"diagnostics"`

	Step  string     `json:"step"`
	Brief modelBrief `json:"brief"`

	Text string `json:"text"`
	From string `json:"from"`
	To   string `json:"to"`
}

type modelBrief struct {
	WriteIn      string            `json:"write_in"`
	Known        map[string]string `json:"known"`
	Tried        []string          `json:"tried"`
	Conversation []struct {
		By   string `json:"by"`
		Text string `json:"text"`
	} `json:"conversation"`
	Articles []string `json:"articles"`
	Similar  []string `json:"similar"`
}

func (a modelAsk) read() (d modelData) {
	_ = json.Unmarshal(a.data, &d) // fields of another type stay empty: the client's own tests look at them
	return d
}

// said is what the customer wrote that the request is about.
func (d modelData) said() string {
	if d.Message != "" || d.Text != "" {
		return d.Message + d.Text
	}
	last := ""
	for _, m := range d.Brief.Conversation {
		if m.By == "customer" {
			last = m.Text
		}
	}
	return last
}

// lang is the language to write in.
func (d modelData) lang() string { return d.To + d.Brief.WriteIn }

// modelBrain answers as a healthy model: a value that fits what was agreed for the purpose.
func modelBrain(ask modelAsk) any {
	d := ask.read()
	switch ask.purpose {
	case ModelUnderstanding:
		return modelClaims(obj{})
	case ModelStep:
		return obj{"step": inLang(d.Brief.WriteIn, d.Step)}
	case ModelSummary:
		return obj{"lines": d.Brief.summary()}
	case ModelReply:
		return obj{"reply": inLang(d.Brief.WriteIn, d.Brief.advice())}
	case ModelTranslation:
		return obj{"translation": inLang(d.To, d.Text)}
	}
	if schema := ask.wants(); schema != nil {
		return fillSchema(schema, schema, 0)
	}
	return obj{"ok": true}
}

// wants is the schema of the answer, as the format has it or the instruction tells it in words.
func (a modelAsk) wants() (schema obj) {
	if a.schema != nil {
		return asObj(a.schema["schema"])
	}
	if told := findJSON(a.system()); told != nil && json.Unmarshal(told, &schema) == nil && schema["type"] == "object" {
		return schema
	}
	return nil
}

// inLang marks a text as said in a language.
func inLang(lang, text string) string { return "[" + lang + "] " + text }

// modelClaims is an understanding that claims no more than is given.
func modelClaims(given obj) obj {
	nothing := modelClaim("", "")
	all := obj{"lang": nothing, "act": nothing, "scenario": nothing, "regions": []obj{}, "symptoms": []obj{}, "severity": nothing, "facts": []obj{}}
	for field, claim := range given {
		all[field] = claim
	}
	return all
}

func modelClaim(value, quote string) obj { return obj{"value": value, "quote": quote} }

// summary tells in three lines what is known, what was tried and what the customer said last.
func (b modelBrief) summary() []string {
	var known []string
	for _, slot := range sortedNames(b.Known) {
		known = append(known, slot+": "+b.Known[slot])
	}
	lines := []string{strings.Join(known, ", "), strings.Join(b.Tried, ", "), modelData{Brief: b}.said()}
	for i, line := range lines {
		line = modelCut(strings.Join(strings.Fields(line), " "), 160)
		if line == "" {
			line = "–"
		}
		lines[i] = inLang(b.WriteIn, line)
	}
	return lines
}

// advice is the first sentence that an article, or else a similar case, has for the customer.
func (b modelBrief) advice() string {
	for _, text := range append(append([]string{}, b.Articles...), b.Similar...) {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "---") {
				return line
			}
		}
	}
	return "–"
}

// fillSchema gives the least value that a schema allows.
func fillSchema(root, schema obj, depth int) any {
	if depth > maxSchemaDepth {
		return nil
	}
	if ref := str(schema["$ref"]); ref != "" {
		at := any(root)
		for _, key := range strings.Split(strings.Trim(strings.TrimPrefix(ref, "#"), "/"), "/") {
			if key != "" {
				at = asObj(at)[key]
			}
		}
		return fillSchema(root, asObj(at), depth+maxSchemaDepth/2) // a schema may refer to itself
	}
	if value, fixed := schema["const"]; fixed {
		return value
	}
	if values := list(schema["enum"]); len(values) > 0 {
		return values[0]
	}
	if options := list(schema["anyOf"]); len(options) > 0 {
		return fillSchema(root, asObj(options[0]), depth+1)
	}
	kinds := append(list(schema["type"]), schema["type"])
	switch fmt.Sprint(kinds[0]) {
	case "object":
		out := obj{}
		for name, inner := range asObj(schema["properties"]) {
			out[name] = fillSchema(root, asObj(inner), depth+1)
		}
		return out
	case "array":
		out := []any{}
		for range min(num(schema["minItems"]), 16) {
			out = append(out, fillSchema(root, asObj(schema["items"]), depth+1))
		}
		return out
	case "string":
		return "ok"
	case "integer", "number":
		return num(schema["minimum"])
	case "boolean":
		return true
	}
	return nil
}
