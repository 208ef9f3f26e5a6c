package sla

import (
	"iter"
	"math"
	"time"
)

// Calendar says when a contract's time counts. The zero value counts always
// (24×7). A Calendar is immutable and may be shared; make others with
// [ParseCalendar].
//
// An edge of a window is the first moment at which the zone's clock has reached
// it on that date. So on the night when clocks go forward, an edge that the
// clock skips is the moment of the change; when they go back, an edge that is
// read twice is its first reading and a window that has begun goes on through
// the repeated hour. A window 00:00-24:00 has 23 or 25 hours on such days.
type Calendar struct{ rules *rules }

// Always is the calendar that counts every moment.
func Always() Calendar { return Calendar{} }

// rules are a calendar's opening hours. The week has at least one window, so
// the calendar opens again after any moment.
type rules struct {
	loc  *time.Location
	week [7][]window        // by time.Weekday; ordered, not touching
	days map[int64][]window // dates that differ from their weekday, by days since 1970-01-01
}

// window is a stretch of a day, in minutes of the clock after midnight.
type window struct{ from, to int64 } // 0 ≤ from < to ≤ 1440

// Open tells whether t counts.
func (c Calendar) Open(t time.Time) bool { return c.Next(t).Equal(t) }

// Next gives the first moment from t on that counts: t itself while open.
func (c Calendar) Next(t time.Time) time.Time {
	if c.rules == nil {
		return t
	}
	for open := range c.rules.spans(t.Unix()) {
		return later(t, time.Unix(open, 0).In(t.Location()))
	}
	return t // not reached: spans has no end
}

// Add gives the first moment at which d of open time has passed since t, in
// t's location. It is t when d is not positive, and the end of a window rather
// than the next opening. The work is proportional to the days between.
func (c Calendar) Add(t time.Time, d time.Duration) time.Time {
	switch {
	case d <= 0:
		return t
	case c.rules == nil:
		return t.Add(d)
	}
	for open, shut := range c.rules.spans(t.Unix()) {
		from := later(t, time.Unix(open, 0))
		left := time.Unix(shut, 0).Sub(from)
		if left >= d {
			return from.Add(d).In(t.Location())
		}
		d -= left
	}
	return t // not reached: spans has no end
}

// Between gives the open time from a to b, 0 when b is not after a. It stops
// growing at the longest duration there is, 292 years.
func (c Calendar) Between(a, b time.Time) time.Duration {
	switch {
	case !b.After(a):
		return 0
	case c.rules == nil:
		return b.Sub(a)
	}
	var sum time.Duration
	for open, shut := range c.rules.spans(a.Unix()) {
		from, to := later(a, time.Unix(open, 0)), earlier(b, time.Unix(shut, 0))
		if !to.After(from) {
			break
		}
		part := to.Sub(from)
		if sum > math.MaxInt64-part {
			return math.MaxInt64
		}
		sum += part
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

const secondsPerDay = 24 * 60 * 60

// spans gives the open stretches that end after a moment, in order and without
// end, as seconds since 1970 in UTC: from the first to before the second.
func (r *rules) spans(from int64) iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		z := zone{loc: r.loc}
		z.load(from)
		// The clock has shown this date, so all windows of the dates before have ended.
		for day := floorDiv(from+z.offset, secondsPerDay); ; day++ {
			for _, w := range r.on(day) {
				open, shut := z.reaches(day, w.from), z.reaches(day, w.to)
				if shut > from && shut > open && !yield(open, shut) {
					return
				}
			}
		}
	}
}

func (r *rules) on(day int64) []window {
	if ws, ok := r.days[day]; ok {
		return ws
	}
	return r.week[weekday(day)]
}

// weekday gives the weekday of a date by its days since 1970-01-01, a Thursday.
func weekday(day int64) time.Weekday {
	return time.Weekday(floorMod(day+int64(time.Thursday), 7))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// zone remembers the stretch of constant offset that was last looked at,
// because neighbouring edges nearly always lie in the same one.
type zone struct {
	loc        *time.Location
	start, end int64 // seconds since 1970: from start to before end
	offset     int64 // seconds east of UTC
}

// load looks up the stretch that has the moment sec.
func (z *zone) load(sec int64) {
	t := time.Unix(sec, 0).In(z.loc)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	z.offset, z.start, z.end = int64(offset), math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		z.start = start.Unix()
	}
	if !end.IsZero() {
		z.end = end.Unix()
	}
}

// reach is more than two offsets can differ by, and more than any offset.
const reach = 36 * 60 * 60

// reaches gives the first moment at which the zone's clock shows the minute of
// the date, or a later one.
func (z *zone) reaches(day, minute int64) int64 {
	wall := day*secondsPerDay + minute*60
	// Deep enough in a stretch no other stretch can have reached it earlier.
	if sec := wall - z.offset; sec < z.end && z.start < sec-2*reach {
		return sec
	}
	for z.load(wall - reach); ; z.load(z.end) {
		if sec := max(wall-z.offset, z.start); sec < z.end {
			return sec
		}
	}
}
