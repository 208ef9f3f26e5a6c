package oncall_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"firstline/triage/oncall"
)

// nights are moments around which clocks change somewhere, and one where none do.
var nights = []string{"2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2021-03-22", "2021-09-22", "2011-12-30", "2010-11-07", "2026-02-11"}

var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Tehran", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia", "Africa/Cairo"}

// world draws a team, a plan and the time to look at, all around one night.
func world(t *rapid.T) ([]oncall.Engineer, oncall.Plan, time.Time, time.Time) {
	night, _ := time.Parse(time.DateOnly, rapid.SampledFrom(nights).Draw(t, "night"))
	from := night.Add(-36 * time.Hour)
	date := rapid.Custom(func(t *rapid.T) string {
		return night.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, "days")).Format(time.DateOnly)
	})
	holidays := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) oncall.Holiday {
		h := oncall.Holiday{From: date.Draw(t, "from")}
		if to := date.Draw(t, "to"); to >= h.From {
			h.To = to
		}
		return h
	}), 0, 1)
	var engineers []oncall.Engineer
	var ids []string
	for i := range rapid.IntRange(2, 5).Draw(t, "people") {
		ids = append(ids, fmt.Sprintf("p%d", i))
		engineers = append(engineers, oncall.Engineer{ID: ids[i], Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Holidays: holidays.Draw(t, "away")})
	}
	plan := oncall.Plan{ID: "random"}
	for i := range rapid.IntRange(1, 3).Draw(t, "layers") {
		l := drawLayer(t, ids, night)
		l.Name, l.Holidays = fmt.Sprintf("l%d", i), holidays.Draw(t, "closed")
		plan.Layers = append(plan.Layers, l)
	}
	moment := rapid.Custom(func(t *rapid.T) time.Time {
		return from.Add(time.Duration(rapid.IntRange(0, 72*60).Draw(t, "minute")) * time.Minute)
	})
	for range rapid.IntRange(0, 3).Draw(t, "overrides") {
		v := oncall.Override{Who: rapid.SampledFrom(ids).Draw(t, "who"), For: rapid.SampledFrom(append([]string{""}, ids...)).Draw(t, "for"), From: moment.Draw(t, "from")}
		v.To = v.From.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "long")) * time.Minute)
		if v.For != v.Who {
			plan.Overrides = append(plan.Overrides, v)
		}
	}
	for at, n := moment.Draw(t, "first swap"), rapid.IntRange(0, 2).Draw(t, "swaps"); n > 0; n-- {
		w := oncall.Swap{From: at, To: at.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "long")) * time.Minute)}
		rotating := rotating(plan)
		w.A, w.B = rapid.SampledFrom(rotating).Draw(t, "a"), rapid.SampledFrom(rotating).Draw(t, "b")
		if w.A != w.B {
			plan.Swaps = append(plan.Swaps, w)
		}
		at = w.To
	}
	return engineers, plan, from, from.Add(72 * time.Hour)
}

func drawLayer(t *rapid.T, ids []string, night time.Time) oncall.Layer {
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "h"), rapid.SampledFrom([]int{0, 1, 30, 45}).Draw(t, "m"))
	})
	l := oncall.Layer{Zone: rapid.SampledFrom(zones).Draw(t, "zone")}
	l.Windows = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) oncall.Window {
		days := rapid.SliceOfN(rapid.SampledFrom([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}), 0, 4).Draw(t, "days")
		return oncall.Window{Days: days, From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
	}), 0, 3).Draw(t, "windows")
	r := oncall.Rotation{People: rapid.SliceOfN(rapid.SampledFrom(ids), 1, 6).Draw(t, "rotation"), Every: rapid.IntRange(1, 3).Draw(t, "every"),
		Unit: rapid.SampledFrom([]oncall.Unit{oncall.Days, oncall.Weeks}).Draw(t, "unit"), Handover: clock.Draw(t, "handover")}
	r.Start = night.AddDate(0, 0, -rapid.IntRange(-1, 40).Draw(t, "start")).Format(time.DateOnly)
	distinct := slices.Compact(slices.Sorted(slices.Values(r.People)))
	r.Seats = rapid.IntRange(0, len(distinct)).Draw(t, "seats")
	l.Rotation = r
	return l
}

func rotating(p oncall.Plan) []string {
	var out []string
	for _, l := range p.Layers {
		out = append(out, l.Rotation.People...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func build(t *rapid.T, engineers []oncall.Engineer, plan oncall.Plan) *oncall.Schedule {
	tm, err := oncall.NewTeam(engineers)
	if err != nil {
		t.Fatal(err)
	}
	s, err := oncall.NewSchedule(tm, plan)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
