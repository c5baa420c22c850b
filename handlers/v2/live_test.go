package v2_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

const (
	noSession = `"message":"session not found"`
	noPeer    = `"message":"peer not found"`
)

// live runs a test in a room in which peers can meet, on every kind of database.
func live(t *testing.T, roles map[string]string, test func(t *testing.T, room *apitest.Room)) {
	t.Helper()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		t.Helper()
		f.Listen(t)
		test(t, f.Live(t, roles))
	})
}

// answers sends a request and holds the answer against a status and texts.
func answers(t *testing.T, room *apitest.Room, line string, status int, contains ...string) *apitest.Answer {
	t.Helper()
	a := room.Do(line)
	if a.Status != status {
		t.Errorf("%s: status %d, want %d: %s", line, a.Status, status, a.Body)
	}
	for _, want := range contains {
		if want = room.Fill(want); !strings.Contains(string(a.Body), want) {
			t.Errorf("%s: the body lacks %s:\n%s", line, want, a.Body)
		}
	}
	return a
}

// Server contract 5: a live room, as it is while peers come and go.
func TestActiveRoom(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		const at = `GET /v2/active-rooms/{room}`
		answers(t, room, at, notFound, noSession)
		room.Visit(apitest.Visitor{Name: "watcher"})
		answers(t, room, at, notFound, noSession)
		alice := room.Join("alice", "host")
		bob := room.Join("bob", "guest")
		a := answers(t, room, at, ok, `"id":"{room}"`, `"name":"lesson"`, `"customer_id":"{workspace}"`, `"peers":["{alice}","{bob}"]`)
		session := a.At("session.id")
		if len(session) != 24 || !strings.HasSuffix(a.At("session.created_at"), "Z") {
			t.Errorf("the session: %s", a.Body)
		}
		answers(t, room, `GET /v2/sessions/`+session, ok, `"active":true`)
		bob.Leaves()
		answers(t, room, at, ok, `"peers":["{alice}"]`)
		alice.Leaves()
		answers(t, room, at, notFound, noSession)
		room.Join("carol", "guest")
		if again := answers(t, room, at, ok).At("session.id"); again == session {
			t.Error("the session of before goes on")
		}
	})
}

// Server contract 5: peers as a map, with filters; one peer with its tracks.
func TestActivePeers(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		room.Join("alice", "host")
		bob := room.Join("bob", "guest")
		bob.Sends("peer-update", `{"data":"{\"team\":\"red\"}"}`)
		const peers = `GET /v2/active-rooms/{room}/peers`
		a := answers(t, room, peers, ok, `"{bob}":{"id":"{bob}","name":"bob","user_id":"bob","metadata":"{\"team\":\"red\"}","role":"guest","joined_at":"2026-01-`)
		if a.At("peers."+bob.ID+".tracks") != "" || strings.Contains(string(a.Body), "tracks") {
			t.Errorf("the list has tracks: %s", a.Body)
		}
		for query, want := range map[string]string{
			"?role=host": "alice", "?user_id=bob": "bob", "?role=guest&user_id=bob": "bob", "?role=host&user_id=bob": "", "?role=nobody": "",
		} {
			got := answers(t, room, peers+query, ok)
			for _, name := range []string{"alice", "bob"} {
				if there := strings.Contains(string(got.Body), `"name":"`+name+`"`); there != (name == want) {
					t.Errorf("%s: %s is there: %t", query, name, there)
				}
			}
		}
		answers(t, room, peers+"?role=nobody", ok, `{"peers":{}}`)
		answers(t, room, peers+"/{alice}", ok, `"id":"{alice}"`, `"metadata":""`, `"tracks":{}`)
		answers(t, room, peers+"/nobody", notFound, noPeer)
		answers(t, room, peers+"/%ff", notFound, noPeer)
		answers(t, room, `GET /v2/active-rooms/`+nowhere+`/peers/{alice}`, notFound, noSession)
	})
}

// Server contract 5: an update is immediate, all or nothing, and told to the peer and the others.
func TestUpdatePeer(t *testing.T) {
	t.Parallel()
	live(t, map[string]string{"few": `{"maxPeerCount":1}`}, func(t *testing.T, room *apitest.Room) {
		alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
		alice.Heard()
		const post = `POST /v2/active-rooms/{room}/peers/{bob} `
		answers(t, room, post+`{"name":"Bobby","metadata":"m","role":"host"}`, ok,
			`"name":"Bobby"`, `"metadata":"m"`, `"role":"host"`, `"tracks":{}`)
		bob.Expects("on-policy-change", `{"name":"host"}`)
		bob.Expects("on-peer-update", `{"peer_id":"{bob}","info":{"name":"Bobby","data":"m"}}`)
		alice.Awaits("on-peer-update", `{"peer_id":"{bob}","role":"host","info":{"name":"Bobby","data":"m"}}`)
		answers(t, room, post+`{}`, ok, `"name":"Bobby"`, `"role":"host"`)
		answers(t, room, post+`{"role":"guest"}`, ok, `"role":"guest"`)
		bob.Expects("on-policy-change", `{"name":"guest"}`)
		bob.Hears()
		answers(t, room, post+`{"role":"nobody","name":"x"}`, bad, `the room has no role nobody`)
		answers(t, room, post+`{"metadata":{"team":"red"}}`, bad, invalid)
		answers(t, room, post+`{"name":7}`, bad, invalid)
		answers(t, room, post+`{"name":"`+strings.Repeat("x", 257)+`"}`, bad, invalid)
		room.Join("carol", "few")
		answers(t, room, post+`{"role":"few","name":"x"}`, bad, `role limit reached`)
		answers(t, room, `GET /v2/active-rooms/{room}/peers/{bob}`, ok, `"name":"Bobby"`, `"role":"guest"`)
		answers(t, room, `POST /v2/active-rooms/{room}/peers/nobody {"name":"x"}`, notFound, noPeer)
		answers(t, room, `POST /v2/active-rooms/`+nowhere+`/peers/{bob} {"name":"x"}`, notFound, noSession)
	})
}

// Server contract 5: a message to all, to a role, to one peer, under both spellings of its id.
func TestSendMessage(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
		alice.Heard()
		const post = `POST /v2/active-rooms/{room}/send-message `
		sent := func(body string) { t.Helper(); answers(t, room, post+body, ok, `{"message":"message sent"}`) }
		sent(`{"message":"to all"}`)
		for _, p := range []*apitest.Peer{alice, bob} {
			p.Expects("on-broadcast", `{"message_id":"*","timestamp":"*","private":false,"peer":"-","roles":"-","info":{"message":"to all","type":"chat"}}`)
		}
		sent(`{"message":"to hosts","role":"host","peer_id":"","type":"notice"}`)
		alice.Expects("on-broadcast", `{"private":false,"roles":["host"],"info":{"message":"to hosts","type":"notice"}}`)
		for _, spelling := range []string{"peer_id", "peerId"} {
			sent(`{"message":"to bob","` + spelling + `":"{bob}","role":"host"}`)
			bob.Expects("on-broadcast", `{"private":true,"roles":"-","info":{"message":"to bob","type":"chat"}}`)
		}
		sent(`{"message":"to nobody","role":"nobody"}`)
		alice.Hears()
		bob.Hears()
		for _, body := range []string{`{}`, `{"message":""}`, `{"message":7}`, `{"message":"x","role":7}`, `{"message":null}`} {
			answers(t, room, post+body, bad, invalid)
		}
		answers(t, room, post+`{"message":"x","peer_id":"nobody"}`, notFound, noPeer)
		answers(t, room, post+`{"message":"x","peerId":"nobody"}`, notFound, noPeer)
		answers(t, room, `POST /v2/active-rooms/`+nowhere+`/send-message {"message":"x"}`, notFound, noSession)
		alice.Hears()
		bob.Hears()
	})
}

// Server contract 5: one peer, or all of a role; their tokens are refused from then on.
func TestRemovePeers(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		alice, bob, carol, dora := room.Join("alice", "host"), room.Join("bob", "guest"), room.Join("carol", "guest"), room.Join("dora", "guest")
		alice.Heard()
		const post = `POST /v2/active-rooms/{room}/remove-peers `
		answers(t, room, post+`{"peer_id":"{bob}","role":"host","reason":"enough"}`, ok, `{"message":"peer remove request submitted"}`)
		bob.Expects("on-peer-leave-request", `{"requested_by":"-","reason":"enough","room_end":false}`)
		alice.Expects("on-peer-leave", `{"peer_id":"{bob}"}`)
		if answer := room.Init(bob.Visitor); answer.Status != forbidden {
			t.Errorf("the token of who was removed: %d %s", answer.Status, answer.Body)
		}
		room.Visit(apitest.Visitor{Name: "bob"}) // with a fresh exchange
		answers(t, room, post+`{"role":"guest"}`, ok)
		for _, p := range []*apitest.Peer{carol, dora} {
			p.Expects("on-peer-leave-request", `{"reason":"","room_end":false}`)
		}
		answers(t, room, post+`{"role":"guest"}`, ok)
		answers(t, room, post+`{"role":"nobody"}`, ok)
		for _, body := range []string{`{}`, `{"peer_id":"","role":""}`, `{"peer_id":7}`, `{"role":"guest","ban_for":-1}`, `{"role":"guest","ban_for":31536001}`, `{"role":"guest","ban_for":"x"}`, `{"role":"guest","reason":"` + strings.Repeat("x", 1025) + `"}`} {
			answers(t, room, post+body, bad, invalid)
		}
		answers(t, room, post+`{"peer_id":"nobody"}`, notFound, noPeer)
		answers(t, room, `POST /v2/active-rooms/`+nowhere+`/remove-peers {"role":"guest"}`, notFound, noSession)
	})
}

// Server contract 5: the end reaches everybody; with lock the room is disabled.
func TestEndActiveRoom(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		alice := room.Join("alice", "host")
		const post = `POST /v2/active-rooms/{room}/end-room `
		answers(t, room, post+`{"lock":"yes"}`, bad, invalid)
		answers(t, room, post+`{"reason":"over"}`, ok, `{"message":"session is ending"}`)
		alice.Expects("on-peer-leave-request", `{"requested_by":"-","reason":"over","room_end":true}`)
		answers(t, room, post, notFound, noSession)
		answers(t, room, `GET /v2/rooms/{room}`, ok, `"enabled":true`)

		bob := room.Join("bob", "guest")
		answers(t, room, post+`{"lock":true}`, ok)
		bob.Expects("on-peer-leave-request", `{"reason":"","room_end":true}`)
		answers(t, room, `GET /v2/rooms/{room}`, ok, `"enabled":false`)
		answers(t, room, `GET /v2/active-rooms/{room}`, notFound, noSession)
		if a := room.Exchange(apitest.Visitor{Name: "bob"}); a.Status != forbidden || a.At("details.0") != "room disabled" {
			t.Errorf("the code of a locked room: %d %s", a.Status, a.Body)
		}
		answers(t, room, `POST /v2/rooms/{room} {"enabled":true}`, ok)
		room.Join("carol", "guest")
	})
}

// A live room belongs to its workspace.
func TestActiveRoomOfOthers(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		room.Join("alice", "host")
		for _, line := range []string{
			`GET /v2/active-rooms/{room}`, `GET /v2/active-rooms/{room}/peers`, `GET /v2/active-rooms/{room}/peers/{alice}`,
			`POST /v2/active-rooms/{room}/peers/{alice} {"name":"x"}`, `POST /v2/active-rooms/{room}/send-message {"message":"x"}`,
			`POST /v2/active-rooms/{room}/remove-peers {"peer_id":"{alice}"}`, `POST /v2/active-rooms/{room}/end-room {"lock":true}`,
			`GET /v2/active-rooms/{room}/lobby`, `POST /v2/active-rooms/{room}/lobby/admit-all`,
			`POST /v2/active-rooms/{room}/lobby/{alice}/admit`, `POST /v2/active-rooms/{room}/lobby/{alice}/deny`,
		} {
			if a := room.Send(apitest.Request{Line: line, Auth: apitest.Stranger}); a.Status != notFound || !strings.Contains(string(a.Body), noSession) {
				t.Errorf("%s by a stranger: %d %s", line, a.Status, a.Body)
			}
			if a := room.Send(apitest.Request{Line: line, Auth: apitest.Nobody}); a.Status != unauth {
				t.Errorf("%s by nobody: %d %s", line, a.Status, a.Body)
			}
		}
		answers(t, room, `GET /v2/active-rooms/{room}`, ok)
	})
}
