package hms_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 6.1: the tracks of an offer are all that there are: the others hear what is new.
func TestTracks(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	alice.Heard()
	publishes(alice, track("a", "audio regular", false))
	bob.Expects("on-track-add", `{"peer":{"peer_id":"{alice}","role":"speaker","realtime":true,"tracks":{}},
		"tracks":{"a":{"track_id":"a","stream_id":"s-a","type":"audio","source":"regular","mute":false,"description":""}}}`)
	bob.Expects("session-info", `{"peer_count":2,"track_count":1}`)
	bob.Expects("offer")
	bob.Hears()
	alice.Expects("session-info", `{"track_count":1}`)
	alice.Hears()

	publishes(alice, track("a", "audio regular", true), track("v", "video regular", false))
	bob.Expects("on-track-add", `{"tracks":{"v":{"type":"video"},"a":"-"}}`)
	bob.Expects("on-track-update", `{"tracks":{"a":{"mute":true},"v":"-"}}`)
	bob.Hears("session-info")
	publishes(alice, track("v", "video regular", false))
	bob.Expects("on-track-remove", `{"peer":{"peer_id":"{alice}"},"tracks":{"a":{"track_id":"a"},"v":"-"}}`)
	bob.Hears("session-info")
	publishes(alice, track("v", "video regular", false))
	bob.Hears()

	carol := room.Visit(apitest.Visitor{Name: "carol", Role: "listener"})
	carol.HearsNothingOf("on-track-add")
	carol.Joins()
	carol.Expects("peer-list", `{"peers":{"{alice}":{"tracks":{"v":{"mute":false},"a":"-"}},"{bob}":{"tracks":{}}}}`)
	bob.Heard()
	alice.Leaves()
	bob.Awaits("on-peer-leave", `{"peer_id":"{alice}"}`)
	bob.Expects("session-info", `{"peer_count":2,"track_count":0}`)
	if room.place(alice) != nil {
		t.Error("alice still has media")
	}
}

// Client protocol 5: what the role does not allow is not told, and not passed on.
func TestForbiddenTracks(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	alice.Heard()
	publishes(bob, track("b", "audio regular", false))
	alice.Hears()
	publishes(alice, track("a", "audio regular", false), track("x", "video screen", false))
	bob.Expects("on-track-add", `{"tracks":{"a":{},"x":"-"}}`)
	if got := room.place(bob).Gets(); len(got) != 1 || got[0] != "a" {
		t.Errorf("bob gets %v", got)
	}
}

// An offer that makes no sense, or that passes a bound, changes nothing.
func TestRefusedOffers(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "speaker")
	publishes(alice, track("a", "audio regular", false))
	alice.Heard()
	bob.Heard()
	many := make([]string, 33)
	for i := range many {
		many[i] = track(fmt.Sprint("t", i), "audio regular", false)
	}
	long := strings.Repeat("x", 257)
	for message, params := range map[string]string{
		"makes no sense":                          `{"desc":{"type":"offer","sdp":"hello"},"tracks":{}}`,
		"desc must have the type offer":           `{"tracks":{}}`,
		"desc must have the type offer and an":    `{"desc":{"type":"answer","sdp":"v=0\r\n"}}`,
		"wrong type":                              `{"desc":7}`,
		"tracks: at most 32":                      offer(many...),
		"that of another peer's track":            offer(track("a", "audio regular", false)),
		"the id of a track must have 1 to 256":    offer(track(long, "audio regular", false)),
		"track must be audio or video":            offer(track("b", "data regular", false)),
		"bytes of a track's stream or source: at": offer(track("b", "audio "+long, false)),
		"two tracks have the same id":             offer(`"b":{"track_id":"c","type":"audio"}`, `"c":{"type":"audio"}`),
	} {
		bob.IsRefused(400, message, "offer", params)
	}
	bob.IsRefused(421, "another node", "offer", strings.ReplaceAll(offer(), `"n1"`, `"n0"`))
	bob.Expects("node-info", `{"sfu_node_id":"n1"}`)
	alice.Hears()
	bob.Hears()
	publishes(bob, track("b", "audio regular", false))
	alice.Expects("on-track-add", `{"tracks":{"b":{}}}`)
}

// Client protocol 3: what was under way when the connection was lost is sent again, perhaps after what was offered since. That is not undone,
// and the client, which takes a 421 for done, has no failure to tell of.
func TestStaleOffer(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	version := func(n int, tracks ...string) string {
		return strings.ReplaceAll(offer(tracks...), `s=mine`, fmt.Sprintf(`o=- 1 %d\r\ns=mine`, n))
	}
	a, b := track("a", "audio regular", false), track("b", "video regular", false)
	alice.Sends("offer", version(5, a, b), `{"type":"answer"}`)
	bob.Expects("on-track-add", `{"tracks":{"a":{}}}`)
	alice.Heard()
	bob.Heard()
	alice.IsRefused(421, "a newer offer", "offer", version(4, a))
	alice.Hears()
	bob.Hears()
	alice.Sends("offer", version(5, a, b), `{"type":"answer"}`)
	bob.Hears()
	alice.Sends("offer", version(6, a), `{"type":"answer"}`)
	bob.Expects("on-track-remove", `{"tracks":{"b":{}}}`)
}

// Offers cost work: their rate is bounded, in a way that no client repeats.
func TestOfferRate(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "speaker")
	refused := 0
	for range 80 {
		switch answer := alice.Gets(alice.Begins("offer", offer())); answer.Code {
		case 0:
		case 400:
			refused++
		default:
			t.Fatal(answer.Text())
		}
	}
	if refused == 0 {
		t.Error("none is refused")
	}
}

// Client protocol 4.1: mute and description are told to the others; of what the client does not publish nobody hears.
func TestTrackUpdate(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	publishes(alice, track("a", "audio regular", false), track("v", "video regular", false))
	bob.Heard()
	alice.Heard()
	alice.Notifies("track-update", `{"tracks":{`+track("a", "audio regular", true)+`,`+track("other", "audio regular", true)+`}}`)
	bob.Expects("on-track-update", `{"peer":{"peer_id":"{alice}"},"tracks":{"a":{"track_id":"a","mute":true},"v":"-","other":"-"}}`)
	if got := room.place(bob).Gets(); len(got) != 1 || got[0] != "v" {
		t.Errorf("bob gets %v", got)
	}
	alice.Sends("track-update", `{"tracks":{`+track("a", "audio regular", true)+`}}`, `{}`)
	alice.Sends("track-update", `{"tracks":{"a":{"description":"hello"}}}`, `{}`)
	bob.Expects("on-track-update", `{"tracks":{"a":{"mute":true,"description":"hello"}}}`)
	alice.IsRefused(400, "bytes of a description", "track-update", `{"tracks":{"a":{"description":"`+strings.Repeat("x", 1025)+`"}}}`)
	alice.IsRefused(400, "wrong type", "track-update", `{"tracks":7}`)
	bob.Hears()
	alice.Hears()
}

// Mute by others holds at once, whatever the one who is muted does; to go on is its own affair (contracts of the issue: roles hold in media).
func TestMuteByOthers(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob, carol := room.Join("alice", "speaker"), room.Join("bob", "speaker"), room.Join("carol", "listener")
	publishes(bob, track("a", "audio regular", false), track("v", "video regular", false))
	for _, p := range []*apitest.Peer{alice, bob, carol} {
		p.Heard()
	}
	gets := func(want string) {
		t.Helper()
		if got := strings.Join(room.place(carol).Gets(), " "); got != want {
			t.Errorf("carol gets %q, want %q", got, want)
		}
	}
	alice.Sends("track-update-request", `{"requested_for":"{bob}","track_id":"a","stream_id":"s-a","mute":true}`)
	bob.Expects("on-track-update-request", `{"requested_by":"{alice}","track_id":"a","stream_id":"s-a","mute":true}`)
	bob.Hears()
	for _, p := range []*apitest.Peer{alice, carol} {
		p.Expects("on-track-update", `{"peer":{"peer_id":"{bob}"},"tracks":{"a":{"mute":true},"v":"-"}}`)
		p.Hears()
	}
	gets("v")
	alice.Sends("track-update-request", `{"requested_for":"{bob}","track_id":"a","stream_id":"s-a","mute":false}`)
	bob.Expects("on-track-update-request", `{"mute":false}`)
	carol.Hears()
	gets("v")
	bob.Notifies("track-update", `{"tracks":{"a":{"mute":false}}}`)
	carol.Expects("on-track-update", `{"tracks":{"a":{"mute":false}}}`)
	gets("a v")

	alice.Sends("change-track-mute-state-request", `{"roles":["speaker"],"type":"video","value":true}`)
	bob.Expects("on-change-track-mute-state-request", `{"requested_by":"{alice}","type":"video","value":true}`)
	carol.Expects("on-track-update", `{"tracks":{"v":{"mute":true},"a":"-"}}`)
	gets("a")
	alice.Sends("change-track-mute-state-request", `{"roles":["listener"],"value":true}`)
	alice.Sends("change-track-mute-state-request", `{"source":"screen","value":true}`)
	gets("a")
	alice.Sends("change-track-mute-state-request", `{"value":true}`)
	gets("")
	carol.IsRefused(403, "mute", "track-update-request", `{"requested_for":"{bob}","track_id":"a","mute":true}`)
}

// Who was muted while its connection was lost is asked again.
func TestMutedWhileAway(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "speaker")
	publishes(bob, track("a", "audio regular", false))
	bob.Drops()
	alice.Sends("track-update-request", `{"requested_for":"{bob}","track_id":"a","stream_id":"s-a","mute":true}`)
	bob = bob.Returns()
	bob.Expects("on-track-update-request", `{"requested_by":"{alice}","track_id":"a","stream_id":"s-a","mute":true}`)
	bob.Notifies("track-update", `{"tracks":{"a":{"mute":true}}}`)
	bob.Heard()
	bob.Drops()
	bob = bob.Returns()
	bob.HearsNothingOf("on-track-update-request")
}

// A role change holds at once, both ways: the tracks that the new role must not publish go (client protocol 4.3).
func TestRoleChangeWithMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob, carol := room.Join("alice", "speaker"), room.Join("bob", "speaker"), room.Join("carol", "listener")
	publishes(alice, track("x", "audio regular", false))
	publishes(bob, track("a", "audio regular", false))
	bob.Heard()
	carol.Heard()
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"deaf","force":true}`)
	bob.Expects("on-policy-change", `{"name":"deaf","known_roles":{"deaf":{"publishParams":{"allowed":[]}}}}`)
	bob.Hears("session-info")
	carol.Expects("on-peer-update", `{"peer_id":"{bob}","role":"deaf"}`)
	carol.Expects("on-track-remove", `{"peer":{"peer_id":"{bob}","role":"deaf"},"tracks":{"a":{}}}`)
	if got := room.place(carol).Gets(); len(got) != 1 || got[0] != "x" {
		t.Errorf("carol gets %v", got)
	}
	if got := room.place(bob).Gets(); len(got) != 0 {
		t.Errorf("bob gets %v", got)
	}
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"speaker","force":true}`)
	publishes(bob, track("b", "audio regular", false))
	carol.Expects("on-track-add", `{"tracks":{"b":{}}}`)
}
