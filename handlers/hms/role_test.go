package hms_test

import (
	"testing"

	"foyer/handlers/apitest"
)

// only is a room with one more role, which has one permission alone.
func only(t *testing.T, permission string) *apitest.Room {
	t.Helper()
	return apitest.OpenRoom(t, usual, map[string]string{"may": `{"permissions":{"` + permission + `":true}}`})
}

// Client protocol 4.3: a role that is forced on a peer is told to it by its policy, and to the others by an update.
func TestForcedRoleChange(t *testing.T) {
	t.Parallel()
	room := only(t, "changeRole")
	alice, bob, carol := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "guest")
	alice.Heard()
	bob.Heard()
	bob.IsRefused(403, "changeRole", "role-change-request", `{"requested_for":"{alice}","role":"guest","force":true}`)
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"host","force":true}`, `{}`)
	bob.Expects("on-policy-change", `{"name":"host","known_roles":{"host":{"name":"host"},"guest":{"name":"guest"},"may":{"name":"may"}}}`)
	bob.Hears()
	for _, p := range []*apitest.Peer{alice, carol} {
		p.Expects("on-peer-update", `{"peer_id":"{bob}","role":"host","realtime":true,"info":{"name":"bob"}}`)
		p.Hears()
	}
	bob.Sends("role-change-request", `{"requested_for":"{carol}","role":"host","force":true}`)
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"host","force":true}`) // it has it already
	for message, params := range map[string]string{
		"the room has no role nobody":      `{"requested_for":"{bob}","role":"nobody","force":true}`,
		"the room has no role ":            `{"requested_for":"{bob}","force":true}`,
		"requested_for or roles":           `{"role":"host","force":true}`,
		"can only be changed with force":   `{"roles":["guest"],"role":"host"}`,
		"parameters of role-change-reques": `{"requested_for":7}`,
	} {
		alice.IsRefused(400, message, "role-change-request", params)
	}
	alice.IsRefused(404, "peer not found", "role-change-request", `{"requested_for":"nobody","role":"host","force":true}`)
}

// All of some roles at once.
func TestBulkRoleChange(t *testing.T) {
	t.Parallel()
	room := only(t, "changeRole")
	alice, bob, carol, dora := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "guest"), room.Join("dora", "may")
	for _, p := range []*apitest.Peer{alice, bob, carol} {
		p.Heard()
	}
	bob.IsRefused(403, "changeRole", "role-change-request", `{"roles":["may"],"role":"guest","force":true}`)
	alice.Sends("role-change-request", `{"roles":["guest","nobody"],"role":"host","force":true}`)
	bob.Expects("on-policy-change", `{"name":"host"}`)
	bob.Expects("on-peer-update", `{"peer_id":"{carol}","role":"host"}`)
	carol.Expects("on-policy-change", `{"name":"host"}`)
	dora.Expects("on-peer-update", `{"peer_id":"{bob}","role":"host"}`)
	dora.Expects("on-peer-update", `{"peer_id":"{carol}","role":"host"}`)
	dora.Hears()
	alice.IsRefused(400, "no role nobody", "role-change-request", `{"roles":["host"],"role":"nobody","force":true}`)
}

// A role that is not forced is offered: who takes it needs the offer's token.
func TestConsentedRoleChange(t *testing.T) {
	t.Parallel()
	room := only(t, "changeRole")
	alice, bob, carol := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "guest")
	alice.Heard()
	bob.Heard()
	bob.IsRefused(403, "changeRole", "role-change-request", `{"requested_for":"{alice}","role":"guest","force":false}`)
	alice.IsRefused(404, "peer not found", "role-change-request", `{"requested_for":"nobody","role":"host"}`)
	alice.IsRefused(400, "no role nobody", "role-change-request", `{"requested_for":"{bob}","role":"nobody"}`)
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"host"}`, `{}`)
	asked := bob.Expects("on-role-change-request", `{"requested_by":"{alice}","role":"host","token":"*"}`)
	bob.Hears()
	carol.Hears()
	token := asked.At("token")
	carol.IsRefused(403, "nobody has offered", "role-change", `{"role":"host","token":"`+token+`"}`)
	bob.IsRefused(403, "nobody has offered", "role-change", `{"role":"may","token":"`+token+`"}`)
	bob.IsRefused(403, "nobody has offered", "role-change", `{"role":"host","token":"wrong"}`)
	bob.IsRefused(403, "nobody has offered", "role-change", `{"role":"host"}`)
	bob.Sends("role-change", `{"requested_by":"{alice}","role":"host","token":"`+token+`"}`, `{}`)
	bob.Expects("on-policy-change", `{"name":"host"}`)
	bob.Hears()
	alice.Expects("on-peer-update", `{"peer_id":"{bob}","role":"host"}`)
	carol.Expects("on-peer-update", `{"peer_id":"{bob}","role":"host"}`)
	bob.IsRefused(403, "nobody has offered", "role-change", `{"role":"host","token":"`+token+`"}`)
}

// A role takes no more than it may have, nor does a room (server contract 2.1, 4.2).
func TestLimits(t *testing.T) {
	t.Parallel()
	room := apitest.OpenRoom(t, usual, map[string]string{"few": `{"maxPeerCount":1}`, "none": `{"maxPeerCount":-1}`})
	room.Given(`POST /v2/rooms/{room} {"size":4}`)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "few")
	carol := room.Visit(apitest.Visitor{Name: "carol", Role: "few"})
	carol.CannotJoin(403, "role limit reached")
	nobody := room.Visit(apitest.Visitor{Name: "nobody", Role: "none"})
	nobody.CannotJoin(403, "role not allowed")
	dora := room.Join("dora", "guest")
	alice.IsRefused(400, "role limit reached", "role-change-request", `{"requested_for":"{dora}","role":"few","force":true}`)
	alice.IsRefused(400, "role limit reached", "role-change-request", `{"requested_for":"{dora}","role":"none","force":true}`)
	bob.Leaves()
	carol.Joins()
	room.Join("erik", "guest")
	frank := room.Visit(apitest.Visitor{Name: "frank"})
	frank.CannotJoin(403, "room is full")
	dora.Leaves()
	frank.Joins()
}
