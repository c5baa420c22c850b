package mikroroom_test

import (
	"testing"

	"foyer/handlers/apitest"
)

// apitestRoom makes the room of the school one in which peers of the 100ms SDK meet those of a house.
type apitestRoom struct{ *house }

func (r *apitestRoom) live(t *testing.T) *apitest.Room {
	t.Helper()
	room := r.Live(t, nil)
	r.school = room.Workspace
	return room
}

// What crosses between this protocol and the 100ms SDK's (docs/protocol-mikroroom.md).
func TestCrossing(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := (&apitestRoom{h}).live(t)
	anna := room.Join("anna", "host")
	mike := h.visit(door{})
	mike.joins(room.Fill("{code_guest}"), "Mike")
	mike.isIn(false)
	room.Name("mike", mike.id)
	mike.hears("participant-joined", "participantId", anna.ID, "name", "anna", "isModerator", true)
	anna.Expects("on-peer-join", `{"peer_id":"{mike}","role":"guest"}`, `{"info":{"name":"Mike"}}`)

	mike.says(`{"type":"chat","text":"from <Mike>","replyTo":"x"}`)
	mike.hears("chat", "participantId", mike.id, "replyTo", "x")
	anna.Expects("on-broadcast", `{"info":{"message":"from <Mike>","type":"chat"}}`, `{"peer":{"peer_id":"{mike}"}}`)
	anna.Sends("broadcast", `{"info":{"message":"from anna","type":"chat"}}`)
	mike.hears("chat", "participantId", anna.ID, "text", "from anna", "name", "anna")
	anna.Sends("broadcast", `{"info":{"message":"a note","type":"EMOJI"}}`)
	anna.Sends("broadcast", `{"info":{"message":{"no":"text"},"type":"chat"}}`)
	mike.heardOnly()

	mike.says(`{"type":"raise-hand"}`)
	anna.Expects("on-peer-update", `{"peer_id":"{mike}","groups":["_handraise"]}`)
	mike.says(`{"type":"offer","targetId":%q,"sdp":"v=0"}`, anna.ID) // media does not cross
	mike.fence()
	mike.heardOnly()

	anna.Sends("role-change-request", room.Fill(`{"requested_for":"{mike}","role":"host","force":true}`))
	mike.hears("participant-joined", "participantId", mike.id, "isModerator", true)
	mike.heardOnly()
	bert := room.Join("bert", "guest")
	mike.hears("participant-joined", "participantId", bert.ID, "isModerator", false)
	mike.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bert.ID)
	bert.Expects("on-policy-change", `{"name":"host"}`)
	mike.hears("participant-updated", "participantId", bert.ID, "isModerator", true)
	mike.hears("participant-joined", "participantId", bert.ID, "isModerator", true)
	mike.says(`{"type":"moderator-action","targetId":%q,"action":"kick"}`, bert.ID)
	bert.Expects("on-peer-leave-request", `{"requested_by":"{mike}","room_end":false}`)
	mike.hears("participant-left", "participantId", bert.ID)

	anna.Sends("peer-leave-request", room.Fill(`{"requested_for":"{mike}","reason":"enough"}`))
	mike.hears("moderator-action", "action", "kick", "participantId", anna.ID, "targetId", mike.id, "reason", "enough")
	mike.isClosed(1000)
	anna.Awaits("on-peer-leave", `{"peer_id":"{mike}"}`)
}

// A peer that a server removes, and a session that it ends, have a reason that the client shows.
func TestRemovedByTheServer(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := (&apitestRoom{h}).live(t)
	mike := h.come(door{}, room.Fill("{code_guest}"), "Mike")
	nina := h.come(door{}, room.Fill("{code_guest}"), "Nina")
	room.Name("mike", mike.id)
	room.Given(`POST /v2/active-rooms/{room}/remove-peers {"peer_id":"{mike}","reason":"not you"}`)
	mike.hears("participant-joined", "name", "Nina")
	mike.hears("reject-user", "reason", "not you")
	mike.isClosed(1000)
	nina.hears("participant-left", "participantId", mike.id)
	room.Given(`POST /v2/active-rooms/{room}/end-room {"reason":"good night"}`)
	nina.hears("reject-user", "reason", "good night")
	nina.isClosed(1000)
}

// A waiter of one protocol is let in by a moderator of the other.
func TestLobbiesCross(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := (&apitestRoom{h}).live(t)
	anna := room.Join("anna", "host")
	mike := h.come(door{}, room.Fill("{code_host}"), "Mike")
	mike.says(`{"type":"room-locked"}`)
	mike.hears("room-locked", "lockedBy", mike.id)
	bert := room.Visit(apitest.Visitor{Name: "bert"})
	id := bert.Begins("join", `{"name":"Bert","data":""}`)
	mike.hears("waiting-room", "participantId", bert.ID, "name", "Bert")
	mike.says(`{"type":"admit-user","targetId":%q}`, bert.ID)
	if answer := bert.Gets(id); answer.Code != 0 {
		t.Errorf("not let in: %s", answer.Text())
	}
	nina := h.visit(door{})
	nina.joins(room.Fill("{code_guest}"), "Nina")
	nina.id = nina.hears("waiting-room", "name", "Nina")["participantId"].(string)
	room.Name("nina", nina.id)
	anna.Awaits("on-lobby-update", `{"peers":[{"peer_id":"{nina}","name":"Nina"}]}`)
}
