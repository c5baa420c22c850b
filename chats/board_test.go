package chats_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
)

// Contract 10: who is told what in a public room's life.
func TestPublicEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		list := h.listen("").on("chats-public")
		room := h.public("General")
		list.hears("chats-public created General 0")
		inside := h.listen("").on("room-" + room)
		say := func(want ...string) {
			t.Helper()
			for i := range want {
				want[i] = "room-" + room + " " + want[i]
			}
			inside.hears(want...)
		}
		h.fine(h.Join(t.Context(), alice, room))
		h.fine(h.Join(t.Context(), alice, room)) // nothing new
		say("came {alice 1}")
		list.hears("chats-public updated  1")
		said, err := h.Post(t.Context(), bob, room, "hello")
		h.fine(err)
		say("came {bob 2}", "bob says hello")
		list.hears("chats-public updated  2")
		h.fine(h.Type(t.Context(), bob, room, true))
		h.fine(h.Unpost(t.Context(), ryo, room, string(said.ID)))
		h.fine(h.Leave(t.Context(), alice, room))
		h.fine(h.Leave(t.Context(), alice, room))
		say("typing {bob true}", "unsaid", "went {alice 1}")
		list.hears("chats-public updated  1")
		other := h.public("Other")
		_, err = h.Switch(t.Context(), bob, room, other)
		h.fine(err)
		say("went {bob 0}")
		list.hears("chats-public created Other 0", "chats-public updated  0", "chats-public updated  1")
		h.fine(h.Delete(t.Context(), ryo, room))
		say()
		list.hears("chats-public deleted " + room)
	})
}

// Contract 10: members hear of a private room on channels of their own; whoever leaves hears of it no more.
func TestPrivateEvents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		public, a, b := h.listen("").on("chats-public"), h.listen("alice").on("private-chats-alice"), h.listen("bob").on("private-chats-bob")
		room := h.private(alice, "bob", "carol")
		a.hears("private-chats-alice created @alice, @bob, @carol 3")
		b.hears("private-chats-bob created @alice, @bob, @carol 3")
		a.on("private-room-" + room)
		_, err := h.Post(t.Context(), bob, room, "hello")
		h.fine(err)
		a.hears("private-room-"+room+" bob says hello", "private-chats-alice bob says hello")
		b.hears("private-chats-bob bob says hello")

		h.fine(h.Leave(t.Context(), alice, room))
		a.hears("private-chats-alice deleted " + room)
		b.hears("private-chats-bob updated bob+carol 2")
		_, err = h.Post(t.Context(), bob, room, "she is gone")
		h.fine(err)
		a.hears()
		b.hears("private-chats-bob bob says she is gone")

		b.on("private-room-" + room)
		h.fine(h.Delete(t.Context(), carol, room)) // one is left: all former members are told
		b.hears("private-chats-bob deleted " + room)
		public.hears()
	})
}

// Contract 10: who may hear what.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	h := lite(t)
	room, own := h.public("General"), h.private(alice, "bob")
	nobody, member, other := h.listen(""), h.listen("alice"), h.listen("carol")
	for _, tc := range []struct {
		channel                  string
		nobody, member, stranger bool
	}{
		{"chats-public", true, true, true},
		{"room-" + room, true, true, true},
		{"private-room-" + own, false, true, false},
		{"private-chats-alice", false, true, false},
		{"presence-global", false, true, true},
		{"room-" + own, false, false, false},
		{"private-room-" + room, false, false, false},
		{"room-unknown", false, false, false},
		{"room-no-id", false, false, false},
		{"room-", false, false, false},
		{"private-chats-", false, false, false},
		{"nonsense", false, false, false},
		{"", false, false, false},
	} {
		for who, line := range map[string]*ear{"nobody": nobody, "a member": member, "a stranger": other} {
			want := map[string]bool{"nobody": tc.nobody, "a member": tc.member, "a stranger": tc.stranger}[who]
			if err := line.Subscribe(t.Context(), tc.channel); (err == nil) != want {
				t.Errorf("%s to %q: %v, want %t", who, tc.channel, err, want)
			}
		}
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	h := lite(t)
	h.account("alice")
	ear := h.listen("bob").on("presence-global", "presence-global")
	h.fine(h.Beat(t.Context(), alice))
	ear.hears(fmt.Sprintf("presence-global beat {alice %d}", h.Now().UnixMilli()))
	ear.Unsubscribe("presence-global")
	ear.Unsubscribe("never heard")
	h.fine(h.Beat(t.Context(), alice))
	ear.hears()
	ear.on("presence-global")
	ear.Close()
	h.fine(h.Beat(t.Context(), alice))
	ear.hears()
	if err := ear.Subscribe(t.Context(), "chats-public"); !fault.Is(err, fault.Gone) {
		t.Errorf("on a closed line: %v", err)
	}
}

// A connection hears 200 channels at most.
func TestChannelsAreBounded(t *testing.T) {
	t.Parallel()
	h := lite(t)
	ear := h.listen("")
	for i := range 200 {
		ear.on("room-" + h.public(strconv.Itoa(i)))
	}
	refused(t, ear.Subscribe(t.Context(), "chats-public"), fault.Forbidden, "too many channels")
}

// Contract 10: a ticket opens one connection, within 60 s, of whoever got it.
func TestTicket(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		who, err := h.Authenticate(t.Context(), "alice", h.account("alice"))
		h.fine(err)
		ticket := func() string {
			ticket, err := h.Ticket(t.Context(), who)
			h.fine(err)
			return ticket
		}
		first := ticket()
		_, err = h.Redeem(t.Context(), first)
		h.fine(err)
		_, err = h.Redeem(t.Context(), first)
		refused(t, err, fault.Unauthenticated, "invalid ticket")
		late := ticket()
		h.wait(60 * time.Second)
		_, err = h.Redeem(t.Context(), late)
		refused(t, err, fault.Unauthenticated, "invalid ticket")
		_, err = h.Redeem(t.Context(), strings.Repeat("0", 64))
		refused(t, err, fault.Unauthenticated, "invalid ticket")

		pass, err := h.Redeem(t.Context(), ticket())
		h.fine(err)
		h.fine(h.Logout(t.Context(), who))
		_, err = h.Connect(t.Context(), pass, func(*chats.Event) {})
		refused(t, err, fault.Unauthenticated, "invalid ticket") // the token has ended meanwhile
	})
}

// What was opened with a token ends with it, also with the one that was given for it.
func TestLogoutEndsLines(t *testing.T) {
	t.Parallel()
	h := lite(t)
	ear, token := h.listen("alice").on("chats-public"), ""
	list, err := h.store.ChatTokens(t.Context(), "alice", h.Now(), 9)
	h.fine(err)
	same(t, "tokens", 1, len(list))
	h.wait(time.Second)
	elsewhere := h.account("alice")
	who, err := h.Authenticate(t.Context(), "alice", elsewhere)
	h.fine(err)
	h.fine(h.Logout(t.Context(), who))
	ear.hears()
	token, err = h.Refresh(t.Context(), "here", "alice", fmt.Sprintf("alice-%d", list[0].CreatedAt.UnixNano()))
	h.fine(err)
	who, err = h.Authenticate(t.Context(), "alice", token)
	h.fine(err)
	h.fine(h.Logout(t.Context(), who))
	ear.hears(" ended {}")
	h.public("General")
	ear.hears()
}
