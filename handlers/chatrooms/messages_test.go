package chatrooms_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Contract 8, POST: the order of refusals, and what a message is like.
func TestPostMessage(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{
			name: "raw text", as: "alice", line: `POST /rooms/{general}/messages {"content":"<b>&amp; ж"}`, status: 201,
			holds: []string{`"roomId":"{general}","username":"alice","content":"\u003cb\u003e\u0026amp; ж","timestamp":1767607200000}`},
		},
		{name: "private", as: "bob", line: `POST /rooms/{own}/messages {"content":"hi"}`, status: 201},
		{name: "a thousand that look like markup", as: "bob", line: `POST /rooms/{own}/messages {"content":"` + strings.Repeat("<", 1000) + `"}`, status: 201},
		{name: "nobody", line: `POST /rooms/{general}/messages {`, status: 401, holds: []string{unsigned}},
		{name: "no JSON", as: "alice", line: `POST /rooms/unknown/messages {`, status: 400, holds: []string{invalid}},
		{name: "nothing", as: "alice", line: `POST /rooms/unknown/messages {}`, status: 400, holds: []string{invalid}},
		{name: "blank", as: "alice", line: `POST /rooms/unknown/messages {"content":" \n "}`, status: 400, holds: []string{invalid}},
		{name: "a number", as: "alice", line: `POST /rooms/unknown/messages {"content":5}`, status: 400, holds: []string{invalid}},
		{name: "a zero byte", as: "alice", line: `POST /rooms/{general}/messages {"content":"a\u0000"}`, status: 400, holds: []string{invalid}},
		{name: "malformed", as: "alice", line: `POST /rooms/a-b/messages {"content":"hi"}`, status: 400, holds: []string{invalid}},
		{name: "unknown", as: "alice", line: `POST /rooms/unknown/messages {"content":"hi"}`, status: 404, holds: []string{absent}},
		{name: "not a member", as: "carol", line: `POST /rooms/{own}/messages {"content":"hi"}`, status: 403, holds: []string{forbidden}},
		{name: "too long", as: "bob", line: `POST /rooms/{own}/messages {"content":"` + strings.Repeat("ж", 1001) + `"}`, status: 400, holds: []string{invalid, "1000"}},
	})
	t.Run("twice", func(t *testing.T) {
		t.Parallel()
		h := open(t, generous())
		h.given("alice", `POST /rooms/{general}/messages {"content":"hi"}`)
		h.check(scenario{status: 400, holds: []string{invalid}}, h.send(call{as: "alice", line: `POST /rooms/{general}/messages {"content":"hi"}`}))
	})
}

// Contract 8, GET: the newest first, 20 unless more is wanted.
func TestGetMessages(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.check(scenario{status: 200, body: `{"messages":[]}`}, h.send(call{line: "GET /rooms/{general}/messages"}))
	for i := range 25 {
		h.given("alice", fmt.Sprintf(`POST /rooms/{general}/messages {"content":"m%d"}`, i))
	}
	for query, want := range map[string]int{
		"": 20, "?limit=": 20, "?limit=1": 1, "?limit=500": 25, "?limit=501": 25, "?limit=99999999999999999999": 25,
	} {
		list, _ := h.given("", "GET /rooms/{general}/messages"+query)["messages"].([]any)
		if len(list) != want {
			t.Errorf("%s: %d, want %d", query, len(list), want)
		}
		if first, _ := list[0].(map[string]any); first["content"] != "m24" {
			t.Errorf("%s: the first is %v", query, first)
		}
	}
	for _, query := range []string{"?limit=0", "?limit=-1", "?limit=x"} {
		h.check(scenario{status: 400, holds: []string{invalid}}, h.send(call{line: "GET /rooms/{general}/messages" + query}))
	}
}

func TestDeleteMessage(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	said, _ := h.given("alice", `POST /rooms/{general}/messages {"content":"hi"}`)["message"].(map[string]any)
	h.names["said"], _ = said["id"].(string)
	for _, s := range []scenario{
		{as: "", line: "DELETE /rooms/{general}/messages/{said}", status: 401, holds: []string{unsigned}},
		{as: "alice", line: "DELETE /rooms/{general}/messages/{said}", status: 403, holds: []string{forbidden}},
		{as: "ryo", line: "DELETE /rooms/a-b/messages/{said}", status: 400, holds: []string{invalid}},
		{as: "ryo", line: "DELETE /rooms/{general}/messages/a-b", status: 400, holds: []string{invalid}},
		{as: "ryo", line: "DELETE /rooms/unknown/messages/{said}", status: 404, holds: []string{absent}},
		{as: "ryo", line: "DELETE /rooms/{general}/messages/unknown", status: 404, holds: []string{`"error":"Message not found"`}},
		{as: "ryo", line: "DELETE /rooms/{general}/messages/{said}", status: 200, body: succeeded},
		{as: "ryo", line: "DELETE /rooms/{general}/messages/{said}", status: 404, holds: []string{`"error":"Message not found"`}},
	} {
		h.check(s, h.send(call{as: s.as, line: s.line}))
	}
}

// Contract 8: rooms that are unknown and rooms that are not the caller's look the same.
func TestBulk(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.given("alice", `POST /rooms/{own}/messages {"content":"secret"}`)
	for _, s := range []scenario{
		{
			as: "carol", line: "GET /messages/bulk?roomIds={general},{own},unknown", status: 200, lacks: []string{"secret"},
			body: `{"messagesMap":{"{general}":[]},"validRoomIds":["{general}"],"invalidRoomIds":["{own}","unknown"]}`,
		},
		{as: "", line: "GET /messages/bulk?roomIds={own}", status: 200, body: `{"messagesMap":{},"validRoomIds":[],"invalidRoomIds":["{own}"]}`},
		{as: "bob", line: "GET /messages/bulk?roomIds={own}", status: 200, holds: []string{"secret", `"invalidRoomIds":[]`}},
		{as: "bob", line: "GET /messages/bulk?roomIds={own},a-b", status: 400, holds: []string{invalid}, lacks: []string{"secret"}},
		{as: "bob", line: "GET /messages/bulk", status: 400, holds: []string{invalid}},
	} {
		h.check(s, h.send(call{as: s.as, line: s.line}))
	}
}

// Contract 9.
func TestSwitch(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{name: "both absent", as: "alice", line: "POST /presence/switch", status: 200, body: `{"success":true,"noop":true}`},
		{name: "the same", as: "alice", line: `POST /presence/switch {"previousRoomId":"{own}","nextRoomId":"{own}"}`, status: 200, body: `{"success":true,"noop":true}`},
		{name: "to a room", as: "alice", line: `POST /presence/switch {"previousRoomId":null,"nextRoomId":"{general}","username":"alice"}`, status: 200, body: succeeded},
		{name: "from a room", as: "alice", line: `POST /presence/switch {"previousRoomId":"{own}"}`, status: 200, body: succeeded},
		{name: "nobody", line: `POST /presence/switch {"nextRoomId":"{general}"}`, status: 401, holds: []string{unsigned}},
		{name: "another name", as: "alice", line: `POST /presence/switch {"nextRoomId":"{general}","username":"bob"}`, status: 403, holds: []string{forbidden}},
		{name: "a number", as: "alice", line: `POST /presence/switch {"nextRoomId":5}`, status: 400, holds: []string{invalid}},
		{name: "malformed", as: "alice", line: `POST /presence/switch {"nextRoomId":"a-b"}`, status: 400, holds: []string{invalid}},
		{name: "unknown", as: "alice", line: `POST /presence/switch {"nextRoomId":"unknown"}`, status: 404, holds: []string{absent, "Next room not found"}},
		{name: "not a member", as: "carol", line: `POST /presence/switch {"nextRoomId":"{own}"}`, status: 403, holds: []string{forbidden}},
	})
}

func TestHeartbeat(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	for _, verb := range []string{"GET", "POST"} {
		h.check(scenario{status: 401, holds: []string{unsigned}}, h.send(call{line: verb + " /presence/heartbeat"}))
	}
	h.check(scenario{status: 200, body: `{"users":[]}`}, h.send(call{as: "alice", line: "GET /presence/heartbeat"}))
	h.check(scenario{status: 200, body: succeeded}, h.send(call{as: "bob", line: "POST /presence/heartbeat"}))
	h.check(scenario{status: 200, body: `{"users":["bob"]}`}, h.send(call{as: "alice", line: "GET /presence/heartbeat"}))
	h.wait(90 * time.Second)
	h.check(scenario{status: 200, body: `{"users":[]}`}, h.send(call{as: "alice", line: "GET /presence/heartbeat"}))
}

// Contract 9: two fields of a user, and no more.
func TestSearchUsers(t *testing.T) {
	t.Parallel()
	play(t, []scenario{
		{name: "a part", as: "bob", line: "GET /users?search=LIC", status: 200, body: `{"users":[{"username":"alice","lastActive":1767607200000}]}`},
		{name: "nobody found", as: "bob", line: "GET /users?search=zz", status: 200, body: `{"users":[]}`},
		{name: "too short", as: "bob", line: "GET /users?search=a", status: 400, holds: []string{invalid}},
		{name: "nothing", as: "bob", line: "GET /users", status: 400, holds: []string{invalid}},
		{name: "no text", as: "bob", line: "GET /users?search=%FF%FE", status: 400, holds: []string{invalid}},
		{name: "nobody", line: "GET /users?search=alice", status: 401, holds: []string{unsigned}},
	})
}
