package app_test

import (
	"strings"

	"firstline/bot/bottest"
)

// in is a room with all of its threads.
func in(room string) bottest.Place { return bottest.Place{Room: room} }

// thread is the conversation of a message.
func thread(m bottest.Shown) bottest.Place { return bottest.At(m) }

// toldTo is what is meant for one person alone in the conversation of a message.
func toldTo(who string, m bottest.Shown) bottest.Place {
	at := bottest.At(m)
	at.For = who
	return at
}

// direct is somebody's direct conversation with the bot.
func direct(who string) string { return "@" + who }

// shows matches a message that shows a text, whatever its markup.
func shows(text string) bottest.Match {
	return func(m bottest.Shown) bool { return strings.Contains(bare(m.Text), bare(text)) }
}

// bare is a text without markup, isolates and what renderings put between
// letters.
func bare(s string) string {
	return strings.NewReplacer("*", "", "`", "", "\u200b", "", "\u2068", "", "\u2069", "", "\n", " ").Replace(s)
}

// says matches a message that has all of these texts, letter by letter.
func says(parts ...string) bottest.Match {
	return func(m bottest.Shown) bool {
		for _, p := range parts {
			if !strings.Contains(m.Text, p) {
				return false
			}
		}
		return true
	}
}

// offers matches a message with a button or menu whose action begins so.
func offers(action string) bottest.Match {
	return func(m bottest.Shown) bool { return m.Offers(action) }
}

// carries matches a message with a file of this name.
func carries(name string) bottest.Match {
	return func(m bottest.Shown) bool {
		for _, f := range m.Files {
			if f.Name == name {
				return true
			}
		}
		return false
	}
}

// settled matches a message without choices.
func settled(m bottest.Shown) bool { return len(m.Buttons)+len(m.Menus) == 0 }

// deleted matches a message that is gone.
func deleted(m bottest.Shown) bool { return m.Deleted }

// after matches what was written later than m.
func after(m bottest.Shown) bottest.Match { return bottest.Later(m) }

// not turns a match round.
func not(match bottest.Match) bottest.Match {
	return func(m bottest.Shown) bool { return !match(m) }
}

// all matches when all of the matches do.
func all(matches ...bottest.Match) bottest.Match {
	return func(m bottest.Shown) bool {
		for _, match := range matches {
			if !match(m) {
				return false
			}
		}
		return true
	}
}

// same matches one message.
func same(as bottest.Shown) bottest.Match {
	return func(m bottest.Shown) bool { return m.ID == as.ID && m.Room == as.Room }
}
