package oncall_test

import (
	"testing"
	"time"

	"firstline/triage/oncall"
)

// What a case costs on a desk of twelve engineers in four zones.
func BenchmarkDesk(b *testing.B) {
	r := roster(b, sun())
	s := r.Schedule("sun")
	at := utc(b, "2026-03-29 00:30")
	load := map[string]int{"anna": 2}
	for name, do := range map[string]func(){
		"oncall": func() { s.OnCall(at) },
		"route":  func() { oncall.Route(oncall.Need{Scenario: "showroom", Language: "th"}, at, r.Candidates(at, load)...) },
		"expect": func() { oncall.Expect(at, 15*time.Minute, time.UTC, s) },
		"show":   func() { oncall.Show(s, at, time.UTC) },
		"year":   func() { s.Gaps(at, at.AddDate(1, 0, 0)) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				do()
			}
		})
	}
}
