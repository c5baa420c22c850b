package store_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
)

// addRoom makes a room with all that it needs.
func addRoom(t *testing.T, s *store.Store) models.Room {
	t.Helper()
	at := s.Stamp()
	w := models.Workspace{ID: s.NewID(), AppID: s.NewID(), Name: "acme", Region: "auto", RoomLinksEnabled: true, CreatedAt: at, UpdatedAt: at}
	template := models.Template{
		ID: s.NewID(), WorkspaceID: w.ID, Name: "default", Region: "auto", Settings: models.Document{}, Destinations: []byte{1},
		Plugins: models.Document{}, Recordings: models.List{}, Extra: models.Document{}, CreatedAt: at, UpdatedAt: at,
	}
	room := models.Room{
		ID: s.NewID(), WorkspaceID: w.ID, TemplateID: template.ID, Name: "demo", NameKey: "demo", Enabled: true, Region: "auto",
		CreatedAt: at, UpdatedAt: at,
	}
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		if err := tx.CreateWorkspace(t.Context(), &w); err != nil {
			return err
		}
		if err := tx.CreateTemplate(t.Context(), &template); err != nil {
			return err
		}
		_, err := tx.InsertRoom(t.Context(), &room)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return room
}

// Two transactions that wait for each other: Postgres gives one up, and it is run again.
func TestPostgresDeadlockIsRunAgain(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.Postgres)})
	pair := []models.Room{addRoom(t, s), addRoom(t, s)}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	locked := []chan struct{}{make(chan struct{}), make(chan struct{})} // closed when one has its first lock
	var runs atomic.Int32
	var both sync.WaitGroup
	for i := range pair {
		var once sync.Once
		both.Go(func() {
			err := s.Tx(ctx, func(tx *store.Store) error {
				runs.Add(1)
				mine, theirs := pair[i], pair[1-i]
				if _, err := tx.LockRoom(ctx, mine.WorkspaceID, mine.ID); err != nil {
					return err
				}
				once.Do(func() { close(locked[i]) })
				select {
				case <-locked[1-i]:
				case <-ctx.Done():
				}
				_, err := tx.LockRoom(ctx, theirs.WorkspaceID, theirs.ID)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := runs.Load(); got < 3 {
		t.Errorf("want two runs that met and at least one again, got %d", got)
	}
}

// A server that restarts cuts every connection: callers are told to try again, and soon it works.
func TestPostgresConnectionsCut(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t, storetest.Postgres)
	s := storetest.Open(t, store.Options{URL: address})
	cutter, _ := store.Pools(storetest.Open(t, store.Options{URL: address}))
	cut := func() {
		t.Helper()
		_, err := cutter.ExecContext(t.Context(),
			"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		if err != nil {
			t.Fatal(err)
		}
	}
	room := addRoom(t, s)
	cut()
	for range 20 { // more than there are connections
		if err := s.Ping(t.Context()); err != nil && !fault.Is(err, fault.Unavailable) {
			t.Errorf("want kind unavailable, got %v", err)
		}
	}
	if _, err := s.Room(t.Context(), room.WorkspaceID, room.ID); err != nil {
		t.Errorf("afterwards: %v", err)
	}

	err := s.Tx(t.Context(), func(tx *store.Store) error {
		if _, err := tx.LockRoom(t.Context(), room.WorkspaceID, room.ID); err != nil {
			return err
		}
		cut()
		return tx.UpdateRoom(t.Context(), room)
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("in a transaction: want kind unavailable, got %v", err)
	}
	if err := s.UpdateRoom(t.Context(), room); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestPostgresBackupTellsWhy(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.Postgres)})
	pool, _ := store.Pools(s)
	var name string
	if err := pool.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	outside, _ := store.Pools(storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.Postgres)}))
	if _, err := outside.ExecContext(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false"); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	err := s.Backup(t.Context(), folder)
	if err == nil || !strings.Contains(err.Error(), "not currently accepting connections") {
		t.Errorf("want pg_dump's own words, got %v", err)
	}
	if left := files(t, folder); len(left) != 0 {
		t.Errorf("a failed backup left %v", left)
	}
}
