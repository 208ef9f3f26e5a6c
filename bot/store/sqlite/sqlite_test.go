package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"firstline/bot"
	"firstline/bot/store"
	"firstline/bot/store/storetest"
	"firstline/triage"
)

func TestConformance(t *testing.T) {
	paths := map[string]string{}
	storetest.Run(t, func(t *testing.T) store.Store {
		if paths[t.Name()] == "" {
			paths[t.Name()] = filepath.Join(t.TempDir(), "with ? and #.db")
		}
		return openAt(t, paths[t.Name()])
	})
}

func openAt(t testing.TB, path string, opts ...Option) *Store {
	t.Helper()
	s, err := Open(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openNew(t testing.TB, opts ...Option) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "firstline.db"), opts...)
}

func event(id string, text string) bot.Inbound {
	return bot.Inbound{ID: id, Kind: bot.KindMessage, Address: bot.Address{Platform: "slack", Channel: "C1", Thread: "t"}, Text: text}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := openAt(t, path)
	if err := s.one(t.Context(), func(x *tx) error {
		_, err := x.exec(`INSERT INTO migrations (number, name, at) VALUES (900, 'future', 0)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	for _, opts := range [][]Option{nil, {ReadOnly()}} {
		_, err := Open(path, opts...)
		e, ok := errors.AsType[*NewerError](err)
		if !ok || e.Have != 900 || e.Know >= 900 || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want a NewerError with 900 that names the file", err)
		}
	}
}

func TestPragmas(t *testing.T) {
	s := openNew(t)
	for _, c := range []struct {
		pragma      string
		write, read string
	}{
		{"journal_mode", "wal", "wal"}, {"synchronous", "2", "2"}, {"foreign_keys", "1", "1"}, {"query_only", "0", "1"}, {"busy_timeout", "5000", "5000"},
	} {
		var w, r string
		if err := s.one(t.Context(), func(x *tx) error { _, err := x.get("PRAGMA "+c.pragma, nil, &w); return err }); err != nil {
			t.Fatal(err)
		}
		if err := s.row(t.Context(), "PRAGMA "+c.pragma, nil, func(row scanner) error { return row.Scan(&r) }); err != nil {
			t.Fatal(err)
		}
		if w != c.write || r != c.read {
			t.Errorf("%s: writer %s, reader %s; want %s and %s", c.pragma, w, r, c.write, c.read)
		}
	}
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s := openAt(t, path)
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{path, path + "-wal"} {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", filepath.Base(f), info.Mode().Perm())
		}
	}
}

func TestReadOnlyBesideServing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := Open(path, ReadOnly()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: error %v, want %v", err, os.ErrNotExist)
	}
	serving := openAt(t, path)
	looking := openAt(t, path, ReadOnly())
	c := triage.Case{ID: "K1", Status: triage.StatusOpen}
	if err := serving.Commit(t.Context(), []store.Turn{{Case: &c}})[0]; err != nil {
		t.Fatal(err)
	}
	list, err := looking.Cases(t.Context(), store.Filter{})
	if err != nil || len(list) != 1 {
		t.Errorf("got %d cases and %v, want the one that was just committed", len(list), err)
	}
	if err := looking.Commit(t.Context(), []store.Turn{{Case: &c}})[0]; !errors.Is(err, ErrReadOnly) {
		t.Errorf("commit: %v, want %v", err, ErrReadOnly)
	}
	if err := looking.Ping(t.Context()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("ping: %v, want %v", err, ErrReadOnly)
	}
}

func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	openAt(t, path).Close()
	s := openAt(t, path, maxPages(60))
	big := strings.Repeat("x", 40_000)
	var err error
	n := 0
	for ; n < 100 && err == nil; n++ {
		_, err = s.Accept(t.Context(), []bot.Inbound{event(fmt.Sprint("e", n), big)})
	}
	if !errors.Is(err, store.ErrFull) {
		t.Fatalf("accept %d: error %v, want %v", n, err, store.ErrFull)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("ping: %v, want %v", err, store.ErrFull)
	}
	rows, err := s.Pending(t.Context(), 0, 100)
	if err != nil || len(rows) != n-1 {
		t.Errorf("%d events are there (%v), want the %d that were acknowledged", len(rows), err, n-1)
	}
	if err := s.one(t.Context(), func(x *tx) error { return nil }); err != nil {
		t.Errorf("the writer does not go on: %v", err)
	}
	// Space comes back.
	if _, err := s.w.conn.ExecContext(t.Context(), "PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping with space again: %v", err)
	}
	if _, err := s.Accept(t.Context(), []bot.Inbound{event("again", big)}); err != nil {
		t.Errorf("accept with space again: %v", err)
	}
}

// A large piece that does not fit must not take the small ones of its group down.
func TestFullDiskSparesTheSmall(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	openAt(t, path).Close()
	s := openAt(t, path, maxPages(60))
	insert := func(id string, size int) work {
		return func(x *tx) error {
			_, err := x.exec(`INSERT INTO inbox (platform, event_id, conversation, accepted_at, body) VALUES ('slack', ?, 'c', 0, ?)`, id, `"`+strings.Repeat("x", size)+`"`)
			return err
		}
	}
	errs := s.do(t.Context(), insert("small1", 10), insert("large", 1<<20), insert("small2", 10))
	if errs[0] != nil || !errors.Is(errs[1], store.ErrFull) || errs[2] != nil {
		t.Errorf("errors %v, want only the second to be %v", errs, store.ErrFull)
	}
}

func TestCorruptRows(t *testing.T) {
	s := openNew(t)
	ctx := t.Context()
	c := triage.Case{ID: "K1", Status: triage.StatusOpen, Symptoms: []triage.Fact{{Value: "stutter"}}}
	out := func(id, lane string) store.Outbox {
		return store.Outbox{ID: id, CaseID: "K1", Lane: lane, Platform: "slack", Effect: triage.Effect{Kind: triage.EffectRelay, MessageID: "m"}}
	}
	if _, err := s.Accept(ctx, []bot.Inbound{event("e1", ""), event("e2", ""), event("e3", "")}); err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(ctx, []store.Turn{{Case: &c, Events: []triage.Event{{ID: "e1"}}, Out: []store.Outbox{out("o1", "a"), out("o2", "b")},
		Links: []store.Link{{Conversation: "slack:C1:t", Role: store.RoleCustomer, CaseID: "K1"}}}})[0]; err != nil {
		t.Fatal(err)
	}
	spoil := func(query string) {
		t.Helper()
		if err := s.one(ctx, func(x *tx) error { _, err := x.exec(query); return err }); err != nil {
			t.Fatal(err)
		}
	}
	spoil(`UPDATE inbox SET body = '{"text":"secret' WHERE seq = 2`)
	spoil(`UPDATE cases SET body = '{"id":["secret"]}'`)
	spoil(`UPDATE events SET body = 'secret'`)
	spoil(`UPDATE outbox SET body = '{"kind":7}' WHERE id = 'o1'`)
	want := func(what, table, id string, err error) {
		t.Helper()
		e, ok := errors.AsType[*store.CorruptError](err)
		if !ok || e.Table != table || e.ID != id {
			t.Errorf("%s: error %v, want a CorruptError in %s with id %s", what, err, table, id)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells content: %v", what, err)
		}
	}
	rows, err := s.Pending(ctx, 0, 10)
	want("pending", "inbox", "2", err)
	if len(rows) != 2 || rows[1].In.ID != "e3" {
		t.Errorf("pending gave %+v, want the two that can be read", rows)
	}
	_, _, err = s.Case(ctx, "K1")
	want("case", "cases", "K1", err)
	_, _, _, err = s.CaseOf(ctx, "slack:C1:t")
	want("case of", "cases", "K1", err)
	_, err = s.Cases(ctx, store.Filter{})
	want("cases", "cases", "K1", err)
	_, err = s.Similar(ctx, triage.Case{ID: "K2", Symptoms: c.Symptoms}, 3)
	want("similar", "cases", "K1", err)
	_, err = s.Events(ctx, "K1")
	want("events", "events", "K1/1 (e1)", err)
	going, err := s.Outgoing(ctx, time.Now().Add(time.Hour), 10)
	want("outgoing", "outbox", "o1", err)
	if len(going) != 1 || going[0].ID != "o2" {
		t.Errorf("outgoing gave %+v, want the one that can be read", going)
	}
	_, err = s.Outbox(ctx, "K1")
	want("outbox", "outbox", "o1", err)
}

func TestPruneForgetsAfterAWeek(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := openNew(t, Now(func() time.Time { return now }), Keep(time.Hour)) // shorter than allowed
	ctx := t.Context()
	if _, err := s.Accept(ctx, []bot.Inbound{event("settled", "secret"), event("dropped", "kept"), event("pending", "kept")}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Commit(ctx, []store.Turn{{Inbox: []int64{1}}})[0], s.Failed(ctx, 2, "boom", true)); err != nil {
		t.Fatal(err)
	}
	bodies := func() string {
		var got []string
		if err := s.rows(ctx, `SELECT event_id, coalesce(json_extract(body, '$.text'), '-') FROM inbox ORDER BY seq`, nil, func(r scanner) error {
			var id, text string
			err := r.Scan(&id, &text)
			got = append(got, id+" "+text)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(got, ", ")
	}
	for _, c := range []struct {
		after time.Duration
		want  string
	}{
		{MinKeep - time.Second, "settled -, dropped kept, pending kept"},
		{2 * time.Second, "pending kept"},
		{1000 * time.Hour, "pending kept"},
	} {
		now = now.Add(c.after)
		prune(t, s)
		if got := bodies(); got != c.want {
			t.Errorf("rows %q, want %q", got, c.want)
		}
	}
}

// prune does what the writer does now and then; the writer must be idle.
func prune(t *testing.T, s *Store) {
	t.Helper()
	s.pruneAll()
}

func TestCloseAnswersEverybody(t *testing.T) {
	s := openNew(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	begun := make(chan struct{}, 1000)
	for i := range 200 {
		wg.Go(func() {
			begun <- struct{}{}
			_, err := s.Accept(context.Background(), []bot.Inbound{event(fmt.Sprint("e", i), "")})
			if err != nil && !errors.Is(err, ErrClosed) {
				t.Errorf("accept: %v, want nil or %v", err, ErrClosed)
			}
			if err == nil {
				mu.Lock()
				stored++
				mu.Unlock()
			}
		})
	}
	for range 50 {
		<-begun
	}
	path := dbPath(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	rows, err := openAt(t, path).Pending(t.Context(), 0, 1000)
	if err != nil || len(rows) != stored {
		t.Errorf("%d rows (%v), want the %d that were acknowledged", len(rows), err, stored)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("ping after close: %v, want %v", err, ErrClosed)
	}
	if _, err := s.Pending(t.Context(), 0, 1); err == nil {
		t.Error("reading after close gave no error")
	}
}

func dbPath(t *testing.T, s *Store) string {
	t.Helper()
	var seq int
	var name, file string
	if err := s.row(t.Context(), "PRAGMA database_list", nil, func(r scanner) error { return r.Scan(&seq, &name, &file) }); err != nil {
		t.Fatal(err)
	}
	return file
}

// Processes that start together on a new file wait for each other.
func TestMigrationsApplyOnceEach(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	var wg sync.WaitGroup
	for range 4 { // processes that start together
		wg.Go(func() {
			s, err := Open(path)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	list, err := listMigrations()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM migrations").Scan(&n); err != nil || n != len(list) {
		t.Errorf("%d migrations applied (%v), want %d", n, err, len(list))
	}
}
