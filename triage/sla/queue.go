package sla

import (
	"cmp"
	"slices"
	"time"
)

// Item is a case in the queue.
type Item struct {
	ID       string
	State    State
	Policy   Policy // the customer's
	Severity string // P1 … P4; empty comes last
	Tier     int    // 0 is the highest
}

// Band is why a case stands where it does in the queue.
type Band string

// The bands, from the top; the package comment says what and why.
const (
	Critical Band = "critical"
	Saving   Band = "saving"
	Overdue  Band = "overdue"
	Ahead    Band = "ahead"
	Calm     Band = "calm"
	Aside    Band = "aside"
	Over     Band = "over"
)

// Bands lists every band, from the top of the queue.
func Bands() []Band { return []Band{Critical, Saving, Overdue, Ahead, Calm, Aside, Over} }

// place is where a band stands from the top.
func (b Band) place() int {
	switch b {
	case Critical:
		return 0
	case Saving:
		return 1
	case Overdue:
		return 2
	case Ahead:
		return 3
	case Calm:
		return 4
	case Aside:
		return 5
	}
	return 6
}

const (
	// lastChance is how long before its breach a case goes before broken ones:
	// about the time in which it is read and answered.
	lastChance = 15 * time.Minute
	// patience is the share of its target after which a broken case goes before
	// all that can still be saved: whoever waits three times as long as promised.
	// A worst goes there as soon as it is broken.
	patience = 3
	worst    = "P1"
	// unpromised is the target of a response for which there is none, so that
	// nobody waits for ever.
	unpromised = 24 * time.Hour
)

// Urgency is what decides a case's place in the queue.
type Urgency struct {
	Band  Band
	Clock Clock         // the most pressing one; empty in calm, aside (paused) and over
	Due   time.Time     // when it uses, or used, up its target
	Left  time.Duration // from now to Due by the wall; negative when overdue
	Used  float64       // share of the target that is used, in open time; 1 and more when overdue
}

// Assess tells how urgent a case is at now.
func Assess(now time.Time, it Item) Urgency { return it.assess(now) }

func (it *Item) assess(now time.Time) Urgency {
	if it.State.Phase == Resolved || it.State.Phase == Closed {
		return Urgency{Band: Over}
	}
	u, paused := Urgency{Band: Calm}, false
	for _, c := range clocks {
		paused = paused || it.State.run(c).Motion == Paused
		if v, ok := it.presses(now, c); ok && (u.Clock == "" || v.compare(u) < 0) {
			u = v
		}
	}
	asleep := it.State.Snoozed.After(now) && (u.Band == Ahead || u.Band == Calm)
	if asleep || paused && u.Band == Calm {
		u.Band = Aside
	}
	return u
}

// presses tells how urgent one clock is; it is false for one that presses nobody.
func (it *Item) presses(now time.Time, c Clock) (Urgency, bool) {
	p, r := it.Policy, *it.State.run(c)
	if r.Target <= 0 && c != Resolution {
		r.Target = unpromised
	}
	if r.Motion != Running || r.Target <= 0 {
		return Urgency{}, false
	}
	u := Urgency{Band: Ahead, Clock: c, Due: r.moment(p, LevelBreach)}
	u.Used = float64(r.Served+p.Calendar.Between(r.Mark, now)) / float64(r.Target)
	if r.Breached() {
		u.Due, u.Used = r.ReachedAt, max(u.Used, 1)
	}
	u.Left = u.Due.Sub(now)
	switch {
	case u.Left <= 0 && (u.Used >= patience || it.Severity == worst):
		u.Band = Critical
	case u.Left <= 0:
		u.Band = Overdue
	case u.Left <= lastChance:
		u.Band = Saving
	}
	return u, true
}

// compare orders by band and then by what counts in it.
func (u Urgency) compare(v Urgency) int {
	if u.Band != v.Band {
		return cmp.Compare(u.Band.place(), v.Band.place())
	}
	switch u.Band {
	case Saving, Ahead:
		return cmp.Compare(minuteOf(u.Due), minuteOf(v.Due))
	case Critical, Overdue:
		return cmp.Compare(v.Used, u.Used)
	}
	return 0
}

// minuteOf counts minutes, so that cases due in the same one are equals.
func minuteOf(t time.Time) int64 { return floorDiv(t.Unix(), 60) }

// Rank orders cases by what to do next, the first one first; the package
// comment has the rule. The same cases in any order give the same queue as long
// as their ids differ. The items given are left as they are.
func Rank(now time.Time, items []Item) []Item {
	queue := make([]ranked, len(items))
	for i := range items {
		queue[i] = ranked{&items[i], items[i].assess(now)}
	}
	slices.SortStableFunc(queue, ranked.compare)
	out := make([]Item, len(queue))
	for i, q := range queue {
		out[i] = *q.item
	}
	return out
}

type ranked struct {
	item    *Item
	urgency Urgency
}

func (a ranked) compare(b ranked) int {
	if c := a.urgency.compare(b.urgency); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(cmp.Or(a.item.Severity, "~"), cmp.Or(b.item.Severity, "~")), // no severity is after P4
		cmp.Compare(a.item.Tier, b.item.Tier),
		cmp.Compare(b.urgency.Used, a.urgency.Used),
		a.item.State.First.Started.Compare(b.item.State.First.Started),
		cmp.Compare(a.item.ID, b.item.ID))
}
