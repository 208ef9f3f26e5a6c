package sqlite

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"syscall"

	"firstline/bot/store"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// mapErr gives the store's own error where there is one.
func mapErr(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrFull):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), isFull(code(err)):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case errors.Is(err, sql.ErrConnDone), errors.Is(err, sql.ErrTxDone):
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return err
}

func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// isFull tells the codes of a full disk. The log's index is a file too, and
// its growth has a code of its own.
func isFull(code int) bool {
	return code&0xff == sqlite3.SQLITE_FULL || code == sqlite3.SQLITE_IOERR_SHMSIZE
}

func isBusy(err error) bool { return code(err)&0xff == sqlite3.SQLITE_BUSY }

// corrupt says that a row cannot be read.
func corrupt(table, id string, seq int64, err error) error {
	if id == "" {
		id = strconv.FormatInt(seq, 10)
	}
	return &store.CorruptError{Table: table, ID: id, Seq: seq, Err: shape(err)}
}

// shape keeps what is wrong and drops what a decoder quotes of the content.
func shape(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("field %q has the wrong type", e.Field)
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("no JSON at offset %d", e.Offset)
	}
	return errors.New("unreadable value")
}

func decode(table, id string, seq int64, body string, into any) error {
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return corrupt(table, id, seq, err)
	}
	return nil
}

func encode(what string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", what, err)
	}
	return string(b), nil
}
