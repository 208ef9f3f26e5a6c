package dispatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store/sqlite"
	"firstline/triage"
)

func TestPanicIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.words.panic["bad"] = 3
	b.play(message("m1", "A", "bad"), message("m2", "A", "after"), message("m3", "B", "beside"))
	same(t, "words", b.texts("A"), []string{"bad", "after"})
	same(t, "words of another conversation", b.texts("B"), []string{"beside"})
	same(t, "dropped", len(b.dropped), 0)
}

func TestUnderstandingThatAlwaysPanicsLosesNoMessage(t *testing.T) {
	b := newBench(t)
	b.words.panic["bad"] = 1 << 30
	b.play(message("m1", "A", "bad"))
	same(t, "words", b.texts("A"), []string{"bad"})
	same(t, "dropped", len(b.dropped), 0)
}

func TestSearchThatFailsCallsAPerson(t *testing.T) {
	b := newBench(t)
	b.words.fixes = errors.New("index is gone")
	b.play(message("m1", "A", "howto x"))
	c := b.caseOf("A")
	same(t, "case", []any{c.Status, c.Handoff != nil}, []any{triage.StatusHandedOff, true})
}

// A turn that cannot be decided is given up loudly and holds up nobody: neither
// its own conversation for ever nor another one at all.
func TestHopelessTurnIsDropped(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MaxAttempts = 3 })
	b.play(message("m1", "A", "hi"), message("m1b", "B", "hi"))
	spoil(t, b, `UPDATE cases SET body = '{' WHERE id = '`+b.caseOf("A").ID+`'`)
	b.play(message("m2", "A", "more"), message("m3", "B", "more"))
	same(t, "dropped", b.dropped, []string{"corrupt"})
	same(t, "words of the other conversation", b.texts("B"), []string{"hi", "more"})
	same(t, "pending", b.depths(), 0)
}

func TestCorruptEventIsDropped(t *testing.T) {
	b := newBench(t)
	b.accept(message("m1", "A", "hi"), message("m2", "A", "lost"), message("m3", "A", "more"))
	spoil(t, b, `UPDATE inbox SET body = 'x' WHERE event_id = 'm2'`)
	b.drain()
	same(t, "dropped", b.dropped, []string{"corrupt"})
	same(t, "words", b.texts("A"), []string{"hi", "more"})
	same(t, "pending", b.depths(), 0)
}

func TestTimerOfACorruptCaseIsDropped(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MaxAttempts = 2 })
	b.play(message("m1", "A", "hi"), message("m2", "B", "hi"))
	spoil(t, b, `UPDATE cases SET body = '{' WHERE id = '`+b.caseOf("A").ID+`'`)
	b.now = b.now.Add(1000 * time.Hour)
	b.drain()
	same(t, "dropped", b.dropped, []string{"corrupt"})
	same(t, "the other case", b.caseOf("B").Status, triage.StatusClosed)
	if _, ok, err := b.store.NextTimer(t.Context()); ok || err != nil {
		t.Errorf("a timer is left (%v)", err)
	}
}

// spoil changes the file behind the store's back.
func spoil(t *testing.T, b *bench, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+b.path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

// While the store is down nothing is counted and nothing is lost.
func TestStoreDownIsWaitedFor(t *testing.T) {
	var s *broken
	b := newBench(t, func(c *Config) { s = &broken{Store: c.Store}; c.Store, c.MaxAttempts = s, 2 })
	b.accept(message("m1", "A", "hi"), message("m2", "A", "more"))
	s.set(true)
	for range 5 {
		if err := b.d.Drain(t.Context()); !errors.Is(err, errDown) {
			t.Fatalf("drain: %v, want %v", err, errDown)
		}
	}
	rows, err := b.store.Pending(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "pending and attempts", []int{len(rows), rows[0].Attempts}, []int{2, 0})
	s.set(false)
	b.drain()
	same(t, "words", b.texts("A"), []string{"hi", "more"})
	same(t, "dropped", len(b.dropped), 0)
}

// A started dispatcher goes on by itself when a failed turn may be tried again.
func TestStartedDispatcherTriesAgain(t *testing.T) {
	done := make(chan struct{})
	b := newBench(t, func(c *Config) {
		c.Backoff = func(int) time.Duration { return time.Millisecond }
		c.Metrics.Turn = func(triage.EventKind, time.Duration) { close(done) }
	})
	b.words.panic["bad"] = 4
	b.d.Start()
	b.accept(message("m1", "A", "bad"))
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the turn was not tried again")
	}
	if err := b.d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "words", b.texts("A"), []string{"bad"})
}

// Stop cuts off a turn that does not end; it is done again later.
func TestStopCutsOff(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Workers = 1 })
	reading, stopped := make(chan struct{}), make(chan struct{})
	b.words.gate = func(string) { close(reading); <-stopped }
	b.d.Start()
	b.accept(message("m1", "A", "slow"), message("m2", "B", "next"))
	<-reading
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := make(chan error)
	go func() { ended <- b.d.Stop(ctx) }()
	close(stopped) // a reading that ends late
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b.words.gate = nil
	b.drain()
	same(t, "words", []string{b.texts("A")[0], b.texts("B")[0]}, []string{"slow", "next"})
	events, err := b.store.Events(t.Context(), b.caseOf("A").ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "events", len(events), 1)
}

// More may wait than fits into memory with its content.
func TestLongBacklogKeepsOrder(t *testing.T) {
	b := newBench(t)
	const n = maxBodies + 300
	var all []bot.Inbound
	for i := range n {
		all = append(all, message(fmt.Sprint("m", i), "A", fmt.Sprint("hi ", i)))
	}
	if _, err := b.store.Accept(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	b.drain()
	events, err := b.store.Events(t.Context(), "K1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ev := range events {
		if ev.Kind == triage.EventMessage {
			got = append(got, ev.ID)
		}
	}
	var want []string
	for i := range n {
		want = append(want, fmt.Sprint("m", i))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d events, want %d in order", len(got), n)
	}
}

func TestConfigIsChecked(t *testing.T) {
	_, err := New(Config{})
	for _, what := range []string{"Store", "Understander", "Fixes", "Policy", "Desk"} {
		if err == nil || !slices.Contains(lines(err), "dispatch: "+what+" is missing") {
			t.Errorf("error %v does not name %s", err, what)
		}
	}
}

func lines(err error) []string {
	var out []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		out = append(out, e.Error())
	}
	return out
}

// BenchmarkTurn measures whole turns: accepted, read, decided and committed, on
// a file, with group commit and without. Half of the turns open a case, half
// go on with one.
//
//	go test -run '^$' -bench Turn ./bot/dispatch
func BenchmarkTurn(b *testing.B) {
	for _, c := range []struct {
		name string
		max  int
	}{{"group", 256}, {"one-by-one", 1}} {
		for _, workers := range []int{4, 64} {
			b.Run(fmt.Sprintf("%s/workers=%d", c.name, workers), func(b *testing.B) { benchTurn(b, c.max, workers) })
		}
	}
}

func benchTurn(b *testing.B, group, workers int) {
	st, err := sqlite.Open(filepath.Join(b.TempDir(), "x.db"), sqlite.MaxBatch(group))
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	catalogue, err := triage.DefaultCatalogue()
	if err != nil {
		b.Fatal(err)
	}
	script := &words{panic: map[string]int{}}
	d, err := New(Config{
		Store: st, Understander: script, Fixes: script, Policy: triage.DefaultPolicy(catalogue, []string{"en"}),
		Desk: bot.Address{Platform: "fake", Channel: "desk"}, Workers: workers,
		Now: func() time.Time { return message("", "", "").At }, // no timer is due
	})
	if err != nil {
		b.Fatal(err)
	}
	var all []bot.Inbound
	for i := range b.N {
		all = append(all, message(fmt.Sprint("m", i), fmt.Sprint("t", i/2), "howto prepare for more viewers than usual"))
	}
	for chunk := range slices.Chunk(all, 500) {
		if _, err := st.Accept(b.Context(), chunk); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	if err := d.Drain(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
	if inbox, _, _, err := st.Depths(b.Context()); err != nil || inbox != 0 {
		b.Fatalf("%d events are pending (%v)", inbox, err)
	}
}

// While events of a conversation wait they stay in one lane, even when it
// becomes known meanwhile that it belongs to another's.
func TestConversationKeepsItsLane(t *testing.T) {
	var s schedule
	s.init(backoff, func(int, int) {})
	s.setOpen(true)
	s.add("desk:7", &item{seq: 1, conv: "desk:7"})
	s.add("customer", &item{seq: 2, conv: "desk:7"})
	s.add("customer", &item{seq: 3, conv: "customer"})
	same(t, "waiting in each lane", []int{len(s.lanes["desk:7"].items), len(s.lanes["customer"].items)}, []int{2, 1})
	for range 3 {
		name, it, _ := s.next()
		s.finish(name, it, result{})
	}
	s.add("customer", &item{seq: 4, conv: "desk:7"})
	same(t, "lanes, when nothing waited any more", []int{len(s.lanes), len(s.lanes["customer"].items), s.size()}, []int{1, 1, 1})
}
