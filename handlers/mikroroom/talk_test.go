package mikroroom_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/handlers/socket"
)

// three are three peers in a room, the first its host, who have heard of each other.
func three(t *testing.T) (h *house, alice, bob, carol *peer) {
	t.Helper()
	h = open(t, options{})
	alice = h.host("ABC123", "Alice")
	bob, carol = h.come(door{}, "ABC123", "Bob"), h.come(door{}, "ABC123", "Carol")
	for _, p := range []*peer{alice, bob, carol} {
		p.heard()
	}
	return h, alice, bob, carol
}

// Chat goes to all, the sender too, as it was sent: who says it and when only the server says (contract 7).
func TestChat(t *testing.T) {
	t.Parallel()
	_, alice, bob, carol := three(t)
	bob.says(`{"type":"chat","roomId":"FORGED","participantId":%q,"text":"<b>\"hi\" \u00e4","replyTo":{"a":[1]},"timestamp":1,"new":true,`+
		`"timest\u0061mp":2,"participant\u0049d":"x"}`, alice.id)
	for _, p := range []*peer{alice, bob, carol} {
		s := p.hears("chat", "participantId", bob.id, "roomId", "ABC123", "text", `<b>"hi" ä`, "new", true, "replyTo", "map[a:[1]]",
			"timestamp", 1767607200123)
		if len(s) != 7 {
			t.Errorf("%v", s)
		}
		p.heardOnly()
	}
}

// A text has at most 10,000 characters, and is one (the bounds).
func TestChatBounds(t *testing.T) {
	t.Parallel()
	_, alice, bob, _ := three(t)
	longest := strings.Repeat("ä", 10_000)
	alice.says(`{"type":"chat","text":%q}`, longest)
	alice.hears("chat", "text", longest)
	bob.hears("chat", "text", longest)
	alice.says(`{"type":"chat","text":%q}`, longest+"a")
	alice.isTold("Message is too long", "")
	for _, wrong := range []string{`7`, `null`, `{"a":1}`} {
		alice.says(`{"type":"chat","text":` + wrong + `}`)
		alice.isTold("Invalid message format", "")
	}
	alice.says(`{"type":"chat"}`)
	alice.isTold("Invalid message format", "")
	bob.heardOnly()
}

// Signalling reaches its target alone, as it was sent (contract 7), and whom it does not reach is not told.
func TestRelay(t *testing.T) {
	t.Parallel()
	_, alice, bob, carol := three(t)
	for _, kind := range []string{"offer", "answer", "ice-candidate", "file-offer", "file-answer", "file-chunk", "quality-change"} {
		bob.says(`{"type":%q,"roomId":"ABC123","participantId":%q,"targetId":%q,"sdp":{"type":"offer","sdp":"v=0\r\n"},"timestamp":7}`,
			kind, alice.id, carol.id)
		s := carol.hears(kind, "participantId", bob.id, "targetId", carol.id, "timestamp", 7, "sdp", "map[sdp:v=0\r\n type:offer]")
		if len(s) != 6 {
			t.Errorf("%v", s)
		}
	}
	for _, target := range []string{`"nobody"`, `""`, `7`, `null`} {
		bob.says(`{"type":"offer","targetId":` + target + `,"sdp":"v=0"}`)
	}
	bob.says(`{"type":"offer","sdp":"v=0"}`)
	bob.heardOnly()
	alice.heardOnly()
	carol.heardOnly()
}

// A target in another room is nobody.
func TestRelayElsewhere(t *testing.T) {
	t.Parallel()
	h, alice, _, _ := three(t)
	eve := h.host("OTHER1", "Eve")
	eve.says(`{"type":"offer","targetId":%q,"sdp":"v=0"}`, alice.id)
	eve.fence()
	alice.heardOnly()
}

// Whoever says something of its microphone or camera is told of with all flags (contract 7, 9), and what is no flag changes nothing.
func TestUpdate(t *testing.T) {
	t.Parallel()
	h, alice, bob, carol := three(t)
	for _, step := range []struct {
		says            string
		muted, videoOff bool
	}{
		{`"isMuted":true`, true, false},
		{`"isMuted":"no","isVideoOff":true`, true, true},
		{`"isMuted":false,"isVideoOff":null`, false, true},
	} {
		bob.says(`{"type":"participant-updated","roomId":"x","participantId":%q,%s}`, alice.id, step.says)
		for _, p := range []*peer{alice, carol} {
			p.hears("participant-updated", "participantId", bob.id, "roomId", "ABC123", "isMuted", step.muted, "isVideoOff", step.videoOff,
				"isHandRaised", false, "isModerator", false)
		}
	}
	bob.heardOnly()
	late := h.visit(door{})
	late.joins("ABC123", "Late")
	late.isIn(false)
	late.hears("participant-joined", "participantId", alice.id)
	late.hears("participant-joined", "participantId", bob.id, "isMuted", false, "isVideoOff", true)
	bob.says(`{"type":"participant-updated","isHandRaised":true}`)
	late.hears("participant-joined", "participantId", carol.id)
	late.hears("raise-hand", "participantId", bob.id)
}

// A hand is seen by the others, and by who comes later, behind all who are in (contract 7, 10.15).
func TestHands(t *testing.T) {
	t.Parallel()
	h, alice, bob, carol := three(t)
	bob.says(`{"type":"raise-hand"}`)
	bob.says(`{"type":"raise-hand"}`) // it is up already
	alice.hears("raise-hand", "participantId", bob.id, "roomId", "ABC123")
	carol.hears("raise-hand")
	bob.heardOnly()
	late := h.visit(door{})
	late.joins("ABC123", "Late")
	late.isIn(false)
	if got := fmt.Sprint(late.heard()); got != "[participant-joined participant-joined participant-joined raise-hand]" {
		t.Error(got)
	}
	alice.hears("participant-joined")
	bob.says(`{"type":"participant-updated","isMuted":true}`)
	alice.hears("participant-updated", "isHandRaised", true, "isMuted", true)
	bob.says(`{"type":"lower-hand"}`)
	alice.hears("lower-hand", "participantId", bob.id)
	alice.heardOnly()
}

// Whoever goes is gone for all at once; the connection may join again, and who leaves hears nothing (contract 7).
func TestLeave(t *testing.T) {
	t.Parallel()
	_, alice, bob, carol := three(t)
	bob.says(`{"type":"leave"}`)
	alice.hears("participant-left", "participantId", bob.id, "roomId", "ABC123")
	carol.hears("participant-left", "participantId", bob.id)
	bob.says(`{"type":"leave"}`) // as the web client does on its next connection
	bob.heardOnly()
	bob.joins("ABC123", "Bob")
	bob.isIn(false)
}

// What somebody hears who has not joined (contract 8), waits (contract 6), or has left.
func TestNotJoined(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	alice.says(`{"type":"room-locked"}`)
	alice.hears("room-locked")
	fresh, waiter, gone := h.visit(door{}), h.visit(door{}), h.visit(door{})
	waiter.joins("ABC123", "Bob")
	waiter.hears("waiting-room")
	gone.joins("OTHER1", "Carol", `"isHost":true`)
	gone.isIn(true)
	gone.says(`{"type":"leave"}`)
	alice.heard()
	for _, p := range []*peer{fresh, waiter, gone} {
		for _, kind := range []string{"offer", "chat", "participant-updated", "moderator-action", "quality-change"} {
			p.says(`{"type":%q,"targetId":%q,"text":"x","action":"kick","isMuted":true}`, kind, alice.id)
			p.isTold("Not joined to a room", "")
		}
		for kind, what := range map[string]string{
			"room-locked": "lock the room", "room-unlocked": "unlock the room", "admit-user": "admit users", "reject-user": "reject users",
		} {
			p.says(`{"type":%q,"targetId":"x"}`, kind)
			p.isTold("Only moderators can "+what, "UNAUTHORIZED")
		}
		p.says(`{"type":"raise-hand"}`)
		p.says(`{"type":"lower-hand"}`)
		p.heardOnly()
	}
	alice.heardOnly()
}

// What makes no sense has its answer and does not end the connection (contract 8).
func TestMalformed(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	p := h.host("ABC123", "Alice")
	for text, want := range map[string]string{
		`{`: "Invalid message format", `null`: "Invalid message format", ``: "Invalid message format", `{} {}`: "Invalid message format",
		strings.Repeat("[", 100_000): "Invalid message format",
		`[]`:                         "Unknown message type", `{}`: "Unknown message type", `5`: "Unknown message type", `"x"`: "Unknown message type",
		`{"type":7}`: "Unknown message type", `{"type":"Join"}`: "Unknown message type", `{"type":"constructor"}`: "Unknown message type",
		`{"type":"recording-started"}`: "Unknown message type", `{"type":"waiting-room"}`: "Unknown message type",
		`{"type":"participant-joined"}`: "Unknown message type", `{"type":"error"}`: "Unknown message type",
	} {
		p.says(text)
		p.isTold(want, "")
	}
	p.says(`{"type":"chat","text":"still here"}`)
	p.hears("chat")
}

// A frame has at most 128 KiB (the bounds): a greater one is not delivered, and one beyond all reason ends the connection.
func TestFrameBound(t *testing.T) {
	t.Parallel()
	h, alice, bob, carol := three(t)
	chunk := strings.Repeat("x", 120<<10)
	bob.says(`{"type":"file-chunk","targetId":%q,"data":%q}`, carol.id, chunk)
	carol.hears("file-chunk", "data", chunk)
	bob.says(`{"type":"file-chunk","targetId":%q,"data":%q}`, carol.id, chunk+chunk)
	bob.isTold("Message is too long", "")
	bob.says(`{"type":"chat","text":"still here"}`)
	for _, p := range []*peer{alice, bob, carol} {
		p.hears("chat", "text", "still here")
	}
	bob.says(`{"type":"chat","text":%q}`, strings.Repeat(chunk, 10))
	bob.isClosed(socket.TooBig)
	alice.hears("participant-left", "participantId", bob.id)
	if a := h.sends("GET /health"); a.status != 200 {
		t.Error(a.status)
	}
}
