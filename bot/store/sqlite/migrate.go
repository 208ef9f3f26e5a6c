package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

// NewerError says that the file was made by a newer program.
type NewerError struct{ Have, Know int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the file has schema %d and this program knows schemas up to %d: run the newer program, or restore the copy that was made before the update", e.Have, e.Know)
}

type migration struct {
	number int
	name   string
	text   string
}

// listMigrations gives the embedded files, which are numbered without a gap.
func listMigrations() ([]migration, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, e := range entries {
		digits, _, _ := strings.Cut(e.Name(), "_")
		n, err := strconv.Atoi(digits)
		if err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s: want number %04d", e.Name(), i+1)
		}
		text, err := migrations.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, migration{number: n, name: e.Name(), text: string(text)})
	}
	return out, nil
}

// migrate brings the schema up to date, each step in a transaction of its own.
// Of two processes that start together the second waits and finds it done.
func migrate(ctx context.Context, c *sql.Conn, now time.Time) error {
	list, err := listMigrations()
	if err != nil {
		return err
	}
	have, err := schema(ctx, c)
	if err != nil {
		return err
	}
	if have > len(list) {
		return &NewerError{Have: have, Know: len(list)}
	}
	for _, m := range list[have:] {
		if err := apply(ctx, c, m, now); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

func apply(ctx context.Context, c *sql.Conn, m migration, now time.Time) (err error) {
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = c.ExecContext(ctx, "ROLLBACK")
		}
	}()
	have, err := schema(ctx, c)
	if err != nil {
		return err
	}
	if have >= m.number { // another process was faster
		_, err = c.ExecContext(ctx, "COMMIT")
		return err
	}
	if _, err = c.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migrations (
		number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT`); err != nil {
		return err
	}
	if _, err = c.ExecContext(ctx, m.text); err != nil {
		return err
	}
	if _, err = c.ExecContext(ctx, "INSERT INTO migrations (number, name, at) VALUES (?, ?, ?)", m.number, m.name, toMicro(now)); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// schema gives the number of the newest migration of the file; 0 for a new one.
func schema(ctx context.Context, q queryer) (int, error) {
	var there int
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'migrations'").Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	var n int
	err := q.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM migrations").Scan(&n)
	return n, err
}

// checkSchema refuses a file that this program cannot read.
func checkSchema(ctx context.Context, q queryer) error {
	list, err := listMigrations()
	if err != nil {
		return err
	}
	have, err := schema(ctx, q)
	switch {
	case err != nil:
		return err
	case have > len(list):
		return &NewerError{Have: have, Know: len(list)}
	case have < len(list):
		return fmt.Errorf("the file has schema %d and this program needs %d: start the serving program once, it brings it up to date", have, len(list))
	}
	return nil
}
