package hms_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4.1, 4.3: a message reaches whom it is for, and never its sender.
func TestBroadcast(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob, carol := room.Join("alice", "host"), room.Join("bob", "guest"), room.Join("carol", "host")
	watcher := room.Visit(apitest.Visitor{Name: "watcher"})
	for _, p := range []*apitest.Peer{alice, bob, carol, watcher} {
		p.Heard()
	}

	sent := alice.Sends("broadcast", `{"info":{"message":"to all","type":"chat"}}`, `{"message_id":"*","timestamp":"*"}`)
	for _, p := range []*apitest.Peer{bob, carol} {
		got := p.Expects("on-broadcast", `{"private":false,"roles":"-","peer":`+card+`,"info":{"message":"to all","type":"chat"}}`)
		for _, key := range []string{"message_id", "timestamp"} {
			if got.At(key) != sent.At(key) {
				t.Errorf("%s is %s for %s, %s for the sender", key, got.At(key), p.Name, sent.At(key))
			}
		}
	}
	alice.Hears()
	watcher.HearsNothingOf("on-broadcast")

	alice.Sends("broadcast", `{"info":{"message":"to hosts"},"roles":["host"]}`)
	carol.Expects("on-broadcast", `{"private":false,"roles":["host"],"info":{"message":"to hosts","type":"chat"}}`)
	bob.Hears()
	alice.Sends("broadcast", `{"info":{"message":"to both"},"roles":["host","guest"]}`)
	bob.Expects("on-broadcast", `{"roles":["host","guest"]}`)
	carol.Expects("on-broadcast", `{"roles":["host","guest"]}`)

	alice.Sends("broadcast", `{"info":{"message":"to one","type":"whisper"},"peer_id":"{bob}","roles":["host"]}`)
	bob.Expects("on-broadcast", `{"private":true,"roles":"-","peer":{"peer_id":"{alice}"},"info":{"message":"to one","type":"whisper"}}`)
	carol.Hears()
	alice.Hears()
}

// A message may be any JSON value but null, and arrives as it was sent.
func TestBroadcastOfAnything(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	for _, message := range []string{
		`""`, `"\"\\\n\u0000ä😀"`, `{"a":[1,2.50,null]}`, `[]`, `7`, `false`, `"` + strings.Repeat("x", 200_000) + `"`,
	} {
		alice.Sends("broadcast", `{"info":{"message":`+message+`,"type":"x\"y"}}`)
		bob.Expects("on-broadcast", `{"info":{"message":`+message+`,"type":"x\"y"}}`)
	}
	for _, params := range []string{`{}`, `{"info":{}}`, `{"info":{"message":null}}`, `null`, `[]`, `"x"`} {
		alice.IsRefused(400, "info.message is required", "broadcast", params)
	}
	alice.IsRefused(404, "peer not found", "broadcast", `{"info":{"message":"x"},"peer_id":"nobody"}`)
	alice.Sends("broadcast", `{"info":{"message":"x"},"roles":["nobody"]}`)
	alice.Sends("broadcast", `{"info":{"message":"to myself"},"peer_id":"{alice}"}`)
	alice.Hears()
	bob.Hears()
}

// Everybody hears everything in the same order.
func TestSameOrder(t *testing.T) {
	t.Parallel()
	room := open(t)
	talkers := []*apitest.Peer{room.Join("a", "host"), room.Join("b", "guest"), room.Join("c", "guest")}
	listeners := []*apitest.Peer{room.Join("d", "guest"), room.Join("e", "guest")}
	const each = 50
	for range each {
		for _, p := range talkers {
			p.Begins("broadcast", `{"info":{"message":"x"}}`)
		}
	}
	for range each * len(talkers) {
		one, other := listeners[0].Expects("on-broadcast"), listeners[1].Expects("on-broadcast")
		if one.At("message_id") != other.At("message_id") {
			t.Fatalf("one hears %s, the other %s", one.Text(), other.Text())
		}
	}
}
