package hub_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"foyer/hub"
	"foyer/models"
)

// in passes time of a bubble.
func in(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// bubble runs a test in a bubble of its own.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

// TestGrace loses a connection: the others are told nothing for a minute, then that the peer has left, once.
func TestGrace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ben := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
		lost := time.Now()
		ben.Lost()
		in(time.Minute - time.Millisecond)
		if n := told[hub.Left](ada); n != 0 {
			t.Fatalf("told of %d leaves before the time", n)
		}
		h.wantInside(t, "ada", "ben")
		in(time.Millisecond)
		if n := told[hub.Left](ada); n != 1 {
			t.Fatalf("told of %d leaves, wanted one", n)
		}
		h.wantInside(t, "ada")
		in(time.Hour)
		h.wantLefts(t, 1)
		if left := h.lefts()[0]; left.Reason != "websocket closed" || !left.LeftAt.Equal(models.Stamp(lost.Add(time.Minute))) {
			t.Fatalf("left at %v because of %q", left.LeftAt, left.Reason)
		}
		must(t, ada.Leave(t.Context()))
		h.check(t, true)
	})
}

// TestGraceBeganBefore counts the time in which nobody noticed that the connection was lost.
func TestGraceBeganBefore(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.enter(t, "ada", "host")
		ben, cem := h.enter(t, "ben", "guest"), h.enter(t, "cem", "guest")
		ben.LostFor(20 * time.Second)
		cem.LostFor(time.Minute)
		h.wantInside(t, "ada", "ben")
		in(40*time.Second - time.Millisecond)
		h.wantInside(t, "ada", "ben")
		in(time.Millisecond)
		h.wantInside(t, "ada")
		h.Stop()
	})
}

// TestResume comes back in time: nobody is told anything, and the peer learns all, also what was done to it meanwhile.
func TestResume(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ben := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
		must(t, ben.Observe([]string{"x"}))
		ben.Lost()
		in(59 * time.Second)
		_, err := ada.Set("x", []byte("1"), nil)
		must(t, err)
		must(t, ada.ChangeRole("ben", "host", true))
		_, err = ada.Group("ben", "blue", true)
		must(t, err)
		before := len(ada.heard())
		again := newClient("ben")
		line, known := h.Resume(roomID, "ben", "token-ben", nil, again.deliver)
		if !known {
			t.Fatal("the hub has forgotten ben")
		}
		again.Line = line
		if n := len(ada.heard()); n != before {
			t.Fatalf("ada was told %v", ada.heard()[before:])
		}
		v, wrong := again.sees()
		want := card{ID: "ben", User: "user-ben", Name: "ben", Role: "host", Groups: []string{"blue"}}
		same(t, "wrong deliveries", wrong, "")
		same(t, "ben's own card", v.Self, want)
		same(t, "the others", v.Others, []card{{ID: "ada", User: "user-ada", Name: "ada", Role: "host"}})
		same(t, "the values", v.Values, map[string]string{"x": "1"})
		in(time.Hour)
		h.wantInside(t, "ada", "ben")
		h.wantLefts(t, 0)
		h.Stop()
	})
}

// TestLostTwice begins the grace anew each time.
func TestLostTwice(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.enter(t, "ada", "host")
		ben := h.enter(t, "ben", "guest")
		for range 3 {
			ben.Lost()
			in(50 * time.Second)
			ben = h.arrive(t, "ben", "guest")
		}
		ben.Lost()
		in(50 * time.Second)
		h.wantInside(t, "ada", "ben")
		in(10 * time.Second)
		h.wantInside(t, "ada")
		h.Stop()
	})
}

// TestNoGrace loses connections that keep nothing.
func TestNoGrace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada := h.enter(t, "ada", "host")
		for name, role := range map[string]string{"ben": "guest", "ida": "caller"} {
			ticket := h.ticket(name, role)
			ticket.Grace = 0
			c := h.arriveWith(t, name, ticket)
			must(t, c.Join(t.Context(), name, ""))
			c.Lost()
		}
		h.wantInside(t, "ada")
		same(t, "who waits", h.waiters(), []string(nil))
		if n := told[hub.Left](ada); n != 1 {
			t.Fatalf("told of %d leaves, wanted one", n)
		}
		h.Stop()
	})
}

// TestSuperseded has a second connection take the place of the first, which then can do no harm by its end.
func TestSuperseded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, first := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
		second := h.arrive(t, "ben", "guest")
		if !first.over || second.over {
			t.Fatal("the first connection was not told, or the second was")
		}
		before := len(first.heard())
		first.Lost()
		_, err := ada.Say(hub.Text("hello", ""))
		must(t, err)
		in(time.Hour)
		h.wantInside(t, "ada", "ben")
		if n := len(first.heard()); n != before {
			t.Fatalf("the first connection was delivered %v", first.heard()[before:])
		}
		v, _ := second.sees()
		same(t, "the second connection's messages", v.Inbox, []string{`"hello"`})
		h.Stop()
	})
}

// TestLongest ends sessions at the room's limit, and at 12 hours whatever the room says.
func TestLongest(t *testing.T) {
	t.Parallel()
	hour, day := 3600, 24*3600
	for name, c := range map[string]struct {
		seconds *int
		after   time.Duration
	}{
		"the room's":       {&hour, time.Hour},
		"no limit":         {nil, hub.Longest},
		"beyond the limit": {&day, hub.Longest},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHouse(func(r *models.Room, _ *hub.Options) { r.MaxDurationSeconds = c.seconds })
				ada := h.enter(t, "ada", "host")
				in(c.after - time.Millisecond)
				h.wantInside(t, "ada")
				in(time.Millisecond)
				h.wantInside(t)
				if removed := latest[hub.Removed](ada); !removed.Ended {
					t.Fatalf("ada was told %+v", removed)
				}
				h.check(t, true)
				ada = h.enter(t, "ada", "host") // a new session has its own time
				in(c.after - time.Millisecond)
				h.wantInside(t, "ada")
				must(t, ada.Leave(t.Context()))
				in(time.Hour)
				h.check(t, true)
			})
		})
	}
}

// TestOutlook tells watchers at once, and then at most once a second.
func TestOutlook(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ida, cem := h.arrive(t, "ida", "caller"), h.arrive(t, "cem", "guest")
		h.enter(t, "ada", "host")
		if n := told[hub.Outlook](ida); n != 2 { // one at the door, and one of ada
			t.Fatalf("told %d times, wanted twice", n)
		}
		for _, name := range []string{"b", "c", "d", "e"} {
			h.enter(t, name, "guest")
		}
		if n := told[hub.Outlook](ida); n != 2 {
			t.Fatalf("told %d times within a second, wanted twice", n)
		}
		in(time.Second)
		if n := told[hub.Outlook](ida); n != 3 {
			t.Fatalf("told %d times, wanted three times", n)
		}
		v, _ := ida.sees()
		if v.Outlook.Count != 5 || len(v.Outlook.Peers) != 5 || v.Outlook.Peers[1].ID != "b" {
			t.Fatalf("ida sees %+v", v.Outlook)
		}
		if v, _ := cem.sees(); v.Outlook.Count != 5 || v.Outlook.Peers != nil {
			t.Fatalf("cem sees %+v", v.Outlook)
		}
		in(time.Hour)
		if n := told[hub.Outlook](ida); n != 3 {
			t.Fatalf("told %d times although nothing happened", n)
		}
		h.Stop()
	})
}

// TestStop keeps everybody in whose connection is lost from then on, whatever time passes and whatever the grace: for the process that
// comes next.
func TestStop(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ben, ida := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest"), h.enter(t, "ida", "caller")
		short := h.ticket("cem", "guest")
		short.Grace = 0
		cem := h.arriveWith(t, "cem", short)
		must(t, cem.Join(t.Context(), "cem", ""))
		watcher := h.arrive(t, "dia", "guest")
		ben.Lost()
		h.Stop()
		before := len(h.written())
		for _, c := range []*client{ada, ida, cem, watcher} {
			c.Lost()
		}
		in(24 * time.Hour)
		if rest := h.written()[before:]; len(rest) > 0 {
			t.Fatalf("written after the end: %+v", rest)
		}
		h.wantInside(t, "ada", "ben", "cem")
	})
}

// TestStopWhileJoining has a join that is written after the end stay as well, its connection lost.
func TestStopWhileJoining(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.hold(true)
		ticket := h.ticket("ada", "host")
		ticket.Grace = 0
		ada := h.arriveWith(t, "ada", ticket)
		done := make(chan error, 1)
		go func() { done <- ada.Join(context.Background(), "ada", "") }()
		synctest.Wait()
		h.Stop()
		ada.Lost()
		h.give("ada", nil)
		must(t, <-done)
		in(time.Hour)
		h.wantInside(t, "ada")
		h.wantLefts(t, 0)
	})
}
