package hub_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"foyer/hub"
	"foyer/models"
)

// crash is what a hub has left behind when it is gone: the session as the journal would give it back.
func crash(t *testing.T, h *house, beat time.Time) hub.Restored {
	t.Helper()
	r := hub.Restored{Place: h.place}
	rows := map[models.ID]*models.Peer{}
	var order []models.ID
	for _, e := range append(h.past, h.written()...) {
		switch {
		case e.Joined != nil:
			row := *e.Joined
			rows[row.ID] = &row
			order = append(order, row.ID)
			r.Live.Session = *e.Session
		case e.Kept != nil:
			*rows[e.Kept.ID] = *e.Kept
		case e.Left != nil:
			delete(rows, e.Left.ID)
			r.Left = *e.Left.LeftAt
		case e.State != nil:
			text, err := json.Marshal(e.State)
			must(t, err)
			r.Live.Session.State, err = models.ParseDocument(text)
			must(t, err)
		case e.Queue != nil:
			r.Queue = e.Queue.Waiters
		}
	}
	for _, id := range order {
		if row := rows[id]; row != nil {
			if row.LostAt == nil {
				row.LostAt = &beat
			}
			r.Live.Peers = append(r.Live.Peers, *row)
		}
	}
	return r
}

// reborn is a new hub with what another one has left behind.
func reborn(t *testing.T, old *house, beat time.Time) *house {
	t.Helper()
	h := newHouse(nil)
	h.last.Store(old.last.Load())
	h.past = append(old.past, old.written()...)
	must(t, h.Restore(t.Context(), []hub.Restored{crash(t, old, beat)}, always(time.Minute)))
	return h
}

// TestRestart has peers come back after a restart, with all that they were and saw; nobody is told anything.
func TestRestart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		ada, ben := old.enter(t, "ada", "host"), old.enter(t, "ben", "guest")
		must(t, ben.Observe([]string{"x", "y"}))
		_, err := ada.Set("x", json.RawMessage(`{"n":1.50}`), nil)
		must(t, err)
		must(t, ada.ChangeRole("ben", "speaker", true))
		_, err = ben.Group("ben", "_handraise", true)
		must(t, err)
		session := old.room(t).View().Session.ID
		old.Stop()
		in(time.Hour)

		h := reborn(t, old, time.Now().Add(-time.Hour))
		in(59 * time.Second)
		ada, ben = h.comeBack(t, "ada"), h.comeBack(t, "ben")
		v, wrong := ben.sees()
		same(t, "wrong deliveries", wrong, "")
		same(t, "ben's own card", v.Self, card{ID: "ben", User: "user-ben", Name: "ben", Role: "speaker", Groups: []string{"_handraise"}})
		same(t, "the others", v.Others, []card{{ID: "ada", User: "user-ada", Name: "ada", Role: "host"}})
		same(t, "the values", v.Values, map[string]string{"x": `{"n":1.50}`})
		if told[hub.Left](ada)+told[hub.Joined](ada)+told[hub.Changed](ada) != 1 { // its own card
			t.Fatalf("ada was told %v", ada.heard())
		}
		version := 1
		value, err := ada.Set("x", json.RawMessage(`2`), &version) // goes on counting
		must(t, err)
		if view := h.room(t).View(); value.Version != 2 || view.Session.ID != session {
			t.Fatalf("version %d in session %s, wanted 2 in %s", value.Version, view.Session.ID, session)
		}
		in(time.Hour)
		h.wantInside(t, "ada", "ben")
		for _, e := range h.written() {
			if e.Kept != nil && e.Kept.LostAt != nil {
				t.Fatal("who is back is still written as lost")
			}
		}
		h.Stop()
	})
}

// comeBack resumes as a client does that had joined before.
func (h *house) comeBack(t *testing.T, name string) *client {
	t.Helper()
	c := newClient(name)
	line, known := h.Resume(roomID, name, "token-"+name, nil, c.deliver)
	if !known {
		t.Fatalf("the hub has forgotten %s", name)
	}
	c.Line = line
	return c
}

// TestRestartAndNeverBack ends the stays of those who do not come back, and the session, as of the last heartbeat.
func TestRestartAndNeverBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "host")
		old.enter(t, "ben", "guest")
		old.Stop()
		beat := models.Stamp(time.Now().Add(2 * time.Second))
		in(time.Hour)
		h := reborn(t, old, beat)
		ada := h.comeBack(t, "ada")
		in(time.Minute)
		h.wantInside(t, "ada")
		if left := h.lefts()[0]; !left.LeftAt.Equal(beat) || told[hub.Left](ada) != 1 {
			t.Fatalf("ben left at %v, wanted %v", left.LeftAt, beat)
		}
		must(t, h.enter(t, "cem", "guest").Leave(t.Context()))
		again := reborn(t, h, time.Now()) // ada is lost once more, and stays away
		in(time.Minute)
		again.wantLefts(t, 1)
		entries := again.written()
		end := entries[len(entries)-1].Ended
		if end == nil || !end.Equal(*again.lefts()[0].LeftAt) {
			t.Fatalf("the session ended at %v, ada left at %v", end, again.lefts()[0].LeftAt)
		}
		h.Stop()
	})
}

// TestRestartKeepsTheFirstLoss has a peer that was lost by one crash and not seen until the next end as of the first.
func TestRestartKeepsTheFirstLoss(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "host")
		old.Stop()
		beat := models.Stamp(time.Now())
		in(time.Hour)
		h := newHouse(nil)
		left := crash(t, old, beat)
		must(t, h.Restore(t.Context(), []hub.Restored{left}, always(time.Minute)))
		in(30 * time.Second)
		h.Stop()
		h = newHouse(nil)
		must(t, h.Restore(t.Context(), []hub.Restored{left}, always(time.Minute)))
		in(time.Minute)
		if at := h.lefts()[0].LeftAt; !at.Equal(beat) {
			t.Fatalf("left at %v, wanted %v", at, beat)
		}
	})
}

// TestRestartWithQueue has waiters keep their order and their places.
func TestRestartWithQueue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "host")
		for _, name := range []string{"jon", "ida", "kim"} {
			old.enter(t, name, "caller")
			in(time.Second)
		}
		old.Stop()
		h := reborn(t, old, time.Now())
		same(t, "who waits", h.waiters(), []string{"jon", "ida", "kim"})
		must(t, h.room(t).Admit(t.Context(), "jon")) // is not back yet
		ada := h.comeBack(t, "ada")
		same(t, "what ada sees", waiterNames(latest[hub.Queued](ada).Waiters), []string{"jon", "ida", "kim"})
		jon, ida := h.comeBack(t, "jon"), h.comeBack(t, "ida")
		must(t, jon.Join(t.Context(), "Jon", ""))
		must(t, ida.Join(t.Context(), "Ida", ""))
		h.wantInside(t, "ada", "jon")
		in(time.Minute)
		same(t, "who waits", h.waiters(), []string{"ida"})
		h.Stop()
	})
}

// TestRestartWithQueueOnly has waiters in a room in which nobody was.
func TestRestartWithQueueOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ida", "caller")
		old.Stop()
		h := reborn(t, old, time.Now())
		same(t, "who waits", h.waiters(), []string{"ida"})
		in(time.Minute)
		if _, live := h.RoomOf(roomID); live {
			t.Fatal("there still is a room")
		}
	})
}

// TestRestartTooLate ends a session whose time is over while Foyer was away.
func TestRestartTooLate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "host")
		old.Stop()
		in(13 * time.Hour)
		h := reborn(t, old, time.Now().Add(-12*time.Hour))
		synctest.Wait()
		h.wantInside(t)
		h.wantLefts(t, 1)
	})
}

// TestRestoreTwins has two stays under one id, of which the first one was never told that it is in: it ends at once.
func TestRestoreTwins(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "host")
		old.Stop()
		beat := models.Stamp(time.Now())
		left := crash(t, old, beat)
		twin := left.Live.Peers[0]
		twin.ID = old.id()
		left.Live.Peers = append(left.Live.Peers, twin)
		h := newHouse(nil)
		must(t, h.Restore(t.Context(), []hub.Restored{left}, always(time.Minute)))
		h.wantInside(t, "ada")
		h.comeBack(t, "ada")
		in(time.Hour)
		h.wantInside(t, "ada")
		h.wantLefts(t, 1)
		if at := h.lefts()[0].LeftAt; !at.Equal(beat) {
			t.Fatalf("the twin left at %v, wanted %v", at, beat)
		}
		h.Stop()
	})
}

// TestRestoreNothing leaves no room behind, nor one that cannot be entered.
func TestRestoreNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		must(t, h.Restore(context.Background(), []hub.Restored{{Place: h.place}}, always(time.Minute)))
		if _, live := h.RoomOf(roomID); live {
			t.Fatal("there is a room with nobody in it")
		}
		h.enter(t, "ada", "host")
		h.wantInside(t, "ada")
		h.Stop()
	})
}
