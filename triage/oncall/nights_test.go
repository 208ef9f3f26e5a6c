package oncall_test

import (
	"testing"
	"time"

	"firstline/triage/oncall"
)

// TestNights is every rule of the local clock: a shift keeps its wall time, a
// skipped time is the instant of the jump, a repeated one is the first.
func TestNights(t *testing.T) {
	for _, tc := range []struct {
		name, zone, from, to string // the window
		begin, end           string // what is looked at, UTC
		want                 string // UTC
	}{
		{"Berlin, a usual night", "Europe/Berlin", "20:00", "08:00", "2026-02-10 12:00", "2026-02-11 12:00", "a 10 19:00-11 07:00"},
		{"Berlin, the short night has 11 hours", "Europe/Berlin", "20:00", "08:00", "2026-03-28 12:00", "2026-03-29 12:00", "a 28 19:00-29 06:00"},
		{"Berlin, the long night has 13 hours", "Europe/Berlin", "20:00", "08:00", "2026-10-24 12:00", "2026-10-25 12:00", "a 24 18:00-25 07:00"},
		{"New York, short", "America/New_York", "20:00", "08:00", "2026-03-07 12:00", "2026-03-08 16:00", "a 07 12:00-07 13:00, a 08 01:00-08 12:00"},
		{"New York, long", "America/New_York", "20:00", "08:00", "2026-10-31 16:00", "2026-11-01 16:00", "a 01 00:00-01 13:00"},
		{"Sydney, short in October", "Australia/Sydney", "20:00", "08:00", "2026-10-03 06:00", "2026-10-04 06:00", "a 03 10:00-03 21:00"},
		{"Sydney, long in April", "Australia/Sydney", "20:00", "08:00", "2026-04-04 06:00", "2026-04-05 06:00", "a 04 09:00-04 22:00"},
		{"Tehran, short while it had summer time", "Asia/Tehran", "22:00", "06:00", "2021-03-21 12:00", "2021-03-22 12:00", "a 21 18:30-22 01:30"},
		{"Tehran, long: at midnight it is 23:00 again", "Asia/Tehran", "22:00", "06:00", "2021-09-21 12:00", "2021-09-22 12:00", "a 21 17:30-22 02:30"},
		{"Tehran, from midnight, which came late", "Asia/Tehran", "00:00", "06:00", "2021-09-21 12:00", "2021-09-22 12:00", "a 21 20:30-22 02:30"},
		{"Tehran, none since 2022", "Asia/Tehran", "22:00", "06:00", "2023-03-21 12:00", "2023-03-22 12:00", "a 21 18:30-22 02:30"},
		{"Kolkata has none", "Asia/Kolkata", "20:00", "08:00", "2026-03-28 06:00", "2026-03-29 06:00", "a 28 14:30-29 02:30"},
		{"Kolkata has none in October either", "Asia/Kolkata", "20:00", "08:00", "2026-10-24 06:00", "2026-10-25 06:00", "a 24 14:30-25 02:30"},
		{"Lord Howe moves by half an hour", "Australia/Lord_Howe", "20:00", "08:00", "2026-10-03 06:00", "2026-10-04 06:00", "a 03 09:30-03 21:00"},
		{"Berlin, begins in the skipped hour", "Europe/Berlin", "02:30", "04:00", "2026-03-29 00:00", "2026-03-29 12:00", "a 29 01:00-29 02:00"},
		{"Berlin, ends in the skipped hour", "Europe/Berlin", "01:00", "02:30", "2026-03-29 00:00", "2026-03-29 12:00", "a 29 00:00-29 01:00"},
		{"Berlin, lies in the skipped hour", "Europe/Berlin", "02:10", "02:50", "2026-03-29 00:00", "2026-03-29 12:00", ""},
		{"Berlin, begins in the repeated hour: at its first coming", "Europe/Berlin", "02:30", "04:00", "2026-10-25 00:00", "2026-10-25 12:00", "a 25 00:30-25 03:00"},
		{"Berlin, ends in the repeated hour: at its first coming", "Europe/Berlin", "01:00", "02:30", "2026-10-24 12:00", "2026-10-25 12:00", "a 24 23:00-25 00:30"},
		{"Berlin, lies in the repeated hour: served once", "Europe/Berlin", "02:10", "02:50", "2026-10-25 00:00", "2026-10-25 12:00", "a 25 00:10-25 00:50"},
		{"Berlin, New Year's Eve of a leap year beyond the zone's table", "Europe/Berlin", "20:00", "08:00", "2076-12-31 12:00", "2077-01-01 12:00", "a 31 19:00-01 07:00"},
		{"St John's went back over midnight at 00:01", "America/St_Johns", "00:00", "04:00", "2010-11-06 12:00", "2010-11-07 12:00", "a 07 02:30-07 07:30"},
		{"Apia had no 30 December 2011", "Pacific/Apia", "20:00", "08:00", "2011-12-29 20:00", "2011-12-31 12:00", "a 30 06:00-30 18:00, a 31 06:00-31 12:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := layers(oncall.Layer{Zone: tc.zone, Windows: window(tc.from, tc.to), Rotation: oncall.Rotation{
				People: []string{"a"}, Every: 1, Unit: oncall.Weeks, Handover: "12:00", Start: "2001-01-01"}})
			s := schedule(t, team(t, people("UTC", "a")...), p)
			got := ""
			for i, sh := range s.Shifts(utc(t, tc.begin), utc(t, tc.end)) {
				if i > 0 {
					got += ", "
				}
				got += "a " + sh.From.Format("02 15:04") + "-" + sh.To.Format("02 15:04")
			}
			if got != tc.want {
				t.Errorf("%s to %s in %s:\n got %s\nwant %s", tc.from, tc.to, tc.zone, got, tc.want)
			}
		})
	}
}

// TestNightsMeet joins three shifts of one zone at times that are skipped and
// repeated: on no night of the year is there a gap, and nobody serves twice.
func TestNightsMeet(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Tehran", "Asia/Kolkata", "Africa/Cairo", "America/St_Johns", "Pacific/Apia"} {
		for _, year := range []int{2010, 2011, 2021, 2026, 2076} {
			var ls []oncall.Layer
			for i, w := range [][2]string{{"02:30", "10:00"}, {"10:00", "00:30"}, {"00:30", "02:30"}} {
				id := string(rune('a' + i))
				ls = append(ls, oncall.Layer{Zone: zone, Windows: window(w[0], w[1]), Rotation: oncall.Rotation{
					People: []string{id}, Every: 1, Unit: oncall.Weeks, Handover: "12:00", Start: "2001-01-01"}})
			}
			s := schedule(t, team(t, people("UTC", "a", "b", "c")...), layers(ls...))
			from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			to := from.AddDate(1, 0, 2)
			if gaps := s.Gaps(from, to); len(gaps) > 0 {
				t.Errorf("%s %d: gap from %v until %v", zone, year, gaps[0].From, gaps[0].To)
			}
			tiles(t, s, from, to)
		}
	}
}

// tiles checks that shifts of one seat follow each other without gap and overlap
// but for the gaps that are reported.
func tiles(t testing.TB, s *oncall.Schedule, from, to time.Time) {
	t.Helper()
	shifts, gaps := s.Shifts(from, to), s.Gaps(from, to)
	for at := from; at.Before(to); {
		switch {
		case len(shifts) > 0 && shifts[0].From.Equal(at) && shifts[0].To.After(at):
			at, shifts = shifts[0].To, shifts[1:]
		case len(gaps) > 0 && gaps[0].From.Equal(at) && gaps[0].To.After(at):
			at, gaps = gaps[0].To, gaps[1:]
		default:
			t.Fatalf("at %v: no shift and no gap begins; next %v %v", at, shifts, gaps)
		}
	}
	if len(shifts)+len(gaps) > 0 {
		t.Fatalf("beyond the end: %v %v", shifts, gaps)
	}
}

// TestOverMidnight: in St John's the clocks went back at 00:01 to 23:01 the day
// before; the shift of the new day, once begun, goes on, and its turn with it.
func TestOverMidnight(t *testing.T) {
	s := schedule(t, team(t, people("UTC", "a", "b")...), layers(oncall.Layer{Zone: "America/St_Johns", Windows: window("00:00", "04:00"),
		Rotation: oncall.Rotation{People: []string{"a", "b"}, Every: 1, Unit: oncall.Days, Handover: "00:00", Start: "2010-11-06"}}))
	for at, want := range map[string]string{"2010-11-07 02:29": "", "2010-11-07 02:30": "b", "2010-11-07 02:31": "b", "2010-11-07 03:00": "b", "2010-11-07 03:31": "b", "2010-11-07 07:30": ""} {
		if got := who(s.OnCall(utc(t, at))); got != want {
			t.Errorf("at %s on duty is %q, want %q", at, got, want)
		}
	}
	if got, want := line(s, utc(t, "2010-11-07 02:00"), utc(t, "2010-11-07 03:00")), "b 07 02:30-07 03:00, gap 07 02:00-07 02:30"; got != want {
		t.Errorf("until an hour that repeats: %s, want %s", got, want)
	}
}
