package store_test

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// migrateOnly has this test binary migrate one database and end: a process among others.
const migrateOnly = "FOYER_TEST_MIGRATE"

func migrate(ctx context.Context, address string) error {
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

// journal is what goose has written down.
func journal(t *testing.T, pool *sql.DB) []string {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), "SELECT version_id || ' at ' || tstamp FROM goose_db_version ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, store.Options{URL: storetest.Empty(t, database)})
		pool, _ := store.Pools(s)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		once, schema := journal(t, pool), columns(t, pool, database)
		room := addRoom(t, s)
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(once, journal(t, pool)); diff != "" {
			t.Errorf("the second time wrote: -once +twice\n%s", diff)
		}
		if diff := cmp.Diff(schema, columns(t, pool, database)); diff != "" {
			t.Errorf("the second time changed the schema: -once +twice\n%s", diff)
		}
		if _, err := s.Room(t.Context(), room.WorkspaceID, room.ID); err != nil {
			t.Error(err)
		}
	})
}

// applied counts how often each version was applied to the database.
func applied(t *testing.T, address string) map[string]int {
	t.Helper()
	pool, _ := store.Pools(storetest.Open(t, store.Options{URL: address}))
	times := map[string]int{}
	for _, line := range journal(t, pool) {
		version, _, _ := strings.Cut(line, " ")
		times[version]++
	}
	return times
}

func onceEach(t *testing.T, database, address string) {
	t.Helper()
	want := map[string]int{"0": 1}
	for _, version := range versions(t, database) {
		want[version] = 1
	}
	if diff := cmp.Diff(want, applied(t, address)); diff != "" {
		t.Errorf("each version is applied once: -want +got\n%s", diff)
	}
}

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		address := storetest.Empty(t, database)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		start := make(chan struct{}) // closed when all are there
		var ready, all sync.WaitGroup
		for range 8 {
			ready.Add(1)
			all.Go(func() {
				ready.Done()
				<-start
				if err := migrate(ctx, address); err != nil {
					t.Error(err)
				}
			})
		}
		ready.Wait()
		close(start)
		all.Wait()
		onceEach(t, database, address)
	})
}

func TestMigrateByProcesses(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		address := storetest.Empty(t, database)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				process := exec.CommandContext(ctx, program)
				process.Env = append(os.Environ(), migrateOnly+"="+address)
				if out, err := process.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
		all.Wait()
		onceEach(t, database, address)
	})
}

func TestMigrateRefusesNewerDatabases(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, store.Options{URL: storetest.URL(t, database)})
		pool, _ := store.Pools(s)
		if _, err := pool.ExecContext(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)"); err != nil {
			t.Fatal(err)
		}
		const want = "the database was written by a newer Foyer; start that one, or restore a backup"
		if err := s.Migrate(t.Context()); err == nil || err.Error() != want {
			t.Errorf("want %q, got %v", want, err)
		}
	})
}
