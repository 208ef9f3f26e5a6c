package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/triage"
)

// TestP1 is a black screen for everybody in a running event: a person is called
// in the same turn, and the bot goes on asking one thing at a time until
// somebody has it.
func TestP1(t *testing.T) {
	everywhere(t, func(w *town) {
		s := english(w.t)
		root := w.Post(nok, siam, "Black screen for ALL viewers, our concert is live right now!!!")
		first := w.expect(thread(root), shows(s.say("handoff.p1")))
		card := w.card()
		w.drain()
		if n := w.count(thread(root)); n != 1 {
			w.t.Errorf("%d messages answer a P1, want one:\n%s", n, w.Transcript(thread(root)))
		}
		w.isP1(root, card, s)
		oneQuestion(w.t, first)
		w.Reply(nok, root, "It is in Korea, on KT and SK")
		next := w.expect(thread(root), after(first), offers("slot:"))
		oneQuestion(w.t, next)
		w.until(card, says("South Korea"))
		w.expect(thread(card), not(same(card)), says("on KT and SK"))
		w.Click(kim, w.Now(card), "claim")
		taken := w.expect(thread(root), shows(s.with("claimed", "name", "Kim")))
		w.Reply(nok, root, "All platforms, also on Wi-Fi")
		w.Click(nok, next, next.Buttons[0].Action) // a question that is still open may be answered
		w.expect(thread(card), not(same(card)), says("also on Wi-Fi"))
		w.until(next, settled)
		w.drain()
		if n := w.count(thread(root), after(taken)); n != 0 {
			w.t.Errorf("the bot talks into a claimed case:\n%s", w.Transcript(thread(root)))
		}
		w.replayed()
	})
}

func (w *town) isP1(root, card bottest.Shown, s words) {
	w.t.Helper()
	c := w.caseOf(root)
	if c.Severity != triage.P1 || c.Handoff == nil || c.Handoff.Reason != triage.ReasonP1 || c.Status != triage.StatusHandedOff {
		w.t.Fatalf("%s %s %+v, want P1, handed off for it", c.Severity, c.Status, c.Handoff)
	}
	for _, want := range []string{"P1", "black screen", s.say("rule." + c.SeverityRule), s.say("reason.p1"), "Siam Live"} {
		if !shows(want)(card) {
			w.t.Errorf("the card lacks %q:\n%s", want, card.Text)
		}
	}
	if !strings.HasPrefix(card.Text, "P1 ") {
		w.t.Errorf("the card does not begin with P1:\n%s", card.Text)
	}
}

func oneQuestion(t *testing.T, m bottest.Shown) {
	t.Helper()
	if n := strings.Count(bare(m.Text), "?"); n != 1 || !m.Offers("slot:") || m.Offers("fixed") {
		t.Errorf("%d questions in an answer, want one that a click answers:\n%s", n, m.Text)
	}
}

// TestLanguageIsHeldAndFollowed: a switch is followed, short answers and codes
// change nothing, a wish beats all.
func TestLanguageIsHeldAndFollowed(t *testing.T) {
	detect, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	everywhere(t, func(w *town) {
		root := w.Post(nok, siam, "Algunos espectadores en México ven la transmisión en vivo entrecortada")
		last := w.expect(thread(root), offers("human"))
		in := func(lang string) {
			w.t.Helper()
			if got := detect.Detect(last.Text, lang).Lang; got != lang || w.caseOf(root).Lang != lang {
				w.t.Errorf("answered in %s, case in %s, want %s:\n%s", got, w.caseOf(root).Lang, lang, last.Text)
			}
		}
		in("es")
		for _, said := range []struct{ text, lang string }{
			{"en Android", "es"}, // two words that are English as well
			{"Desculpe, prefiro continuar em português: os espectadores do Brasil reclamam muito da transmissão", "pt-BR"},
			{"SDK 4.3.2, error -1307", "pt-BR"},
			{"English please", "en"},
			{"a transmissão continua travando para muitos espectadores no Brasil", "en"}, // a choice is not undone by what one writes
		} {
			w.Reply(nok, root, said.text)
			last = w.expect(thread(root), after(last))
			in(said.lang)
		}
		again := w.expect(thread(w.Post(nok, siam, "-1307")), offers("human"))
		if got := detect.Detect(again.Text, "en").Lang; got != "en" {
			w.t.Errorf("the person who chose English is greeted in %s the next time", got)
		}
	})
}

// TestLocaleIsAHint decides only where the words do not: the person's on Slack,
// the guild's on Discord.
func TestLocaleIsAHint(t *testing.T) {
	for _, c := range []struct{ locale, text, lang string }{
		{"th-TH", "-1307 4.3.2", "th"},
		{"th", "-1307 4.3.2", "th"},
		{"ar-SA", "https://example.com/x 1307", "ar"},
		{"pt-PT", "-1307", "pt-BR"},
		{"zh-TW", "-1307", "zh-Hant"},
		{"es-419", "-1307", "es"},
		{"xx-YY", "-1307", "en"},
		{"th-TH", "Our live stream keeps freezing for many viewers", "en"},
	} {
		t.Run(c.locale+" "+c.text, func(t *testing.T) {
			onStages(t, []stage{onSlack, onDiscord}, func(w *town) {
				root, first := w.reported(c.text)
				if got := w.caseOf(root).Lang; got != c.lang {
					w.t.Errorf("the case is in %s, want %s:\n%s", got, c.lang, first.Text)
				}
				if s := (words{english(w.t).texts, c.lang}); !shows(s.say("intro"))(first) {
					w.t.Errorf("not introduced in %s:\n%s", c.lang, first.Text)
				}
			}, func(w *town) {
				w.Customers.AddPerson(bottest.Person{Key: nok, Name: "Nok", Locale: c.locale})
				w.Customers.AddRoom(bottest.Room{Key: siam, People: []string{nok}, Locale: c.locale})
			})
		})
	}
}

// TestLongRelayArrivesWhole: what is too long for one message comes in parts.
func TestLongRelayArrivesWhole(t *testing.T) {
	everywhere(t, func(w *town) {
		root, card := w.claimed(problem)
		line := func(i int) string { return "line" + i18n.Number("de", i) + " ok" }
		n := w.Customers.Longest() / len(line(9999)+"\n")
		var long strings.Builder
		for i := range n {
			long.WriteString(line(i) + "\n")
		}
		w.Reply(nok, root, strings.TrimSpace(long.String()))
		w.expect(thread(card), not(same(card)), says(line(n-1)))
		w.drain()
		var got strings.Builder
		for _, m := range w.Messages(thread(card)) {
			if m.ID != card.ID {
				got.WriteString(m.Text + "\n")
			}
		}
		for i := range n {
			if seen := strings.Count(got.String(), line(i)+"\n"); seen != 1 {
				w.t.Fatalf("%q arrived %d times, want once", line(i), seen)
			}
		}
	})
}
