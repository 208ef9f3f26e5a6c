// Package sqlite is the store on one SQLite file, through modernc.org/sqlite:
// no server, no cgo, nothing to install. It keeps every promise of package
// store; storetest proves them.
//
// # How it writes
//
// One goroutine owns the only writing connection. Accept, Commit, Sending,
// Sent, Retry, Dead, Failed and Ping hand it their work and wait. It takes all
// that has queued up, runs each piece in a savepoint of one transaction,
// commits once and answers everybody: under load a disk flush is shared by many
// (group commit), and alone nobody waits for company. A piece that fails is
// rolled back alone. When SQLite gives the whole transaction up, which it does
// when the disk is full, every piece is run again in a transaction of its own,
// so that a large one does not take the small ones down.
//
// The file is in WAL mode with synchronous=FULL: what a call reported as done
// survives a killed process and a power cut. Readers have connections of
// their own and never wait for the writer. Other processes may read the file,
// and write a little, while this one serves (they wait for each other up to
// the busy timeout); see [ReadOnly].
//
// # Failure
//
// A full disk is [store.ErrFull]. Once a write was refused for it, Ping writes
// a megabyte instead of a few bytes before it says that all is well again: on a
// full disk a small write may still fit into space that the log has already.
// A row that cannot be read is a [store.CorruptError]. A file that a newer
// program made is refused with a [NewerError] before anything is touched. When a
// context ends, the call returns at once and the write may happen or not.
//
// One process serves a file. The contract has no leases: two serving processes
// would not lose or repeat a turn (turns are conditional), but both would send.
//
// # What it keeps
//
// Tables: inbox, cases, case_regions, links, events, timers, outbox, contacts,
// marks, pages, vectors,
// health, migrations. Cases, events, effects and inbound events are stored as
// the JSON of their Go types, with columns beside it for what is looked up:
// these types have JSON tags, are themselves the replay format, and grow by
// adding fields, so a second set of structs would only be copied to and fro.
// A settled inbox row drops its body at once and keeps its event id for a week
// ([Keep]), which is how long a repeated event is recognised. The body of a row
// that was given up stays as long, because it is the only copy.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"firstline/bot/store"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// MinKeep is the shortest time for which event ids are remembered.
const MinKeep = 7 * 24 * time.Hour

// ErrReadOnly is given by every writing method of a store that was opened with
// [ReadOnly].
var ErrReadOnly = errors.New("sqlite: opened for reading only")

// ErrClosed is given by a store that was closed.
var ErrClosed = errors.New("sqlite: closed")

type options struct {
	now      func() time.Time
	maxBatch int
	busy     time.Duration
	keep     time.Duration
	readOnly bool
	maxPages int // of the file; for tests of a full disk
}

// Option changes how a store is opened.
type Option func(*options)

// Now sets the clock; the default is [time.Now].
func Now(now func() time.Time) Option { return func(o *options) { o.now = now } }

// MaxBatch bounds how many pieces of work share a commit; 1 turns group commit
// off. The default is 256.
func MaxBatch(n int) Option { return func(o *options) { o.maxBatch = max(1, n) } }

// BusyTimeout is how long to wait for another process that writes; the default
// is five seconds.
func BusyTimeout(d time.Duration) Option { return func(o *options) { o.busy = d } }

// Keep is how long the ids of settled events are remembered; never less than
// [MinKeep], which is the default.
func Keep(d time.Duration) Option { return func(o *options) { o.keep = max(MinKeep, d) } }

// ReadOnly opens an existing file for looking only, beside a process that
// serves it. It makes no file and changes no schema.
func ReadOnly() Option { return func(o *options) { o.readOnly = true } }

func maxPages(n int) Option { return func(o *options) { o.maxPages = n } }

// Store is a [store.Store] on one file.
type Store struct {
	o       options
	readers *sql.DB
	writing *sql.DB // one connection; nil when read-only
	w       *tx

	queue   chan *request
	stop    chan struct{} // closed by Close
	stopped chan struct{} // closed when the writer has ended
	once    sync.Once
	full    atomic.Bool // a write was refused because the disk is full

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

var _ store.Store = (*Store)(nil)

// Open opens the file at path, makes it when there is none, and brings its
// schema up to date. A schema that is newer than this program is a [NewerError].
func Open(path string, opts ...Option) (*Store, error) {
	o := options{now: time.Now, maxBatch: 256, busy: 5 * time.Second, keep: MinKeep}
	for _, opt := range opts {
		opt(&o)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s := &Store{o: o, stmts: map[string]*sql.Stmt{}, queue: make(chan *request), stop: make(chan struct{}), stopped: make(chan struct{})}
	if err := s.open(abs); err != nil {
		s.closeAll()
		return nil, fmt.Errorf("open store %s: %w", path, mapErr(err))
	}
	if o.readOnly {
		close(s.stopped)
	} else {
		go s.write()
	}
	return s, nil
}

func (s *Store) open(path string) error {
	ctx := context.Background()
	if err := touch(path, s.o.readOnly); err != nil {
		return err
	}
	var err error
	if !s.o.readOnly {
		if s.writing, err = sql.Open("sqlite", s.dsn(path, false)); err != nil {
			return err
		}
		s.writing.SetMaxOpenConns(1)
		c, err := s.writing.Conn(ctx)
		if err != nil {
			return err
		}
		s.w = &tx{conn: c, now: s.o.now, stmts: map[string]*sql.Stmt{}}
		if err := migrate(ctx, c, s.o.now()); err != nil {
			return err
		}
		if s.o.maxPages > 0 {
			if _, err := c.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", s.o.maxPages)); err != nil {
				return err
			}
		}
	}
	if s.readers, err = sql.Open("sqlite", s.dsn(path, true)); err != nil {
		return err
	}
	s.readers.SetMaxOpenConns(4)
	s.readers.SetMaxIdleConns(4)
	return checkSchema(ctx, s.readers)
}

// touch makes the file, readable by its owner alone: it holds what customers
// wrote. SQLite gives the same mode to the log beside it.
func touch(path string, mustExist bool) error {
	flags := os.O_RDWR | os.O_CREATE
	if mustExist {
		flags = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func (s *Store) dsn(path string, reader bool) string {
	q := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", s.o.busy.Milliseconds()),
		"foreign_keys(1)",
		"synchronous(FULL)",
	}}
	if reader {
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "journal_size_limit(67108864)")
	}
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: q.Encode()}
	return u.String()
}

// Close ends the writer after the work it has begun, and closes the file. Work
// that still waits gets [ErrClosed].
func (s *Store) Close() error {
	s.once.Do(func() { close(s.stop) })
	<-s.stopped
	return s.closeAll()
}

func (s *Store) closeAll() error {
	var errs []error
	if s.w != nil {
		errs = append(errs, s.w.close())
	}
	s.mu.Lock()
	for q, stmt := range s.stmts {
		errs = append(errs, stmt.Close())
		delete(s.stmts, q)
	}
	s.mu.Unlock()
	for _, db := range []*sql.DB{s.readers, s.writing} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// prepared gives a reading statement, prepared once.
func (s *Store) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.stmts[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.readers.PrepareContext(ctx, query)
	if err != nil {
		return nil, mapErr(err)
	}
	s.stmts[query] = stmt
	return stmt, nil
}

// rows runs a query and gives each row to scan.
func (s *Store) rows(ctx context.Context, query string, args []any, scan func(row scanner) error) error {
	stmt, err := s.prepared(ctx, query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return mapErr(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return mapErr(rows.Err())
}

// row runs a query for one row; none is [store.ErrNotFound].
func (s *Store) row(ctx context.Context, query string, args []any, scan func(row scanner) error) error {
	found := false
	err := s.rows(ctx, query, args, func(r scanner) error {
		found = true
		return scan(r)
	})
	if err == nil && !found {
		return store.ErrNotFound
	}
	return err
}

type scanner interface{ Scan(dest ...any) error }

func toMicro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
