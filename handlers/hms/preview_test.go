package hms_test

import (
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4.3, issue 3: a preview always gets room and count; who is in only where role and template say so.
func TestPreview(t *testing.T) {
	t.Parallel()
	const sends = `{"permissions":{"sendRoomState":true}}`
	for name, tc := range map[string]struct {
		role, settings string
		peers          bool
	}{
		"nothing is said":      {`{}`, `{}`, false},
		"only the role":        {sends, `{}`, false},
		"only the template":    {`{}`, `{"roomState":{"enabled":true,"sendPeerList":true}}`, false},
		"without the list":     {sends, `{"roomState":{"enabled":true,"sendPeerList":false}}`, false},
		"the list is disabled": {sends, `{"roomState":{"enabled":false,"sendPeerList":true}}`, false},
		"both":                 {sends, `{"roomState":{"enabled":true,"sendPeerList":true}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room := apitest.OpenRoom(t, usual, map[string]string{"guest": tc.role})
			room.Given(`POST /v2/templates/{template}/settings ` + tc.settings)
			alice := room.Join("alice", "host")
			bob := room.Visit(apitest.Visitor{Name: "bob"})
			bob.Expects("on-policy-change", `{"name":"guest"}`)
			state := bob.Expects("room-state", `{"peer_count":1,"room":{"name":"lesson","session_id":"*","started_at":"*","recording":{},"streaming":{}}}`)
			if state.Has("peers") != tc.peers || tc.peers && state.At("peers."+alice.ID+".info.name") != "alice" {
				t.Errorf("peers: want %t, got %s", tc.peers, state.Text())
			}
			bob.Expects("session-info", `{"peer_count":1,"room_id":"{room}"}`)
			bob.Hears()
			alice.Hears()
			carol := room.Join("carol", "host")
			bob.Awaits("room-state", `{"peer_count":2}`)
			carol.Leaves()
			alice.Leaves()
			bob.Awaits("room-state", `{"peer_count":0,"room":{"session_id":"-"}}`)
			bob.Awaits("session-info", `{"peer_count":0}`)
		})
	}
}

// Client protocol 5: every role is in the policy, under its name, with what the SDK reads; without an engine nobody publishes or hears.
func TestPolicy(t *testing.T) {
	t.Parallel()
	room := apitest.OpenRoom(t, usual, map[string]string{"speaker": `{"publishParams":{"allowed":["audio","video"]},"permissions":{"mute":true}}`})
	alice := room.Visit(apitest.Visitor{Name: "alice", Role: "host"})
	const silent = `"publishParams":{"allowed":[]},"subscribeParams":{"subscribeToRoles":[]}`
	alice.Expects("on-policy-change", `{"name":"host","template_id":"{template}","plugins":{},"app_data":null,"known_roles":{
		"host":{"name":"host","priority":1,`+silent+`,"permissions":{"endRoom":true,"removeOthers":true,"changeRole":true}},
		"guest":{"name":"guest","priority":2,`+silent+`,"permissions":{"endRoom":false,"mute":false,"pollRead":true}},
		"speaker":{"name":"speaker","priority":1,`+silent+`,"permissions":{"mute":true,"endRoom":false}}}}`)
}
