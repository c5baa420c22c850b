package chats_test

import (
	"fmt"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
)

// Contract 3.5: anyone may join a public room; again is the same as once and keeps joinedAt; members only join a private one.
func TestJoin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, began := h.public("General"), h.Now()
		h.fine(h.Join(t.Context(), alice, room))
		h.wait(time.Minute)
		h.fine(h.Join(t.Context(), bob, room))
		h.fine(h.Join(t.Context(), alice, room))
		list, err := h.Users(t.Context(), chats.Caller{}, room)
		h.fine(err)
		same(t, "who is here", []string{"alice", "bob"}, h.here(chats.Caller{}, room)) // contract 3.7: joinedAt ascending
		same(t, "alice has joined", began, list[0].JoinedAt)
		got, err := h.Room(t.Context(), chats.Caller{}, room)
		h.fine(err)
		same(t, "present", 2, got.Present)

		own := h.private(alice, "bob")
		refused(t, h.Join(t.Context(), carol, own), fault.Forbidden, "Forbidden - not a room member")
		refused(t, h.Join(t.Context(), ryo, own), fault.Forbidden, "Forbidden - not a room member")
		h.fine(h.Join(t.Context(), bob, own))
		refused(t, h.Join(t.Context(), alice, "no-id"), fault.Invalid, "")
		refused(t, h.Join(t.Context(), alice, "general"), fault.NotFound, "Room not found")
	})
}

// Contract 3.6: who is not in a public room leaves it all the same; a private one is left for good, and two-person rooms end.
func TestLeave(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.public("General")
		h.fine(h.Leave(t.Context(), alice, room))
		h.fine(h.Join(t.Context(), alice, room))
		h.fine(h.Leave(t.Context(), alice, room))
		same(t, "who is here", []string{}, h.here(chats.Caller{}, room))

		own := h.private(alice, "bob", "carol")
		refused(t, h.Leave(t.Context(), ryo, own), fault.Forbidden, "Forbidden - not a room member")
		refused(t, h.Leave(t.Context(), alice, "unknown"), fault.NotFound, "Room not found")
		h.fine(h.Leave(t.Context(), alice, own))
		refused(t, h.Leave(t.Context(), alice, own), fault.Forbidden, "Forbidden - not a room member")
		refused(t, h.Join(t.Context(), alice, own), fault.Forbidden, "Forbidden - not a room member")
		h.fine(h.Leave(t.Context(), bob, own))
		refused(t, h.Leave(t.Context(), carol, own), fault.NotFound, "Room not found")
		alone := h.private(alice)
		h.fine(h.Leave(t.Context(), alice, alone))
		_, err := h.Room(t.Context(), alice, alone)
		refused(t, err, fault.NotFound, "Room not found")
	})
}

// Contract 11 D10: a private room is left even when presence there has ended long ago.
func TestLeaveAfterPresenceHasEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.private(alice, "bob", "carol")
		h.wait(24 * time.Hour)
		same(t, "who is here", []string{}, h.here(alice, room))
		h.fine(h.Leave(t.Context(), alice, room))
		got, err := h.Room(t.Context(), bob, room)
		h.fine(err)
		same(t, "members and present", "[bob carol] 0", fmt.Sprint(got.Members, got.Present))
	})
}

// Contract 4: presence ends a day after the last sign of life; a new stay has a new joinedAt; members stay members.
func TestPresenceEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, own := h.public("General"), h.private(alice, "bob")
		h.fine(h.Join(t.Context(), alice, room))
		h.fine(h.Join(t.Context(), bob, room))
		h.wait(12 * time.Hour)
		_, err := h.Post(t.Context(), alice, room, "still here") // posting counts
		h.fine(err)
		h.wait(12 * time.Hour)
		same(t, "who is here", []string{"alice"}, h.here(chats.Caller{}, room))
		got, err := h.Room(t.Context(), alice, own)
		h.fine(err)
		same(t, "the private room", "[bob alice] 0", fmt.Sprint(got.Members, got.Present))
		h.fine(h.Join(t.Context(), bob, room))
		list, err := h.Users(t.Context(), chats.Caller{}, room)
		h.fine(err)
		same(t, "bob has joined", h.Now(), list[1].JoinedAt)
	})
}

func TestPresenceTTL(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{PresenceTTL: time.Minute})
	room := h.public("General")
	h.fine(h.Join(t.Context(), alice, room))
	h.wait(time.Minute - time.Millisecond)
	same(t, "before", []string{"alice"}, h.here(chats.Caller{}, room))
	h.wait(time.Millisecond)
	same(t, "after", []string{}, h.here(chats.Caller{}, room))
}

// Contract 9: leave the previous room if it is public, join the next; ask first, then move.
func TestSwitch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		first, second, own := h.public("first"), h.public("second"), h.private(bob, "alice", "carol")
		move := func(from, to string) {
			t.Helper()
			idle, err := h.Switch(t.Context(), alice, from, to)
			h.fine(err)
			same(t, "idle", false, idle)
		}
		idle, err := h.Switch(t.Context(), alice, "", "")
		h.fine(err)
		same(t, "both absent", true, idle)
		if idle, err = h.Switch(t.Context(), alice, first, first); err != nil || !idle {
			t.Errorf("the same room: %t, %v", idle, err)
		}
		move("", first)
		same(t, "in the first", []string{"alice"}, h.here(alice, first))
		move(first, second)
		same(t, "in the first", []string{}, h.here(alice, first))
		same(t, "in the second", []string{"alice"}, h.here(alice, second))

		for to, want := range map[string]fault.Kind{"unknown": fault.NotFound, "no-id": fault.Invalid, h.private(bob, "carol"): fault.Forbidden} {
			if _, err := h.Switch(t.Context(), alice, second, to); !fault.Is(err, want) {
				t.Errorf("to %s: %v, want %s", to, err, want)
			}
		}
		_, err = h.Switch(t.Context(), alice, second, "65f000000000000000000000")
		refused(t, err, fault.NotFound, "Next room not found")
		same(t, "in the second still", []string{"alice"}, h.here(alice, second))
		_, err = h.Switch(t.Context(), alice, "no-id", second)
		refused(t, err, fault.Invalid, "")

		move(second, own)
		move(own, first) // private presence stays
		same(t, "in the private one", []string{"alice", "bob", "carol"}, h.here(alice, own))
		move(first, "")
		move("unknown", first)
		move("65f000000000000000000000", second)
		same(t, "in the second", []string{"alice"}, h.here(alice, second))
	})
}

// Contract 9: online is who has said so within 90 s.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.account("alice")
		h.account("bob")
		online := func() []string {
			names, err := h.Online(t.Context())
			h.fine(err)
			return names
		}
		same(t, "at first", []string{}, online())
		h.fine(h.Beat(t.Context(), bob))
		h.wait(time.Minute)
		h.fine(h.Beat(t.Context(), alice))
		same(t, "both", []string{"alice", "bob"}, online())
		h.wait(30 * time.Second)
		same(t, "alice", []string{"alice"}, online())
	})
}

// Contract 9: two characters or more, twenty users at most, found by a part of the name.
func TestSearch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for i := range 25 {
			h.account(fmt.Sprintf("user%d", i))
		}
		h.account("a_user")
		found := func(text string) int {
			t.Helper()
			list, err := h.Search(t.Context(), alice, text)
			h.fine(err)
			return len(list)
		}
		same(t, "many", 20, found("SER"))
		same(t, "one", 1, found("a_u"))
		same(t, "none", 0, found("%%"))
		for _, text := range []string{"", "a", "a\x00b", "\xff\xfe"} {
			_, err := h.Search(t.Context(), alice, text)
			refused(t, err, fault.Invalid, "search")
		}
	})
}
