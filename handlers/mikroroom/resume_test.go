package mikroroom_test

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"foyer/handlers/mikroroom"
	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// cookie is one that a browser has already.
func (h *house) cookie() string { return h.visit(door{}).cookie }

// A browser that comes back soon is in as if nothing had happened: under its id, past a lock, and nobody hears of it (contract 10.15).
func TestResume(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	d := door{cookie: h.cookie()}
	bob := h.come(d, "ABC123", "Bob")
	bob.says(`{"type":"participant-updated","isMuted":true}`)
	bob.says(`{"type":"raise-hand"}`)
	bob.fence()
	alice.says(`{"type":"room-locked"}`)
	alice.heard()
	bob.drops()
	again := h.visit(d)
	again.joins("ABC123", "Bob")
	again.hears("participant-joined", "participantId", bob.id, "isMuted", true, "isModerator", false)
	again.hears("participant-joined", "participantId", alice.id)
	again.hears("room-locked")
	again.heardOnly()
	alice.heardOnly()
	again.says(`{"type":"chat","text":"back"}`)
	alice.hears("chat", "participantId", bob.id)
}

// A host that comes back soon leads still, and its room is there though nobody else was in.
func TestHostResumes(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	d := door{cookie: h.cookie()}
	alice := h.come(d, "ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	alice.drops()
	again := h.visit(d)
	again.joins("ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	again.isIn(true)
	if again.id != alice.id {
		t.Errorf("the id is %s, was %s", again.id, alice.id)
	}
}

// A browser that was not seen with a cookie before cannot be waited for: its peer is gone at once, but comes back under its id.
func TestSameIDWithoutASeat(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	bob := h.come(door{}, "ABC123", "Bob")
	alice.hears("participant-joined")
	bob.drops()
	alice.hears("participant-left", "participantId", bob.id)
	again := h.visit(door{cookie: bob.cookie})
	again.joins("ABC123", "Bob")
	again.hears("participant-joined", "participantId", bob.id)
	alice.hears("participant-joined", "participantId", bob.id)
}

// Who does not come back is gone within seconds; who says goodbye, at once.
func TestSeatIsGivenUp(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	bob := h.come(door{cookie: h.cookie()}, "ABC123", "Bob")
	carol := h.come(door{cookie: h.cookie()}, "ABC123", "Carol")
	alice.heard()
	began := time.Now()
	bob.drops()
	carol.write(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusGoingAway, "")))
	alice.hears("participant-left", "participantId", carol.id)
	alice.hears("participant-left", "participantId", bob.id)
	if waited := time.Since(began); waited < 2*time.Second {
		t.Errorf("given up after %v", waited)
	}
}

// Two pages of one browser are two peers.
func TestTwoPages(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	d := door{cookie: h.cookie()}
	first := h.come(d, "ABC123", "Alice", `"isHost":true`)
	second := h.come(d, "ABC123", "Alice")
	first.hears("participant-joined", "participantId", second.id)
	if first.id == second.id {
		t.Error("they have one id")
	}
	for range 12 { // more than are kept apart
		p := h.visit(door{cookie: d.cookie})
		p.joins("OTHER1", "Alice", `"isHost":true`)
		if next, _ := p.next(); next["type"] == "error" {
			break // the room is full by then
		}
	}
	first.says(`{"type":"chat","text":"hi"}`)
	second.hears("chat", "participantId", first.id)
}

// A waiter that comes back soon has its place in the queue still.
func TestWaiterResumes(t *testing.T) {
	t.Parallel()
	h, alice, _ := locked(t)
	d := door{cookie: h.cookie()}
	carol := h.waits(d, "ABC123", "Carol")
	alice.hears("waiting-room")
	carol.drops()
	again := h.waits(d, "ABC123", "Carol")
	if again.id != carol.id {
		t.Errorf("the id is %s, was %s", again.id, carol.id)
	}
	alice.heardOnly()
	alice.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	again.hears("participant-joined", "participantId", carol.id)
}

// When all connections are cut at once, a guest that is back before the host finds the room, behind its password, and leads it then.
func TestRoomOutlivesACut(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.come(door{}, "ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	bob := h.come(door{}, "ABC123", "Bob", `"password":"sesame"`)
	bob.drops()
	alice.drops()
	p := h.visit(door{})
	p.joins("ABC123", "Eve", `"password":"wrong"`)
	p.isTold("Invalid room password", "INVALID_PASSWORD")
	p.joins("ABC123", "Bob", `"password":"sesame"`)
	p.isIn(true)
	late := h.visit(door{})
	late.joins("ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	late.isIn(false)
}

// A reset of the connection ends one stay and nothing else (contract 10.1).
func TestReset(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	for range 3 {
		bob := h.come(door{}, "ABC123", "Bob")
		alice.hears("participant-joined")
		tcp, ok := bob.raw.(*net.TCPConn)
		if !ok {
			t.Fatal("no TCP")
		}
		if err := tcp.SetLinger(0); err != nil {
			t.Fatal(err)
		}
		bob.drops()
		alice.hears("participant-left", "participantId", bob.id)
	}
	if a := h.sends("GET /health"); a.status != 200 {
		t.Error(a.status)
	}
}

// A connection that ends without a goodbye, as that of a dead tab does, leaves no ghost (contract 10.3).
func TestEndWithoutGoodbye(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	bob := h.come(door{}, "ABC123", "Bob")
	alice.hears("participant-joined")
	if tcp, ok := bob.raw.(*net.TCPConn); !ok || tcp.CloseWrite() != nil {
		t.Fatal("the connection does not close")
	}
	alice.hears("participant-left", "participantId", bob.id)
}

// Whoever does not answer pings is dead (contract 10.6); whoever does stays, joined or not.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	h := open(t, options{sockets: socket.Limits{Message: 128 << 10, Ping: 100 * time.Millisecond, Silence: 500 * time.Millisecond}})
	alice, looker := h.host("ABC123", "Alice"), h.visit(door{})
	raw, _, _, err := ws.Dial(t.Context(), "ws://"+h.at+prefix+"/ws")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_, err = raw.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(`{"type":"join","roomId":"ABC123","name":"Dead"}`)))))
	if err != nil {
		t.Fatal(err)
	}
	alice.hears("participant-joined", "name", "Dead")
	alice.hears("participant-left")
	_, _ = io.Copy(io.Discard, raw) // its end
	alice.heardOnly()
	looker.heardOnly()
}

// Passwords cannot be tried out: five on a connection, ten a minute from an address (contract 10.10).
func TestGuessing(t *testing.T) {
	t.Parallel()
	h := open(t, options{change: func(h *mikroroom.Handler) { h.Limited, h.RatePerMinute = true, 10 }})
	h.come(door{}, "ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	guesses := 0
	for range 2 {
		p := h.visit(door{})
		for range 5 {
			guesses++
			p.joins("ABC123", "Eve", fmt.Sprintf(`"password":"guess%d"`, guesses))
			p.isTold("Invalid room password", "INVALID_PASSWORD")
		}
		p.isClosed(1000)
	}
	p := h.visit(door{})
	p.joins("ABC123", "Eve", `"password":"sesame"`) // whether this one is right is not told
	p.isTold("Too many attempts", "")
	p.hears("reject-user", "reason", "Too many attempts")
	h.host("OTHER1", "Bob") // rooms without a password are open to the address
	elsewhere := h.visit(door{from: "127.7.7.7"})
	elsewhere.joins("ABC123", "Carol", `"password":"sesame"`)
	elsewhere.isIn(false)
	h.Clock.Advance(time.Minute)
	p.joins("ABC123", "Eve", `"password":"sesame"`)
	p.isIn(false)
}

// Rooms cannot be tried out either.
func TestRoomsAreNotGuessed(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	p := h.visit(door{})
	for i := range 20 {
		p.joins(fmt.Sprintf("ROOM%02d", i), "Eve")
		p.hears("error", "code", "ROOM_NOT_FOUND")
	}
	p.isClosed(1000)
}

// Who makes rooms one after the other is stopped.
func TestRoomsAreNotPiledUp(t *testing.T) {
	t.Parallel()
	h := open(t, options{change: func(h *mikroroom.Handler) { h.Limited, h.RatePerMinute = true, 3 }})
	p := h.visit(door{})
	for i := range 3 {
		p.joins(fmt.Sprintf("ROOM%02d", i), "Eve", `"isHost":true`)
		p.isIn(true)
	}
	p.joins("ROOM77", "Eve", `"isHost":true`)
	p.isTold("Too many attempts", "")
}
