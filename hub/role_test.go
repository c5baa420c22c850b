package hub_test

import (
	"testing"

	"foyer/fault"
	"foyer/hub"
)

// TestForcedRole tells the peer itself its new role, and only that, and the others of it by its card.
func TestForcedRole(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ben, cem := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest"), h.enter(t, "cem", "guest")
	must(t, ada.ChangeRole("ben", "speaker", true))
	if assigned := latest[hub.Assigned](ben); assigned.Role != "speaker" || assigned.Place != h.place {
		t.Errorf("ben was told %+v", assigned)
	}
	if told[hub.Changed](ben) != 0 || told[hub.Changed](ada) != 1 || latest[hub.Changed](cem).Peer.Role != "speaker" {
		t.Errorf("ben was told %v, cem %v", ben.heard(), cem.heard())
	}
	must(t, ada.ChangeRole("ben", "speaker", true)) // has it already
	if told[hub.Assigned](ben) != 1 {
		t.Error("ben was told of the role that it has")
	}
	row, ticket, err := h.room(t).Stay("ben")
	must(t, err)
	if row.Role != "speaker" || ticket.Role != "speaker" {
		t.Errorf("the row says %s, the ticket %s", row.Role, ticket.Role)
	}
	events := 0
	for _, e := range h.written() {
		if e.Told != nil && e.Told.Type == "role.change.success" {
			events++
			same(t, "who wished it", e.Told.Data["role_change_requested_by"], any("ada"))
		}
	}
	if events != 1 {
		t.Errorf("webhooks are told of %d changes, wanted one", events)
	}
	h.Stop()
}

// TestOffers has roles be taken once, by whom they were offered to, as long as they are not forgotten.
func TestOffers(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ben, cem := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest"), h.enter(t, "cem", "guest")
	must(t, ada.ChangeRole("ben", "host", false))
	asked := latest[hub.RoleAsked](ben)
	if asked.By != "ada" || asked.Role != "host" || asked.Token == "" || told[hub.Assigned](ben) != 0 {
		t.Fatalf("ben was told %v", ben.heard())
	}
	wantKind(t, cem.Accept("host", asked.Token), fault.Forbidden)
	wantKind(t, ben.Accept("speaker", asked.Token), fault.Forbidden)
	must(t, ben.Accept("host", asked.Token))
	must(t, ada.ChangeRole("ben", "guest", true))
	wantKind(t, ben.Accept("host", asked.Token), fault.Forbidden)

	must(t, ada.ChangeRole("ben", "speaker", false))
	first := latest[hub.RoleAsked](ben).Token
	for range 8 {
		must(t, ada.ChangeRole("ben", "host", false))
	}
	wantKind(t, ben.Accept("speaker", first), fault.Forbidden)
	must(t, ben.Accept("host", latest[hub.RoleAsked](ben).Token))
	h.Stop()
}

// TestFullRole gives a role to no more than it takes, and says so to webhooks.
func TestFullRole(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada := h.enter(t, "ada", "host")
	for _, name := range []string{"ben", "cem", "dia"} {
		h.enter(t, name, "guest")
	}
	wantKind(t, ada.ChangeRoles([]string{"guest"}, "speaker"), fault.Invalid)
	speakers := 0
	for _, card := range h.room(t).View().Peers {
		if card.Role == "speaker" {
			speakers++
		}
	}
	if last := h.written()[len(h.written())-1]; speakers != 2 || last.Told == nil || last.Told.Type != "role.change.failure" {
		t.Errorf("%d speakers, written last: %+v", speakers, last)
	}
	h.Stop()
}

// TestRoleCountsSeats has no more come in at once than a role takes, while nothing is written yet.
func TestRoleCountsSeats(t *testing.T) {
	bubble(t, func(t *testing.T) {
		h := newHouse(nil)
		_, first := h.asking(t, "ada", "speaker")
		_, second := h.asking(t, "ben", "speaker")
		_, third := h.asking(t, "cem", "speaker")
		wantKind(t, <-third, fault.Forbidden)
		h.give("ada", nil)
		h.give("ben", nil)
		must(t, <-first)
		must(t, <-second)
		h.Stop()
	})
}

// TestOwnUpdate tells the others, and the peer itself only what others did.
func TestOwnUpdate(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ben := h.enter(t, "ada", "host"), h.enter(t, "ben", "guest")
	must(t, ben.Update(hub.Details{Name: ptr("Ben")}))
	if told[hub.Changed](ben) != 0 || latest[hub.Changed](ada).Peer.Name != "Ben" {
		t.Errorf("ben was told %v, ada %v", ben.heard(), ada.heard())
	}
	_, err := h.room(t).Update("ben", hub.Details{Data: ptr("{}")}, nil)
	must(t, err)
	_, err = ben.Group("ben", "_handraise", true)
	must(t, err)
	if told[hub.Changed](ben) != 2 || told[hub.Changed](ada) != 3 {
		t.Errorf("ben was told %v, ada %v", ben.heard(), ada.heard())
	}
	h.Stop()
}
