package oncall_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstline/triage/oncall"
)

// TestRules is one row a rule of who is on duty.
func TestRules(t *testing.T) {
	day := func(s string) time.Time { return utc(t, s) }
	abc := daily("a", "b", "c")
	weekly := oncall.Rotation{People: []string{"a", "b"}, Every: 1, Unit: oncall.Weeks, Handover: "09:00", Start: "2026-01-05"}
	two := abc
	two.Seats = 2
	repeated := daily("a", "b", "a", "c")
	tests := []struct {
		name     string
		away     map[string]oncall.Holiday
		plan     oncall.Plan
		from, to string
		want     string
	}{
		{"turns of a day", nil, layers(oncall.Layer{Rotation: abc}), "2026-01-01", "2026-01-05", "a 01 00:00-02 00:00, b 02 00:00-03 00:00, c 03 00:00-04 00:00, a 04 00:00-05 00:00"},
		{"turns of two days", nil, layers(oncall.Layer{Rotation: with(abc, func(r *oncall.Rotation) { r.Every = 2 })}), "2026-01-02", "2026-01-06", "a 02 00:00-03 00:00, b 03 00:00-05 00:00, c 05 00:00-06 00:00"},
		{"turns of a week, handed over at nine", nil, layers(oncall.Layer{Rotation: weekly}), "2026-01-11", "2026-01-20", "a 11 00:00-12 09:00, b 12 09:00-19 09:00, a 19 09:00-20 00:00"},
		{"nobody before the start", nil, layers(oncall.Layer{Rotation: abc}), "2025-12-31", "2026-01-02", "a 01 00:00-02 00:00, gap 31 00:00-01 00:00"},
		{"windows", nil, layers(oncall.Layer{Windows: window("08:00", "20:00"), Rotation: abc}), "2026-01-01", "2026-01-03", "a 01 08:00-01 20:00, b 02 08:00-02 20:00, gap 01 00:00-01 08:00, gap 01 20:00-02 08:00, gap 02 20:00-03 00:00"},
		{"a window of weekdays; 2 January 2026 is a Friday", nil, layers(oncall.Layer{Windows: window("08:00", "20:00", "mon", "tue", "wed", "thu", "fri"), Rotation: weekly}), "2026-01-09", "2026-01-12", "a 09 08:00-09 20:00, gap 09 00:00-09 08:00, gap 09 20:00-12 00:00"},
		{"a night belongs to the day it begins", nil, layers(oncall.Layer{Windows: window("20:00", "08:00", "fri"), Rotation: weekly}), "2026-01-09", "2026-01-12", "a 09 20:00-10 08:00, gap 09 00:00-09 20:00, gap 10 08:00-12 00:00"},
		{"until 24:00", nil, layers(oncall.Layer{Windows: window("08:00", "24:00"), Rotation: weekly}), "2026-01-07", "2026-01-08", "a 07 08:00-08 00:00, gap 07 00:00-07 08:00"},
		{"until 23:59", nil, layers(oncall.Layer{Windows: window("00:59", "23:59"), Rotation: weekly}), "2026-01-07", "2026-01-08", "a 07 00:59-07 23:59, gap 07 00:00-07 00:59, gap 07 23:59-08 00:00"},
		{"equal times are a day", nil, layers(oncall.Layer{Windows: window("08:00", "08:00", "wed"), Rotation: weekly}), "2026-01-07", "2026-01-09", "a 07 08:00-08 08:00, gap 07 00:00-07 08:00, gap 08 08:00-09 00:00"},
		{"two windows, one overlapping the other", nil, layers(oncall.Layer{Windows: append(window("08:00", "12:00"), window("10:00", "14:00")...), Rotation: weekly}), "2026-01-07", "2026-01-08", "a 07 08:00-07 14:00, gap 07 00:00-07 08:00, gap 07 14:00-08 00:00"},
		{"later layers cover", nil, layers(oncall.Layer{Rotation: daily("a")}, oncall.Layer{Windows: window("08:00", "20:00"), Rotation: daily("b")}, oncall.Layer{Windows: window("12:00", "13:00"), Rotation: daily("c")}), "2026-01-01", "2026-01-02", "a 01 00:00-01 08:00, b 01 08:00-01 12:00, c 01 12:00-01 13:00, b 01 13:00-01 20:00, a 01 20:00-02 00:00"},
		{"two seats move by one", nil, layers(oncall.Layer{Rotation: two}), "2026-01-01", "2026-01-03", "a 01 00:00-02 00:00, b 01 00:00-03 00:00, c 02 00:00-03 00:00"},
		{"one person in a rotation twice", nil, layers(oncall.Layer{Rotation: repeated}), "2026-01-01", "2026-01-05", "a 01 00:00-02 00:00, b 02 00:00-03 00:00, a 03 00:00-04 00:00, c 04 00:00-05 00:00"},
		{"the next stands in for one on holiday", map[string]oncall.Holiday{"b": {From: "2026-01-02"}}, layers(oncall.Layer{Rotation: abc}), "2026-01-01", "2026-01-05", "a 01 00:00-02 00:00, c 02 00:00-03 00:00, c 03 00:00-04 00:00, a 04 00:00-05 00:00"},
		{"the next but one, when the next is away too", map[string]oncall.Holiday{"b": {From: "2026-01-02"}, "c": {From: "2026-01-01", To: "2026-01-02"}}, layers(oncall.Layer{Rotation: abc}), "2026-01-01", "2026-01-04", "a 01 00:00-02 00:00, a 02 00:00-03 00:00, c 03 00:00-04 00:00"},
		{"a holiday that nobody can fill is a gap", map[string]oncall.Holiday{"a": {From: "2026-01-02"}}, layers(oncall.Layer{Rotation: daily("a")}), "2026-01-01", "2026-01-04", "a 01 00:00-02 00:00, a 03 00:00-04 00:00, gap 02 00:00-03 00:00"},
		{"two seats, one away: the spare sits down", map[string]oncall.Holiday{"a": {From: "2026-01-01"}}, layers(oncall.Layer{Rotation: two}), "2026-01-01", "2026-01-02", "c 01 00:00-02 00:00, b 01 00:00-02 00:00"},
		{"two seats, two away: one stays empty", map[string]oncall.Holiday{"a": {From: "2026-01-01"}, "b": {From: "2026-01-01"}}, layers(oncall.Layer{Rotation: two}), "2026-01-01", "2026-01-02", "c 01 00:00-02 00:00"},
		{"a holiday of a layer shows what is below", nil, layers(oncall.Layer{Rotation: daily("a")}, oncall.Layer{Rotation: daily("b"), Holidays: []oncall.Holiday{{From: "2026-01-02", To: "2026-01-03"}}}), "2026-01-01", "2026-01-05", "b 01 00:00-02 00:00, a 02 00:00-04 00:00, b 04 00:00-05 00:00"},
		{"a holiday of the only layer is a gap", nil, layers(oncall.Layer{Rotation: abc, Holidays: []oncall.Holiday{{From: "2026-01-02"}}}), "2026-01-01", "2026-01-04", "a 01 00:00-02 00:00, c 03 00:00-04 00:00, gap 02 00:00-03 00:00"},
		{"an override replaces everybody", nil, overrides(layers(oncall.Layer{Rotation: two}), oncall.Override{Who: "d", From: day("2026-01-01 06:00"), To: day("2026-01-01 12:00")}), "2026-01-01", "2026-01-02", "a 01 00:00-01 06:00, b 01 00:00-01 06:00, d 01 06:00-01 12:00, a 01 12:00-02 00:00, b 01 12:00-02 00:00"},
		{"an override fills a gap", nil, overrides(layers(oncall.Layer{Windows: window("08:00", "20:00"), Rotation: abc}), oncall.Override{Who: "d", From: day("2026-01-01 20:00"), To: day("2026-01-02 08:00")}), "2026-01-01 12:00", "2026-01-02 12:00", "a 01 12:00-01 20:00, d 01 20:00-02 08:00, b 02 08:00-02 12:00"},
		{"an override beats the person's holiday", map[string]oncall.Holiday{"d": {From: "2026-01-01"}}, overrides(layers(oncall.Layer{Rotation: abc}), oncall.Override{Who: "d", From: day("2026-01-01"), To: day("2026-01-02")}), "2026-01-01", "2026-01-02", "d 01 00:00-02 00:00"},
		{"the later override has the last word", nil, overrides(layers(oncall.Layer{Rotation: abc}), oncall.Override{Who: "d", From: day("2026-01-01"), To: day("2026-01-02")}, oncall.Override{Who: "c", From: day("2026-01-01 06:00"), To: day("2026-01-01 12:00")}), "2026-01-01", "2026-01-02", "d 01 00:00-01 06:00, c 01 06:00-01 12:00, d 01 12:00-02 00:00"},
		{"an override for one person", nil, overrides(layers(oncall.Layer{Rotation: two}), oncall.Override{Who: "d", For: "a", From: day("2026-01-01"), To: day("2026-01-03")}), "2026-01-01", "2026-01-03", "d 01 00:00-02 00:00, b 01 00:00-03 00:00, c 02 00:00-03 00:00"},
		{"an override for somebody by one who is there already", nil, overrides(layers(oncall.Layer{Rotation: two}), oncall.Override{Who: "b", For: "a", From: day("2026-01-01"), To: day("2026-01-02")}), "2026-01-01", "2026-01-02", "b 01 00:00-02 00:00"},
		{"a swap exchanges both ways", nil, swaps(layers(oncall.Layer{Rotation: abc}), oncall.Swap{A: "a", B: "b", From: day("2026-01-01"), To: day("2026-01-03")}), "2026-01-01", "2026-01-06", "b 01 00:00-02 00:00, a 02 00:00-03 00:00, c 03 00:00-04 00:00, a 04 00:00-05 00:00, b 05 00:00-06 00:00"},
		{"a swap cuts a shift that lies partly within", nil, swaps(layers(oncall.Layer{Rotation: abc}), oncall.Swap{A: "a", B: "c", From: day("2026-01-01 12:00"), To: day("2026-01-02")}), "2026-01-01", "2026-01-02", "a 01 00:00-01 12:00, c 01 12:00-02 00:00"},
		{"a swap between layers", nil, swaps(layers(oncall.Layer{Windows: window("00:00", "12:00"), Rotation: daily("a")}, oncall.Layer{Windows: window("12:00", "24:00"), Rotation: daily("b")}), oncall.Swap{A: "a", B: "b", From: day("2026-01-01"), To: day("2026-01-02")}), "2026-01-01", "2026-01-02", "b 01 00:00-01 12:00, a 01 12:00-02 00:00"},
		{"who swaps because of a holiday needs no stand-in", map[string]oncall.Holiday{"a": {From: "2026-01-01"}}, swaps(layers(oncall.Layer{Rotation: abc}), oncall.Swap{A: "a", B: "c", From: day("2026-01-01"), To: day("2026-01-04")}), "2026-01-01", "2026-01-04", "c 01 00:00-02 00:00, b 02 00:00-03 00:00, a 03 00:00-04 00:00"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			engineers := people("UTC", "a", "b", "c", "d")
			for i := range engineers {
				if h, ok := tc.away[engineers[i].ID]; ok {
					engineers[i].Holidays = []oncall.Holiday{h}
				}
			}
			s := schedule(t, team(t, engineers...), tc.plan)
			if got := line(s, utc(t, tc.from), utc(t, tc.to)); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func with(r oncall.Rotation, change func(*oncall.Rotation)) oncall.Rotation {
	change(&r)
	return r
}

func overrides(p oncall.Plan, list ...oncall.Override) oncall.Plan {
	p.Overrides = list
	return p
}

func swaps(p oncall.Plan, list ...oncall.Swap) oncall.Plan {
	p.Swaps = list
	return p
}

// TestZonesOfHolidays: a person's free day is a day of the person's own zone, a
// layer's one of the layer's.
func TestZonesOfHolidays(t *testing.T) {
	engineers := people("Asia/Tokyo", "a", "b")
	engineers[0].Holidays = []oncall.Holiday{{From: "2026-01-02"}}
	s := schedule(t, team(t, engineers...), layers(oncall.Layer{Zone: "America/New_York", Rotation: with(daily("a"), func(r *oncall.Rotation) { r.Start = "2025-12-01" }),
		Holidays: []oncall.Holiday{{From: "2026-01-05"}}}))
	got := line(s, utc(t, "2026-01-01"), utc(t, "2026-01-08"))
	want := "a 01 00:00-01 15:00, a 02 15:00-05 05:00, a 06 05:00-08 00:00, gap 01 15:00-02 15:00, gap 05 05:00-06 05:00"
	if got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestDuty: what is said of one on duty, and until when, whatever the rules.
func TestDuty(t *testing.T) {
	day := func(s string) time.Time { return utc(t, s) }
	engineers := people("UTC", "a", "b", "c", "d")
	engineers[1].Holidays = []oncall.Holiday{{From: "2026-01-02"}}
	p := layers(oncall.Layer{Name: "desk", Rotation: daily("a", "b", "c")})
	p.Overrides = []oncall.Override{{Who: "c", From: day("2026-01-04"), To: day("2026-01-04 12:00")}, {Who: "d", For: "b", From: day("2026-01-05"), To: day("2026-01-06")}}
	p.Swaps = []oncall.Swap{{A: "a", B: "b", From: day("2026-01-07"), To: day("2026-01-08")}}
	s := schedule(t, team(t, engineers...), p)
	for _, tc := range []struct {
		at   string
		want []oncall.Duty
	}{
		{"2025-12-31 23:59", nil},
		{"2026-01-01 00:00", []oncall.Duty{{Who: "a", Layer: "desk", By: oncall.RuleRotation, Until: day("2026-01-02")}}},
		{"2026-01-02 10:00", []oncall.Duty{{Who: "c", Layer: "desk", By: oncall.RuleStandIn, For: "b", Until: day("2026-01-04 12:00")}}},
		{"2026-01-04 10:00", []oncall.Duty{{Who: "c", By: oncall.RuleOverride, Until: day("2026-01-04 12:00")}}},
		{"2026-01-05 10:00", []oncall.Duty{{Who: "d", By: oncall.RuleOverride, For: "b", Until: day("2026-01-06")}}},
		{"2026-01-07 10:00", []oncall.Duty{{Who: "b", Layer: "desk", By: oncall.RuleSwap, For: "a", Until: day("2026-01-09")}}},
	} {
		if diff := cmp.Diff(tc.want, s.OnCall(day(tc.at))); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", tc.at, diff)
		}
	}
	alone := schedule(t, team(t, engineers...), layers(oncall.Layer{Rotation: daily("a")}))
	if d := alone.OnCall(day("2026-02-01")); len(d) != 1 || !d[0].Until.IsZero() {
		t.Errorf("one person for ever: %+v, want no end", d)
	}
	if h, ok := alone.Next(day("2026-02-01")); ok {
		t.Errorf("one person for ever: next change %+v, want none", h)
	}
}

// TestHandovers: who leaves, comes and stays, and that adjoining questions give
// each moment once.
func TestHandovers(t *testing.T) {
	day := func(s string) time.Time { return utc(t, s) }
	two := daily("a", "b", "c")
	two.Seats = 2
	s := schedule(t, team(t, people("UTC", "a", "b", "c")...), layers(oncall.Layer{Windows: window("08:00", "07:00", "thu", "fri"), Rotation: with(two, func(r *oncall.Rotation) { r.Handover = "20:00" })}))
	want := []oncall.Handover{
		{At: day("2026-01-01 20:00"), Comes: []string{"a", "b"}},
		{At: day("2026-01-02 07:00"), Leaves: []string{"a", "b"}},
		{At: day("2026-01-02 08:00"), Comes: []string{"a", "b"}},
		{At: day("2026-01-02 20:00"), Leaves: []string{"a"}, Comes: []string{"c"}, Stays: []string{"b"}},
		{At: day("2026-01-03 07:00"), Leaves: []string{"b", "c"}},
	}
	got := s.Handovers(day("2026-01-01"), day("2026-01-08"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var parts []oncall.Handover
	for at := day("2026-01-01"); at.Before(day("2026-01-08")); at = at.Add(time.Hour) {
		parts = append(parts, s.Handovers(at, at.Add(time.Hour))...)
	}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("hour by hour (-want +got):\n%s", diff)
	}
	if h, _ := s.Next(day("2026-01-02 07:00")); !h.At.Equal(day("2026-01-02 08:00")) || h.Unstaffed() {
		t.Errorf("next after the gap began: %+v", h)
	}
	if h, _ := s.Next(day("2026-01-02 20:00")); !h.At.Equal(day("2026-01-03 07:00")) || !h.Unstaffed() {
		t.Errorf("next after the last handover: %+v, want a gap", h)
	}
	if got := s.Handovers(day("2026-01-02"), day("2026-01-01")); len(got) != 0 {
		t.Errorf("backward: %v", got)
	}
}

// TestFollowTheSun: twelve engineers in four zones leave no minute of a year
// without a person, through every change of clocks; a gap that is planted is found.
func TestFollowTheSun(t *testing.T) {
	from, to := utc(t, "2026-01-01"), utc(t, "2027-01-01")
	s := roster(t, sun()).Schedule("sun")
	if gaps := s.Gaps(from, to); len(gaps) > 0 {
		t.Errorf("%d gaps, the first %+v", len(gaps), gaps[0])
	}
	tiles(t, s, from, to)
	served := map[string]time.Duration{}
	for _, sh := range s.Shifts(from, to) {
		served[sh.Who] += sh.To.Sub(sh.From)
	}
	if len(served) != 12 {
		t.Errorf("%d engineers served, want 12: %v", len(served), served)
	}

	planted := sun()
	planted.Schedules[0].Layers[1].Holidays = []oncall.Holiday{{From: "2026-12-25"}}
	want := []oncall.Gap{{From: utc(t, "2026-12-25 07:00"), To: utc(t, "2026-12-25 14:00")}}
	if diff := cmp.Diff(want, roster(t, planted).Schedule("sun").Gaps(from, to)); diff != "" {
		t.Errorf("Berlin away at Christmas (-want +got):\n%s", diff)
	}

	// Berlin from 19:00 and New York until 13:00 meet, but in the weeks in which
	// only America has changed its clocks.
	apart := sun()
	apart.Schedules[0].Layers = []oncall.Layer{
		func(l oncall.Layer) oncall.Layer { l.Windows = window("19:00", "14:00"); return l }(apart.Schedules[0].Layers[1]),
		func(l oncall.Layer) oncall.Layer { l.Windows = window("08:00", "13:00"); return l }(apart.Schedules[0].Layers[2]),
	}
	gaps := roster(t, apart).Schedule("sun").Gaps(from, to)
	for _, g := range gaps {
		if g.To.Sub(g.From) != time.Hour || g.From.Hour() != 17 {
			t.Errorf("gap %+v, want 17:00 to 18:00", g)
		}
	}
	if len(gaps) != 21+7 {
		t.Errorf("%d gaps, want one a day for three weeks in spring and one in autumn", len(gaps))
	}
}
