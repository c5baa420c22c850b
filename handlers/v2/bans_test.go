package v2_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Issue 3: bans are listed, newest first, while they hold, and can be lifted.
func TestBans(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		const bans = `/v2/rooms/{room}/bans`
		answers(t, room, "GET "+bans, ok, `{"data":[]}`)
		bob, carol, nameless := room.Join("bob", "guest"), room.Join("carol", "guest"), room.Visit(apitest.Visitor{Name: "nameless", User: "-"})
		nameless.Joins()
		const remove = `POST /v2/active-rooms/{room}/remove-peers `
		answers(t, room, remove+`{"peer_id":"{bob}","reason":"loud","ban_for":60}`, ok)
		room.Given("wait 1s")
		answers(t, room, remove+`{"peer_id":"{carol}","ban_for":3600}`, ok)
		answers(t, room, remove+`{"peer_id":"{nameless}"}`, ok)
		for _, p := range []*apitest.Peer{bob, carol, nameless} {
			p.Expects("on-peer-leave-request")
		}
		list := answers(t, room, "GET "+bans, ok, `"room_id":"{room}"`, `"reason":"loud"`, `"user_id":"bob"`)
		if list.At("data.0.user_id") != "carol" || list.At("data.1.user_id") != "bob" || list.At("data.2.id") != "" {
			t.Errorf("the bans: %s", list.Body)
		}
		for user, status := range map[string]int{"bob": forbidden, "carol": forbidden, "dora": ok} {
			if a := room.Exchange(apitest.Visitor{Name: user}); a.Status != status {
				t.Errorf("%s's exchange: %d %s", user, a.Status, a.Body)
			}
		}
		if a := room.Exchange(apitest.Visitor{Name: "nameless", User: "-"}); a.Status != ok {
			t.Errorf("whoever was removed without a ban: %d %s", a.Status, a.Body)
		}
		room.Name("ban", list.At("data.0.id"))
		stranger := room.Send(apitest.Request{Line: "DELETE " + bans + "/{ban}", Auth: apitest.Stranger})
		if stranger.Status != notFound || !strings.Contains(string(stranger.Body), noRoom) {
			t.Errorf("a stranger lifts a ban: %d %s", stranger.Status, stranger.Body)
		}
		answers(t, room, "DELETE "+bans+"/"+nowhere, notFound)
		answers(t, room, "DELETE "+bans+"/%ff", notFound)
		answers(t, room, "DELETE "+bans+"/{ban}", http.StatusNoContent)
		answers(t, room, "DELETE "+bans+"/{ban}", notFound)
		room.Join("carol", "guest")
		room.Given("wait 2m")
		answers(t, room, "GET "+bans, ok, `{"data":[]}`)
		room.Join("bob", "guest")
		answers(t, room, "GET /v2/rooms/"+nowhere+"/bans", notFound, noRoom)
		if a := room.Send(apitest.Request{Line: "GET " + bans, Auth: apitest.Stranger}); a.Status != notFound {
			t.Errorf("a stranger reads the bans: %d %s", a.Status, a.Body)
		}
	})
}

// A ban of a role's peers keeps all of them out.
func TestBanOfARole(t *testing.T) {
	t.Parallel()
	live(t, nil, func(t *testing.T, room *apitest.Room) {
		room.Join("alice", "host")
		room.Join("bob", "guest")
		room.Join("carol", "guest")
		answers(t, room, `POST /v2/active-rooms/{room}/remove-peers {"role":"guest","ban_for":60}`, ok)
		for user, status := range map[string]int{"bob": forbidden, "carol": forbidden, "alice": ok} {
			if a := room.Exchange(apitest.Visitor{Name: user, Role: "host"}); a.Status != status {
				t.Errorf("%s's exchange: %d %s", user, a.Status, a.Body)
			}
		}
	})
}
