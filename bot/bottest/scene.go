// # Scene
//
// [Scene] is customers and engineers talking with the program, whatever the platform: both sides on one, or each on its own. A
// story that is written for it runs on Slack, on Discord and on both mixed. People and rooms have names that the story gives
// ("nok", "desk"); the platforms' ids are behind [Chat.ID]. What only one platform has is asked of its stand-in.
package bottest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Person is somebody who talks.
type Person struct {
	Key    string // what the story calls them
	Name   string // what everybody reads
	Locale string // as the platform spells it. On Discord it is told by clicks alone; words come with the guild's
	Zone   string // told by Slack alone
}

// Room is a channel with people in it.
type Room struct {
	Key    string
	People []string
	Locale string // of the guild, on Discord
}

// Words are what a message has besides its text.
type Words struct {
	Files    []Attached
	Raw      bool // on Slack the text is markup already, as a modified client sends it; on Discord it always is
	Mention  bool // it calls the bot
	OtherBot bool // another app wrote it
}

// Attached is a file of a message. Without content its bytes cannot be had.
type Attached struct {
	Name    string
	Content []byte
	Size    int    // when there is no content
	Link    string // of what is shown: where people open it
}

// Shown is a message as people see it.
type Shown struct {
	Platform string
	ID       string
	Room     string // by its key; a direct conversation is "@" and the person's
	Thread   string // the thread that it stands in or opens; "" in direct conversations
	Author   string // a person's key; "" for the program's own
	Bot      bool   // the program wrote it
	For      string // a person: nobody else sees it or, on Discord where that needs a click of theirs, it is an answer to them
	Text     string
	Buttons  []Pressable // those that can still be pressed
	Menus    []Pick      // those that can still be used
	Files    []Attached
	Deleted  bool
	Raw      any // the [SlackMessage] or [DiscordMessage]

	order int
}

// Pressable is a button.
type Pressable struct{ Action, Value, Label string }

// Pick is a menu.
type Pick struct {
	Action  string
	Options []string // values
}

// Form is a modal before a person.
type Form struct {
	Title  string
	Fields []FormLine

	raw any
}

// FormLine is a question of a [Form].
type FormLine struct {
	Name, Value string
	Required    bool
}

// Place is where a message is expected: a room with all of its threads, or one thread with the message that opens it.
type Place struct {
	Room   string
	Thread string // "" for anywhere in the room
	For    string // what is meant for this person alone; "" for what is meant for all
}

// At is the conversation that a message belongs to.
func At(m Shown) Place { return Place{Room: m.Room, Thread: m.Thread} }

// Match tells whether a message is the one that is awaited.
type Match func(Shown) bool

// Later matches what was written after m.
func Later(m Shown) Match { return func(x Shown) bool { return x.order > m.order } }

// Faults of calls that every platform has; [Chat.Faults] names those that one has besides.
const (
	FaultLimited     = "429"
	FaultError       = "500"
	FaultErrorAfter  = "500 after" // it was done
	FaultUnavailable = "503"
	FaultHTML        = "html"
	FaultCut         = "cut"
	FaultCutAfter    = "cut after"
	FaultHang        = "hang"
	FaultHangAfter   = "hang after"
)

// Kinds of calls that can go wrong.
const (
	CallPost   = "post"
	CallUpdate = "update"
)

// Chat is one platform with people on it.
type Chat interface {
	Platform() string
	ID(key string) string // of a person or room, as the platform has it
	AddPerson(Person)
	AddRoom(Room)
	Faults() []string
	Fail(call string, n int, fault string) // the next n calls go wrong
	CallsOf(call string) int               // how many there were
	ExpectCalls(call string, n int, timeout time.Duration)
	Refuse(bool)               // the bot's token is no good, or good again
	Catch() int                // hands over again what was never acknowledged; it tells how much still is not
	Online(wait time.Duration) // waits until the program hears what people say
	Longest() int              // units of one message of a person

	has(key string) bool
	say(who, room, thread, text string, with Words) Shown
	edit(who string, m Shown, text string)
	remove(who string, m Shown)
	press(who string, m Shown, action string, value []string) error
	choose(who string, m Shown, action, value string)
	openForm(who string, m Shown, wait time.Duration) Form
	submit(who string, f Form, fields map[string]string)
	seen(Place) []Shown // under the stand-in's lock
	now(Shown) Shown
	lock(func())
	await(timeout time.Duration, ready func() bool) bool
}

// Scene is the people of one story: Customers and Desk are the same [Chat] when they are on one platform.
type Scene struct {
	T               testing.TB
	Customers, Desk Chat
}

// chat gives where a room or person is.
func (s *Scene) chat(key string) Chat {
	s.T.Helper()
	for _, c := range []Chat{s.Customers, s.Desk} {
		if c.has(strings.TrimPrefix(key, "@")) {
			return c
		}
	}
	s.T.Fatalf("bottest: nobody and nothing is called %q", key)
	return nil
}

// Post writes into a room, or into somebody's direct conversation with the bot ("@" and their key).
func (s *Scene) Post(who, room, text string, with ...Words) Shown {
	s.T.Helper()
	return s.chat(room).say(who, room, "", text, only(with))
}

// Reply writes into the conversation of a message.
func (s *Scene) Reply(who string, to Shown, text string, with ...Words) Shown {
	s.T.Helper()
	return s.chat(to.Room).say(who, to.Room, to.Thread, text, only(with))
}

func only(with []Words) Words {
	if len(with) == 0 {
		return Words{}
	}
	return with[0]
}

// Edit changes a message of who.
func (s *Scene) Edit(who string, m Shown, text string) {
	s.T.Helper()
	s.chat(m.Room).edit(who, m, text)
}

// Delete takes a message of who away.
func (s *Scene) Delete(who string, m Shown) {
	s.T.Helper()
	s.chat(m.Room).remove(who, m)
}

// Click presses the button whose action begins with action, and whose value is value when one is given, on the present state of
// a message. It returns when the program has answered.
func (s *Scene) Click(who string, m Shown, action string, value ...string) {
	s.T.Helper()
	if err := s.TryClick(who, m, action, value...); err != nil {
		s.T.Fatalf("bottest: %v", err)
	}
}

// TryClick is [Scene.Click] with an error for what a person could not do.
func (s *Scene) TryClick(who string, m Shown, action string, value ...string) error {
	s.T.Helper()
	return s.chat(m.Room).press(who, m, action, value)
}

// Choose picks an option of a menu.
func (s *Scene) Choose(who string, m Shown, action, value string) {
	s.T.Helper()
	s.chat(m.Room).choose(who, m, action, value)
}

// OpenForm presses the form button of a message and gives what opens.
func (s *Scene) OpenForm(who string, m Shown, timeout time.Duration) Form {
	s.T.Helper()
	return s.chat(m.Room).openForm(who, m, timeout)
}

// Submit sends a form; fields that are not named keep what they show.
func (s *Scene) Submit(who string, f Form, fields map[string]string) {
	s.T.Helper()
	s.chat(who).submit(who, f, fields)
}

// Messages lists what is to be seen, in order.
func (s *Scene) Messages(where Place) (out []Shown) {
	s.T.Helper()
	c := s.chat(where.Room)
	c.lock(func() { out = slices.DeleteFunc(c.seen(where), func(m Shown) bool { return m.Deleted }) })
	return out
}

// Now gives the present state of a message.
func (s *Scene) Now(m Shown) Shown {
	s.T.Helper()
	return s.chat(m.Room).now(m)
}

// Expect waits for the first message of the bot that matches (nil: any) and ends the test after timeout with what was there instead.
func (s *Scene) Expect(where Place, match Match, timeout time.Duration) Shown {
	s.T.Helper()
	found, ok := s.find(where, func(m Shown) bool { return m.Bot && !m.Deleted && (match == nil || match(m)) }, timeout)
	if !ok {
		s.T.Fatalf("bottest: not shown within %v in %+v; there is:\n%s", timeout, where, s.Transcript(where))
	}
	return found
}

// Until waits for a message to change: it is shown in its present state.
func (s *Scene) Until(m Shown, match Match, timeout time.Duration) Shown {
	s.T.Helper()
	where := At(m)
	where.For = m.For
	now, ok := s.find(where, func(x Shown) bool { return x.ID == m.ID && match(x) }, timeout)
	if !ok {
		s.T.Fatalf("bottest: did not change so within %v:\n%s", timeout, s.Now(m).line())
	}
	return now
}

func (s *Scene) find(where Place, match Match, timeout time.Duration) (found Shown, ok bool) {
	s.T.Helper()
	c := s.chat(where.Room)
	ok = c.await(timeout, func() bool {
		for _, m := range c.seen(where) {
			if match(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found, ok
}

// Transcript is what people see, for failures.
func (s *Scene) Transcript(where Place) string {
	s.T.Helper()
	var b strings.Builder
	for _, m := range s.Messages(where) {
		b.WriteString(m.line() + "\n")
	}
	return b.String()
}
