package hub_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
)

// asking has somebody ask to join while joins are held back; the channel gives how that ends.
func (h *house) asking(t *testing.T, name, role string) (*client, chan error) {
	t.Helper()
	h.hold(true)
	c := h.arrive(t, name, role)
	return c, c.ask()
}

func (c *client) ask() chan error {
	done := make(chan error, 1)
	go func() { done <- c.Join(context.Background(), c.name, "") }()
	synctest.Wait()
	return done
}

// TestJoinRefused is not seen by anybody, and can be tried again.
func TestJoinRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada := h.enter(t, "ada", "host")
		before := len(ada.heard())
		ben, done := h.asking(t, "ben", "guest")
		h.give("ben", errAway)
		wantKind(t, <-done, fault.Unavailable)
		synctest.Wait()
		if n := len(ada.heard()); n != before {
			t.Fatalf("ada was told %v", ada.heard()[before:])
		}
		done = ben.ask()
		h.give("ben", nil)
		must(t, <-done)
		h.wantInside(t, "ada", "ben")
		h.Stop()
	})
}

// TestLeaveWhileJoining says goodbye before the join is written: the leave is its own wish.
func TestLeaveWhileJoining(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ben, done := h.asking(t, "ben", "guest")
		must(t, ben.Leave(t.Context()))
		h.wantLefts(t, 0)
		h.give("ben", nil)
		must(t, <-done)
		h.wantLefts(t, 1)
		if left := h.lefts()[0]; left.Reason != "client request" || left.Message != "" {
			t.Fatalf("left because of %q, %q", left.Reason, left.Message)
		}
		h.check(t, true)
	})
}

// TestBackAfterLeavingWhileJoining: who leaves before the join is written and connects again learns that it is out.
func TestBackAfterLeavingWhileJoining(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ben, done := h.asking(t, "ben", "guest")
		must(t, ben.Leave(t.Context()))
		ben.Lost()
		again := h.arrive(t, "ben", "guest")
		h.give("ben", nil)
		must(t, <-done)
		if v, _ := again.sees(); v.In || told[hub.Removed](again) != 1 {
			t.Fatalf("ben was told %v", again.heard())
		}
		h.check(t, true)
	})
}

// TestRemovedWhileJoining has a peer put out before its join is written.
func TestRemovedWhileJoining(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(t *testing.T, h *house){
		"put out": func(t *testing.T, h *house) {
			t.Helper()
			h.room(t).PutOut(func(ticket *hub.Ticket) bool { return ticket.User == "user-ben" }, "banned")
		},
		"end": func(t *testing.T, h *house) {
			t.Helper()
			h.room(t).End("over", false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHouse(nil)
				h.enter(t, "ada", "host")
				ben, done := h.asking(t, "ben", "guest")
				remove(t, h)
				h.give("ben", nil)
				must(t, <-done)
				if told[hub.Removed](ben) != 1 {
					t.Fatalf("ben was told %v", ben.heard())
				}
				if slices.Contains(h.names(), "ben") {
					t.Fatal("ben is in")
				}
				left := h.lefts()[len(h.lefts())-1]
				if left.PeerID != "ben" || left.Reason != "peer kicked" {
					t.Fatalf("%s left because of %q", left.PeerID, left.Reason)
				}
				h.check(t, false)
				h.Stop()
			})
		})
	}
}

// TestLostWhileJoining keeps the place of a peer whose connection is lost before its join is written: its client comes back, asks again
// and is in, though it was never told so before.
func TestLostWhileJoining(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada := h.enter(t, "ada", "host")
		ben, done := h.asking(t, "ben", "guest")
		ben.Lost()
		again, second := h.asking(t, "ben", "guest")
		h.give("ben", nil)
		must(t, <-done)
		must(t, <-second)
		if told[hub.Welcome](again) != 1 || told[hub.Joined](ada) != 1 {
			t.Fatalf("ben was told %v, ada %v", again.heard(), ada.heard())
		}
		again.Lost()
		in(time.Minute)
		h.wantInside(t, "ada")
		h.wantLefts(t, 1)
		h.Stop()
	})
}

// TestAskedTwiceAndRefused has the second connection learn how the join of the first has ended: it would wait for ever.
func TestAskedTwiceAndRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ben, done := h.asking(t, "ben", "guest")
		ben.Lost()
		_, second := h.asking(t, "ben", "guest")
		h.give("ben", errAway)
		wantKind(t, <-done, fault.Unavailable)
		wantKind(t, <-second, fault.Unavailable)
		h.Stop()
	})
}

// TestAskerGivesUp waits no longer than its context.
func TestAskerGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ben, done := h.asking(t, "ben", "guest")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wantKind(t, ben.Join(ctx, "ben", ""), fault.Unavailable)
		h.give("ben", nil)
		must(t, <-done)
		h.wantInside(t, "ben")
		h.Stop()
	})
}

// TestLostAndNeverBack ends a stay whose connection was lost before it was written.
func TestLostAndNeverBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ben, done := h.asking(t, "ben", "guest")
		ben.Lost()
		h.give("ben", nil)
		must(t, <-done)
		h.wantInside(t, "ben")
		in(time.Minute)
		h.wantInside(t)
		h.check(t, true)
	})
}

// TestAdmittedThenLost has a waiter that is let in lose its connection before that is written, which fails: it waits on, for its grace.
func TestAdmittedThenLost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ida := h.enter(t, "ada", "host"), h.enter(t, "ida", "caller")
		same(t, "who waits", h.waiters(), []string{"ida"})
		h.hold(true)
		done := make(chan error, 1)
		go func() { done <- ada.Admit(context.Background(), "ida") }()
		synctest.Wait()
		ida.Lost()
		h.give("ida", errAway)
		wantKind(t, <-done, fault.Unavailable)
		same(t, "who waits", h.waiters(), []string{"ida"})
		in(time.Minute)
		same(t, "who waits", h.waiters(), []string(nil))
		h.Stop()
	})
}

// TestAdmittedThenEnded has a waiter that is let in sent away before that is written, which fails: its join gets an answer.
func TestAdmittedThenEnded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.enter(t, "ada", "host")
		ida := h.enter(t, "ida", "caller")
		h.hold(true)
		done := make(chan error, 1)
		go func() { done <- h.room(t).Admit(context.Background(), "") }()
		synctest.Wait()
		h.room(t).End("over", false)
		h.give("ida", errAway)
		wantKind(t, <-done, fault.Unavailable)
		same(t, "the refusal", latest[hub.Refused](ida), hub.Refused{Reason: "over"})
		h.check(t, true)
	})
}

// TestSizeCountsSeats has no more come in at once than there is room for, while nothing is written yet.
func TestSizeCountsSeats(t *testing.T) {
	bubble(t, func(t *testing.T) {
		size := 2
		h := newHouse(func(r *models.Room, _ *hub.Options) { r.Size = &size })
		_, first := h.asking(t, "ada", "host")
		_, second := h.asking(t, "ben", "guest")
		_, third := h.asking(t, "cem", "guest")
		wantKind(t, <-third, fault.Forbidden)
		h.give("ada", errAway)
		wantKind(t, <-first, fault.Unavailable)
		_, fourth := h.asking(t, "dia", "guest") // the seat is free again
		h.give("ben", nil)
		must(t, <-second)
		h.give("dia", nil)
		must(t, <-fourth)
		h.wantInside(t, "ben", "dia")
		h.Stop()
	})
}
