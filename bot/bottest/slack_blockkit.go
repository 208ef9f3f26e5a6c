package bottest

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
)

var (
	messageBlocks = []string{"section", "context", "actions", "header", "divider"}
	modalBlocks   = append([]string{"input"}, messageBlocks...)
)

// kit checks blocks as Slack's schema does: the first thing that is wrong is the error.
type kit struct {
	err     *apiError
	actions map[string]bool
	ids     map[string]bool
}

func checkBlocks(blocks []map[string]any, limit int, allowed []string) *apiError {
	k := &kit{actions: map[string]bool{}, ids: map[string]bool{}}
	if len(blocks) > limit {
		k.wrong("/blocks", "no more than %d items allowed", limit)
	}
	for i, b := range blocks {
		k.block(fmt.Sprintf("/blocks/%d", i), b, allowed)
	}
	return k.err
}

func (k *kit) wrong(at, format string, args ...any) {
	if k.err == nil {
		k.err = &apiError{code: "invalid_blocks", detail: fmt.Sprintf(format, args...), pointer: at}
	}
}

func (k *kit) only(at string, o obj, keys ...string) {
	for key := range o {
		if !slices.Contains(keys, key) {
			k.wrong(at, "invalid additional property: %s", key)
		}
	}
}

func (k *kit) block(at string, b obj, allowed []string) {
	kind := str(b["type"])
	if !slices.Contains(allowed, kind) {
		k.wrong(at, "unsupported type: %s", kind)
		return
	}
	if id, given := b["block_id"]; given {
		name := str(id)
		if name == "" || units(name) > 255 || k.ids[name] {
			k.wrong(at+"/block_id", "block_id must be unique and at most 255 characters")
		}
		k.ids[name] = true
	}
	switch kind {
	case "section":
		k.section(at, b)
	case "context":
		k.only(at, b, "type", "block_id", "elements")
		els := list(b["elements"])
		k.count(at+"/elements", len(els), 1, 10)
		for i, e := range els {
			k.text(fmt.Sprintf("%s/elements/%d", at, i), e, 3000, "plain_text", "mrkdwn")
		}
	case "actions":
		k.only(at, b, "type", "block_id", "elements")
		els := list(b["elements"])
		k.count(at+"/elements", len(els), 1, 25)
		for i, e := range els {
			k.element(fmt.Sprintf("%s/elements/%d", at, i), asObj(e), "button", "static_select")
		}
	case "header":
		k.only(at, b, "type", "block_id", "text")
		k.text(at+"/text", b["text"], 150, "plain_text")
	case "input":
		k.only(at, b, "type", "block_id", "label", "element", "hint", "optional", "dispatch_action")
		k.text(at+"/label", b["label"], 2000, "plain_text")
		k.element(at+"/element", asObj(b["element"]), "plain_text_input", "static_select")
		if b["hint"] != nil {
			k.text(at+"/hint", b["hint"], 2000, "plain_text")
		}
	}
}

func (k *kit) section(at string, b obj) {
	k.only(at, b, "type", "block_id", "text", "fields", "accessory", "expand")
	fields := list(b["fields"])
	if b["text"] == nil && len(fields) == 0 {
		k.wrong(at, "missing required field: text or fields")
	}
	if b["text"] != nil {
		k.text(at+"/text", b["text"], 3000, "plain_text", "mrkdwn")
	}
	if b["fields"] != nil {
		k.count(at+"/fields", len(fields), 1, 10)
	}
	for i, f := range fields {
		k.text(fmt.Sprintf("%s/fields/%d", at, i), f, 2000, "plain_text", "mrkdwn")
	}
}

func (k *kit) count(at string, n, least, most int) {
	if n < least || n > most {
		k.wrong(at, "must have %d to %d items", least, most)
	}
}

func (k *kit) text(at string, v any, limit int, kinds ...string) {
	o := asObj(v)
	kind, text := str(o["type"]), str(o["text"])
	switch {
	case !slices.Contains(kinds, kind):
		k.wrong(at+"/type", "unsupported type: %s", kind)
	case text == "":
		k.wrong(at+"/text", "must be more than 0 characters")
	case units(text) > limit:
		k.wrong(at+"/text", "must be less than %d characters", limit+1)
	case kind == "plain_text":
		k.only(at, o, "type", "text", "emoji")
	default:
		k.only(at, o, "type", "text", "verbatim")
	}
}

func (k *kit) element(at string, e obj, kinds ...string) {
	kind := str(e["type"])
	if !slices.Contains(kinds, kind) {
		k.wrong(at, "unsupported type: %s", kind)
		return
	}
	id := str(e["action_id"])
	if id == "" || units(id) > 255 || k.actions[id] {
		k.wrong(at+"/action_id", "action_id must be there, unique and at most 255 characters")
	}
	k.actions[id] = true
	switch kind {
	case "button":
		k.only(at, e, "type", "action_id", "text", "value", "style", "url", "accessibility_label", "confirm")
		k.text(at+"/text", e["text"], 75, "plain_text")
		if units(str(e["value"])) > 2000 {
			k.wrong(at+"/value", "must be less than 2001 characters")
		}
		if s, given := e["style"]; given && str(s) != "primary" && str(s) != "danger" {
			k.wrong(at+"/style", "must be primary or danger")
		}
	case "static_select":
		k.choice(at, e)
	case "plain_text_input":
		k.only(at, e, "type", "action_id", "placeholder", "initial_value", "multiline", "min_length", "max_length", "focus_on_load", "dispatch_action_config")
		if n, given := e["max_length"].(float64); given && (n < 1 || n > 3000 || float64(units(str(e["initial_value"]))) > n) {
			k.wrong(at+"/max_length", "must be 1 to 3000 and hold the initial value")
		}
	}
	if e["placeholder"] != nil {
		k.text(at+"/placeholder", e["placeholder"], 150, "plain_text")
	}
}

func (k *kit) choice(at string, e obj) {
	k.only(at, e, "type", "action_id", "placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load")
	if (e["options"] == nil) == (e["option_groups"] == nil) {
		k.wrong(at, "exactly one of options and option_groups is required")
	}
	if e["options"] != nil {
		k.options(at+"/options", list(e["options"]))
	}
	groups := list(e["option_groups"])
	if e["option_groups"] != nil {
		k.count(at+"/option_groups", len(groups), 1, 100)
	}
	for i, g := range groups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		k.only(here, asObj(g), "label", "options")
		k.text(here+"/label", asObj(g)["label"], 75, "plain_text")
		k.options(here+"/options", list(asObj(g)["options"]))
	}
	if first := asObj(e["initial_option"]); first != nil {
		same := func(o SlackOption) bool {
			return o.Value == str(first["value"]) && o.Label == str(asObj(first["text"])["text"])
		}
		if !slices.ContainsFunc(optionsOf(e), same) {
			k.wrong(at+"/initial_option", "must be one of the options")
		}
	}
}

func (k *kit) options(at string, options []any) {
	k.count(at, len(options), 1, 100)
	for i, v := range options {
		here, o := fmt.Sprintf("%s/%d", at, i), asObj(v)
		k.only(here, o, "text", "value", "description")
		k.text(here+"/text", o["text"], 75, "plain_text")
		if n := units(str(o["value"])); n == 0 || n > 150 {
			k.wrong(here+"/value", "must be 1 to 150 characters")
		}
	}
}

// textUnits counts what blocks show, for the limit that Slack does not state.
func textUnits(blocks []map[string]any) int {
	total := 0
	for _, b := range blocks {
		total += units(SlackMessage{Blocks: []map[string]any{b}}.Visible())
		if str(b["type"]) != "actions" {
			continue
		}
		for _, e := range list(b["elements"]) {
			total += units(strings.TrimSpace(str(asObj(asObj(e)["text"])["text"])))
		}
	}
	return total
}
