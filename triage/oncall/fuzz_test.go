package oncall_test

import (
	"encoding/json"
	"testing"
	"time"

	"firstline/triage/oncall"
)

// FuzzNew feeds setups of every shape. What is refused is refused with field and
// remedy; what is taken answers every question and leaves no time untold.
func FuzzNew(f *testing.F) {
	for _, setup := range []oncall.Setup{sun(), desk()} {
		text, err := json.Marshal(setup)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var setup oncall.Setup
		if json.Unmarshal(text, &setup) != nil {
			return
		}
		r, err := oncall.New(setup)
		if err != nil {
			wellSaid(t, err)
			return
		}
		at := utc(t, "2026-03-28 12:00")
		for _, s := range r.Schedules() {
			exercise(t, s, at)
		}
		if ranked := oncall.Route(oncall.Need{}, at, r.Candidates(at, nil)...); len(ranked) != len(setup.Engineers) {
			t.Fatalf("%d of %d engineers ranked", len(ranked), len(setup.Engineers))
		}
		p := r.Policy("P1")
		st, made := p.At(p.Begin(at), at.Add(20*365*24*time.Hour))
		if _, more := p.Next(st); more || !made[len(made)-1].Last {
			t.Fatalf("after twenty years the climb goes on: %+v", st)
		}
	})
}

// FuzzSchedule feeds the words of one layer.
func FuzzSchedule(f *testing.F) {
	f.Add("Europe/Berlin", "20:00", "08:00", "fri", "02:30", "2026-03-01", "day", 1, 1, int64(0), 60)
	f.Add("Asia/Tehran", "00:00", "24:00", "sun", "00:00", "2021-03-21", "week", 2, 2, int64(1e9), 1)
	f.Add("Europe/Berlin", "00:00", "00:00", "fri", "00:00", "2077-01-01", "day", 2, 1, int64(21), 70) // once never ended
	f.Add("", "24:00", "", "Fri", "2:30", "2026-02-30", "month", -1, 9, int64(-1), -5)
	f.Fuzz(func(t *testing.T, zone, from, to, weekday, handover, start, unit string, every, seats int, begin int64, minutes int) {
		tm := team(t, people("UTC", "a", "b", "c")...)
		p := layers(oncall.Layer{Windows: window(from, to, weekday), Rotation: oncall.Rotation{People: []string{"a", "b"}, Every: every, Unit: oncall.Unit(unit), Handover: handover, Start: start, Seats: seats}})
		p.Layers[0].Zone = zone
		p.Layers[0].Holidays = []oncall.Holiday{{From: start}}
		moment := time.Unix(begin%(1<<36), 0)
		p.Overrides = []oncall.Override{{Who: "c", From: moment, To: moment.Add(time.Duration(minutes%1e6) * time.Minute)}}
		p.Swaps = []oncall.Swap{{A: "a", B: "b", From: moment, To: moment.Add(time.Duration(minutes%1e6) * time.Minute)}}
		s, err := oncall.NewSchedule(tm, p)
		if err != nil {
			wellSaid(t, err)
			return
		}
		exercise(t, s, utc(t, "2026-03-28 12:00"))
		exercise(t, s, moment)
	})
}

func wellSaid(t *testing.T, err error) {
	t.Helper()
	problems := oncall.Problems(err)
	if len(problems) == 0 {
		t.Fatalf("%v is no Problem", err)
	}
	for _, p := range problems {
		if p.Field == "" || p.What == "" || p.Remedy == "" {
			t.Fatalf("half said: %+v", p)
		}
	}
}

// exercise asks a schedule everything about three days; every instant must be in a
// shift or in a gap, never in both.
func exercise(t *testing.T, s *oncall.Schedule, at time.Time) {
	t.Helper()
	to := at.Add(72 * time.Hour)
	shifts, gaps := s.Shifts(at, to), s.Gaps(at, to)
	var edges []time.Time
	for _, sh := range shifts {
		edges = append(edges, sh.From, sh.To)
	}
	for _, g := range gaps {
		edges = append(edges, g.From, g.To)
	}
	for _, e := range edges {
		if e.Before(at) || e.After(to) {
			t.Fatalf("%v is outside", e)
		}
		if e.Equal(to) {
			continue
		}
		on, gap := 0, 0
		for _, sh := range shifts {
			if !e.Before(sh.From) && e.Before(sh.To) {
				on++
			}
		}
		for _, g := range gaps {
			if !e.Before(g.From) && e.Before(g.To) {
				gap++
			}
		}
		if duties := s.OnCall(e); on != len(duties) || gap > 1 || (gap == 1) != (on == 0) {
			t.Fatalf("at %v: %d shifts, %d gaps, on duty %v", e, on, gap, duties)
		}
	}
	s.Handovers(at, to)
	s.Next(at)
	oncall.Show(s, at, nil)
	oncall.Expect(at, time.Hour, nil, s)
}
