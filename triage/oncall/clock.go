package oncall

import (
	"fmt"
	"strings"
	"time"
)

const (
	dayMinutes = 24 * 60
	daySeconds = 24 * 60 * 60
	day        = 24 * time.Hour
)

// span is the time from (included) to (not included).
type span struct{ from, to time.Time }

func (s span) has(t time.Time) bool { return !t.Before(s.from) && t.Before(s.to) }

func (s span) overlaps(o span) bool { return s.from.Before(o.to) && o.from.Before(s.to) }

// dayOf is the local date of t as days since 1970-01-01, which is easier to count
// with than a year, a month and a day.
func dayOf(t time.Time, loc *time.Location) int {
	y, m, d := t.In(loc).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / daySeconds)
}

// weekday is the day of the week of a day number; day 0 was a Thursday.
func weekday(d int) time.Weekday { return time.Weekday(((d+4)%7 + 7) % 7) }

// first is the first instant at which the clocks of loc have reached the given
// minute of day d: the instant of the jump when that time is skipped, the earlier
// one when it comes twice. Minutes may pass 24:00. It never decreases as the wall
// time grows, which is why shifts that meet always meet.
func first(d, minute int, loc *time.Location) time.Time {
	wall := int64(d)*daySeconds + int64(minute)*60
	// No zone is more than 16 hours from UTC, so the search begins before it.
	t := time.Unix(wall-daySeconds, 0).In(loc)
	for {
		_, offset := t.Zone()
		end := offsetHolds(t)
		at := max(wall-int64(offset), t.Unix())
		if end.IsZero() || at < end.Unix() {
			return time.Unix(at, 0).UTC()
		}
		t = end
	}
}

// offsetHolds is until when at least the offset of t holds; zero when it holds for
// ever. ZoneBounds takes every year after the table of the zone's transitions
// (2037) for 365 days long, so on the 366th day it gives an end that is over; an
// hour is safe then.
func offsetHolds(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		return t.Add(time.Hour)
	}
	return end
}

// minuteOf is the minute of the local day that the clocks of loc show at t.
func minuteOf(t time.Time, loc *time.Location) int {
	h, m, _ := t.In(loc).Clock()
	return h*60 + m
}

// parseClock reads a time of day, 00:00 to 24:00, as minutes.
func parseClock(s string) (int, bool) {
	if len(s) != len("15:04") || s[2] != ':' {
		return 0, false
	}
	digit := func(i int) int {
		if s[i] < '0' || s[i] > '9' {
			return dayMinutes // makes the sum too large
		}
		return int(s[i] - '0')
	}
	h, m := digit(0)*10+digit(1), digit(3)*10+digit(4)
	if h > 24 || m > 59 || h*60+m > dayMinutes {
		return 0, false
	}
	return h*60 + m, true
}

// clock checks a time of day; 24:00 only where a window ends.
func (c *checker) clock(field, s string, end bool) int {
	minute, ok := parseClock(s)
	switch {
	case s == "":
		c.bad(field, "", "is missing", "write a local time like 08:00")
	case !ok:
		c.bad(field, s, "is not a time of day", "write hours and minutes, 00:00 to 23:59, like 08:00")
	case minute == dayMinutes && !end:
		c.bad(field, s, "cannot begin anything", "write 00:00, which is the next day's beginning")
	}
	return minute
}

// hours checks a window of the day and gives its minutes, from < to ≤ from+24h: one
// that ends at or before its beginning ends on the next day.
func (c *checker) hours(field, from, to string) (int, int) {
	a, b := c.clock(field+".from", from, false), c.clock(field+".to", to, true)
	if b <= a {
		b += dayMinutes
	}
	return a, b
}

// date checks a date and gives its day number, and whether it is one.
func (c *checker) date(field, s string) (int, bool) {
	t, err := time.Parse(time.DateOnly, s)
	switch {
	case s == "":
		c.bad(field, "", "is missing", "write a date like 2026-03-02")
	case err != nil:
		c.bad(field, s, "is not a date", "write year, month and day, like 2026-03-02")
	case t.Year() < 1970:
		c.bad(field, s, "is long ago", "write the year in full, like 2026-03-02")
	default:
		return int(t.Unix() / daySeconds), true
	}
	return 0, false
}

// zone checks an IANA time zone. The machine's own zone is refused: the same setup
// must mean the same on every replica.
func (c *checker) zone(field, s string) *time.Location {
	loc, err := time.LoadLocation(s)
	switch {
	case s == "":
		c.bad(field, "", "is missing", "write an IANA time zone like Asia/Jakarta")
	case s == "Local":
		c.bad(field, s, "depends on the machine", "write an IANA time zone like Asia/Jakarta")
	case err != nil:
		c.bad(field, s, "is not a time zone", "write an IANA time zone like Asia/Jakarta, or UTC")
	default:
		return loc
	}
	return time.UTC
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// days checks a list of days of the week; none means all.
func (c *checker) days(field string, list []string) (on [7]bool) {
	for i, name := range list {
		at := -1
		for w, short := range weekdays {
			if name == short {
				at = w
			}
		}
		if at < 0 {
			c.bad(fmt.Sprintf("%s[%d]", field, i), name, "is not a day of the week", "write one of "+strings.Join(weekdays, " "))
			continue
		}
		on[at] = true
	}
	if len(list) == 0 {
		on = [7]bool{true, true, true, true, true, true, true}
	}
	return on
}

// holidays checks free days and gives them as instants: whole local days of loc.
func (c *checker) holidays(field string, list []Holiday, loc *time.Location) []span {
	var out []span
	for i, h := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		from, ok := c.date(at+".from", h.From)
		to, okTo := from, ok
		if h.To != "" {
			to, okTo = c.date(at+".to", h.To)
		}
		if ok && okTo && to < from {
			c.bad(at+".to", h.To, "is before "+h.From, "write the last free day, or leave it out for one day")
		}
		out = append(out, span{first(from, 0, loc), first(to+1, 0, loc)})
	}
	return out
}
