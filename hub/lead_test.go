package hub_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
)

// led makes a house whose room is led by hosts. Change may change the rules.
func led(change func(*hub.Rules)) *house {
	h := newHouse(nil)
	h.place.Rules = hub.Rules{Host: "host"}
	if change != nil {
		change(&h.place.Rules)
	}
	return h
}

// lead has somebody come in as a guest who may take the lead.
func (h *house) lead(t *testing.T, name string) *client {
	t.Helper()
	c := h.knock(t, name)
	must(t, c.Join(t.Context(), name, ""))
	return c
}

func (h *house) knock(t *testing.T, name string) *client {
	t.Helper()
	ticket := h.ticket(name, "guest")
	ticket.Leads, ticket.Grace = true, 0
	return h.arriveWith(t, name, ticket)
}

// roleOf is the role of somebody who is in.
func (h *house) roleOf(t *testing.T, name string) string {
	t.Helper()
	card, err := h.room(t).Peer(name)
	must(t, err)
	return card.Role
}

// TestFirstLeads gives the lead to the first one who may have it, and not to anybody else.
func TestFirstLeads(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(nil)
		h.enter(t, "gus", "guest")
		same(t, "gus, whose role is given", h.roleOf(t, "gus"), "guest")
		ada := h.lead(t, "ada")
		h.lead(t, "ben")
		same(t, "ada", h.roleOf(t, "ada"), "host")
		same(t, "ben", h.roleOf(t, "ben"), "guest")
		same(t, "what ada was told", latest[hub.Welcome](ada).Role, "host")
		same(t, "whether ada moderates", latest[hub.Welcome](ada).Self.Moderator, true)
		h.Stop()
	})
}

// TestLeadIsTakenOnce by many who come at once.
func TestLeadIsTakenOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(nil)
		h.hold(true)
		ada, ben := h.knock(t, "ada"), h.knock(t, "ben")
		first, second := ada.ask(), ben.ask()
		h.give("ben", nil)
		must(t, <-second)
		same(t, "ben", h.roleOf(t, "ben"), "guest")
		h.give("ada", errAway)
		wantKind(t, <-first, fault.Unavailable)
		synctest.Wait()
		same(t, "ben, when ada could not be written down", h.roleOf(t, "ben"), "host")
		h.Stop()
	})
}

// TestLeadPassesOn to whoever has been in longest, who is told, as are the others.
func TestLeadPassesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(nil)
		ada := h.lead(t, "ada")
		h.enter(t, "gus", "guest")
		ben, cem := h.lead(t, "ben"), h.lead(t, "cem")
		must(t, ada.Leave(t.Context()))
		same(t, "gus", h.roleOf(t, "gus"), "guest")
		same(t, "ben", h.roleOf(t, "ben"), "host")
		same(t, "what ben was told", latest[hub.Assigned](ben).Role, "host")
		changed := latest[hub.Changed](cem)
		same(t, "what cem was told", []bool{changed.Was.Moderator, changed.Peer.Moderator}, []bool{false, true})
		ben.Lost()
		same(t, "cem, when ben is lost", h.roleOf(t, "cem"), "host")
		h.Stop()
	})
}

// TestHostEnds the session where it is led by one: the others are told why.
func TestHostEnds(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(t *testing.T, h *house, ada *client){
		"leaves":     func(t *testing.T, _ *house, ada *client) { t.Helper(); must(t, ada.Leave(t.Context())) },
		"is lost":    func(t *testing.T, _ *house, ada *client) { t.Helper(); ada.Lost() },
		"is removed": func(t *testing.T, h *house, _ *client) { t.Helper(); must(t, h.room(t).Remove("ada", "")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				h := led(func(r *hub.Rules) { r.Ends, r.Single = true, true })
				ada, ben := h.lead(t, "ada"), h.lead(t, "ben")
				leave(t, h, ada)
				if removed := latest[hub.Removed](ben); !removed.Ended || removed.Cause != hub.HostLeft || told[hub.Left](ben) != 0 {
					t.Fatalf("ben was told %v", ben.heard())
				}
				h.wantLefts(t, 2)
				h.Stop()
			})
		})
	}
}

// TestSingleSession closes the room with its session: whoever was admitted before, or waits, does not come in any more, and that is told once.
func TestSingleSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := 0
		h := newHouse(func(_ *models.Room, o *hub.Options) { o.Closed = func(*models.Room) { closed++ } })
		h.place.Rules = hub.Rules{Host: "host", Single: true}
		ada, eve := h.lead(t, "ada"), h.knock(t, "eve")
		must(t, ada.Lock(true))
		ben := h.lead(t, "ben")
		same(t, "who waits", h.waiters(), []string{"ben"})
		same(t, "times that ben was told to wait", told[hub.AtDoor](ben), 1)
		must(t, ada.Leave(t.Context()))
		same(t, "times that ben was refused", told[hub.Refused](ben), 1)
		same(t, "times that eve was put out", told[hub.Removed](eve), 1)
		_, err := h.Arrive(t.Context(), h.ticket("dia", "guest"), "dia", newClient("dia").deliver)
		wantKind(t, err, fault.Gone)
		same(t, "times that the room was closed", closed, 1)
		in(2 * time.Minute)
		if _, ok := h.RoomOf(roomID); ok {
			t.Error("the room is kept for ever")
		}
		h.Stop()
	})
}

// TestSingleSessionAfterACut: when all have lost their connections, the room waits for them for a while.
func TestSingleSessionAfterACut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(func(r *hub.Rules) { r.Single = true })
		ada, ben := h.lead(t, "ada"), h.lead(t, "ben")
		ada.Lost()
		ben.Lost()
		if done, err := h.Retire(t.Context(), h.place); done || err != nil {
			t.Fatalf("it can be closed meanwhile: %v, %v", done, err)
		}
		in(19 * time.Second)
		ben = h.lead(t, "ben")
		same(t, "ben, who is back first", h.roleOf(t, "ben"), "host")
		in(time.Minute)
		ben.Lost()
		in(21 * time.Second)
		_, err := h.Arrive(t.Context(), h.ticket("ada", "guest"), "ada", newClient("ada").deliver)
		wantKind(t, err, fault.Gone)
		h.Stop()
	})
}

// TestRetire closes a room in which nobody is, and no other one.
func TestRetire(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada := h.arrive(t, "ada", "guest")
		if done, err := h.Retire(t.Context(), h.place); done || err != nil {
			t.Fatalf("a room where somebody looks on: %v, %v", done, err)
		}
		ada.Lost()
		if done, err := h.Retire(t.Context(), h.place); !done || err != nil {
			t.Fatalf("an empty room: %v, %v", done, err)
		}
		_, err := h.Arrive(t.Context(), h.ticket("ben", "guest"), "ben", newClient("ben").deliver)
		wantKind(t, err, fault.Gone)
		h.Stop()
	})
}

// TestLockFallsWithTheSession: nobody is left outside a room where nobody could let them in.
func TestLockFallsWithTheSession(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(nil)
		ada := h.lead(t, "ada")
		gus := h.enter(t, "gus", "guest")
		wantKind(t, gus.Lock(true), fault.Forbidden)
		must(t, ada.Lock(true))
		if locked := latest[hub.Locked](gus); !locked.Locked || locked.By == nil || locked.By.ID != "ada" {
			t.Errorf("gus was told %v", locked)
		}
		ben, cem := h.lead(t, "ben"), h.lead(t, "cem")
		must(t, gus.Leave(t.Context()))
		must(t, ada.Leave(t.Context()))
		synctest.Wait()
		same(t, "ben, who waited longest", h.roleOf(t, "ben"), "host")
		same(t, "whether the door is locked", latest[hub.Welcome](ben).Locked, false)
		same(t, "who waits", h.waiters(), []string{"cem"})
		must(t, ben.Admit(t.Context(), "cem"))
		same(t, "cem", told[hub.Welcome](cem), 1)
		h.Stop()
	})
}

// TestStar has those around the host hear only the host.
func TestStar(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(func(r *hub.Rules) { r.Route = hub.Star("host") })
		ada, ben, cem := h.lead(t, "ada"), h.lead(t, "ben"), h.enter(t, "cem", "guest")
		say := func(c *client, m hub.Message) error { _, err := c.Say(m); return err }
		must(t, say(ben, hub.Text("up", "")))
		same(t, "ada, ben and cem", []int{told[hub.Said](ada), told[hub.Said](ben), told[hub.Said](cem)}, []int{1, 0, 0})
		must(t, say(ada, hub.Text("down", "")))
		same(t, "ada, ben and cem", []int{told[hub.Said](ada), told[hub.Said](ben), told[hub.Said](cem)}, []int{1, 1, 1})
		wantKind(t, say(ben, hub.Message{Text: []byte(`"psst"`), Peer: "cem"}), fault.Forbidden)
		echo := hub.Text("mine", "")
		echo.Echo = true
		must(t, say(cem, echo))
		same(t, "ada, ben and cem", []int{told[hub.Said](ada), told[hub.Said](ben), told[hub.Said](cem)}, []int{2, 1, 2})
		h.Stop()
	})
}

// TestSignal reaches one peer of the same protocol, and nobody else.
func TestSignal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ben := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
		ticket := h.ticket("cem", "guest")
		ticket.Dialect = "another"
		cem := h.arriveWith(t, "cem", ticket)
		wantKind(t, cem.Signal("ada", 1), fault.Forbidden)
		must(t, cem.Join(t.Context(), "cem", ""))
		must(t, ada.Signal("ben", "offer"))
		same(t, "what ben got", latest[hub.Signalled](ben).What, any("offer"))
		wantKind(t, ada.Signal("cem", "offer"), fault.NotFound)
		wantKind(t, ada.Signal("nobody", "offer"), fault.NotFound)
		same(t, "what cem got", told[hub.Signalled](cem), 0)
		h.Stop()
	})
}

// TestSilence mutes another one: all see it, and the peer is asked.
func TestSilence(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		ada, ben := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
		wantKind(t, ben.Silence("ada", true), fault.Forbidden)
		wantKind(t, ada.Silence("nobody", true), fault.NotFound)
		must(t, ada.Silence("ben", true))
		same(t, "what ada sees", latest[hub.Changed](ada).Peer.Muted, true)
		same(t, "what ben is asked", latest[hub.MuteAsked](ben), hub.MuteAsked{By: "ada", Mute: true})
		must(t, ben.Update(hub.Details{Muted: ptr(false), VideoOff: ptr(true)}))
		changed := latest[hub.Changed](ada)
		same(t, "what ada sees", []bool{changed.Was.Muted, changed.Peer.Muted, changed.Peer.VideoOff}, []bool{true, false, true})
		h.Stop()
	})
}

var errSlow = errors.New("the database is slow")

// TestRestartOfALedRoom: whom Foyer's own end cut off ends nothing, though the host does not come back; the room's time does.
func TestRestartOfALedRoom(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.lead(t, "ada")
		crashed := crash(t, old, time.Now())
		closed := 0
		h := expiring(&closed)
		crashed.Place = h.place
		must(t, h.Restore(t.Context(), []hub.Restored{crashed}, always(0)))
		in(time.Minute)
		same(t, "times that the room was closed", closed, 0)
		ben := h.lead(t, "ben")
		same(t, "ben, who is back first", h.roleOf(t, "ben"), "host")
		must(t, ben.Leave(t.Context()))
		same(t, "times that the room was closed", closed, 1)
		h.Stop()
		old.Stop()
	})
}

// TestNobodySlipsInBehindTheHost: while the host's leave ends the room, who joins just then does not become its host.
func TestNobodySlipsInBehindTheHost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := led(func(r *hub.Rules) { r.Ends, r.Single = true, true })
		ada := h.lead(t, "ada")
		h.hold(true)
		ben := h.knock(t, "ben")
		done := ben.ask()
		cem := h.knock(t, "cem")
		ada.Lost()
		_, err := h.Arrive(t.Context(), h.ticket("dia", "guest"), "dia", newClient("dia").deliver)
		wantKind(t, err, fault.Gone)
		same(t, "times that cem, who looked on, was put out", told[hub.Removed](cem), 1)
		h.give("ben", nil)
		must(t, <-done)
		same(t, "times that ben was put out", told[hub.Removed](ben), 1)
		h.Stop()
	})
}
