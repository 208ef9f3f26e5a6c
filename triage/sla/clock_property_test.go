package sla_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage/sla"
)

// event is one line of a drawn script.
type event struct {
	at   int // minutes from the epoch
	verb string
	t    sla.Targets
}

func (e event) apply(p sla.Policy, s sla.State) sla.State {
	at := epoch.Add(time.Duration(e.at) * time.Minute)
	switch e.verb {
	case "handoff":
		return p.HandedOff(s, at, e.t)
	case "target":
		return p.Retargeted(s, at, e.t)
	case "write":
		return p.CustomerWrote(s, at)
	case "bot":
		return p.BotReplied(s, at)
	case "reply":
		return p.PersonReplied(s, at)
	case "wait":
		return p.WaitingBegan(s, at)
	case "unwait":
		return p.WaitingEnded(s, at)
	case "snooze":
		return p.Snoozed(s, at, at.Add(time.Hour))
	case "resolve":
		return p.Resolved(s, at)
	case "reopen":
		return p.Reopened(s, at)
	case "close":
		return p.Closed(s, at)
	}
	return s
}

var verbs = []string{"handoff", "write", "write", "write", "reply", "reply", "wait", "unwait", "target", "bot", "snooze", "resolve", "reopen", "close"}

func drawTargets(t *rapid.T) sla.Targets {
	draw := func(label string) time.Duration {
		return time.Duration(rapid.SampledFrom([]int{0, 10, 30, 60, 100, 300}).Draw(t, label)) * time.Minute
	}
	return sla.Targets{FirstResponse: draw("first"), NextResponse: draw("next"), Resolution: draw("resolution")}
}

func drawEvent(t *rapid.T) event {
	e := event{at: rapid.IntRange(0, 1500).Draw(t, "at"), verb: rapid.SampledFrom(verbs).Draw(t, "verb")}
	if e.verb == "handoff" || e.verb == "target" {
		e.t = drawTargets(t)
	}
	return e
}

// drawEvents gives a handoff and what may follow; in order when sorted, or with
// clocks that jump.
func drawEvents(t *rapid.T, sorted bool) []event {
	events := []event{{at: rapid.IntRange(0, 100).Draw(t, "handed off"), verb: "handoff", t: drawTargets(t)}}
	for range rapid.IntRange(1, 25).Draw(t, "events") {
		events = append(events, drawEvent(t))
	}
	if sorted {
		slices.SortStableFunc(events, func(a, b event) int { return a.at - b.at })
	}
	return events
}

func drawPolicy(t *rapid.T) sla.Policy {
	p := sla.Policy{
		PauseFirstResponse: rapid.Bool().Draw(t, "pause first"),
		PauseNextResponse:  rapid.Bool().Draw(t, "pause next"),
		PauseResolution:    rapid.Bool().Draw(t, "pause resolution"),
	}
	if rapid.Bool().Draw(t, "office hours") {
		p.Calendar = calendar(t, "Asia/Kathmandu", "mon-fri 06:00-09:00,10:00-13:30", "tue 22:00-02:00")
	}
	return p
}

func summary(m sla.Measures) []string {
	line := func(c sla.Clock, m sla.Measure) string {
		return fmt.Sprintf("%s %d/%d of %s %s", c, m.Elapsed/time.Minute, m.Wall/time.Minute, m.Target, m.Outcome)
	}
	var out []string
	if !m.First.Started.IsZero() {
		out = append(out, line(sla.FirstResponse, m.First), line(sla.Resolution, m.Resolution))
	}
	for _, n := range m.Next {
		out = append(out, line(sla.NextResponse, n))
	}
	return out
}

// Clocks agree with a model that looks at every minute, whenever they are ticked.
func TestClocksAgreeWithEveryMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, events := drawPolicy(t), drawEvents(t, true)
		ticked := rapid.Bool().Draw(t, "ticked")
		model, s := everyMinute{p: p}, sla.State{}
		const end = 1600
		for minute, rest := 0, events; minute < end; minute++ {
			for len(rest) > 0 && rest[0].at == minute {
				s = rest[0].apply(p, s)
				model.apply(rest[0])
				rest = rest[1:]
			}
			model.pass(minute)
			if ticked && minute%7 == 0 {
				s, _ = p.Tick(s, epoch.Add(time.Duration(minute)*time.Minute))
			}
		}
		now := epoch.Add(end * time.Minute)
		if diff := cmp.Diff(model.summary(), summary(p.Measure(s, now))); diff != "" {
			t.Fatalf("measures after %v, model first:\n%s", events, diff)
		}
		s, _ = p.Tick(s, now)
		var due []string
		for _, b := range s.Breaches {
			due = append(due, fmt.Sprintf("%s@%d", b.Clock, b.Due.Sub(epoch)/time.Minute))
			if b.At.Before(b.Due) {
				t.Fatalf("noticed before it was due: %+v", b)
			}
		}
		slices.Sort(due)
		slices.Sort(model.due)
		if diff := cmp.Diff(model.due, due); diff != "" {
			t.Fatalf("breaches after %v, model first:\n%s", events, diff)
		}
	})
}

// In any order of times: served time and breaches are only added to, no earlier
// state changes, a replay and a way through JSON give the same.
func TestTransitionsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, events := drawPolicy(t), drawEvents(t, false)
		states, texts := []sla.State{{}}, []string{"{}"}
		for _, e := range events {
			before := states[len(states)-1]
			after := e.apply(p, before)
			if rapid.Bool().Draw(t, "tick") {
				after, _ = p.Tick(after, epoch.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "now"))*time.Minute))
			}
			checkKept(t, before, after)
			text, err := json.Marshal(after)
			if err != nil {
				t.Fatal(err)
			}
			var again sla.State
			if err := json.Unmarshal(text, &again); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(after, again); diff != "" {
				t.Fatalf("through JSON:\n%s", diff)
			}
			// Another event on the same state must not reach this one.
			other := drawEvent(t).apply(p, before)
			otherText, err := json.Marshal(other)
			if err != nil {
				t.Fatal(err)
			}
			states, texts = append(states, other, after), append(texts, string(otherText), string(text))
		}
		for i, s := range states {
			if text, _ := json.Marshal(s); string(text) != texts[i] {
				t.Fatalf("state %d was changed later: %s, was %s", i, text, texts[i])
			}
		}
	})
}

func checkKept(t *rapid.T, before, after sla.State) {
	if n := len(before.Breaches); n > len(after.Breaches) || !slices.Equal(before.Breaches, after.Breaches[:n]) {
		t.Fatalf("breaches rewritten: %v, were %v", after.Breaches, before.Breaches)
	}
	if n := len(before.Turns); n > len(after.Turns) || !slices.Equal(before.Turns, after.Turns[:n]) {
		t.Fatalf("turns rewritten: %v, were %v", after.Turns, before.Turns)
	}
	for _, c := range sla.Clocks() {
		a, b := before.Run(c), after.Run(c)
		if c == sla.NextResponse && len(after.Turns) > len(before.Turns) {
			b = after.Turns[len(before.Turns)]
		}
		if b.Served < a.Served || b.Wall < a.Wall || b.Mark.Before(a.Mark) || b.Served > b.Wall {
			t.Fatalf("%s lost time: %+v, was %+v", c, b, a)
		}
		if a.Motion != sla.Idle && (b.Started != a.Started || a.Breached() && !b.Breached()) {
			t.Fatalf("%s: %+v, was %+v", c, b, a)
		}
	}
}

func TestReplayIsEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, events := drawPolicy(t), drawEvents(t, rapid.Bool().Draw(t, "sorted"))
		var s, again sla.State
		for _, e := range events {
			s = e.apply(p, s)
		}
		for _, e := range events {
			again = e.apply(p, again)
		}
		if diff := cmp.Diff(s, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Ticked at every moment that Due names, each notice comes on time and once;
// the moment before there is nothing to tell.
func TestDueIsWhenTickTells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, events := drawPolicy(t), drawEvents(t, true)
		var s sla.State
		seen, changes := map[string]bool{}, 0
		tell := func(now time.Time, late bool) int {
			var ns []sla.Notice
			s, ns = p.Tick(s, now)
			for _, n := range ns {
				key := fmt.Sprint(n.Clock, s.Run(n.Clock).Started, n.Level, changes)
				if seen[key] || n.Late != now.Sub(n.At) || n.Late < 0 || n.Late > 0 && !late {
					t.Fatalf("%+v at %s: seen %v", n, now, seen[key])
				}
				seen[key] = true
			}
			return len(ns)
		}
		for _, e := range events {
			at := epoch.Add(time.Duration(e.at) * time.Minute)
			for due, ok := p.Due(s); ok && !due.After(at); due, ok = p.Due(s) {
				if _, early := p.Tick(s, due.Add(-1)); len(early) > 0 {
					t.Fatalf("told before %s: %+v", due, early)
				}
				if tell(due, false) == 0 {
					t.Fatalf("nothing to tell at %s", due)
				}
			}
			if e.verb == "handoff" || e.verb == "target" || e.verb == "reopen" {
				changes++
			}
			s = e.apply(p, s)
		}
		tell(epoch.Add(5000*time.Minute), true)
		if tell(epoch.Add(5000*time.Minute), true) > 0 {
			t.Fatal("told twice")
		}
	})
}
