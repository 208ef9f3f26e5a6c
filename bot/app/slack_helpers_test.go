package app_test

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"firstline/bot/app"
	"firstline/bot/bottest"
	"firstline/i18n"
	"firstline/triage"
)

// What the customer writes in most of the stories.
const (
	problem   = "Our live shopping stream keeps freezing in Thailand since yesterday evening"
	wantHuman = "Please get me a real engineer"
)

// english gives the bot's own words.
func english(t *testing.T) words {
	t.Helper()
	texts, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	return words{texts, "en"}
}

// with says a text that has arguments; pairs are names and values.
func (s words) with(key string, pairs ...string) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return s.texts.Text(s.lang, key, args)
}

// reported opens a case and waits for the first answer.
func (w *town) reported(text string) (root, first bottest.SlackMessage) {
	w.t.Helper()
	root = w.Post("UNOK", "C0SIAM", text)
	return root, w.Expect(bottest.InThread(root), bottest.Offers("human"), patience)
}

// handedOff opens a case that goes to the desk.
func (w *town) handedOff(text string) (root, card bottest.SlackMessage) {
	w.t.Helper()
	root, _ = w.reported(text)
	w.Reply("UNOK", root, wantHuman)
	return root, w.Expect(bottest.In("C0DESK"), bottest.All(bottest.Offers("claim"), shows(text)), patience)
}

// claimed opens a case that Kim has.
func (w *town) claimed(text string) (root, card bottest.SlackMessage) {
	w.t.Helper()
	root, card = w.handedOff(text)
	w.Click("UKIM", card, "claim")
	w.Expect(bottest.InThread(root), bottest.Says("Kim"), patience)
	w.drain()
	return root, card
}

// count tells how many messages of the bot that match are to be seen.
func (w *town) count(where bottest.SlackWhere, match bottest.SlackMatch) int {
	n := 0
	for _, m := range w.Messages(where) {
		if m.BotID == bottest.SlackBotID && (match == nil || match(m)) {
			n++
		}
	}
	return n
}

// once checks that exactly one message of the bot shows a text.
func (w *town) once(where bottest.SlackWhere, text string) {
	w.t.Helper()
	if n := w.count(where, shows(text)); n != 1 {
		w.t.Errorf("%q is shown %d times, want once; there is:\n%s", text, n, w.transcript(where))
	}
}

// never checks, after everything is done, that no message of the bot shows a text.
func (w *town) never(where bottest.SlackWhere, text string) {
	w.t.Helper()
	w.drain()
	if w.count(where, shows(text)) > 0 {
		w.t.Errorf("%q is shown, want not; there is:\n%s", text, w.transcript(where))
	}
}

// transcript is what people see, for failures.
func (w *town) transcript(where bottest.SlackWhere) string {
	var b strings.Builder
	for _, m := range w.Messages(where) {
		b.WriteString(m.User + ": " + strings.ReplaceAll(m.Visible(), "\n", "\n    "))
		for _, x := range m.Buttons() {
			b.WriteString(" [" + x.ActionID + "=" + x.Label + "]")
		}
		for _, x := range m.Menus() {
			b.WriteString(" {" + x.ActionID + "}")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// until waits for a message to change: it is shown in its present state.
func (w *town) until(m bottest.SlackMessage, match bottest.SlackMatch) bottest.SlackMessage {
	w.t.Helper()
	where := bottest.SlackWhere{Channel: m.Channel, OnlyFor: m.OnlyFor}
	return w.Expect(where, func(x bottest.SlackMessage) bool { return x.TS == m.TS && match(x) }, patience)
}

// settled matches a message without choices.
func settled(m bottest.SlackMessage) bool { return len(m.Buttons())+len(m.Menus()) == 0 }

// not turns a match round.
func not(match bottest.SlackMatch) bottest.SlackMatch {
	return func(m bottest.SlackMessage) bool { return !match(m) }
}

// caseOf gives the case of a customer's conversation.
func (w *town) caseOf(root bottest.SlackMessage) triage.Case {
	w.t.Helper()
	key := "slack:" + root.Channel + ":" + root.Root()
	for _, c := range w.cases() {
		if c.Conversation == key {
			return c
		}
	}
	w.t.Fatalf("no case of conversation %s", key)
	return triage.Case{}
}

// metric sums the samples whose line in /metrics begins with prefix.
func (w *town) metric(prefix string) float64 {
	w.t.Helper()
	resp, err := http.Get(w.url + "/metrics")
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	sum := 0.0
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, prefix) {
			v, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
			if err != nil {
				w.t.Fatalf("metrics line %q: %v", line, err)
			}
			sum += v
		}
	}
	return sum
}

// replayed checks that the stored events of every case give the stored case.
func (w *town) replayed() {
	w.t.Helper()
	cs, err := app.OpenCases(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	defer cs.Close()
	for _, c := range w.cases() {
		stored, again, err := cs.Replay(context.Background(), c.ID, func(triage.Event, triage.Case, []triage.Effect) {})
		if err != nil || stored.Status != again.Status || stored.Severity != again.Severity || stored.Lang != again.Lang || stored.Events != again.Events {
			w.t.Errorf("case %s replays as %s %s %s (%v), want %s %s %s", c.ID, again.Status, again.Severity, again.Lang, err, stored.Status, stored.Severity, stored.Lang)
		}
	}
}
