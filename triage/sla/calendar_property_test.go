package sla_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firstline/triage/sla"
)

// nights are evenings before something happens to a zone's clock.
var nights = []struct{ zone, at string }{
	{"Europe/Berlin", "2026-03-28 12:00 Z"}, {"Europe/Berlin", "2026-10-24 12:00 Z"},
	{"America/New_York", "2026-03-07 17:00 Z"}, {"America/New_York", "2026-10-31 17:00 Z"},
	{"America/Sao_Paulo", "2018-11-03 12:00 Z"}, {"America/Sao_Paulo", "2018-02-17 12:00 Z"},
	{"Australia/Lord_Howe", "2026-04-04 06:00 Z"}, {"Australia/Lord_Howe", "2026-10-03 06:00 Z"},
	{"America/St_Johns", "2006-10-28 12:00 Z"}, {"Pacific/Apia", "2011-12-29 12:00 Z"},
	{"Asia/Kathmandu", "2026-06-01 12:00 Z"}, {"UTC", "2026-12-31 12:00 Z"},
}

func drawClock(t *rapid.T, label string) string {
	m := rapid.IntRange(0, 95).Draw(t, label) * 15
	return fmt.Sprintf("%02d:%02d", m/60, m%60)
}

func drawSpec(t *rapid.T, zone string) sla.Spec {
	days := rapid.SampledFrom([]string{"mon-fri", "sat-sun", "fri-mon", "sun", "mon,wed,sat", "mon-sun"})
	spec := sla.Spec{Zone: zone}
	for i := range rapid.IntRange(1, 3).Draw(t, "windows") {
		from, to := drawClock(t, "from"), drawClock(t, "to")
		if from == to {
			from, to = "00:00", "24:00"
		}
		spec.Windows = append(spec.Windows, fmt.Sprintf("%s %s-%s", days.Draw(t, fmt.Sprint("days", i)), from, to))
	}
	return spec
}

// oracle finds the first minute at which a zone's clock shows a wall time or a
// later one, by looking at every minute.
func oracle(loc *time.Location, wall time.Time) time.Time {
	for at := wall.Add(-20 * time.Hour); ; at = at.Add(time.Minute) {
		l := at.In(loc)
		if !time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC).Before(wall) {
			return at
		}
	}
}

// openMinutes lists the open minutes of some days around at, from the text of
// the windows.
func openMinutes(t *rapid.T, spec sla.Spec, at time.Time) map[int64]bool {
	loc, err := time.LoadLocation(spec.Zone)
	if err != nil {
		t.Fatal(err)
	}
	open := map[int64]bool{}
	l := at.In(loc)
	for n := -2; n <= 3; n++ {
		day := time.Date(l.Year(), l.Month(), l.Day()+n, 0, 0, 0, 0, time.UTC)
		for _, w := range spec.Windows {
			days, hours, _ := strings.Cut(w, " ")
			if !onDay(days, day.Weekday()) {
				continue
			}
			first, last, _ := strings.Cut(hours, "-")
			var h1, m1, h2, m2 int
			fmt.Sscanf(first+" "+last, "%d:%d %d:%d", &h1, &m1, &h2, &m2)
			if h2*60+m2 < h1*60+m1 {
				h2 += 24
			}
			from := oracle(loc, day.Add(time.Duration(h1*60+m1)*time.Minute))
			to := oracle(loc, day.Add(time.Duration(h2*60+m2)*time.Minute))
			for ; from.Before(to); from = from.Add(time.Minute) {
				open[from.Unix()/60] = true
			}
		}
	}
	return open
}

func onDay(days string, d time.Weekday) bool {
	names := "sun mon tue wed thu fri sat sun mon tue wed thu fri sat"
	me := strings.ToLower(d.String()[:3])
	if first, last, ranged := strings.Cut(days, "-"); ranged {
		from := strings.Index(names, first)
		to := from + strings.Index(names[from:], last)
		return strings.Contains(names[from:to+3], me)
	}
	return strings.Contains(days, me)
}

func TestCalendarAgreesWithEveryMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		night := rapid.SampledFrom(nights).Draw(t, "night")
		at := moment(t, night.at)
		spec := drawSpec(t, night.zone)
		c, err := sla.ParseCalendar(spec)
		if err != nil {
			t.Fatal(err)
		}
		open := openMinutes(t, spec, at)
		from := at.Add(time.Duration(rapid.IntRange(-600, 600).Draw(t, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 1800).Draw(t, "minutes")) * time.Minute)
		want := time.Duration(0)
		for m := from; m.Before(to); m = m.Add(time.Minute) {
			if open[m.Unix()/60] {
				want += time.Minute
			}
			if got := c.Open(m); got != open[m.Unix()/60] {
				t.Fatalf("%+v: Open(%s) = %v", spec, m, got)
			}
		}
		if got := c.Between(from, to); got != want {
			t.Fatalf("%+v: Between(%s, %s) = %s, want %s", spec, from, to, got, want)
		}
	})
}

func TestAddAndBetweenAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		night := rapid.SampledFrom(nights).Draw(t, "night")
		c := sla.Always()
		if rapid.IntRange(0, 9).Draw(t, "always") > 0 {
			var err error
			if c, err = sla.ParseCalendar(drawSpec(t, night.zone)); err != nil {
				t.Fatal(err)
			}
		}
		a := moment(t, night.at).Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "a")))
		d := time.Duration(rapid.Int64Range(0, 3e15).Draw(t, "d"))
		b := c.Add(a, d)
		if got := c.Between(a, b); got != d {
			t.Fatalf("Between(%s, Add %s) = %s", a, d, got)
		}
		if d > 0 && c.Between(a, b.Add(-1)) != d-1 {
			t.Fatalf("Add(%s, %s) = %s is not the first such moment", a, d, b)
		}
		// Splitting adds up, wherever it is split; more time is never less.
		mid := a.Add(time.Duration(rapid.Int64Range(0, int64(b.Sub(a))).Draw(t, "mid")))
		first, second := c.Between(a, mid), c.Between(mid, b)
		if first+second != d || first > mid.Sub(a) {
			t.Fatalf("%s + %s, want %s", first, second, d)
		}
		if later := c.Add(a, d+1); !later.After(b) {
			t.Fatalf("Add(%s) = %s, not after %s", d+1, later, b)
		}
		if next := c.Next(a); next.Before(a) || !c.Open(next) || c.Between(a, next) != 0 {
			t.Fatalf("Next(%s) = %s", a, next)
		}
	})
}

func FuzzParseCalendar(f *testing.F) {
	f.Add("Asia/Jakarta", "mon-fri 09:00-12:00,13:00-18:00", "2026-10-01..2026-10-07", "2026-10-10 09:00-13:00")
	f.Add("UTC", "sat,sun 22:00-06:00", "2026-12-25", "2026-12-26 23:00-01:00")
	f.Add("Europe/Berlin", "fri-mon 00:00-24:00", "", "2026-03-29")
	f.Add("Local", "mon 24:00-00:00", "..", "9999-12-31 00:00-24:00")
	f.Fuzz(func(t *testing.T, zone, windows, holiday, openDay string) {
		spec := sla.Spec{Zone: zone, Windows: []string{windows}}
		if holiday != "" {
			spec.Holidays = []string{holiday}
		}
		if openDay != "" {
			spec.OpenDays = []string{openDay}
		}
		c, err := sla.ParseCalendar(spec)
		if err != nil {
			var field *sla.FieldError
			if !errors.As(err, &field) || field.Field == "" || field.What == "" || field.Remedy == "" {
				t.Fatalf("%+v: %v does not name field, value and remedy", spec, err)
			}
			return
		}
		if c == sla.Always() {
			t.Fatalf("%+v: parsed as always", spec)
		}
		at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
		next := c.Next(at)
		if next.Before(at) || !c.Open(next) || next.Sub(at) > 400*24*time.Hour {
			t.Fatalf("%+v: next opening %s", spec, next)
		}
		if got := c.Between(at, c.Add(at, 10*time.Minute)); got != 10*time.Minute {
			t.Fatalf("%+v: %s", spec, got)
		}
	})
}
