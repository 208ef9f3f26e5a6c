package app_test

import (
	"testing"

	"firstline/bot/bottest"
)

// people are those of one story, without the program that they talk with.
type people struct {
	*bottest.Scene
	t       *testing.T
	slack   *bottest.SlackChat   // nil when nobody is there
	discord *bottest.DiscordChat // nil when nobody is there
	clock   *clock
}

func newPeople(t *testing.T, s stage) *people {
	t.Helper()
	p := &people{t: t, clock: newClock()}
	p.Scene = &bottest.Scene{T: t, Customers: p.chat(s.customers, s), Desk: p.chat(s.desk, s)}
	p.Customers.AddPerson(bottest.Person{Key: nok, Name: "Nok", Locale: "en-US", Zone: "Asia/Bangkok"})
	p.Desk.AddPerson(bottest.Person{Key: kim, Name: "Kim", Locale: "en-US"})
	p.Desk.AddPerson(bottest.Person{Key: lee, Name: "Lee", Locale: "en-US"})
	p.Customers.AddRoom(bottest.Room{Key: siam, People: []string{nok}})
	p.Desk.AddRoom(bottest.Room{Key: desk, People: []string{kim, lee}})
	return p
}

// chat gives the platform of this name, the same one at the second time.
func (p *people) chat(platform string, s stage) bottest.Chat {
	p.t.Helper()
	switch {
	case platform == "slack" && p.slack == nil:
		s.slack.AckWithin, s.slack.TriggerLife, s.slack.Now = patience, patience, p.clock.now
		p.slack = bottest.NewSlackChat(bottest.NewSlack(p.t, s.slack))
	case platform == "discord" && p.discord == nil:
		s.discord.AckWithin, s.discord.Now = patience, p.clock.now
		p.discord = bottest.NewDiscordChat(bottest.NewDiscord(p.t, s.discord))
	}
	if platform == "slack" {
		return p.slack
	}
	return p.discord
}

// online waits until the program hears what people say.
func (p *people) online() {
	p.t.Helper()
	p.Customers.Online(patience)
	p.Desk.Online(patience)
}

// expect waits for a message of the bot to which all of the matches apply.
func (p *people) expect(where bottest.Place, matches ...bottest.Match) bottest.Shown {
	p.t.Helper()
	return p.Expect(where, all(matches...), patience)
}

// until waits for a message to change: it is given in its present state.
func (p *people) until(m bottest.Shown, matches ...bottest.Match) bottest.Shown {
	p.t.Helper()
	return p.Until(m, all(matches...), patience)
}

// count tells how many messages of the bot that match are to be seen.
func (p *people) count(where bottest.Place, matches ...bottest.Match) int {
	n, match := 0, all(matches...)
	for _, m := range p.Messages(where) {
		if m.Bot && match(m) {
			n++
		}
	}
	return n
}

// once checks that exactly one message of the bot shows each text.
func (p *people) once(where bottest.Place, texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		if n := p.count(where, shows(text)); n != 1 {
			p.t.Errorf("%q is shown %d times, want once; there is:\n%s", text, n, p.Transcript(where))
		}
	}
}

// inOrder checks that the replies of the bot in a thread show these texts, each
// once and in this order.
func (p *people) inOrder(root bottest.Shown, texts ...string) {
	p.t.Helper()
	last := root
	for _, text := range texts {
		n := 0
		for _, m := range p.Messages(thread(root)) {
			if !m.Bot || m.ID == root.ID || !shows(text)(m) {
				continue
			}
			if n++; !after(last)(m) && m.ID != last.ID {
				p.t.Errorf("%q comes too early:\n%s", text, p.Transcript(thread(root)))
			}
			last = m
		}
		if n != 1 {
			p.t.Errorf("%q is shown %d times, want once:\n%s", text, n, p.Transcript(thread(root)))
		}
	}
}
