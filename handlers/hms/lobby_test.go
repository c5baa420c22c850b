package hms_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// doors are roles of a room with a lobby: guests wait, hosts let them in, and so do ushers, who may do nothing else.
var doors = map[string]string{
	"guest":  `{"lobby":true}`,
	"usher":  `{"lobby":true,"permissions":{"admit":true}}`,
	"strict": `{"permissions":{"removeOthers":true,"admit":false}}`,
}

func withLobby(t *testing.T) *apitest.Room {
	t.Helper()
	return apitest.OpenRoom(t, usual, doors)
}

// knocks is somebody at the door: the answer to its join is held back.
func knocks(room *apitest.Room, name string) (*apitest.Peer, string) {
	p := room.Visit(apitest.Visitor{Name: name})
	id := p.Begins("join", `{"name":"`+name+`","data":"d"}`)
	p.Heard()
	return p, id
}

// Issue 3: whoever waits is shown to those who may admit, in order, and comes in when it is admitted.
func TestLobby(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	alice, strict := room.Join("alice", "host"), room.Join("strict", "strict")
	alice.Heard()
	ann, annsJoin := knocks(room, "ann")
	alice.Expects("on-lobby-update", `{"peers":[{"peer_id":"{ann}","user_id":"ann","name":"ann","data":"d","role":"guest","since":"*","token":"-"}]}`)
	ben, bensJoin := knocks(room, "ben")
	alice.Expects("on-lobby-update", `{"peers":[{"peer_id":"{ann}"},{"peer_id":"{ben}"}]}`)
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{ann}"},{"peer_id":"{ben}"}]}`)
	strict.Hears()
	strict.IsRefused(403, "permission admit", "lobby-list", `{}`)
	strict.IsRefused(403, "permission admit", "lobby-admit", `{"peer_id":"{ann}"}`)
	strict.IsRefused(403, "permission admit", "lobby-deny", `{"peer_id":"{ann}"}`)
	ann.IsRefused(403, "join the room first", "lobby-admit", `{"peer_id":"{ann}"}`)
	ann.IsRefused(403, "join the room first", "broadcast", `{"info":{"message":"let me in"}}`)
	alice.IsRefused(400, "peer_id or all is required", "lobby-admit", `{}`)
	alice.IsRefused(404, "peer not found", "lobby-admit", `{"peer_id":"nobody"}`)
	alice.IsRefused(404, "peer not found", "lobby-admit", `{"peer_id":"{alice}"}`)
	alice.IsRefused(404, "peer not found", "lobby-deny", `{"peer_id":"nobody"}`)
	alice.IsRefused(400, "peer_id is required", "lobby-deny", `{}`)
	alice.IsRefused(404, "peer not found", "get-peer", `{"peer_id":"{ann}"}`)
	alice.Hears()

	alice.Sends("lobby-admit", `{"peer_id":"{ben}"}`, `{}`)
	if answer := ben.Gets(bensJoin); answer.Code != 0 || answer.Text() != "{}" {
		t.Errorf("ben's join: %s", answer.Text())
	}
	ben.Expects("peer-list", `{"peers":{"{alice}":{},"{strict}":{},"{ann}":"-"}}`)
	alice.Expects("on-lobby-update", `{"peers":[{"peer_id":"{ann}"}]}`)
	alice.Expects("on-peer-join", `{"peer_id":"{ben}","info":{"name":"ben"}}`)

	alice.Sends("lobby-deny", `{"peer_id":"{ann}","reason":"members only"}`, `{}`)
	alice.Expects("on-lobby-update", `{"peers":[]}`)
	if answer := ann.Gets(annsJoin); answer.Code != 403 || answer.At("message") != "members only" {
		t.Errorf("ann's join: %s", answer.Text())
	}
	ann.CannotJoin(403, "the peer has left")
	_, id := knocks(room, "cleo")
	cleo, _ := room.Fill("{cleo}"), id
	alice.Sends("lobby-deny", `{"peer_id":"`+cleo+`"}`)
	alice.Awaits("on-lobby-update", `{"peers":[]}`)
}

// All at once, in order, as many as the room takes.
func TestAdmitAll(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	room.Given(`POST /v2/rooms/{room} {"size":3}`)
	alice := room.Join("alice", "host")
	alice.Sends("lobby-admit", `{"all":true}`)
	ann, annsJoin := knocks(room, "ann")
	ben, bensJoin := knocks(room, "ben")
	_, _ = knocks(room, "cleo")
	alice.Sends("lobby-admit", `{"all":true}`)
	for p, id := range map[*apitest.Peer]string{ann: annsJoin, ben: bensJoin} {
		if answer := p.Gets(id); answer.Code != 0 {
			t.Errorf("%s's join: %s", p.Name, answer.Text())
		}
	}
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{cleo}"}]}`)
	alice.IsRefused(403, "room is full", "lobby-admit", `{"peer_id":"{cleo}"}`)
	ben.Leaves()
	alice.Sends("lobby-admit", `{"peer_id":"{cleo}"}`)
}

// Who may admit does not wait where nobody inside may, and waits where somebody does; it is shown who waits as soon as it is in.
func TestWhoeverMayAdmit(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	ann, annsJoin := knocks(room, "ann")
	usher := room.Visit(apitest.Visitor{Name: "usher", Role: "usher"})
	usher.Joins()
	usher.Expects("on-lobby-update", `{"peers":[{"peer_id":"{ann}"}]}`)
	other := room.Visit(apitest.Visitor{Name: "other", Role: "usher"})
	othersJoin := other.Begins("join", `{"name":"other"}`)
	usher.Expects("on-lobby-update", `{"peers":[{"peer_id":"{ann}"},{"peer_id":"{other}"}]}`)
	host := room.Join("host2", "host") // its role has no lobby
	host.Sends("lobby-admit", `{"all":true}`)
	for p, id := range map[*apitest.Peer]string{ann: annsJoin, other: othersJoin} {
		if answer := p.Gets(id); answer.Code != 0 {
			t.Errorf("%s's join: %s", p.Name, answer.Text())
		}
	}
	other.Expects("peer-list", `{"peers":{"{ann}":{},"{usher}":{},"{host2}":{}}}`)
}

// Who waits may lose the connection, and keeps its place; who is let in meanwhile comes in when it is back.
func TestWaiterIsLost(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	alice := room.Join("alice", "host")
	ann, _ := knocks(room, "ann")
	knocks(room, "ben")
	ann.Drops()
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{ann}"},{"peer_id":"{ben}"}]}`)
	ann = ann.Returns()
	ann.Hears("on-policy-change", "room-state", "session-info")
	id := ann.Begins("join", `{"name":"Ann"}`)
	ann.Heard()
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{ann}","name":"Ann"},{"peer_id":"{ben}"}]}`)
	alice.Sends("lobby-admit", `{"peer_id":"{ann}"}`)
	if answer := ann.Gets(id); answer.Code != 0 {
		t.Errorf("ann's join: %s", answer.Text())
	}

	cleo, _ := knocks(room, "cleo")
	cleo.Drops()
	alice.Heard()
	alice.Sends("lobby-admit", `{"peer_id":"{cleo}"}`)
	alice.HearsNothingOf("on-peer-join")
	cleo = cleo.Returns()
	cleo.Joins()
	alice.Awaits("on-peer-join", `{"peer_id":"{cleo}"}`)
	dora, _ := knocks(room, "dora")
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{ben}"},{"peer_id":"{dora}"}]}`)
	dora.Leaves()
	alice.Sends("lobby-list", `{}`, `{"peers":[{"peer_id":"{ben}"}]}`)
}

// At the end of the room those who wait are sent away too, and so are those who are banned.
func TestWaitersAtTheEnd(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "strict")
	page := room.Visit(apitest.Visitor{Name: "page", User: "bob"})
	pagesJoin := page.Begins("join", `{"name":"page"}`)
	alice.Awaits("on-lobby-update", `{"peers":[{"peer_id":"{page}"}]}`)
	alice.Sends("peer-leave-request", `{"requested_for":"{bob}","reason":"out","ban_for":60}`)
	bob.Expects("on-peer-leave-request")
	if answer := page.Gets(pagesJoin); answer.Code != 403 || answer.At("message") != "out" {
		t.Errorf("the other page of who is banned: %s", answer.Text())
	}
	ann, annsJoin := knocks(room, "ann")
	alice.Sends("end-room", `{"reason":"over"}`)
	if answer := ann.Gets(annsJoin); answer.Code != 403 || answer.At("message") != "over" {
		t.Errorf("ann's join: %s", answer.Text())
	}
}

// A reason has a bound.
func TestDenyReason(t *testing.T) {
	t.Parallel()
	room := withLobby(t)
	alice := room.Join("alice", "host")
	knocks(room, "ann")
	alice.IsRefused(400, "reason must have at most", "lobby-deny", `{"peer_id":"{ann}","reason":"`+strings.Repeat("x", 1025)+`"}`)
}
