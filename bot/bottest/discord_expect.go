package bottest

import (
	"fmt"
	"strings"
	"time"
)

// DiscordWhere is where a message is expected: a channel, or a thread, which is a channel of its own.
type DiscordWhere struct {
	Channel string
	OnlyFor string // an ephemeral message for this user; "" for one that all see
}

// InDiscord is a channel, a thread or a direct conversation.
func InDiscord(channel string) DiscordWhere { return DiscordWhere{Channel: channel} }

// InDiscordThread is the thread that belongs to a message: the one that it stands in or opens.
func InDiscordThread(m DiscordMessage) DiscordWhere { return DiscordWhere{Channel: m.Root()} }

// For restricts w to what only user sees.
func (w DiscordWhere) For(user string) DiscordWhere {
	w.OnlyFor = user
	return w
}

// DiscordMatch tells whether a message is the one that is awaited.
type DiscordMatch func(DiscordMessage) bool

// DiscordSays matches a message that shows all of these texts.
func DiscordSays(parts ...string) DiscordMatch {
	return func(m DiscordMessage) bool {
		seen := m.Visible()
		for _, p := range parts {
			if !strings.Contains(seen, p) {
				return false
			}
		}
		return true
	}
}

// DiscordOffers matches a message with a button or menu, not grey, whose custom id begins with action.
func DiscordOffers(action string) DiscordMatch {
	return func(m DiscordMessage) bool {
		for _, b := range m.Buttons() {
			if strings.HasPrefix(b.CustomID, action) && !b.Disabled {
				return true
			}
		}
		for _, menu := range m.Menus() {
			if strings.HasPrefix(menu.CustomID, action) && !menu.Disabled {
				return true
			}
		}
		return false
	}
}

// DiscordAfter matches what was written later than m.
func DiscordAfter(m DiscordMessage) DiscordMatch {
	return func(x DiscordMessage) bool { return later(x.ID, m.ID) }
}

// DiscordAll matches when all of the matches do.
func DiscordAll(matches ...DiscordMatch) DiscordMatch {
	return func(m DiscordMessage) bool {
		for _, f := range matches {
			if !f(m) {
				return false
			}
		}
		return true
	}
}

// Expect waits for the first message of the bot at where that matches (nil: any) and ends the test
// after timeout with what was there instead. What Discord's server writes (a thread's beginning) is none of the bot's.
func (s *DiscordServer) Expect(where DiscordWhere, match DiscordMatch, timeout time.Duration) DiscordMessage {
	s.t.Helper()
	var found DiscordMessage
	ok := s.await(timeout, func() bool {
		for _, m := range s.messages {
			if m.Author != DiscordBotUser || m.system() || m.Loading || !where.holds(m) {
				continue
			}
			if c := s.copyOf(m); match == nil || match(c) {
				found = c
				return true
			}
		}
		return false
	})
	if !ok {
		var seen []string
		for _, m := range s.Messages(where) {
			seen = append(seen, fmt.Sprintf("%s %s (type %d): %q", m.ID, m.Author, m.Type, m.Visible()))
		}
		s.t.Fatalf("bottest: not shown within %v in %+v; there is:\n%s", timeout, where, strings.Join(seen, "\n"))
	}
	return found
}

// system tells whether Discord's server wrote the message.
func (m *DiscordMessage) system() bool {
	return m.Type != typeDefault && m.Type != typeReply && m.Type != typeCommand && m.Type != typeContextMenu
}

func (w DiscordWhere) holds(m *DiscordMessage) bool {
	return m.Channel == w.Channel && m.OnlyFor == w.OnlyFor && !m.Deleted
}

// Messages lists what is to be seen at where, in order.
func (s *DiscordServer) Messages(where DiscordWhere) []DiscordMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []DiscordMessage
	for _, m := range s.messages {
		if where.holds(m) {
			out = append(out, s.copyOf(m))
		}
	}
	return out
}

// Message gives the present state of a message; Deleted is set when it is gone.
func (s *DiscordServer) Message(m DiscordMessage) DiscordMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.messages {
		if x.Channel == m.Channel && x.ID == m.ID {
			return s.copyOf(x)
		}
	}
	return DiscordMessage{Deleted: true}
}

// ExpectChange waits until the present state of a message matches.
func (s *DiscordServer) ExpectChange(m DiscordMessage, match DiscordMatch, timeout time.Duration) DiscordMessage {
	s.t.Helper()
	var now DiscordMessage
	if !s.await(timeout, func() bool {
		for _, x := range s.messages {
			if x.Channel == m.Channel && x.ID == m.ID {
				now = s.copyOf(x)
				return match(now)
			}
		}
		return false
	}) {
		s.t.Fatalf("bottest: %s did not change so within %v; it says %q", m.ID, timeout, now.Visible())
	}
	return now
}

// ExpectThread waits for a thread of a channel that matches (nil: any).
func (s *DiscordServer) ExpectThread(parent string, match func(DiscordChannel) bool, timeout time.Duration) DiscordChannel {
	s.t.Helper()
	var found DiscordChannel
	if !s.await(timeout, func() bool {
		for _, id := range s.channelOrder {
			if c := s.channels[id]; c != nil && c.thread() && c.Parent == parent && (match == nil || match(*c)) {
				found = *c
				return true
			}
		}
		return false
	}) {
		s.t.Fatalf("bottest: no such thread in %s within %v", parent, timeout)
	}
	return found
}

// ExpectCalls waits until route was called n times and gives these calls.
func (s *DiscordServer) ExpectCalls(route string, n int, timeout time.Duration) []DiscordCall {
	s.t.Helper()
	var found []DiscordCall
	if !s.await(timeout, func() bool {
		found = nil
		for _, c := range s.calls {
			if c.Route == route {
				found = append(found, c)
			}
		}
		return len(found) >= n
	}) {
		s.t.Fatalf("bottest: %d calls of %s within %v, want %d", len(found), route, timeout, n)
	}
	return found
}

// await calls ready under the lock now and after every change, until it is true or time is up.
func (s *DiscordServer) await(timeout time.Duration, ready func() bool) bool {
	late := time.NewTimer(timeout)
	defer late.Stop()
	for {
		s.mu.Lock()
		ok, changed := ready(), s.changed
		s.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-late.C:
			return false
		case <-s.ctx.Done():
			return false
		}
	}
}
