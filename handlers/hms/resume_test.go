package hms_test

import (
	"testing"
	"time"

	"foyer/handlers/apitest"
)

// Client protocol 3: a peer that comes back by its id is told what has changed; the others are told nothing.
func TestResume(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob, carol := room.Join("alice", "host"), room.Join("bob", "guest"), room.Join("carol", "guest")
	bob.Sends("listen-metadata-change", `{"keys":["k","never"]}`)
	alice.Heard()
	bob.Drops()
	alice.Hears()
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"host","force":true}`)
	alice.Sends("set-metadata", `{"key":"k","data":"new"}`)
	alice.Sends("broadcast", `{"info":{"message":"missed"}}`)
	carol.Leaves()
	dora := room.Join("dora", "guest")
	alice.Heard()

	bob = bob.Returns()
	bob.Expects("on-policy-change", `{"name":"host"}`)
	bob.Expects("peer-list", `{"peers":{"{alice}":{"role":"host"},"{dora}":{"role":"guest"},"{carol}":"-","{bob}":"-"},"room":{"session_id":"*"}}`)
	bob.Expects("on-metadata-change", `{"values":[{"key":"k","data":"new","updated_by":"{alice}"}]}`)
	bob.Expects("session-info", `{"peer_count":3}`)
	bob.HearsNothingOf("on-broadcast")
	alice.Hears()
	dora.Hears()
	bob.Notifies("track-update", `{"tracks":{}}`)
	bob.Sends("broadcast", `{"info":{"message":"back"}}`)
	alice.Expects("on-broadcast", `{"peer":{"peer_id":"{bob}","role":"host"},"info":{"message":"back"}}`)
	alice.Sends("set-metadata", `{"key":"k","data":"newer"}`)
	bob.Expects("on-metadata-change", `{"values":[{"data":"newer"}]}`)
}

// A browser that comes back from being offline opens the new connection before the old one is seen to end.
func TestNewConnectionComesFirst(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	again := bob.Returns()
	bob.IsClosed(4003)
	again.Awaits("peer-list", `{"peers":{"{alice}":{}}}`)
	again.Sends("broadcast", `{"info":{"message":"x"}}`)
	alice.Hears("on-broadcast")
	third := again.Returns()
	again.IsClosed(4003)
	third.Drops()
	alice.Hears()
	third.Returns()
	alice.Hears()
}

// What is said on a connection that is not the peer's any more does not count.
func TestSuperseded(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	again := bob.Returns()
	bob.Notifies("leave", `{}`)
	bob.IsClosed(4003)
	again.Sends("broadcast", `{"info":{"message":"x"}}`)
	alice.Hears("on-broadcast")
}

// After the grace the peer is gone: the others are told once, and a client that thinks it is in is told so too, whatever it says first.
func TestGraceIsOver(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"track-update", "broadcast", "offer"} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			room := apitest.OpenRoom(t, apitest.Options{Grace: 100 * time.Millisecond}, nil)
			alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
			alice.Heard()
			bob.Drops()
			alice.Expects("on-peer-leave", `{"peer_id":"{bob}"}`)
			alice.Hears("session-info")
			again := bob.Returns()
			again.Expects("on-policy-change")
			again.Notifies("analytics", `{}`)
			again.HearsNothingOf("on-peer-leave-request")
			again.Notifies(first, `{"tracks":{},"info":{"message":"x"}}`)
			again.Expects("on-peer-leave-request", `{"requested_by":"-","reason":"session expired","room_end":false}`)
			alice.Hears()
		})
	}
}

// Whoever has left and joins again under the same id is no zombie; nor is a preview that comes back.
func TestNoZombie(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	alice.Leaves()
	alice = alice.Returns()
	alice.Joins()
	alice.HearsNothingOf("on-peer-leave-request")
	bob := room.Visit(apitest.Visitor{Name: "bob"})
	bob.Drops()
	bob = bob.Returns()
	bob.Notifies("track-update", `{"tracks":{}}`)
	bob.Joins()
	bob.HearsNothingOf("on-peer-leave-request")
}

// Whoever is in stays in when its token expires or its room is disabled, also over a lost connection (client protocol 3).
func TestResumeWithAnExpiredToken(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	room.Given(`POST /v2/rooms/{room} {"enabled":false}`)
	room.Given("wait 25h")
	alice.Drops()
	if answer := room.Init(alice.Visitor); answer.Status != 200 {
		t.Errorf("/init: %d %s", answer.Status, answer.Body)
	}
	stranger := alice.Visitor
	stranger.ID = "somebody-else"
	if answer := room.Init(stranger); answer.Status != 401 {
		t.Errorf("/init with another id: %d %s", answer.Status, answer.Body)
	}
	alice = alice.Returns()
	alice.Hears("on-policy-change", "peer-list", "session-info", "on-peer-update")
	alice.Sends("broadcast", `{"info":{"message":"still here"}}`)
}

// A client that comes back with a token that is refused now, and is not in any more, is told that it is over.
func TestRefusedAfterTheGrace(t *testing.T) {
	t.Parallel()
	room := apitest.OpenRoom(t, apitest.Options{Grace: time.Millisecond}, nil)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	bob.Drops()
	alice.Expects("on-peer-leave")
	room.Given("wait 25h")
	bob = bob.Returns()
	bob.Expects("on-policy-change")
	bob.Notifies("track-update", `{"tracks":{}}`)
	bob.Expects("on-peer-leave-request", `{"reason":"session expired","room_end":false}`)
}

// When Foyer stops every client is told to come back.
func TestStop(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	room.Foyer.Hub.Stop()
	room.Foyer.Sockets.Close()
	bob.IsClosed(1012)
	alice.IsClosed(1012)
}
