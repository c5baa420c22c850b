package e2e_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"

	_ "modernc.org/sqlite" // reads the killed server's database
)

// acknowledged gathers what the server said it had created. Safe for concurrent use.
type acknowledged struct {
	mu    sync.Mutex
	rooms []room // guarded by mu
	codes []code // guarded by mu
}

func (a *acknowledged) add(made room, codes []code) (rooms int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rooms = append(a.rooms, made)
	a.codes = append(a.codes, codes...)
	return len(a.rooms)
}

// TestKillDuringCreates kills the server with SIGKILL while 1,000 callers create a room and its codes each. After the
// restart all that was acknowledged is there, and the database is sound.
func TestKillDuringCreates(t *testing.T) {
	t.Parallel()
	const callers, killAfter = 1000, 300
	s := start(t, sqlite, settings{"FOYER_RATE_LIMITS": "off"})
	c := s.client(t)

	var done acknowledged
	enough := make(chan struct{}) // closed by the caller who was the killAfter-th
	var callersDone sync.WaitGroup
	for range callers {
		callersDone.Go(func() {
			made, codes, err := c.newRoom(context.Background())
			if err != nil {
				return // the server died before its answer: nothing was promised
			}
			if done.add(made, codes) == killAfter {
				close(enough)
			}
		})
	}
	awaitClosed(t, enough)
	s.kill(t)
	callersDone.Wait()
	if len(done.rooms) == callers {
		t.Fatal("all callers were served before the kill: nothing was tried")
	}
	t.Logf("%d of %d creates were acknowledged before the kill", len(done.rooms), callers)

	s.start(t)
	checkAcknowledged(t, s, &done)
	s.stop(t)
	checkIntegrity(t, filepath.Join(s.dataDir(), "foyer.db"))
}

// checkAcknowledged demands every room by its id and every code by an exchange.
func checkAcknowledged(t *testing.T, s *server, done *acknowledged) {
	t.Helper()
	c := s.client(t)
	for _, want := range done.rooms {
		var got room
		if err := c.get(t.Context(), "/v2/rooms/"+want.ID, &got); err != nil || got != want {
			t.Errorf("room %s after the kill: %+v, %v", want.ID, got, err)
		}
	}
	for _, want := range done.codes {
		if status, token, err := c.exchange(t.Context(), want.Code); err != nil || status != 200 || token == "" {
			t.Errorf("a code of room %s after the kill: status %d, %v", want.RoomID, status, err)
		}
	}
}

// checkIntegrity asks SQLite itself whether the file is sound.
func checkIntegrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check = %q, %v", verdict, err)
	}
}
