package bottest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Click presses the button whose action id begins with action, and whose value is value when
// one is given. It ends the test when there is no such button.
func (s *SlackServer) Click(user string, m SlackMessage, action string, value ...string) {
	s.t.Helper()
	if err := s.TryClick(user, m, action, value...); err != nil {
		s.t.Fatalf("bottest: %v", err)
	}
}

// TryClick is [SlackServer.Click] with an error for what a person could not do: the message is
// gone or not for them, or has no such button any more. What the app answers is not an error.
func (s *SlackServer) TryClick(user string, m SlackMessage, action string, value ...string) error {
	return s.act(user, m, func(now *SlackMessage) (obj, error) {
		for _, b := range now.Buttons() {
			if strings.HasPrefix(b.ActionID, action) && (len(value) == 0 || b.Value == value[0]) {
				act := obj{
					"type": "button", "action_id": b.ActionID, "block_id": b.BlockID,
					"text": obj{"type": "plain_text", "text": b.Label, "emoji": false},
				}
				if b.Value != "" {
					act["value"] = b.Value
				}
				return act, nil
			}
		}
		return nil, fmt.Errorf("no button %s %v in %q", action, value, now.Visible())
	})
}

// Choose picks the option with this value from the menu whose action id begins with action.
func (s *SlackServer) Choose(user string, m SlackMessage, action, value string) {
	s.t.Helper()
	err := s.act(user, m, func(now *SlackMessage) (obj, error) {
		for _, menu := range now.Menus() {
			i := slices.IndexFunc(menu.Options, func(o SlackOption) bool { return o.Value == value })
			if strings.HasPrefix(menu.ActionID, action) && i >= 0 {
				return obj{
					"type": "static_select", "action_id": menu.ActionID, "block_id": menu.BlockID, "selected_option": menu.Options[i].json(),
				}, nil
			}
		}
		return nil, fmt.Errorf("no option %s=%s in %q", action, value, now.Visible())
	})
	if err != nil {
		s.t.Fatalf("bottest: %v", err)
	}
}

func (o SlackOption) json() obj {
	return obj{"text": obj{"type": "plain_text", "text": o.Label, "emoji": false}, "value": o.Value}
}

// act delivers a block action on the present state of a message.
func (s *SlackServer) act(user string, m SlackMessage, pick func(*SlackMessage) (obj, error)) error {
	s.mu.Lock()
	now, ch := s.find(m.Channel, m.TS), s.channels[m.Channel]
	var err error
	switch {
	case now == nil:
		err = errors.New("the message is gone")
	case !ch.has(user), now.OnlyFor != "" && now.OnlyFor != user:
		err = fmt.Errorf("%s does not see the message", user)
	}
	var action obj
	if err == nil {
		action, err = pick(now)
	}
	if err != nil {
		s.mu.Unlock()
		return err
	}
	action["action_ts"] = s.ts()
	d := delivery{kind: "interactive", event: "block_actions", payload: s.clickPayload(user, ch, now, action)}
	s.mu.Unlock()
	s.send(d)
	return nil
}

func (s *SlackServer) clickPayload(user string, ch *SlackChannel, m *SlackMessage, action obj) obj {
	container := obj{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": m.OnlyFor != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	values := obj{}
	if o := action["selected_option"]; o != nil {
		values[str(action["block_id"])] = obj{str(action["action_id"]): obj{"type": "static_select", "selected_option": o}}
	}
	payload := obj{
		"type": "block_actions", "user": s.userPayload(user), "api_app_id": SlackApp, "token": "verification", "container": container,
		"trigger_id": s.newTrigger(user), "team": obj{"id": SlackTeam, "domain": "first"}, "enterprise": nil, "is_enterprise_install": false,
		"channel": obj{"id": ch.ID, "name": ch.Name}, "state": obj{"values": values}, "response_url": s.responseURL(user, ch.ID),
		"actions": []obj{action},
	}
	if m.OnlyFor == "" {
		payload["message"] = m.json(false)
	}
	return payload
}

func (s *SlackServer) userPayload(user string) obj {
	u := s.users[user]
	return obj{"id": user, "username": u.Name, "name": u.Name, "team_id": u.Team}
}

// Submit sends a modal with these fields, by action id; fields that are not named keep what they show.
// It ends the test for what Slack's client would not let a person do.
func (s *SlackServer) Submit(user string, v SlackView, fields map[string]string) SlackReply {
	s.t.Helper()
	s.mu.Lock()
	view := s.views[v.ID]
	if view == nil || !view.Open || view.User != user {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s has no such form open", user)
	}
	values, err := view.fill(fields)
	if err != nil {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %v", err)
	}
	d := delivery{kind: "interactive", event: "view_submission", payload: obj{
		"type": "view_submission", "team": obj{"id": SlackTeam, "domain": "first"}, "user": s.userPayload(user), "api_app_id": SlackApp,
		"token": "verification", "trigger_id": s.newTrigger(user), "view": view.json(values), "response_urls": []obj{},
		"is_enterprise_install": false, "enterprise": nil,
	}}
	s.mu.Unlock()
	out := s.send(d)
	reply := SlackReply{Status: out.status}
	var body struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if len(out.body) > 0 && string(out.body) != "null" && json.Unmarshal(out.body, &body) != nil {
		s.t.Errorf("bottest: unreadable answer to a form: %q", out.body)
	}
	if reply.Errors = body.Errors; out.ok() && body.Action != "errors" {
		s.mu.Lock()
		view.Open = false
		s.changedNow()
		s.mu.Unlock()
	}
	return reply
}

// fill gives the state of a modal as Slack would send it.
func (v *SlackView) fill(fields map[string]string) (obj, error) {
	values, used := obj{}, 0
	for _, in := range v.Inputs() {
		text, given := fields[in.ActionID]
		if given {
			used++
		} else {
			text = in.Initial
		}
		if text == "" && !in.Optional {
			return nil, fmt.Errorf("%s must be filled", in.ActionID)
		}
		answer := obj{"type": in.element["type"]}
		switch {
		case len(in.Options) == 0 && in.MaxLength > 0 && units(text) > in.MaxLength:
			return nil, fmt.Errorf("%s is longer than %d", in.ActionID, in.MaxLength)
		case len(in.Options) == 0:
			answer["value"] = nil
			if text != "" {
				answer["value"] = text
			}
		default:
			answer["selected_option"] = nil
			i := slices.IndexFunc(in.Options, func(o SlackOption) bool { return o.Value == text })
			if text != "" && i < 0 {
				return nil, fmt.Errorf("%s has no option %s", in.ActionID, text)
			}
			if i >= 0 {
				answer["selected_option"] = in.Options[i].json()
			}
		}
		values[in.BlockID] = obj{in.ActionID: answer}
	}
	if used < len(fields) {
		return nil, fmt.Errorf("the form has not all of the fields %v", fields)
	}
	return values, nil
}
