package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
)

func acceptOnce(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	other := inbound("e1", "t")
	other.Address.Platform = "discord"
	same(t, "fresh", accept(t, s, inbound("e1", "t"), inbound("e2", "t"), inbound("e1", "t")), []bool{true, true, false})
	same(t, "fresh on another platform", accept(t, s, other, inbound("e2", "t")), []bool{true, false})
	if got := len(pending(t, s)); got != 3 {
		t.Errorf("%d rows pending, want 3", got)
	}
	commit(t, s, store.Turn{Inbox: []int64{pending(t, s)[0].Seq}})
	same(t, "fresh after it was settled", accept(t, s, inbound("e1", "t")), []bool{false})
	if got := len(pending(t, s)); got != 2 {
		t.Errorf("%d rows pending after one was settled, want 2", got)
	}
	same(t, "fresh of nothing", len(accept(t, s)), 0)
}

func acceptOrder(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	for i := range 20 {
		accept(t, s, inbound(numbered("e", i), numbered("t", i%3)))
	}
	rows := pending(t, s)
	for i, r := range rows {
		if r.In.ID != numbered("e", i) || i > 0 && r.Seq <= rows[i-1].Seq {
			t.Fatalf("row %d is %s with seq %d, want %s and a growing seq", i, r.In.ID, r.Seq, numbered("e", i))
		}
	}
	var got []string
	after := int64(0)
	for {
		page, err := s.Pending(t.Context(), after, 7)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			got = append(got, r.In.ID)
			after = r.Seq
		}
	}
	if len(got) != 20 || got[19] != numbered("e", 19) {
		t.Errorf("pages gave %v, want all 20 in order", got)
	}
}

func acceptConcurrent(t *testing.T, open func(t *testing.T) store.Store) {
	replicas := []store.Store{open(t), open(t)}
	const events, tries = 40, 4
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for i := range events {
		for k := range tries {
			wg.Go(func() {
				got, err := replicas[k%2].Accept(t.Context(), []bot.Inbound{inbound(numbered("e", i), "t")})
				if err != nil {
					t.Errorf("accept: %v", err)
				} else if got[0] {
					fresh.Add(1)
				}
			})
		}
	}
	wg.Wait()
	if got := fresh.Load(); got != events {
		t.Errorf("%d of %d deliveries were fresh, want %d", got, events*tries, events)
	}
	if got := len(pending(t, replicas[0])); got != events {
		t.Errorf("%d rows, want %d", got, events)
	}
}

func acceptWhole(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	in := inbound("e1", "1700000000.000100")
	in.At = time.Date(2026, 3, 29, 3, 0, 0, 123456789, time.FixedZone("x", 7*3600))
	in.Text = "กระตุก \u202e \x00 \"quoted\" \U0001F600"
	in.Files = []bot.File{{Name: "a b.log", URL: "https://x/y", Size: 7}}
	in.Fields = map[string]string{"scope": "all"}
	in.Person = bot.Person{ID: "U1", Name: "สมชาย", Locale: "th-TH", Zone: "Asia/Bangkok"}
	accept(t, s, in)
	got := pending(t, s)[0]
	in.At = in.At.UTC().Truncate(time.Microsecond)
	same(t, "event", got.In, in)
	same(t, "time", got.In.At.Format(time.RFC3339Nano), "2026-03-28T20:00:00.123456Z")
	same(t, "conversation", got.Conversation, in.Address.Key())
	same(t, "attempts", got.Attempts, 0)
}

func failed(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	accept(t, s, inbound("e1", "t"), inbound("e2", "t"))
	first, second := pending(t, s)[0].Seq, pending(t, s)[1].Seq
	must(t, s.Failed(t.Context(), first, "panic", false))
	must(t, s.Failed(t.Context(), first, "panic", false))
	same(t, "attempts", []int{pending(t, s)[0].Attempts, pending(t, s)[1].Attempts}, []int{2, 0})
	must(t, s.Failed(t.Context(), first, "panic", true))
	rows := pending(t, s)
	if len(rows) != 1 || rows[0].Seq != second {
		t.Errorf("pending after a drop: %+v, want the second row alone", rows)
	}
	same(t, "fresh after a drop", accept(t, s, inbound("e1", "t")), []bool{false})
	wantErr(t, "failing a dropped row", s.Failed(t.Context(), first, "x", false), store.ErrConflict)
	wantErr(t, "failing an unknown row", s.Failed(t.Context(), 1<<40, "x", false), store.ErrNotFound)
	wantErr(t, "settling a dropped row", s.Commit(t.Context(), []store.Turn{{Inbox: []int64{first}}})[0], store.ErrConflict)
}
