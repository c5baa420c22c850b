package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"foyer/models"

	"gorm.io/gorm"
)

// Options say which database to open and how.
type Options struct {
	URL       string           // postgres://... or sqlite:PATH
	Log       *slog.Logger     // where slow and failed statements are told; nil: nowhere
	SlowQuery time.Duration    // what counts as slow; 0: 500 ms
	Now       func() time.Time // nil: time.Now
}

// Store is a database, or one transaction in it. Safe for concurrent use unless it is a transaction.
type Store struct {
	db      *gorm.DB // writes; inside a transaction everything
	reader  *gorm.DB // reads
	engine  engine
	inTx    bool
	ids     *models.IDs
	now     func() time.Time
	closers []*sql.DB
}

// Open connects to the database that o names. It does not migrate it.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.SlowQuery == 0 {
		o.SlowQuery = 500 * time.Millisecond
	}
	engine, err := engineOf(o.URL)
	if err != nil {
		return nil, err
	}
	s := &Store{engine: engine, now: o.Now, ids: models.NewIDs(o.Now, rand.Reader)}
	if err := engine.open(ctx, s, newLogger(o.Log, o.SlowQuery)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	for _, pool := range s.closers {
		errs = append(errs, pool.Close())
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers. Kind Unavailable when it does not.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	err := translate(s.reader.WithContext(ctx).Raw("SELECT 1").Row().Scan(&one))
	if err != nil && !isFault(err) {
		return away(err)
	}
	return err
}

// longestTx is how long a transaction may take, its turn included: with SQLite there is one at a time.
const longestTx = 20 * time.Second

// Tx runs fn in one transaction: committed when fn returns nil, else undone. Inside fn only its argument may be used. A
// transaction that the database itself gave up (deadlock, serialization) is run again, so fn must only touch what it is given. Kind
// Unavailable when it takes longer than 20 s, its turn included.
func (s *Store) Tx(ctx context.Context, fn func(tx *Store) error) error {
	if s.inTx {
		return fn(s)
	}
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, longestTx)
	defer cancel()
	const tries = 4
	for try := 1; ; try++ {
		err := s.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
			tx := *s
			tx.db, tx.reader, tx.inTx = db, db, true
			return fn(&tx)
		})
		if err != nil && ctx.Err() != nil && caller.Err() == nil {
			return translate(errTooLong)
		}
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err() // the caller has gone, and database/sql undid everything before the commit
		}
		if err == nil || try == tries || !s.engine.again(err) {
			return translate(err)
		}
		// Whoever was in the way needs a moment to go on, or the two meet again.
		select {
		case <-time.After(time.Duration(try) * 10 * time.Millisecond):
		case <-ctx.Done():
			return translate(err)
		}
	}
}

// NewID is a fresh id, greater than those before.
func (s *Store) NewID() models.ID { return s.ids.Next() }

// Stamp is the current time as it is stored and shown: UTC, whole milliseconds.
func (s *Store) Stamp() time.Time { return models.Stamp(s.now()) }

// Alone waits until no other transaction is alone for the same reason, on any node, until the transaction ends.
func (s *Store) Alone(ctx context.Context, reason string) error {
	return translate(s.engine.alone(s.db.WithContext(ctx), reason))
}

// engine is what SQLite and Postgres do differently.
type engine interface {
	open(ctx context.Context, s *Store, log *logger) error
	migrate(ctx context.Context, s *Store) error
	backup(ctx context.Context, s *Store, folder string) error
	alone(tx *gorm.DB, reason string) error
	forUpdate() string               // ends a SELECT that locks its rows
	forShare() string                // ends a SELECT that keeps its rows from being changed
	place(n int, kind string) string // of the n-th value of a statement, which is of a type that the database may not be able to tell
	again(err error) bool            // the database gave the transaction up; running it again may help
}

// one reads a single row by raw SQL into T. Kind NotFound with the message when there is none.
func one[T any](ctx context.Context, db *gorm.DB, absent, query string, args ...any) (T, error) {
	row, err := gorm.G[T](db).Raw(query, args...).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, notFound(absent)
	}
	return row, translate(err)
}

// many reads rows by raw SQL.
func many[T any](ctx context.Context, db *gorm.DB, query string, args ...any) ([]T, error) {
	rows, err := gorm.G[T](db).Raw(query, args...).Find(ctx)
	return rows, translate(err)
}

// scan reads a single row into variables, past GORM, which would add half to the price: for the statements with which every exchange
// and every call begins. Their places are written $1, $2, which both databases know.
func (s *Store) scan(ctx context.Context, query string, args []any, into ...any) error {
	began := time.Now()
	err := s.reader.Statement.ConnPool.QueryRowContext(ctx, query, args...).Scan(into...)
	s.reader.Logger.Trace(ctx, began, func() (string, int64) { return query, 1 }, err)
	return translate(err)
}

// exec runs a statement and says how many rows it changed.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	done := s.db.WithContext(ctx).Exec(query, args...)
	return done.RowsAffected, translate(done.Error)
}

// create inserts one row.
func create[T any](ctx context.Context, s *Store, row *T) error {
	return translate(gorm.G[T](s.db).Create(ctx, row))
}

// update writes the named columns of the rows that match where, zero values included.
func update[T any](ctx context.Context, s *Store, row T, columns []string, where string, args ...any) error {
	changed, err := gorm.G[T](s.db).Where(where, args...).Select(columns[0], anys(columns[1:])...).Updates(ctx, row)
	if err != nil {
		return translate(err)
	}
	if changed == 0 {
		return fmt.Errorf("update %T: no row where %s", row, where)
	}
	return nil
}

func anys(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}
