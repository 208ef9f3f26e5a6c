package openai

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// cut announces a whole answer and breaks the line in the middle of it.
func cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	_, _ = w.Write([]byte(`{"choices":[`))
	panic(http.ErrAbortHandler)
}

func TestFailures(t *testing.T) {
	status := func(code int, fields map[string]any) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { refuses(w, code, fields) }
	}
	html := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte("<html>hello from the proxy</html>"))
		}
	}
	finish := func(text, reason string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { reply200(w, choice(text, reason)) }
	}
	for _, tc := range []struct {
		name     string
		answer   func(http.ResponseWriter)
		want     error
		fault    Fault
		requests int
	}{
		{"wrong key", status(401, map[string]any{"message": "Incorrect API key provided: " + testKey}), ErrDown, FaultKey, 1},
		{"forbidden", status(403, nil), ErrDown, FaultKey, 1},
		{"no such model", status(404, map[string]any{"code": "model_not_found", "message": "The model does not exist"}), ErrDown, FaultModel, 1},
		{"bad request", status(400, nil), ErrDown, FaultRequest, 1},
		{"too large", status(413, nil), ErrDown, FaultRequest, 1},
		{"rate limit", status(429, nil), ErrDown, FaultLimited, 3},
		{"quota", status(429, map[string]any{"code": "insufficient_quota"}), ErrDown, FaultLimited, 1},
		{"500", status(500, nil), ErrDown, FaultServer, 3},
		{"503 of a proxy", html(503), ErrDown, FaultServer, 3},
		{"page of a proxy", html(200), ErrDown, FaultNotAPI, 1},
		{"login page", func(w http.ResponseWriter) { w.Header().Set("Location", "/login"); w.WriteHeader(302) }, ErrDown, FaultNotAPI, 1},
		{"307 elsewhere", func(w http.ResponseWriter) { w.Header().Set("Location", "http://203.0.113.1/"); w.WriteHeader(307) }, ErrDown, FaultNotAPI, 1},
		{"cut line", cut, ErrDown, FaultCut, 3},
		{"empty body", func(http.ResponseWriter) {}, ErrDown, FaultCut, 3},
		{"endless", func(w http.ResponseWriter) {
			for range maxAnswer>>20 + 1 {
				_, _ = w.Write([]byte(strings.Repeat(" ", 1<<20)))
			}
		}, ErrDown, FaultNotAPI, 1},
		{"no choice", func(w http.ResponseWriter) { reply200(w) }, ErrNonsense, FaultEmpty, 1},
		{"nothing said", finish("", "stop"), ErrNonsense, FaultEmpty, 1},
		{"blank", finish(`{"translation":"  "}`, "stop"), ErrNonsense, FaultEmpty, 1},
		{"cut short", finish(`{"translation":"hel`, "length"), ErrNonsense, FaultLength, 1},
		{"filtered", finish("", "content_filter"), ErrRefused, FaultFilter, 1},
		{"filtered by Azure", status(400, map[string]any{"code": "content_filter"}), ErrRefused, FaultFilter, 1},
		{"refusal", func(w http.ResponseWriter) {
			reply200(w, map[string]any{"message": map[string]any{"role": "assistant", "content": nil, "refusal": "I cannot say hello"}, "finish_reason": "stop"})
		}, ErrRefused, "", 1},
		{"placeholder never given", finish(`{"translation":"call [PHONE_7]"}`, "stop"), ErrNonsense, FaultPlaceholder, 1},
		{"wrong type", finish(`{"translation":["hello"]}`, "stop"), ErrNonsense, FaultShape, 3},
		{"null", finish(`null`, "stop"), ErrNonsense, FaultShape, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) { tc.answer(w) })
			err := translate(t, client(t, f, nil))
			e, ok := errors.AsType[*Error](err)
			if !ok || !errors.Is(err, tc.want) || e.Fault != tc.fault {
				t.Fatalf("got %v, want %v (%s)", err, tc.want, tc.fault)
			}
			if n := len(f.seen()); n != tc.requests {
				t.Errorf("%d requests, want %d", n, tc.requests)
			}
			for _, never := range []string{"hello", testKey, "Incorrect", "proxy", "203.0.113.1"} {
				if strings.Contains(err.Error(), never) {
					t.Errorf("the error tells %q: %v", never, err)
				}
			}
		})
	}
}

func TestNoConnection(t *testing.T) {
	f := newFake(t, nil)
	f.Close()
	err := translate(t, client(t, f, nil))
	if e, _ := errors.AsType[*Error](err); !errors.Is(err, ErrDown) || e.Fault != FaultConnect {
		t.Errorf("got %v, want no connection", err)
	}
}

// TestRetries goes on after two failures of any kind, not after three.
func TestRetries(t *testing.T) {
	broken := []func(http.ResponseWriter){
		func(w http.ResponseWriter) { refuses(w, 502, nil) }, cut,
		func(w http.ResponseWriter) { w.Header().Set("Retry-After", "0.01"); refuses(w, 429, nil) },
	}
	for failures, want := range []error{nil, nil, nil, ErrDown} {
		f := newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
			if a.N < failures {
				broken[a.N%len(broken)](w)
				return
			}
			says(w, hello)
		})
		if err := translate(t, client(t, f, nil)); !errors.Is(err, want) {
			t.Errorf("after %d failures: %v, want %v", failures, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	limited := func(header, value string) *fake {
		return newFake(t, func(w http.ResponseWriter, _ *http.Request, a ask) {
			if a.N == 0 {
				w.Header().Set(header, value)
				refuses(w, 429, nil)
				return
			}
			says(w, hello)
		})
	}
	for _, header := range []string{"Retry-After", "Retry-After-Ms"} {
		value := map[string]string{"Retry-After": "0.05", "Retry-After-Ms": "50"}[header]
		started := time.Now()
		if err := translate(t, client(t, limited(header, value), nil)); err != nil {
			t.Errorf("%s: %v", header, err)
		}
		if took := time.Since(started); took < 50*time.Millisecond {
			t.Errorf("%s: asked again after %v, want not before 50 ms", header, took)
		}
	}
	for _, value := range []string{"60", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)} {
		f, started := limited("Retry-After", value), time.Now()
		err := translate(t, client(t, f, nil))
		if !errors.Is(err, ErrDown) || len(f.seen()) != 1 || time.Since(started) > 2*time.Second {
			t.Errorf("Retry-After %s: %v after %d requests and %v; want an error at once", value, err, len(f.seen()), time.Since(started))
		}
	}
}

// hang answers nothing, or something and then nothing, until the caller leaves.
func hang(first string) func(http.ResponseWriter, *http.Request, ask) {
	return func(w http.ResponseWriter, r *http.Request, _ ask) {
		if first != "" {
			_, _ = w.Write([]byte(first))
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}
}

// TestLate holds the budget whatever the server does.
func TestLate(t *testing.T) {
	const budget = 150 * time.Millisecond
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, ask){
		"no headers": hang(""), "half a body": hang(`{"choices":[`),
		"a drop at a time": func(w http.ResponseWriter, r *http.Request, _ ask) {
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(5 * time.Millisecond)
			}
		},
		"an error that does not end": func(w http.ResponseWriter, r *http.Request, a ask) {
			w.WriteHeader(500)
			hang(`{"error":`)(w, r, a)
		},
		"failures with long pauses": func(w http.ResponseWriter, _ *http.Request, a ask) {
			w.Header().Set("Retry-After", "0.1")
			refuses(w, 503, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, answer)
			started := time.Now()
			err := translate(t, client(t, f, func(c *Config) { c.Timeout = budget }))
			if !errors.Is(err, ErrLate) && !errors.Is(err, ErrDown) {
				t.Errorf("got %v, want late", err)
			}
			if took := time.Since(started); took > budget+time.Second {
				t.Errorf("took %v of %v", took, budget)
			}
		})
	}
}

// TestLateInQueue counts the wait for a slot.
func TestLateInQueue(t *testing.T) {
	f := newFake(t, hang(""))
	c := client(t, f, func(c *Config) { c.Timeout, c.Concurrency = 100*time.Millisecond, 1 })
	errs := make(chan error, 3)
	for range cap(errs) {
		go func() { _, err := c.Translate(context.Background(), "hello", "en", "th"); errs <- err }()
	}
	for range cap(errs) {
		if err := <-errs; !errors.Is(err, ErrLate) {
			t.Errorf("got %v, want late", err)
		}
	}
}

// TestCaller keeps the caller's deadline and tells a caller that left from a server that is late.
func TestCaller(t *testing.T) {
	f := newFake(t, hang(""))
	c := client(t, f, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Translate(ctx, "hello", "en", "th"); !errors.Is(err, ErrLate) {
		t.Errorf("the caller's deadline: %v, want late", err)
	}
	ctx, leave := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, leave)
	if _, err := c.Translate(ctx, "hello", "en", "th"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrLate) {
		t.Errorf("a caller that left: %v, want cancelled", err)
	}
}

// TestConcurrency has no more requests at the server than allowed.
func TestConcurrency(t *testing.T) {
	busy := make(chan struct{}, 2)
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request, _ ask) {
		select {
		case busy <- struct{}{}:
			time.Sleep(5 * time.Millisecond)
			<-busy
		default:
			t.Error("a third request at the same time")
		}
		says(w, hello)
	})
	c := client(t, f, func(c *Config) { c.Concurrency = 2 })
	done := make(chan error)
	for range 8 {
		go func() { _, err := c.Translate(context.Background(), "hello", "en", "th"); done <- err }()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
