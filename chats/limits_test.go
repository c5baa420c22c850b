package chats_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
)

// held expects a refusal that says when to come back, and of which sort it is.
func held(t *testing.T, err error, again time.Duration, scope string) {
	t.Helper()
	refusal, ok := errors.AsType[*fault.Error](err)
	if !ok || refusal.Kind != fault.RateLimited {
		t.Errorf("got %v, want a refusal", err)
		return
	}
	same(t, "come back", again, refusal.RetryAfter)
	same(t, "scope", []string{scope}, refusal.Details)
}

// Contract 6: 60 lists a minute and 5000 a day, of a user, or else of an address. Refused ones count.
func TestListLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{ListDay: 125}})
	list := func(c chats.Caller) error {
		_, err := h.Rooms(t.Context(), c)
		return err
	}
	here := chats.Caller{From: chats.Place("192.0.2.1")}
	for range 60 {
		h.fine(list(here))
		h.fine(list(alice))
	}
	h.wait(20 * time.Second)
	for range 2 {
		held(t, list(here), 40*time.Second, chats.Burst)
	}
	h.fine(list(chats.Caller{From: chats.Place("192.0.2.2")}))
	h.wait(40 * time.Second)
	for range 60 {
		h.fine(list(here))
	}
	h.wait(time.Minute)
	for range 5 {
		h.fine(list(here))
	}
	held(t, list(here), 24*time.Hour-2*time.Minute, chats.Daily)
	h.wait(24*time.Hour - 2*time.Minute)
	h.fine(list(here))
}

// Contract 6: 20 searches a minute, those with too short a text included.
func TestSearchLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{})
	for range 20 {
		_, err := h.Search(t.Context(), alice, "x")
		refused(t, err, fault.Invalid, "")
	}
	_, err := h.Search(t.Context(), alice, "xyz")
	held(t, err, time.Minute, chats.Burst)
	_, err = h.Search(t.Context(), bob, "xyz")
	h.fine(err)
}

// Contract 6: five registrations a minute from one address, then a day's wait, whatever they were.
func TestRegisterLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{})
	register := func(from string) error {
		_, _, err := h.Register(t.Context(), chats.Place(from), "x", password)
		return err
	}
	for range 5 {
		refused(t, register("192.0.2.1"), fault.Invalid, "")
	}
	held(t, register("192.0.2.1"), 24*time.Hour, chats.Daily)
	refused(t, register("192.0.2.2"), fault.Invalid, "")
	h.wait(23 * time.Hour)
	held(t, register("192.0.2.1"), time.Hour, chats.Daily)
	h.wait(time.Hour)
	for range 5 {
		refused(t, register("192.0.2.1"), fault.Invalid, "")
	}
	held(t, register("192.0.2.1"), 24*time.Hour, chats.Daily)
}

// Contract 6: ten log-ins a minute from one address.
func TestLoginLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Login: 2}})
	login := func(from string) error {
		_, err := h.Login(t.Context(), from, chats.Proof{Name: "nobody", Password: password})
		return err
	}
	for range 2 {
		refused(t, login("here"), fault.Unauthenticated, "")
	}
	held(t, login("here"), time.Minute, chats.Burst)
	refused(t, login("there"), fault.Unauthenticated, "")
	h.wait(time.Minute)
	refused(t, login("here"), fault.Unauthenticated, "")
}

// Contract 6: a name is locked for an hour once too many passwords were wrong, from wherever; the right ones do not count.
func TestNameLocked(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{LoginFailures: 2, Login: 1000, Register: 1000}})
	_, _, err := h.Register(t.Context(), "here", "alice", password)
	h.fine(err)
	login := func(from, password string) error {
		_, err := h.Login(t.Context(), from, chats.Proof{Name: "Alice", Password: password})
		return err
	}
	for range 3 {
		h.fine(login("here", password))
	}
	refused(t, login("a", "wrong one"), fault.Unauthenticated, "")
	_, _, err = h.Register(t.Context(), "b", "alice", "wrong one") // is no way around
	refused(t, err, fault.Conflict, "")
	held(t, login("here", password), time.Hour, chats.Burst)
	_, _, err = h.Register(t.Context(), "here", "alice", password)
	held(t, err, time.Hour, chats.Burst)
	_, _, err = h.Register(t.Context(), "here", "bob", password)
	h.fine(err)
	h.wait(time.Hour)
	h.fine(login("here", password))
}

// Contract 6: ten exchanges of tokens a minute from one address.
func TestRefreshLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{})
	for range 10 {
		_, err := h.Refresh(t.Context(), "here", "nobody", "token")
		refused(t, err, fault.NotFound, "")
	}
	_, err := h.Refresh(t.Context(), "here", "nobody", "token")
	held(t, err, time.Minute, chats.Burst)
}

// Contract 6: three messages in 10 s, twenty in a minute, two seconds apart, of a user in a public room; private ones have no bound.
func TestMessageLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{})
	room, other, own := h.public("General"), h.public("Other"), h.private(alice, "bob")
	n := 0
	say := func(c chats.Caller, room string) error {
		n++
		_, err := h.Post(t.Context(), c, room, strconv.Itoa(n))
		return err
	}
	h.fine(say(alice, room))
	held(t, say(alice, room), 2*time.Second, chats.Burst)
	h.fine(say(bob, room))
	h.fine(say(alice, other))
	h.wait(2 * time.Second)
	h.fine(say(alice, room)) // the third in 10 s, since the refused one counts
	h.wait(2 * time.Second)
	held(t, say(alice, room), 6*time.Second, chats.Burst)
	for range 30 {
		h.fine(say(alice, own))
	}
	h.wait(time.Minute)
	h.fine(say(alice, room))
}

func TestMessagesAMinute(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Burst: 1000, Messages: 4}})
	room := h.public("General")
	for i := range 4 {
		_, err := h.Post(t.Context(), alice, room, strconv.Itoa(i))
		h.fine(err)
		h.wait(5 * time.Second)
	}
	_, err := h.Post(t.Context(), alice, room, "once more")
	held(t, err, 40*time.Second, chats.Burst)
}

// Contract 6, 11 D13: each sort of change has its own 60 a minute, of a user.
func TestChangeLimit(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Change: 3}})
	for name, change := range map[string]func(chats.Caller) error{
		"create": func(c chats.Caller) error { _, err := h.Create(t.Context(), c, chats.Draft{}); return err },
		"join":   func(c chats.Caller) error { return h.Join(t.Context(), c, "unknown") },
		"leave":  func(c chats.Caller) error { return h.Leave(t.Context(), c, "unknown") },
		"delete": func(c chats.Caller) error { return h.Delete(t.Context(), c, "unknown") },
		"switch": func(c chats.Caller) error {
			_, err := h.Switch(t.Context(), c, "a", "65f000000000000000000000")
			return err
		},
		"ticket": func(c chats.Caller) error { _, err := h.Ticket(t.Context(), c); return err },
	} {
		for range 3 {
			if err := change(alice); fault.Is(err, fault.RateLimited) {
				t.Errorf("%s: %v", name, err)
			}
		}
		held(t, change(alice), time.Minute, chats.Burst)
		if err := change(bob); fault.Is(err, fault.RateLimited) {
			t.Errorf("%s of another user: %v", name, err)
		}
	}
}

// Memory is bounded: whoever was longest unseen is forgotten.
func TestLimitsForget(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Change: 1, Keys: 2}})
	join := func(name string) error { return h.Join(t.Context(), chats.Caller{Name: name}, "unknown") }
	refused(t, join("alice"), fault.NotFound, "")
	refused(t, join("alice"), fault.RateLimited, "")
	refused(t, join("bob"), fault.NotFound, "")
	refused(t, join("carol"), fault.NotFound, "")
	refused(t, join("alice"), fault.NotFound, "")
}

func TestLimitsOff(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Off: true, Change: 1}})
	room := h.public("General")
	for i := range 9 {
		h.fine(h.Join(t.Context(), alice, room))
		_, err := h.Post(t.Context(), alice, room, strconv.Itoa(i))
		h.fine(err)
	}
}

// One person has a whole /64.
func TestPlace(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.1": "192.0.2.1/32",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "nonsense": "",
	} {
		same(t, address, want, chats.Place(address))
	}
}
