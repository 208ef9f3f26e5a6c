package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
)

// TestSlackSocketModeConversation plays a whole conversation over Socket Mode,
// while the connection is renewed once and breaks once.
func TestSlackSocketModeConversation(t *testing.T) {
	socket := onSlack
	socket.slack.Socket = true
	w := newTown(t, socket)
	s := english(t)
	root, first := w.reported(s.say("script.report"))
	w.slack.DisconnectSockets(true)
	last := w.askedUntilProposal(root, first, s)
	w.slack.DisconnectSockets(false)
	w.Reply(nok, root, s.say("script.not_fixed"))
	w.expect(thread(root), after(last), shows(s.say("propose.next")))
	w.Reply(nok, root, s.say("script.human"))
	w.expect(thread(root), shows(s.say("handoff.asked_for_person")))
	w.relayAndResolve(root, s)
	w.once(thread(root), s.say("intro"))
	if n := w.metric("firstline_slack_socket_up"); n != 1 {
		t.Errorf("slack_socket_up is %v, want 1", n)
	}
}

func TestSlackCommand(t *testing.T) {
	w := newTown(t, onSlack)
	s := english(t)
	command := func(text string) string { return w.slack.Command(w.slack.ID(nok), w.slack.ID(siam), text).Text }
	for _, text := range []string{"", "help"} {
		if got := command(text); bare(got) != bare(s.say("slack.command.help")) {
			t.Errorf("/firstline %s: %q, want the help", text, got)
		}
	}
	w.wantCases(0, "help opens none")
	if got := command("our live stream keeps freezing in Thailand"); bare(got) != bare(s.say("slack.command.ack")) {
		t.Errorf("acknowledgement: %q", got)
	}
	root := w.expect(in(siam), says("Nok", "keeps freezing in Thailand"))
	first := w.expect(thread(root), shows(s.say("intro")))
	w.Click(nok, first, "human")
	w.expect(thread(root), shows(s.say("handoff.asked_for_person")))
	w.card(says("keeps freezing", "Siam Live"))

	command("human")
	called := w.expect(in(siam), after(root), shows(s.say("slack.command.human")))
	w.expect(thread(called), shows(s.say("handoff.asked_for_person")))
	w.Reply(nok, called, "Are you there?")
	w.expect(in(desk), says("Are you there?"))

	w.slack.AddChannel(bottest.SlackChannel{ID: "C0OUT", Name: "private", Members: []string{w.slack.ID(nok)}, NoBot: true})
	if got := w.slack.Command(w.slack.ID(nok), "C0OUT", "hello"); bare(got.Text) != bare(s.say("slack.command.elsewhere")) {
		t.Errorf("where the bot is not: %+v", got)
	}
	w.wantCases(2, "one of each command")
}

func TestSlackHome(t *testing.T) {
	w := newTown(t, onSlack)
	w.slack.AddPerson(bottest.Person{Key: "ploy", Name: "Ploy", Locale: "th-TH"})
	for who, lang := range map[string]string{nok: "en", "ploy": "th"} {
		s := words{english(t).texts, lang}
		w.slack.OpenHome(w.slack.ID(who))
		home := bare(w.slack.ExpectHome(w.slack.ID(who), patience).Visible())
		for _, key := range []string{"slack.home.title", "slack.home.text", "slack.home.how", "slack.home.command"} {
			if !strings.Contains(home, bare(s.say(key))) {
				t.Errorf("Home in %s lacks %s:\n%s", lang, key, home)
			}
		}
	}
	w.wantCases(0, "opening Home opens none")
}

// TestSlackConnect: in a shared channel the customer's people are of another
// workspace, their files need a look, and our own people are there, too.
func TestSlackConnect(t *testing.T) {
	w := newTown(t, onSlack)
	far := "UFAR"
	w.slack.AddUser(bottest.SlackUser{ID: far, Name: "Somchai", Locale: "th-TH", Zone: "Asia/Bangkok", Team: "T0SIAM"})
	w.slack.AddChannel(bottest.SlackChannel{ID: w.slack.ID(siam), Name: "siam-live", Members: []string{far}, Shared: true})
	trace := bottest.SlackFile{ID: "F9", Name: "trace.zip", Content: []byte("PK")}
	w.slack.AddFile(trace)
	trace.Hidden = true
	root := w.slack.Post(far, w.slack.ID(siam), problem)
	at := bottest.Place{Room: siam, Thread: root.TS}
	w.expect(at, offers("human"))
	w.slack.Reply(far, root, wantHuman)
	card := w.card(says("Siam Live", "Somchai", "UTC+7"))
	w.slack.Reply(far, root, "see", bottest.WithFiles(trace))
	w.arrives(thread(card), bottest.Attached{Name: "trace.zip", Content: []byte("PK")})
	w.Click(kim, card, "claim")
	w.Reply(kim, card, "Hello Somchai")
	w.expect(at, says("Hello Somchai"))
}

// TestSlackEventsComeAgain: Slack's retries, a lost acknowledgement, and the two
// events of one mention are one event.
func TestSlackEventsComeAgain(t *testing.T) {
	w := newTown(t, onSlack)
	root := w.Post(nok, siam, problem)
	w.slack.Again()
	first := w.expect(thread(root), offers("slot:"))
	w.slack.Again()
	w.Click(nok, first, first.Buttons[0].Action)
	w.slack.Again()
	w.expect(thread(root), after(first))
	w.Reply(nok, root, wantHuman)
	w.slack.Again()
	w.slack.Again()
	card := w.card()
	w.Click(kim, card, "claim")
	w.slack.Again()
	w.Reply(kim, card, "hello from Kim")
	w.slack.Again()
	w.expect(thread(root), says("hello from Kim"))
	m := w.Post(nok, siam, "And the sound of our voice rooms in Brazil is gone", bottest.Words{Mention: true})
	w.expect(thread(m), offers("human"))
	w.drain()
	s := english(t)
	w.inOrder(root, s.say("intro"), s.say("handoff.asked_for_person"), s.with("claimed", "name", "Kim"), "hello from Kim")
	w.once(thread(m), s.say("intro"))
	w.wantCases(2, "the report and the mention")
	if got := len(w.caseOf(root).Words); got != 2 {
		t.Errorf("%d messages of the customer are kept, want two", got)
	}
	if got := len(w.caseOf(m).Words); got != 1 {
		t.Errorf("a mention is kept as %d messages, want one", got)
	}
	if n := w.metric(`firstline_events_accepted_total{fresh="no"`); n < 7 {
		t.Errorf("%v repeats counted, want seven at least", n)
	}
}
