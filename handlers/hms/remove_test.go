package hms_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4.1, issue 3: a peer that is put out is told, the others are, and its token is refused from then on; a fresh exchange lets
// it in again.
func TestRemovePeer(t *testing.T) {
	t.Parallel()
	room := only(t, "removeOthers")
	alice, bob, carol := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "guest")
	alice.Heard()
	bob.IsRefused(403, "removeOthers", "peer-leave-request", `{"requested_for":"{alice}"}`)
	alice.IsRefused(404, "peer not found", "peer-leave-request", `{"requested_for":"nobody"}`)
	alice.IsRefused(400, "reason must have at most", "peer-leave-request", `{"requested_for":"{bob}","reason":"`+strings.Repeat("x", 1025)+`"}`)
	alice.IsRefused(400, "ban_for must be", "peer-leave-request", `{"requested_for":"{bob}","ban_for":-1}`)
	alice.IsRefused(400, "ban_for must be", "peer-leave-request", `{"requested_for":"{bob}","ban_for":31536001}`)
	alice.IsRefused(400, "wrong type", "peer-leave-request", `{"requested_for":"{bob}","ban_for":1.5}`)

	alice.Sends("peer-leave-request", `{"requested_for":"{bob}","reason":"too loud"}`, `{}`)
	bob.Expects("on-peer-leave-request", `{"requested_by":"{alice}","reason":"too loud","room_end":false}`)
	bob.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"still here"}}`)
	bob.CannotJoin(403, "the peer has left")
	for _, p := range []*apitest.Peer{alice, carol} {
		p.Awaits("on-peer-leave", `{"peer_id":"{bob}"}`)
		p.Hears("session-info")
	}

	if answer := room.Init(bob.Visitor); answer.Status != 403 || !strings.Contains(string(answer.Body), `"removed"`) {
		t.Errorf("the old token at /init: %d %s", answer.Status, answer.Body)
	}
	again := bob.Returns()
	again.CannotJoin(403, "you were removed from the room")
	other := bob.Visitor
	other.ID = ""
	room.Connect(other).CannotJoin(403, "you were removed from the room")
	other.Token = ""
	room.Visit(other).Joins()
	carol.Hears("on-peer-join", "session-info")
	bob.IsClosed(1000) // it was given the time to go by itself
}

// A ban keeps a user out, whatever token it brings, until the ban is over or lifted.
func TestBanOfAUser(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	second := room.Visit(apitest.Visitor{Name: "second", User: "bob"}) // another page of the same user
	second.Heard()
	alice.Sends("peer-leave-request", `{"requested_for":"{bob}","reason":"enough","ban_for":3600}`)
	bob.Expects("on-peer-leave-request", `{"reason":"enough"}`)
	second.Expects("on-peer-leave-request", `{"reason":"enough","room_end":false}`)
	second.CannotJoin(403, "the peer has left")

	exchange := room.Exchange(apitest.Visitor{Name: "bob", Role: "host"})
	if exchange.Status != 403 || exchange.At("details.0") != "banned" {
		t.Errorf("exchange: %d %s", exchange.Status, exchange.Body)
	}
	room.Visit(apitest.Visitor{Name: "carol"}).Joins()

	list := room.Do("GET /v2/rooms/{room}/bans")
	if list.At("data.0.user_id") != "bob" || list.At("data.0.reason") != "enough" || list.At("data.1.id") != "" {
		t.Errorf("the bans: %s", list.Body)
	}
	room.Name("ban", list.At("data.0.id"))
	room.Given("DELETE /v2/rooms/{room}/bans/{ban}")
	back := room.Visit(apitest.Visitor{Name: "bob"})
	back.Joins()

	alice.Sends("peer-leave-request", `{"requested_for":"{bob}","ban_for":3600}`)
	room.Given("wait 59m")
	if status := room.Exchange(apitest.Visitor{Name: "bob"}).Status; status != 403 {
		t.Errorf("a minute before the end: %d", status)
	}
	room.Given("wait 2m")
	room.Visit(apitest.Visitor{Name: "bob"}).Joins()
}

// Who gave no name is known by address and browser.
func TestBanOfTheNameless(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	nameless := apitest.Visitor{Name: "nameless", User: "-", From: "127.0.0.5", Agent: "Fox/1"}
	old := room.Exchange(nameless).At("token")
	p := room.Visit(nameless)
	p.Joins()
	alice.Sends("peer-leave-request", `{"requested_for":"{nameless}","ban_for":60}`)
	if answer := room.Exchange(nameless); answer.Status != 403 || answer.At("details.0") != "banned" {
		t.Errorf("the same browser: %d %s", answer.Status, answer.Body)
	}
	withOld := nameless
	withOld.Token = old
	if answer := room.Init(withOld); answer.Status != 403 || answer.At("details.0") != "banned" {
		t.Errorf("the same browser with a token from before: %d %s", answer.Status, answer.Body)
	}
	room.Connect(withOld).CannotJoin(403, "you are banned from this room")
	for _, change := range []apitest.Visitor{
		{Name: "otherBrowser", User: "-", From: "127.0.0.5", Agent: "Fox/2"},
		{Name: "otherAddress", User: "-", From: "127.0.0.6", Agent: "Fox/1"},
		{Name: "withAName", User: "dora", From: "127.0.0.5", Agent: "Fox/1"},
	} {
		room.Visit(change).Joins()
	}
}

// Client protocol 4.1: the end of a room reaches all others; the caller goes by itself.
func TestEndRoom(t *testing.T) {
	t.Parallel()
	room := only(t, "endRoom")
	alice, bob, carol := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "host")
	watcher := room.Visit(apitest.Visitor{Name: "watcher"})
	alice.Heard()
	bob.IsRefused(403, "endRoom", "end-room", `{"lock":false,"reason":"x"}`)
	alice.IsRefused(400, "reason must have at most", "end-room", `{"reason":"`+strings.Repeat("x", 1025)+`"}`)
	alice.IsRefused(400, "wrong type", "end-room", `{"lock":"yes"}`)
	bob.Heard()
	alice.Sends("end-room", `{"lock":false,"reason":"that is all"}`, `{}`)
	for _, p := range []*apitest.Peer{bob, carol} {
		p.Expects("on-peer-leave-request", `{"requested_by":"{alice}","reason":"that is all","room_end":true}`)
		p.HearsNothingOf("on-peer-leave")
		p.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"x"}}`)
	}
	alice.Hears()
	alice.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"x"}}`)
	alice.Leaves()
	if answer := room.Do("GET /v2/active-rooms/{room}"); answer.Status != 404 {
		t.Errorf("the room is still live: %s", answer.Body)
	}
	watcher.Joins() // it was not locked: a new session
	bob.Leaves()
	room.Join("dora", "guest")
	watcher.Awaits("on-peer-join", `{"peer_id":"{dora}"}`)
}

// A room that is locked at its end is disabled: codes, tokens and previews from before are of no use (client protocol 8).
func TestEndAndLock(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	watcher := room.Visit(apitest.Visitor{Name: "watcher"})
	early := apitest.Visitor{Name: "early", Token: room.Exchange(apitest.Visitor{Name: "early"}).At("token")}
	alice.Sends("end-room", `{"lock":true,"reason":"closed"}`)
	bob.Expects("on-peer-leave-request", `{"room_end":true}`)
	watcher.Expects("on-peer-leave-request", `{"requested_by":"{alice}","reason":"closed","room_end":true}`)
	watcher.CannotJoin(403, "the peer has left")
	if answer := room.Exchange(apitest.Visitor{Name: "bob"}); answer.Status != 403 {
		t.Errorf("the code: %d %s", answer.Status, answer.Body)
	}
	if answer := room.Init(early); answer.Status != 403 || !strings.Contains(string(answer.Body), "room is disabled") {
		t.Errorf("/init: %d %s", answer.Status, answer.Body)
	}
	room.Connect(early).CannotJoin(403, "room is disabled")
	bob.Returns().CannotJoin(403, "room is disabled")
	if answer := room.Do("GET /v2/rooms/{room}"); answer.At("enabled") != "false" {
		t.Errorf("the room: %s", answer.Body)
	}
	room.Given(`POST /v2/rooms/{room} {"enabled":true}`)
	room.Visit(early).Joins()
}

// Whoever has looked on for a while is asked again for leave to come in.
func TestDisabledDuringPreview(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Visit(apitest.Visitor{Name: "alice"})
	room.Given(`POST /v2/rooms/{room} {"enabled":false}`)
	room.Given("wait 3s")
	alice.CannotJoin(403, "room is disabled")
	room.Given(`POST /v2/rooms/{room} {"enabled":true}`)
	alice.Joins()
	room.Given(`POST /v2/rooms/{room} {"enabled":false}`)
	room.Given("wait 3s")
	alice.Joins() // it is in: a disabled room goes on until it ends (server contract 2.7)
}

// Everybody who leaves, and how, is in the attendance (server contract 7.4).
func TestReasons(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob, carol := room.Join("alice", "host"), room.Join("bob", "guest"), room.Join("carol", "guest")
	session := room.Do("GET /v2/active-rooms/{room}").At("session.id")
	bob.Leaves()
	alice.Sends("peer-leave-request", `{"requested_for":"{carol}","reason":"out"}`)
	carol.Expects("on-peer-leave-request")
	alice.Sends("end-room", `{}`)
	room.Soon("all have left", func() bool {
		record := room.Do("GET /v2/sessions/" + session)
		return record.At("active") == "false" && record.At("peers."+bob.ID+".left_at") != "" &&
			record.At("peers."+carol.ID+".left_at") != "" && record.At("peers."+alice.ID+".left_at") != ""
	})
}
