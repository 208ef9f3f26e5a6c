package dispatch

import (
	"context"
	"fmt"
	"testing"
	"time"

	"firstline/triage"
)

func TestTimersFireOnceInOrder(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		in := message(fmt.Sprint("m", i), fmt.Sprint("t", i), "howto x")
		in.At = b.now.Add(time.Duration(5-i) * time.Minute)
		b.accept(in)
	}
	b.drain()
	b.now = b.now.Add(20 * 24 * time.Hour) // a long stop: every nudge and every close is due
	var order []string
	b.cfg.Metrics.Moved = func(_, to triage.Status) {
		b.mu.Lock()
		defer b.mu.Unlock()
		order = append(order, string(to))
	}
	for _, d := range []*Dispatcher{b.another(), b.another()} {
		if err := d.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		c := b.caseOf(fmt.Sprint("t", i))
		same(t, "status", []any{c.Status, c.Outcome, len(c.Timers)}, []any{triage.StatusClosed, triage.OutcomeSilent, 0})
		events, err := b.store.Events(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, ev := range events {
			if ev.Kind == triage.EventTimer {
				names = append(names, ev.Timer)
			}
		}
		same(t, "timers of a case", names, []string{triage.TimerNudge, triage.TimerClose})
		replayed(t, b, c.ID)
	}
	same(t, "moves", order, []string{"closed", "closed", "closed", "closed", "closed"})
	if _, ok, err := b.store.NextTimer(t.Context()); ok || err != nil {
		t.Errorf("a timer is left (%v)", err)
	}
}

func TestStartedDispatcherFiresTimers(t *testing.T) {
	closed := make(chan struct{})
	b := newBench(t, func(c *Config) {
		c.Now = time.Now
		c.Policy.NudgeAfter, c.Policy.CloseAfter = time.Millisecond, 20*time.Millisecond
		c.Metrics.Moved = func(_, to triage.Status) {
			if to == triage.StatusClosed {
				close(closed)
			}
		}
	})
	b.d.Start()
	b.d.Start() // a second time is nothing
	in := message("m1", "A", "howto x")
	in.At = time.Now()
	b.accept(in)
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Fatal("the case was never closed")
	}
	if err := b.d.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := b.d.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	same(t, "outbox", b.effects("K1"), []string{"fake:C:A say intro propose.first plain propose.ask", "fake:C:A say nudge"})
}
