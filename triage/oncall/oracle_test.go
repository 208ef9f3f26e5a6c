package oncall_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"firstline/triage/oncall"
)

// oracle answers who is on duty minute by minute and knows nothing of instants at
// which something changes. Its clocks are lists: for every zone, the largest local
// minute that has been shown by each minute of the time looked at.
type oracle struct {
	from   time.Time
	clocks map[string][]int
	away   map[string]oncall.Engineer
	plan   oncall.Plan
}

// warmup is how long before the time looked at the clocks begin, so that an hour
// that repeats there has been seen for the first time.
const warmup = 2 * 24 * 60

func newOracle(from time.Time, minutes int, engineers []oncall.Engineer, plan oncall.Plan) *oracle {
	o := &oracle{from: from, clocks: map[string][]int{}, away: map[string]oncall.Engineer{}, plan: plan}
	zones := []string{}
	for _, e := range engineers {
		o.away[e.ID] = e
		zones = append(zones, e.Zone)
	}
	for _, l := range plan.Layers {
		zones = append(zones, l.Zone)
	}
	for _, zone := range zones {
		if o.clocks[zone] != nil {
			continue
		}
		loc, err := time.LoadLocation(zone)
		if err != nil {
			panic(err)
		}
		largest, list := -1<<60, make([]int, 0, minutes)
		for i := -warmup; i < minutes; i++ {
			_, offset := from.Add(time.Duration(i) * time.Minute).In(loc).Zone()
			largest = max(largest, int(from.Unix()/60)+i+offset/60)
			if i >= 0 {
				list = append(list, largest)
			}
		}
		o.clocks[zone] = list
	}
	return o
}

// wallMinute reads a date and a time as minutes since 1970 on a clock without zone.
func wallMinute(date, clock string) int {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return int(d.Unix()/60) + clockMinute(clock)
}

func clockMinute(s string) int {
	var h, m int
	if _, err := fmt.Sscanf(s, "%d:%d", &h, &m); err != nil {
		panic(err)
	}
	return h*60 + m
}

// who is the people on duty in a minute, sorted.
func (o *oracle) who(minute int) []string {
	at := o.from.Add(time.Duration(minute) * time.Minute)
	var on []string
	for _, l := range o.plan.Layers {
		if people := o.layer(l, minute, at); len(people) > 0 {
			on = people
		}
	}
	for _, v := range o.plan.Overrides {
		if at.Before(v.From) || !at.Before(v.To) {
			continue
		}
		switch {
		case v.For == "":
			on = []string{v.Who}
		case slices.Contains(on, v.For):
			on = append(slices.DeleteFunc(on, func(id string) bool { return id == v.For || id == v.Who }), v.Who)
		}
	}
	slices.Sort(on)
	return on
}

func (o *oracle) layer(l oncall.Layer, minute int, at time.Time) []string {
	clock := o.clocks[l.Zone][minute]
	r := l.Rotation
	since := clock - wallMinute(r.Start, r.Handover)
	if since < 0 || free(l.Holidays, clock) || !inWindows(l.Windows, clock) {
		return nil
	}
	length := r.Every * 24 * 60
	if r.Unit == oncall.Weeks {
		length *= 7
	}
	var on []string
	for i := range r.People {
		id := r.People[(since/length+i)%len(r.People)]
		id = o.swapped(id, at)
		if len(on) < max(r.Seats, 1) && !slices.Contains(on, id) && !free(o.away[id].Holidays, o.clocks[o.away[id].Zone][minute]) {
			on = append(on, id)
		}
	}
	return on
}

func (o *oracle) swapped(id string, at time.Time) string {
	for _, w := range o.plan.Swaps {
		if at.Before(w.From) || !at.Before(w.To) {
			continue
		}
		if id == w.A {
			return w.B
		}
		if id == w.B {
			return w.A
		}
	}
	return id
}

func free(holidays []oncall.Holiday, clock int) bool {
	for _, h := range holidays {
		last := h.To
		if last == "" {
			last = h.From
		}
		if clock >= wallMinute(h.From, "00:00") && clock < wallMinute(last, "24:00") {
			return true
		}
	}
	return false
}

func inWindows(windows []oncall.Window, clock int) bool {
	names := []string{"thu", "fri", "sat", "sun", "mon", "tue", "wed"} // 1970-01-01 was a Thursday
	for _, w := range windows {
		from, to := clockMinute(w.From), clockMinute(w.To)
		if to <= from {
			to += 24 * 60
		}
		for _, d := range []int{clock/(24*60) - 1, clock / (24 * 60)} {
			m := clock - d*24*60
			if m >= from && m < to && (len(w.Days) == 0 || slices.Contains(w.Days, names[d%7])) {
				return true
			}
		}
	}
	return len(windows) == 0
}

// TestOracle compares every answer with the oracle's, minute by minute.
func TestOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		engineers, plan, from, to := world(t)
		s := build(t, engineers, plan)
		minutes := int(to.Sub(from) / time.Minute)
		o := newOracle(from, minutes, engineers, plan)
		want := make([][]string, minutes)
		for i := range minutes {
			want[i] = o.who(i)
		}
		compare(t, from, want, "shifts", byMinute(t, s, from, to))
		compare(t, from, want, "handovers", byHandover(s, from, to))
		for i := rapid.IntRange(0, 400).Draw(t, "sample"); i < minutes; i += 401 {
			checkDuty(t, s, from, want, i)
		}
	})
}

func compare(t *rapid.T, from time.Time, want [][]string, name string, got [][]string) {
	for i := range want {
		if strings.Join(got[i], " ") != strings.Join(want[i], " ") {
			t.Fatalf("%s at %v: got %v, want %v", name, from.Add(time.Duration(i)*time.Minute), got[i], want[i])
		}
	}
}

// byMinute unrolls the shifts, and checks that the gaps are the rest.
func byMinute(t *rapid.T, s *oncall.Schedule, from, to time.Time) [][]string {
	out := make([][]string, int(to.Sub(from)/time.Minute))
	shifts := s.Shifts(from, to)
	for i, sh := range shifts {
		if !sh.From.Before(sh.To) || i > 0 && sh.From.Before(shifts[i-1].From) {
			t.Fatalf("shift %d is empty or out of order: %+v", i, sh)
		}
		for m := int(sh.From.Sub(from) / time.Minute); m < int(sh.To.Sub(from)/time.Minute); m++ {
			out[m] = append(out[m], sh.Who)
		}
	}
	gaps := 0
	for i := range out {
		slices.Sort(out[i])
	}
	for _, g := range s.Gaps(from, to) {
		for m := int(g.From.Sub(from) / time.Minute); m < int(g.To.Sub(from)/time.Minute); m++ {
			if len(out[m]) > 0 {
				t.Fatalf("in the gap %+v %v is on duty", g, out[m])
			}
			gaps++
		}
	}
	if empty := count(out, func(on []string) bool { return len(on) == 0 }); gaps != empty {
		t.Fatalf("gaps of %d minutes, want %d", gaps, empty)
	}
	return out
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, v := range list {
		if is(v) {
			n++
		}
	}
	return n
}

// byHandover plays the handovers from who is on duty at the beginning.
func byHandover(s *oncall.Schedule, from, to time.Time) [][]string {
	out := make([][]string, int(to.Sub(from)/time.Minute))
	var on []string
	for _, d := range s.OnCall(from) {
		on = append(on, d.Who)
	}
	list := s.Handovers(from.Add(time.Nanosecond), to)
	for i := range out {
		for len(list) > 0 && !list[0].At.After(from.Add(time.Duration(i)*time.Minute)) {
			on = append(slices.DeleteFunc(on, func(id string) bool { return slices.Contains(list[0].Leaves, id) }), list[0].Comes...)
			list = list[1:]
		}
		out[i] = slices.Sorted(slices.Values(on))
	}
	return out
}

// checkDuty compares OnCall and Next at one minute, ends included, as far as the
// oracle sees.
func checkDuty(t *rapid.T, s *oncall.Schedule, from time.Time, want [][]string, i int) {
	at := from.Add(time.Duration(i) * time.Minute)
	duties := s.OnCall(at)
	for _, d := range duties {
		end := slices.IndexFunc(want[i:], func(on []string) bool { return !slices.Contains(on, d.Who) })
		until := from.Add(time.Duration(i+end) * time.Minute)
		switch {
		case end >= 0 && !d.Until.Equal(until):
			t.Fatalf("at %v %s is on duty until %v, want %v", at, d.Who, d.Until, until)
		case end < 0 && !d.Until.IsZero() && d.Until.Before(from.Add(time.Duration(len(want))*time.Minute)):
			t.Fatalf("at %v %s is on duty until %v, want later", at, d.Who, d.Until)
		}
	}
	if len(duties) != len(want[i]) {
		t.Fatalf("at %v: %v, want %v", at, duties, want[i])
	}
	change := slices.IndexFunc(want[i:], func(on []string) bool { return !slices.Equal(on, want[i]) })
	if h, ok := s.Next(at); change >= 0 && (!ok || !h.At.Equal(from.Add(time.Duration(i+change)*time.Minute))) {
		t.Fatalf("next after %v is %v, want %v", at, h.At, from.Add(time.Duration(i+change)*time.Minute))
	}
}
