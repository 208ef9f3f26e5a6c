package storetest

import (
	"slices"
	"testing"
	"time"

	"firstline/bot/store"
	"firstline/triage"

	"pgregory.net/rapid"
)

func outgoing(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	now := start
	opened(t, s, "K1", row("a1", "K1", "a"), row("b1", "K1", "b"), row("a2", "K1", "a"), row("b2", "K1", "b"))
	commit(t, s, store.Turn{Out: []store.Outbox{row("x1", "", store.LaneAddress+"slack:D:1")}})
	same(t, "first of each lane", out(t, s, now), []string{"a1", "b1", "x1"})
	seq := func(id string) int64 { return rowOf(t, s, "K1", id).Seq }

	must(t, s.Sending(t.Context(), []int64{seq("a1")}))
	same(t, "while one is being sent", out(t, s, now), []string{"a1", "b1", "x1"})
	must(t, s.Sent(t.Context(), []store.Sent{{Seq: seq("a1"), MessageID: "m1", Address: "slack:C1:K1"}}))
	same(t, "after it was sent", out(t, s, now), []string{"b1", "a2", "x1"})
	must(t, s.Retry(t.Context(), seq("b1"), now.Add(time.Minute), "retry: 503", true))
	same(t, "a row that waits holds its lane", out(t, s, now), []string{"a2", "x1"})
	same(t, "until it is due", out(t, s, now.Add(time.Minute)), []string{"b1", "a2", "x1"})
	must(t, s.Dead(t.Context(), seq("b1"), "invalid: x"))
	same(t, "a dead one lets its lane go on", out(t, s, now), []string{"a2", "b2", "x1"})
	got, err := s.Outgoing(t.Context(), now, 2)
	must(t, err)
	same(t, "limited", len(got), 2)
}

func outboxStates(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	ctx := t.Context()
	opened(t, s, "K1", row("a", "K1", "l"), row("b", "K1", "l"), row("c", "K1", "l"))
	get := func(id string) store.Outbox { t.Helper(); return rowOf(t, s, "K1", id) }
	a, b, c := get("a").Seq, get("b").Seq, get("c").Seq

	must(t, s.Sending(ctx, []int64{a}))
	must(t, s.Sending(ctx, []int64{a})) // after a crash, again
	same(t, "state", get("a").State, store.StateSending)
	later := start.Add(time.Minute)
	must(t, s.Retry(ctx, a, later, "retry: x", true))
	must(t, s.Retry(ctx, a, later, "rate_limited: x", false))
	r := get("a")
	same(t, "a retried row", []any{r.State, r.Attempts, r.NotBefore, r.Error}, []any{store.StateQueued, 1, later, "rate_limited: x"})

	sent := store.Sent{Seq: a, MessageID: "m1", Address: "slack:C1:K1"}
	must(t, s.Sent(ctx, []store.Sent{sent}))
	must(t, s.Sent(ctx, []store.Sent{sent}))
	r = get("a")
	same(t, "a sent row", []any{r.State, r.MessageID, r.Address, r.Error}, []any{store.StateSent, "m1", "slack:C1:K1", ""})
	wantErr(t, "sending a sent row", s.Sending(ctx, []int64{b, a}), store.ErrConflict)
	same(t, "and none is marked", get("b").State, store.StateQueued)
	wantErr(t, "retrying a sent row", s.Retry(ctx, a, later, "x", true), store.ErrConflict)
	wantErr(t, "giving up a sent row", s.Dead(ctx, a, "x"), store.ErrConflict)

	must(t, s.Dead(ctx, b, "invalid: too long"))
	must(t, s.Dead(ctx, b, "invalid: too long"))
	r = get("b")
	same(t, "a dead row", []any{r.State, r.Error}, []any{store.StateDead, "invalid: too long"})
	wantErr(t, "sending a dead row", s.Sending(ctx, []int64{b}), store.ErrConflict)
	wantErr(t, "retrying a dead row", s.Retry(ctx, b, later, "x", true), store.ErrConflict)

	for what, err := range map[string]error{
		"sending":       s.Sending(ctx, []int64{c, 1 << 40}),
		"sent":          s.Sent(ctx, []store.Sent{{Seq: c, MessageID: "m2"}, {Seq: 1 << 40}}),
		"retry":         s.Retry(ctx, 1<<40, later, "x", true),
		"dead":          s.Dead(ctx, 1<<40, "x"),
		"row of no one": func() error { _, err := s.SentAs(ctx, "slack", "none"); return err }(),
		"row of \"\"":   func() error { _, err := s.SentAs(ctx, "slack", ""); return err }(),
	} {
		wantErr(t, what+" of an unknown row", err, store.ErrNotFound)
	}
	same(t, "a good row beside an unknown one", get("c").State, store.StateQueued)
	none, err := s.Outbox(ctx, "none")
	must(t, err)
	same(t, "rows of an unknown case", len(none), 0)
}

func unclear(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	ctx := t.Context()
	opened(t, s, "K1", row("a", "K1", "a"), row("b", "K1", "b"), row("c", "K1", "c"), row("d", "K1", "d"), row("e", "K1", "e"))
	seq := func(id string) int64 { return rowOf(t, s, "K1", id).Seq }
	must(t, s.Sending(ctx, []int64{seq("e"), seq("a"), seq("b")}))
	must(t, s.Retry(ctx, seq("b"), start, "unclear: timeout", true))
	must(t, s.Retry(ctx, seq("c"), start, "retry: 503", true))
	find := func(limit int) []string {
		t.Helper()
		rows, err := s.Unclear(ctx, limit)
		must(t, err)
		names := []string{}
		for _, r := range rows {
			names = append(names, r.ID)
		}
		return names
	}
	same(t, "unclear", find(10), []string{"a", "b", "e"})
	same(t, "limited", find(2), []string{"a", "b"})
	must(t, s.Sent(ctx, []store.Sent{{Seq: seq("a")}}))
	must(t, s.Dead(ctx, seq("b"), "unclear: timeout"))
	must(t, s.Retry(ctx, seq("e"), start, "rate_limited: x", false))
	same(t, "when all is known", find(10), []string{})
}

func sentLink(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	c := opened(t, s, "K1", row("card", "K1", "desk:K1"), row("hello", "K1", "l"))
	desk := store.Link{Conversation: "slack:DESK:99.1", Role: store.RoleDesk, CaseID: "K1"}
	moved := store.Link{Conversation: "slack:C1:99.2", Role: store.RoleCustomer, CaseID: "K1"}
	must(t, s.Sent(t.Context(), []store.Sent{
		{Seq: rowOf(t, s, "K1", "card").Seq, MessageID: "99.1", Address: "slack:DESK:", Link: &desk},
		{Seq: rowOf(t, s, "K1", "hello").Seq, MessageID: "99.2", Address: "slack:C1:", Link: &moved},
	}))
	for _, want := range []store.Link{desk, moved} {
		got, err := s.LinkOf(t.Context(), "K1", want.Role)
		must(t, err)
		same(t, "link", got, want)
		k, _, role, err := s.CaseOf(t.Context(), want.Conversation)
		must(t, err)
		same(t, "case", []any{k.ID, role}, []any{"K1", want.Role})
	}
	_, _, _, err := s.CaseOf(t.Context(), c.Conversation)
	wantErr(t, "the conversation that was replaced", err, store.ErrNotFound)
}

func sentAs(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	relay := func(id, original string, kind triage.EffectKind) store.Outbox {
		o := row(id, "K1", "desk:K1")
		o.Effect = triage.Effect{Kind: kind, To: triage.ToDesk, MessageID: original, Text: id}
		return o
	}
	opened(t, s, "K1", relay("r1", "o1", triage.EffectRelay), relay("v1", "o1", triage.EffectRevise),
		relay("r2", "o1", triage.EffectRelay), relay("r3", "o2", triage.EffectRelay), relay("r4", "o1", triage.EffectRelay))
	opened(t, s, "K2", store.Outbox{ID: "other", CaseID: "K2", Lane: "l", Platform: "discord", Effect: relay("x", "o1", triage.EffectRelay).Effect})
	for id, message := range map[string]string{"r1": "p1", "v1": "p1", "r2": "p2", "r3": "p3"} {
		must(t, s.Sent(t.Context(), []store.Sent{{Seq: rowOf(t, s, "K1", id).Seq, MessageID: message, Address: "slack:D:1"}}))
	}
	must(t, s.Sent(t.Context(), []store.Sent{{Seq: rowOf(t, s, "K2", "other").Seq, MessageID: "p1", Address: "discord:D:1"}}))
	got, err := s.SentAs(t.Context(), "slack", "p1")
	must(t, err)
	same(t, "row of a message that was changed later", got.ID, "r1")
	got, err = s.SentAs(t.Context(), "discord", "p1")
	must(t, err)
	same(t, "row on another platform", got.ID, "other")
	copies, err := s.Copies(t.Context(), "K1", "o1")
	must(t, err)
	var names []string
	for _, c := range copies {
		names = append(names, c.ID+"="+c.MessageID)
	}
	same(t, "copies", names, []string{"r1=p1", "r2=p2"})
	copies, err = s.Copies(t.Context(), "K1", "none")
	must(t, err)
	same(t, "copies of nothing", len(copies), 0)
}

// modelRow is a row of the outbox as outboxModel believes it to be.
type modelRow struct {
	id, lane  string
	seq       int64
	closed    bool
	notBefore time.Time
}

// outboxModel walks the states at random beside a model of them. All runs
// share one store.
func outboxModel(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	opened(t, s, "K1")
	var rows []*modelRow
	add := func(r *rapid.T) {
		m := &modelRow{id: numbered("m", len(rows)), lane: rapid.SampledFrom([]string{"a", "b", "desk:K1", "addr:x"}).Draw(r, "lane")}
		must(t, s.Commit(t.Context(), []store.Turn{{Out: []store.Outbox{row(m.id, "K1", m.lane)}}})[0])
		m.seq = rowOf(t, s, "K1", m.id).Seq
		rows = append(rows, m)
	}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			if len(rows) == 0 || rapid.IntRange(0, 2).Draw(r, "op") == 0 {
				add(r)
			} else {
				moveRow(t, r, s, rapid.SampledFrom(rows).Draw(r, "row"))
			}
			now := start.Add(time.Duration(rapid.IntRange(0, 6).Draw(r, "now")) * time.Second)
			if got, want := out(t, s, now), firstOfLanes(rows, now); !slices.Equal(got, want) {
				r.Fatalf("outgoing %v, want %v", got, want)
			}
		}
	})
}

// moveRow does one thing to a row, in the store and in the model.
func moveRow(t *testing.T, r *rapid.T, s store.Store, m *modelRow) {
	ctx := t.Context()
	if m.closed {
		wantErr(t, "moving a closed row", s.Retry(ctx, m.seq, start, "x", true), store.ErrConflict)
		return
	}
	switch rapid.IntRange(0, 3).Draw(r, "end") {
	case 0:
		must(t, s.Sending(ctx, []int64{m.seq}))
	case 1:
		must(t, s.Sent(ctx, []store.Sent{{Seq: m.seq, MessageID: m.id}}))
		m.closed = true
	case 2:
		must(t, s.Dead(ctx, m.seq, "x"))
		m.closed = true
	case 3:
		m.notBefore = start.Add(time.Duration(rapid.IntRange(0, 5).Draw(r, "wait")) * time.Second)
		must(t, s.Retry(ctx, m.seq, m.notBefore, "x", true))
	}
}

// firstOfLanes is what Outgoing has to give.
func firstOfLanes(rows []*modelRow, now time.Time) []string {
	ids, lanes := []string{}, []string{}
	for _, m := range rows {
		if m.closed || slices.Contains(lanes, m.lane) {
			continue
		}
		lanes = append(lanes, m.lane)
		if !m.notBefore.After(now) {
			ids = append(ids, m.id)
		}
	}
	return ids
}
