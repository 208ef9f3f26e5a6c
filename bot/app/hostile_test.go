package app_test

import (
	"strings"
	"testing"

	"firstline/bot/bottest"
)

// TestHostileMessages are answered with sense, and a person is one click away.
func TestHostileMessages(t *testing.T) {
	file := bottest.Words{Files: []bottest.Attached{{Name: "screen.png", Content: []byte("\x89PNG")}}}
	for name, c := range map[string]struct {
		text string
		with bottest.Words
	}{
		"only a file":     {"", file},
		"emoji":           {text: "😡😡😡🔥"},
		"emoji names":     {text: ":rage: :fire:"},
		"zero width":      {text: "\u200b\u200c\u200d\ufeff"},
		"bidi controls":   {text: "\u202e\u2066\u2069\u202c"},
		"bidi in words":   {text: "our stream \u202efreezes\u202c in Thailand"},
		"blank lines":     {text: "\n\n stream \t freezes \n\n"},
		"punctuation":     {text: "???"},
		"longest letters": {text: strings.Repeat("our stream freezes ", 2200)},
		"longest of one":  {text: strings.Repeat("a", 40_000)},
		"longest Thai":    {text: strings.Repeat("กระตุก", 7_000)},
		"marks on marks":  {text: "s" + strings.Repeat("\u0301", 3000) + "tream freezes"},
		"control":         {text: "stream\x00 freezes\x07"},
		"markup":          {text: "**``` <!channel> &amp; [x](y) ||@everyone||"},
		"template":        {text: "{{.text}} %s ${x} <no value>"},
		"only a mention":  {with: bottest.Words{Mention: true}},
		"null and quotes": {text: `'; DROP TABLE cases; --"`},
	} {
		t.Run(name, func(t *testing.T) {
			onStages(t, []stage{onSlack, onDiscord}, func(w *town) {
				w.hostileMessage(name, longest(c.text, w.Customers.Longest()), c.with)
			})
		})
	}
}

// longest cuts a text to what a person can write at once.
func longest(text string, units int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), units)])
}

func (w *town) hostileMessage(name, text string, with bottest.Words) {
	root := w.Post(nok, siam, text, with)
	first := w.expect(thread(root), offers("human"))
	s := words{english(w.t).texts, w.caseOf(root).Lang}
	if !shows(s.say("intro"))(first) || len(first.Text) > 2000 {
		w.t.Errorf("answered with\n%.3000s", first.Text)
	}
	w.Click(nok, first, "human")
	w.expect(thread(root), shows(s.say("handoff.asked_for_person")))
	card := w.expect(in(desk), says(w.caseOf(root).ID))
	harmless(w.t, name, card)
	w.Reply(nok, root, text, with)
	w.Reply(nok, root, "It is the stream summer-1")
	w.expect(thread(card), not(same(card)), says("summer-1"))
	w.drain()
	for _, m := range w.Messages(thread(card)) {
		harmless(w.t, name, m)
	}
	for _, trouble := range []string{"firstline_turns_failed_total", "firstline_outbox_dead"} {
		if n := w.metric(trouble); n != 0 {
			w.t.Errorf("%s is %v, want 0", trouble, n)
		}
	}
}
