package hms_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/handlers/socket"

	"github.com/google/uuid"
)

// Acceptance of issue 3, line 8: whatever one does, the others of the room hardly notice, memory stays bounded, and whoever does it gets an
// error or a close code of the table. The parts are measured one after the other, and not beside other tests.
func TestBadInput(t *testing.T) { //nolint:paralleltest // see above
	t.Run("fuzzed frames", fuzzedFrames)
	t.Run("frames of 1 MiB", hugeFrames)
	t.Run("floods", floods)
	t.Run("sockets that never join", idleSockets)
	t.Run("a socket that never reads", neverReads)
}

// fuzzedFrames are 10,000 on one socket: all of them are answered, or are notifications, and the socket stays.
func fuzzedFrames(t *testing.T) {
	room := apitest.OpenRoom(t, apitest.Options{Sockets: socket.Limits{Rate: -1}}, nil)
	m := measure(room)
	wild := room.Join("wild", "host")
	refused := 0
	wild.Tap(func(payload []byte) bool {
		if strings.Contains(string(payload), `"error":{"code":4`) {
			refused++
		}
		return !strings.Contains(string(payload), `"id":"wild-`)
	})
	random := rand.New(rand.NewPCG(8, 8))
	m.holds(t, func() {
		for range 10_000 {
			wild.SaysRaw(fuzzed(random))
		}
		wild.Heard()
	})
	wild.Tap(nil)
	if refused < 1000 {
		t.Errorf("only %d of the frames were refused", refused)
	}
	if code, ended := wild.Ended(); ended {
		t.Errorf("the connection has ended with %d", code)
	}
}

// fuzzed is a frame of a client, made worse. Nobody leaves by it.
func fuzzed(random *rand.Rand) string {
	for {
		b := []byte(frames[random.IntN(len(frames))])
		for range random.IntN(4) {
			at := random.IntN(len(b) + 1)
			switch random.IntN(4) {
			case 0:
				b = append(b[:at:at], append([]byte{`{}[]",:\0tn`[random.IntN(11)]}, b[at:]...)...)
			case 1:
				b = b[:at]
			case 2:
				b = append(b[:at:at], append([]byte(strings.Repeat("[", random.IntN(2000))), b[at:]...)...)
			case 3:
				if at < len(b) {
					b[at] = byte(random.IntN(128))
				}
			}
		}
		text := strings.ToValidUTF8(string(b), "\uFFFD")
		if !strings.Contains(text, `"leave"`) && !strings.Contains(text, "wild-") {
			return text
		}
	}
}

// hugeFrames are refused by their announced length.
func hugeFrames(t *testing.T) {
	room := open(t)
	m := measure(room)
	huge := strings.Repeat("x", 1<<20)
	m.holds(t, func() {
		var visitors []*apitest.Peer
		for i := range 50 {
			visitors = append(visitors, room.Visit(apitest.Visitor{Name: fmt.Sprintf("huge%d", i)}))
		}
		for _, p := range visitors {
			p.SaysRaw(huge)
		}
		for _, p := range visitors {
			p.IsClosed(int(socket.TooBig))
		}
	})
}

// floods of 10,000 messages a second, by peers that are in and by some that are not.
func floods(t *testing.T) {
	room := open(t)
	m := measure(room)
	flooders := []*apitest.Peer{
		room.Join("broadcasting", "guest"), room.Join("pinging", "guest"), room.Join("setting", "guest"), room.Visit(apitest.Visitor{Name: "watching"}),
	}
	say := []string{
		`{"id":1,"method":"broadcast","params":{"info":{"message":"flood"}}}`, `{"id":1,"method":"ping"}`,
		`{"id":1,"method":"set-metadata","params":{"key":"k","data":1}}`, `{"id":1,"method":"no-such"}`,
	}
	m.holds(t, func() {
		var flooding sync.WaitGroup
		for i, p := range flooders {
			flooding.Go(func() { flood(t.Context(), p, say[i]) })
		}
		flooding.Wait()
	})
	for _, p := range flooders {
		p.IsClosed(int(socket.TooMany))
	}
}

// flood says something 10,000 times a second until the connection ends.
func flood(ctx context.Context, p *apitest.Peer, text string) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		for range 10 {
			p.SaysRaw(text)
		}
		if _, ended := p.Ended(); ended {
			return
		}
		<-tick.C
	}
}

// idleSockets are 1,000 that never join nor say a word: they are closed when they have been silent for too long.
func idleSockets(t *testing.T) {
	room := apitest.OpenRoom(t, apitest.Options{Sockets: socket.Limits{Silence: 4 * time.Second}}, nil)
	m := measure(room)
	v := apitest.Visitor{Token: room.Exchange(apitest.Visitor{Name: "idle"}).At("token")}
	idle := make([]*apitest.Peer, 1000)
	m.holds(t, func() {
		for i := range idle {
			v.ID = uuid.NewString()
			idle[i] = room.Connect(v)
		}
	})
	for _, p := range idle {
		p.IsClosed(int(socket.Silent))
	}
}

// neverReads is a peer to whom more and more is said, and who takes none of it.
func neverReads(t *testing.T) {
	room := open(t)
	m := measure(room)
	deaf := room.Join("deaf", "guest")
	before := room.Foyer.Sockets.Len()
	again := deaf.StopsReading()
	long := strings.Repeat("x", 200<<10)
	m.holds(t, func() {
		for i := range 2 {
			p := room.Join(fmt.Sprintf("filler%d", i), "guest")
			for range 100 {
				p.Sends("broadcast", `{"info":{"message":"`+long+`"},"peer_id":"{deaf}"}`)
			}
			p.Leaves()
		}
	})
	room.Soon("the connection is cut off", func() bool { return room.Foyer.Sockets.Len() < before })
	again()
	room.Soon("the peer knows", func() bool { _, ended := deaf.Ended(); return ended })
}
