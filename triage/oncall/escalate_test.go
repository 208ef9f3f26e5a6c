package oncall_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage/oncall"
)

func target(s string) oncall.Target {
	kind, id, _ := strings.Cut(s, ":")
	return oncall.Target{Kind: oncall.TargetKind(kind), ID: id}
}

func targets(list string) []oncall.Target {
	var out []oncall.Target
	for s := range strings.FieldsSeq(list) {
		out = append(out, target(s))
	}
	return out
}

func steps(wait time.Duration, lists ...string) []oncall.StepPlan {
	var out []oncall.StepPlan
	for _, l := range lists {
		out = append(out, oncall.StepPlan{Targets: targets(l), Wait: wait})
	}
	return out
}

// desk has one schedule that is staffed from 08:00 to 20:00 by one of a, b, c; d is
// the lead, on holiday on 5 January.
func desk() oncall.Setup {
	setup := oncall.Setup{Engineers: people("UTC", "a", "b", "c", "d"), Schedules: []oncall.Plan{layers(oncall.Layer{Windows: window("08:00", "20:00"), Rotation: daily("a", "b", "c")})}}
	setup.Engineers[3].Holidays = []oncall.Holiday{{From: "2026-01-05"}}
	setup.Escalation = []oncall.PolicyPlan{
		{ID: "usual", Steps: steps(10*time.Minute, "on_call:s", "on_call:s channel:desk person:d", "everybody"), LastResort: targets("channel:bosses")},
		{ID: "urgent", Severities: []string{"P1"}, Steps: steps(5*time.Minute, "on_call:s channel:desk", "everybody"), Repeat: 1, LastResort: targets("person:d")},
		{ID: "quiet", Severities: []string{"P4"}, Steps: append(steps(time.Minute, "channel:desk"), steps(7*24*time.Hour, "person:d")...), LastResort: targets("everybody")},
	}
	return setup
}

// climb tells a firing in a line: minutes after the start, what, whom, how late.
func climb(start time.Time, list []oncall.Firing) []string {
	var out []string
	for _, f := range list {
		what := fmt.Sprintf("%d.%d", f.Round, f.Step)
		if f.Last {
			what = "last"
		}
		s := fmt.Sprintf("%g %s %s", f.At.Sub(start).Minutes(), what, strings.Join(append(f.People, f.Channels...), " "))
		for _, u := range f.Unmet {
			s += fmt.Sprintf(" (nobody: %s:%s)", u.Kind, u.ID)
		}
		if f.Late() > 0 {
			s += fmt.Sprintf(" late %v", f.Late())
		}
		out = append(out, s)
	}
	return out
}

// TestEscalate plays climbs. An action is a minute after the start and what
// happens: poll, claim, restart, escalate, or a severity to poll with.
func TestEscalate(t *testing.T) {
	for _, tc := range []struct {
		name, severity, start string
		do                    string
		want                  []string
		next                  string // minutes after the start, or none
	}{
		{"the first step is due at once", "P3", "2026-01-01 12:00", "0:poll", []string{"0 0.0 a"}, "10"},
		{"nothing before its time", "P3", "2026-01-01 12:00", "0:poll 9:poll", []string{"0 0.0 a"}, "10"},
		{"three steps and the last resort", "P3", "2026-01-01 12:00", "0:poll 10:poll 20:poll 30:poll 99:poll",
			[]string{"0 0.0 a", "10 0.1 a d desk", "20 0.2 a b c d", "30 last bosses"}, "none"},
		{"its own policy for P1, which repeats", "P1", "2026-01-01 12:00", "0:poll 5:poll 10:poll 15:poll 20:poll",
			[]string{"0 0.0 a desk", "5 0.1 a b c d", "10 1.0 a desk", "15 1.1 a b c d", "20 last d"}, "none"},
		{"a claim ends it", "P3", "2026-01-01 12:00", "0:poll 7:claim 10:poll 60:poll", []string{"0 0.0 a"}, "none"},
		{"an hour down: each once, in order, and how late", "P3", "2026-01-01 12:00", "0:poll 60:poll 61:poll",
			[]string{"0 0.0 a", "60 0.1 a d desk late 50m0s", "60 0.2 a b c d late 40m0s", "60 last bosses late 30m0s"}, "none"},
		{"a clock that goes back calls nobody twice", "P3", "2026-01-01 12:00", "0:poll 10:poll 3:poll 10:poll 20:poll",
			[]string{"0 0.0 a", "10 0.1 a d desk", "20 0.2 a b c d"}, "30"},
		{"before the start nothing", "P3", "2026-01-01 12:00", "-5:poll", nil, "0"},
		{"it calls who is on duty now", "P3", "2026-01-01 19:55", "0:poll 725:poll", []string{"0 0.0 a", "725 0.1 b d desk late 11h55m0s", "725 0.2 a b c d late 11h45m0s", "725 last bosses late 11h35m0s"}, "none"},
		{"a step that reaches nobody does not wait", "P3", "2026-01-01 22:00", "0:poll 10:poll", []string{"0 0.0  (nobody: on_call:s)", "0 0.1 d desk (nobody: on_call:s)", "10 0.2 a b c d"}, "20"},
		{"nor one that reaches a channel only, where people were meant; everybody is without holidays", "P3", "2026-01-05 22:00", "0:poll 10:poll", []string{
			"0 0.0  (nobody: on_call:s)", "0 0.1 desk (nobody: on_call:s) (nobody: person:d)", "0 0.2 a b c", "10 last bosses"}, "none"},
		{"a step of a channel alone waits", "P4", "2026-01-01 22:00", "0:poll 1:poll", []string{"0 0.0 desk", "1 0.1 d"}, "10081"},
		{"the last resort calls a person on holiday", "P1", "2026-01-05 12:00", "60:poll", []string{
			"60 0.0 b desk late 1h0m0s", "60 0.1 a b c late 55m0s", "60 1.0 b desk late 50m0s", "60 1.1 a b c late 45m0s", "60 last d late 40m0s"}, "none"},
		{"given back: from the first step", "P3", "2026-01-01 12:00", "0:poll 10:poll 12:claim 40:restart 40:poll 50:poll",
			[]string{"0 0.0 a", "10 0.1 a d desk", "40 0.0 a", "50 0.1 a d desk"}, "60"},
		{"escalated by hand: the next step, now", "P3", "2026-01-01 12:00", "0:poll 4:claim 6:escalate 6:poll 16:poll", []string{"0 0.0 a", "6 0.1 a d desk", "16 0.2 a b c d"}, "26"},
		{"escalated after the last resort: it again", "P3", "2026-01-01 12:00", "30:poll 40:escalate 41:poll", []string{
			"30 0.0 a late 30m0s", "30 0.1 a d desk late 20m0s", "30 0.2 a b c d late 10m0s", "30 last bosses", "41 last bosses late 1m0s"}, "none"},
		{"a worse severity begins its own climb", "P3", "2026-01-01 12:00", "0:poll 10:poll 13:P1 18:P1", []string{"0 0.0 a", "10 0.1 a d desk", "13 0.0 a desk", "18 0.1 a b c d"}, "23"},
		{"a severity with the same policy changes nothing", "P3", "2026-01-01 12:00", "0:poll 5:P3 10:P2", []string{"0 0.0 a", "10 0.1 a d desk"}, "20"},
		{"a claimed case climbs at no severity", "P3", "2026-01-01 12:00", "0:poll 5:claim 6:P1 99:P1", []string{"0 0.0 a"}, "none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := roster(t, desk())
			p, start := r.Policy(tc.severity), utc(t, tc.start)
			st := p.Begin(start)
			var got []oncall.Firing
			for do := range strings.FieldsSeq(tc.do) {
				minute, action, _ := strings.Cut(do, ":")
				ahead, err := time.ParseDuration(minute + "m")
				if err != nil {
					t.Fatal(err)
				}
				now := start.Add(ahead)
				var made []oncall.Firing
				switch action {
				case "poll":
					st, made = p.At(st, now)
				case "claim":
					st = st.Claim(now)
				case "restart":
					st = p.Restart(st, now)
				case "escalate":
					st = p.Escalate(st, now)
				default:
					p = r.Policy(action)
					st, made = p.At(st, now)
				}
				got = append(got, made...)
				st = throughJSON(t, st)
			}
			if diff := cmp.Diff(tc.want, climb(start, got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, st.Fired); diff != "" {
				t.Errorf("what was made and what is on record (-made +recorded):\n%s", diff)
			}
			next := "none"
			if at, ok := p.Next(st); ok {
				next = fmt.Sprint(at.Sub(start).Minutes())
			}
			if next != tc.next {
				t.Errorf("next is %s, want %s", next, tc.next)
			}
		})
	}
}

type fataler interface{ Fatalf(string, ...any) }

func throughJSON(t fataler, st oncall.State) oncall.State {
	text, err := json.Marshal(st)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var back oncall.State
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff(st, back); diff != "" {
		t.Fatalf("through JSON:\n%s", diff)
	}
	return back
}

// TestNoState: the zero state, as of a case from before there was a policy, begins
// now; a last resort that reaches nobody goes to everybody, on holiday or not.
func TestNoState(t *testing.T) {
	setup := desk()
	for i := range setup.Engineers {
		setup.Engineers[i].Holidays = []oncall.Holiday{{From: "2026-01-05"}}
	}
	setup.Escalation[0].LastResort = targets("on_call:s")
	p, now := roster(t, setup).Policy("P3"), utc(t, "2026-01-05 12:00")
	if at, ok := p.Next(oncall.State{}); !ok || at.After(now) {
		t.Errorf("next of the zero state is %v %v, want the past", at, ok)
	}
	st, made := p.At(oncall.State{}, now)
	want := []string{"0 0.0  (nobody: on_call:s)", "0 0.1 desk (nobody: on_call:s) (nobody: person:d)", "0 0.2 a b c d"}
	if diff := cmp.Diff(want, climb(now, made)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !st.Start.Equal(now) {
		t.Errorf("begun at %v, want %v", st.Start, now)
	}
	_, made = p.At(st, now.Add(10*time.Minute))
	want = []string{"10 last a b c d (nobody: on_call:s)"}
	if diff := cmp.Diff(want, climb(now, made)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestStateIsAValue: what At returns shares nothing with what it was given.
func TestStateIsAValue(t *testing.T) {
	p, now := roster(t, desk()).Policy("P3"), utc(t, "2026-01-01 12:00")
	st, _ := p.At(p.Begin(now), now)
	one, _ := p.At(st, now.Add(10*time.Minute))
	other, _ := p.At(st, now.Add(15*time.Minute))
	if len(st.Fired) != 1 || !one.Fired[1].At.Equal(now.Add(10*time.Minute)) || !other.Fired[1].At.Equal(now.Add(15*time.Minute)) {
		t.Errorf("the states share their record: %v %v %v", st.Fired, one.Fired, other.Fired)
	}
}

// TestClimbInOrder: however often and in whatever order of time a process looks,
// every step is made once, in order, never early, and its due times are those of
// one that looks all the time.
func TestClimbInOrder(t *testing.T) {
	start := utc(t, "2026-01-01 07:00")
	rapid.Check(t, func(t *rapid.T) {
		setup := desk()
		plan := oncall.PolicyPlan{ID: "p", Repeat: rapid.IntRange(0, 3).Draw(t, "repeat"), LastResort: targets("everybody")}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			plan.Steps = append(plan.Steps, oncall.StepPlan{Targets: targets("channel:desk"), Wait: time.Duration(rapid.IntRange(1, 40).Draw(t, "wait")) * time.Minute})
		}
		setup.Escalation = []oncall.PolicyPlan{plan}
		r, err := oncall.New(setup)
		if err != nil {
			t.Fatal(err)
		}
		p := r.Policy("P2")
		far := start.Add(1000 * time.Hour)
		_, want := p.At(p.Begin(start), far)
		if n := len(plan.Steps)*(plan.Repeat+1) + 1; len(want) != n {
			t.Fatalf("%d calls, want %d", len(want), n)
		}
		st := p.Begin(start)
		var got []oncall.Firing
		looks := rapid.SliceOfN(rapid.IntRange(-10, 600), 0, 30).Draw(t, "looks")
		for _, minute := range append(looks, 1000*60) {
			now := start.Add(time.Duration(minute) * time.Minute)
			next, ok := p.Next(st)
			var made []oncall.Firing
			st, made = p.At(st, now)
			st = throughJSON(t, st)
			if due := ok && !now.Before(next); due != (len(made) > 0) {
				t.Fatalf("at minute %d, next %v: made %d calls", minute, next, len(made))
			}
			for _, f := range made {
				if f.Late() < 0 || !f.At.Equal(now) {
					t.Fatalf("at minute %d: early or misdated %+v", minute, f)
				}
			}
			got = append(got, made...)
		}
		for i := range want {
			want[i].At, got[i].At = time.Time{}, time.Time{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-at once +look by look):\n%s", diff)
		}
	})
}
