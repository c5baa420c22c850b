package hub_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"foyer/hub"
	"foyer/models"
)

// TestAdmitOne lets in one of two who wait; those who may admit see the queue, and nobody else.
func TestAdmitOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, cem := h.enter(t, "ada", "host"), h.enter(t, "cem", "guest")
		ida := h.enter(t, "ida", "caller")
		in(time.Second)
		jon := h.enter(t, "jon", "caller")
		if v, _ := ada.sees(); len(v.Waiters) != 2 || v.Waiters[0] != "ida" {
			t.Fatalf("ada sees %v wait", v.Waiters)
		}
		must(t, ada.Admit(t.Context(), "jon"))
		h.wantInside(t, "ada", "cem", "jon")
		same(t, "who waits", h.waiters(), []string{"ida"})
		if told[hub.Welcome](jon) != 1 || told[hub.Welcome](ida) != 0 || told[hub.Queued](cem) != 0 {
			t.Fatal("the wrong ones were told")
		}
		must(t, ada.Deny("ida", "full"))
		same(t, "the refusal", latest[hub.Refused](ida), hub.Refused{Reason: "full"})
		h.Stop()
	})
}

// TestAdmittedWhileAway has a waiter let in while its connection is lost: it comes in when it asks again.
func TestAdmittedWhileAway(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ida := h.enter(t, "ada", "host"), h.enter(t, "ida", "caller")
		ida.Lost()
		in(30 * time.Second)
		must(t, ada.Admit(t.Context(), "ida"))
		h.wantInside(t, "ada")
		ida = h.arrive(t, "ida", "caller")
		must(t, ida.Join(t.Context(), "ida", ""))
		h.wantInside(t, "ada", "ida")
		h.Stop()
	})
}

// TestAdmittedWhileAwayForGood ends a place in the queue after its grace, whether it was let in or not.
func TestAdmittedWhileAwayForGood(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ida := h.enter(t, "ada", "host"), h.enter(t, "ida", "caller")
		ida.Lost()
		must(t, ada.Admit(t.Context(), "ida"))
		in(time.Minute)
		same(t, "who waits", h.waiters(), []string(nil))
		h.wantInside(t, "ada")
		h.Stop()
	})
}

// TestWaitersOutliveTheSession has an early one wait in a room where nobody is.
func TestWaitersOutliveTheSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ida := h.enter(t, "ida", "caller")
		if view := h.room(t).View(); view.Session != nil {
			t.Fatal("somebody who waits has begun a session")
		}
		ada := h.enter(t, "ada", "host")
		same(t, "what ada sees", waiterNames(latest[hub.Queued](ada).Waiters), []string{"ida"})
		must(t, ada.Leave(t.Context()))
		same(t, "who waits", h.waiters(), []string{"ida"})
		must(t, ida.Leave(t.Context()))
		if _, live := h.RoomOf(roomID); live {
			t.Fatal("there still is a room")
		}
		h.check(t, true)
	})
}

// TestLockedDoor has those wait who may not admit.
func TestLockedDoor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.enter(t, "ada", "host")
		h.room(t).Lock(true)
		h.enter(t, "cem", "guest")
		h.enter(t, "ben", "host")
		h.wantInside(t, "ada", "ben")
		same(t, "who waits", h.waiters(), []string{"cem"})
		h.room(t).Lock(false)
		h.enter(t, "dia", "guest")
		h.wantInside(t, "ada", "ben", "dia")
		h.Stop()
	})
}

// TestNobodyWaitsAlone never lets a peer wait that may admit while nobody inside may: not when it comes, nor when the last one leaves,
// loses the role, or has lost its connection for good.
func TestNobodyWaitsAlone(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(t *testing.T, h *house, ada *client){
		"leaves": func(t *testing.T, _ *house, ada *client) {
			t.Helper()
			must(t, ada.Leave(t.Context()))
		},
		"is removed": func(t *testing.T, h *house, _ *client) {
			t.Helper()
			must(t, h.room(t).Remove("ada", ""))
		},
		"is demoted": func(t *testing.T, h *house, _ *client) {
			t.Helper()
			must(t, h.room(t).Assign("ada", "guest"))
		},
		"is lost": func(t *testing.T, _ *house, ada *client) {
			t.Helper()
			ada.Lost()
			in(time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := newHouse(nil)
				gil := h.enter(t, "gil", "chair") // comes first: is let in
				h.wantInside(t, "gil")
				must(t, gil.Leave(t.Context()))
				ada := h.enter(t, "ada", "host")
				gil, hal := h.enter(t, "gil", "chair"), h.enter(t, "hal", "chair")
				same(t, "who waits", h.waiters(), []string{"gil", "hal"})
				gone(t, h, ada)
				synctest.Wait()
				same(t, "who waits", h.waiters(), []string{"hal"})
				if told[hub.Welcome](gil) != 1 || told[hub.Welcome](hal) != 0 {
					t.Fatal("the wrong ones were let in")
				}
				h.Stop()
			})
		})
	}
}

// TestReliefIsRepeated tries again while the one that nobody could let in cannot be written down.
func TestReliefIsRepeated(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada := h.enter(t, "ada", "host")
		h.enter(t, "gil", "chair")
		h.mu.Lock()
		h.refuse = func(*models.Peer) error { return errAway }
		h.mu.Unlock()
		must(t, ada.Leave(t.Context()))
		in(3 * time.Second)
		joins := 0
		for _, e := range h.written() {
			if e.Joined != nil && e.Joined.PeerID == "gil" {
				joins++
			}
		}
		if joins < 3 || joins > 5 {
			t.Fatalf("tried %d times in three seconds", joins)
		}
		h.mu.Lock()
		h.refuse = nil
		h.mu.Unlock()
		in(time.Second)
		h.wantInside(t, "gil")
		h.Stop()
	})
}

// TestAdmitGivesUp lets in nobody when whoever wished it is gone before that is written.
func TestAdmitGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		h.enter(t, "ada", "host")
		h.enter(t, "ida", "caller")
		h.hold(true)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- h.room(t).Admit(ctx, "ida") }()
		synctest.Wait()
		cancel()
		if err := <-done; err == nil {
			t.Fatal("ida was let in")
		}
		same(t, "who waits", h.waiters(), []string{"ida"})
		h.Stop()
	})
}
