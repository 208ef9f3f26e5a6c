package app_test

import (
	"slices"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n/langid"
)

// onCustomersDiscord are the stages with the customers on Discord.
var onCustomersDiscord = []stage{onDiscord, discordToSlack}

// TestDiscordPrivateThreads: where a guild asks for it, a case lives in a thread
// that its customer and the bot see.
func TestDiscordPrivateThreads(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		s := english(w.t)
		root := w.Post(nok, siam, s.say("script.report"))
		first := w.expect(in(siam), offers("human"))
		room := w.discord.Channel(first.Thread)
		if room.Kind != bottest.DiscordPrivateThread || !slices.Equal(room.Members, []string{bottest.DiscordBotUser, w.discord.ID(nok)}) {
			w.t.Fatalf("the case is in %+v, want a private thread of Nok and the bot", room)
		}
		w.expect(thread(first), says("Nok"), shows(s.say("script.report")))
		last := w.askedUntilProposal(first, first, s)
		w.Reply(nok, first, s.say("script.not_fixed"))
		w.expect(thread(first), after(last), shows(s.say("propose.next")))
		w.Edit(nok, root, s.say("script.report")+" Again!") // their first words stay theirs to change
		w.Reply(nok, first, s.say("script.human"))
		w.expect(thread(first), shows(s.say("handoff.asked_for_person")))
		w.relayAndResolve(first, s)
		if n := w.count(thread(root)); n != 0 {
			w.t.Errorf("%d messages of the bot for all to see:\n%s", n, w.Transcript(in(siam)))
		}
	}, func(w *town) { w.cfg.Discord.PrivateThreads = []string{w.discord.GuildID(siam)} })
}

// forum is a customer's forum channel.
const forum = "forum"

func withForum(w *town) {
	w.discord.AddRoomOf(bottest.Room{Key: forum, People: []string{nok}}, bottest.DiscordForum)
	w.cfg.Customers[0].Discord = append(w.cfg.Customers[0].Discord, w.discord.ID(forum))
}

// TestDiscordForumOfCustomers: a post is a case.
func TestDiscordForumOfCustomers(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		s := english(w.t)
		post := w.discord.PostForum(nok, forum, "Freezing", s.say("script.report"))
		first := w.expect(thread(post), shows(s.say("intro")))
		w.askedUntilProposal(post, first, s)
		w.Reply(nok, post, s.say("script.human"))
		w.expect(thread(post), shows(s.say("handoff.asked_for_person")))
		w.relayAndResolve(post, s)
	}, withForum)
}

// TestDiscordForumTitleIsRead: many people write the problem there and no more
// than "please have a look" below.
func TestDiscordForumTitleIsRead(t *testing.T) {
	onStages(t, onCustomersDiscord, func(w *town) {
		post := w.discord.PostForum(nok, forum, "Our live shopping stream keeps freezing in Thailand", "Please have a look")
		w.expect(thread(post))
		c := w.caseOf(post)
		if !slices.Contains(c.SymptomIDs(), "stutter") || !slices.Contains(c.RegionCodes(), "TH") {
			w.t.Errorf("the case knows %v in %v, want what the title says", c.SymptomIDs(), c.RegionCodes())
		}
	}, withForum)
}

// TestDiscordForumAsDesk: a card is a post, and its replies go to the customer.
func TestDiscordForumAsDesk(t *testing.T) {
	detect, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	onStages(t, []stage{onDiscord, slackToDiscord}, func(w *town) {
		w.wholeConversation(english(w.t), detect)
		card := w.expect(in(desk), shows("Siam Live (gold)"))
		if card.ID != card.Thread || !strings.HasPrefix(w.discord.Channel(card.Thread).Name, "P2") {
			w.t.Errorf("the card %s is in the post %q of thread %s, want it to begin one that is named after it", card.ID, w.discord.Channel(card.Thread).Name, card.Thread)
		}
	}, func(w *town) {
		w.discord.AddRoomOf(bottest.Room{Key: desk, People: []string{kim, lee}}, bottest.DiscordForum)
	})
}

// TestDiscordClaimWhileTheThreadIsOpened: a card can be clicked from the moment
// that it is shown, also while its thread takes its time.
func TestDiscordClaimWhileTheThreadIsOpened(t *testing.T) {
	onStages(t, []stage{onDiscord, slackToDiscord}, func(w *town) {
		root, _ := w.reported(problem)
		w.discord.DiscordServer.Fail("POST /channels/{channel}/messages/{message}/threads", 1, bottest.DiscordHang)
		w.Reply(nok, root, wantHuman)
		w.Click(kim, w.expect(in(desk), offers("claim")), "claim")
		w.expect(thread(root), shows(english(w.t).with("claimed", "name", "Kim")))
	}, impatient)
}

// TestDiscordArchivedThreadsAreOpenedAgain, on both sides.
func TestDiscordArchivedThreadsAreOpenedAgain(t *testing.T) {
	strict := onDiscord
	strict.discord.ArchivedRefuses = true
	w := newTown(t, strict)
	root, card := w.claimed(problem)
	w.discord.Archive(root.Thread, false)
	w.Reply(kim, card, "are you there?")
	w.expect(thread(root), says("are you there?"))
	w.discord.Archive(card.Thread, false)
	w.Reply(nok, root, "yes, I am")
	w.expect(thread(card), not(same(card)), says("yes, I am"))
}

// TestDiscordEngineerRoles: only who has the role speaks to customers.
func TestDiscordEngineerRoles(t *testing.T) {
	const role = "1100000000000090001"
	onStages(t, []stage{onDiscord, slackToDiscord}, func(w *town) {
		s := english(w.t)
		root, card := w.handedOff(problem)
		w.Click(lee, card, "claim")
		w.expect(toldTo(lee, card), shows(s.say("discord.click.role")))
		w.Reply(lee, card, "restart everything")
		w.expect(toldTo(lee, card), shows(s.say("discord.desk.words")))
		w.Reply(lee, card, "do it now")
		w.Click(kim, w.Now(card), "claim")
		w.Reply(kim, card, "Hello from Kim")
		w.expect(thread(root), says("Hello from Kim"))
		w.never(thread(root), "restart everything")
		w.never(thread(root), "do it now")
		if n := w.count(toldTo(lee, card), shows(s.say("discord.desk.words"))); n != 1 {
			w.t.Errorf("Lee was told %d times that only engineers write here, want once", n)
		}
		if c := w.caseOf(root); c.Assignee == nil || c.Assignee.ID != w.Desk.ID(kim) {
			w.t.Errorf("the case is %v's, want Kim's", c.Assignee)
		}
	}, func(w *town) {
		w.discord.AddGuild(bottest.DiscordGuild{ID: w.discord.GuildID(desk), Name: desk, Roles: []bottest.DiscordRole{{ID: role, Name: "engineer"}}})
		w.discord.Join(kim, desk, role)
		w.cfg.Discord.EngineerRoles = []string{role}
	})
}
