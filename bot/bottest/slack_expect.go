package bottest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// SlackWhere is where a message is expected: a channel, or a thread of it.
type SlackWhere struct {
	Channel string
	Thread  string // only this thread; "" for anywhere in the channel
	OnlyFor string // an ephemeral message for this user; "" for one that all see
}

// In is a channel.
func In(channel string) SlackWhere { return SlackWhere{Channel: channel} }

// InThread is the thread of a message.
func InThread(m SlackMessage) SlackWhere { return SlackWhere{Channel: m.Channel, Thread: m.Root()} }

// For restricts w to what only user sees.
func (w SlackWhere) For(user string) SlackWhere {
	w.OnlyFor = user
	return w
}

// SlackMatch tells whether a message is the one that is awaited.
type SlackMatch func(SlackMessage) bool

// Says matches a message that shows all of these texts.
func Says(parts ...string) SlackMatch {
	return func(m SlackMessage) bool {
		seen := m.Visible()
		for _, p := range parts {
			if !strings.Contains(seen, p) {
				return false
			}
		}
		return true
	}
}

// Offers matches a message with a button or menu whose action id begins with action.
func Offers(action string) SlackMatch {
	return func(m SlackMessage) bool {
		for _, b := range m.Buttons() {
			if strings.HasPrefix(b.ActionID, action) {
				return true
			}
		}
		for _, menu := range m.Menus() {
			if strings.HasPrefix(menu.ActionID, action) {
				return true
			}
		}
		return false
	}
}

// Shows matches a message with a file of this name.
func Shows(name string) SlackMatch {
	return func(m SlackMessage) bool {
		return slices.ContainsFunc(m.Files, func(f SlackFile) bool { return f.Name == name })
	}
}

// After matches what was written later than m.
func After(m SlackMessage) SlackMatch {
	return func(x SlackMessage) bool { return x.TS > m.TS }
}

// All matches when all of the matches do.
func All(matches ...SlackMatch) SlackMatch {
	return func(m SlackMessage) bool {
		for _, f := range matches {
			if !f(m) {
				return false
			}
		}
		return true
	}
}

// Expect waits for the first message of the bot at where that matches (nil: any) and ends the test
// after timeout with what was there instead.
func (s *SlackServer) Expect(where SlackWhere, match SlackMatch, timeout time.Duration) SlackMessage {
	s.t.Helper()
	var found SlackMessage
	ok := s.await(timeout, func() bool {
		for _, m := range s.messages {
			if m.BotID == SlackBotID && where.holds(m) && (match == nil || match(*m)) {
				found = *m
				return true
			}
		}
		return false
	})
	if !ok {
		var seen []string
		for _, m := range s.Messages(where) {
			seen = append(seen, fmt.Sprintf("%s %s: %q", m.TS, m.User, m.Visible()))
		}
		s.t.Fatalf("bottest: not shown within %v in %+v; there is:\n%s", timeout, where, strings.Join(seen, "\n"))
	}
	return found
}

func (w SlackWhere) holds(m *SlackMessage) bool {
	return m.Channel == w.Channel && (w.Thread == "" || m.Root() == w.Thread) && m.OnlyFor == w.OnlyFor && !m.Deleted
}

// Messages lists what is to be seen at where, in order.
func (s *SlackServer) Messages(where SlackWhere) []SlackMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []SlackMessage
	for _, m := range s.messages {
		if where.holds(m) {
			out = append(out, *m)
		}
	}
	return out
}

// Message gives the present state of a message; Deleted is set when it is gone.
func (s *SlackServer) Message(m SlackMessage) SlackMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.messages {
		if x.Channel == m.Channel && x.TS == m.TS {
			return *x
		}
	}
	return SlackMessage{Deleted: true}
}

// ExpectView waits for a modal that is open before user.
func (s *SlackServer) ExpectView(user string, timeout time.Duration) SlackView {
	s.t.Helper()
	var found SlackView
	if !s.await(timeout, func() bool {
		for _, v := range s.views {
			if v.User == user && v.Open {
				found = *v
				return true
			}
		}
		return false
	}) {
		s.t.Fatalf("bottest: no form before %s within %v", user, timeout)
	}
	return found
}

// ExpectHome waits for the Home tab of user.
func (s *SlackServer) ExpectHome(user string, timeout time.Duration) SlackView {
	s.t.Helper()
	var found SlackView
	if !s.await(timeout, func() bool {
		v := s.homes[user]
		if v != nil {
			found = *v
		}
		return v != nil
	}) {
		s.t.Fatalf("bottest: no Home before %s within %v", user, timeout)
	}
	return found
}

// ExpectCalls waits until method was called n times and gives these calls.
func (s *SlackServer) ExpectCalls(method string, n int, timeout time.Duration) []SlackCall {
	s.t.Helper()
	var found []SlackCall
	if !s.await(timeout, func() bool {
		found = nil
		for _, c := range s.calls {
			if c.Method == method {
				found = append(found, c)
			}
		}
		return len(found) >= n
	}) {
		s.t.Fatalf("bottest: %d calls of %s within %v, want %d", len(found), method, timeout, n)
	}
	return found
}

// ExpectDeliveries waits until match was true of n attempts.
func (s *SlackServer) ExpectDeliveries(n int, match func(SlackDelivery) bool, timeout time.Duration) {
	s.t.Helper()
	if !s.await(timeout, func() bool {
		got := 0
		for _, d := range s.delivered {
			if match(d) {
				got++
			}
		}
		return got >= n
	}) {
		s.t.Fatalf("bottest: not so many deliveries within %v: %+v", timeout, s.Deliveries())
	}
}

// await calls ready under the lock now and after every change, until it is true or time is up.
func (s *SlackServer) await(timeout time.Duration, ready func() bool) bool {
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
