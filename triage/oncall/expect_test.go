package oncall_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"firstline/triage/oncall"
)

// TestExpect is one row a promise. The desk is staffed 08:00 to 20:00 UTC, and by
// a second schedule from 19:00 to 22:00.
func TestExpect(t *testing.T) {
	tm := team(t, people("UTC", "a", "b")...)
	day := schedule(t, tm, layers(oncall.Layer{Windows: window("08:00", "20:00"), Rotation: daily("a")}))
	late := schedule(t, tm, layers(oncall.Layer{Windows: window("19:00", "22:00"), Rotation: daily("b")}))
	never := schedule(t, tm, layers(oncall.Layer{Rotation: with(daily("a"), func(r *oncall.Rotation) { r.Start = "2036-01-01" })}))
	jakarta := place(t, "Asia/Jakarta")
	for _, tc := range []struct {
		name      string
		at        string
		target    time.Duration
		schedules []*oncall.Schedule
		by        string // minutes from now, on the clock of Jakarta
		minutes   int
		onDuty    bool
		until     string
		shift     bool
	}{
		{"on duty: the target", "2026-03-02 12:00", 15 * time.Minute, []*oncall.Schedule{day}, "2026-03-02T19:15:00+07:00", 15, true, "2026-03-03T03:00:00+07:00", false},
		{"nobody now, and the shift begins after the target", "2026-03-01 20:10", 15 * time.Minute, []*oncall.Schedule{day}, "2026-03-02T15:00:00+07:00", 11*60 + 50, false, "", true},
		{"nobody now, and the shift begins before the target", "2026-03-02 07:50", 15 * time.Minute, []*oncall.Schedule{day}, "2026-03-02T15:05:00+07:00", 15, false, "", false},
		{"the shift begins at the target", "2026-03-02 07:45", 15 * time.Minute, []*oncall.Schedule{day}, "2026-03-02T15:00:00+07:00", 15, false, "", false},
		{"the shift ends before the target: no promise of a gap", "2026-03-02 19:50", 15 * time.Minute, []*oncall.Schedule{day}, "2026-03-03T15:00:00+07:00", 12*60 + 10, true, "2026-03-03T03:00:00+07:00", true},
		{"another schedule goes on", "2026-03-02 19:50", 15 * time.Minute, []*oncall.Schedule{late, day}, "2026-03-03T03:05:00+07:00", 15, true, "2026-03-03T05:00:00+07:00", false},
		{"the nearer of two shifts", "2026-03-02 23:00", 20 * time.Hour, []*oncall.Schedule{late, day}, "2026-03-04T02:00:00+07:00", 20 * 60, false, "", false},
		{"a target of days", "2026-03-02 12:00", 3 * 24 * time.Hour, []*oncall.Schedule{day}, "2026-03-05T19:00:00+07:00", 3 * 24 * 60, true, "2026-03-03T03:00:00+07:00", false},
		{"seconds count as a minute", "2026-03-02 12:00", 61 * time.Second, []*oncall.Schedule{day}, "2026-03-02T19:01:01+07:00", 2, true, "2026-03-03T03:00:00+07:00", false},
		{"a target that is over: now", "2026-03-02 12:00", -time.Hour, []*oncall.Schedule{day}, "2026-03-02T19:00:00+07:00", 0, true, "2026-03-03T03:00:00+07:00", false},
		{"no shift in sight: no promise", "2026-03-02 12:00", time.Hour, []*oncall.Schedule{never}, "", 0, false, "", false},
		{"no schedule: no promise", "2026-03-02 12:00", time.Hour, nil, "", 0, false, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			at := utc(t, tc.at)
			want := oncall.Expectation{Now: at, Minutes: tc.minutes, OnDuty: tc.onDuty}
			if tc.by != "" {
				want.By = utc(t, tc.by)
			}
			if tc.until != "" {
				want.Until = utc(t, tc.until)
			}
			if tc.shift {
				want.Shift = want.By
			}
			got := oncall.Expect(at, tc.target, jakarta, tc.schedules...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Now.Location() != jakarta || tc.by != "" && got.By.Format(time.RFC3339) != tc.by {
				t.Errorf("now %v, by %v: not on the customer's clock", got.Now, got.By)
			}
		})
	}
	if e := oncall.Expect(utc(t, "2026-03-01 20:10"), 0, jakarta, day); e.Now.Format("15:04") != "03:10" {
		t.Errorf("in Jakarta it is %s, want 03:10", e.Now.Format("15:04"))
	}
}

// TestShow compares the whole of what is shown, in Kolkata, on the evening before a
// day off.
func TestShow(t *testing.T) {
	engineers := people("Europe/Berlin", "a", "b")
	engineers[1].Name = "Bea"
	s := schedule(t, team(t, engineers...), oncall.Plan{ID: "desk", Name: "The desk", Layers: []oncall.Layer{
		{Name: "day", Zone: "Europe/Berlin", Windows: window("08:00", "20:00"), Rotation: oncall.Rotation{People: []string{"a", "b"}, Every: 1, Unit: oncall.Days, Handover: "08:00", Start: "2026-03-01"},
			Holidays: []oncall.Holiday{{From: "2026-03-04"}}},
		{Name: "night", Zone: "Europe/Berlin", Windows: window("20:00", "08:00"), Rotation: oncall.Rotation{People: []string{"a"}, Every: 1, Unit: oncall.Weeks, Handover: "20:00", Start: "2026-02-01"},
			Holidays: []oncall.Holiday{{From: "2026-03-04"}}},
	}})
	got := oncall.Show(s, utc(t, "2026-03-03 12:00"), place(t, "Asia/Kolkata"))
	want := oncall.View{
		Schedule: "desk", Name: "The desk", At: utc(t, "2026-03-03T17:30:00+05:30"), Zone: "Asia/Kolkata",
		On:     []oncall.Seat{{Who: "a", Name: "a", Layer: "day", By: oncall.RuleRotation, Until: utc(t, "2026-03-04T04:30:00+05:30"), Zone: "Europe/Berlin", Local: utc(t, "2026-03-03T13:00:00+01:00")}},
		Next:   &oncall.Change{At: utc(t, "2026-03-04T04:30:00+05:30"), Leaves: []string{"a"}, On: []oncall.Seat{}},
		Relief: &oncall.Change{At: utc(t, "2026-03-05T04:30:00+05:30"), Comes: []string{"a"}, On: []oncall.Seat{{Who: "a", Name: "a", Layer: "night", By: oncall.RuleRotation, Until: utc(t, "2026-03-06T12:30:00+05:30"), Zone: "Europe/Berlin", Local: utc(t, "2026-03-05T00:00:00+01:00")}}},
		Gaps:   []oncall.Gap{{From: utc(t, "2026-03-04T04:30:00+05:30"), To: utc(t, "2026-03-05T04:30:00+05:30")}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if name := got.On[0].Until.Format(time.RFC3339); name != "2026-03-04T04:30:00+05:30" {
		t.Errorf("until %s: not in the zone asked for", name)
	}
	if local := got.On[0].Local.Format("15:04"); local != "13:00" {
		t.Errorf("a's own clock shows %s, want 13:00", local)
	}
	busy := oncall.Show(s, utc(t, "2026-03-06 12:00"), nil)
	if busy.Relief != nil || busy.Next == nil || len(busy.Next.On) != 1 || len(busy.Gaps) != 0 || busy.Zone != "UTC" {
		t.Errorf("a day without gaps: %+v", busy)
	}
	text, err := json.Marshal(oncall.Show(s, utc(t, "2026-03-04 12:00"), nil))
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if on, ok := back["on"].([]any); !ok || len(on) != 0 {
		t.Errorf("in a gap on is %v, want an empty list", back["on"])
	}
}
