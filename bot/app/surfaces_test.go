package app_test

import (
	"slices"
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/bot/config"
)

func TestDirectMessage(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		dm := direct(nok)
		root := w.Post(nok, dm, problem)
		first := w.expect(in(dm), shows(s.say("intro")))
		if m, slack := first.Raw.(bottest.SlackMessage); slack && m.ThreadTS != "" {
			w.t.Errorf("the answer to a direct message is in a thread")
		}
		w.Post(nok, dm, wantHuman)
		card := w.card()
		if !shows(s.say("card.unknown_customer"))(card) {
			w.t.Errorf("the card of somebody unknown:\n%s", card.Text)
		}
		w.Click(kim, card, "claim")
		w.Reply(kim, card, "Hello from Kim")
		w.expect(in(dm), says("Kim", "Hello from Kim"))
		w.Post(nok, dm, "Good evening Kim")
		w.expect(thread(card), not(same(card)), says("Good evening Kim"))
		w.wantCases(1, "a direct message is one conversation")
		if c := w.caseOf(root); c.Assignee == nil || c.Assignee.Name != "Kim" {
			w.t.Errorf("the assignee is %v, want Kim", c.Assignee)
		}
	})
}

func TestMentionElsewhere(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		w.Post("ana", "general", "the stream looks frozen today, or is it me?")
		m := w.Post(nok, "general", "our live stream keeps freezing in Thailand", bottest.Words{Mention: true})
		first := w.expect(thread(m), shows(s.say("intro")))
		if strings.Contains(first.Text, "<@") {
			w.t.Errorf("the answer mentions somebody: %q", first.Text)
		}
		w.Reply(nok, m, wantHuman) // no mention is needed in a thread that is ours
		w.expect(thread(m), shows(s.say("handoff.asked_for_person")))
		card := w.card()
		for _, mention := range []string{"@firstline", bottest.SlackBotUser, bottest.DiscordBotUser} {
			if strings.Contains(card.Text, mention) {
				w.t.Errorf("the customer's words on the card have the mention in them:\n%s", card.Text)
			}
		}
		w.drain()
		w.wantCases(1, "what is not for the bot is left alone")
	}, func(w *town) {
		w.Customers.AddPerson(bottest.Person{Key: "ana", Name: "Ana"})
		w.Customers.AddRoom(bottest.Room{Key: "general", People: []string{nok, "ana"}})
	})
}

// twoCustomers adds Rio Games and their Ana.
func twoCustomers(w *town) {
	w.Customers.AddPerson(bottest.Person{Key: "ana", Name: "Ana", Locale: "pt-BR", Zone: "America/Sao_Paulo"})
	w.Customers.AddRoom(bottest.Room{Key: "rio", People: []string{"ana"}, Locale: "pt-BR"})
	w.cfg.Customers = append(w.cfg.Customers, w.serving(config.Customer{Name: "Rio Games", Tier: "standard"}, "rio"))
}

// TestTwoCustomers: what one says is never seen by the other, and a second
// top-level message is a second case.
func TestTwoCustomers(t *testing.T) {
	everywhere(t, func(w *town) {
		ours, _ := w.reported(problem)
		theirs := w.Post("ana", "rio", "A voz no jogo cai para alguns jogadores no Brasil")
		w.expect(thread(theirs), offers("human"))
		second, _ := w.reported("In the voice rooms everybody hears an echo on Android")
		w.Reply(nok, ours, wantHuman)
		w.Reply("ana", theirs, "Quero falar com um engenheiro")
		siamCard := w.card(says("Siam Live (gold)"))
		rioCard := w.card(says("Rio Games (standard)"))
		w.Click(kim, siamCard, "claim")
		w.Click(lee, rioCard, "claim")
		w.Reply(kim, siamCard, "words for Siam")
		w.Reply(lee, rioCard, "words for Rio")
		w.Reply(nok, ours, "from Siam")
		w.Reply("ana", theirs, "do Rio")
		w.expect(thread(ours), says("words for Siam"))
		w.expect(thread(theirs), says("words for Rio"))
		w.expect(thread(siamCard), says("from Siam"))
		w.expect(thread(rioCard), says("do Rio"))
		w.never(in(siam), "words for Rio")
		w.never(in("rio"), "words for Siam")
		w.never(thread(siamCard), "do Rio")
		w.never(thread(rioCard), "from Siam")
		w.never(thread(second), "words for")
		w.wantCases(3, "two of Siam Live and one of Rio Games")
		langs := []string{w.caseOf(ours).Lang, w.caseOf(theirs).Lang, w.caseOf(second).Lang}
		if !slices.Equal(langs, []string{"en", "pt-BR", "en"}) {
			w.t.Errorf("cases in %v, want en, pt-BR, en", langs)
		}
		if c := w.caseOf(second); c.Status.WithPerson() || !slices.Contains(c.SymptomIDs(), "audio_quality") || c.Customer != "Siam Live" {
			w.t.Errorf("the second case of Siam Live: %s %v", c.Status, c.SymptomIDs())
		}
	}, twoCustomers)
}
