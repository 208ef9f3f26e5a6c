package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/bot/bottest"
	"firstline/triage"
)

// talked is what came of a conversation: what the customer was shown, what
// could be clicked, and what is known of the case.
type talked struct{ shown, known string }

// talk plays a conversation from a report to its end. What the bot says in it
// rests on what it understood, and on articles.
func (w *town) talk() talked {
	w.t.Helper()
	s := speaking(w.t, "en")
	root, last := w.reported(problem)
	shown := []bottest.Shown{last}
	for _, said := range []string{
		"All viewers on AIS and True have it, on Android", "We use your SDK 4.2.1", "No, nothing is on right now",
		"We will try that tonight, thank you", "That did not help at all", wantHuman,
	} {
		w.Reply(nok, root, said)
		last = w.expect(thread(root), after(last))
		shown = append(shown, last)
	}
	open := known(w.caseOf(root))
	card := w.card()
	if shows(s.say("card.summary"))(card) {
		w.t.Errorf("the card has a summary:\n%s", card.Text)
	}
	w.Click(kim, card, triage.ActionClaim)
	w.Reply(kim, card, "Please open the stream again.")
	shown = append(shown, w.expect(thread(root), says("Please open the stream again.")))
	w.Reply(nok, root, "It is still the same on AIS")
	w.expect(thread(card), not(same(card)), says("It is still the same on AIS"))
	w.press(kim, card, triage.ActionResolve)
	ask := w.expect(thread(root), offers(triage.ActionFixed), shows(s.with("resolved.by_person", "name", "Kim")))
	shown = append(shown, ask)
	w.press(nok, ask, triage.ActionFixed)
	shown = append(shown, w.expect(thread(root), shows(s.say("resolved.confirmed"))))
	w.drain()
	return talked{pages(shown), open + "\n" + known(w.caseOf(root))}
}

// pages tells messages with what they offer.
func pages(list []bottest.Shown) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s\n", m.Text)
		for _, p := range m.Buttons {
			fmt.Fprintf(&b, "[%s=%s]", p.Action, p.Label)
		}
		for _, p := range m.Menus {
			fmt.Fprintf(&b, "{%s %v}", p.Action, p.Options)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// known tells what a case has that was understood or proposed.
func known(c triage.Case) string {
	facts := func(list []triage.Fact) (out []string) {
		for _, f := range list {
			out = append(out, f.Value+" "+string(f.Source))
		}
		return out
	}
	var slots []string
	for _, slot := range slices.Sorted(maps.Keys(c.Facts)) {
		slots = append(slots, slot+" "+c.Facts[slot].Value+" "+string(c.Facts[slot].Source))
	}
	var fixes []string
	for _, f := range c.Fixes {
		fixes = append(fixes, fmt.Sprint(f.Article, " ", f.Step, " ", f.Outcome, f.Said))
	}
	return fmt.Sprintln(c.Status, c.Outcome, c.Lang, c.Severity, c.SeverityRule, facts([]triage.Fact{c.Scenario}), facts(c.Regions), facts(c.Symptoms), slots, fixes)
}

// is compares with the same conversation without a model.
func (got talked) is(t *testing.T, want talked) {
	t.Helper()
	if got != want {
		t.Errorf("not the conversation without a model; got\n%s\n%s\nwant\n%s\n%s", got.shown, got.known, want.shown, want.known)
	}
}

// silence is how long the program waits for a model that says nothing, and
// notice how long it may take to see that on a busy machine.
const (
	silence = 300 * time.Millisecond
	notice  = patience / 4
)

// outages are what is wrong with the line to a model or with the server, in the
// order in which questions meet it. What is left over at the end stays.
var outages = []struct {
	name   string
	budget time.Duration
	faults []bottest.ModelFault
}{
	{"no answer", silence, []bottest.ModelFault{
		bottest.ModelHang, bottest.ModelStall(40), bottest.ModelSlow(50 * time.Millisecond), bottest.ModelDelay(time.Minute), bottest.ModelHang,
	}},
	{"cut", patience, []bottest.ModelFault{bottest.ModelCut(0), bottest.ModelCut(0), bottest.ModelCut(0), bottest.ModelCut(40)}},
	{"limited", patience, []bottest.ModelFault{bottest.ModelLimited(time.Hour)}},
	{"server's own", patience, []bottest.ModelFault{
		bottest.ModelStatus(500, ""), bottest.ModelStatus(503, "upstream connect error"), bottest.ModelStatus(500, "oops"), bottest.ModelStatus(503, ""),
	}},
	{"proxy", patience, []bottest.ModelFault{bottest.ModelHTML(200), bottest.ModelHTML(502)}},
	{"nobody there", patience, nil},
}

// TestModelIsDown: the conversation is the one without a model, in the same
// second or the model's budget later; soon the model is not even asked.
func TestModelIsDown(t *testing.T) {
	for _, s := range bothPlatforms {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := newTown(t, s).talk()
			for _, o := range outages {
				t.Run(o.name, func(t *testing.T) {
					t.Parallel()
					w, m := modelTown(t, s, within(o.budget))
					for _, f := range o.faults {
						m.Script(bottest.AnyPurpose, 1, f)
					}
					if n := len(o.faults); n > 0 {
						m.Script(bottest.AnyPurpose, bottest.ModelAlways, o.faults[n-1])
					} else {
						m.Close()
					}
					asked := time.Now()
					w.reported("Our voice room has an echo")
					if took := time.Since(asked); o.budget == silence && took > silence+notice {
						t.Errorf("the first answer took %v, want %v and a little", took, silence)
					}
					w.talk().is(t, want)
					w.leftAlone(m, want)
				})
			}
		})
	}
}

// leftAlone checks that a model that failed too often costs no time and no
// calls.
func (w *town) leftAlone(m *bottest.ModelServer, want talked) {
	w.t.Helper()
	if up := w.metric("firstline_model_up"); up != 0 {
		w.t.Fatalf("firstline_model_up is %v, want 0", up)
	}
	before := len(m.Calls(bottest.AnyPurpose))
	w.talk().is(w.t, want)
	if n := len(m.Calls(bottest.AnyPurpose)) - before; n != 0 {
		w.t.Errorf("asked %d times, want not at all", n)
	}
	if w.metric(`firstline_model_seconds_count{outcome="open",purpose="understanding"}`) == 0 {
		w.t.Error("nobody can see that the model is left alone")
	}
	w.replayed()
}

// TestModelTalksNonsense: an answer that is none, or that claims what nobody
// wrote, is not noticed.
func TestModelTalksNonsense(t *testing.T) {
	nonsense := []struct {
		name  string
		fault bottest.ModelFault
		count string // what of it is counted
	}{
		{"no JSON", bottest.ModelInvalidJSON, `firstline_model_seconds_count{outcome="nonsense"`},
		{"words", bottest.ModelSays("I am happy to help!"), `firstline_model_seconds_count{outcome="nonsense"`},
		{"silence", bottest.ModelSays(" "), `firstline_model_seconds_count{outcome="nonsense"`},
		{"another shape", bottest.ModelWrongShape, `firstline_model_seconds_count{outcome="nonsense"`},
		{"no choice", bottest.ModelNothing, `firstline_model_seconds_count{outcome="nonsense"`},
		{"cut short", bottest.ModelTruncated, `firstline_model_seconds_count{outcome="nonsense"`},
		{"refusal", bottest.ModelRefuses, `firstline_model_seconds_count{outcome="refused"`},
		{"content filter", bottest.ModelFiltered, `firstline_model_seconds_count{outcome="refused"`},
		{"wrong quotes", bottest.ModelMisquotes, `firstline_model_dropped_total{purpose="understanding symptoms",reason="quote"}`},
		{"unknown ids", bottest.ModelUnknownIDs, `firstline_model_dropped_total{purpose="understanding scenario",reason="value"}`},
		{"fixed, it says", bottest.ModelSaysFixed, `firstline_model_dropped_total{purpose="understanding act",reason="quote"}`},
		{"its instruction", bottest.ModelLeaks, `firstline_model_seconds_count{outcome="nonsense"`},
	}
	for _, s := range bothPlatforms {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			want := newTown(t, s).talk()
			w, m := modelTown(t, s)
			for _, x := range nonsense {
				m.Heal()
				m.Script(bottest.ModelUnderstanding, bottest.ModelAlways, x.fault)
				m.Script(bottest.ModelStep, bottest.ModelAlways, bottest.ModelRefuses)
				m.Script(bottest.ModelSummary, bottest.ModelAlways, bottest.ModelRefuses)
				before := w.metric(x.count)
				w.talk().is(t, want)
				if w.metric(x.count) == before {
					t.Errorf("%s: %s has not grown", x.name, x.count)
				}
				if t.Failed() {
					t.Fatalf("after: %s", x.name)
				}
			}
			if up := w.metric("firstline_model_up"); up != 1 {
				t.Errorf("firstline_model_up is %v, want 1: the server answers", up)
			}
			w.replayed()
		})
	}
}
