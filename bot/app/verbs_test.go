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
	"firstline/bot/config"
	"firstline/i18n"
	"firstline/triage"
)

// What the customer writes in most of the stories.
const (
	problem   = "Our live shopping stream keeps freezing in Thailand since yesterday evening"
	wantHuman = "Please get me a real engineer"
)

// words gives what the bot, and the customer of a script, say in a language.
type words struct {
	texts *i18n.Catalogue
	lang  string
}

func english(t *testing.T) words {
	t.Helper()
	texts, err := i18n.Default()
	if err != nil {
		t.Fatal(err)
	}
	return words{texts, "en"}
}

func (s words) say(key string) string { return s.texts.Text(s.lang, key, nil) }

// with says a text that has arguments; pairs are names and values.
func (s words) with(key string, pairs ...string) string {
	args := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return s.texts.Text(s.lang, key, args)
}

// reported opens a case and waits for the first answer.
func (w *town) reported(text string) (root, first bottest.Shown) {
	w.t.Helper()
	root = w.Post(nok, siam, text)
	return root, w.expect(thread(root), offers("human"))
}

// card waits for a card on the desk that can be claimed, and until the program
// has noted where it stands. What happens in between is a story of its own.
func (w *town) card(matches ...bottest.Match) bottest.Shown {
	w.t.Helper()
	card := w.expect(in(desk), offers("claim"), all(matches...))
	w.drain()
	return w.Now(card)
}

// handedOff opens a case that goes to the desk.
func (w *town) handedOff(text string) (root, card bottest.Shown) {
	w.t.Helper()
	root, _ = w.reported(text)
	w.Reply(nok, root, wantHuman)
	return root, w.card(shows(text))
}

// claimed opens a case that Kim has.
func (w *town) claimed(text string) (root, card bottest.Shown) {
	w.t.Helper()
	root, card = w.handedOff(text)
	w.Click(kim, card, "claim")
	w.expect(thread(root), says("Kim"))
	w.drain()
	return root, card
}

// never checks, after everything is done, that no message of the bot shows a
// text. What was to show it must have been accepted: see something that came
// after it first.
func (w *town) never(where bottest.Place, text string) {
	w.t.Helper()
	w.drain()
	if w.count(where, shows(text)) > 0 {
		w.t.Errorf("%q is shown, want not; there is:\n%s", text, w.Transcript(where))
	}
}

// drain waits until everything accepted is handled and shown.
func (w *town) drain() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.app.Drain(ctx); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) cases() []triage.Case {
	w.t.Helper()
	return casesOf(w.t, w.cfg)
}

// casesOf lists the cases of a program.
func casesOf(t *testing.T, cfg *config.Config) []triage.Case {
	t.Helper()
	cs, err := app.OpenCases(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer cs.Close()
	list, err := cs.List(context.Background(), "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// wantCases checks how many cases there are.
func (w *town) wantCases(n int, why string) {
	w.t.Helper()
	if got := len(w.cases()); got != n {
		w.t.Errorf("%d cases, want %d: %s", got, n, why)
	}
}

// caseOf gives the case of a customer's conversation.
func (w *town) caseOf(m bottest.Shown) triage.Case {
	w.t.Helper()
	key := m.Platform + ":" + w.Customers.ID(m.Room) + ":" + m.Thread
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

// onlyIn checks that a case is about one region alone.
func (w *town) onlyIn(root bottest.Shown, region, when string) {
	w.t.Helper()
	if got := w.caseOf(root).RegionCodes(); len(got) != 1 || got[0] != region {
		w.t.Errorf("regions %s: %v, want %s alone", when, got, region)
	}
}
