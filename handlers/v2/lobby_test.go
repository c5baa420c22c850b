package v2_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// waits is somebody at the door of a room whose guests wait.
func waits(room *apitest.Room, name string) (p *apitest.Peer, join string) {
	p = room.Visit(apitest.Visitor{Name: name})
	join = p.Begins("join", `{"name":"`+name+`","data":"d"}`)
	p.Heard()
	return p, join
}

func isIn(t *testing.T, p *apitest.Peer, join string) {
	t.Helper()
	if answer := p.Gets(join); answer.Code != 0 {
		t.Errorf("%s's join: %s", p.Name, answer.Text())
	}
}

func isSentAway(t *testing.T, p *apitest.Peer, join, reason string) {
	t.Helper()
	if answer := p.Gets(join); answer.Code != forbidden || answer.At("message") != reason {
		t.Errorf("%s's join: %s", p.Name, answer.Text())
	}
}

// Issue 3: the server sees who waits, lets in and sends away, also while nobody is inside.
func TestLobby(t *testing.T) {
	t.Parallel()
	live(t, map[string]string{"guest": `{"lobby":true}`}, func(t *testing.T, room *apitest.Room) {
		const door = `/v2/active-rooms/{room}/lobby`
		answers(t, room, "GET "+door, notFound, noSession)
		ann, annsJoin := waits(room, "ann")
		answers(t, room, "GET "+door, ok, `{"data":[{"peer_id":"{ann}","user_id":"ann","name":"ann","metadata":"d","role":"guest","waiting_since":"2026-01-`)
		answers(t, room, `GET /v2/active-rooms/{room}`, notFound, noSession)
		answers(t, room, `GET /v2/active-rooms/{room}/peers`, notFound, noSession)
		ben, bensJoin := waits(room, "ben")
		cleo, cleosJoin := waits(room, "cleo")
		list := answers(t, room, "GET "+door, ok)
		for i, want := range []string{ann.ID, ben.ID, cleo.ID} {
			if got := list.At("data." + string('0'+rune(i)) + ".peer_id"); got != want {
				t.Errorf("at place %d waits %s, want %s", i, got, want)
			}
		}
		answers(t, room, "POST "+door+"/{ben}/admit", ok, `{"message":"admitted"}`)
		isIn(t, ben, bensJoin)
		answers(t, room, "POST "+door+"/{ben}/admit", notFound, noPeer)
		answers(t, room, "POST "+door+"/{ben}/deny", notFound, noPeer)
		answers(t, room, "POST "+door+`/{ann}/deny {"reason":"`+strings.Repeat("x", 1025)+`"}`, bad, invalid)
		answers(t, room, "POST "+door+`/{ann}/deny {"reason":7}`, bad, invalid)
		answers(t, room, "POST "+door+`/{ann}/deny {"reason":"members only"}`, ok, `{"message":"denied"}`)
		isSentAway(t, ann, annsJoin, "members only")
		dora, dorasJoin := waits(room, "dora")
		answers(t, room, "POST "+door+"/{dora}/deny", ok)
		isSentAway(t, dora, dorasJoin, "you were not let in")
		erik, eriksJoin := waits(room, "erik")
		answers(t, room, "POST "+door+"/admit-all", ok, `{"message":"admitted"}`)
		isIn(t, cleo, cleosJoin)
		isIn(t, erik, eriksJoin)
		answers(t, room, "POST "+door+"/admit-all", ok)
		answers(t, room, "GET "+door, ok, `{"data":[]}`)
		answers(t, room, "POST "+door+"/nobody/admit", notFound, noPeer)
	})
}

// A room takes no more than its size, whoever lets them in: the rest goes on waiting.
func TestLobbyOfAFullRoom(t *testing.T) {
	t.Parallel()
	live(t, map[string]string{"guest": `{"lobby":true}`}, func(t *testing.T, room *apitest.Room) {
		answers(t, room, `POST /v2/rooms/{room} {"size":2}`, ok)
		const door = `/v2/active-rooms/{room}/lobby`
		room.Join("alice", "host")
		ann, annsJoin := waits(room, "ann")
		ben, bensJoin := waits(room, "ben")
		answers(t, room, "POST "+door+"/admit-all", ok)
		isIn(t, ann, annsJoin)
		answers(t, room, "GET "+door, ok, `"peer_id":"{ben}"`)
		answers(t, room, "POST "+door+"/{ben}/admit", forbidden, `room is full`)
		ann.Leaves()
		answers(t, room, "POST "+door+"/{ben}/admit", ok)
		isIn(t, ben, bensJoin)
	})
}
