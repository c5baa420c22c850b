package floor

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// The pools are those of package store: same drivers, same settings, same sizes.
const (
	sqliteReader = "_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL&_time_format=sqlite&_timezone=UTC&_query_only=1" +
		"&_pragma=mmap_size(1073741824)"
	sqliteWriter = "_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL&_time_format=sqlite&_timezone=UTC&_txlock=immediate"

	sqliteReaders       = 6
	postgresConnections = 16
)

// runner is one statement, ready to run.
type runner interface {
	QueryContext(ctx context.Context, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, args ...any) *sql.Row
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
}

// database runs the statements.
type database struct {
	writer, reader *sql.DB
	lite           map[statement]*sql.Stmt // SQLite: prepared once; on Postgres the driver prepares and keeps them
	texts          map[statement]string    // Postgres: with numbered places and row locks
	told           func(statement string)  // hears of every statement before it runs; nil but in tests
}

// openDatabase opens a database that Foyer has migrated: postgres://... or sqlite:PATH.
func openDatabase(ctx context.Context, address string) (*database, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return openSQLite(ctx, "file:"+(&url.URL{Path: path}).EscapedPath()+"?")
	}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("the database URL cannot be read")
	}
	config.RuntimeParams["timezone"] = "UTC"
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(postgresConnections)
	pool.SetMaxIdleConns(postgresConnections)
	d := &database{writer: pool, reader: pool, texts: map[statement]string{keepTemplate: numbered(keepTemplate)}}
	for _, s := range append(reads, writes...) {
		d.texts[s] = numbered(s)
	}
	d.texts[lockRoom] += " FOR UPDATE"
	return d, pool.PingContext(ctx)
}

func openSQLite(ctx context.Context, file string) (*database, error) {
	d := &database{lite: map[statement]*sql.Stmt{}}
	var err error
	if d.writer, err = prepared(ctx, d.lite, file+sqliteWriter, 1, writes); err == nil {
		d.reader, err = prepared(ctx, d.lite, file+sqliteReader, sqliteReaders, reads)
	}
	return d, err
}

func prepared(ctx context.Context, into map[statement]*sql.Stmt, source string, size int, texts []statement) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	for _, text := range texts {
		if into[text], err = pool.PrepareContext(ctx, string(text)); err != nil {
			return nil, err
		}
	}
	return pool, nil
}

// numbered is a statement with the places that Postgres knows.
func numbered(s statement) string {
	var b strings.Builder
	place := 0
	for _, r := range s {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		place++
		b.WriteString("$" + strconv.Itoa(place))
	}
	return b.String()
}

// read is a statement outside of a transaction.
func (d *database) read(s statement) runner {
	if d.lite != nil {
		d.tell(string(s))
		return unwatched{d.lite[s]}
	}
	d.tell(d.texts[s])
	return plain{d.reader, d.texts[s]}
}

// in is a statement in a transaction.
func (d *database) in(ctx context.Context, tx *sql.Tx, s statement) runner {
	if d.lite != nil {
		d.tell(string(s))
		return unwatched{tx.StmtContext(ctx, d.lite[s])}
	}
	d.tell(d.texts[s])
	return plain{tx, d.texts[s]}
}

func (d *database) tell(text string) {
	if d.told != nil {
		d.told(text)
	}
}

// unwatched is a statement that is not interrupted when the caller goes: as in package store, since that costs more than most of
// them themselves.
type unwatched struct{ *sql.Stmt }

func (u unwatched) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return u.Stmt.QueryContext(context.WithoutCancel(ctx), args...)
}

func (u unwatched) QueryRowContext(ctx context.Context, args ...any) *sql.Row {
	return u.Stmt.QueryRowContext(context.WithoutCancel(ctx), args...)
}

func (u unwatched) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return u.Stmt.ExecContext(context.WithoutCancel(ctx), args...)
}

// plain is a text that the driver prepares itself.
type plain struct {
	on interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
	text string
}

func (p plain) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	return p.on.QueryContext(ctx, p.text, args...)
}

func (p plain) QueryRowContext(ctx context.Context, args ...any) *sql.Row {
	return p.on.QueryRowContext(ctx, p.text, args...)
}

func (p plain) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	return p.on.ExecContext(ctx, p.text, args...)
}

// tx runs fn in a transaction.
func (d *database) tx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := d.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (d *database) close() error { return errors.Join(d.writer.Close(), d.reader.Close()) }

// skip takes a column that nobody wants.
type skip struct{}

// Scan is database/sql's.
func (skip) Scan(any) error { return nil }
