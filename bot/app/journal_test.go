package app_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/triage"
)

// journal is the program's log. A story can wait for turns in it, where what
// happens shows nothing to anybody.
type journal struct {
	*slog.TextHandler
	at *logged
}

// logged is what was written, of all loggers that descend from one journal.
type logged struct {
	mu      sync.Mutex
	changed chan struct{}
	text    bytes.Buffer
	turns   map[triage.EventKind]int
}

func newJournal() *journal {
	at := &logged{changed: make(chan struct{}), turns: map[triage.EventKind]int{}}
	return &journal{TextHandler: slog.NewTextHandler(at, nil), at: at}
}

// Write meets [io.Writer]; the handler calls it once a record.
func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line := string(p); strings.Contains(line, " msg=turn ") {
		_, rest, _ := strings.Cut(line, " kind=")
		kind, _, _ := strings.Cut(rest, " ")
		l.turns[triage.EventKind(kind)]++
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return l.text.Write(p)
}

// await waits until ready is true of what is written.
func (j *journal) await(t *testing.T, what string, ready func(text string, turns map[triage.EventKind]int) bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		j.at.mu.Lock()
		text, changed := j.at.text.String(), j.at.changed
		ok := ready(text, j.at.turns)
		j.at.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("not in the log within %v: %s; it says:\n%s", patience, what, text)
		}
	}
}

// handled waits until n events of a kind were handled since the start.
func (w *town) handled(kind triage.EventKind, n int) {
	w.t.Helper()
	w.journal.await(w.t, string(kind), func(_ string, turns map[triage.EventKind]int) bool { return turns[kind] >= n })
}

// leaks checks that the log holds no secret and nobody's words. After a failure
// it shows the log.
func (j *journal) leaks(t *testing.T, secrets ...string) {
	t.Helper()
	j.at.mu.Lock()
	defer j.at.mu.Unlock()
	if t.Failed() {
		t.Logf("the log:\n%s", &j.at.text)
	}
	for _, secret := range secrets {
		if strings.Contains(j.at.text.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// Enabled keeps what an operator sees by default.
func (j *journal) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
