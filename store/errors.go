package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"foyer/fault"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// translate turns a driver's error into one of ours, once. What is already ours, or unknown, stays as it is.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case isFault(err):
		return err
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return notFound("not found")
	case isDuplicate(err):
		return fault.Wrap(fault.Conflict, taken(err), err)
	case isAway(err):
		return away(err)
	case isUnmigrated(err):
		return fault.Wrap(fault.Unavailable, "the database is not migrated: start foyer serve once, or run foyer migrate", err)
	case isUnreadable(err):
		return fault.Wrap(fault.Invalid, "text must be UTF-8 without zero bytes", err)
	default:
		return err
	}
}

func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

func notFound(message string) error { return fault.New(fault.NotFound, message) }

func away(err error) error {
	return fault.Wrap(fault.Unavailable, "the database is not available", err)
}

// isUnreadable reports text that Postgres takes from nobody: with a zero byte, or no UTF-8, which only an address line can bring.
func isUnreadable(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == "22021"
}

// isUnmigrated reports a table that is not there.
func isUnmigrated(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "42P01"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && strings.Contains(lite.Error(), "no such table")
}

func isDuplicate(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	lite, ok := errors.AsType[*sqlite.Error](err)
	return ok && (lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}

// taken names what was not unique. Postgres tells the constraint, SQLite the columns; both hold the column's name.
func taken(err error) string {
	where := err.Error()
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		where = pg.ConstraintName
	}
	for _, column := range []string{"custom_domain", "subdomain", "name"} {
		if strings.Contains(where, column) {
			return column + " is already taken"
		}
	}
	return "already exists"
}

// awayStates begin the SQLSTATEs of a Postgres that cannot do it now: connections (08), resources (53), shutdown (57P), a statement or a
// lock that took too long (57014, 55P03), a server that only reads (25006).
var awayStates = []string{"08", "53", "57P", "57014", "55P03", "25006"}

// errTooLong says that a transaction did not get its turn in time.
var errTooLong = errors.New("the database took too long")

// isAway reports that the database could not be reached or had no room, so that a later try may succeed.
func isAway(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.ContainsFunc(awayStates, func(state string) bool { return strings.HasPrefix(pg.Code, state) })
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return !errors.Is(err, context.DeadlineExceeded)
	}
	for _, cut := range []error{driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, errTooLong} {
		if errors.Is(err, cut) {
			return true
		}
	}
	return false
}
