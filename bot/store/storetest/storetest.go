// Package storetest holds every promise of [store.Store] as a test. Each engine
// runs it; an engine that passes may be swapped for another.
//
// A promise that only one engine can be asked about (corrupt rows, a full disk,
// migrations) is tested beside that engine.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"

	"github.com/google/go-cmp/cmp"
)

// Run proves the promises. open gives a store that is empty for a new t; called
// again with the same t it opens the same data a second time, while the first is
// still open, as another replica or the next process after a crash would.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, open func(t *testing.T) store.Store)
	}{
		{"AcceptIsOneRowAnEvent", acceptOnce},
		{"AcceptKeepsOrder", acceptOrder},
		{"AcceptDedupesUnderConcurrency", acceptConcurrent},
		{"AcceptGivesBackWhatCameIn", acceptWhole},
		{"FailedCountsAndDrops", failed},
		{"CommitIsWhole", commitWhole},
		{"CommitIsAllOrNothing", commitAtomic},
		{"CommitConflicts", commitConflicts},
		{"CommitSettlesOnce", commitSettlesOnce},
		{"TurnsOfOneCallFailAlone", turnsAlone},
		{"CompetingWriters", competingWriters},
		{"EventsReplayInOrder", eventsInOrder},
		{"Timers", timers},
		{"Links", links},
		{"Contacts", contacts},
		{"CasesAreListed", casesListed},
		{"SimilarCases", similar},
		{"OutgoingIsFirstOfEachLane", outgoing},
		{"OutboxStates", outboxStates},
		{"OutboxAgainstModel", outboxModel},
		{"Unclear", unclear},
		{"SentTiesTheThread", sentLink},
		{"SentAsAndCopies", sentAs},
		{"ReopenAfterCrash", reopen},
		{"Marks", marks},
		{"Vectors", vectors},
		{"DepthsAndPing", depths},
		{"EndedContext", endedContext},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}

// start is the moment the tests' events begin at.
var start = time.Date(2026, 3, 29, 0, 59, 58, 123456000, time.UTC)

func inbound(id, thread string) bot.Inbound {
	return bot.Inbound{
		ID: id, Kind: bot.KindMessage, At: start, MessageID: "m-" + id, Text: "text of " + id,
		Address: bot.Address{Platform: "slack", Space: "T1", Channel: "C1", Thread: thread},
		Side:    bot.SideCustomer, Surface: bot.SurfaceChannel, Person: bot.Person{ID: "U1", Name: "Ana"},
	}
}

func newCase(id string) triage.Case {
	return triage.Case{
		ID: id, Conversation: "slack:C1:" + id, Customer: "acme", Tier: "gold", Contact: triage.Party{ID: "U1"},
		Opened: start, Updated: start, Status: triage.StatusOpen, Lang: "th",
	}
}

func say(key string) triage.Effect {
	return triage.Effect{Kind: triage.EffectSay, To: triage.ToCustomer, Lang: "th", Lines: []triage.Message{{Key: key}}}
}

func row(id, caseID, lane string) store.Outbox {
	return store.Outbox{ID: id, CaseID: caseID, Lane: lane, Platform: "slack", Effect: say(id)}
}

// opened commits a case with rows in its customer lane and gives the store.
func opened(t *testing.T, s store.Store, caseID string, out ...store.Outbox) triage.Case {
	t.Helper()
	c := newCase(caseID)
	commit(t, s, store.Turn{
		Case: &c, Out: out,
		Links: []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: c.ID}},
	})
	return c
}

func commit(t *testing.T, s store.Store, turns ...store.Turn) {
	t.Helper()
	for i, err := range s.Commit(t.Context(), turns) {
		if err != nil {
			t.Fatalf("commit of turn %d: %v", i, err)
		}
	}
}

func accept(t *testing.T, s store.Store, in ...bot.Inbound) []bool {
	t.Helper()
	fresh, err := s.Accept(t.Context(), in)
	must(t, err)
	return fresh
}

func pending(t *testing.T, s store.Store) []store.Inbox {
	t.Helper()
	rows, err := s.Pending(t.Context(), 0, 1000)
	must(t, err)
	return rows
}

func out(t *testing.T, s store.Store, now time.Time) []string {
	t.Helper()
	rows, err := s.Outgoing(t.Context(), now, 1000)
	must(t, err)
	ids := []string{}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// rowOf finds a row of the case by its id.
func rowOf(t *testing.T, s store.Store, caseID, id string) store.Outbox {
	t.Helper()
	rows, err := s.Outbox(t.Context(), caseID)
	must(t, err)
	for _, r := range rows {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("case %s has no outbox row %s", caseID, id)
	return store.Outbox{}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: error %v, want %v", what, got, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func numbered(prefix string, n int) string { return fmt.Sprintf("%s%03d", prefix, n) }

func endedContext(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Accept(ctx, []bot.Inbound{inbound("e1", "t")}); !errors.Is(err, context.Canceled) {
		t.Errorf("accept with an ended context: error %v, want %v", err, context.Canceled)
	}
	c := newCase("K1")
	wantErr(t, "commit with an ended context", s.Commit(ctx, []store.Turn{{Case: &c}})[0], context.Canceled)
	opened(t, s, "K2") // the store goes on
}

func depths(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	must(t, s.Ping(t.Context()))
	accept(t, s, inbound("e1", "t"), inbound("e2", "t"), inbound("e3", "t"))
	must(t, s.Failed(t.Context(), pending(t, s)[0].Seq, "boom", true))
	opened(t, s, "K1", row("a", "K1", "l1"), row("b", "K1", "l1"), row("c", "K1", "l2"))
	must(t, s.Dead(t.Context(), rowOf(t, s, "K1", "a").Seq, "gone: x"))
	must(t, s.Sending(t.Context(), []int64{rowOf(t, s, "K1", "b").Seq}))
	inbox, outbox, dead, err := s.Depths(t.Context())
	must(t, err)
	same(t, "depths", []int{inbox, outbox, dead}, []int{2, 2, 1})
	must(t, s.Ping(t.Context()))
}

func reopen(t *testing.T, open func(t *testing.T) store.Store) {
	first := open(t)
	accept(t, first, inbound("e1", "K1"), inbound("e2", "K1"))
	c := newCase("K1")
	commit(t, first, store.Turn{
		Inbox: []int64{pending(t, first)[0].Seq}, Case: &c, Events: []triage.Event{{ID: "e1", Kind: triage.EventMessage, At: start}},
		Out:   []store.Outbox{row("a", "K1", "l"), row("b", "K1", "l")},
		Set:   []store.Timer{{CaseID: "K1", Name: "close", Due: start}},
		Links: []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: "K1"}},
	})
	must(t, first.Sending(t.Context(), []int64{rowOf(t, first, "K1", "a").Seq}))

	again := open(t) // the first was never closed
	if got := pending(t, again); len(got) != 1 || got[0].In.ID != "e2" {
		t.Errorf("pending after a crash: %+v, want e2 alone", got)
	}
	same(t, "repeated events are fresh", accept(t, again, inbound("e1", "K1"), inbound("e2", "K1")), []bool{false, false})
	got, version, role, err := again.CaseOf(t.Context(), c.Conversation)
	must(t, err)
	same(t, "case", got, c)
	same(t, "version and role", []any{version, role}, []any{int64(1), store.RoleCustomer})
	rows, err := again.Outgoing(t.Context(), start, 10)
	must(t, err)
	if len(rows) != 1 || rows[0].ID != "a" || rows[0].State != store.StateSending {
		t.Errorf("outgoing after a crash: %+v, want row a, whose end is not known", rows)
	}
	due, err := again.DueTimers(t.Context(), start, 10)
	must(t, err)
	same(t, "timers", due, []store.Timer{{CaseID: "K1", Name: "close", Due: start}})
}
