package deliver

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/triage"
)

func TestOrderWithinALane(t *testing.T) {
	b := newBench(t)
	b.queue("A", hello("1"), hello("2"), hello("3"))
	b.queue("A", hello("4"))
	b.drain()
	b.arrived("fake:C:A 1", "fake:C:A 2", "fake:C:A 3", "fake:C:A 4")
	r := b.row("o2")
	same(t, "row", []any{r.State, r.MessageID, r.Address}, []any{store.StateSent, "p2", "fake:C:A"})
	out := b.p.outs[0]
	same(t, "message", []any{out.ID, out.Lang}, []any{"o1", "th"})
	b.drain()
	b.arrived()
}

// A lane whose platform call hangs must not hold up another.
func TestLanesRunBesideEachOther(t *testing.T) {
	b := newBench(t)
	second := make(chan struct{})
	b.p.gate = func(out bot.Outbound) {
		switch out.Text {
		case "first":
			<-second
		case "second":
			close(second)
		}
	}
	b.queue("A", hello("first"))
	b.queue("B", hello("second"))
	b.drain()
	b.arrived("fake:C:B second", "fake:C:A first")
}

func TestWorkersAreBounded(t *testing.T) {
	busy, most := make(chan struct{}, 100), 0
	b := newBench(t, func(c *Config) {
		c.Workers = 3
		c.Metrics.Lanes = func(n int) { most = max(most, n) }
	})
	b.p.gate = func(bot.Outbound) { busy <- struct{}{}; <-busy }
	for i := range 20 {
		b.queue(fmt.Sprint("K", i), hello("x"))
	}
	b.drain()
	same(t, "most lanes at once", most, 3)
	same(t, "sent", len(b.p.sent), 20)
}

func TestRetryGrowsAndIsDue(t *testing.T) {
	b := newBench(t)
	b.p.script["1"] = []error{fail(bot.ClassRetry), fail(bot.ClassRetry), fail(bot.ClassRetry)}
	b.queue("A", hello("1"), hello("2"))
	for i, wait := range []time.Duration{750 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second} {
		b.drain()
		b.arrived()
		r := b.row("o1")
		same(t, "row", []any{r.State, r.Attempts, r.NotBefore.Sub(b.now), r.Error}, []any{store.StateQueued, i + 1, wait, "retry: code_x"})
		b.now = b.now.Add(wait)
	}
	b.drain()
	b.arrived("fake:C:A 1", "fake:C:A 2")
}

func TestRateLimitCountsForNothing(t *testing.T) {
	b := newBench(t)
	b.p.script["1"] = []error{&bot.SendError{Class: bot.ClassLimited, After: 7 * time.Second, Err: errors.New("ratelimited")}, fail(bot.ClassLimited)}
	b.queue("A", hello("1"))
	b.drain()
	r := b.row("o1")
	same(t, "row", []any{r.Attempts, r.NotBefore.Sub(b.now)}, []any{0, 7 * time.Second})
	b.now = b.now.Add(7 * time.Second)
	b.drain()
	same(t, "without a time", b.row("o1").NotBefore.Sub(b.now), time.Second)
	b.now = b.now.Add(time.Second)
	b.drain()
	b.arrived("fake:C:A 1")
}

func TestRefusedForGoodIsDeadAndTheLaneGoesOn(t *testing.T) {
	for _, class := range []bot.Class{bot.ClassInvalid, bot.ClassGone} {
		b := newBench(t)
		b.p.script["1"] = []error{fail(class)}
		b.queue("A", hello("1"), hello("2"))
		b.drain()
		b.arrived("fake:C:A 2")
		r := b.row("o1")
		same(t, "row", []any{r.State, strings.Contains(r.Error, string(class))}, []any{store.StateDead, true})
		same(t, "dead", b.dead, []string{string(class)})
		if !strings.Contains(b.log.String(), `level=ERROR msg="message given up"`) {
			t.Errorf("nothing in the log: %s", b.log.String())
		}
	}
}

func TestRefusedTokenIsTriedForEver(t *testing.T) {
	b := newBench(t)
	b.p.script["1"] = slices.Repeat([]error{fail(bot.ClassAuth)}, 10)
	b.queue("A", hello("1"))
	for range 10 {
		b.drain()
		b.now = b.now.Add(30 * time.Second)
	}
	same(t, "times logged in five minutes", strings.Count(b.log.String(), "the platform refuses us"), 5)
	b.now = b.now.Add(1000 * time.Hour)
	b.drain()
	b.arrived("fake:C:A 1")
	same(t, "attempts", b.row("o1").Attempts, 0)
}

func TestTooOldIsGivenUp(t *testing.T) {
	b := newBench(t, func(c *Config) { c.MinAttempts = 3 })
	b.p.script["1"] = slices.Repeat([]error{fail(bot.ClassRetry)}, 100)
	b.p.script["note"] = slices.Repeat([]error{fail(bot.ClassRetry)}, 100)
	b.queue("A", hello("1"), hello("2"), say(triage.ToDesk, "note"))
	b.now = b.now.Add(30 * time.Hour) // the program was down: age alone gives nothing up
	for range 3 {
		same(t, "state", b.row("o1").State, store.StateQueued)
		b.drain()
		b.now = b.now.Add(time.Minute)
	}
	same(t, "state", b.row("o1").State, store.StateDead)
	same(t, "state of a row for the desk", b.row("o3").State, store.StateQueued)
	b.drain()
	b.arrived("fake:C:A 2")
	same(t, "dead", b.dead, []string{"too_old"})
}

// An answer that got lost: the platform is asked before anything is sent again.
func TestUnclearIsLookedFor(t *testing.T) {
	b := newBench(t)
	b.p.script["1"] = []error{errLost}
	b.p.script["2"] = []error{fail(bot.ClassUnclear)}
	b.queue("A", hello("1"), hello("2"))
	b.drain()
	b.now = b.now.Add(time.Minute)
	b.p.find = fail(bot.ClassLimited) // it cannot be asked now
	b.drain()
	if r := b.row("o1"); !strings.HasPrefix(r.Error, "unclear: ") || r.State != store.StateQueued {
		t.Errorf("row %+v, want it to stay unclear", r)
	}
	b.p.find = nil
	for range 3 {
		b.now = b.now.Add(time.Minute)
		b.drain()
	}
	b.arrived("fake:C:A 1", "fake:C:A 2")
	same(t, "message id found", b.row("o1").MessageID, "p1")
}

// A process died after the platform took a message: found is sent, with the link.
func TestAfterACrash(t *testing.T) {
	b := newBench(t)
	b.queue("A", card(triage.StatusHandedOff), hello("1"))
	if err := b.store.Sending(t.Context(), []int64{b.row("o1").Seq, b.row("o2").Seq}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.p.Send(t.Context(), bot.Outbound{ID: "o1", To: b.cfg.Desk, Text: "card"}); err != nil {
		t.Fatal(err)
	}
	b.drain()
	b.arrived("fake:desk: card", "fake:C:A 1")
	link, err := b.store.LinkOf(t.Context(), "A", store.RoleDesk)
	if err != nil || link.Conversation != "fake:desk:p1" {
		t.Errorf("link %+v (%v), want the thread of the card that had arrived", link, err)
	}
}

func TestPlatformThatCannotLook(t *testing.T) {
	b := newBench(t)
	b.cfg.Platforms = map[string]bot.Platform{"fake": b.p}
	b.d = b.another()
	b.p.script["1"] = []error{errLost}
	b.queue("A", hello("1"))
	b.drain()
	b.now = b.now.Add(time.Minute)
	b.drain()
	b.arrived("fake:C:A 1", "fake:C:A 1") // the window that the package comment states
	if !strings.Contains(b.log.String(), "sent again without knowing") {
		t.Errorf("nothing in the log: %s", b.log.String())
	}
}

// What arrived and could not be noted is noted later, not sent again.
func TestFullDiskAfterASend(t *testing.T) {
	var s *flaky
	b := newBench(t, func(c *Config) { s = &flaky{Store: c.Store, down: true}; c.Store = s })
	b.cfg.Platforms = map[string]bot.Platform{"fake": b.p} // not even able to look
	b.d = b.another()
	b.queue("A", hello("1"), hello("2"))
	for range 3 {
		if err := b.drainErr(); !errors.Is(err, store.ErrFull) {
			t.Fatalf("drain: %v, want %v", err, store.ErrFull)
		}
	}
	s.down = false
	b.drain()
	b.arrived("fake:C:A 1", "fake:C:A 2")
	same(t, "message id", b.row("o1").MessageID, "p1")
}

func TestWhatCannotBeShownIsDead(t *testing.T) {
	b := newBench(t)
	b.p.script["boom"] = []error{errors.New("panic")}
	b.queue("A", hello("panic"), hello("bad"), triage.Effect{Kind: triage.EffectQuery}, hello("boom"), hello("fine"))
	b.drain()
	b.now = b.now.Add(time.Hour)
	b.drain()
	b.arrived("fake:C:A boom", "fake:C:A fine")
	same(t, "dead", b.dead, []string{"unshowable", "unshowable", "unshowable"})
}

func TestCorruptRowIsDead(t *testing.T) {
	b := newBench(t)
	b.queue("A", hello("1"), hello("2"))
	db, err := sql.Open("sqlite", "file:"+b.file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`UPDATE outbox SET body = 'x' WHERE id = 'o1'`); err != nil {
		t.Fatal(err)
	}
	b.drain()
	b.arrived("fake:C:A 2")
	same(t, "dead", b.dead, []string{"corrupt"})
}

func TestUnknownPlatformWaitsForAnOperator(t *testing.T) {
	b := newBench(t)
	b.queue("A", hello("1"))
	b.cfg.Platforms = map[string]bot.Platform{"other": b.p}
	d := b.d
	b.d = b.another()
	b.drain()
	same(t, "state", b.row("o1").State, store.StateQueued)
	b.d, b.now = d, b.now.Add(time.Minute)
	b.drain()
	b.arrived("fake:C:A 1")
}

func TestStartedDelivererIsWoken(t *testing.T) {
	sent := make(chan string, 10)
	b := newBench(t, func(c *Config) {
		c.Now, c.Poll, c.Backoff.Base = time.Now, time.Hour, 10*time.Millisecond
		c.Metrics.Sent = func(_ string, kind triage.EffectKind, _ time.Duration) { sent <- string(kind) }
	})
	b.p.script["1"] = []error{fail(bot.ClassRetry)} // goes on by its own timer
	b.d.Start()
	b.d.Start()
	b.queue("A", hello("1"))
	b.d.Wake()
	select {
	case <-sent:
	case <-time.After(time.Minute):
		t.Fatal("nothing was sent")
	}
	for range 2 {
		if err := b.d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.arrived("fake:C:A 1")
}

// Stop cuts a send off that does not end; the row is looked for afterwards.
func TestStopCutsOff(t *testing.T) {
	b := newBench(t)
	begun := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	b.p.gate = func(out bot.Outbound) {
		if out.Text == "1" {
			close(begun)
			<-ctx.Done()
		}
	}
	b.queue("A", hello("1"))
	b.d.Start()
	<-begun
	ended := make(chan error, 1)
	go func() { ended <- b.d.Stop(ctx) }()
	cancel()
	<-ended
	b.p.gate = nil
	b.drain()
	b.arrived("fake:C:A 1")
}

func TestConfigIsChecked(t *testing.T) {
	_, err := New(Config{})
	for _, what := range []string{"Store", "Platforms", "Renderer", "Desk"} {
		if err == nil || !strings.Contains(err.Error(), "deliver: "+what+" is missing") {
			t.Errorf("error %v does not name %s", err, what)
		}
	}
}

func TestBackoffIsBounded(t *testing.T) {
	b := Backoff{Base: time.Second, Max: time.Minute, Jitter: 0.5, Rand: func() float64 { return 1 }}
	for n, want := range map[int]time.Duration{0: 500 * time.Millisecond, 1: 500 * time.Millisecond, 2: time.Second, 7: 30 * time.Second, 1 << 40: 30 * time.Second} {
		if got := b.after(n); got != want {
			t.Errorf("after %d failures: %v, want %v", n, got, want)
		}
	}
}

// late is a store whose look into the outbox ends after something happened.
type late struct {
	Store
	then func()
}

func (s *late) Outgoing(ctx context.Context, now time.Time, limit int) ([]store.Outbox, error) {
	rows, err := s.Store.Outgoing(ctx, now, limit)
	if s.then != nil {
		s.then()
	}
	return rows, err
}

// A row that is sent while the outbox is looked into must not be sent again
// because it was still unsent at the beginning of the look.
func TestLookThatIsOvertaken(t *testing.T) {
	var s *late
	b := newBench(t, func(c *Config) { s = &late{Store: c.Store}; c.Store = s })
	b.cfg.Platforms = map[string]bot.Platform{"fake": b.p} // it cannot look
	b.d = b.another()
	begun, release := make(chan struct{}, 10), make(chan struct{})
	b.p.gate = func(bot.Outbound) { begun <- struct{}{}; <-release }
	b.queue("A", hello("1"))
	if _, err := b.d.runOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-begun
	s.then = func() {
		close(release)
		b.d.sends.Wait()
	}
	n, err := b.d.runOnce(t.Context())
	if err != nil || n != 1 {
		t.Errorf("%d lanes had something (%v), want the one at work", n, err)
	}
	b.d.sends.Wait()
	b.arrived("fake:C:A 1")
	s.then = nil
	b.queue("A", hello("2"))
	b.drain()
	b.arrived("fake:C:A 2")
}
