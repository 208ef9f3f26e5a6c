package sla

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Spec is a calendar as people write it.
type Spec struct {
	Zone     string   `yaml:"zone" json:"zone"`           // IANA name: "Asia/Jakarta"
	Windows  []string `yaml:"windows" json:"windows"`     // "mon-fri 09:00-12:00,13:00-18:00"; "fri 22:00-06:00" ends on Saturday
	Holidays []string `yaml:"holidays" json:"holidays"`   // "2026-10-01" or "2026-10-01..2026-10-07": closed from midnight to midnight
	OpenDays []string `yaml:"open_days" json:"open_days"` // "2026-10-10 09:00-18:00", or without hours: those of its weekday, holiday or not
}

// FieldError is one mistake in a [Spec].
type FieldError struct {
	Field  string // such as windows[1]
	Value  string
	What   string // what is wrong with it
	Remedy string // what to write instead
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("%s: %q %s: %s", e.Field, e.Value, e.What, e.Remedy)
}

// ParseCalendar makes a calendar. Windows may overlap. A holiday closes its own
// date, not the rest of a night that began the evening before it; an open day
// adds its hours to what the date has. The error joins a [FieldError] for every
// mistake; a calendar that would never open is one.
func ParseCalendar(spec Spec) (Calendar, error) {
	p := parser{rules: rules{days: map[int64][]window{}}}
	p.zone(spec.Zone)
	p.windows(spec.Windows)
	if len(spec.Windows) == 0 {
		p.bad("windows", "", "has no opening hours, so the calendar never opens", "give at least one, such as mon-fri 09:00-18:00, or leave the calendar out for 24×7")
	}
	for i, s := range spec.Holidays {
		p.field = fmt.Sprintf("holidays[%d]", i)
		for _, day := range p.dates(s) {
			p.rules.days[day] = nil
		}
	}
	for i, s := range spec.OpenDays {
		p.field = fmt.Sprintf("open_days[%d]", i)
		p.openDays(s)
	}
	if len(p.problems) > 0 {
		return Calendar{}, errors.Join(p.problems...)
	}
	return Calendar{rules: &p.rules}, nil
}

type parser struct {
	rules    rules
	field    string // being read
	problems []error
}

func (p *parser) bad(field, value, what, remedy string) {
	p.problems = append(p.problems, &FieldError{Field: field, Value: value, What: what, Remedy: remedy})
}

func (p *parser) zone(name string) {
	// LoadLocation takes these two, but they are not a contract's zone: one is
	// whatever the machine has, the other is probably forgotten.
	if name == "" || name == "Local" {
		p.bad("zone", name, "is not a time zone", "write an IANA name such as Asia/Jakarta, or UTC")
		return
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		p.bad("zone", name, "is not a known time zone", "write an IANA name such as Asia/Jakarta, or UTC")
	}
	p.rules.loc = loc
}

func (p *parser) windows(list []string) {
	for i, s := range list {
		p.field = fmt.Sprintf("windows[%d]", i)
		at := strings.IndexAny(s, "0123456789")
		if at < 0 {
			p.bad(p.field, s, "has no hours", "write days and hours, such as mon-fri 09:00-18:00")
			continue
		}
		days := p.weekdays(s, s[:at])
		for _, w := range p.hours(s, s[at:]) {
			for _, d := range days {
				p.rules.week[d] = append(p.rules.week[d], w.today()...)
				next := (d + 1) % 7
				p.rules.week[next] = append(p.rules.week[next], w.tomorrow()...)
			}
		}
	}
	for d := range p.rules.week {
		p.rules.week[d] = merge(p.rules.week[d])
	}
}

// today and tomorrow split a window that goes over midnight: from is not
// before to.
func (w window) today() []window {
	if w.from < w.to {
		return []window{w}
	}
	return []window{{w.from, minutesPerDay}}
}

func (w window) tomorrow() []window {
	if w.from < w.to || w.to == 0 {
		return nil
	}
	return []window{{0, w.to}}
}

const minutesPerDay = 24 * 60

// merge orders windows and joins those that touch or overlap.
func merge(ws []window) []window {
	ws = slices.SortedFunc(slices.Values(ws), func(a, b window) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var out []window
	for _, w := range ws {
		if n := len(out); n > 0 && w.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, w.to)
			continue
		}
		out = append(out, w)
	}
	return out
}

var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// weekdays reads "mon-fri" or "mon, wed, fri" or "sat-mon".
func (p *parser) weekdays(whole, s string) []int {
	var days []int
	for part := range strings.SplitSeq(s, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from := slices.Index(weekdayNames, name(first))
		to := from
		if ranged {
			to = slices.Index(weekdayNames, name(last))
		}
		if from < 0 || to < 0 {
			p.bad(p.field, whole, fmt.Sprintf("has days that are not known, %q", strings.TrimSpace(part)), "write mon tue wed thu fri sat sun, as in mon-fri or sat,sun")
			return nil
		}
		for d := from; ; d = (d + 1) % 7 {
			days = append(days, d)
			if d == to {
				break
			}
		}
	}
	return days
}

func name(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// hours reads "09:00-12:00,13:00-18:00". A window over midnight has its end
// not after its start.
func (p *parser) hours(whole, s string) []window {
	var ws []window
	for part := range strings.SplitSeq(s, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from, okFrom := minute(first)
		to, okTo := minute(last)
		part = strings.TrimSpace(part)
		switch {
		case !ranged || !okFrom || !okTo || from == minutesPerDay:
			p.bad(p.field, whole, fmt.Sprintf("has hours that cannot be read, %q", part), "write hh:mm-hh:mm, from 00:00 to 24:00, with commas between")
			return nil
		case from == to:
			p.bad(p.field, whole, fmt.Sprintf("has a window without length, %q", part), "write 00:00-24:00 for the whole day")
			return nil
		}
		ws = append(ws, window{from, to})
	}
	return ws
}

// minute reads hh:mm as minutes after midnight.
func minute(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, errH := strconv.ParseUint(s[:2], 10, 8)
	m, errM := strconv.ParseUint(s[3:], 10, 8)
	if errH != nil || errM != nil || m > 59 || h*60+m > minutesPerDay {
		return 0, false
	}
	return int64(h*60 + m), true
}

// longest is the longest range of dates, against slips in the year.
const longest = 366

// dates reads "2026-10-01" or "2026-10-01..2026-10-07" as days since 1970.
func (p *parser) dates(s string) []int64 {
	first, last, ranged := strings.Cut(s, "..")
	if !ranged {
		last = first
	}
	from, errFrom := time.Parse(time.DateOnly, strings.TrimSpace(first))
	to, errTo := time.Parse(time.DateOnly, strings.TrimSpace(last))
	if errFrom != nil || errTo != nil {
		p.bad(p.field, s, "is not a date", "write 2026-10-01, or 2026-10-01..2026-10-07 for several days")
		return nil
	}
	a, b := floorDiv(from.Unix(), secondsPerDay), floorDiv(to.Unix(), secondsPerDay)
	if b < a || b-a >= longest {
		p.bad(p.field, s, "is not a range of 1 to 366 days", "write the first day, two dots and the last day, such as 2026-10-01..2026-10-07")
		return nil
	}
	var days []int64
	for d := a; d <= b; d++ {
		days = append(days, d)
	}
	return days
}

// openDays reads dates with hours, or without.
func (p *parser) openDays(s string) {
	date, hours, timed := strings.Cut(strings.TrimSpace(s), " ")
	days := p.dates(date)
	var extra []window
	if timed {
		extra = p.hours(s, hours)
	}
	for _, d := range days {
		if !timed {
			extra = p.rules.week[weekday(d)]
		}
		if len(extra) == 0 && !timed {
			p.bad(p.field, s, "has no hours, and neither has its weekday", "add them, as in "+date[:len(time.DateOnly)]+" 09:00-18:00")
			return
		}
		for _, w := range extra {
			p.rules.days[d] = merge(append(w.today(), p.rules.on(d)...))
			if rest := w.tomorrow(); rest != nil {
				p.rules.days[d+1] = merge(append(rest, p.rules.on(d+1)...))
			}
		}
	}
}
