package hms_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/media"
	"foyer/media/loopback"
)

const (
	speaker  = `{"publishParams":{"allowed":["audio","video"]},"permissions":{"mute":true,"unmute":true,"changeRole":true}}`
	listener = `{"publishParams":{"allowed":[]}}`
	deaf     = `{"publishParams":{"allowed":[]},"subscribeParams":{"subscribeToRoles":[]}}`
	lobbied  = `{"lobby":true}`
)

// studio is a room with an engine.
type studio struct {
	*apitest.Room

	engine *loopback.Engine
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	return newStudioWith(t, apitest.Options{})
}

func newStudioWith(t *testing.T, o apitest.Options) *studio {
	t.Helper()
	engine := loopback.New("n1")
	o.Media = engine
	return &studio{
		Room:   apitest.OpenRoom(t, o, map[string]string{"speaker": speaker, "listener": listener, "deaf": deaf, "lobbied": lobbied}),
		engine: engine,
	}
}

// place is a peer's place in the engine.
func (s *studio) place(p *apitest.Peer) *loopback.Peer { return s.engine.Peer(s.Fill("{room}"), p.ID) }

// sdp is a text in JSON that the engine takes for SDP.
func sdp(name string) string { return quoted("v=0\r\ns=" + name + "\r\n") }

func quoted(text string) string {
	b, _ := json.Marshal(text) // a string always has a JSON form
	return string(b)
}

// track is one on the wire; kind is like "audio regular".
func track(id, kind string, muted bool) string {
	what, source, _ := strings.Cut(kind, " ")
	return fmt.Sprintf(`%q:{"track_id":%q,"stream_id":"s-%s","type":%q,"source":%q,"mute":%t,"description":""}`, id, id, id, what, source, muted)
}

func offer(tracks ...string) string {
	return `{"desc":{"type":"offer","sdp":` + sdp("mine") + `},"tracks":{` + strings.Join(tracks, ",") + `},"sfu_node_id":"n1"}`
}

// publishes has a peer offer tracks, and be answered.
func publishes(p *apitest.Peer, tracks ...string) {
	p.Sends("offer", offer(tracks...), `{"type":"answer","sdp":`+quoted(loopback.Answer("s=mine"))+`}`)
}

// Client protocol 4.1, 5, 6.1: with an engine policies are as they are, and a join is answered with what the client has to know of it.
func TestJoinWithMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Visit(apitest.Visitor{Name: "alice", Role: "speaker"})
	alice.Expects("on-policy-change", `{"name":"speaker","known_roles":{"speaker":{"publishParams":{"allowed":["audio","video"]}},
		"deaf":{"subscribeParams":{"subscribeToRoles":[]}},"listener":{"publishParams":{"allowed":[]}}}}`)
	alice.Heard()
	alice.Sends("join", `{"name":"alice","data":"","offer":{"type":"offer","sdp":`+sdp("first")+`}}`,
		`{"type":"answer","sdp":`+quoted(loopback.Answer("s=first"))+`,"sfu_node_id":"n1"}`)
	alice.Hears("peer-list", "session-info")
	bob := room.Visit(apitest.Visitor{Name: "bob", Role: "deaf"})
	bob.Sends("join", `{"name":"bob","data":""}`, `{"type":"-","sdp":"-","sfu_node_id":"n1"}`)
	if rights := room.place(bob).Rights(); rights.Sends() || len(rights.Hears) > 0 {
		t.Errorf("bob may %+v", rights)
	}
}

// The answer to a join comes before all else, whatever the engine tells at once.
func TestJoinIsAnsweredFirst(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "speaker")
	publishes(alice, track("a", "audio regular", false))
	for name, params := range map[string]string{"bob": `{"name":"bob"}`, "carol": `{"name":"carol","offer":{"type":"offer","sdp":` + sdp("x") + `}}`} {
		p := room.Visit(apitest.Visitor{Name: name, Role: "listener"})
		p.Heard()
		var first string
		p.Tap(func(payload []byte) bool {
			if first == "" {
				first = string(payload)
			}
			return false
		})
		p.Sends("join", params)
		p.Expects("offer", `{"type":"offer","sdp":`+quoted(loopback.Offer(1, "a"))+`,"sfu_node_id":"n1"}`)
		p.Expects("peer-list", `{"peers":{"{alice}":{"tracks":{"a":{"track_id":"a","stream_id":"s-a","type":"audio","source":"regular","mute":false,"description":""}}}}}`)
		p.Expects("session-info", `{"track_count":1}`)
		p.Tap(nil)
		if !strings.Contains(first, `"result"`) {
			t.Errorf("%s hears first %s", name, first)
		}
	}
}

// Whoever waits at the door has no media; let in, it gets the answer to the offer of its join.
func TestJoinFromTheLobby(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "host")
	bob := room.Visit(apitest.Visitor{Name: "bob", Role: "lobbied"})
	id := bob.Begins("join", `{"name":"bob","offer":{"type":"offer","sdp":`+sdp("early")+`}}`)
	alice.Expects("on-lobby-update", `{"peers":[{"peer_id":"{bob}"}]}`)
	bob.IsRefused(403, "join the room first", "offer", offer())
	if room.place(bob) != nil {
		t.Error("bob has media at the door")
	}
	alice.Sends("lobby-admit", `{"peer_id":"{bob}"}`)
	if answer := bob.Gets(id); answer.At("type") != "answer" || answer.At("sdp") != loopback.Answer("s=early") {
		t.Errorf("bob is answered %s", answer.Text())
	}
	bob.Awaits("peer-list", `{"peers":{"{alice}":{}}}`)
	bob.Expects("session-info")
}

// Who joins with an offer that makes no sense does not stay.
func TestJoinWithNonsense(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "speaker")
	bob := room.Visit(apitest.Visitor{Name: "bob", Role: "listener"})
	for message, offer := range map[string]string{
		"offer must be a description":         `7`,
		"desc must have the type offer and a": `{"type":"answer","sdp":"v=0"}`,
	} {
		bob.IsRefused(400, message, "join", `{"name":"bob","offer":`+offer+`}`)
	}
	alice.HearsNothingOf("on-peer-join")
	bob.IsRefused(400, "makes no sense", "join", `{"name":"bob","offer":{"type":"offer","sdp":"hello"}}`)
	bob.IsClosed(1000)
	alice.Expects("on-peer-join", `{"peer_id":"{bob}"}`)
	alice.Expects("on-peer-leave", `{"peer_id":"{bob}"}`)
	if room.place(bob) != nil {
		t.Error("bob still has media")
	}
}

// Media go on while the connection is lost; what the engine had to tell meanwhile is told when it is back, behind the rest.
func TestResumeWithMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	publishes(alice, track("a", "audio regular", false))
	bob.Expects("offer", `{"sdp":`+quoted(loopback.Offer(1, "a"))+`}`)
	place := room.place(alice)
	alice.Drops()
	bob.Drops()
	if room.place(alice) != place || len(room.place(bob).Gets()) != 1 {
		t.Error("the media have ended with the connection")
	}
	alice, bob = alice.Returns(), bob.Returns()
	alice.Hears("on-policy-change", "peer-list", "session-info", "on-peer-update")
	bob.Expects("peer-list", `{"peers":{"{alice}":{"tracks":{"a":{}}}}}`)
	bob.Hears("on-policy-change", "offer", "session-info", "on-peer-update")
	bob.Notifies("answer", `{"desc":{"type":"answer","sdp":`+quoted(loopback.Answer(loopback.Offer(1)))+`},"sfu_node_id":"n1"}`)
	publishes(alice, track("a", "audio regular", false), track("b", "audio regular", false))
	bob.Expects("offer", `{"sdp":`+quoted(loopback.Offer(2, "a", "b"))+`}`)
}

// When the grace is over the media are too.
func TestGraceEndsMedia(t *testing.T) {
	t.Parallel()
	room := newStudioWith(t, apitest.Options{Grace: 50 * time.Millisecond})
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "listener")
	publishes(alice, track("a", "audio regular", false))
	place := room.place(alice)
	alice.Drops()
	bob.Awaits("on-peer-leave", `{"peer_id":"{alice}"}`)
	if !place.Closed() || room.place(alice) != nil {
		t.Error("alice still has media")
	}
}

// Client protocol 4.3: a client whose media an engine has lost is offered nothing on the connections that it has. When it offers, as it does
// when it is back, it is told to connect anew.
func TestLostMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "speaker")
	publishes(alice, track("a", "audio regular", false))
	publishes(bob, track("b", "audio regular", false))
	alice.Expects("offer")
	room.place(alice).Close()
	alice.IsRefused(403, "join the room first", "offer", offer())
	alice.Heard()
	alice.Drops()
	alice = alice.Returns()
	alice.Hears("on-policy-change", "peer-list", "session-info", "on-peer-update")
	alice.IsRefused(421, "another node", "offer", strings.ReplaceAll(offer(), `"n1"`, `"n0"`))
	alice.Expects("node-info", `{"sfu_node_id":"n1"}`)
	alice.Hears()
	publishes(alice, track("c", "audio regular", false))
	alice.Expects("offer", `{"sdp":`+quoted(loopback.Offer(1, "b"))+`}`)
}

// Who comes back without media has no connections: those that it makes afterwards are made here, whatever node it speaks of.
func TestLostWithoutMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "speaker"), room.Join("bob", "deaf")
	room.place(bob).Close()
	bob.Drops()
	bob = bob.Returns()
	bob.Hears("on-policy-change", "peer-list", "session-info", "on-peer-update")
	alice.Sends("role-change-request", `{"requested_for":"{bob}","role":"speaker","force":true}`, `{}`)
	bob.Expects("on-policy-change", `{"name":"speaker"}`)
	bob.Sends("offer", strings.ReplaceAll(offer(track("b", "audio regular", false)), `"n1"`, `"n0"`), `{"type":"answer"}`)
	alice.Awaits("on-track-add", `{"tracks":{"b":{}}}`)
}

// Candidates go both ways; those of another node, and answers to nothing, are dropped.
func TestTrickle(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "speaker")
	const candidate = `{"candidate":"candidate:1","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"}`
	alice.Notifies("trickle", `{"target":1,"candidate":`+candidate+`,"sfu_node_id":"n1"}`)
	alice.Expects("trickle", `{"target":1,"candidate":`+candidate+`}`)
	alice.Sends("trickle", `{"target":0,"candidate":`+candidate+`}`, `{}`)
	alice.Expects("trickle", `{"target":0,"candidate":`+candidate+`}`)
	alice.Sends("trickle", `{"target":0,"candidate":`+candidate+`,"sfu_node_id":"n0"}`, `{}`)
	alice.IsRefused(400, "target must be 0 or 1", "trickle", `{"target":2,"candidate":`+candidate+`}`)
	alice.IsRefused(400, "makes no sense", "trickle", `{"target":0,"candidate":{"candidate":"x"}}`)
	alice.IsRefused(400, "wrong type", "trickle", `{"target":"x"}`)
	alice.Sends("answer", `{"desc":{"type":"answer","sdp":`+sdp("late")+`}}`, `{}`)
	alice.Sends("answer", `{"desc":{"type":"answer","sdp":`+sdp("late")+`},"sfu_node_id":"n0"}`, `{}`)
	alice.IsRefused(400, "makes no sense", "answer", `{"desc":{"type":"answer","sdp":"hello"}}`)
	alice.IsRefused(400, "desc must have the type answer", "answer", `{"desc":{"type":"offer","sdp":"v=0\r\n"}}`)
	alice.Hears()
}

// What the engine tells of speakers, connections and layers.
func TestEngineTells(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice := room.Join("alice", "speaker")
	place := room.place(alice)
	place.Happens(media.Levels{Speakers: []media.Level{{Peer: "p", Track: "t", Level: 70}, {Peer: "q", Track: "u", Level: 3}}})
	alice.Expects("active-speakers", `{"speaker-list":[{"peer_id":"p","track_id":"t","level":70},{"peer_id":"q","track_id":"u","level":3}]}`)
	place.Happens(media.Levels{})
	alice.Expects("active-speakers", `{"speaker-list":[]}`)
	place.Happens(media.Quality{Scores: []media.Score{{Peer: "p", Score: 4}}})
	alice.Expects("on-connection-quality-update", `{"peers":[{"peer_id":"p","downlink_score":4}]}`)
	place.Happens(media.Layers{Tracks: []media.TrackLayer{{Track: "t", Current: media.Low, Expected: media.High, Subscriber: true}}})
	alice.Expects("on-track-layer-update", `{"tracks":{"t":{"track_id":"t","current_layer":"low","expected_layer":"high","subscriber_degraded":true,"publisher_degraded":false}}}`)
	place.Happens(media.TrackUp{ID: "t"})
	alice.Hears()
}

// Client protocol 2: /init tells of ICE servers, and of what the engine can do.
func TestInitWithMedia(t *testing.T) {
	t.Parallel()
	room := newStudioWith(t, apitest.Options{ICE: func(peer string) []media.ICEServer {
		return []media.ICEServer{{URLs: []string{"stun:s"}}, {URLs: []string{"turn:t"}, Username: "7:" + peer, Credential: "c"}}
	}})
	alice := room.Join("alice", "speaker")
	answer := room.Init(alice.Visitor)
	for path, want := range map[string]string{
		"rtcConfiguration.ice_servers.0.urls.0": "stun:s", "rtcConfiguration.ice_servers.0.username": "", "rtcConfiguration.ice_servers.1.urls.0": "turn:t",
		"rtcConfiguration.ice_servers.1.username": "7:" + alice.ID, "rtcConfiguration.ice_servers.1.credential": "c",
		"config.enabledFlags.0": "nonWebRTCDisableOffer", "config.enabledFlags.1": "simulcast",
	} {
		if got := answer.At(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// Whoever is put out, or whose session ends, has no media any more.
func TestRemovedWithMedia(t *testing.T) {
	t.Parallel()
	room := newStudio(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "speaker")
	publishes(bob, track("a", "audio regular", false))
	alice.Sends("peer-leave-request", `{"requested_for":"{bob}"}`)
	alice.Awaits("session-info", `{"peer_count":1,"track_count":0}`)
	if room.place(bob) != nil {
		t.Error("bob still has media")
	}
	bob.IsRefused(403, "join the room first", "offer", offer())
	alice.Sends("end-room", `{}`)
	if s := room.engine.Stats(); s.Peers != 0 {
		t.Errorf("%+v", s)
	}
}
