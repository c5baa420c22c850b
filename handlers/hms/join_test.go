package hms_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// usual is a Foyer as it usually is.
var usual = apitest.Options{}

// open is a room with the roles host and guest.
func open(t *testing.T) *apitest.Room {
	t.Helper()
	return apitest.OpenRoom(t, usual, nil)
}

const card = `{"peer_id":"{alice}","role":"host","groups":[],"joined_at":"*","realtime":true,"tracks":{},
	"info":{"name":"alice","data":"","user_id":"alice","type":"regular"}}`

// Client protocol 0, 4: the order of things when two come in and go.
func TestJoinAndLeave(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Visit(apitest.Visitor{Name: "alice", Role: "host"})
	alice.Expects("on-policy-change", `{"name":"host"}`)
	alice.Expects("room-state", `{"peer_count":0,"room":{"name":"lesson","session_id":"-"}}`)
	alice.Expects("session-info", `{"peer_count":0,"room_id":"{room}"}`)
	alice.Sends("join", `{"name":"alice","data":""}`, `{}`)
	alice.Expects("peer-list", `{"peers":{},"room":{"name":"lesson","session_id":"*","started_at":"*","streaming":{"enabled":false},"transcriptions":[]}}`)
	alice.Expects("session-info", `{"peer_count":1,"track_count":0,"session_id":"*","room_id":"{room}"}`)
	alice.Hears()

	bob := room.Visit(apitest.Visitor{Name: "bob"})
	bob.Hears("on-policy-change", "room-state", "session-info")
	bob.Sends("join", `{"name":"bob","data":"{\"team\":\"red\"}"}`)
	list := bob.Expects("peer-list", `{"peers":{"{alice}":`+card+`}}`)
	if list.At("peers."+bob.ID+".peer_id") != "" {
		t.Error("the receiver is in its own list")
	}
	bob.Expects("session-info", `{"peer_count":2}`)
	bob.Hears()
	alice.Expects("on-peer-join", `{"peer_id":"{bob}","role":"guest","realtime":true,"tracks":{},"info":{"name":"bob","data":"{\"team\":\"red\"}","user_id":"bob"}}`)
	alice.Expects("session-info", `{"peer_count":2}`)
	alice.Hears()

	bob.Leaves()
	alice.Expects("on-peer-leave", `{"peer_id":"{bob}"}`)
	alice.Expects("session-info", `{"peer_count":1}`)
	alice.Hears()
	alice.Leaves()
}

// Joining again is the same as once.
func TestJoinTwice(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	bob.Joins()
	bob.Expects("peer-list", `{"peers":{"{alice}":{"role":"host"}}}`)
	alice.Hears()
}

// What a peer says of itself has bounds; join needs nothing of it.
func TestJoinParameters(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Visit(apitest.Visitor{Name: "alice"})
	alice.IsRefused(400, "name must have at most 256 characters", "join", `{"name":"`+strings.Repeat("ä", 257)+`"}`)
	alice.IsRefused(400, "metadata must have at most 65536 bytes", "join", `{"data":"`+strings.Repeat("a", 65537)+`"}`)
	alice.IsRefused(400, "wrong type", "join", `{"name":7}`)
	alice.IsRefused(400, "wrong type", "join", `[]`)
	alice.Sends("join", `{"name":"`+strings.Repeat("ä", 256)+`","data":"`+strings.Repeat("a", 65536)+`","offer":null,"simulcast":true}`)
	bob := room.Visit(apitest.Visitor{Name: "bob"})
	bob.Sends("join", `null`)
	alice.Expects("on-peer-join", `{"info":{"name":"","data":""}}`)
}

// Names and data are texts, whatever is in them.
func TestJoinWithAnyText(t *testing.T) {
	t.Parallel()
	room := open(t)
	bob := room.Join("bob", "guest")
	alice := room.Visit(apitest.Visitor{Name: "alice"})
	const text = `"\"\\\u0000\u001f\u2028ä€😀</script>\ud83d\ude00"`
	alice.Sends("join", `{"name":`+text+`,"data":`+text+`}`)
	bob.Expects("on-peer-join", `{"info":{"name":`+text+`,"data":`+text+`}}`)
}

// Everything but a few methods needs a peer that is in (client protocol 3: a preview must not be visible to others).
func TestBeforeJoining(t *testing.T) {
	t.Parallel()
	room := open(t)
	bob := room.Join("bob", "guest")
	bob.Sends("set-metadata", `{"key":"k","data":"secret"}`)
	alice := room.Visit(apitest.Visitor{Name: "alice", Role: "host"})
	for method, params := range map[string]string{
		"broadcast": `{"info":{"message":"hi"}}`, "role-change-request": `{"requested_for":"{bob}","role":"host","force":true}`,
		"role-change": `{"role":"host","token":"x"}`, "peer-leave-request": `{"requested_for":"{bob}"}`, "end-room": `{}`,
		"peer-update": `{"name":"x"}`, "group-join": `{"name":"g"}`, "group-leave": `{"name":"g"}`,
		"group-add": `{"name":"g","peer_id":"{bob}"}`, "group-remove": `{"name":"g","peer_id":"{bob}"}`, "get-peer": `{"peer_id":"{bob}"}`,
		"find-peer": `{"limit":1}`, "peer-name-search": `{"query":"b"}`, "set-metadata": `{"key":"k","data":1}`,
		"track-update-request":            `{"requested_for":"{bob}","mute":true}`,
		"change-track-mute-state-request": `{"value":true}`, "lobby-list": `{}`, "lobby-admit": `{"all":true}`, "lobby-deny": `{"peer_id":"{bob}"}`,
		"poll-list": `{"count":50,"state":"started"}`,
	} {
		alice.IsRefused(403, "join the room first", method, params)
	}
	bob.Hears()
	alice.Sends("get-metadata", `{"key":"k"}`, `{"key":"k","data":null}`)
	alice.Sends("listen-metadata-change", `{"keys":["k"]}`)
	alice.HearsNothingOf("on-metadata-change")
	alice.Drops()
	bob.Hears()
}

// After leaving nothing goes any more, but the same id may come again with the same token.
func TestLeaveAndReturn(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	bob.Leaves()
	alice.Hears("on-peer-leave", "session-info")
	again := bob.Returns()
	again.Hears("on-policy-change", "room-state", "session-info")
	again.Joins()
	alice.Hears("on-peer-join", "session-info")
}
