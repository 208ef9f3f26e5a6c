package sla_test

import (
	"testing"
	"time"

	"firstline/triage/sla"
)

func TestFirstResponse(t *testing.T) {
	for _, st := range []story{
		{name: "nothing runs before the handoff",
			events: []string{"0s write", "1m bot", "2m write", "3m reply"}, now: "1h", want: ""},
		{name: "starts at the handoff, a person's reply stops it",
			events: []string{"0s write", "5m handoff 1h/2h/10h", "15m reply"}, now: "1h",
			want: "first 10m met, resolution 55m open"},
		{name: "the bot's reply does not stop it",
			events: []string{"0s write", "5m handoff 1h/2h/10h", "6m bot"}, now: "20m",
			want: "first 15m open, resolution 15m open"},
		{name: "neither does the customer's word, and it owes no next response yet",
			events: []string{"5m handoff 1h/2h/10h", "6m write", "7m write"}, now: "20m",
			want: "first 15m open, resolution 15m open"},
		{name: "once in a case: an escalation does not start it again",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "20m handoff 1h/2h/10h"}, now: "1h",
			want: "first 10m met, resolution 1h open"},
		{name: "an escalation before the reply keeps the time served",
			events: []string{"0s handoff 1h/2h/10h", "10m handoff 1h/2h/10h", "30m reply"}, now: "30m",
			want: "first 30m met, resolution 30m open"},
		{name: "waiting does not pause it",
			events: []string{"0s handoff 1h/2h/10h", "10m wait", "40m unwait"}, now: "50m",
			want: "first 50m open, resolution 20m/50m open"},
		{name: "unless the policy says so", policy: func(p *sla.Policy) { p.PauseFirstResponse = true },
			events: []string{"0s handoff 1h/2h/10h", "10m wait", "40m unwait"}, now: "50m",
			want: "first 20m/50m open, resolution 20m/50m open"},
		{name: "a reply stops it while paused", policy: func(p *sla.Policy) { p.PauseFirstResponse = true },
			events: []string{"0s handoff 1h/2h/10h", "10m wait", "40m reply"}, now: "50m",
			want: "first 10m/40m met, resolution 10m/50m open"},
		{name: "resolved without a reply: neither kept nor missed",
			events: []string{"0s handoff 1h/2h/10h", "10m resolve"}, now: "5h",
			want: "first 10m void, resolution 10m met"},
		{name: "and owed again when reopened, with the time served",
			events: []string{"0s handoff 1h/2h/10h", "10m resolve", "60m reopen", "70m reply"}, now: "80m",
			want: "first 20m met, resolution 30m open"},
		{name: "late", events: []string{"0s handoff 1h/2h/10h", "70m reply"}, now: "80m",
			want: "first 1h10m breached, resolution 1h20m open", breaches: "first 1h due 1h at 1h10m"},
		{name: "at its target to the second is late", events: []string{"0s handoff 1h/2h/10h", "60m reply"}, now: "80m",
			want: "first 1h breached, resolution 1h20m open", breaches: "first 1h due 1h at 1h"},
		{name: "just before is not", events: []string{"0s handoff 1h/2h/10h", "59m59.999s reply"}, now: "80m",
			want: "first 59m59.999s met, resolution 1h20m open"},
		{name: "no target is no promise", events: []string{"0s handoff 0/0/0", "9h reply", "10h write"}, now: "20h",
			want: "first 9h none, next 10h none, resolution 20h none"},
		{name: "missed although nobody ticked yet", events: []string{"0s handoff 1h/2h/10h"}, now: "70m",
			want: "first 1h10m breached, resolution 1h10m open"},
	} {
		st.run(t)
	}
}

func TestNextResponse(t *testing.T) {
	answered := []string{"0s handoff 1h/2h/10h", "10m reply"}
	for _, st := range []story{
		{name: "starts when the customer writes after an answer",
			events: append(answered, "20m write"), now: "30m",
			want: "first 10m met, next 10m open, resolution 30m open"},
		{name: "several messages keep the first start",
			events: append(answered, "20m write", "25m write", "29m write"), now: "30m",
			want: "first 10m met, next 10m open, resolution 30m open"},
		{name: "a person's reply stops it, the next message starts another",
			events: append(answered, "20m write", "30m reply", "31m reply", "60m write"), now: "65m",
			want: "first 10m met, next 10m met, next 5m open, resolution 1h5m open"},
		{name: "the bot's reply does not stop it",
			events: append(answered, "20m write", "21m bot"), now: "30m",
			want: "first 10m met, next 10m open, resolution 30m open"},
		{name: "waiting pauses it", events: append(answered, "20m write", "30m wait", "90m unwait"), now: "100m",
			want: "first 10m met, next 20m/1h20m open, resolution 40m/1h40m open"},
		{name: "the customer's word ends waiting and starts it",
			events: append(answered, "11m wait", "60m write"), now: "70m",
			want: "first 10m met, next 10m open, resolution 21m/1h10m open"},
		{name: "the customer's word ends a pause and keeps the start",
			events: append(answered, "20m write", "30m wait", "90m write"), now: "100m",
			want: "first 10m met, next 20m/1h20m open, resolution 40m/1h40m open"},
		{name: "a policy may not pause", policy: func(p *sla.Policy) { p.PauseNextResponse, p.PauseResolution = false, false },
			events: append(answered, "20m write", "30m wait"), now: "90m",
			want: "first 10m met, next 1h10m open, resolution 1h30m open"},
		{name: "waiting is not begun twice, nor ended",
			events: append(answered, "20m wait", "30m wait", "40m unwait", "50m unwait"), now: "60m",
			want: "first 10m met, resolution 40m/1h open"},
		{name: "each late one is its own breach",
			events: append(answered, "1h write", "4h reply", "5h write", "8h reply"), now: "9h",
			want:     "first 10m met, next 3h breached, next 3h breached, resolution 9h open",
			breaches: "next 2h due 3h at 4h, next 2h due 7h at 8h"},
		{name: "resolved while owed: void, and owed on when reopened",
			events: append(answered, "20m write", "40m resolve", "60m reopen", "60m write"), now: "70m",
			want: "first 10m met, next 30m open, resolution 50m open"},
		{name: "thanks after the resolution owe nothing",
			events: append(answered, "40m resolve", "50m write", "55m reply"), now: "70m",
			want: "first 10m met, resolution 40m met"},
	} {
		st.run(t)
	}
}

func TestResolution(t *testing.T) {
	for _, st := range []story{
		{name: "stops at resolved", events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve"}, now: "9h",
			want: "first 10m met, resolution 3h met"},
		{name: "closing after that changes nothing",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve", "75h close"}, now: "99h",
			want: "first 10m met, resolution 3h met"},
		{name: "a reopening continues it, without the time between",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve", "50h reopen", "51h resolve"}, now: "99h",
			want: "first 10m met, resolution 4h met"},
		{name: "also after closing", events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve", "40h close", "50h reopen"}, now: "51h",
			want: "first 10m met, resolution 4h open"},
		{name: "late after a reopening", events: []string{"0s handoff 1h/2h/10h", "10m reply", "9h resolve", "20h reopen", "22h resolve"}, now: "22h",
			want: "first 10m met, resolution 11h breached", breaches: "resolution 10h due 21h at 22h"},
		{name: "closed without: neither kept nor missed", events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h close"}, now: "9h",
			want: "first 10m met, resolution 3h void"},
		{name: "closed too late is missed", events: []string{"0s handoff 1h/2h/10h", "10m reply", "11h close"}, now: "19h",
			want: "first 10m met, resolution 11h breached", breaches: "resolution 10h due 10h at 11h"},
		{name: "waiting pauses it", events: []string{"0s handoff 1h/2h/10h", "10m reply", "1h wait", "4h unwait", "5h resolve"}, now: "9h",
			want: "first 10m met, resolution 2h/5h met"},
		{name: "a resolved case waits for nobody: it can wait anew", events: []string{"0s handoff 1h/2h/10h", "10m reply", "1h wait", "2h resolve", "4h reopen", "5h wait"}, now: "9h",
			want: "first 10m met, resolution 2h/7h open"},
		{name: "resolved while waiting", events: []string{"0s handoff 1h/2h/10h", "10m reply", "1h wait", "4h resolve"}, now: "9h",
			want: "first 10m met, resolution 1h/4h met"},
		{name: "snoozing does not", events: []string{"0s handoff 1h/2h/10h", "10m reply", "1h snooze 4h", "5h resolve"}, now: "9h",
			want: "first 10m met, resolution 5h met"},
		{name: "a handoff takes a resolved case up again",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "1h resolve", "5h handoff 1h/2h/20h"}, now: "6h",
			want: "first 10m met, resolution 2h open"},
		{name: "the bot resolved, then a person is called",
			events: []string{"0s write", "1m bot", "2m resolve", "60m reopen", "61m handoff 1h/2h/10h"}, now: "70m",
			want: "first 9m open, resolution 9m open"},
		{name: "the same without a word of reopening",
			events: []string{"0s write", "1m bot", "2m resolve", "61m handoff 1h/2h/10h"}, now: "70m",
			want: "first 9m open, resolution 9m open"},
		{name: "resolved twice, reopened while open, closed twice: once each",
			events: []string{"0s handoff 1h/2h/10h", "5m reopen", "10m reply", "1h resolve", "2h resolve", "3h close", "4h close", "5h resolve"}, now: "9h",
			want: "first 10m met, resolution 1h met"},
	} {
		st.run(t)
	}
}

func TestNewTargets(t *testing.T) {
	for _, st := range []story{
		{name: "time served is kept", events: []string{"0s handoff 1h/2h/10h", "20m target 30m/1h/5h", "25m reply"}, now: "30m",
			want: "first 25m met, resolution 30m open"},
		{name: "the new target is missed later", events: []string{"0s handoff 1h/2h/10h", "20m target 30m/1h/5h", "35m reply"}, now: "40m",
			want: "first 35m breached, resolution 40m open", breaches: "first 30m due 30m at 35m"},
		{name: "already used up: breached at the change, with its cause",
			events: []string{"0s handoff 1h/2h/10h", "40m target 30m/1h/5h", "45m tick"}, now: "50m",
			want: "first 50m breached, resolution 50m open", breaches: "first 30m due 40m at 40m target_changed", notices: "first 100 at 40m late 5m"},
		{name: "missed under the old target before the change: its own breach, once",
			events: []string{"0s handoff 1h/2h/10h", "70m target 30m/1h/5h", "80m reply"}, now: "90m",
			want: "first 1h20m breached, resolution 1h30m open", breaches: "first 1h due 1h at 1h10m"},
		{name: "a later, longer target does not mend a breach",
			events: []string{"0s handoff 1h/2h/10h", "65m tick", "70m target 4h/8h/5h", "80m reply"}, now: "90m",
			want: "first 1h20m breached, resolution 1h30m open", breaches: "first 1h due 1h at 1h5m", notices: "first 100 at 1h late 5m"},
		{name: "a longer target in time helps", events: []string{"0s handoff 1h/2h/10h", "50m target 4h/8h/50h", "3h reply"}, now: "4h",
			want: "first 3h met, resolution 4h open"},
		{name: "what is done stays judged by its own target",
			events: []string{"0s handoff 1h/2h/10h", "40m reply", "50m target 30m/1h/5h"}, now: "60m",
			want: "first 40m met, resolution 1h open"},
		{name: "what starts later has the new one", events: []string{"0s handoff 1h/2h/10h", "10m reply", "20m target 1h/5m/10h", "30m write", "40m reply"}, now: "60m",
			want: "first 10m met, next 10m breached, resolution 1h open", breaches: "next 5m due 35m at 40m"},
		{name: "while paused: breached all the same", events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h wait", "5h target 1h/2h/2h", "6h tick"}, now: "7h",
			want: "first 10m met, resolution 3h/7h breached", breaches: "resolution 2h due 5h at 5h target_changed", notices: "resolution 100 at 5h late 1h"},
		{name: "while resolved: judged when reopened",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve", "4h target 1h/2h/2h", "8h reopen"}, now: "9h",
			want: "first 10m met, resolution 4h breached", breaches: "resolution 2h due 8h at 8h target_changed"},
		{name: "while resolved and taken up by a handoff: the handoff's targets count",
			events: []string{"0s handoff 1h/2h/10h", "10m reply", "3h resolve", "4h target 1h/2h/2h", "8h handoff 1h/2h/10h"}, now: "9h",
			want: "first 10m met, resolution 4h open"},
		{name: "a target where there was none, and none where there was one",
			events: []string{"0s handoff 0/0/10h", "2h target 1h/0/0", "20h tick"}, now: "20h",
			want: "first 20h breached, resolution 20h none", breaches: "first 1h due 2h at 2h target_changed", notices: "first 100 at 2h late 18h"},
	} {
		st.run(t)
	}
}

func TestClocksThatJump(t *testing.T) {
	for _, st := range []story{
		{name: "a reply from before the handoff", events: []string{"1h handoff 1h/2h/10h", "30m reply"}, now: "2h",
			want: "first 0 met, resolution 1h open"},
		{name: "a pause that ends before it began", events: []string{"0s handoff 1h/2h/10h", "10m reply", "60m wait", "40m unwait"}, now: "70m",
			want: "first 10m met, resolution 1h10m open"},
		{name: "resolved before it was handed off", events: []string{"1h handoff 1h/2h/10h", "0s resolve"}, now: "2h",
			want: "first 0 void, resolution 0 met"},
		{name: "reopened before it was resolved: nothing is counted twice",
			events: []string{"0s handoff 1h/2h/10h", "1m reply", "60m resolve", "30m reopen", "70m resolve"}, now: "2h",
			want: "first 1m met, resolution 1h10m met"},
		{name: "one event with a wrong time costs only the clock it concerns",
			events: []string{"0s handoff 1h/2h/10h", "5h reply", "10m write", "20m reply", "30m resolve"}, now: "1h",
			want: "first 5h breached, next 10m met, resolution 30m met", breaches: "first 1h due 1h at 5h"},
		{name: "a reply that a tick overtook: the time is right, what was found broken stays",
			events: []string{"0s handoff 1h/2h/10h", "65m tick", "50m reply"}, now: "2h",
			want: "first 50m breached, resolution 2h open", breaches: "first 1h due 1h at 1h5m", notices: "first 100 at 1h late 5m"},
		{name: "a tick before anything happened", events: []string{"5h handoff 1h/2h/10h", "1h tick"}, now: "1h",
			want: "first 0 open, resolution 0 open"},
	} {
		st.run(t)
	}
}

func TestOfficeHours(t *testing.T) {
	office := func(p *sla.Policy) { p.Calendar = calendar(t, "UTC", "mon-fri 09:00-12:00,13:00-18:00") }
	for _, st := range []story{
		{name: "the night does not count", policy: office, events: []string{"1h handoff 1h/2h/16h", "9h30m reply"}, now: "10h",
			want: "first 30m/8h30m met, resolution 1h/9h open"},
		{name: "due over lunch and over the evening", policy: office,
			events: []string{"11h30m handoff 1h/2h/16h", "13h30m tick", "37h30m write", "48h tick"}, now: "48h",
			want:     "first 13h30m/36h30m breached, resolution 13h30m/36h30m open",
			breaches: "first 1h due 13h30m at 13h30m", notices: "first 100 at 13h30m, resolution 80 at 41h18m late 6h42m"},
		{name: "paused over the evening", policy: office, events: []string{"9h handoff 1h/2h/16h", "9h10m reply", "17h wait", "34h unwait"}, now: "35h",
			want: "first 10m met, resolution 8h/26h open"},
	} {
		st.run(t)
	}
}

func TestSnoozeAndWaitingEnd(t *testing.T) {
	for _, tt := range []struct {
		name    string
		events  []string
		until   string // empty: awake
		waiting bool
	}{
		{"snoozed", []string{"0s handoff 1h/0/0", "1m snooze 2h"}, "2h", false},
		{"not before a handoff", []string{"1m snooze 2h"}, "", false},
		{"taken back", []string{"0s handoff 1h/0/0", "1m snooze 2h", "2m snooze 2m"}, "", false},
		{"the customer's word wakes", []string{"0s handoff 1h/0/0", "1m snooze 2h", "1m wait", "5m write"}, "", false},
		{"a person's does not", []string{"0s handoff 1h/0/0", "1m snooze 2h", "1m wait", "5m reply"}, "2h", true},
		{"resolved", []string{"0s handoff 1h/0/0", "1m snooze 2h", "1m wait", "5m resolve"}, "", false},
		{"closed", []string{"0s handoff 1h/0/0", "1m snooze 2h", "1m wait", "5m close", "6m wait", "7m snooze 2h"}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := &script{t: t, p: sla.DefaultPolicy()}
			sc.play(tt.events...)
			checkMoment(t, "Snoozed", sc.s.Snoozed, !sc.s.Snoozed.IsZero(), tt.until)
			if sc.s.Waiting != tt.waiting {
				t.Errorf("Waiting = %v", sc.s.Waiting)
			}
		})
	}
}

// Times lose their zone and the process's own clock, so that a state is the
// same after it was stored.
func TestTimesArePlain(t *testing.T) {
	p, now := sla.DefaultPolicy(), time.Now().In(time.FixedZone("far", 5*3600))
	s := p.CustomerWrote(sla.State{}, now)
	s = p.HandedOff(s, now, sla.Targets{FirstResponse: time.Hour})
	s = p.Snoozed(s, now, now.Add(time.Hour))
	s, _ = p.Tick(s, now.Add(31*time.Minute))
	for _, at := range []time.Time{s.Opened, s.First.Started, s.First.ReachedAt, s.Snoozed, s.Resolution.Mark} {
		if at != at.Round(0).UTC() || at.IsZero() {
			t.Errorf("%#v", at)
		}
	}
}

// Two ways to go on from one state do not meet in each other's records.
func TestStatesShareNothing(t *testing.T) {
	for n := range 6 {
		sc := &script{t: t, p: sla.DefaultPolicy()}
		sc.play("0s handoff 1m/1m/0", "10m reply")
		for range n {
			sc.play("20m write", "30m reply")
		}
		sc.play("40m write")
		first := sc.p.PersonReplied(sc.s, epoch.Add(50*time.Minute))
		sc.p.PersonReplied(sc.s, epoch.Add(99*time.Minute))
		turn, breach := first.Turns[n], first.Breaches[n+1]
		if want := epoch.Add(50 * time.Minute); turn.Mark != want || breach.At != want {
			t.Errorf("after %d turns: replied at %s, breach noticed at %s, want %s", n, turn.Mark, breach.At, want)
		}
	}
}
