package sla_test

import (
	"fmt"
	"testing"
	"time"

	"firstline/triage/sla"
)

// BenchmarkBetween counts ten years of office hours.
func BenchmarkBetween(b *testing.B) {
	c := calendar(b, "Europe/Berlin", "mon-fri 09:00-12:00,13:00-18:00")
	from, to := moment(b, "2016-01-01 00:00 Z"), moment(b, "2026-01-01 00:00 Z")
	for b.Loop() {
		c.Between(from, to)
	}
}

// BenchmarkAdd finds the end of a target of 14 office days, over a change of the clock.
func BenchmarkAdd(b *testing.B) {
	c := calendar(b, "Europe/Berlin", "mon-fri 09:00-12:00,13:00-18:00")
	from, d := moment(b, "2026-03-20 00:00 Z"), duration(b, "112h")
	for b.Loop() {
		c.Add(from, d)
	}
}

// BenchmarkRank orders a thousand cases, half of them by office hours.
func BenchmarkRank(b *testing.B) {
	office := sla.DefaultPolicy()
	office.Calendar = calendar(b, "Europe/Berlin", "mon-fri 09:00-12:00,13:00-18:00")
	items := make([]sla.Item, 1000)
	for i := range items {
		p := []sla.Policy{sla.DefaultPolicy(), office}[i%2]
		s := p.HandedOff(sla.State{}, epoch.Add(time.Duration(i*7919%6000)*time.Minute), sla.Targets{FirstResponse: 4 * time.Hour, Resolution: 120 * time.Hour})
		items[i] = sla.Item{ID: fmt.Sprint(i), State: s, Policy: p, Severity: fmt.Sprint("P", i%4+1), Tier: i % 3}
	}
	now := epoch.Add(100 * time.Hour)
	for b.Loop() {
		sla.Rank(now, items)
	}
}
