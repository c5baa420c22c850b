package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
)

// expiring makes a house whose room closes after five minutes: half a minute before that its host is warned, and ten seconds after it
// everybody is out.
func expiring(closed *int) *house {
	h := newHouse(func(_ *models.Room, o *hub.Options) { o.Closed = func(*models.Room) { *closed++ } })
	h.place.Rules = hub.Rules{
		Host: "host", Ends: true, Single: true,
		Expires: time.Now().Add(5 * time.Minute), Warning: 30 * time.Second, Linger: 10 * time.Second,
	}
	return h
}

// TestExpiry warns the host, then lets nobody say anything, then puts everybody out.
func TestExpiry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := 0
		h := expiring(&closed)
		ada, ben := h.lead(t, "ada"), h.lead(t, "ben")
		in(4*time.Minute + 30*time.Second - time.Millisecond)
		same(t, "warnings before their time", told[hub.Expiring](ada), 0)
		in(time.Millisecond)
		same(t, "warnings of ada and ben", []int{told[hub.Expiring](ada), told[hub.Expiring](ben)}, []int{1, 0})
		in(30*time.Second - time.Millisecond)
		same(t, "whether it is over before its time", told[hub.Expired](ben), 0)
		in(time.Millisecond)
		same(t, "whether it is over for ada and ben", []int{told[hub.Expired](ada), told[hub.Expired](ben)}, []int{1, 1})
		same(t, "times that the room was closed", closed, 1)
		_, err := ben.Say(hub.Text("late", ""))
		wantKind(t, err, fault.Gone)
		_, err = h.Arrive(t.Context(), h.ticket("cem", "guest"), "cem", newClient("cem").deliver)
		wantKind(t, err, fault.Gone)
		wantKind(t, h.room(t).Extend(func() (time.Time, error) { t.Error("written"); return time.Time{}, nil }), fault.Gone)
		must(t, ada.Leave(t.Context()))
		same(t, "whether ben was put out with the host", told[hub.Removed](ben), 0)
		in(10 * time.Second)
		if removed := latest[hub.Removed](ben); !removed.Ended || removed.Cause != hub.TimeOver {
			t.Errorf("ben was told %v", removed)
		}
		same(t, "times that the room was closed", closed, 1)
		h.Stop()
	})
}

// TestExtend puts the end off, with a warning of its own.
func TestExtend(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := 0
		h := expiring(&closed)
		until := h.place.Rules.Expires.Add(5 * time.Minute)
		ada, ben := h.lead(t, "ada"), h.lead(t, "ben")
		in(4*time.Minute + 40*time.Second)
		must(t, h.room(t).Extend(func() (time.Time, error) { return until, nil }))
		same(t, "what ada and ben were told", []int{told[hub.Extended](ada), told[hub.Extended](ben)}, []int{1, 0})
		wantKind(t, h.room(t).Extend(func() (time.Time, error) { return time.Time{}, errSlow }), fault.Internal)
		in(4*time.Minute + 50*time.Second - time.Millisecond)
		same(t, "warnings", told[hub.Expiring](ada), 1)
		in(time.Millisecond)
		same(t, "warnings", told[hub.Expiring](ada), 2)
		in(30 * time.Second)
		same(t, "whether it is over", told[hub.Expired](ben), 1)
		h.Stop()
	})
}

// TestExtendRace: an extension that has begun wins against the end of the room's time, unless it fails.
func TestExtendRace(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]bool{"written": false, "not written": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				closed := 0
				h := expiring(&closed)
				ben := h.lead(t, "ben")
				in(5*time.Minute - time.Second)
				err := h.room(t).Extend(func() (time.Time, error) {
					in(3 * time.Second) // meanwhile the time is over
					if fails {
						return time.Time{}, errSlow
					}
					return h.place.Rules.Expires.Add(time.Minute), nil
				})
				synctest.Wait()
				same(t, "whether it failed", err != nil, fails)
				same(t, "whether the room is over", told[hub.Expired](ben) == 1, fails)
				h.Stop()
			})
		})
	}
}

// TestLateHost learns at once that the room closes soon.
func TestLateHost(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := 0
		h := expiring(&closed)
		h.enter(t, "gus", "guest")
		in(4*time.Minute + 45*time.Second)
		ada := h.lead(t, "ada")
		same(t, "warnings of ada", told[hub.Expiring](ada), 1)
		h.Stop()
	})
}

// TestExpiredBeforeAnybodyCame is closed from the beginning.
func TestExpiredBeforeAnybodyCame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		closed := 0
		h := expiring(&closed)
		in(5 * time.Minute)
		_, err := h.Arrive(t.Context(), h.ticket("ada", "guest"), "ada", newClient("ada").deliver)
		wantKind(t, err, fault.Gone)
		if _, ok := h.RoomOf(roomID); ok {
			t.Error("there is a room")
		}
		h.Stop()
	})
}

// TestExpiredWhileFoyerWasDown puts out who is still in when Foyer is back.
func TestExpiredWhileFoyerWasDown(t *testing.T) {
	bubble(t, func(t *testing.T) {
		old := newHouse(nil)
		old.enter(t, "ada", "guest")
		crashed := crash(t, old, time.Now())
		closed := 0
		h := expiring(&closed)
		in(6 * time.Minute)
		crashed.Place = h.place
		must(t, h.Restore(t.Context(), []hub.Restored{crashed}, always(time.Hour)))
		ada := newClient("ada")
		line, back := h.Resume(roomID, "ada", "token-ada", nil, ada.deliver)
		same(t, "whether ada is back", back, true)
		_, err := line.Say(hub.Text("hello", ""))
		wantKind(t, err, fault.Gone)
		in(10 * time.Second)
		same(t, "times that ada was put out", told[hub.Removed](ada), 1)
		h.Stop()
		old.Stop()
	})
}
