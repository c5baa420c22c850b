package hms_test

import (
	"testing"
	"time"

	"foyer/handlers/apitest"
)

// Client protocol 3: whoever is not let in gets a connection all the same, and a policy, and learns it from the answer to join.
func TestRefusedAtJoin(t *testing.T) {
	t.Parallel()
	room := open(t)
	app := func(changes map[string]any) string { return appWith(changes)(room.Workspace)[len("Bearer "):] }
	for name, tc := range map[string]struct {
		token   string
		code    int
		message string
	}{
		"noToken":  {"", 401, ""},
		"nonsense": {"x.y.z", 401, ""},
		"expired":  {app(map[string]any{"exp": room.Foyer.Clock.Now().Add(-time.Hour).Unix()}), 401, ""},
		"noRoom":   {app(map[string]any{"room_id": nowhere}), 410, "room does not exist"},
		"noRole":   {app(map[string]any{"role": "nobody"}), 403, "the role of this token"},
	} {
		p := room.Connect(apitest.Visitor{Name: name, Token: tc.token})
		policy := p.Expects("on-policy-change")
		if own := policy.At("known_roles." + policy.At("name") + ".name"); own == "" || own != policy.At("name") {
			t.Errorf("%s: the policy's own role is not in it: %s", name, policy.Text())
		}
		p.Hears()
		p.CannotJoin(tc.code, tc.message)
		p.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"x"}}`)
		p.CannotJoin(tc.code, tc.message)
		p.Drops()
	}
}

// A room that is disabled after /init refuses at join, and lets in again when it is enabled, on the same connection.
func TestDisabledAndEnabled(t *testing.T) {
	t.Parallel()
	room := open(t)
	token := room.Exchange(apitest.Visitor{Name: "alice"}).At("token")
	room.Given(`POST /v2/rooms/{room} {"enabled":false}`)
	alice := room.Connect(apitest.Visitor{Name: "alice", Token: token})
	alice.Expects("on-policy-change", `{"name":"guest","known_roles":{"guest":{"name":"guest"}}}`)
	alice.CannotJoin(403, "room is disabled")
	room.Given(`POST /v2/rooms/{room} {"enabled":true}`)
	alice.Joins()
	alice.Expects("on-policy-change", `{"name":"guest","known_roles":{"host":{"name":"host"},"guest":{"name":"guest"}}}`)
	alice.Expects("peer-list", `{"peers":{}}`)
}

// An id that is somebody else's is not taken over by another token, and its owner does not notice.
func TestDuplicateID(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	thief := room.Connect(apitest.Visitor{Name: "thief", ID: alice.ID, Token: room.Exchange(apitest.Visitor{Name: "thief", Role: "host"}).At("token")})
	thief.Expects("on-policy-change")
	thief.CannotJoin(409, "duplicate peer id")
	thief.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"x"}}`)
	alice.Hears()
}
