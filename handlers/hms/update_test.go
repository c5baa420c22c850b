package hms_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4.1: what a peer says of itself is told to the others.
func TestPeerUpdate(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	bob.Sends("peer-update", `{"name":"Bobby"}`, `{}`)
	alice.Expects("on-peer-update", `{"peer_id":"{bob}","realtime":true,"role":"guest","info":{"name":"Bobby","data":"","user_id":"bob"}}`)
	bob.Sends("peer-update", `{"data":"{\"hand\":1}"}`, `{}`)
	alice.Expects("on-peer-update", `{"info":{"name":"Bobby","data":"{\"hand\":1}"}}`)
	bob.Sends("peer-update", `{"name":"","data":""}`)
	alice.Expects("on-peer-update", `{"info":{"name":"","data":""}}`)
	bob.Hears()
	bob.IsRefused(400, "name must have at most", "peer-update", `{"name":"`+strings.Repeat("x", 257)+`"}`)
	bob.IsRefused(400, "metadata must have at most", "peer-update", `{"data":"`+strings.Repeat("x", 65537)+`"}`)
	bob.IsRefused(400, "wrong type", "peer-update", `{"name":[]}`)
	alice.Hears()
	room.Join("carol", "guest").Leaves()
}

// Groups are told to everybody, the peer itself included; those of others need changeRole.
func TestGroups(t *testing.T) {
	t.Parallel()
	room := only(t, "changeRole")
	alice, bob := room.Join("alice", "may"), room.Join("bob", "guest")
	alice.Heard()
	both := func(want string) {
		t.Helper()
		for _, p := range []*apitest.Peer{alice, bob} {
			p.Expects("on-peer-update", want)
			p.Hears()
		}
	}
	bob.Sends("group-join", `{"name":"_handraise"}`, `{"groups":["_handraise"]}`)
	both(`{"peer_id":"{bob}","realtime":true,"groups":["_handraise"],"tracks":{}}`)
	bob.Sends("group-join", `{"name":"_handraise"}`, `{"groups":["_handraise"]}`)
	alice.Hears()
	alice.Sends("group-add", `{"name":"brb","peer_id":"{bob}"}`, `{"groups":["_handraise","brb"]}`)
	both(`{"peer_id":"{bob}","groups":["_handraise","brb"]}`)
	bob.Sends("group-leave", `{"name":"_handraise"}`, `{"groups":["brb"]}`)
	both(`{"peer_id":"{bob}","groups":["brb"]}`)
	alice.Sends("group-remove", `{"name":"brb","peer_id":"{bob}"}`, `{"groups":[]}`)
	both(`{"peer_id":"{bob}","groups":[]}`)
	bob.Sends("group-leave", `{"name":"brb"}`, `{"groups":[]}`)

	for _, method := range []string{"group-add", "group-remove"} {
		bob.IsRefused(403, "changeRole", method, `{"name":"g","peer_id":"{alice}"}`)
		alice.IsRefused(404, "peer not found", method, `{"name":"g","peer_id":"nobody"}`)
	}
	bob.IsRefused(400, "1 to 64 characters", "group-join", `{}`)
	bob.IsRefused(400, "1 to 64 characters", "group-join", `{"name":"`+strings.Repeat("g", 65)+`"}`)
	bob.IsRefused(400, "wrong type", "group-join", `{"name":7}`)
	for i := range 32 {
		bob.Sends("group-join", fmt.Sprintf(`{"name":"g%d"}`, i))
	}
	bob.IsRefused(400, "at most 32 groups", "group-join", `{"name":"one more"}`)
	carol := room.Visit(apitest.Visitor{Name: "carol"})
	carol.Sends("join", `{}`)
	if got := carol.Expects("peer-list").At("peers." + bob.ID + ".groups.31"); got != "g31" {
		t.Errorf("a latecomer sees %q", got)
	}
}

// Requests to mute need their permission, each its own, and reach whom they are for. There is no engine: they are only passed on.
func TestMuteRequests(t *testing.T) {
	t.Parallel()
	for permission, mute := range map[string]bool{"mute": true, "unmute": false} {
		t.Run(permission, func(t *testing.T) {
			t.Parallel()
			room := only(t, permission)
			alice, bob, carol := room.Join("alice", "may"), room.Join("bob", "guest"), room.Join("carol", "host")
			alice.Heard()
			bob.Heard()
			one := fmt.Sprintf(`{"requested_for":"{bob}","track_id":"t","stream_id":"s","mute":%t}`, mute)
			alice.Sends("track-update-request", one, `{}`)
			bob.Expects("on-track-update-request", fmt.Sprintf(`{"requested_by":"{alice}","track_id":"t","stream_id":"s","mute":%t}`, mute))
			carol.Hears()
			all := fmt.Sprintf(`{"roles":["guest"],"type":"audio","source":"regular","value":%t}`, mute)
			alice.Sends("change-track-mute-state-request", all, `{}`)
			bob.Expects("on-change-track-mute-state-request",
				fmt.Sprintf(`{"requested_by":"{alice}","roles":["guest"],"type":"audio","source":"regular","value":%t}`, mute))
			carol.Hears()
			alice.Sends("change-track-mute-state-request", fmt.Sprintf(`{"value":%t}`, mute))
			for _, p := range []*apitest.Peer{bob, carol} {
				p.Expects("on-change-track-mute-state-request", fmt.Sprintf(`{"roles":"-","type":"-","source":"-","value":%t}`, mute))
			}
			alice.Hears()

			other := map[bool]string{true: "unmute", false: "mute"}[mute]
			alice.IsRefused(403, "permission "+other, "track-update-request", fmt.Sprintf(`{"requested_for":"{bob}","mute":%t}`, !mute))
			alice.IsRefused(403, "permission "+other, "change-track-mute-state-request", fmt.Sprintf(`{"value":%t}`, !mute))
			bob.IsRefused(403, "permission "+permission, "track-update-request", one)
			bob.IsRefused(403, "permission "+permission, "change-track-mute-state-request", all)
			alice.IsRefused(404, "peer not found", "track-update-request", fmt.Sprintf(`{"requested_for":"nobody","mute":%t}`, mute))
			alice.IsRefused(400, "no role nobody", "change-track-mute-state-request", fmt.Sprintf(`{"roles":["nobody"],"value":%t}`, mute))
			alice.IsRefused(400, "wrong type", "track-update-request", `{"mute":"yes"}`)
			alice.IsRefused(400, "wrong type", "change-track-mute-state-request", `{"roles":"host"}`)
		})
	}
}
