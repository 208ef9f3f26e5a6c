package sla_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage/sla"
)

// epoch is a Monday, 00:00 UTC; the scripts count from it.
var epoch = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// script plays events written as "10m reply", with times from the epoch:
//
//	handoff 1h/2h/10h, target 30m/1h/5h (first/next/resolution; 0 for none),
//	write, bot, reply, wait, unwait, snooze 2h, resolve, reopen, close, tick, cause 0 unclaimed
type script struct {
	t       failer
	p       sla.Policy
	s       sla.State
	notices []sla.Notice
}

func (sc *script) play(lines ...string) {
	sc.t.Helper()
	for _, line := range lines {
		f := append(strings.Fields(line), "", "")
		sc.do(duration(sc.t, f[0]), f[1], f[2], f[3])
	}
}

func (sc *script) do(after time.Duration, verb, arg, arg2 string) {
	sc.t.Helper()
	p, at := sc.p, epoch.Add(after)
	switch verb {
	case "handoff":
		sc.s = p.HandedOff(sc.s, at, targets(sc.t, arg))
	case "target":
		sc.s = p.Retargeted(sc.s, at, targets(sc.t, arg))
	case "write":
		sc.s = p.CustomerWrote(sc.s, at)
	case "bot":
		sc.s = p.BotReplied(sc.s, at)
	case "reply":
		sc.s = p.PersonReplied(sc.s, at)
	case "wait":
		sc.s = p.WaitingBegan(sc.s, at)
	case "unwait":
		sc.s = p.WaitingEnded(sc.s, at)
	case "snooze":
		sc.s = p.Snoozed(sc.s, at, epoch.Add(duration(sc.t, arg)))
	case "resolve":
		sc.s = p.Resolved(sc.s, at)
	case "reopen":
		sc.s = p.Reopened(sc.s, at)
	case "close":
		sc.s = p.Closed(sc.s, at)
	case "tick":
		var got []sla.Notice
		sc.s, got = p.Tick(sc.s, at)
		sc.notices = append(sc.notices, got...)
	case "cause":
		var i int
		fmt.Sscan(arg, &i)
		var err error
		if sc.s, err = sc.s.WithCause(i, sla.Cause(arg2)); err != nil {
			sc.t.Fatal(err)
		}
	default:
		sc.t.Fatalf("no verb %q", verb)
	}
}

func targets(t failer, s string) sla.Targets {
	f := strings.Split(s, "/")
	return sla.Targets{FirstResponse: duration(t, f[0]), NextResponse: duration(t, f[1]), Resolution: duration(t, f[2])}
}

// short prints 1h30m0s as 1h30m.
func short(d time.Duration) string {
	s := d.String()
	s = strings.TrimSuffix(s, "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" {
		return "0"
	}
	return s
}

// measured prints the measures that have begun, as "first 10m met": calendar
// time, then the wall's where it differs.
func measured(m sla.Measures) string {
	var out []string
	add := func(name string, m sla.Measure) {
		if m.Started.IsZero() {
			return
		}
		s := name + " " + short(m.Elapsed)
		if m.Wall != m.Elapsed {
			s += "/" + short(m.Wall)
		}
		out = append(out, s+" "+string(m.Outcome))
	}
	add("first", m.First)
	for _, n := range m.Next {
		add("next", n)
	}
	add("resolution", m.Resolution)
	return strings.Join(out, ", ")
}

var shortNames = map[sla.Clock]string{sla.FirstResponse: "first", sla.NextResponse: "next", sla.Resolution: "resolution"}

func broken(s sla.State) string {
	var out []string
	for _, b := range s.Breaches {
		line := fmt.Sprintf("%s %s due %s at %s", shortNames[b.Clock], short(b.Target), short(b.Due.Sub(epoch)), short(b.At.Sub(epoch)))
		out = append(out, strings.TrimSpace(line+" "+string(b.Cause)))
	}
	return strings.Join(out, ", ")
}

func told(ns []sla.Notice) string {
	var out []string
	for _, n := range ns {
		line := fmt.Sprintf("%s %d at %s", shortNames[n.Clock], n.Level, short(n.At.Sub(epoch)))
		if n.Late > 0 {
			line += " late " + short(n.Late)
		}
		out = append(out, line)
	}
	return strings.Join(out, ", ")
}

type story struct {
	name     string
	policy   func(*sla.Policy)
	events   []string
	now      string
	want     string // measures at now
	breaches string
	notices  string
}

func (st story) run(t *testing.T) {
	t.Run(st.name, func(t *testing.T) {
		sc := &script{t: t, p: sla.DefaultPolicy()}
		if st.policy != nil {
			st.policy(&sc.p)
		}
		sc.play(st.events...)
		if got := measured(sc.p.Measure(sc.s, epoch.Add(duration(t, st.now)))); got != st.want {
			t.Errorf("measures\n got %s\nwant %s", got, st.want)
		}
		if got := broken(sc.s); got != st.breaches {
			t.Errorf("breaches\n got %s\nwant %s", got, st.breaches)
		}
		if got := told(sc.notices); got != st.notices {
			t.Errorf("notices\n got %s\nwant %s", got, st.notices)
		}
	})
}
