package storetest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"foyer/store"
)

// The databases that Foyer runs on, as URL and Empty take them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Databases lists both.
var Databases = []string{SQLite, Postgres}

// Each runs a test on SQLite and on Postgres, side by side. Each call of open gives another fresh, migrated database, whose
// store is closed when the test that opened it ends.
func Each(t *testing.T, test func(t *testing.T, open func(tb testing.TB) *store.Store)) {
	t.Helper()
	EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		test(t, func(tb testing.TB) *store.Store {
			tb.Helper()
			return Open(tb, store.Options{URL: URL(tb, database)})
		})
	})
}

// EachDatabase is Each for tests that start the binary, set a clock, or open several stores on one database: they call URL or
// Empty, and Open, themselves.
func EachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	for _, database := range Databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			test(t, database)
		})
	}
}

// Open opens a store as o says and closes it when the test ends. It does not migrate.
func Open(tb testing.TB, o store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), o)
	if err != nil {
		tb.Fatalf("open the store: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close the store: %v", err)
		}
	})
	return s
}

// URL makes a migrated database for one test and gives its address. It is gone when the test ends. Without a Postgres server
// (FOYER_TEST_POSTGRES) the test is skipped, or fails when CI=true.
func URL(tb testing.TB, database string) string {
	tb.Helper()
	if database == Postgres {
		return newPostgres(tb, true)
	}
	path := filepath.Join(tb.TempDir(), "foyer.db")
	file, err := migratedFile()
	if err == nil {
		err = os.WriteFile(path, file, 0o600)
	}
	if err != nil {
		tb.Fatalf("make an SQLite database: %v", err)
	}
	return "sqlite:" + path
}

// Empty is URL for a database that was not migrated. The SQLite file is not there yet.
func Empty(tb testing.TB, database string) string {
	tb.Helper()
	if database == Postgres {
		return newPostgres(tb, false)
	}
	return "sqlite:" + filepath.Join(tb.TempDir(), "foyer.db")
}

// migratedFile is what an SQLite file holds after its migration: made once, copied for every test.
var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "foyer-storetest-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()

	path := filepath.Join(folder, "foyer.db")
	if err := migrate("sqlite:" + path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(address string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: address})
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		_ = s.Close()
		return err
	}
	return s.Close()
}
