package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/triage"
)

// TestDiscordGatewayCutInMidConversation plays a whole conversation while the
// connection breaks once on each side of the handoff and is asked to be renewed
// once: the session is resumed, and everything is answered once and in order.
func TestDiscordGatewayCutInMidConversation(t *testing.T) {
	onStages(t, []stage{onDiscord, discordToSlack, slackToDiscord}, func(w *town) {
		s := english(w.t)
		root, first := w.reported(s.say("script.report"))
		w.discord.CutGateway()
		last := w.askedUntilProposal(root, first, s)
		w.Reply(nok, root, s.say("script.not_fixed"))
		w.expect(thread(root), after(last), shows(s.say("propose.next")))
		w.discord.AwaitGateway(patience)
		w.Reply(nok, root, s.say("script.human"))
		card := w.card()
		w.Click(kim, card, "claim")
		claimed := w.expect(thread(root), shows(s.with("claimed", "name", "Kim")))
		w.discord.ReconnectGateway()
		w.Reply(nok, root, "It is the stream summer-1")
		w.expect(thread(card), not(same(card)), says("summer-1"))
		w.Reply(kim, card, "Please open the stream again.")
		w.expect(thread(root), after(claimed), says("Please open the stream again."))
		w.drain()
		w.inOrder(root, s.say("intro"), s.say("propose.next"), s.say("handoff.asked_for_person"), s.with("claimed", "name", "Kim"),
			"Please open the stream again.")
		for i, c := range w.discord.Connections() {
			if c.Resumed != (i > 0) {
				w.t.Errorf("connection %d: resumed is %v, want every one but the first to resume", i+1, c.Resumed)
			}
		}
	})
}

// away are the ways in which the program can miss what people say: Discord
// tells nothing of it afterwards, it has to be read.
var away = map[string]func(w *town, meanwhile func()){
	"the session is lost": func(w *town, meanwhile func()) {
		w.discord.GatewayDown(true)
		w.discord.CutGateway()
		w.discord.ExpireSessions()
		meanwhile()
		w.discord.GatewayDown(false)
	},
	"the session is invalid": func(w *town, meanwhile func()) {
		w.discord.GatewayDown(true)
		w.discord.InvalidateSessions(false)
		meanwhile()
		w.discord.GatewayDown(false)
	},
	"the program is stopped": func(w *town, meanwhile func()) { w.restart(meanwhile) },
}

// TestDiscordMissedMessages: what was said on both sides while the program did
// not hear it is answered and relayed once and in order, in known
// conversations, in a new one and in a direct one.
func TestDiscordMissedMessages(t *testing.T) {
	for name, goAway := range away {
		t.Run(name, func(t *testing.T) {
			onStages(t, []stage{onDiscord, discordToSlack, slackToDiscord}, func(w *town) { w.missesMessages(goAway) })
		})
	}
}

func (w *town) missesMessages(goAway func(*town, func())) {
	s := english(w.t)
	root, card := w.claimed(problem)
	w.Reply(nok, root, "word zero")
	w.expect(thread(card), not(same(card)), says("word zero"))
	private := w.Post(nok, direct(nok), "Our live stream is blurry in Brazil")
	w.expect(thread(private), offers("human"))
	var second bottest.Shown
	goAway(w, func() {
		onSlack := w.Customers.Platform() == "slack" // who keeps its events and tries again; its part is played elsewhere
		if !onSlack {
			w.Reply(nok, root, "word one")
			w.Reply(nok, root, "word two")
			second = w.Post(nok, siam, "In the voice rooms everybody hears an echo on Android")
			w.Post(nok, direct(nok), wantHuman)
		}
		if w.Desk.Platform() == "discord" {
			w.Reply(kim, card, "answer one")
			w.Reply(kim, card, "answer two")
		}
	})
	if w.Customers.Platform() == "discord" {
		w.expect(thread(card), not(same(card)), says("word two"))
		w.expect(thread(second), offers("human"))
		w.expect(thread(private), shows(s.say("handoff.asked_for_person")))
		w.drain()
		w.inOrder(card, "word zero", "word one", "word two")
		w.once(thread(second), s.say("intro"))
		w.once(thread(private), s.say("intro"), s.say("handoff.asked_for_person"))
		w.wantCases(3, "the channel's two and the direct one")
	}
	if w.Desk.Platform() == "discord" {
		w.expect(thread(root), says("answer two"))
		w.drain()
		w.inOrder(root, s.with("claimed", "name", "Kim"), "answer one", "answer two")
	}
}

// TestDiscordMissedEdit: an edit is found with the next message that is read
// again. A deletion cannot be known.
func TestDiscordMissedEdit(t *testing.T) {
	w := newTown(t, onDiscord)
	root, card := w.claimed(problem)
	said := w.Reply(nok, root, "It is the stream summer-1")
	copied := w.expect(thread(card), not(same(card)), says("summer-1"))
	away["the session is lost"](w, func() {
		w.Edit(nok, said, "It is the stream winter-2")
		w.Reply(nok, root, "as I said")
	})
	w.until(copied, says("winter-2", "(edited)"))
	w.expect(thread(card), not(same(card)), says("as I said"))
}

// TestDiscordIntentIsRefused: the operator reads what to switch on and where.
// Customers elsewhere are served meanwhile; without an elsewhere the program
// ends.
func TestDiscordIntentIsRefused(t *testing.T) {
	const remedy = "Message Content Intent"
	t.Run("alone", func(t *testing.T) {
		w := newTown(t, onDiscord)
		w.stop()
		w.discord.RefuseIntents(true)
		w.run()
		if err := <-w.app.Failed(); !strings.Contains(err.Error(), remedy) {
			t.Errorf("the program ends with %q, want the remedy %q", err, remedy)
		}
	})
	t.Run("beside Slack", func(t *testing.T) {
		w := newTown(t, slackToDiscord)
		w.stop()
		w.discord.RefuseIntents(true)
		w.run()
		w.journal.await(t, remedy, func(text string, _ map[triage.EventKind]int) bool { return strings.Contains(text, remedy) })
		root, _ := w.reported(problem)
		w.Reply(nok, root, wantHuman)
		w.card()
	})
}

// TestDiscordCommandsAreRegisteredOnce, not at every start.
func TestDiscordCommandsAreRegisteredOnce(t *testing.T) {
	w := newTown(t, onDiscord)
	looked := len(w.discord.Calls("GET /applications/{app}/commands"))
	w.restart(func() {})
	w.discord.DiscordServer.ExpectCalls("GET /applications/{app}/commands", looked+1, patience)
	if n := len(w.discord.Calls("PUT /applications/{app}/commands")); n != 1 {
		t.Errorf("the commands were registered %d times, want once", n)
	}
	if n := len(w.discord.Commands()); n != 4 {
		t.Errorf("%d commands are registered, want four", n)
	}
}
