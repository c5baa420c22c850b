package chatrooms_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	invalid    = `"error":"Invalid request"`
	unsigned   = `"error":"Authentication required"`
	forbidden  = `"error":"Forbidden"`
	absent     = `"error":"Room not found"`
	succeeded  = `{"success":true}`
	someRoomID = "65f000000000000000000000"
)

func TestListRooms(t *testing.T) {
	t.Parallel()
	general := `{"id":"{general}","name":"General Chat","type":"public","createdAt":1767607200000,"userCount":0}`
	own := `{"id":"{own}","name":"@alice, @bob","type":"private","members":["alice","bob"],"createdAt":1767607200000,"userCount":2}`
	play(t, []scenario{
		{name: "anonymous", line: "GET /rooms", status: 200, body: `{"rooms":[` + general + `]}`},
		{name: "a member", as: "bob", line: "GET /rooms", status: 200, body: `{"rooms":[` + general + `,` + own + `]}`},
		{name: "the admin has no extra view", as: "ryo", line: "GET /rooms", status: 200, lacks: []string{"{own}"}},
		{name: "a name in the query is no identity", line: "GET /rooms?username=alice", status: 200, lacks: []string{"{own}"}},
		{name: "nor another one", as: "carol", line: "GET /rooms?username=alice", status: 200, lacks: []string{"{own}"}},
	})
}

// Contract 2: lastMessageAt is there in a list, of a private room that has a message.
func TestLastMessageAt(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.wait(time.Second)
	h.given("alice", `POST /rooms/{own}/messages {"content":"hi"}`)
	h.given("alice", `POST /rooms/{general}/messages {"content":"hi"}`)
	h.check(scenario{status: 200, holds: []string{`"lastMessageAt":1767607201000`}}, h.send(call{as: "bob", line: "GET /rooms"}))
	for _, line := range []string{"GET /rooms/{own}", "GET /rooms/{general}"} {
		h.check(scenario{status: 200, lacks: []string{"lastMessageAt"}}, h.send(call{as: "bob", line: line}))
	}
	h.check(scenario{status: 200, lacks: []string{"lastMessageAt"}}, h.send(call{line: "GET /rooms"}))
}

// Contract 3.2 and 11 D2, D3, D5, D6, D9, D15.
func TestCreateRoom(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{
			name: "public", as: "ryo", line: `POST /rooms {"type":"public","name":" Tea Room ","members":7}`, status: 201,
			holds: []string{`"name":"Tea Room"`, `"type":"public"`, `"userCount":0`}, lacks: []string{"members"},
		},
		{
			name: "private", as: "alice", line: `POST /rooms {"type":"private","members":["Bob","carol","bob"],"name":5}`, status: 201,
			holds: []string{`"name":"@alice, @bob, @carol"`, `"members":["bob","carol","alice"]`, `"userCount":3`},
		},
		{name: "private, alone", as: "alice", line: `POST /rooms {"type":"private","members":["alice"]}`, status: 201, holds: []string{`"name":"@alice"`}},
		{name: "nobody", line: `POST /rooms {"type":`, status: 401, holds: []string{unsigned, "Unauthorized - missing credentials"}},
		{name: "no JSON", as: "alice", line: `POST /rooms {"type":`, status: 400, holds: []string{invalid}},
		{name: "no object", as: "alice", line: `POST /rooms ["public"]`, status: 400, holds: []string{invalid}},
		{name: "null", as: "alice", line: `POST /rooms null`, status: 400, holds: []string{invalid}},
		{name: "two objects", as: "ryo", line: `POST /rooms {"type":"public","name":"x"}{}`, status: 400, holds: []string{invalid}},
		{name: "no body", as: "alice", line: `POST /rooms`, status: 400, holds: []string{invalid, "type must be"}},
		{name: "no type", as: "ryo", line: `POST /rooms {"name":"x"}`, status: 400, holds: []string{invalid, "type must be"}},
		{name: "irc", as: "ryo", line: `POST /rooms {"type":"irc","name":"x"}`, status: 400, holds: []string{invalid}},
		{name: "a type of another type", as: "ryo", line: `POST /rooms {"type":1}`, status: 400, holds: []string{invalid, "type must be a string"}},
		{name: "no name, not the admin", as: "alice", line: `POST /rooms {"type":"public"}`, status: 400, holds: []string{invalid}},
		{name: "a name of another type", as: "ryo", line: `POST /rooms {"type":"public","name":{}}`, status: 400, holds: []string{invalid}},
		{name: "not the admin", as: "alice", line: `POST /rooms {"type":"public","name":"x"}`, status: 403, holds: []string{forbidden}},
		{name: "no members", as: "alice", line: `POST /rooms {"type":"private"}`, status: 400, holds: []string{invalid}},
		{name: "members null", as: "alice", line: `POST /rooms {"type":"private","members":null}`, status: 400, holds: []string{invalid}},
		{name: "members empty", as: "alice", line: `POST /rooms {"type":"private","members":[]}`, status: 400, holds: []string{invalid}},
		{name: "members no array", as: "alice", line: `POST /rooms {"type":"private","members":"bob"}`, status: 400, holds: []string{invalid}},
		{name: "members with a number", as: "alice", line: `POST /rooms {"type":"private","members":["bob",5]}`, status: 400, holds: []string{invalid}},
		{name: "a member that cannot be", as: "alice", line: `POST /rooms {"type":"private","members":["b"]}`, status: 400, holds: []string{invalid}},
		{name: "a long body", as: "alice", line: `POST /rooms {"type":"` + strings.Repeat("x", 64<<10) + `"}`, status: 400, holds: []string{invalid}},
	})
}

// Contract 3.3, 3.7 and 11 D1, D8, D12, D17, D18.
func TestReadRoom(t *testing.T) {
	t.Parallel()
	stale := map[string]string{"Authorization": "Bearer stale", "X-Username": "alice"}
	partial := map[string]string{"Authorization": "Bearer stale"}
	var all []scenario
	for _, path := range []string{"", "/users", "/messages"} {
		all = append(all, []scenario{
			{name: "public" + path, line: "GET /rooms/{general}" + path, status: 200},
			{name: "public, stale token" + path, line: "GET /rooms/{general}" + path, header: stale, status: 200},
			{name: "public, one header" + path, line: "GET /rooms/{general}" + path, header: partial, status: 200},
			{name: "a member" + path, as: "bob", line: "GET /rooms/{own}" + path, status: 200},
			{name: "malformed" + path, line: "GET /rooms/a-b" + path, status: 400, holds: []string{invalid}},
			{name: "malformed, encoded" + path, line: "GET /rooms/a%2Fb" + path, status: 400, holds: []string{invalid}},
			{name: "unknown" + path, line: "GET /rooms/general" + path, status: 404, holds: []string{absent}},
			{name: "unknown, of our form" + path, line: "GET /rooms/" + someRoomID + path, status: 404, holds: []string{absent}},
			{name: "anonymous" + path, line: "GET /rooms/{own}" + path, status: 401, holds: []string{unsigned}, lacks: []string{"@alice"}},
			{name: "stale token" + path, line: "GET /rooms/{own}" + path, header: stale, status: 401, lacks: []string{"@alice"}},
			{name: "not a member" + path, as: "carol", line: "GET /rooms/{own}" + path, status: 403, holds: []string{forbidden}, lacks: []string{"@alice"}},
			{name: "the admin" + path, as: "ryo", line: "GET /rooms/{own}" + path, status: 403, holds: []string{forbidden}},
		}...)
	}
	play(t, all)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.given("bob", "POST /rooms/{general}/join")
	h.wait(time.Second)
	h.given("alice", "POST /rooms/{general}/join")
	h.given("bob", "POST /rooms/{general}/join")
	h.check(scenario{status: 200, body: `{"users":[{"username":"bob","joinedAt":1767607200000},{"username":"alice","joinedAt":1767607201000}]}`},
		h.send(call{line: "GET /rooms/{general}/users"}))
	h.check(scenario{status: 200, holds: []string{`"userCount":2`}}, h.send(call{line: "GET /rooms/{general}"}))
	h.wait(24 * time.Hour)
	h.check(scenario{status: 200, body: `{"users":[]}`}, h.send(call{line: "GET /rooms/{general}/users"}))
}

// Contract 3.5, 3.6 and 11 D16: the name is optional and must be the caller's; 401, then 403, then 404, then 403.
func TestJoinAndLeave(t *testing.T) {
	t.Parallel()
	var all []scenario
	for _, verb := range []string{"join", "leave"} {
		to := func(room string) string { return "POST /rooms/" + room + "/" + verb }
		all = append(all, []scenario{
			{name: verb, as: "alice", line: to("{general}") + ` {"username":"alice"}`, status: 200, body: succeeded},
			{name: verb + ", another case", as: "alice", line: to("{general}") + ` {"username":"ALICE"}`, status: 200, body: succeeded},
			{name: verb + " without a body", as: "alice", line: to("{general}"), status: 200, body: succeeded},
			{name: verb + " with null", as: "alice", line: to("{general}") + ` {"username":null}`, status: 200, body: succeeded},
			{name: verb + ", private", as: "bob", line: to("{own}"), status: 200, body: succeeded},
			{name: verb + ", nobody", line: to("{general}") + " {", status: 401, holds: []string{unsigned}},
			{name: verb + ", no JSON", as: "alice", line: to("{general}") + " {", status: 400, holds: []string{invalid}},
			{name: verb + ", a number", as: "alice", line: to("{general}") + ` {"username":5}`, status: 400, holds: []string{invalid}},
			{name: verb + ", malformed", as: "alice", line: to("a_b"), status: 400, holds: []string{invalid}},
			{name: verb + ", another name", as: "alice", line: to("unknown") + ` {"username":"bob"}`, status: 403, holds: []string{forbidden, "Forbidden - username mismatch"}},
			{name: verb + ", unknown", as: "alice", line: to("unknown"), status: 404, holds: []string{absent}},
			{name: verb + ", not a member", as: "carol", line: to("{own}"), status: 403, holds: []string{forbidden, "Forbidden - not a room member"}},
		}...)
	}
	play(t, all)
}

// Contract 3.4, 11 D10 and D11.
func TestDeleteRoom(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{name: "the admin", as: "ryo", line: "DELETE /rooms/{general}", status: 200, body: succeeded},
		{name: "a member", as: "bob", line: "DELETE /rooms/{own}", status: 200, body: succeeded},
		{name: "nobody", line: "DELETE /rooms/unknown", status: 401, holds: []string{unsigned}},
		{name: "malformed", as: "alice", line: "DELETE /rooms/a-b", status: 400, holds: []string{invalid}},
		{name: "unknown", as: "alice", line: "DELETE /rooms/unknown", status: 404, holds: []string{absent}},
		{name: "public, not the admin", as: "alice", line: "DELETE /rooms/{general}", status: 403, holds: []string{forbidden, "Unauthorized - "}},
		{name: "private, not a member", as: "carol", line: "DELETE /rooms/{own}", status: 403, holds: []string{forbidden, "Unauthorized - not a room member"}},
		{name: "private, the admin", as: "ryo", line: "DELETE /rooms/{own}", status: 403, holds: []string{forbidden}},
	})
	t.Run("for both", func(t *testing.T) {
		t.Parallel()
		h := open(t, generous())
		h.given("alice", `POST /rooms/{own}/messages {"content":"hi"}`)
		h.given("bob", "DELETE /rooms/{own}")
		for _, line := range []string{"GET /rooms/{own}", "GET /rooms/{own}/messages", "POST /rooms/{own}/join", "DELETE /rooms/{own}"} {
			h.check(scenario{status: 404, holds: []string{absent}}, h.send(call{as: "alice", line: line}))
		}
	})
}

func TestTyping(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{name: "on", as: "alice", line: "POST /rooms/{general}/typing", status: 200, body: succeeded},
		{name: "off", as: "bob", line: `POST /rooms/{own}/typing {"isTyping":false}`, status: 200, body: succeeded},
		{name: "nobody", line: "POST /rooms/{general}/typing", status: 401, holds: []string{unsigned}},
		{name: "no boolean", as: "alice", line: `POST /rooms/{general}/typing {"isTyping":"yes"}`, status: 400, holds: []string{invalid}},
		{name: "malformed", as: "alice", line: "POST /rooms/a-b/typing", status: 400, holds: []string{invalid}},
		{name: "unknown", as: "alice", line: "POST /rooms/unknown/typing", status: 404, holds: []string{absent}},
		{name: "not a member", as: "carol", line: "POST /rooms/{own}/typing", status: 403, holds: []string{forbidden}},
	})
}

// Contract 5: what is no route, and what is no method of one.
func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	notAllowed := `{"error":"Method not allowed","message":"Method Not Allowed"}`
	play(t, []scenario{
		{name: "unknown", line: "GET /chat/api/nothing", status: 404, body: `{"error":"Not Found","message":"Not Found"}`},
		{name: "the mount", line: "GET /chat", status: 404},
		{name: "below a room", as: "alice", line: "POST /rooms/{general}/kick", status: 404},
		{name: "put a room", as: "alice", line: "PUT /rooms/{general}", status: 405, body: notAllowed},
		{name: "post a room", line: "POST /rooms/{general}", status: 405, body: notAllowed},
		{name: "get a join", line: "GET /rooms/{general}/join", status: 405, body: notAllowed},
		{name: "delete the rooms", line: "DELETE /rooms", status: 405, body: notAllowed},
		{name: "get a log-in", line: "GET /auth/login", status: 405, body: notAllowed},
	})
	t.Run("what is allowed", func(t *testing.T) {
		t.Parallel()
		h := open(t, generous())
		if got := h.send(call{line: "PUT /rooms/{general}"}).Header().Get("Allow"); got != "DELETE, GET" {
			t.Errorf("Allow: %q", got)
		}
		if got := h.send(call{line: "HEAD /rooms"}); got.Code != http.StatusMethodNotAllowed || got.Body.Len() > 0 {
			t.Errorf("HEAD: %d %s", got.Code, got.Body)
		}
	})
}

// A room as it is on the wire, key by key, as the seed shows it.
func TestRoomObject(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	answer := h.given("alice", `POST /rooms {"type":"private","members":["alice","bob"],"name":"Project Discussion"}`)
	room, _ := answer["room"].(map[string]any)
	if id, _ := room["id"].(string); len(id) != 24 {
		t.Errorf("id %q", id)
	}
	delete(room, "id")
	want := map[string]any{
		"name": "@alice, @bob", "type": "private", "members": []any{"alice", "bob"}, "createdAt": 1767607200000.0, "userCount": 2.0,
	}
	if diff := cmp.Diff(map[string]any{"room": want}, answer); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
