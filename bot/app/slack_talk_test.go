package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
	"firstline/i18n"
	"firstline/i18n/langid"
	"firstline/triage"
)

// TestSlackP1 is a black screen for everybody in a running event: a person is
// called in the same turn, and the bot goes on asking one thing at a time until
// somebody has it.
func TestSlackP1(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	s := english(t)
	root := w.Post("UNOK", "C0SIAM", "Black screen for ALL viewers, our concert is live right now!!!")
	first := w.Expect(bottest.InThread(root), shows(s.say("handoff.p1")), patience)
	card := w.Expect(bottest.In("C0DESK"), bottest.Offers("claim"), patience)
	w.drain()
	if n := w.count(bottest.InThread(root), nil); n != 1 {
		t.Errorf("%d messages answer a P1, want one:\n%s", n, w.transcript(bottest.InThread(root)))
	}
	c := w.caseOf(root)
	if c.Severity != triage.P1 || c.Handoff == nil || c.Handoff.Reason != triage.ReasonP1 || c.Status != triage.StatusHandedOff {
		t.Fatalf("%s %s %+v, want P1, handed off for it", c.Severity, c.Status, c.Handoff)
	}
	for _, want := range []string{"P1", "black screen", s.say("rule." + c.SeverityRule), s.say("reason.p1"), "Siam Live"} {
		if !shows(want)(card) {
			t.Errorf("the card lacks %q:\n%s", want, card.Visible())
		}
	}
	if !strings.HasPrefix(card.Visible(), "P1 ") {
		t.Errorf("the card does not begin with P1:\n%s", card.Visible())
	}
	if n := strings.Count(bare(first.Visible()), "?"); n != 1 || !bottest.Offers("slot:")(first) {
		t.Errorf("%d questions in the first answer, want one that a click answers:\n%s", n, first.Visible())
	}
	w.Reply("UNOK", root, "It is in Korea, on KT and SK")
	next := w.Expect(bottest.InThread(root), bottest.All(bottest.After(first), bottest.Offers("slot:")), patience)
	if n := strings.Count(bare(next.Visible()), "?"); n != 1 || bottest.Offers("fixed")(next) {
		t.Errorf("the second answer is not one question:\n%s", next.Visible())
	}
	w.until(card, bottest.Says("South Korea"))
	w.Expect(bottest.InThread(card), bottest.Says("on KT and SK"), patience)
	w.Click("UKIM", w.Message(card), "claim")
	taken := w.Expect(bottest.InThread(root), shows(s.with("claimed", "name", "Kim")), patience)
	w.Reply("UNOK", root, "All platforms, also on Wi-Fi")
	w.Click("UNOK", next, next.Buttons()[0].ActionID) // a question that is still open may be answered
	w.Expect(bottest.InThread(card), bottest.Says("also on Wi-Fi"), patience)
	w.drain()
	if n := w.count(bottest.InThread(root), bottest.After(taken)); n != 0 {
		t.Errorf("the bot talks into a claimed case:\n%s", w.transcript(bottest.InThread(root)))
	}
	w.until(next, settled)
	w.replayed()
}

// TestSlackLanguageIsHeldAndFollowed: a switch is followed, short answers and
// codes change nothing, a wish beats all.
func TestSlackLanguageIsHeldAndFollowed(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	detect, err := langid.New()
	if err != nil {
		t.Fatal(err)
	}
	root := w.Post("UNOK", "C0SIAM", "Algunos espectadores en México ven la transmisión en vivo entrecortada")
	last := w.Expect(bottest.InThread(root), bottest.Offers("human"), patience)
	in := func(lang string, m bottest.SlackMessage) {
		t.Helper()
		if got := detect.Detect(m.Visible(), lang).Lang; got != lang || w.caseOf(root).Lang != lang {
			t.Errorf("answered in %s, case in %s, want %s:\n%s", got, w.caseOf(root).Lang, lang, m.Visible())
		}
	}
	in("es", last)
	answer := func(text string) {
		t.Helper()
		w.Reply("UNOK", root, text)
		last = w.Expect(bottest.InThread(root), bottest.After(last), patience)
	}
	answer("en Android") // two words that are English as well
	in("es", last)
	answer("Desculpe, prefiro continuar em português: os espectadores do Brasil reclamam muito da transmissão")
	in("pt-BR", last)
	answer("SDK 4.3.2, error -1307")
	in("pt-BR", last)
	answer("English please")
	in("en", last)
	answer("a transmissão continua travando para muitos espectadores no Brasil")
	in("en", last) // a choice is not undone by what one writes
	root2 := w.Post("UNOK", "C0SIAM", "-1307")
	again := w.Expect(bottest.InThread(root2), bottest.Offers("human"), patience)
	if got := detect.Detect(again.Visible(), "en").Lang; got != "en" {
		t.Errorf("the person who chose English is greeted in %s the next time", got)
	}
}

// TestSlackLocaleIsAHint decides only where the words do not.
func TestSlackLocaleIsAHint(t *testing.T) {
	for _, c := range []struct{ locale, text, lang string }{
		{"th-TH", "-1307 4.3.2", "th"},
		{"ar-SA", "https://example.com/x 1307", "ar"},
		{"pt-PT", "-1307", "pt-BR"},
		{"zh-TW", "-1307", "zh-Hant"},
		{"xx-YY", "-1307", "en"},
		{"th-TH", "Our live stream keeps freezing for many viewers", "en"},
	} {
		t.Run(c.locale+" "+c.text, func(t *testing.T) {
			w := newTown(t, bottest.SlackOptions{})
			w.AddUser(bottest.SlackUser{ID: "UNOK", Name: "Nok", Locale: c.locale})
			root, first := w.reported(c.text)
			if got := w.caseOf(root).Lang; got != c.lang {
				t.Errorf("the case is in %s, want %s:\n%s", got, c.lang, first.Visible())
			}
			if s := (words{english(t).texts, c.lang}); !shows(s.say("intro"))(first) {
				t.Errorf("not introduced in %s:\n%s", c.lang, first.Visible())
			}
		})
	}
}

// TestSlackHostileMessages are answered with sense, and a person is one click away.
func TestSlackHostileMessages(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		file bool
	}{
		"only a file":     {"", true},
		"emoji":           {"😡😡😡🔥", false},
		"emoji names":     {":rage: :fire:", false},
		"zero width":      {"\u200b\u200c\u200d\ufeff", false},
		"bidi controls":   {"\u202e\u2066\u2069\u202c", false},
		"bidi in words":   {"our stream \u202efreezes\u202c in Thailand", false},
		"spaces":          {" \n\t ", false},
		"punctuation":     {"???", false},
		"40,000 letters":  {strings.Repeat("our stream freezes ", 2106)[:40_000], false},
		"40,000 of one":   {strings.Repeat("a", 40_000), false},
		"40,000 Thai":     {strings.Repeat("กระตุก", 6_666), false},
		"marks on marks":  {"s" + strings.Repeat("\u0301", 3000) + "tream freezes", false},
		"control":         {"stream\x00 freezes\x07", false},
		"markup":          {"**``` <!channel> &amp; [x](y)", false},
		"template":        {"{{.text}} %s ${x} <no value>", false},
		"only a mention":  {"<@U0BOT>", false},
		"null and quotes": {`'; DROP TABLE cases; --"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var opts []bottest.SlackPostOption
			if c.file {
				opts = append(opts, bottest.WithFiles(bottest.SlackFile{ID: "F1", Name: "screen.png", Size: 5}))
			}
			t.Parallel()
			w := newTown(t, bottest.SlackOptions{})
			root := w.Post("UNOK", "C0SIAM", c.text, opts...)
			first := w.Expect(bottest.InThread(root), bottest.Offers("human"), patience)
			s := words{english(t).texts, w.caseOf(root).Lang}
			if !shows(s.say("intro"))(first) || len(first.Visible()) > 2000 {
				t.Errorf("answered with\n%.3000s", first.Visible())
			}
			w.Click("UNOK", first, "human")
			w.Expect(bottest.InThread(root), shows(s.say("handoff.asked_for_person")), patience)
			id := w.caseOf(root).ID
			card := w.Expect(bottest.In("C0DESK"), bottest.Says(id), patience)
			harmless(t, name, card)
			w.Reply("UNOK", root, c.text, opts...)
			w.drain()
			for _, m := range w.Messages(bottest.InThread(card)) {
				harmless(t, name, m)
			}
			if n := w.metric(`firstline_turns_failed_total`); n != 0 {
				t.Errorf("%v turns failed", n)
			}
			if n := w.metric("firstline_outbox_dead"); n != 0 {
				t.Errorf("%v messages were given up", n)
			}
		})
	}
}

// TestSlackLongRelayArrivesWhole: what is too long for one message comes in parts.
func TestSlackLongRelayArrivesWhole(t *testing.T) {
	w := newTown(t, bottest.SlackOptions{})
	root, card := w.claimed(problem)
	var long strings.Builder
	for i := range 4000 {
		long.WriteString("line")
		long.WriteString(i18n.Number("de", i))
		long.WriteString(" ok\n")
	}
	w.Reply("UNOK", root, strings.TrimSpace(long.String()))
	w.Expect(bottest.InThread(card), bottest.Says("line3.999 ok"), patience)
	w.drain()
	var got strings.Builder
	for _, m := range w.Messages(bottest.InThread(card)) {
		got.WriteString(m.Visible() + "\n")
	}
	for i := range 4000 {
		if want := "line" + i18n.Number("de", i) + " ok"; strings.Count(got.String(), want+"\n") != 1 {
			t.Fatalf("%q arrived %d times, want once", want, strings.Count(got.String(), want+"\n"))
		}
	}
}
