package oncall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"firstline/triage/oncall"
)

// utc reads a moment like 2026-03-29 01:00 or 2026-03-29T01:00:00+02:00.
func utc(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02", time.RFC3339} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC()
		}
	}
	t.Fatalf("%q is no moment", s)
	return time.Time{}
}

func place(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// people makes engineers of one zone.
func people(zone string, ids ...string) []oncall.Engineer {
	var out []oncall.Engineer
	for _, id := range ids {
		out = append(out, oncall.Engineer{ID: id, Zone: zone})
	}
	return out
}

func team(t testing.TB, engineers ...oncall.Engineer) *oncall.Team {
	t.Helper()
	tm, err := oncall.NewTeam(engineers)
	if err != nil {
		t.Fatal(err)
	}
	return tm
}

func schedule(t testing.TB, tm *oncall.Team, p oncall.Plan) *oncall.Schedule {
	t.Helper()
	if p.ID == "" {
		p.ID = "s"
	}
	s, err := oncall.NewSchedule(tm, p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// daily is a rotation of one-day turns that begin at midnight of 2026-01-01.
func daily(ids ...string) oncall.Rotation {
	return oncall.Rotation{People: ids, Every: 1, Unit: oncall.Days, Handover: "00:00", Start: "2026-01-01"}
}

// layers makes a plan of one or more layers.
func layers(ls ...oncall.Layer) oncall.Plan {
	for i := range ls {
		if ls[i].Name == "" {
			ls[i].Name = fmt.Sprintf("l%d", i)
		}
		if ls[i].Zone == "" {
			ls[i].Zone = "UTC"
		}
	}
	return oncall.Plan{ID: "s", Layers: ls}
}

// window makes a list of one window.
func window(from, to string, days ...string) []oncall.Window {
	return []oncall.Window{{Days: days, From: from, To: to}}
}

// line writes shifts and gaps down to compare them at a glance: day and time in UTC.
func line(s *oncall.Schedule, from, to time.Time) string {
	const layout = "02 15:04"
	var out []string
	for _, sh := range s.Shifts(from, to) {
		out = append(out, fmt.Sprintf("%s %s-%s", sh.Who, sh.From.Format(layout), sh.To.Format(layout)))
	}
	for _, g := range s.Gaps(from, to) {
		out = append(out, fmt.Sprintf("gap %s-%s", g.From.Format(layout), g.To.Format(layout)))
	}
	return strings.Join(out, ", ")
}

func who(duties []oncall.Duty) string {
	var out []string
	for _, d := range duties {
		out = append(out, d.Who)
	}
	return strings.Join(out, " ")
}

// sun is twelve engineers in four zones who follow the sun. Each zone's window is
// long enough that the weeks in which only one side has changed its clocks leave
// no gap.
func sun() oncall.Setup {
	offices := []struct {
		zone, from, to string
		langs          []string
		ids            []string
	}{
		{"Asia/Shanghai", "07:00", "15:00", []string{"zh-Hans", "en"}, []string{"chen", "lin", "wang"}},
		{"Europe/Berlin", "08:00", "16:00", []string{"de", "en"}, []string{"anna", "bernd", "carla"}},
		{"America/New_York", "09:00", "17:00", []string{"en", "es"}, []string{"dana", "eve", "frank"}},
		{"America/Los_Angeles", "13:00", "17:00", []string{"en", "th"}, []string{"gina", "hugo", "iris"}},
	}
	skills := [][]string{{"showroom"}, {"voice_room", "one_on_one"}, {"ai_tutor", "game_voice"}}
	var out oncall.Setup
	plan := oncall.Plan{ID: "sun", Name: "Follow the sun"}
	for _, o := range offices {
		for i, id := range o.ids {
			out.Engineers = append(out.Engineers, oncall.Engineer{ID: id, Name: strings.ToUpper(id[:1]) + id[1:], Zone: o.zone, Languages: o.langs, Skills: skills[i]})
		}
		plan.Layers = append(plan.Layers, oncall.Layer{Name: o.zone, Zone: o.zone, Windows: window(o.from, o.to),
			Rotation: oncall.Rotation{People: o.ids, Every: 1, Unit: oncall.Weeks, Handover: o.from, Start: "2025-12-01"}})
	}
	out.Schedules = []oncall.Plan{plan}
	out.Escalation = []oncall.PolicyPlan{{ID: "usual", Steps: []oncall.StepPlan{
		{Targets: []oncall.Target{{Kind: oncall.OnCallOf, ID: "sun"}}, Wait: 15 * time.Minute},
		{Targets: []oncall.Target{{Kind: oncall.Everybody}}, Wait: 15 * time.Minute},
	}, LastResort: []oncall.Target{{Kind: oncall.Channel, ID: "slack:C0DESK"}}}}
	return out
}

func roster(t testing.TB, setup oncall.Setup) *oncall.Roster {
	t.Helper()
	r, err := oncall.New(setup)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
