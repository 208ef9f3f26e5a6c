package sla_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstline/triage/sla"
)

func TestTick(t *testing.T) {
	for _, st := range []story{
		{name: "warnings at 50 and 80 %, breach at 100 %",
			events: []string{"0s handoff 100m/2h/0", "49m tick", "50m tick", "51m tick", "79m tick", "80m tick", "99m tick", "100m tick", "101m tick", "9h tick"},
			now:    "9h", want: "first 9h breached, resolution 9h none", breaches: "first 1h40m due 1h40m at 1h40m",
			notices: "first 50 at 50m, first 80 at 1h20m, first 100 at 1h40m"},
		{name: "late ones say by how much", events: []string{"0s handoff 100m/2h/0", "55m tick", "81m tick", "2h tick"},
			now: "2h", want: "first 2h breached, resolution 2h none", breaches: "first 1h40m due 1h40m at 2h",
			notices: "first 50 at 50m late 5m, first 80 at 1h20m late 1m, first 100 at 1h40m late 20m"},
		{name: "down for a day: only the highest of each clock, in order",
			events: []string{"0s handoff 1h/2h/40h", "24h tick", "24h tick"},
			now:    "24h", want: "first 24h breached, resolution 24h open", breaches: "first 1h due 1h at 24h",
			notices: "first 100 at 1h late 23h, resolution 50 at 20h late 4h"},
		{name: "a clock that stopped tells nothing any more",
			events: []string{"0s handoff 1h/2h/0", "55m reply", "2h tick"}, now: "2h", want: "first 55m met, resolution 2h none"},
		{name: "a late reply records the breach, and tells nothing",
			events: []string{"0s handoff 1h/2h/0", "65m reply", "66m tick"}, now: "2h", want: "first 1h5m breached, resolution 2h none",
			breaches: "first 1h due 1h at 1h5m"},
		{name: "paused clocks reach nothing", events: []string{"0s handoff 1h/2h/10h", "1m reply", "4h wait", "40h tick", "50h unwait", "51h tick"},
			now: "51h", want: "first 1m met, resolution 5h/51h open", notices: "resolution 50 at 51h"},
		{name: "what was reached before the pause is told", events: []string{"0s handoff 1h/2h/10h", "1m reply", "6h wait", "40h tick"},
			now: "40h", want: "first 1m met, resolution 6h/40h open", notices: "resolution 50 at 5h late 35h"},
		{name: "each turn of the next response warns anew",
			events: []string{"0s handoff 1h/100m/0", "0s reply", "10m write", "60m tick", "61m reply", "2h write", "2h50m tick", "3h reply"},
			now:    "3h", want: "first 0 met, next 51m met, next 1h met, resolution 3h none", notices: "next 50 at 1h, next 50 at 2h50m"},
		{name: "a reopened resolution does not repeat its warnings",
			events: []string{"0s handoff 0/0/10h", "5h tick", "6h resolve", "20h reopen", "21h tick", "22h tick", "24h tick"},
			now:    "24h", want: "first 10h none, resolution 10h breached", breaches: "resolution 10h due 24h at 24h",
			notices: "resolution 50 at 5h, resolution 80 at 22h, resolution 100 at 24h"},
		{name: "a shorter target: what it has reached is told from the change on",
			events: []string{"0s handoff 4h/0/0", "40m tick", "41m target 1h/0/0", "42m tick"},
			now:    "43m", want: "first 43m open, resolution 43m none", notices: "first 50 at 41m late 1m"},
		{name: "a longer target warns anew", events: []string{"0s handoff 1h/0/0", "50m tick", "50m target 4h/0/0", "51m tick", "2h tick", "3h12m tick"},
			now: "3h12m", want: "first 3h12m open, resolution 3h12m none", notices: "first 80 at 48m late 2m, first 50 at 2h, first 80 at 3h12m"},
		{name: "a slightly longer one only what it has not reached", events: []string{"0s handoff 60m/0/0", "50m tick", "50m target 70m/0/0", "51m tick", "56m tick"},
			now: "56m", want: "first 56m open, resolution 56m none", notices: "first 80 at 48m late 2m, first 80 at 56m"},
		{name: "in the order in which they came due", events: []string{"0s handoff 10h/0/2h", "6h tick"},
			now: "6h", want: "first 6h open, resolution 6h breached", breaches: "resolution 2h due 2h at 6h",
			notices: "resolution 100 at 2h late 4h, first 50 at 5h late 1h"},
		{name: "targets of any length", events: []string{"0s handoff 150ns/0/0", "74ns tick", "75ns tick"},
			now: "75ns", want: "first 75ns open, resolution 75ns none", notices: "first 50 at 75ns"},
		{name: "the same target does not", events: []string{"0s handoff 1h/0/0", "50m tick", "50m target 1h/0/0", "51m tick"},
			now: "51m", want: "first 51m open, resolution 51m none", notices: "first 80 at 48m late 2m"},
		{name: "a breach found by an event while the clock goes on is told",
			events: []string{"0s handoff 0/0/10h", "11h wait", "12h tick"},
			now:    "12h", want: "first 12h none, resolution 11h/12h breached", breaches: "resolution 10h due 10h at 11h", notices: "resolution 100 at 10h late 2h"},
	} {
		st.run(t)
	}
}

func TestNoticeCarriesItsDeadline(t *testing.T) {
	sc := &script{t: t, p: sla.DefaultPolicy()}
	sc.play("0s handoff 1h/0/0", "40m tick")
	want := []sla.Notice{{Clock: sla.FirstResponse, Level: sla.LevelHalf, At: epoch.Add(30 * time.Minute),
		Late: 10 * time.Minute, Target: time.Hour, Due: epoch.Add(time.Hour)}}
	if diff := cmp.Diff(want, sc.notices); diff != "" {
		t.Error(diff)
	}
}

func TestDueAndDeadline(t *testing.T) {
	for _, tt := range []struct {
		name          string
		events        []string
		due, deadline string // of the first response; empty for none
	}{
		{"before the handoff", []string{"0s write"}, "", ""},
		{"next level", []string{"0s handoff 1h/2h/10h"}, "30m", "1h"},
		{"after the first", []string{"0s handoff 1h/2h/10h", "30m tick"}, "48m", "1h"},
		{"after the second", []string{"0s handoff 1h/2h/10h", "50m tick"}, "1h", "1h"},
		{"after the breach, the next clock", []string{"0s handoff 1h/2h/10h", "2h tick"}, "5h", "1h"},
		{"the breach's, although counted further", []string{"0s handoff 1h/2h/10h", "2h target 4h/2h/10h"}, "1h", "1h"},
		{"answered", []string{"0s handoff 1h/2h/10h", "2m reply"}, "5h", ""},
		{"all told", []string{"0s handoff 1h/2h/10h", "20h tick"}, "", "1h"},
		{"paused", []string{"0s handoff 1h/2h/10h", "2m reply", "3m wait"}, "", ""},
		{"resumed", []string{"0s handoff 1h/2h/10h", "2m reply", "3m wait", "1h3m unwait"}, "6h", ""},
		{"not told before the pause", []string{"0s handoff 1h/2h/10h", "2m reply", "6h wait"}, "5h", ""},
		{"resolved", []string{"0s handoff 1h/2h/10h", "2m resolve"}, "", ""},
		{"no targets", []string{"0s handoff 0/0/0"}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := &script{t: t, p: sla.DefaultPolicy()}
			sc.play(tt.events...)
			due, ok := sc.p.Due(sc.s)
			checkMoment(t, "Due", due, ok, tt.due)
			deadline, ok := sc.p.Deadline(sc.s, sla.FirstResponse)
			checkMoment(t, "Deadline", deadline, ok, tt.deadline)
		})
	}
}

func checkMoment(t *testing.T, what string, got time.Time, ok bool, want string) {
	t.Helper()
	switch {
	case ok != (want != ""):
		t.Errorf("%s is there: %v, want %q", what, ok, want)
	case ok && !got.Equal(epoch.Add(duration(t, want))):
		t.Errorf("%s = %s, want %s", what, got.Sub(epoch), want)
	}
}

func TestCauseIsSetOnce(t *testing.T) {
	sc := &script{t: t, p: sla.DefaultPolicy()}
	sc.play("0s handoff 1h/2h/10h", "70m reply", "2h target 1h/1h/1h")
	before := sc.s
	sc.play("3h cause 0 no_one_on_call", "4h cause 0 no_one_on_call")
	if got, want := broken(sc.s), "first 1h due 1h at 1h10m no_one_on_call, resolution 1h due 2h at 2h target_changed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if before.Breaches[0].Cause != "" {
		t.Error("the state from before was changed")
	}
	for _, tt := range []struct {
		i     int
		cause sla.Cause
		want  error
	}{
		{0, sla.CauseOther, sla.ErrCauseSet}, {1, sla.CauseUnclaimed, sla.ErrCauseSet},
		{2, sla.CauseOther, sla.ErrNoBreach}, {-1, sla.CauseOther, sla.ErrNoBreach},
		{0, "", sla.ErrUnknownCause}, {0, "bad luck", sla.ErrUnknownCause},
	} {
		after, err := sc.s.WithCause(tt.i, tt.cause)
		if !errors.Is(err, tt.want) || !slices.Equal(after.Breaches, sc.s.Breaches) {
			t.Errorf("WithCause(%d, %q): %v, want %v", tt.i, tt.cause, err, tt.want)
		}
	}
}

func TestBotIsMeasuredApart(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events []string
		want   sla.Measure
	}{
		{"not written yet", []string{"0s bot"}, sla.Measure{Outcome: sla.OutcomeNone}},
		{"not answered yet", []string{"1m write"}, sla.Measure{Started: epoch.Add(time.Minute), Elapsed: 59 * time.Minute, Wall: 59 * time.Minute, Outcome: sla.OutcomeNone}},
		{"answered; later replies do not count", []string{"1m write", "2m write", "3m bot", "9m bot", "10m handoff 1h/2h/10h", "11m bot"},
			sla.Measure{Started: epoch.Add(time.Minute), Stopped: epoch.Add(3 * time.Minute), Elapsed: 2 * time.Minute, Wall: 2 * time.Minute, Outcome: sla.OutcomeNone}},
		{"not written yet, by a clock that jumped back", []string{"2h write"}, sla.Measure{Started: epoch.Add(2 * time.Hour), Outcome: sla.OutcomeNone}},
		{"a clock that jumped back", []string{"5m write", "3m bot"},
			sla.Measure{Started: epoch.Add(5 * time.Minute), Stopped: epoch.Add(5 * time.Minute), Outcome: sla.OutcomeNone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sc := &script{t: t, p: sla.DefaultPolicy()}
			sc.play(tt.events...)
			if diff := cmp.Diff(tt.want, sc.p.Measure(sc.s, epoch.Add(time.Hour)).Bot); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMeasureTimes(t *testing.T) {
	sc := &script{t: t, p: sla.DefaultPolicy()}
	sc.play("1m handoff 1h/2h/10h", "6m reply", "10m write")
	got := sc.p.Measure(sc.s, epoch.Add(20*time.Minute))
	minute := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }
	want := sla.Measures{
		Bot:        sla.Measure{Started: minute(10), Elapsed: 10 * time.Minute, Wall: 10 * time.Minute, Outcome: sla.OutcomeNone},
		First:      sla.Measure{Target: time.Hour, Started: minute(1), Stopped: minute(6), Elapsed: 5 * time.Minute, Wall: 5 * time.Minute, Outcome: sla.OutcomeMet},
		Next:       []sla.Measure{{Target: 2 * time.Hour, Started: minute(10), Elapsed: 10 * time.Minute, Wall: 10 * time.Minute, Outcome: sla.OutcomeOpen}},
		Resolution: sla.Measure{Target: 10 * time.Hour, Started: minute(1), Elapsed: 19 * time.Minute, Wall: 19 * time.Minute, Outcome: sla.OutcomeOpen},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMeasureOfWhatEndedFirst(t *testing.T) {
	sc := &script{t: t, p: sla.DefaultPolicy()}
	sc.play("0s handoff 1h/2h/-1h", "6m close")
	got := sc.p.Measure(sc.s, epoch.Add(20*time.Minute))
	end := epoch.Add(6 * time.Minute)
	want := sla.Measures{
		Bot:        sla.Measure{Outcome: sla.OutcomeNone},
		First:      sla.Measure{Target: time.Hour, Started: epoch, Stopped: end, Elapsed: 6 * time.Minute, Wall: 6 * time.Minute, Outcome: sla.OutcomeVoid},
		Resolution: sla.Measure{Started: epoch, Stopped: end, Elapsed: 6 * time.Minute, Wall: 6 * time.Minute, Outcome: sla.OutcomeNone},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
