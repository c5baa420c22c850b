package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readers is how many connections read at once. Writers wait for each other anyway: there is one.
const readers = 6

type sqliteEngine struct{ path string }

// DSN parameters as measured: without _txlock=immediate a transaction that reads before it writes fails under load in spite
// of the busy time-out; FULL makes a commit durable against power loss. Readers see the first GiB of the file through the memory that
// the system keeps of it: with a million codes, to copy pages from there makes an exchange a third dearer.
const (
	sqliteBase   = "_busy_timeout=10000&_foreign_keys=1&_journal_mode=WAL&_synchronous=FULL&_time_format=sqlite&_timezone=UTC"
	sqliteWriter = sqliteBase + "&_txlock=immediate"
	sqliteReader = sqliteBase + "&_query_only=1&_pragma=mmap_size(1073741824)"
)

func (e sqliteEngine) dsn(parameters string) string {
	return "file:" + (&url.URL{Path: e.path}).EscapedPath() + "?" + parameters
}

func (e sqliteEngine) open(ctx context.Context, s *Store, log *logger) error {
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return err
	}
	err := e.inTurn(ctx, func() (err error) {
		if err := private(e.path); err != nil {
			return err
		}
		if s.db, err = e.pool(s, sqliteWriter, 1, log); err != nil {
			return err
		}
		return s.db.WithContext(ctx).Exec("SELECT 1").Error // the writer makes the file and its WAL before a reader looks
	})
	if err != nil {
		return fmt.Errorf("open %s: %w", e.path, err)
	}
	s.reader, err = e.pool(s, sqliteReader, readers, log)
	return err
}

// private makes the database file readable by its owner only, when it is new.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func (e sqliteEngine) pool(s *Store, parameters string, size int, log *logger) (*gorm.DB, error) {
	pool, err := sql.Open("sqlite", e.dsn(parameters))
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	s.closers = append(s.closers, pool)
	return gorm.Open(sqliteDialector{pool: newStatements(pool)}, &gorm.Config{
		Logger: log, SkipDefaultTransaction: true, DisableAutomaticPing: true,
	})
}

func (e sqliteEngine) migrate(ctx context.Context, s *Store) error {
	return e.inTurn(ctx, func() error {
		pool, err := s.db.DB()
		if err != nil {
			return err
		}
		return up(ctx, pool, goose.DialectSQLite3, "sqlite")
	})
}

// inTurn holds a lock file while it runs fn: processes that start at once on one database take turns. SQLite's own patience does not
// cover the change of a new file to its write-ahead log.
func (e sqliteEngine) inTurn(ctx context.Context, fn func() error) error {
	lock := flock.New(e.path+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return fmt.Errorf("lock %s.lock: %w", e.path, err)
	}
	return errors.Join(fn(), lock.Unlock())
}

func (e sqliteEngine) alone(*gorm.DB, string) error { return nil } // every transaction that may write is alone
func (e sqliteEngine) forUpdate() string            { return "" }
func (e sqliteEngine) forShare() string             { return "" }
func (e sqliteEngine) again(error) bool             { return false }

// place has no number: for one, the driver looks through a list of all before it.
func (e sqliteEngine) place(int, string) string { return "?" }

// backup copies the database as of one moment, while it is in use.
func (e sqliteEngine) backup(ctx context.Context, s *Store, folder string) error {
	return newFile(filepath.Join(folder, "foyer.db"), func(target string) error {
		// VACUUM INTO takes an empty file, and is not allowed to a query_only connection.
		return s.db.WithContext(ctx).Exec("VACUUM INTO ?", target).Error
	})
}

func engineOf(address string) (engine, error) {
	switch {
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return postgresEngine{url: address}, nil
	case strings.HasPrefix(address, "sqlite:") && len(address) > len("sqlite:"):
		return sqliteEngine{path: strings.TrimPrefix(address, "sqlite:")}, nil
	default:
		return nil, errors.New("a database URL is postgres://... or sqlite:PATH")
	}
}
