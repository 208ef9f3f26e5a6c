package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/triage"
)

// command types a slash command.
func (w *town) command(who, room, name string) bottest.DiscordReply {
	w.t.Helper()
	return w.discord.Command(w.discord.ID(who), w.discord.ID(room), name)
}

// inThread types a slash command in the thread of a message.
func (w *town) inThread(who string, m bottest.Shown, name string) bottest.DiscordReply {
	w.t.Helper()
	return w.discord.Command(w.discord.ID(who), m.Thread, name)
}

// TestDiscordSupport opens a case with the form of /support: the words are shown
// as the person's, and what was chosen besides counts as their answer.
func TestDiscordSupport(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		s := english(w.t)
		form := bottest.DiscordFormOf(w.command(nok, siam, "support").Form)
		names := map[string]bool{}
		for _, f := range form.Fields {
			names[f.Name] = true
			if f.Required != (f.Name == "problem") {
				w.t.Errorf("field %s: required is %v, want the problem alone to be", f.Name, f.Required)
			}
		}
		if !names["problem"] || !names["region"] {
			w.t.Fatalf("the form asks %v, want the problem and the region among them", form.Fields)
		}
		w.Submit(nok, form, map[string]string{"problem": "our live stream keeps freezing", "region": "TH"})
		w.expect(toldTo(nok, bottest.Shown{Room: siam}), shows(s.say("discord.command.ack")))
		root := w.expect(in(siam), says("Nok", "our live stream keeps freezing"))
		w.expect(thread(root), shows(s.say("intro")))
		w.handled(triage.EventForm, 1)
		w.wantCases(1, "a command is one report")
		if c := w.caseOf(root); len(c.Regions) != 1 || c.Regions[0].Value != "TH" || c.Regions[0].Source != triage.SourceForm {
			w.t.Errorf("regions %+v, want Thailand from the form", c.Regions)
		}
		w.Reply(nok, root, wantHuman)
		w.card(says("keeps freezing", "Siam Live", "Nok"))
	})
}

// TestDiscordHumanAndCase are understood where a conversation is, and elsewhere;
// what they answer is for one person, in the language of their client.
func TestDiscordHumanAndCase(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		s, thai := english(w.t), words{english(w.t).texts, "th"}
		if got := w.command("ploy", siam, "case"); got.Message.OnlyFor == "" || !strings.Contains(bare(got.Message.Visible()), bare(thai.say("discord.case.none"))) {
			w.t.Errorf("/case where there is none: %q for %q", got.Message.Visible(), got.Message.OnlyFor)
		}
		root, _ := w.reported(problem)
		state := w.inThread(nok, root, "case").Message
		if c := w.caseOf(root); !strings.Contains(state.Visible(), c.ID) || !strings.Contains(bare(state.Visible()), "Thailand") || state.OnlyFor == "" {
			w.t.Errorf("/case answers %q for %q, want how the case stands, for Nok alone", state.Visible(), state.OnlyFor)
		}
		w.inThread(nok, root, "human")
		w.expect(thread(root), shows(s.say("handoff.asked_for_person")))
		w.card(shows(problem))
		w.command("ploy", siam, "human")
		called := w.expect(in(siam), says("Ploy"), shows(thai.say("discord.command.human")))
		w.expect(thread(called), shows(thai.say("handoff.asked_for_person")))
		w.wantCases(2, "one asked in its thread, one in the channel")
	}, func(w *town) {
		w.Customers.AddPerson(bottest.Person{Key: "ploy", Name: "Ploy", Locale: "th"})
		w.Customers.AddRoom(bottest.Room{Key: siam, People: []string{nok, "ploy"}})
	})
}

// TestDiscordCommandsOnTheDesk are for customers.
func TestDiscordCommandsOnTheDesk(t *testing.T) {
	onStages(t, []stage{onDiscord, slackToDiscord}, func(w *town) {
		for _, name := range []string{"support", "human", "case"} {
			got := w.command(kim, desk, name).Message
			if got.OnlyFor == "" || !strings.Contains(bare(got.Visible()), bare(english(w.t).say("discord.command.desk"))) {
				w.t.Errorf("/%s on the desk: %q for %q", name, got.Visible(), got.OnlyFor)
			}
		}
		w.drain()
		w.wantCases(0, "an engineer is no customer")
	})
}

// TestDiscordAskAboutAMessage: the command of a message's menu opens a case
// about what somebody else wrote, for who asked.
func TestDiscordAskAboutAMessage(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		s := english(w.t)
		m := w.Post("ana", "general", "the live stream keeps freezing in Thailand, is it me?", bottest.Words{
			Files: []bottest.Attached{{Name: "screen.png", Content: []byte("\x89PNG")}},
		})
		w.discord.AskAbout(w.discord.ID(nok), m.Raw.(bottest.DiscordMessage))
		first := w.expect(thread(m), shows(s.say("intro")))
		c := w.caseOf(m)
		if c.Contact.ID != w.discord.ID(nok) || len(c.RegionCodes()) != 1 || c.RegionCodes()[0] != "TH" {
			w.t.Errorf("the case is of %q in %v, want Nok's, in Thailand", c.Contact.ID, c.RegionCodes())
		}
		w.Click(nok, first, "human")
		card := w.card(says("keeps freezing in Thailand"))
		w.Click(kim, card, "claim")
		w.Reply(kim, card, "Hello from Kim")
		w.expect(thread(m), says("Hello from Kim"))
	}, func(w *town) {
		w.Customers.AddPerson(bottest.Person{Key: "ana", Name: "Ana"})
		w.Customers.AddRoom(bottest.Room{Key: "general", People: []string{nok, "ana"}})
	})
}

// TestDiscordForgedClicks change nothing, and who clicks is told kindly.
func TestDiscordForgedClicks(t *testing.T) {
	w := newTown(t, onDiscord)
	s := english(t)
	root, card := w.handedOff(problem)
	first := w.expect(thread(root), offers("slot:"))
	other, _ := w.reported("In the voice rooms everybody hears an echo on Android")
	w.drain()
	id := w.caseOf(root).ID
	for _, forged := range []string{
		"claim||" + id, "resolve|" + id + "|" + id, "fixed|" + w.caseOf(other).ID + "|" + w.caseOf(other).ID, "unheard|of|" + id, "nonsense", "",
	} {
		got := w.discord.Forge(w.discord.ID(nok), first.Raw.(bottest.DiscordMessage), forged)
		if got.Message.OnlyFor == "" || !strings.Contains(bare(got.Message.Visible()), bare(s.say("discord.click.stale"))) {
			t.Errorf("%q is answered with %+v", forged, got)
		}
	}
	w.drain()
	if c := w.caseOf(root); c.Status != triage.StatusHandedOff || !w.Now(card).Offers("claim") {
		t.Errorf("the case is %s after clicks that nobody offered", c.Status)
	}
	if n := w.metric(`firstline_discord_events_total{result="refused"`); n < 6 {
		t.Errorf("%v refusals counted, want six", n)
	}
}
