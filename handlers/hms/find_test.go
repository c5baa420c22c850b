package hms_test

import (
	"fmt"
	"strings"
	"testing"
)

// Client protocol 4.1: a peer by its id.
func TestGetPeer(t *testing.T) {
	t.Parallel()
	room := open(t)
	room.Join("alice", "host")
	bob := room.Join("bob", "guest")
	bob.Sends("get-peer", `{"peer_id":"{alice}"}`, card)
	bob.IsRefused(404, "peer not found", "get-peer", `{"peer_id":"nobody"}`)
	bob.IsRefused(404, "peer not found", "get-peer", `{}`)
	bob.IsRefused(400, "wrong type", "get-peer", `{"peer_id":7}`)
}

// Peers of a role, of a group, of a list; page by page, while they come and go.
func TestFindPeers(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	b, c, d := room.Join("b", "guest"), room.Join("c", "guest"), room.Join("d", "guest")
	c.Sends("group-join", `{"name":"_handraise"}`)
	alice.Sends("find-peer", `{"limit":10}`, `{"iterator":"*","total":4,"eof":true,"peers":[`+card+`,{"peer_id":"{b}"},{"peer_id":"{c}"},{"peer_id":"{d}"}]}`)
	alice.Sends("find-peer", `{"limit":10,"role":"host"}`, `{"total":1,"eof":true,"peers":[{"peer_id":"{alice}"}]}`)
	alice.Sends("find-peer", `{"limit":10,"group":"_handraise"}`, `{"total":1,"peers":[{"peer_id":"{c}","groups":["_handraise"]}]}`)
	alice.Sends("find-peer", `{"limit":10,"peers":["{d}","nobody","{b}"]}`, `{"total":2,"peers":[{"peer_id":"{b}"},{"peer_id":"{d}"}]}`)
	alice.Sends("find-peer", `{"limit":10,"role":"host","group":"_handraise"}`, `{"total":0,"eof":true,"peers":[]}`)
	alice.Sends("find-peer", `{}`, `{"total":4,"eof":true}`)
	alice.Sends("find-peer", `{"limit":-3}`, `{"total":4,"eof":true}`)

	first := alice.Sends("find-peer", `{"limit":1,"role":"guest"}`, `{"total":3,"eof":false,"peers":[{"peer_id":"{b}"}]}`)
	next := fmt.Sprintf(`{"iterator":%q,"limit":1}`, first.At("iterator"))
	c.Leaves()
	alice.Sends("peer-iter-next", next, `{"total":3,"eof":false,"peers":[]}`)
	alice.Sends("peer-iter-next", next, `{"total":3,"eof":true,"peers":[{"peer_id":"{d}"}]}`)
	alice.IsRefused(404, "unknown iterator", "peer-iter-next", next)
	alice.IsRefused(404, "unknown iterator", "peer-iter-next", `{}`)
	alice.IsRefused(400, "wrong type", "find-peer", `{"limit":"x"}`)
	alice.IsRefused(400, "wrong type", "peer-iter-next", `{"iterator":7}`)

	for range 9 {
		alice.Sends("find-peer", `{"limit":1}`, `{"eof":false}`)
	}
	b.IsRefused(404, "unknown iterator", "peer-iter-next", next)
	d.Leaves()
}

// Searches that nobody goes on with are forgotten.
func TestFindsAreForgotten(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	room.Join("bob", "guest")
	first := alice.Sends("find-peer", `{"limit":1}`).At("iterator")
	var last string
	for range 8 {
		last = alice.Sends("find-peer", `{"limit":1}`).At("iterator")
	}
	alice.IsRefused(404, "unknown iterator", "peer-iter-next", fmt.Sprintf(`{"iterator":%q}`, first))
	alice.Sends("peer-iter-next", fmt.Sprintf(`{"iterator":%q}`, last), `{"eof":true}`)
}

// Peers by a part of their name, whatever its case.
func TestSearchNames(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	for _, name := range []string{"ann", "anna", "bert"} {
		p := room.Join(name, "guest")
		p.Sends("peer-update", `{"name":"`+strings.ToUpper(name)+`"}`)
	}
	alice.Sends("peer-name-search", `{"query":"ann","limit":10}`, `{"count":2,"limit":10,"offset":2,"eof":true,
		"peers":[{"peer_id":"{ann}","name":"ANN","role":"guest","type":"regular"},{"peer_id":"{anna}"}]}`)
	alice.Sends("peer-name-search", `{"query":"ann","limit":1}`, `{"count":1,"offset":1,"eof":false,"peers":[{"peer_id":"{ann}"}]}`)
	alice.Sends("peer-name-search", `{"query":"ann","limit":1,"offset":1}`, `{"count":1,"offset":2,"eof":true,"peers":[{"peer_id":"{anna}"}]}`)
	alice.Sends("peer-name-search", `{"query":"zzz","limit":10}`, `{"count":0,"eof":true,"peers":[]}`)
	alice.Sends("peer-name-search", `{"query":"","limit":-1,"offset":-5}`, `{"count":4,"eof":true}`)
	alice.Sends("peer-name-search", `{"query":"a","offset":99}`, `{"count":0,"eof":true,"peers":[]}`)
	alice.IsRefused(400, "wrong type", "peer-name-search", `{"query":7}`)
}
