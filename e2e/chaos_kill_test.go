package e2e_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// soak reports that the long versions of the chaos tests are wanted (make soak).
func soak() bool { return os.Getenv("FOYER_TEST_SOAK") == "1" }

const (
	grace     = 60 * time.Second // how long a lost connection keeps its peer
	beat      = 5 * time.Second  // how far apart heartbeats are
	tolerance = 2 * time.Second  // for a busy machine
)

// TestKillsDuringJoins kills the server again and again while a crowd joins and leaves. Every join that was acknowledged has exactly one
// leg with exactly one end, at a time that is true within the heartbeat; every session has ended with its last leg.
func TestKillsDuringJoins(t *testing.T) {
	t.Parallel()
	kills, joins, clients := 10, int64(1000), 40
	if soak() {
		kills, joins, clients = 200, 20_000, 100
	}
	s := start(t, sqlite, settings{"FOYER_RATE_LIMITS": "off", "FOYER_LOG": "info,json"})
	l := newLoad(t, s, 20, joins)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	began, done := time.Now(), make(chan struct{})
	go func() {
		defer close(done)
		l.run(ctx, clients)
	}()
	killed := l.killAtRandom(t, kills, done)
	<-done
	t.Logf("%d kills during %d acknowledged joins, in %v", killed, l.acked.Load(), time.Since(began).Round(time.Second))
	if killed < kills {
		t.Errorf("the load was over after %d kills, wanted %d", killed, kills)
	}
	path := filepath.Join(s.dataDir(), "foyer.db")
	awaitAllGone(t, path)
	s.stop(t)
	checkIntegrity(t, path)
	l.checkLegs(t, path)
	checkSessions(t, path)
}

// killAtRandom kills the server at random moments spread over the load, and starts it again.
func (l *load) killAtRandom(t *testing.T, kills int, done <-chan struct{}) (killed int) {
	t.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for killed < kills {
		at := l.joins * int64(killed) / int64(kills)
		at += rand.Int64N(l.joins/int64(kills)) + 1
		for l.acked.Load() < at {
			select {
			case <-again.C:
			case <-done:
				if l.acked.Load() < at {
					return killed
				}
			}
		}
		l.s.crash(t)
		killed++
		l.s.start(t)
	}
	return killed
}

// crash is kill without a look at the log, which grows: the last process's stop reads all of it.
func (s *server) crash(t *testing.T) {
	t.Helper()
	s.stopped = true
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill foyer: %v", err)
	}
	<-s.exited
}

// openFile opens a database that foyer may be writing.
func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// count runs a query that gives a number.
func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// awaitAllGone waits until nobody is in any more: those who never came back are given their grace after the last restart.
func awaitAllGone(t *testing.T, path string) {
	t.Helper()
	db := openFile(t, path)
	deadline := time.After(grace + patience)
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		open := count(t, db, "SELECT (SELECT count(*) FROM peers WHERE left_at IS NULL) + (SELECT count(*) FROM sessions WHERE ended_at IS NULL)")
		if open == 0 {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("%d peers and sessions have no end after %v", open, grace+patience)
		}
	}
}

// leg is a row of peers.
type leg struct {
	joined, left time.Time
	reason       string
}

func readLegs(t *testing.T, path string) map[string][]leg {
	t.Helper()
	rows, err := openFile(t, path).QueryContext(t.Context(), "SELECT peer_id, joined_at, left_at, reason FROM peers")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	legs := map[string][]leg{}
	for rows.Next() {
		var peer string
		var l leg
		if err := rows.Scan(&peer, &l.joined, &l.left, &l.reason); err != nil {
			t.Fatal(err)
		}
		legs[peer] = append(legs[peer], l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return legs
}

// checkLegs holds what the clients know against what is written.
func (l *load) checkLegs(t *testing.T, path string) {
	t.Helper()
	legs := readLegs(t, path)
	total, endings, resumed := 0, map[ending]int{}, 0
	for _, list := range legs {
		total += len(list)
	}
	for i := range l.stays {
		s := &l.stays[i]
		endings[s.ending]++
		resumed += s.resumed
		mine := legs[s.peer]
		if len(mine) > 1 || len(mine) == 0 && !s.acked.IsZero() {
			t.Errorf("%d legs of a stay that was acknowledged at %v: %+v", len(mine), s.acked, mine)
			continue
		}
		if len(mine) == 1 {
			if wrong := s.differs(&mine[0]); wrong != "" {
				t.Errorf("%s: the leg %+v of %+v", wrong, mine[0], *s)
			}
		}
	}
	for _, err := range l.faults {
		t.Error(err)
	}
	t.Logf("%d stays by their ends %v, %d times resumed; %d legs", len(l.stays), endings, resumed, total)
}

// differs says in what a leg is not what the client knows.
func (s *stay) differs(l *leg) string {
	earliest, latest := s.seen.Add(-beat-tolerance), s.until.Add(tolerance)
	if s.resumed > 0 { // it may have been lost again before it was written that it is back
		earliest = earliest.Add(-beat)
	}
	switch s.ending {
	case leftIt:
		earliest, latest = s.since.Add(-time.Millisecond), s.until.Add(time.Millisecond)
	case droppedIt:
		latest = latest.Add(grace)
	case neverIn:
		earliest, latest = s.asked.Add(-time.Millisecond), latest.Add(grace)
	case leftMaybe, lostIt:
	}
	switch {
	case l.joined.Before(s.asked.Add(-time.Millisecond)) || !s.acked.IsZero() && l.joined.After(s.acked):
		return "joined at another time"
	case l.left.Before(l.joined):
		return "left before it joined"
	case l.left.Before(earliest):
		return fmt.Sprintf("left %v too early", earliest.Sub(l.left))
	case l.left.After(latest):
		return fmt.Sprintf("left %v too late", l.left.Sub(latest))
	case s.ending == leftIt && l.reason != "client request":
		return "left for another reason"
	}
	return ""
}

// checkSessions demands that each session began with its first leg and ended with its last one, and that no two of a room overlap.
func checkSessions(t *testing.T, path string) {
	t.Helper()
	db := openFile(t, path)
	if n := count(t, db, "SELECT count(*) FROM sessions"); n == 0 {
		t.Error("there are no sessions")
	}
	for what, query := range map[string]string{
		"sessions without a leg": "SELECT count(*) FROM sessions s WHERE NOT EXISTS (SELECT 1 FROM peers p WHERE p.session_id = s.id)",
		"sessions that did not end with their last leg": `SELECT count(*) FROM sessions s
			WHERE ended_at IS NOT (SELECT max(left_at) FROM peers p WHERE p.session_id = s.id)`,
		"sessions that began after their first leg": `SELECT count(*) FROM sessions s
			WHERE created_at > (SELECT min(joined_at) FROM peers p WHERE p.session_id = s.id)`,
		"sessions that overlap": `SELECT count(*) FROM sessions a JOIN sessions b
			ON a.room_id = b.room_id AND a.id < b.id AND a.created_at < b.ended_at AND b.created_at < a.ended_at`,
		"legs of no session": "SELECT count(*) FROM peers WHERE session_id NOT IN (SELECT id FROM sessions)",
	} {
		if n := count(t, db, query); n > 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}
