package bottest

import (
	"encoding/json"
	"slices"
	"time"
)

// SlackView is a modal or a Home tab that a person has before them.
type SlackView struct {
	ID, Hash, User   string
	Type, CallbackID string
	PrivateMetadata  string
	Title            string
	Blocks           []map[string]any
	Open             bool
}

// SlackInput is a field of a modal.
type SlackInput struct {
	BlockID, ActionID, Label string
	Initial                  string
	Options                  []SlackOption
	MaxLength                int
	Optional                 bool
	element                  obj
}

// Inputs lists the fields in order.
func (v SlackView) Inputs() []SlackInput {
	var out []SlackInput
	for _, b := range v.Blocks {
		if str(b["type"]) != "input" {
			continue
		}
		e := asObj(b["element"])
		in := SlackInput{
			BlockID: str(b["block_id"]), ActionID: str(e["action_id"]), Label: str(asObj(b["label"])["text"]),
			Initial: str(e["initial_value"]), Options: optionsOf(e), element: e,
		}
		if o := asObj(e["initial_option"]); o != nil {
			in.Initial = str(o["value"])
		}
		if n, ok := e["max_length"].(float64); ok {
			in.MaxLength = int(n)
		}
		in.Optional, _ = b["optional"].(bool)
		out = append(out, in)
	}
	return out
}

// Visible is all the text of the view.
func (v SlackView) Visible() string { return SlackMessage{Blocks: v.Blocks}.Visible() }

// trigger is what a click gives the app to open a view with.
type trigger struct {
	user  string
	until time.Time
	used  bool
}

func (s *SlackServer) newTrigger(user string) string {
	id := s.id("trigger.")
	s.triggers[id] = &trigger{user: user, until: s.opts.Now().Add(s.opts.TriggerLife)}
	return id
}

func (s *SlackServer) viewOpen(p params) (obj, *apiError) {
	tr := s.triggers[p["trigger_id"]]
	switch {
	case tr == nil:
		return nil, fail("invalid_trigger_id")
	case tr.used:
		return nil, fail("exchanged_trigger_id")
	case s.opts.Now().After(tr.until):
		return nil, fail("expired_trigger_id")
	}
	v, err := s.view(p["view"], "modal")
	if err != nil {
		return nil, err
	}
	tr.used = true
	v.User, v.Open = tr.user, true
	s.views[v.ID] = v
	s.changedNow()
	return obj{"view": v.json(nil)}, nil
}

func (s *SlackServer) viewPublish(p params) (obj, *apiError) {
	if _, ok := s.users[p["user_id"]]; !ok {
		return nil, fail("user_not_found")
	}
	v, err := s.view(p["view"], "home")
	if err != nil {
		return nil, err
	}
	v.User, v.Open = p["user_id"], true
	s.homes[v.User] = v
	s.changedNow()
	return obj{"view": v.json(nil)}, nil
}

// view checks a view payload.
func (s *SlackServer) view(raw, kind string) (*SlackView, *apiError) {
	var o map[string]any
	if json.Unmarshal([]byte(raw), &o) != nil {
		return nil, fail("invalid_arguments")
	}
	k := &kit{actions: map[string]bool{}, ids: map[string]bool{}}
	k.only("/view", o, "type", "title", "submit", "close", "blocks", "private_metadata", "callback_id", "clear_on_close",
		"notify_on_close", "external_id")
	if str(o["type"]) != kind {
		k.wrong("/view/type", "must be %s", kind)
	}
	v := &SlackView{
		ID: s.id("V"), Hash: s.ts(), Type: kind, CallbackID: str(o["callback_id"]), PrivateMetadata: str(o["private_metadata"]),
		Title: str(asObj(o["title"])["text"]),
	}
	for _, b := range list(o["blocks"]) {
		v.Blocks = append(v.Blocks, asObj(b))
	}
	if units(v.PrivateMetadata) > 3000 || units(v.CallbackID) > 255 {
		k.wrong("/view", "private_metadata or callback_id is too long")
	}
	if kind == "modal" {
		k.text("/view/title", o["title"], 24, "plain_text")
		hasInput := slices.ContainsFunc(v.Blocks, func(b map[string]any) bool { return str(b["type"]) == "input" })
		if hasInput || o["submit"] != nil {
			k.text("/view/submit", o["submit"], 24, "plain_text")
		}
		if o["close"] != nil {
			k.text("/view/close", o["close"], 24, "plain_text")
		}
	}
	if err := checkBlocks(v.Blocks, maxViewBlocks, modalBlocks); err != nil && k.err == nil {
		k.err = err
	}
	if k.err != nil {
		k.err.code = "invalid_arguments"
		return nil, k.err
	}
	for _, b := range v.Blocks {
		if str(b["block_id"]) == "" {
			b["block_id"] = s.id("blk")
		}
	}
	return v, nil
}

func (v *SlackView) json(values obj) obj {
	if values == nil {
		values = obj{}
	}
	return obj{
		"id": v.ID, "team_id": SlackTeam, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata,
		"callback_id": v.CallbackID, "state": obj{"values": values}, "hash": v.Hash, "app_id": SlackApp, "bot_id": SlackBotID,
		"title": obj{"type": "plain_text", "text": v.Title}, "root_view_id": v.ID, "previous_view_id": nil, "external_id": "",
	}
}
