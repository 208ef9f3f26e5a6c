package sla_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"firstline/triage/sla"
)

// item is a case by what happened to it.
func item(t failer, id, severity string, tier int, events ...string) sla.Item {
	sc := &script{t: t, p: sla.DefaultPolicy()}
	sc.play(events...)
	return sla.Item{ID: id, State: sc.s, Policy: sc.p, Severity: severity, Tier: tier}
}

func ids(items []sla.Item) string {
	var out []string
	for _, it := range items {
		out = append(out, it.ID)
	}
	return strings.Join(out, " ")
}

func TestRank(t *testing.T) {
	const gold, standard = 0, 2
	for _, tt := range []struct {
		name  string
		now   string
		items []sla.Item // in the order they must come
	}{
		{"who is due first", "1h", []sla.Item{
			item(t, "b", "P3", standard, "0s handoff 2h/0/0"),
			item(t, "a", "P1", gold, "0s handoff 3h/0/0"),
		}},
		{"a small customer rises as its target nears", "23h", []sla.Item{
			item(t, "old", "P4", standard, "0s handoff 24h/0/0"),
			item(t, "new", "P2", gold, "22h55m handoff 2h/0/0"),
		}},
		{"due in the same minute: severity, then tier", "1h", []sla.Item{
			item(t, "z", "P1", standard, "20s handoff 2h/0/0"),
			item(t, "y", "P3", gold, "10s handoff 2h/0/0"),
			item(t, "x", "P3", standard, "0s handoff 2h/0/0"),
			item(t, "w", "", gold, "0s handoff 2h/0/0"),
		}},
		{"about to breach at the same time: P1 before P3", "1h55m", []sla.Item{
			item(t, "z", "P1", standard, "1h45m handoff 15m/0/0"),
			item(t, "a", "P3", gold, "0s handoff 2h/0/0"),
		}},
		{"then the share of the target that is used, then id", "1h", []sla.Item{
			item(t, "a", "P3", gold, "10m handoff 60m/0/0"),
			item(t, "b", "P3", gold, "10m handoff 60m/0/0"),
			item(t, "e", "P3", gold, "0s handoff 60m/40m/0", "1m reply", "30m write"),
			item(t, "d", "P3", gold, "40m handoff 30m/0/0"),
			item(t, "c", "P3", gold, "50m handoff 20m/0/0"),
		}},
		{"nothing runs: severity, tier, age, id", "9h", []sla.Item{
			item(t, "d", "P2", standard, "3h handoff 1h/2h/0", "3h reply"),
			item(t, "c", "P3", gold, "2h handoff 1h/2h/0", "2h reply"),
			item(t, "e", "P3", standard, "1h handoff 1h/2h/0", "1h reply"),
			item(t, "a", "P3", standard, "2h handoff 1h/2h/0", "2h reply"),
			item(t, "b", "P3", standard, "2h handoff 1h/2h/0", "2h reply"),
		}},
		{"a last chance before what is broken already", "25h", []sla.Item{
			item(t, "saving", "P1", gold, "25h handoff 5m/0/0"),
			item(t, "broken", "P4", standard, "0s handoff 24h/0/0"),
			item(t, "ahead", "P1", gold, "24h50m handoff 30m/0/0"),
		}},
		{"three times the promise goes before all", "25h", []sla.Item{
			item(t, "critical", "P4", standard, "19h handoff 2h/0/0"),
			item(t, "saving", "P1", gold, "25h handoff 5m/0/0"),
			item(t, "overdue", "P2", gold, "24h44m handoff 15m/0/0"),
		}},
		{"and so does a broken P1, in its order", "25h", []sla.Item{
			item(t, "four times", "P2", standard, "21h handoff 1h/0/0"),
			item(t, "P1", "P1", standard, "24h44m handoff 15m/0/0"),
			item(t, "saving", "P1", gold, "25h handoff 5m/0/0"),
		}},
		{"broken ones by how far beyond the promise", "25h", []sla.Item{
			item(t, "two minutes after fifteen", "P2", gold, "24h43m handoff 15m/0/0"),
			item(t, "an hour after a day", "P4", standard, "0s handoff 24h/0/0"),
		}},
		{"the most pressing clock counts", "5h", []sla.Item{
			item(t, "next", "P3", standard, "0s handoff 1h/2h/100h", "1m reply", "4h write"),
			item(t, "first", "P3", standard, "0s handoff 7h/2h/100h"),
			item(t, "resolution", "P3", standard, "0s handoff 1h/2h/10h", "1m reply"),
		}},
		{"paused sinks, resolved is last", "5h", []sla.Item{
			item(t, "running", "P4", standard, "0s handoff 1h/2h/100h", "1m reply"),
			item(t, "calm", "P1", gold, "0s handoff 1h/2h/0", "1m reply"),
			item(t, "paused", "P1", gold, "0s handoff 1h/2h/6h", "1m reply", "2m wait"),
			item(t, "paused 2", "P2", gold, "0s handoff 1h/2h/1h", "2h wait", "2h reply"),
			item(t, "resolved", "P1", gold, "0s handoff 1h/2h/6h", "1m reply", "2m resolve"),
			item(t, "closed", "P2", gold, "0s handoff 1h/2h/6h", "1m reply", "2m close"),
		}},
		{"waiting does not hide a first response that is owed", "10m", []sla.Item{
			item(t, "waiting", "P4", standard, "0s handoff 1h/2h/6h", "2m wait"),
			item(t, "running", "P1", gold, "0s handoff 2h/2h/6h"),
		}},
		{"snoozed sinks, but not when it is about to breach or has", "2h", []sla.Item{
			item(t, "saving", "P4", standard, "0s handoff 130m/0/0", "1h snooze 9h"),
			item(t, "overdue", "P4", standard, "0s handoff 1h/0/0", "1m snooze 9h"),
			item(t, "awake", "P4", standard, "0s handoff 24h/0/0"),
			item(t, "slept", "P4", standard, "0s handoff 25h/0/0", "1h snooze 2h"),
			item(t, "asleep", "P1", gold, "0s handoff 3h/0/0", "1h snooze 9h"),
		}},
		{"nobody waits for ever for want of a target: due after a day", "20h", []sla.Item{
			item(t, "none", "", standard, "0s handoff 0/0/0"),
			item(t, "later", "P1", gold, "19h handoff 8h/0/0"),
		}},
		{"overdue for want of a target", "30h", []sla.Item{
			item(t, "none", "", standard, "0s handoff 0/0/0"),
			item(t, "ahead", "P1", gold, "29h handoff 8h/0/0"),
		}},
		{"a broken target stays overdue under a longer one", "2h", []sla.Item{
			item(t, "broken", "P4", standard, "0s handoff 1h/0/0", "90m target 24h/0/0"),
			item(t, "ahead", "P1", gold, "0s handoff 4h/0/0"),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := epoch.Add(duration(t, tt.now))
			for seed := range uint64(5) {
				shuffled := slices.Clone(tt.items)
				rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				given := ids(shuffled)
				if got, want := ids(sla.Rank(now, shuffled)), ids(tt.items); got != want {
					t.Errorf("from %s\n got %s\nwant %s", given, got, want)
				}
				if ids(shuffled) != given {
					t.Error("the items given were changed")
				}
			}
		})
	}
}

func TestAssess(t *testing.T) {
	for _, tt := range []struct {
		name, now string
		item      sla.Item
		want      sla.Urgency
	}{
		{"ahead", "30m", item(t, "", "P3", 0, "0s handoff 1h/0/0"),
			sla.Urgency{Band: sla.Ahead, Clock: sla.FirstResponse, Due: epoch.Add(time.Hour), Left: 30 * time.Minute, Used: 0.5}},
		{"saving", "45m", item(t, "", "P3", 0, "0s handoff 1h/0/0"),
			sla.Urgency{Band: sla.Saving, Clock: sla.FirstResponse, Due: epoch.Add(time.Hour), Left: 15 * time.Minute, Used: 0.75}},
		{"three times", "3h", item(t, "", "P3", 0, "0s handoff 1h/0/0"),
			sla.Urgency{Band: sla.Critical, Clock: sla.FirstResponse, Due: epoch.Add(time.Hour), Left: -2 * time.Hour, Used: 3}},
		{"a broken P1", "1h", item(t, "", "P1", 0, "0s handoff 1h/0/0"),
			sla.Urgency{Band: sla.Critical, Clock: sla.FirstResponse, Due: epoch.Add(time.Hour), Used: 1}},
		{"overdue", "1h", item(t, "", "P3", 0, "0s handoff 1h/0/0"),
			sla.Urgency{Band: sla.Overdue, Clock: sla.FirstResponse, Due: epoch.Add(time.Hour), Used: 1}},
		{"found broken before a pause that came late", "70m", item(t, "", "P3", 0, "0s handoff 9h/0/1h", "65m tick", "50m wait", "69m unwait"),
			sla.Urgency{Band: sla.Overdue, Clock: sla.Resolution, Due: epoch.Add(time.Hour), Left: -10 * time.Minute, Used: 1}},
		{"handed off nowhere", "1h", item(t, "", "P3", 0, "0s write"), sla.Urgency{Band: sla.Calm}},
		{"paused", "1h", item(t, "", "P3", 0, "0s handoff 1h/0/9h", "1m reply", "2m wait"), sla.Urgency{Band: sla.Aside}},
		{"resolved", "1h", item(t, "", "P3", 0, "0s handoff 1h/0/9h", "1m resolve"), sla.Urgency{Band: sla.Over}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, sla.Assess(epoch.Add(duration(t, tt.now)), tt.item)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whenever some order of work keeps every first response in time, so does the
// queue. A feasible load is drawn by giving each case a slot of one engineer and
// a target that ends after it; then one engineer takes whatever Rank puts first.
func TestRankKeepsWhatCanBeKept(t *testing.T) {
	const slot = 20 * time.Minute
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "cases")
		type arrival struct {
			at int
			sla.Item
		}
		var arrivals []arrival
		for i := range n {
			at := rapid.IntRange(max(0, i-12), i).Draw(t, "arrives")
			target := time.Duration(i-at+rapid.IntRange(1, 15).Draw(t, "slack")) * slot
			p := sla.DefaultPolicy()
			s := p.HandedOff(sla.State{}, epoch.Add(time.Duration(at)*slot), sla.Targets{FirstResponse: target})
			severity := fmt.Sprint("P", rapid.IntRange(1, 4).Draw(t, "severity"))
			arrivals = append(arrivals, arrival{at, sla.Item{ID: fmt.Sprint(i), State: s, Policy: p, Severity: severity, Tier: rapid.IntRange(0, 2).Draw(t, "tier")}})
		}
		var waiting []sla.Item
		for now := 0; now < n || len(waiting) > 0; now++ {
			for _, a := range arrivals {
				if a.at == now {
					waiting = append(waiting, a.Item)
				}
			}
			if len(waiting) == 0 {
				continue
			}
			at := epoch.Add(time.Duration(now) * slot)
			waiting = sla.Rank(at, waiting)
			first := waiting[0]
			if s := first.Policy.PersonReplied(first.State, at); s.First.Breached() {
				t.Fatalf("%s breached: due %v, taken at %s", first.ID, s.Breaches, at)
			}
			waiting = waiting[1:]
		}
	})
}

func TestRankIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var items []sla.Item
		for i := range rapid.IntRange(0, 8).Draw(t, "cases") {
			p, s := drawPolicy(t), sla.State{}
			for _, e := range drawEvents(t, true) {
				s = e.apply(p, s)
			}
			items = append(items, sla.Item{ID: fmt.Sprint(i), State: s, Policy: p,
				Severity: rapid.SampledFrom([]string{"P1", "P4", ""}).Draw(t, "severity"), Tier: rapid.IntRange(0, 1).Draw(t, "tier")})
		}
		now := epoch.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "now")) * time.Minute)
		want := ids(sla.Rank(now, items))
		if got := ids(sla.Rank(now, rapid.Permutation(items).Draw(t, "shuffled"))); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		last := 0
		for _, it := range sla.Rank(now, items) {
			band := slices.Index(sla.Bands(), sla.Assess(now, it).Band)
			if band < last {
				t.Fatalf("%s is in band %d after band %d", it.ID, band, last)
			}
			last = band
		}
	})
}
