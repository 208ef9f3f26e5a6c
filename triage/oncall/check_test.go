package oncall_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"firstline/triage/oncall"
)

// TestMistakes is one row a mistake in an otherwise good setup: the field, the
// value, and a word of what is said about it.
func TestMistakes(t *testing.T) {
	at := func(hours int) time.Time { return utc(t, "2026-03-02").Add(time.Duration(hours) * time.Hour) }
	type setup = oncall.Setup
	layer := func(s *setup) *oncall.Layer { return &s.Schedules[0].Layers[0] }
	rotation := func(s *setup) *oncall.Rotation { return &layer(s).Rotation }
	for _, tc := range []struct {
		field, value, what string
		spoil              func(*setup)
	}{
		{"engineers", "", "nobody", func(s *setup) { *s = setup{Schedules: s.Schedules, Escalation: s.Escalation} }},
		{"engineers[1].id", "", "missing", func(s *setup) { s.Engineers[1].ID = "" }},
		{"engineers[1].id", "b ", "spaces", func(s *setup) { s.Engineers[1].ID = "b " }},
		{"engineers[1].id", "a", "twice", func(s *setup) { s.Engineers[1].ID = "a" }},
		{"engineers[0].zone", "", "missing", func(s *setup) { s.Engineers[0].Zone = "" }},
		{"engineers[0].zone", "Mars/Olympus", "not a time zone", func(s *setup) { s.Engineers[0].Zone = "Mars/Olympus" }},
		{"engineers[0].zone", "Local", "machine", func(s *setup) { s.Engineers[0].Zone = "Local" }},
		{"engineers[0].languages[1]", "english please", "language", func(s *setup) { s.Engineers[0].Languages = []string{"pt-BR", "english please"} }},
		{"engineers[0].languages[0]", "e", "language", func(s *setup) { s.Engineers[0].Languages = []string{"e"} }},
		{"engineers[0].languages[0]", "1a", "language", func(s *setup) { s.Engineers[0].Languages = []string{"1a"} }},
		{"engineers[0].languages[0]", "zh--Hans", "language", func(s *setup) { s.Engineers[0].Languages = []string{"zh--Hans"} }},
		{"engineers[0].languages[0]", "zh-Ha_s", "language", func(s *setup) { s.Engineers[0].Languages = []string{"zh-Ha_s"} }},
		{"engineers[0].languages[0]", "de-abcdefghi", "language", func(s *setup) { s.Engineers[0].Languages = []string{"de-abcdefghi"} }},
		{"engineers[0].skills[0]", "", "missing", func(s *setup) { s.Engineers[0].Skills = []string{""} }},
		{"engineers[0].limit", "-1", "negative", func(s *setup) { s.Engineers[0].Limit = -1 }},
		{"engineers[0].awake.to", "", "missing", func(s *setup) { s.Engineers[0].Awake.From = "08:00" }},
		{"engineers[0].awake.from", "25:00", "time of day", func(s *setup) { s.Engineers[0].Awake = oncall.Awake{From: "25:00", To: "08:00"} }},
		{"engineers[0].holidays[0].from", "1 May", "not a date", func(s *setup) { s.Engineers[0].Holidays = []oncall.Holiday{{From: "1 May"}} }},
		{"engineers[0].holidays[0].from", "", "missing", func(s *setup) { s.Engineers[0].Holidays = []oncall.Holiday{{}} }},
		{"engineers[0].holidays[0].from", "2026-02-29", "not a date", func(s *setup) { s.Engineers[0].Holidays = []oncall.Holiday{{From: "2026-02-29"}} }},
		{"engineers[0].holidays[0].to", "2026-01-01", "before 2026-01-02", func(s *setup) {
			s.Engineers[0].Holidays = []oncall.Holiday{{From: "2026-01-02", To: "2026-01-01"}}
		}},
		{"schedules", "", "missing", func(s *setup) {
			s.Schedules, s.Escalation[0].Steps, s.Escalation[1].Steps = nil, steps(time.Hour, "everybody"), steps(time.Hour, "everybody")
		}},
		{"schedules[0].id", "", "missing", func(s *setup) { s.Schedules = append([]oncall.Plan{{Layers: s.Schedules[0].Layers}}, s.Schedules...) }},
		{"schedules[1].id", "s", "twice", func(s *setup) { s.Schedules = append(s.Schedules, s.Schedules[0]) }},
		{"schedules[0].layers", "", "missing", func(s *setup) { s.Schedules[0].Layers = nil }},
		{"schedules[0].layers[1].name", "l0", "twice", func(s *setup) { s.Schedules[0].Layers = append(s.Schedules[0].Layers, s.Schedules[0].Layers[0]) }},
		{"schedules[0].layers[0].name", "", "missing", func(s *setup) { layer(s).Name = "" }},
		{"schedules[0].layers[0].zone", "CET+1", "not a time zone", func(s *setup) { layer(s).Zone = "CET+1" }},
		{"schedules[0].layers[0].windows[0].from", "8:00", "time of day", func(s *setup) { layer(s).Windows[0].From = "8:00" }},
		{"schedules[0].layers[0].windows[0].from", "24:00", "begin", func(s *setup) { layer(s).Windows[0].From = "24:00" }},
		{"schedules[0].layers[0].windows[0].to", "24:01", "time of day", func(s *setup) { layer(s).Windows[0].To = "24:01" }},
		{"schedules[0].layers[0].windows[0].to", "20:60", "time of day", func(s *setup) { layer(s).Windows[0].To = "20:60" }},
		{"schedules[0].layers[0].windows[0].to", "0::00", "time of day", func(s *setup) { layer(s).Windows[0].To = "0::00" }},
		{"schedules[0].layers[0].windows[0].to", "20.00", "time of day", func(s *setup) { layer(s).Windows[0].To = "20.00" }},
		{"schedules[0].layers[0].windows[0].to", "٢٠:٠٠", "time of day", func(s *setup) { layer(s).Windows[0].To = "٢٠:٠٠" }},
		{"schedules[0].layers[0].windows[0].days[1]", "Tuesday", "day of the week", func(s *setup) { layer(s).Windows[0].Days = []string{"mon", "Tuesday"} }},
		{"schedules[0].layers[0].holidays[0].to", "2026-13-01", "not a date", func(s *setup) { layer(s).Holidays = []oncall.Holiday{{From: "2026-12-31", To: "2026-13-01"}} }},
		{"schedules[0].layers[0].rotation.people", "", "nobody", func(s *setup) { rotation(s).People = nil }},
		{"schedules[0].layers[0].rotation.people[1]", "zed", "not an engineer", func(s *setup) { rotation(s).People = []string{"a", "zed"} }},
		{"schedules[0].layers[0].rotation.people[0]", "", "missing", func(s *setup) { rotation(s).People = []string{""} }},
		{"schedules[0].layers[0].rotation.every", "0", "length of turns", func(s *setup) { rotation(s).Every = 0 }},
		{"schedules[0].layers[0].rotation.every", "367", "length of turns", func(s *setup) { rotation(s).Every = 367 }},
		{"schedules[0].layers[0].rotation.unit", "month", "not a unit", func(s *setup) { rotation(s).Unit = "month" }},
		{"schedules[0].layers[0].rotation.handover", "noon", "time of day", func(s *setup) { rotation(s).Handover = "noon" }},
		{"schedules[0].layers[0].rotation.start", "", "missing", func(s *setup) { rotation(s).Start = "" }},
		{"schedules[0].layers[0].rotation.start", "0026-01-01", "long ago", func(s *setup) { rotation(s).Start = "0026-01-01" }},
		{"schedules[0].layers[0].rotation.seats", "4", "3 people", func(s *setup) { rotation(s).Seats = 4 }},
		{"schedules[0].layers[0].rotation.seats", "2", "1 people", func(s *setup) { rotation(s).Seats, rotation(s).People = 2, []string{"a", "a"} }},
		{"schedules[0].layers[0].rotation.seats", "-1", "3 people", func(s *setup) { rotation(s).Seats = -1 }},
		{"schedules[0].overrides[0].who", "zed", "not an engineer", func(s *setup) { s.Schedules[0].Overrides = []oncall.Override{{Who: "zed", From: at(0), To: at(1)}} }},
		{"schedules[0].overrides[0].for", "zed", "not an engineer", func(s *setup) {
			s.Schedules[0].Overrides = []oncall.Override{{Who: "a", For: "zed", From: at(0), To: at(1)}}
		}},
		{"schedules[0].overrides[0].for", "a", "same person", func(s *setup) {
			s.Schedules[0].Overrides = []oncall.Override{{Who: "a", For: "a", From: at(0), To: at(1)}}
		}},
		{"schedules[0].overrides[0].to", "2026-03-02T00:00:00Z", "is not after", func(s *setup) { s.Schedules[0].Overrides = []oncall.Override{{Who: "a", From: at(0), To: at(0)}} }},
		{"schedules[0].overrides[0].from", "", "missing", func(s *setup) { s.Schedules[0].Overrides = []oncall.Override{{Who: "a", To: at(0)}} }},
		{"schedules[0].overrides[0].to", "", "missing", func(s *setup) { s.Schedules[0].Overrides = []oncall.Override{{Who: "a", From: at(0)}} }},
		{"schedules[0].swaps[0].a", "zed", "not an engineer", func(s *setup) { s.Schedules[0].Swaps = []oncall.Swap{{A: "zed", B: "a", From: at(0), To: at(1)}} }},
		{"schedules[0].swaps[0].b", "a", "same person", func(s *setup) { s.Schedules[0].Swaps = []oncall.Swap{{A: "a", B: "a", From: at(0), To: at(1)}} }},
		{"schedules[0].swaps[0].b", "d", "no turn", func(s *setup) { s.Schedules[0].Swaps = []oncall.Swap{{A: "a", B: "d", From: at(0), To: at(1)}} }},
		{"schedules[0].swaps[0].to", "2026-03-01T23:00:00Z", "is not after", func(s *setup) { s.Schedules[0].Swaps = []oncall.Swap{{A: "a", B: "b", From: at(0), To: at(-1)}} }},
		{"schedules[0].swaps[1]", "b", "swaps[0] at the same time", func(s *setup) {
			s.Schedules[0].Swaps = []oncall.Swap{{A: "a", B: "b", From: at(0), To: at(2)}, {A: "b", B: "c", From: at(1), To: at(3)}}
		}},
		{"escalation", "", "no default", func(s *setup) { s.Escalation = s.Escalation[1:] }},
		{"escalation[0].id", "", "missing", func(s *setup) { s.Escalation[0].ID = "" }},
		{"escalation[1].id", "usual", "twice", func(s *setup) { s.Escalation[1].ID = "usual" }},
		{"escalation[1].severities", "", "default already", func(s *setup) { s.Escalation[1].Severities = nil }},
		{"escalation[1].severities[0]", "p1", "not a severity", func(s *setup) { s.Escalation[1].Severities = []string{"p1"} }},
		{"escalation[1].severities[1]", "P1", "policy already", func(s *setup) { s.Escalation[1].Severities = []string{"P1", "P1"} }},
		{"escalation[0].steps", "", "missing", func(s *setup) { s.Escalation[0].Steps = nil }},
		{"escalation[0].steps[1].targets", "", "missing", func(s *setup) { s.Escalation[0].Steps[1].Targets = nil }},
		{"escalation[0].steps[1].wait", "30ns", "time to wait", func(s *setup) { s.Escalation[0].Steps[1].Wait = 30 }},
		{"escalation[0].steps[1].wait", "168h0m1s", "time to wait", func(s *setup) { s.Escalation[0].Steps[1].Wait = 7*24*time.Hour + time.Second }},
		{"escalation[0].steps[0].targets[0].id", "nights", "not a schedule", func(s *setup) { s.Escalation[0].Steps[0].Targets = targets("on_call:nights") }},
		{"escalation[0].steps[0].targets[0].id", "zed", "not an engineer", func(s *setup) { s.Escalation[0].Steps[0].Targets = targets("person:zed") }},
		{"escalation[0].steps[0].targets[0].id", "", "missing", func(s *setup) { s.Escalation[0].Steps[0].Targets = targets("channel") }},
		{"escalation[0].steps[0].targets[0].id", "all", "says nothing", func(s *setup) { s.Escalation[0].Steps[0].Targets = targets("everybody:all") }},
		{"escalation[0].steps[0].targets[0].kind", "fax", "not a kind", func(s *setup) { s.Escalation[0].Steps[0].Targets = targets("fax:1") }},
		{"escalation[0].repeat", "-1", "number of repeats", func(s *setup) { s.Escalation[0].Repeat = -1 }},
		{"escalation[0].last_resort", "", "missing", func(s *setup) { s.Escalation[0].LastResort = nil }},
	} {
		t.Run(tc.field+"="+tc.value, func(t *testing.T) {
			setup := desk()
			tc.spoil(&setup)
			r, err := oncall.New(setup)
			if err == nil || r != nil {
				t.Fatalf("taken: %v", r)
			}
			problems := oncall.Problems(err)
			for _, p := range problems {
				if p.Field == tc.field && p.Value == tc.value && strings.Contains(p.What, tc.what) && p.Remedy != "" {
					return
				}
			}
			t.Errorf("want %s: %q … %s …, got:\n%v", tc.field, tc.value, tc.what, err)
		})
	}
}

// TestAllAtOnce: all mistakes come together, in the order of the setup, and each
// says everything about itself.
func TestAllAtOnce(t *testing.T) {
	setup := desk()
	setup.Engineers[2].Zone = "Moon"
	setup.Schedules[0].Layers[0].Rotation.Every = 0
	setup.Escalation[0].Repeat = 101
	_, err := oncall.New(setup)
	want := `engineers[2].zone: "Moon" is not a time zone: write an IANA time zone like Asia/Jakarta, or UTC
schedules[0].layers[0].rotation.every: "0" is not a length of turns: write how many days or weeks a turn lasts, 1 to 366
escalation[0].repeat: "101" is not a number of repeats: write how often the steps come again, 0 to 100`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if n := len(oncall.Problems(fmt.Errorf("config: %w", err))); n != 3 {
		t.Errorf("%d problems under a wrapping error, want 3", n)
	}
	if p, ok := errors.AsType[oncall.Problem](err); !ok || p.Value != "Moon" {
		t.Errorf("the first problem is %+v", p)
	}
	if list := oncall.Problems(errors.New("something else")); list != nil {
		t.Errorf("problems of another error: %v", list)
	}
}

// TestLimits: the outermost values that are allowed.
func TestLimits(t *testing.T) {
	setup := desk()
	setup.Engineers[0].Languages = []string{"de-1901", "es-419", "zh-Hant-TW", "FIL", "az", "AZ", "sl-abcdefgh"}
	setup.Engineers[0].Holidays = []oncall.Holiday{{From: "1970-01-01", To: "1970-01-01"}}
	setup.Schedules[0].Layers[0].Rotation.Every = 366
	setup.Schedules[0].Layers[0].Rotation.Seats = 3
	setup.Escalation[0].Repeat = 100
	roster(t, setup)
}

// TestParts: a team and a schedule can be built alone; paths then begin at them.
func TestParts(t *testing.T) {
	if _, err := oncall.NewTeam(nil); err == nil || oncall.Problems(err)[0].Field != "engineers" {
		t.Errorf("a team of nobody: %v", err)
	}
	tm := team(t, people("UTC", "a")...)
	if _, err := oncall.NewSchedule(tm, layers(oncall.Layer{Rotation: daily("b")})); err == nil || oncall.Problems(err)[0].Field != "layers[0].rotation.people[0]" {
		t.Errorf("a schedule of strangers: %v", err)
	}
	if m := tm.Member("a"); m.Name != "a" || tm.Member("b") != nil {
		t.Errorf("member %+v", m)
	}
}

// TestSwapsThatDoNotMeet may stand beside each other: other people at one time, the
// same people one after the other.
func TestSwapsThatDoNotMeet(t *testing.T) {
	at := func(hours int) time.Time { return utc(t, "2026-03-02").Add(time.Duration(hours) * time.Hour) }
	p := swaps(layers(oncall.Layer{Rotation: daily("a", "b", "c", "d")}),
		oncall.Swap{A: "a", B: "b", From: at(0), To: at(24)}, oncall.Swap{A: "c", B: "d", From: at(0), To: at(24)}, oncall.Swap{A: "b", B: "c", From: at(24), To: at(48)})
	schedule(t, team(t, people("UTC", "a", "b", "c", "d")...), p)
}

// TestPlanIsCopied: what the caller does to its plan later changes nothing.
func TestPlanIsCopied(t *testing.T) {
	setup := desk()
	r := roster(t, setup)
	now := utc(t, "2026-01-01 12:00")
	p := r.Policy("P3")
	_, before := p.At(p.Begin(now), now.Add(time.Hour))
	setup.Schedules[0].Layers[0].Rotation.People[0] = "d"
	setup.Schedules[0].Layers[0].Windows[0].From = "13:00"
	setup.Escalation[0].Steps[0].Targets[0].ID = "gone"
	setup.Escalation[0].LastResort[0].ID = "gone"
	_, after := p.At(p.Begin(now), now.Add(time.Hour))
	if got := climb(now, after); strings.Join(got, "\n") != strings.Join(climb(now, before), "\n") {
		t.Errorf("got %v, want %v", got, climb(now, before))
	}
	if got := who(r.Schedule("s").OnCall(now)); got != "a" {
		t.Errorf("on duty is %s, want a", got)
	}
	if r.Schedule("nights") != nil || len(r.Schedules()) != 1 || r.Schedules()[0].ID() != "s" || r.Schedules()[0].Name() != "s" || p.ID() != "usual" || len(r.Team().Members()) != 4 {
		t.Error("the roster does not give back what it was made of")
	}
}
