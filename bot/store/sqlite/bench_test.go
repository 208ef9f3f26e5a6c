package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

// The benchmarks measure the store alone, with 64 callers at a time, group
// commit beside one transaction each. Whole turns are measured in bot/dispatch.
//
//	go test -run '^$' -bench . ./bot/store/sqlite

func BenchmarkAccept(b *testing.B) {
	groups(b, func(b *testing.B, s *Store, n int64) error {
		_, err := s.Accept(context.Background(), []bot.Inbound{event(fmt.Sprint("e", n), strings.Repeat("text ", 30))})
		return err
	})
}

func BenchmarkCommit(b *testing.B) {
	groups(b, func(b *testing.B, s *Store, n int64) error {
		id := fmt.Sprint("K", n)
		c := triage.Case{ID: id, Conversation: "slack:C1:" + id, Symptoms: []triage.Fact{{Value: "stutter"}}, Regions: []triage.Fact{{Value: "TH"}}}
		return s.Commit(context.Background(), []store.Turn{{
			Case: &c, Events: []triage.Event{{ID: id, Kind: triage.EventMessage, Text: strings.Repeat("text ", 30)}},
			Out: []store.Outbox{{ID: id, CaseID: id, Lane: c.Conversation, Platform: "slack", Effect: triage.Effect{Kind: triage.EffectSay}}},
			Set: []store.Timer{{CaseID: id, Name: "close"}}, Links: []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: id}},
		}})[0]
	})
}

func groups(b *testing.B, op func(b *testing.B, s *Store, n int64) error) {
	for _, c := range []struct {
		name string
		max  int
	}{{"group", 256}, {"one-by-one", 1}} {
		b.Run(c.name, func(b *testing.B) {
			s := openNew(b, MaxBatch(c.max))
			var n atomic.Int64
			var failed atomic.Pointer[error]
			b.SetParallelism(32) // × GOMAXPROCS callers
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := op(b, s, n.Add(1)); err != nil {
						failed.Store(&err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
			if err := failed.Load(); err != nil {
				b.Fatal(errors.Join(*err))
			}
		})
	}
}
