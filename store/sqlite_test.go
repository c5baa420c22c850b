package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// pragmas reads the settings of every connection that a pool may open.
func pragmas(t *testing.T, pool *sql.DB) []map[string]string {
	t.Helper()
	var all []map[string]string
	var held []*sql.Conn
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
		one := map[string]string{}
		for _, name := range []string{"foreign_keys", "journal_mode", "synchronous", "query_only", "busy_timeout"} {
			var value string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value); err != nil {
				t.Fatal(err)
			}
			one[name] = value
		}
		all = append(all, one)
	}
	for _, conn := range held {
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.SQLite)})
	writer, reader := store.Pools(s)
	const full = "2"
	write := map[string]string{
		"foreign_keys": "1", "journal_mode": "wal", "synchronous": full, "query_only": "0", "busy_timeout": "10000",
	}
	if diff := cmp.Diff([]map[string]string{write}, pragmas(t, writer)); diff != "" {
		t.Errorf("the writer: -want +got\n%s", diff)
	}
	readers := pragmas(t, reader)
	if len(readers) < 4 {
		t.Errorf("only %d read at once", len(readers))
	}
	read := map[string]string{
		"foreign_keys": "1", "journal_mode": "wal", "synchronous": full, "query_only": "1", "busy_timeout": "10000",
	}
	for _, got := range readers {
		if diff := cmp.Diff(read, got); diff != "" {
			t.Errorf("a reader: -want +got\n%s", diff)
		}
	}
	if _, err := reader.ExecContext(t.Context(), "DELETE FROM workspaces"); err == nil {
		t.Error("a reader wrote")
	}
}

func TestForeignKeysHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func(testing.TB) *store.Store) {
		s := open(t)
		at := s.Stamp()
		_, err := s.InsertCode(t.Context(), &models.Code{
			ID: s.NewID(), Code: "abc-defg-hij", RoomID: s.NewID(), Role: "guest", CreatedAt: at, UpdatedAt: at,
		})
		if err == nil || fault.Is(err, fault.Conflict) {
			t.Errorf("a code of a room that is not there: want an error that is no conflict, got %v", err)
		}
		if err := s.CreateKey(t.Context(), &models.Key{ID: "key", WorkspaceID: s.NewID(), Secret: []byte{1}, CreatedAt: at}); err == nil {
			t.Error("a key of a workspace that is not there was created")
		}
	})
}

// A path is a path, whatever a URL would make of its letters; the files are their owner's only.
func TestSQLiteFiles(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "new folder", "100% žluť?#&=+")
	path := filepath.Join(folder, "foyer;%20 ?mode=memory.db")
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{
		filepath.Base(path): 0o600, filepath.Base(path) + "-wal": 0o600, filepath.Base(path) + "-shm": 0o600,
		filepath.Base(path) + ".lock": 0o600,
	}
	if diff := cmp.Diff(want, files(t, folder)); diff != "" {
		t.Errorf("while it is open: -want +got\n%s", diff)
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	if err := s.Ping(t.Context()); err != nil { // a reader that outlives the writer
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	delete(want, filepath.Base(path)+"-wal")
	delete(want, filepath.Base(path)+"-shm")
	if diff := cmp.Diff(want, files(t, folder)); diff != "" {
		t.Errorf("after a close one file is the database: -want +got\n%s", diff)
	}
}

func files(t *testing.T, folder string) map[string]os.FileMode {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]os.FileMode{}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		found[entry.Name()] = info.Mode().Perm()
	}
	return found
}

// A caller who has gone while a statement is prepared takes nobody else along.
func TestSQLiteCancelledWhilePreparing(t *testing.T) {
	t.Parallel()
	for range 10 {
		s := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.SQLite)})
		var all sync.WaitGroup
		for caller := range 32 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if caller%2 == 0 {
					go cancel()
				}
				if _, err := s.Workspaces(ctx); err != nil && ctx.Err() == nil {
					t.Errorf("caller %d: %v", caller, err)
				}
			})
		}
		all.Wait()
	}
}

// A database that another process holds for longer than anybody waits is away; the caller may try again.
func TestSQLiteHeldByOthers(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t, storetest.SQLite)
	s := storetest.Open(t, store.Options{URL: address})
	other, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(address, "sqlite:")+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	writer, _ := store.Pools(s)
	if _, err := writer.ExecContext(t.Context(), "PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	err = s.Tx(t.Context(), func(*store.Store) error { return nil })
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("want kind unavailable, got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := s.Workspaces(ctx); err != nil {
		t.Errorf("readers do not wait: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Tx(t.Context(), func(*store.Store) error { return nil }); err != nil {
		t.Error(fmt.Errorf("after the other has ended: %w", err))
	}
}
