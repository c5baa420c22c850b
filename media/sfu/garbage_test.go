package sfu_test

import (
	"math/rand/v2"
	"net"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// raw is a track by which a client sends whatever it likes. It is a webrtc.TrackLocal.
type raw struct {
	id   string
	kind webrtc.RTPCodecType

	mu sync.Mutex
	to webrtc.TrackLocalWriter // guarded by mu; nil: it is not sent
}

func (r *raw) ID() string                { return r.id }
func (r *raw) RID() string               { return "" }
func (r *raw) StreamID() string          { return "stream" }
func (r *raw) Kind() webrtc.RTPCodecType { return r.kind }

func (r *raw) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = c.WriteStream()
	return c.CodecParameters()[0], nil
}

func (r *raw) Unbind(webrtc.TrackLocalContext) error { return nil }

func (r *raw) bound() webrtc.TrackLocalWriter {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.to
}

// calls is an engine with two peers in a call of which nobody else should be able to disturb a thing.
func calls(t *testing.T) (e *sfu.Engine, undisturbed func()) {
	t.Helper()
	e = open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 20)
	h := bob.of("v")
	h.longest.Store(0)
	return e, func() {
		t.Helper()
		bob.hears("v", 20)
		gap, freeze := time.Duration(h.longest.Load()), time.Duration(h.stuck.Load())
		t.Logf("the longest gap is %v, the longest freeze %v", gap, freeze)
		if gap > most || freeze > most {
			t.Errorf("bob hears nothing for %v, and sees a still picture for %v", gap, freeze)
		}
	}
}

// intruder is a peer that may publish, with a connection by which it sends what it likes.
func intruder(t *testing.T, e *sfu.Engine) (*client, *raw) {
	t.Helper()
	c, r := enter(t, e, "r", "intruder", media.Rights{Role: "speaker", Video: &media.Bound{}}), &raw{id: "garbage", kind: webrtc.RTPCodecTypeVideo}
	_, err := c.pub.AddTrack(r)
	must(t, err)
	c.lists(r.id, media.Video, "regular")
	must(t, c.says())
	soon(t, "it can send", func() bool {
		return r.bound() != nil && c.pub.ConnectionState() == webrtc.PeerConnectionStateConnected
	})
	return c, r
}

// Packets with anything in them, of any size, kind and number, hurt nobody but who sends them. Not parallel, nor are those that follow: what a
// flood does to others in the call is looked at, and not what it does to other tests.
func TestGarbage(t *testing.T) {
	e, undisturbed := calls(t)
	c, r := intruder(t, e)
	random := rand.New(rand.NewPCG(1, 2))
	own := uint32(c.pub.GetSenders()[0].GetParameters().Encodings[0].SSRC)
	for n := range 10_000 {
		h := rtp.Header{
			Version: 2, SSRC: own, SequenceNumber: uint16(n), Timestamp: random.Uint32(), Marker: random.IntN(2) == 0, PayloadType: 96,
		}
		switch random.IntN(8) {
		case 0:
			h.PayloadType = uint8(random.IntN(128))
		case 1:
			h.SequenceNumber = uint16(random.Uint32())
		case 2:
			h.CSRC = make([]uint32, random.IntN(16))
		case 3:
			_ = h.SetExtension(uint8(1+random.IntN(14)), make([]byte, 1+random.IntN(16)))
		case 4:
			h.SSRC = own + uint32(random.IntN(20))
		}
		_, _ = r.bound().WriteRTP(&h, noise(random, random.IntN(1601)))
		if n%100 == 0 {
			runtime.Gosched()
		}
	}
	undisturbed()
}

func noise(random *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

// A peer that sends more streams than anybody has is cut off: each would take memory for as long as the peer is there.
func TestManyStreams(t *testing.T) {
	e, undisturbed := calls(t)
	c, r := intruder(t, e)
	before, number := inUse(), uint32(0)
	soon(t, "it is cut off", func() bool {
		for range 100 {
			number++
			_, _ = r.bound().WriteRTP(&rtp.Header{Version: 2, SSRC: 1000 + number, PayloadType: 96, SequenceNumber: 1}, make([]byte, 1000))
		}
		return c.pub.ConnectionState() == webrtc.PeerConnectionStateClosed
	})
	shrinks(t, before, hoard)
	undisturbed()
}

// So is one that speaks of more of them than there are.
func TestReportsOfManyStreams(t *testing.T) {
	e, undisturbed := calls(t)
	c, _ := intruder(t, e)
	before, number := inUse(), uint32(0)
	soon(t, "it is cut off", func() bool {
		var many []rtcp.Packet
		for range 80 {
			number++
			many = append(many, &rtcp.PictureLossIndication{MediaSSRC: number})
		}
		_ = c.pub.WriteRTCP(many)
		return c.pub.ConnectionState() == webrtc.PeerConnectionStateClosed
	})
	shrinks(t, before, hoard)
	undisturbed()
}

// hoard is what all streams of one connection may take, and all that is small.
const hoard = 16 << 20

// What comes to the port from nowhere is dropped.
func TestStrayPackets(t *testing.T) {
	e, undisturbed := calls(t)
	random := rand.New(rand.NewPCG(3, 4))
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "udp", "127.0.0.1:"+strconv.Itoa(e.Port()))
	must(t, err)
	defer conn.Close()
	for range 20_000 {
		b := noise(random, random.IntN(1500))
		if len(b) > 20 && random.IntN(2) == 0 { // looks like STUN
			copy(b, []byte{0, 1, 0, byte(len(b) - 20), 0x21, 0x12, 0xa4, 0x42})
		}
		_, _ = conn.Write(b)
	}
	undisturbed()
}

// A thousand offers at once change nothing for others, and leave nothing: of one connection, and each of another one.
func TestManyOffers(t *testing.T) {
	for each, times := range map[string]int{"one connection": 1000, "a new connection each time": 200} {
		t.Run(each, func(t *testing.T) {
			e, undisturbed := calls(t)
			c, _ := intruder(t, e)
			offer, list := c.pub.LocalDescription().SDP, c.list()
			began := time.Now()
			for n := range times {
				if times < 1000 {
					offer = otherOrigin(offer, n)
				}
				if _, err := c.peer.Offer(t.Context(), offer, list); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%v for each", time.Since(began)/time.Duration(times))
			undisturbed()
			if s := e.Stats(); s.Connections > 4 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// otherOrigin is an offer as if it were of another connection.
func otherOrigin(offer string, n int) string {
	before, rest, _ := strings.Cut(offer, "o=- ")
	_, after, _ := strings.Cut(rest, " ")
	return before + "o=- " + strconv.Itoa(1000+n) + " " + after
}

// A peer that never answers holds nobody up, whatever happens meanwhile, and is offered nothing more.
func TestNeverAnswers(t *testing.T) {
	t.Parallel()
	e, undisturbed := calls(t)
	mute := enter(t, e, "r", "mute", listener())
	mute.deaf.Store(true)
	cat := enter(t, e, "r", "cat", speaker())
	for range 20 {
		cat.unpublishes(cat.publishes("w", sound()))
	}
	if n := mute.offered.Load(); n > 2 {
		t.Errorf("%d offers", n)
	}
	undisturbed()
}
