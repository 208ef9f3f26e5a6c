package sla_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"firstline/triage/sla"
)

func calendar(t failer, zone string, windows ...string) sla.Calendar {
	t.Helper()
	return parsed(t, sla.Spec{Zone: zone, Windows: windows})
}

func parsed(t failer, spec sla.Spec) sla.Calendar {
	t.Helper()
	c, err := sla.ParseCalendar(spec)
	if err != nil {
		t.Fatalf("ParseCalendar(%+v): %v", spec, err)
	}
	return c
}

// failer is what tests and properties have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// moment reads "2026-03-29 02:30 Z", or with an offset, "+02:00".
func moment(t failer, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04 Z07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func duration(t failer, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// checkStretch holds every question a calendar answers to one stretch that is open
// from first to last and closed right before and right after.
func checkStretch(t *testing.T, c sla.Calendar, open, shut time.Time) {
	t.Helper()
	d := shut.Sub(open)
	for at, want := range map[time.Time]bool{open.Add(-1): false, open: true, shut.Add(-1): true, shut: false} {
		if got := c.Open(at); got != want {
			t.Errorf("Open(%s) = %v, want %v", at, got, want)
		}
	}
	for at := open; at.Before(shut); at = at.Add(5 * time.Minute) {
		if got := c.Between(at, shut.Add(time.Minute)); !c.Open(at) || got != shut.Sub(at) {
			t.Errorf("at %s: open %v, for %s", at, c.Open(at), got)
		}
	}
	if got := c.Between(open.Add(-time.Minute), shut.Add(time.Minute)); got != d {
		t.Errorf("Between around %s and %s = %s, want %s", open, shut, got, d)
	}
	if got := c.Add(open.Add(-time.Minute), d); !got.Equal(shut) {
		t.Errorf("Add(%s) from before %s = %s, want %s", d, open, got, shut)
	}
	if got := c.Next(open.Add(-time.Minute)); !got.Equal(open) {
		t.Errorf("Next before %s = %s", open, got)
	}
}

func TestDaylightSavingNights(t *testing.T) {
	for _, tt := range []struct {
		name, zone, window, open, shut string
	}{
		{"Berlin, spring, whole day: 23 h", "Europe/Berlin", "sun 00:00-24:00", "2026-03-29 00:00 +01:00", "2026-03-30 00:00 +02:00"},
		{"Berlin, spring, over the gap", "Europe/Berlin", "sun 01:00-04:00", "2026-03-29 01:00 +01:00", "2026-03-29 04:00 +02:00"},
		{"Berlin, spring, opens in the gap: at the change", "Europe/Berlin", "sun 02:30-05:00", "2026-03-29 03:00 +02:00", "2026-03-29 05:00 +02:00"},
		{"Berlin, spring, shuts in the gap: at the change", "Europe/Berlin", "sun 01:00-02:30", "2026-03-29 01:00 +01:00", "2026-03-29 03:00 +02:00"},
		{"Berlin, spring, shuts at the gap", "Europe/Berlin", "sun 01:00-02:00", "2026-03-29 01:00 +01:00", "2026-03-29 03:00 +02:00"},
		{"Berlin, spring, opens after the gap", "Europe/Berlin", "sun 03:00-04:00", "2026-03-29 03:00 +02:00", "2026-03-29 04:00 +02:00"},
		{"Berlin, spring, night shift: 7 h", "Europe/Berlin", "sat 22:00-06:00", "2026-03-28 22:00 +01:00", "2026-03-29 06:00 +02:00"},
		{"Berlin, autumn, whole day: 25 h", "Europe/Berlin", "sun 00:00-24:00", "2026-10-25 00:00 +02:00", "2026-10-26 00:00 +01:00"},
		{"Berlin, autumn, over the fold", "Europe/Berlin", "sun 01:00-04:00", "2026-10-25 01:00 +02:00", "2026-10-25 04:00 +01:00"},
		{"Berlin, autumn, opens in the fold: first reading", "Europe/Berlin", "sun 02:30-05:00", "2026-10-25 02:30 +02:00", "2026-10-25 05:00 +01:00"},
		{"Berlin, autumn, shuts in the fold: first reading", "Europe/Berlin", "sun 01:00-02:30", "2026-10-25 01:00 +02:00", "2026-10-25 02:30 +02:00"},
		{"Berlin, autumn, inside the fold: once", "Europe/Berlin", "sun 02:10-02:50", "2026-10-25 02:10 +02:00", "2026-10-25 02:50 +02:00"},
		{"Berlin, autumn, the fold's hour: 2 h", "Europe/Berlin", "sun 02:00-03:00", "2026-10-25 02:00 +02:00", "2026-10-25 03:00 +01:00"},
		{"Berlin, autumn, night shift: 9 h", "Europe/Berlin", "sat 22:00-06:00", "2026-10-24 22:00 +02:00", "2026-10-25 06:00 +01:00"},
		{"New York, spring, whole day", "America/New_York", "sun 00:00-24:00", "2026-03-08 00:00 -05:00", "2026-03-09 00:00 -04:00"},
		{"New York, spring, opens in the gap", "America/New_York", "sun 02:15-06:00", "2026-03-08 03:00 -04:00", "2026-03-08 06:00 -04:00"},
		{"New York, autumn, whole day", "America/New_York", "sun 00:00-24:00", "2026-11-01 00:00 -04:00", "2026-11-02 00:00 -05:00"},
		{"New York, autumn, shuts in the fold", "America/New_York", "sun 00:00-01:30", "2026-11-01 00:00 -04:00", "2026-11-01 01:30 -04:00"},
		{"São Paulo 2018, a day without midnight: 23 h", "America/Sao_Paulo", "sun 00:00-24:00", "2018-11-04 01:00 -02:00", "2018-11-05 00:00 -02:00"},
		{"São Paulo 2018, opens in the gap", "America/Sao_Paulo", "sun 00:30-02:00", "2018-11-04 01:00 -02:00", "2018-11-04 02:00 -02:00"},
		{"São Paulo 2018, shift into the day without midnight", "America/Sao_Paulo", "sat 22:00-06:00", "2018-11-03 22:00 -03:00", "2018-11-04 06:00 -02:00"},
		{"São Paulo 2018, an evening that lasts longer: 25 h", "America/Sao_Paulo", "sat 00:00-24:00", "2018-02-17 00:00 -02:00", "2018-02-18 00:00 -03:00"},
		{"São Paulo 2018, from its last hour", "America/Sao_Paulo", "sat 23:00-24:00", "2018-02-17 23:00 -02:00", "2018-02-18 00:00 -03:00"},
		{"São Paulo 2018, shut before its last hour", "America/Sao_Paulo", "sat 20:00-23:00", "2018-02-17 20:00 -02:00", "2018-02-17 23:00 -02:00"},
		{"São Paulo today has no change", "America/Sao_Paulo", "sun 00:00-24:00", "2026-02-15 00:00 -03:00", "2026-02-16 00:00 -03:00"},
		{"Lord Howe, autumn: 24½ h", "Australia/Lord_Howe", "sun 00:00-24:00", "2026-04-05 00:00 +11:00", "2026-04-06 00:00 +10:30"},
		{"Lord Howe, autumn, inside its half hour", "Australia/Lord_Howe", "sun 01:40-01:50", "2026-04-05 01:40 +11:00", "2026-04-05 01:50 +11:00"},
		{"Lord Howe, spring: 23½ h", "Australia/Lord_Howe", "sun 00:00-24:00", "2026-10-04 00:00 +10:30", "2026-10-05 00:00 +11:00"},
		{"Lord Howe, spring, opens in the gap", "Australia/Lord_Howe", "sun 02:15-03:00", "2026-10-04 02:30 +11:00", "2026-10-04 03:00 +11:00"},
		{"St. John's 2006, midnight read twice: the first begins the day", "America/St_Johns", "sun 00:00-24:00", "2006-10-29 00:00 -02:30", "2006-10-30 00:00 -03:30"},
		{"Samoa 2011, the day that was not: the next one opens", "Pacific/Apia", "fri,sat 10:00-12:00", "2011-12-31 10:00 +14:00", "2011-12-31 12:00 +14:00"},
		{"a night window that ends as the day does", "Asia/Tokyo", "fri 22:00-00:00", "2026-05-01 22:00 +09:00", "2026-05-02 00:00 +09:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			checkStretch(t, calendar(t, tt.zone, tt.window), moment(t, tt.open), moment(t, tt.shut))
		})
	}
}

// The window 02:00-03:00 is wholly skipped: nothing opens that Sunday, and a day
// does not shift into the week after.
func TestWindowInTheGapIsNot(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "sun 02:00-03:00")
	day := moment(t, "2026-03-29 00:00 +01:00")
	if got := c.Between(day, day.AddDate(0, 0, 6)); got != 0 {
		t.Errorf("open for %s on a Sunday without that hour", got)
	}
	if got, want := c.Next(day), moment(t, "2026-04-05 02:00 +02:00"); !got.Equal(want) {
		t.Errorf("Next = %s, want %s", got, want)
	}
}

func TestCalendar(t *testing.T) {
	office := parsed(t, sla.Spec{
		Zone: "Asia/Shanghai", Windows: []string{"mon-fri 09:00-12:00, 13:00-18:00", "fri 22:00-02:00"},
		Holidays: []string{"2026-10-01..2026-10-07", "2026-10-09"},
		OpenDays: []string{"2026-10-10 10:00-16:00", "2026-10-06", "2026-10-11 23:00-01:00"},
	})
	for _, tt := range []struct{ name, from, to, want string }{
		{"a day with a lunch break", "2026-09-15 00:00 +08:00", "2026-09-16 00:00 +08:00", "8h"},
		{"inside a window", "2026-09-15 09:30 +08:00", "2026-09-15 09:50 +08:00", "20m"},
		{"from lunch", "2026-09-15 12:30 +08:00", "2026-09-15 13:30 +08:00", "30m"},
		{"the same in another zone", "2026-09-15 04:30 Z", "2026-09-15 05:30 Z", "30m"},
		{"Friday's night reaches into Saturday", "2026-09-18 21:00 +08:00", "2026-09-19 12:00 +08:00", "4h"},
		{"a week", "2026-09-14 00:00 +08:00", "2026-09-21 00:00 +08:00", "44h"},
		{"holidays close, but for one opened as usual", "2026-10-01 00:00 +08:00", "2026-10-08 00:00 +08:00", "8h"},
		{"a holiday closes the night that begins on it", "2026-10-09 00:00 +08:00", "2026-10-10 00:00 +08:00", "0s"},
		{"and not what its weekday's night left the day after", "2026-10-10 00:00 +08:00", "2026-10-10 09:00 +08:00", "2h"},
		{"an open Saturday", "2026-10-10 09:00 +08:00", "2026-10-11 00:00 +08:00", "6h"},
		{"an open Sunday's night adds to Monday", "2026-10-11 00:00 +08:00", "2026-10-13 00:00 +08:00", "10h"},
		{"backwards", "2026-09-16 00:00 +08:00", "2026-09-15 00:00 +08:00", "0s"},
		{"nothing", "2026-09-15 10:00 +08:00", "2026-09-15 10:00 +08:00", "0s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := office.Between(moment(t, tt.from), moment(t, tt.to)); got != duration(t, tt.want) {
				t.Errorf("Between(%s, %s) = %s, want %s", tt.from, tt.to, got, tt.want)
			}
		})
	}
	for _, tt := range []struct{ name, from, add, want string }{
		{"within a window", "2026-09-15 09:00 +08:00", "1h", "2026-09-15 10:00 +08:00"},
		{"to the end of a window, not to the next opening", "2026-09-15 09:00 +08:00", "3h", "2026-09-15 12:00 +08:00"},
		{"over lunch", "2026-09-15 11:00 +08:00", "2h", "2026-09-15 14:00 +08:00"},
		{"over a weekend and its night", "2026-09-18 17:00 +08:00", "6h", "2026-09-21 10:00 +08:00"},
		{"nothing, while closed", "2026-09-19 17:00 +08:00", "0s", "2026-09-19 17:00 +08:00"},
		{"less than nothing", "2026-09-15 09:00 +08:00", "-1h", "2026-09-15 09:00 +08:00"},
	} {
		t.Run("add "+tt.name, func(t *testing.T) {
			if got := office.Add(moment(t, tt.from), duration(t, tt.add)); !got.Equal(moment(t, tt.want)) {
				t.Errorf("Add(%s, %s) = %s, want %s", tt.from, tt.add, got, tt.want)
			}
		})
	}
	at := moment(t, "2026-09-15 12:30 +08:00")
	if got, want := office.Next(at), moment(t, "2026-09-15 13:00 +08:00"); !got.Equal(want) || got.Location() != at.Location() {
		t.Errorf("Next(%s) = %s, want %s in the location asked in", at, got, want)
	}
}

func TestAlways(t *testing.T) {
	a, c := moment(t, "2026-03-29 00:30 Z"), sla.Always()
	if !c.Open(a) || !c.Next(a).Equal(a) || c != (sla.Calendar{}) {
		t.Error("Always is not open")
	}
	if got := c.Between(a, c.Add(a, 90*time.Minute)); got != 90*time.Minute {
		t.Errorf("Between after Add = %s", got)
	}
	if got := c.Between(a, a.Add(-time.Hour)); got != 0 {
		t.Errorf("backwards: %s", got)
	}
}

// Two thousand years are counted in the time of a request, not minute by
// minute, and sums do not overflow.
func TestLongTimes(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "mon-fri 09:00-17:00")
	if got := c.Between(moment(t, "2006-01-02 00:00 +01:00"), moment(t, "2026-01-05 00:00 +01:00")); got != 5220*8*time.Hour {
		t.Errorf("20 years: %s, want %s", got, 5220*8*time.Hour)
	}
	if got := calendar(t, "UTC", "mon-sun 00:00-24:00").Between(time.Time{}, moment(t, "2026-01-01 00:00 Z")); got != 1<<63-1 {
		t.Errorf("since the year 1: %s, want the longest duration", got)
	}
}

func TestLongestRangeOfDates(t *testing.T) {
	c := parsed(t, sla.Spec{Zone: "UTC", Windows: []string{"mon-sun 00:00-24:00"}, Holidays: []string{" 2026-01-01 .. 2027-01-01 "}})
	if got, want := c.Next(moment(t, "2026-01-01 00:00 Z")), moment(t, "2027-01-02 00:00 Z"); !got.Equal(want) {
		t.Errorf("366 holidays end at %s, want %s", got, want)
	}
}

func TestParseErrors(t *testing.T) {
	good := sla.Spec{Zone: "UTC", Windows: []string{"mon-fri 09:00-18:00"}}
	for _, tt := range []struct {
		name string
		spec func(*sla.Spec)
		want string
	}{
		{"no zone", func(s *sla.Spec) { s.Zone = "" }, `zone: "" is not a time zone`},
		{"the machine's zone", func(s *sla.Spec) { s.Zone = "Local" }, `zone: "Local" is not a time zone`},
		{"unknown zone", func(s *sla.Spec) { s.Zone = "Mars/Base" }, `zone: "Mars/Base" is not a known time zone: write an IANA name such as Asia/Jakarta`},
		{"never open", func(s *sla.Spec) { s.Windows = nil }, `windows: "" has no opening hours, so the calendar never opens: give at least one`},
		{"never open but for a day", func(s *sla.Spec) { s.Windows, s.OpenDays = nil, []string{"2026-10-10 09:00-10:00"} }, `never opens`},
		{"no hours", func(s *sla.Spec) { s.Windows = []string{"mon-fri"} }, `windows[0]: "mon-fri" has no hours: write days and hours`},
		{"no days", func(s *sla.Spec) { s.Windows = []string{"09:00-18:00"} }, `windows[0]: "09:00-18:00" has days that are not known, ""`},
		{"unknown day", func(s *sla.Spec) { s.Windows = append(s.Windows, "mon-fre 09:00-18:00") }, `windows[1]: "mon-fre 09:00-18:00" has days that are not known, "mon-fre": write mon tue`},
		{"unknown hour", func(s *sla.Spec) { s.Windows = []string{"mon 09:00-25:00"} }, `has hours that cannot be read, "09:00-25:00": write hh:mm-hh:mm`},
		{"minute 60", func(s *sla.Spec) { s.Windows = []string{"mon 09:60-10:00"} }, `cannot be read`},
		{"after midnight", func(s *sla.Spec) { s.Windows = []string{"mon 09:00-24:01"} }, `cannot be read`},
		{"from midnight's end", func(s *sla.Spec) { s.Windows = []string{"mon 24:00-01:00"} }, `cannot be read`},
		{"half a window", func(s *sla.Spec) { s.Windows = []string{"mon 09:00"} }, `cannot be read`},
		{"short hour", func(s *sla.Spec) { s.Windows = []string{"mon 9:00-10:00"} }, `cannot be read`},
		{"comma at the end", func(s *sla.Spec) { s.Windows = []string{"mon 09:00-10:00,"} }, `cannot be read, ""`},
		{"no length", func(s *sla.Spec) { s.Windows = []string{"mon 00:00-00:00"} }, `has a window without length, "00:00-00:00": write 00:00-24:00`},
		{"no such date", func(s *sla.Spec) { s.Holidays = []string{"2026-02-29"} }, `holidays[0]: "2026-02-29" is not a date: write 2026-10-01`},
		{"another order", func(s *sla.Spec) { s.Holidays = []string{"2026-01-01", "01.02.2026"} }, `holidays[1]: "01.02.2026" is not a date`},
		{"range backwards", func(s *sla.Spec) { s.Holidays = []string{"2026-10-07..2026-10-01"} }, `is not a range of 1 to 366 days`},
		{"a day too many", func(s *sla.Spec) { s.Holidays = []string{"2026-01-01..2027-01-02"} }, `is not a range of 1 to 366 days`},
		{"slip in the year", func(s *sla.Spec) { s.Holidays = []string{"2026-10-01..2062-10-07"} }, `is not a range of 1 to 366 days`},
		{"open Sunday without hours", func(s *sla.Spec) { s.OpenDays = []string{"2026-10-11"} }, `open_days[0]: "2026-10-11" has no hours, and neither has its weekday: add them, as in 2026-10-11 09:00-18:00`},
		{"open day, bad hours", func(s *sla.Spec) { s.OpenDays = []string{"2026-10-11 9-5"} }, `open_days[0]: "2026-10-11 9-5" has hours that cannot be read`},
		{"open day, no date", func(s *sla.Spec) { s.OpenDays = []string{"sunday"} }, `open_days[0]: "sunday" is not a date`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec := good
			tt.spec(&spec)
			c, err := sla.ParseCalendar(spec)
			if err == nil || !strings.Contains(err.Error(), tt.want) || c != sla.Always() {
				t.Errorf("got %v, want an error with %s", err, tt.want)
			}
		})
	}
}
