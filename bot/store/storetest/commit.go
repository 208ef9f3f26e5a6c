package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"firstline/bot/store"
	"firstline/triage"
)

// fullCase has something in every kind of field.
func fullCase(id string) triage.Case {
	c := newCase(id)
	c.Scenario = triage.Fact{Value: "showroom", Source: triage.SourceRead, Confidence: 0.75}
	c.Symptoms = []triage.Fact{{Value: "stutter", Source: triage.SourceClicked}}
	c.Regions = []triage.Fact{{Value: "TH"}, {Value: "VN"}}
	c.Facts = map[string]triage.Fact{"scope": {Value: "all"}}
	c.Words = []triage.Words{{MessageID: "m1", At: start, Text: "กระตุก", Problem: true}}
	c.Asked = map[string]int{"scope": 1}
	c.Fixes = []triage.Fix{{Article: "a", Step: 2, Layer: "cdn_node", At: start, Outcome: triage.FixPending}}
	c.Handoff = &triage.Handoff{Reason: triage.ReasonP1, At: start, Level: 1}
	c.Assignee = &triage.Party{ID: "E1", Name: "Kim"}
	c.Timers = map[string]time.Time{"close": start.Add(time.Hour)}
	return c
}

func commitWhole(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	accept(t, s, inbound("e1", "K1"), inbound("e2", "K1"))
	rows := pending(t, s)
	c := fullCase("K1")
	effect := triage.Effect{Kind: triage.EffectRelay, To: triage.ToDesk, Author: "Ana", Text: "x", MessageID: "m1",
		Files: []triage.Attachment{{Name: "n", URL: "u"}}}
	later := start.Add(time.Minute)
	commit(t, s, store.Turn{
		Inbox: []int64{rows[0].Seq, rows[1].Seq}, Case: &c,
		Events:  []triage.Event{{ID: "e1", Kind: triage.EventMessage, At: start, Reading: &triage.Reading{Lang: "th"}}, {ID: "e2", Kind: triage.EventFixes, At: start}},
		Out:     []store.Outbox{{ID: "o1", CaseID: "K1", Lane: "desk:K1", Platform: "slack", Effect: effect, NotBefore: later}},
		Set:     []store.Timer{{CaseID: "K1", Name: "close", Due: start.Add(time.Hour)}},
		Links:   []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: "K1"}},
		Contact: &store.Contact{Platform: "slack", ID: "U1", Lang: "th"},
	})
	got, version, err := s.Case(t.Context(), "K1")
	must(t, err)
	same(t, "case", got, c)
	same(t, "version", version, int64(1))
	same(t, "pending", len(pending(t, s)), 0)
	events, err := s.Events(t.Context(), "K1")
	must(t, err)
	if len(events) != 2 || events[0].Reading == nil || events[0].Reading.Lang != "th" || events[1].Kind != triage.EventFixes {
		t.Errorf("events: %+v, want the two of the turn", events)
	}
	o := rowOf(t, s, "K1", "o1")
	same(t, "effect", o.Effect, effect)
	same(t, "row", []any{o.CaseID, o.Lane, o.Platform, o.State, o.Attempts, o.NotBefore}, []any{"K1", "desk:K1", "slack", store.StateQueued, 0, later})
	if o.At.IsZero() || o.Seq == 0 {
		t.Errorf("row has time %v and seq %d, want both set by the store", o.At, o.Seq)
	}
	_, err = s.Events(t.Context(), "none")
	must(t, err)
	_, _, err = s.Case(t.Context(), "none")
	wantErr(t, "unknown case", err, store.ErrNotFound)
	_, _, _, err = s.CaseOf(t.Context(), "slack:C1:none")
	wantErr(t, "unknown conversation", err, store.ErrNotFound)
}

func commitAtomic(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	opened(t, s, "K0", row("taken", "K0", "l0"))
	accept(t, s, inbound("e1", "K1"))
	seq := pending(t, s)[0].Seq
	c := newCase("K1")
	err := s.Commit(t.Context(), []store.Turn{{
		Inbox: []int64{seq}, Case: &c, Events: []triage.Event{{ID: "e1", Kind: triage.EventMessage}},
		Links:   []store.Link{{Conversation: c.Conversation, Role: store.RoleCustomer, CaseID: "K1"}},
		Set:     []store.Timer{{CaseID: "K1", Name: "close", Due: start}},
		Contact: &store.Contact{Platform: "slack", ID: "U9", Lang: "th"},
		Out:     []store.Outbox{row("fine", "K1", "l1"), row("taken", "K1", "l1")}, // an intent that is there already
	}})[0]
	if err == nil {
		t.Fatal("a second row for one intent was taken")
	}
	same(t, "pending", len(pending(t, s)), 1)
	_, _, err = s.Case(t.Context(), "K1")
	wantErr(t, "case", err, store.ErrNotFound)
	_, err = s.Contact(t.Context(), "slack", "U9")
	wantErr(t, "contact", err, store.ErrNotFound)
	_, err = s.LinkOf(t.Context(), "K1", store.RoleCustomer)
	wantErr(t, "link", err, store.ErrNotFound)
	due, err := s.DueTimers(t.Context(), start, 10)
	must(t, err)
	same(t, "timers", len(due), 0)
	same(t, "outgoing", out(t, s, time.Now().Add(time.Hour)), []string{"taken"})
	for _, bad := range []store.Turn{
		{Events: []triage.Event{{ID: "x"}}},
		{Case: &triage.Case{}},
		{Out: []store.Outbox{{ID: "x"}}},
	} {
		if err := s.Commit(t.Context(), []store.Turn{bad})[0]; err == nil {
			t.Errorf("turn %+v was taken", bad)
		}
	}
}

func commitConflicts(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	c := opened(t, s, "K1")
	wantErr(t, "opening it again", s.Commit(t.Context(), []store.Turn{{Case: &c}})[0], store.ErrConflict)
	next := c
	next.Status = triage.StatusCollecting
	commit(t, s, store.Turn{Case: &next, Version: 1})
	late := c
	late.Status = triage.StatusClosed
	accept(t, s, inbound("e1", "K1"))
	seq := pending(t, s)[0].Seq
	wantErr(t, "an old version", s.Commit(t.Context(), []store.Turn{{
		Inbox: []int64{seq}, Case: &late, Version: 1, Out: []store.Outbox{row("a", "K1", "l")},
	}})[0], store.ErrConflict)
	wantErr(t, "a version to come", s.Commit(t.Context(), []store.Turn{{Case: &late, Version: 7}})[0], store.ErrConflict)
	wantErr(t, "a version of nothing", s.Commit(t.Context(), []store.Turn{{Case: ptr(newCase("K2")), Version: 1}})[0], store.ErrConflict)
	got, version, err := s.Case(t.Context(), "K1")
	must(t, err)
	same(t, "status and version", []any{got.Status, version}, []any{triage.StatusCollecting, int64(2)})
	same(t, "pending", len(pending(t, s)), 1)
	same(t, "outgoing", out(t, s, time.Now().Add(time.Hour)), []string{})
}

func ptr[T any](v T) *T { return &v }

func commitSettlesOnce(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	accept(t, s, inbound("e1", "K1"))
	seq := pending(t, s)[0].Seq
	c := newCase("K1")
	commit(t, s, store.Turn{Inbox: []int64{seq}, Case: &c, Set: []store.Timer{{CaseID: "K1", Name: "close", Due: start}}})
	second := newCase("K2") // another replica that decided the same event on its own
	wantErr(t, "settling twice", s.Commit(t.Context(), []store.Turn{{Inbox: []int64{seq}, Case: &second}})[0], store.ErrConflict)
	fired := store.Timer{CaseID: "K1", Name: "close", Due: start}
	moved := fired
	moved.Due = start.Add(time.Microsecond)
	wantErr(t, "a timer that was moved", s.Commit(t.Context(), []store.Turn{{Timer: &moved}})[0], store.ErrConflict)
	commit(t, s, store.Turn{Timer: &fired})
	wantErr(t, "firing twice", s.Commit(t.Context(), []store.Turn{{Timer: &fired}})[0], store.ErrConflict)
	_, _, err := s.Case(t.Context(), "K2")
	wantErr(t, "second case", err, store.ErrNotFound)
}

func turnsAlone(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	old := opened(t, s, "K1")
	var turns []store.Turn
	for i := range 9 {
		switch i % 3 {
		case 0:
			turns = append(turns, store.Turn{Case: ptr(newCase(numbered("N", i)))})
		case 1:
			turns = append(turns, store.Turn{Case: &old, Version: 99})
		case 2:
			turns = append(turns, store.Turn{Case: ptr(newCase(numbered("N", i))), Out: []store.Outbox{{ID: "no lane"}}})
		}
	}
	for i, err := range s.Commit(t.Context(), turns) {
		switch {
		case i%3 == 0 && err != nil:
			t.Errorf("turn %d: %v", i, err)
		case i%3 == 1 && !errors.Is(err, store.ErrConflict):
			t.Errorf("turn %d: error %v, want a conflict", i, err)
		case i%3 == 2 && err == nil:
			t.Errorf("turn %d with a broken row was taken", i)
		}
	}
	list, err := s.Cases(t.Context(), store.Filter{})
	must(t, err)
	same(t, "cases", len(list), 4)
}

func competingWriters(t *testing.T, open func(t *testing.T) store.Store) {
	replicas := []store.Store{open(t), open(t)}
	opened(t, replicas[0], "K1")
	const each = 25
	var wg sync.WaitGroup
	for w, s := range replicas {
		wg.Go(func() {
			for n := range each {
				if err := addOne(t, s, fmt.Sprintf("w%d-%d", w, n)); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	wg.Wait()
	c, version, err := replicas[1].Case(t.Context(), "K1")
	must(t, err)
	same(t, "events counted, version", []int64{int64(c.Events), version}, []int64{2 * each, 2*each + 1})
	events, err := replicas[0].Events(t.Context(), "K1")
	must(t, err)
	last := map[byte]int{'0': -1, '1': -1}
	for _, ev := range events {
		var w byte
		var n int
		if _, err := fmt.Sscanf(ev.ID, "w%c-%d", &w, &n); err != nil || n != last[w]+1 {
			t.Fatalf("event %s came after number %d of its writer (%v)", ev.ID, last[w], err)
		}
		last[w] = n
	}
	rows, err := replicas[0].Outbox(t.Context(), "K1")
	must(t, err)
	same(t, "events and rows", []int{len(events), len(rows)}, []int{2 * each, 2 * each})
}

// addOne counts an event onto the case, as often as others are faster.
func addOne(t *testing.T, s store.Store, id string) error {
	for range 10000 {
		c, version, err := s.Case(t.Context(), "K1")
		if err != nil {
			return err
		}
		c.Events++
		err = s.Commit(t.Context(), []store.Turn{{
			Case: &c, Version: version, Events: []triage.Event{{ID: id, Kind: triage.EventMessage}}, Out: []store.Outbox{row(id, "K1", "l")},
		}})[0]
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return errors.New("always beaten")
}

func eventsInOrder(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	c := opened(t, s, "K1")
	for v := range 5 {
		commit(t, s, store.Turn{Case: &c, Version: int64(v + 1), Events: []triage.Event{
			{ID: numbered("e", 2*v), Kind: triage.EventMessage, At: start.Add(-time.Duration(v) * time.Hour)},
			{ID: numbered("e", 2*v+1), Kind: triage.EventFixes, At: start},
		}})
	}
	events, err := s.Events(t.Context(), "K1")
	must(t, err)
	for i, ev := range events {
		if ev.ID != numbered("e", i) {
			t.Fatalf("event %d is %s, want %s", i, ev.ID, numbered("e", i))
		}
	}
	same(t, "events", len(events), 10)
}
