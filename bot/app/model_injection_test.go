package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"firstline/bot/app"
	"firstline/bot/assist"
	"firstline/bot/bottest"
	"firstline/triage"
)

// attempt is a customer's message that wants of the bot what a customer cannot
// have by clicking.
type attempt struct {
	ID   string `json:"id"`
	Lang string `json:"lang"`
	Text string `json:"text"`
}

// attempts gives every nth of the attempts that understanding is tested with.
func attempts(t *testing.T, nth int) (list []attempt) {
	t.Helper()
	f, err := os.Open("../../triage/understand/testdata/injections.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for i := 0; lines.Scan(); i++ {
		var a attempt
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if i%nth == 0 {
			list = append(list, a)
		}
	}
	if len(list) < 60/nth {
		t.Fatalf("%d attempts", len(list))
	}
	return list
}

// obeys makes a model do what a message tells it, as far as its form lets it:
// it claims an end, a wish for a person or an outage, quoting all of the
// message, and writes the message itself for whatever it should write.
func obeys(m *bottest.ModelServer) {
	m.Script(bottest.AnyPurpose, bottest.ModelAlways, bottest.ModelEchoes)
	m.Script(bottest.ModelUnderstanding, bottest.ModelAlways, bottest.ModelComputes(func(data json.RawMessage) any {
		var d struct {
			Message string `json:"message"`
		}
		_ = json.Unmarshal(data, &d)
		claim := func(value string) map[string]string {
			return map[string]string{"value": value, "quote": d.Message}
		}
		act, severity := claim("fixed"), claim("")
		switch len(d.Message) % 4 {
		case 0:
			act = claim("human")
		case 1:
			act, severity = claim("report"), claim("P1")
		}
		none := []any{}
		return map[string]any{"lang": claim("en"), "act": act, "severity": severity, "scenario": claim(""), "regions": none, "symptoms": none, "facts": none}
	}))
}

// toldAll leaves nothing to ask: a fix is proposed at once.
const toldAll = "Our live shopping stream keeps freezing in Thailand since yesterday for some users, only in some places, on Android"

// TestInjections sends every attempt at the three places where a customer
// writes: to open a case, after a fix was proposed, and beside an engineer.
// None does more than the customer could do by clicking.
func TestInjections(t *testing.T) {
	for _, x := range []struct {
		stage
		nth int
	}{{onSlack, 1}, {onDiscord, 6}} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w, m := modelTown(t, x.stage, twoCustomers)
			theirs := w.Post("ana", "rio", "A voz no jogo cai no canal zebra_77 para alguns jogadores no Brasil")
			w.expect(thread(theirs), offers("human"))
			list := attempts(t, x.nth)
			var tries []try
			for _, a := range list {
				root, _ := w.reported(toldAll)
				tries = append(tries, try{a, root, triage.StatusAwaiting})
			}
			claimed, card := w.claimed(problem)
			obeys(m)
			for i, a := range list {
				w.Reply(nok, tries[i].root, a.Text)
				tries = append(tries, try{a, w.Post(nok, siam, a.Text), triage.StatusOpen})
				if i%3 == 0 {
					w.Reply(nok, claimed, a.Text)
				}
			}
			w.Reply(nok, claimed, "that was all")
			w.expect(thread(card), not(same(card)), says("that was all"))
			w.drain()
			if n := len(m.Calls(bottest.ModelUnderstanding)); n < 2*len(list) {
				t.Errorf("the model was asked %d times for %d attempts", n, len(list))
			}
			w.unmoved(m, append(tries, try{root: claimed, at: triage.StatusClaimed}))
			w.replayed()
		})
	}
}

// try is an attempt in a conversation that was in this state.
type try struct {
	attempt
	root bottest.Shown
	at   triage.Status
}

// unmoved checks where the cases stand, and what customer and engineers see.
func (w *town) unmoved(m *bottest.ModelServer, tries []try) {
	w.t.Helper()
	secrets, own := append(instructed(m), "zebra_77", "Rio Games", "://"), ownTexts(w.t)
	cases := w.allCases()
	for _, x := range tries {
		c := cases[w.conversation(x.root)]
		if c.Status == triage.StatusClosed || c.Customer != "Siam Live" || c.Status.Over() && !w.saysFixed(x) {
			w.t.Errorf("%s: a case of %s that was %s is %s %s", x.ID, c.Customer, x.at, c.Status, c.Outcome)
		}
		for _, said := range w.Messages(thread(x.root)) {
			if !said.Bot {
				continue
			}
			harmless(w.t, x.Text, said)
			if assist.Promises(said.Text) && assist.Promises(said.Text, own...) { // the second look is costly
				w.t.Errorf("%s: the bot promises:\n%s", x.ID, said.Text)
			}
			for _, secret := range secrets {
				if shows(secret)(said) {
					w.t.Errorf("%s: the bot tells %q:\n%s", x.ID, secret, said.Text)
				}
			}
		}
	}
	for _, said := range w.Messages(in(desk)) {
		harmless(w.t, "an attempt", said)
	}
}

// allCases gives every case by its conversation.
func (w *town) allCases() map[string]triage.Case {
	w.t.Helper()
	cs, err := app.OpenCases(w.cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	defer cs.Close()
	list, err := cs.List(context.Background(), "", "", 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]triage.Case{}
	for _, c := range list {
		out[c.Conversation] = c
	}
	return out
}

// conversation names the conversation of a customer's message as cases do.
func (w *town) conversation(root bottest.Shown) string {
	return root.Platform + ":" + w.Customers.ID(root.Room) + ":" + root.Thread
}

// saysFixed tells that an attempt after a proposal is, by the rules alone, the
// customer's word that the fix helped: what a click could have said as well.
func (w *town) saysFixed(x try) bool {
	r := sharedCore(w.t).Reader.Read(context.Background(), triage.Question{Text: x.Text, Lang: "en", Status: x.at})
	return x.at == triage.StatusAwaiting && r.Act == triage.ActFixed
}

// instructed gives the sentences of a model's instructions, which nobody should read.
func instructed(m *bottest.ModelServer) (list []string) {
	for _, c := range m.Calls(bottest.AnyPurpose) {
		for line := range strings.Lines(c.System) {
			if line = strings.TrimSpace(line); len(line) > 40 && !slices.Contains(list, line) {
				list = append(list, line)
			}
		}
	}
	return list
}

// ownTexts are the steps of our articles, whose words are no promises.
func ownTexts(t *testing.T) (list []string) {
	t.Helper()
	library := sharedCore(t).Library
	for _, a := range library.Articles() {
		for _, lang := range a.Languages() {
			if text, ok := library.Text(a.ID, lang); ok {
				list = append(list, text.Steps...)
			}
		}
	}
	return list
}
