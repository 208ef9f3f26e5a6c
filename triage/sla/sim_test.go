package sla_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"firstline/triage/sla"
)

// The month has three tiers whose first responses are promised by severity, P1
// to P4; the lowest two are those of firstline.example.yaml.
var (
	tierNames = []string{"gold", "silver", "standard"}
	promises  = [3][4]time.Duration{
		{5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour},
		{10 * time.Minute, 20 * time.Minute, 2 * time.Hour, 8 * time.Hour},
		{15 * time.Minute, 30 * time.Minute, 4 * time.Hour, 24 * time.Hour},
	}
)

const (
	standardTier = 2
	engineers    = 3
	month        = 30 * 24 * time.Hour
)

// job is a case of the simulated month.
type job struct {
	sla.Item
	at, due time.Time
	work    time.Duration // 4 to 16 minutes of one engineer
	taken   time.Time
	passed  bool // a case with more time left was taken first while this one was still in time
}

func (j *job) target() time.Duration { return j.due.Sub(j.at) }

// overTarget is how long it waited as a share of its target.
func (j *job) overTarget() float64 { return float64(j.taken.Sub(j.at)) / float64(j.target()) }

// drawMonth gives a month of cases in order: more by day than by night, less at
// weekends, two weeks in which more comes in than can be done from Monday to
// Friday, and eight outages that bring thirty cases in twenty minutes.
func drawMonth(rng *rand.Rand) []*job {
	var jobs []*job
	add := func(at time.Time, tier, severity int) {
		p, target := sla.DefaultPolicy(), promises[tier][severity]
		jobs = append(jobs, &job{
			Item: sla.Item{ID: fmt.Sprintf("%06d", len(jobs)), Policy: p, Tier: tier, Severity: fmt.Sprint("P", severity+1),
				State: p.HandedOff(sla.State{}, at, sla.Targets{FirstResponse: target})},
			at: at, due: at.Add(target), work: 4*time.Minute + time.Duration(rng.Int64N(int64(12*time.Minute))),
		})
	}
	for at := epoch; at.Before(epoch.Add(month)); {
		day := int(at.Sub(epoch).Hours()) / 24
		perHour := 17 + 3*math.Sin(2*math.Pi*float64(at.Hour()-8)/24)
		switch week, weekday := day/7, day%7; {
		case weekday >= 5:
			perHour *= 0.9
		case week%2 == 1:
			perHour *= 1.04
		}
		at = at.Add(time.Duration(rng.ExpFloat64() / perHour * float64(time.Hour)))
		add(at, pick(rng, 20, 30, 50), pick(rng, 3, 12, 70, 15))
	}
	for range 8 {
		at := epoch.Add(time.Duration(rng.Int64N(int64(month))))
		for range 30 {
			add(at.Add(time.Duration(rng.Int64N(int64(20*time.Minute)))), pick(rng, 60, 30, 10), pick(rng, 20, 50, 30))
		}
	}
	slices.SortStableFunc(jobs, func(a, b *job) int { return a.at.Compare(b.at) })
	return jobs
}

// pick draws an index by weight.
func pick(rng *rand.Rand, weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := rng.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

// order chooses the next case.
type order func(now time.Time, waiting []*job) *job

func byRank() order {
	var items []sla.Item
	return func(now time.Time, waiting []*job) *job {
		items = items[:0]
		for _, j := range waiting {
			items = append(items, j.Item)
		}
		first := sla.Rank(now, items)[0].ID
		return waiting[slices.IndexFunc(waiting, func(j *job) bool { return j.ID == first })]
	}
}

func firstCome(_ time.Time, waiting []*job) *job { return waiting[0] }

func severityFirst(_ time.Time, waiting []*job) *job {
	return slices.MinFunc(waiting, func(a, b *job) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Tier, b.Tier), a.at.Compare(b.at))
	})
}

func tierFirst(_ time.Time, waiting []*job) *job {
	return slices.MinFunc(waiting, func(a, b *job) int {
		return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Severity, b.Severity), a.at.Compare(b.at))
	})
}

// work has the engineers take cases, one at a time each, and answer when they do.
func work(t *testing.T, jobs []*job, next order, each func(now time.Time, first *job, waiting []*job)) {
	var waiting []*job
	free := make([]time.Time, engineers)
	for len(jobs) > 0 || len(waiting) > 0 {
		slices.SortFunc(free, time.Time.Compare)
		if len(waiting) == 0 && jobs[0].at.After(free[0]) {
			free[0] = jobs[0].at
		}
		now := free[0]
		for len(jobs) > 0 && !jobs[0].at.After(now) {
			waiting, jobs = append(waiting, jobs[0]), jobs[1:]
		}
		first := next(now, waiting)
		waiting = slices.DeleteFunc(waiting, func(j *job) bool { return j == first })
		for _, j := range waiting {
			j.passed = j.passed || now.Before(j.due) && first.due.Sub(j.due) >= time.Minute
		}
		each(now, first, waiting)
		first.taken = now
		first.State = first.Policy.PersonReplied(first.State, now)
		if got, want := first.State.First.Breached(), !now.Before(first.due); got != want {
			t.Fatalf("%s taken at %s: breached %v, due %s", first.ID, now, got, first.due)
		}
		free[0] = now.Add(first.work)
	}
}

// result counts the cases of a tier.
type result struct {
	cases, late, starved int     // starved: late although somebody with more time left went first
	worst                float64 // wait as a share of the target
}

func (r result) String() string {
	return fmt.Sprintf("%5d cases, %4d late, %4d of them passed by others with more time left, worst wait %.1f × target", r.cases, r.late, r.starved, r.worst)
}

func count(jobs []*job, tier, severity int) result {
	var r result
	for _, j := range jobs {
		if j.Tier != tier || severity > 0 && j.Severity != fmt.Sprint("P", severity) {
			continue
		}
		r.cases++
		r.worst = max(r.worst, j.overTarget())
		if late := !j.taken.Before(j.due); late {
			r.late++
			if j.passed {
				r.starved++
			}
		}
	}
	return r
}

func simulate(t *testing.T, seed uint64, name string, next order, each func(time.Time, *job, []*job)) []*job {
	jobs := drawMonth(rand.New(rand.NewPCG(seed, 5)))
	work(t, slices.Clone(jobs), next, each)
	for tier := range tierNames {
		t.Logf("%-14s %-8s    %s", name, tierNames[tier], count(jobs, tier, 0))
	}
	return jobs
}

// A month of mixed load, with engineers for slightly more than comes in: no case
// goes past its first-response target while one with more time left is taken
// first, so nobody is late but for want of capacity (an outage's thirty cases at
// once), and nobody waits longer than five targets. In months with other seeds
// more may be late (a swell can exceed three engineers for days), but none was
// passed.
func TestAMonthOfMixedLoad(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			jobs := simulate(t, seed, "rank", byRank(), checkOrder(t))
			var load time.Duration
			for _, j := range jobs {
				load += j.work
			}
			if share := float64(load) / float64(engineers*month); share < 0.93 || share >= 1 {
				t.Fatalf("the load is %.3f of the capacity: not slightly below", share)
			}
			for tier, name := range tierNames {
				if r := count(jobs, tier, 0); r.starved > 0 || r.worst > 5 {
					t.Errorf("%s: %s", name, r)
				}
			}
			if r := count(jobs, standardTier, 0); r.late*100 > r.cases {
				t.Errorf("more than 1 %% of standard is late: %s", r)
			}
		})
	}
}

// In the same month the usual orders starve somebody of the lowest tier: first
// come first served whoever is in a hurry, a strict priority whoever is last.
func TestOtherOrdersStarve(t *testing.T) {
	for _, tt := range []struct {
		name     string
		next     order
		severity int // of standard, who starves
		share    int // of them at least, in percent
	}{
		{"first come", firstCome, 1, 30},
		{"severity first", severityFirst, 4, 2},
		{"tier first", tierFirst, 1, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := count(simulate(t, 1, tt.name, tt.next, func(time.Time, *job, []*job) {}), standardTier, tt.severity)
			t.Logf("%-14s standard P%d %s", tt.name, tt.severity, r)
			if r.starved*100 < r.cases*tt.share {
				t.Errorf("P%d of standard is expected to starve: %s", tt.severity, r)
			}
		})
	}
}

// checkOrder holds every choice to the rule for cases that are late already:
// only one that can still be saved, within 15 minutes, one that has used more of
// its target, or a late P1 goes before them; the first of these not before late
// P1s and those that have used three times their target.
func checkOrder(t *testing.T) func(time.Time, *job, []*job) {
	used := func(j *job, now time.Time) float64 { return float64(now.Sub(j.at)) / float64(j.target()) }
	critical := func(j *job, now time.Time) bool {
		return !now.Before(j.due) && (j.Severity == "P1" || used(j, now) >= 3)
	}
	return func(now time.Time, first *job, waiting []*job) {
		left := first.due.Sub(now)
		saving, top := left > 0 && left <= 15*time.Minute, critical(first, now)
		for _, j := range waiting {
			switch {
			case now.Before(j.due):
			case critical(j, now) && top, !critical(j, now) && !top && !saving:
				if used(j, now) <= used(first, now) {
					continue
				}
				t.Fatalf("at %s %s (due %s) was taken before %s (due %s), which is later", now, first.ID, first.due, j.ID, j.due)
			case critical(j, now):
				t.Fatalf("at %s %s (due %s) was taken before %s (due %s), which is critical", now, first.ID, first.due, j.ID, j.due)
			}
		}
	}
}
