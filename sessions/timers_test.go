package sessions_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
)

// bubble runs a test in a time of its own, over an SQLite that is opened and closed in it.
func bubble(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	url := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		test(t, furnish(t, s))
	})
}

// occupy takes the database's only writer until release is called.
func occupy(t *testing.T, s *store.Store) (release func()) {
	t.Helper()
	taken, free, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Tx(context.Background(), func(*store.Store) error {
			close(taken)
			<-free
			return nil
		})
	}()
	<-taken
	return func() { close(free); <-done }
}

// TestJoinGivesUp: a join that is not written in time fails and is never written; all else waits.
func TestJoinGivesUp(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, h *house) {
		j := h.journal()
		defer start(t, j)()
		s := h.session(0)
		p, q := h.peer(s), h.peer(s)
		must(t, j.Submit(join(s, p)).Wait(t.Context()))

		release := occupy(t, h.Store)
		gone := j.Submit(leave(s, p, h.Stamp()))
		began := time.Now()
		if err := j.Submit(join(s, q)).Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("want Unavailable, got %v", err)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("it took %v", took)
		}
		time.Sleep(10 * time.Second) //nolint:forbidigo // the bubble's own time
		release()
		must(t, gone.Wait(t.Context()))
		legs := h.legs(t, s)
		same(t, "the legs", []any{1, true}, []any{len(legs), legs[0].LeftAt != nil})
		synctest.Wait()
		same(t, "it is told", true, h.said.has("journal waits") && h.said.has("journal is complete"))
	})
}

// TestCallerGoes: a join whose caller goes before it is begun is withdrawn.
func TestCallerGoes(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, h *house) {
		j := h.journal()
		s := h.session(0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := j.Submit(join(s, h.peer(s))).Wait(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("want Unavailable, got %v", err)
		}
		must(t, j.Flush(t.Context()))
		same(t, "legs", 0, len(h.legs(t, s)))
		if _, err := h.Session(t.Context(), h.workspace, s.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("there is a session nobody came into: %v", err)
		}
	})
}

// TestOutcome: a caller who goes while a join is being written still learns what became of it.
func TestOutcome(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, h *house) {
		begun := make(chan struct{})
		j := h.journalWith(func([]models.Event) error {
			close(begun)
			time.Sleep(4 * time.Second) //nolint:forbidigo // the bubble's own time
			return nil
		})
		defer start(t, j)()
		s := h.session(0)
		pending := j.Submit(join(s, h.peer(s)))
		<-begun
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		must(t, pending.Wait(ctx))
		same(t, "legs", 1, len(h.legs(t, s)))
	})
}

// TestHeartbeat comes every five seconds, and once more at the end.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, h *house) {
		stop := start(t, h.journal())
		began := time.Now()
		last := func() time.Duration {
			t.Helper()
			beat, err := h.LastBeat(t.Context(), "foyer")
			must(t, err)
			return beat.BeatAt.Sub(began).Round(time.Second)
		}
		for range 3 {
			time.Sleep(5*time.Second + time.Millisecond) //nolint:forbidigo // the bubble's own time
			synctest.Wait()
			if age := time.Since(began) - last(); age > 5*time.Second {
				t.Errorf("the last heartbeat is %v old", age)
			}
		}
		time.Sleep(2 * time.Second) //nolint:forbidigo // as above
		stop()
		same(t, "the last one", 17*time.Second, last())
	})
}

// TestLastWords: a journal that ends while the database is away gives up after a while, and tells what is lost.
func TestLastWords(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, h *house) {
		j := h.journal()
		stop := start(t, j)
		s := h.session(0)
		p := h.peer(s)
		must(t, j.Submit(join(s, p)).Wait(t.Context()))
		release := occupy(t, h.Store)
		lost := j.Submit(leave(s, p, h.Stamp()))
		began := time.Now()
		stop()
		if took := time.Since(began); took > 16*time.Second {
			t.Errorf("it took %v to end", took)
		}
		release()
		if err := lost.Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("want Unavailable, got %v", err)
		}
		if !h.said.has("lines are lost") {
			t.Error(h.said.String(), time.Since(began))
		}
	})
}
