package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"firstline/bot/store"
)

// work is one piece of writing, run in a savepoint of its own. It may be run
// again when the transaction around it is lost, so it must set its results
// anew each time.
type work func(x *tx) error

// request is what one call hands to the writer; its pieces share a commit.
type request struct {
	works []work
	errs  []error
	done  chan struct{}
	gone  atomic.Bool // the caller has left
}

// tx is the writing connection while a transaction is open on it.
type tx struct {
	conn  *sql.Conn
	now   func() time.Time
	stmts map[string]*sql.Stmt
}

func (x *tx) stmt(query string) (*sql.Stmt, error) {
	if s := x.stmts[query]; s != nil {
		return s, nil
	}
	s, err := x.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	x.stmts[query] = s
	return s, nil
}

// exec runs a statement and gives the number of rows it changed. It takes no
// context: an interrupted statement would roll back everybody's work.
func (x *tx) exec(query string, args ...any) (int64, error) {
	s, err := x.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// get reads one row; found is false when there is none.
func (x *tx) get(query string, args []any, dest ...any) (found bool, err error) {
	s, err := x.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (x *tx) close() error {
	var errs []error
	for _, s := range x.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, x.conn.Close())...)
}

// do hands work to the writer and waits for its end, or the context's.
func (s *Store) do(ctx context.Context, works ...work) []error {
	if len(works) == 0 {
		return nil
	}
	if s.o.readOnly {
		return same(len(works), ErrReadOnly)
	}
	if err := ctx.Err(); err != nil {
		return same(len(works), err)
	}
	r := &request{works: works, errs: make([]error, len(works)), done: make(chan struct{})}
	select {
	case s.queue <- r:
	case <-ctx.Done():
		return same(len(works), ctx.Err())
	case <-s.stop:
		return same(len(works), ErrClosed)
	}
	select {
	case <-r.done:
		return r.errs
	case <-ctx.Done():
		r.gone.Store(true)
		return same(len(works), ctx.Err())
	}
}

func (s *Store) one(ctx context.Context, w work) error { return s.do(ctx, w)[0] }

func same(n int, err error) []error {
	out := make([]error, n)
	for i := range out {
		out[i] = err
	}
	return out
}

// When the writer looks for rows that may be forgotten.
const (
	pruneFirst = time.Minute
	pruneEvery = time.Hour
)

// write is the writer: it takes what has queued up while the last commit was
// flushed, and commits it at once.
func (s *Store) write() {
	defer close(s.stopped)
	prune := time.NewTimer(pruneFirst)
	defer prune.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-prune.C:
			s.pruneAll()
			prune.Reset(pruneEvery)
		case r := <-s.queue:
			s.runBatch(s.gather(r))
		}
	}
}

// gather takes all requests that wait, up to the bound. The queue has no
// buffer, so those who wait are blocked in their send and nobody is forgotten.
func (s *Store) gather(first *request) []*request {
	batch, n := []*request{first}, len(first.works)
	for n < s.o.maxBatch {
		select {
		case r := <-s.queue:
			batch = append(batch, r)
			n += len(r.works)
		default:
			return batch
		}
	}
	return batch
}

// errLost says that the transaction of a batch is gone and with it the work of
// everybody in it.
var errLost = errors.New("sqlite: transaction lost")

func (s *Store) runBatch(batch []*request) {
	n := 0
	for _, r := range batch {
		n += len(r.works)
	}
	if err := s.transaction(batch, n); err != nil {
		s.afterLoss(batch, n, err)
	}
	for _, r := range batch {
		for i, err := range r.errs {
			r.errs[i] = mapErr(err)
			if errors.Is(r.errs[i], store.ErrFull) {
				s.full.Store(true)
			}
		}
		close(r.done)
	}
}

// afterLoss answers a lost batch: alone there is nothing to save, otherwise
// every piece is tried in a transaction of its own. When another process holds
// the file, trying each would only wait that often.
func (s *Store) afterLoss(batch []*request, n int, lost error) {
	for _, r := range batch {
		for i, w := range r.works {
			r.errs[i] = lost
			if n > 1 && !isBusy(lost) {
				r.errs[i] = s.runAlone(w)
			}
		}
	}
}

// runAlone runs one piece in its own transaction.
func (s *Store) runAlone(w work) error {
	r := &request{works: []work{w}, errs: make([]error, 1)}
	if err := s.transaction([]*request{r}, 1); err != nil {
		return mapErr(err)
	}
	return mapErr(r.errs[0])
}

// transaction runs a batch. Its error means that nothing of it is stored; the
// errors of single pieces are in their requests.
func (s *Store) transaction(batch []*request, n int) error {
	x := s.w
	if _, err := x.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for _, r := range batch {
		for i, w := range r.works {
			if r.gone.Load() {
				r.errs[i] = context.Canceled
				continue
			}
			err := s.savepoint(w, n > 1)
			if errors.Is(err, errLost) || err != nil && n == 1 {
				_, _ = x.exec("ROLLBACK")
				return err
			}
			r.errs[i] = err
		}
	}
	if _, err := x.exec("COMMIT"); err != nil {
		_, _ = x.exec("ROLLBACK")
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// savepoint runs one piece so that it can be rolled back alone. Without
// company there is no need: the transaction itself is rolled back.
func (s *Store) savepoint(w work, company bool) error {
	x := s.w
	if !company {
		return w(x)
	}
	if _, err := x.exec("SAVEPOINT piece"); err != nil {
		return fmt.Errorf("%w: %w", errLost, err)
	}
	err := w(x)
	if err != nil {
		if _, back := x.exec("ROLLBACK TO piece"); back != nil {
			return fmt.Errorf("%w: %w", errLost, err)
		}
	}
	if _, rel := x.exec("RELEASE piece"); rel != nil {
		return fmt.Errorf("%w: %w", errLost, errors.Join(err, rel))
	}
	return err
}
