package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// sick is a server that does what its state says.
func sick(t *testing.T) (*fake, *atomic.Value) {
	t.Helper()
	var state atomic.Value
	state.Store("500")
	return newFake(t, func(w http.ResponseWriter, r *http.Request, a ask) {
		switch state.Load() {
		case "ok":
			says(w, hello)
		case "hang":
			hang("")(w, r, a)
		case "400":
			refuses(w, 400, nil)
		default:
			refuses(w, 500, nil)
		}
	}), &state
}

func TestBreaker(t *testing.T) {
	var l log
	f, state := sick(t)
	c := client(t, f, logged(&l))
	state.Store("ok")
	for range 5 { // ten are looked at
		_ = translate(t, c)
	}
	state.Store("500")
	for range 3 {
		_ = translate(t, c)
	}
	n := len(f.seen())
	if n != 10 {
		t.Errorf("%d requests before it opened, want 5 good and 5 bad", n)
	}
	started := time.Now()
	if err := translate(t, c); !errors.Is(err, ErrOpen) || len(f.seen()) != n || time.Since(started) > time.Second {
		t.Errorf("open: %v, %d requests more", err, len(f.seen())-n)
	}

	time.Sleep(testRest + testRest/10)
	if err := translate(t, c); err == nil || len(f.seen()) != n+1 {
		t.Errorf("half-open: %v and %d requests, want a failure of one", err, len(f.seen())-n)
	}
	if err := translate(t, c); !errors.Is(err, ErrOpen) {
		t.Errorf("open again: %v", err)
	}

	time.Sleep(testRest + testRest/10)
	state.Store("ok")
	for range 2 {
		if err := translate(t, c); err != nil {
			t.Errorf("well again: %v", err)
		}
	}
	for _, want := range []string{"breaker open", "breaker half-open", "breaker closed", "asked translation open"} {
		if !strings.Contains(l.String(), want+"\n") {
			t.Errorf("not told: %s", want)
		}
	}
}

// TestBreakerNotOurs does not count what says nothing of the server.
func TestBreakerNotOurs(t *testing.T) {
	f, state := sick(t)
	c := client(t, f, func(c *Config) { c.Timeout = time.Second })
	state.Store("400")
	for range 12 {
		if err := translate(t, c); !errors.Is(err, ErrDown) {
			t.Fatalf("a bad request: %v", err)
		}
	}
	state.Store("hang")
	for range 6 {
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Millisecond, leave)
		if _, err := c.Translate(ctx, "hello", "en", "th"); !errors.Is(err, context.Canceled) {
			t.Fatalf("a caller that left: %v", err)
		}
	}
	for range 6 {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		if _, err := c.Translate(ctx, "hello", "en", "th"); !errors.Is(err, ErrLate) {
			t.Fatalf("a caller in a hurry: %v", err)
		}
		cancel()
	}
	state.Store("ok")
	if err := translate(t, c); err != nil {
		t.Errorf("the breaker is not closed: %v", err)
	}
}

// TestBreakerHang opens on a server that lets the budgets pass.
func TestBreakerHang(t *testing.T) {
	f, state := sick(t)
	state.Store("hang")
	c := client(t, f, func(c *Config) { c.Timeout = 20 * time.Millisecond })
	c.guard = newGuard(4, usual, func(string) {})
	for range 10 {
		_ = translate(t, c)
	}
	if err := translate(t, c); !errors.Is(err, ErrOpen) {
		t.Errorf("got %v, want open", err)
	}
}

// TestBreakerTrialLeft keeps it open when the one that was let through went away,
// and does not lose the next one.
func TestBreakerTrialLeft(t *testing.T) {
	f, state := sick(t)
	c := client(t, f, nil)
	for range 4 {
		_ = translate(t, c)
	}
	time.Sleep(testRest + testRest/10)
	state.Store("hang")
	ctx, leave := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, leave)
	if _, err := c.Translate(ctx, "hello", "en", "th"); !errors.Is(err, context.Canceled) {
		t.Fatalf("the trial: %v", err)
	}
	state.Store("ok")
	if err := translate(t, c); !errors.Is(err, ErrOpen) {
		t.Errorf("after the trial: %v, want open", err)
	}
	time.Sleep(testRest + testRest/10)
	if err := translate(t, c); err != nil {
		t.Errorf("the next trial: %v", err)
	}
}

// TestBreakerOpenAtOnce does not wait for a slot to say that it is open.
func TestBreakerOpenAtOnce(t *testing.T) {
	f := newFake(t, hang(""))
	arrived := make(chan struct{})
	inner := f.answer
	f.answer = func(w http.ResponseWriter, r *http.Request, a ask) { close(arrived); inner(w, r, a) }
	c := client(t, f, func(c *Config) { c.Concurrency = 1 })
	c.guard = newGuard(1, usual, func(string) {})
	ctx, leave := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _, _ = c.Translate(ctx, "hello", "en", "th") }()
	<-arrived
	c.guard.breaker.Open()
	started := time.Now()
	if err := translate(t, c); !errors.Is(err, ErrOpen) || time.Since(started) > c.cfg.Timeout/2 {
		t.Errorf("got %v after %v, want open at once", err, time.Since(started))
	}
	leave()
	<-done
}
