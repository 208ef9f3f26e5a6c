package bottest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Click presses the button whose custom id begins with action, or is exactly id when one is given. It
// returns when the app has answered or Discord has given up. It ends the test when there is no such button.
func (s *DiscordServer) Click(user string, m DiscordMessage, action string) DiscordReply {
	s.t.Helper()
	reply, err := s.TryClick(user, m, action)
	if err != nil {
		s.t.Fatalf("bottest: %v", err)
	}
	return reply
}

// TryClick is [DiscordServer.Click] with an error for what a person could not do: the message is gone or
// not before them, or has no such button, or the button is grey. What the app answers is not an error.
func (s *DiscordServer) TryClick(user string, m DiscordMessage, action string) (DiscordReply, error) {
	return s.actOn(user, m, func(now *DiscordMessage) (obj, error) {
		for _, b := range now.Buttons() {
			if b.CustomID != "" && strings.HasPrefix(b.CustomID, action) {
				if b.Disabled {
					return nil, fmt.Errorf("the button %s is disabled", b.CustomID)
				}
				return obj{"component_type": 2, "custom_id": b.CustomID}, nil
			}
		}
		return nil, fmt.Errorf("no button %s in %q", action, now.Visible())
	})
}

// Choose picks the option with this value from the menu whose custom id begins with action.
func (s *DiscordServer) Choose(user string, m DiscordMessage, action, value string) DiscordReply {
	s.t.Helper()
	reply, err := s.actOn(user, m, func(now *DiscordMessage) (obj, error) {
		for _, menu := range now.Menus() {
			has := slices.ContainsFunc(menu.Options, func(o DiscordOption) bool { return o.Value == value })
			if strings.HasPrefix(menu.CustomID, action) && has && !menu.Disabled {
				return obj{"component_type": 3, "custom_id": menu.CustomID, "values": []string{value}}, nil
			}
		}
		return nil, fmt.Errorf("no option %s=%s in %q", action, value, now.Visible())
	})
	if err != nil {
		s.t.Fatalf("bottest: %v", err)
	}
	return reply
}

// OpenForm presses a button that opens a form.
func (s *DiscordServer) OpenForm(user string, m DiscordMessage, action string) DiscordForm {
	s.t.Helper()
	return s.formOf(s.Click(user, m, action))
}

func (s *DiscordServer) formOf(reply DiscordReply) DiscordForm {
	s.t.Helper()
	if reply.Type != answerModal {
		s.t.Fatalf("bottest: no form opened: %+v", reply)
	}
	return reply.Form
}

// actOn gives the app an interaction on the present state of a message.
func (s *DiscordServer) actOn(user string, m DiscordMessage, pick func(*DiscordMessage) (obj, error)) (DiscordReply, error) {
	s.mu.Lock()
	now, c := s.find(m.Channel, m.ID), s.channels[m.Channel]
	var err error
	switch {
	case now == nil:
		err = errors.New("the message is gone")
	case !s.sees(user, c), now.OnlyFor != "" && now.OnlyFor != user:
		err = fmt.Errorf("%s does not see the message", user)
	case now.Author != DiscordBotUser:
		err = errors.New("its buttons belong to another app")
	}
	var data obj
	if err == nil {
		data, err = pick(now)
	}
	if err != nil {
		s.mu.Unlock()
		return DiscordReply{}, err
	}
	return s.interact(interactionComponent, user, c, now, data), nil
}

// Forge gives the app an interaction on a message that Discord's client would not offer: a custom id that the
// message does not have, as an attacker's client sends it.
func (s *DiscordServer) Forge(user string, m DiscordMessage, customID string, values ...string) DiscordReply {
	s.t.Helper()
	reply, err := s.actOn(user, m, func(*DiscordMessage) (obj, error) {
		if values != nil {
			return obj{"component_type": 3, "custom_id": customID, "values": values}, nil
		}
		return obj{"component_type": 2, "custom_id": customID}, nil
	})
	if err != nil {
		s.t.Fatalf("bottest: %v", err)
	}
	return reply
}

// Command types a slash command (its name without the slash) that the app has registered.
func (s *DiscordServer) Command(user, channel, name string) DiscordReply {
	s.t.Helper()
	s.mu.Lock()
	c := s.channels[channel]
	cmd := s.offered(c, func(x obj) bool { return num(x["type"]) == 1 && str(x["name"]) == name })
	if cmd == nil || !s.sees(user, c) || c.Kind == DiscordForum || c.Archived {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s cannot use /%s in %s", user, name, channel)
	}
	return s.interact(interactionCommand, user, c, nil, obj{"id": cmd["id"], "name": name, "type": 1})
}

// AskAbout uses the app's message command ("Apps" in the message's menu); there must be exactly one.
func (s *DiscordServer) AskAbout(user string, m DiscordMessage) DiscordReply {
	s.t.Helper()
	s.mu.Lock()
	now, c := s.find(m.Channel, m.ID), s.channels[m.Channel]
	count := 0
	for _, x := range s.commands {
		if num(x["type"]) == 3 {
			count++
		}
	}
	cmd := s.offered(c, func(x obj) bool { return num(x["type"]) == 3 })
	if cmd == nil || count != 1 || now == nil || !s.sees(user, c) || c.Archived {
		s.mu.Unlock()
		s.t.Fatalf("bottest: %s cannot ask about %s: %d message commands are registered", user, m.ID, count)
	}
	return s.interact(interactionCommand, user, c, nil, obj{
		"id": cmd["id"], "name": cmd["name"], "type": 3, "target_id": now.ID,
		"resolved": obj{"messages": obj{now.ID: s.messageJSON(now)}},
	})
}

// offered gives the first command that Discord's client shows in c.
func (s *DiscordServer) offered(c *DiscordChannel, is func(obj) bool) obj {
	where := 0.0
	if c != nil && c.Kind == DiscordDM {
		where = 1.0
	}
	for _, x := range s.commands {
		contexts := list(x["contexts"])
		if is(x) && (len(contexts) == 0 || slices.Contains(contexts, any(where))) {
			return x
		}
	}
	return nil
}
