package sessions_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"
)

// farHouse is one whose Postgres is reached over a line that can be cut.
func farHouse(t *testing.T) (*house, *proxy) {
	t.Helper()
	p, address := newProxy(t, storetest.URL(t, storetest.Postgres))
	return furnish(t, storetest.Open(t, store.Options{URL: address})), p
}

// TestDatabaseAway cuts the line to a real Postgres: joins fail soon, all else is written when it is back, in order.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	h, line := farHouse(t)
	j, ctx := h.run(t), deadline(t)
	s := h.session(0)
	p := h.peer(s)
	must(t, j.Submit(join(s, p)).Wait(ctx))

	line.cut()
	began := time.Now()
	for range 3 {
		if err := j.Submit(join(s, h.peer(s))).Wait(ctx); !fault.Is(err, fault.Unavailable) {
			t.Errorf("want Unavailable, got %v", err)
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("three joins took %v to fail", took)
	}
	var last *sessions.Pending
	for i := range 1000 {
		last = j.Submit(keep(s, p, strconv.Itoa(i)))
		j.Submit(models.Entry{Session: s, State: models.Document{"i": strconv.Itoa(i)}})
	}
	for range 3 {
		j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "told"}})
	}
	at := h.Stamp()
	j.Submit(leave(s, p, at))
	closing := j.Submit(end(s, at))
	if waiting := j.Waiting(); waiting > 10 {
		t.Errorf("%d lines wait: what is out of date should not", waiting)
	}
	line.mend()
	must(t, last.Wait(ctx))
	must(t, closing.Wait(ctx))
	p.Name, p.LeftAt, p.Reason = "999", &at, "client request"
	same(t, "the legs", []models.Peer{*p}, h.legs(t, s))
	_, types := h.heard()
	same(t, "the events", []string{
		"session.open.success", "peer.join.success", "told", "told", "told", "peer.leave.success", "session.close.success",
	}, types)
}

// TestTooMuchTold: what webhooks tell of is bounded while the database is away; who comes and goes is not.
func TestTooMuchTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite)
	j := h.journal()
	s := h.session(0)
	p := h.peer(s)
	j.Submit(join(s, p))
	must(t, j.Flush(t.Context()))
	h.away(fault.New(fault.Unavailable, "away"))
	for range 100_000 {
		j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "told"}})
	}
	if err := j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "too much"}}).Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("want Unavailable, got %v", err)
	}
	if err := j.Flush(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("want Unavailable, got %v", err)
	}
	gone := j.Submit(leave(s, p, h.Stamp()))
	stop := start(t, j)
	eventually(t, func() bool { return h.said.has("events=1") })
	h.away(nil)
	must(t, gone.Wait(deadline(t)))
	stop()
	counted(t, h, map[string]int{"session.open.success": 1, "peer.join.success": 1, "told": 100_000, "peer.leave.success": 1})
}

// TestUnknownFailure: an error that nobody knows loses nothing, if the database takes no heartbeat either.
func TestUnknownFailure(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite)
	j := h.journal()
	must(t, h.Close())
	s := h.session(0)
	p := h.peer(s)
	joining := j.Submit(join(s, p))
	j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "told"}})
	if err := j.Flush(t.Context()); err == nil {
		t.Error("a closed database took it")
	}
	if err := joining.Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("want Unavailable, got %v", err)
	}
	same(t, "lines that wait", 1, j.Waiting())
	same(t, "nothing is left out", false, h.said.has("left out"))
}

// TestLostAnswer: the server commits and the client never hears of it. Everything is there once all the same.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	h, line := farHouse(t)
	j, ctx := h.run(t), deadline(t)
	s := h.session(0)
	p := h.peer(s)
	lost := line.lose()
	joining := j.Submit(join(s, p))
	<-lost
	line.mend()
	must(t, joining.Wait(ctx))

	lost = line.lose()
	telling := j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "told"}})
	<-lost
	line.mend()
	must(t, telling.Wait(ctx))

	lost = line.lose()
	leaving := j.Submit(leave(s, p, h.Stamp()))
	<-lost
	line.mend()
	must(t, leaving.Wait(ctx))
	same(t, "legs", 1, len(h.legs(t, s)))
	counted(t, h, map[string]int{"session.open.success": 1, "peer.join.success": 1, "told": 1, "peer.leave.success": 1})
}

// TestForsaken: a join turns out to be written after its caller was told that it failed. It is undone, and the session with it.
func TestForsaken(t *testing.T) {
	t.Parallel()
	h, line := farHouse(t)
	j, ctx := h.run(t), deadline(t)
	s := h.session(0)
	lost := line.lose()
	joining := j.Submit(join(s, h.peer(s)))
	<-lost
	short, cancel := context.WithCancelCause(ctx)
	cancel(errors.New("the client has gone"))
	if err := joining.Wait(short); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("want Unavailable, got %v", err)
	}
	line.mend()
	eventually(t, func() bool {
		session, err := h.Session(ctx, h.workspace, s.ID)
		return err == nil && session.EndedAt != nil
	})
	legs := h.legs(t, s)
	same(t, "the leg has no length", []any{1, legs[0].JoinedAt}, []any{len(legs), *legs[0].LeftAt})
	counted(t, h, map[string]int{"session.open.success": 1, "peer.join.success": 1, "peer.leave.success": 1, "session.close.success": 1})
}

// eventually waits until something holds.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for ctx := deadline(t); !holds(); {
		select {
		case <-ctx.Done():
			t.Fatal("it does not happen")
		case <-tick.C:
		}
	}
}
