package forward_test

import (
	"encoding/binary"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/rtp"
)

// clock is a time that passes when the test says so.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_700_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// asks are the key frames that were asked for.
type asks struct {
	mu    sync.Mutex
	count [4]int
}

func (a *asks) ask(l media.Layer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count[l]++
}

func (a *asks) of(l media.Layer) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.count[l]
}

// got is a packet that a subscriber got.
type got struct {
	header  rtp.Header
	payload []byte
}

// sink is a subscriber.
type sink struct {
	mu   sync.Mutex
	list []got
}

func (k *sink) write(h *rtp.Header, payload []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = append(k.list, got{header: *h, payload: slices.Clone(payload)})
	return h.SetExtension(1, []byte{7}) // as interceptors do
}

// take is what came since the last call.
func (k *sink) take() []got {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := k.list
	k.list = nil
	return list
}

// numbers are the sequence numbers of what came since the last call.
func (k *sink) numbers() []uint16 {
	var list []uint16
	for _, g := range k.take() {
		list = append(list, g.header.SequenceNumber)
	}
	return list
}

// bundle is a source with one copy.
type bundle struct {
	*clock
	asks   *asks
	source *forward.Source
	copy   *forward.Copy
	sink   *sink
}

func setup(t *testing.T, kind media.Kind, codec string) *bundle {
	t.Helper()
	b := &bundle{clock: newClock(), asks: &asks{}, sink: &sink{}}
	rate := uint32(90000)
	if kind == media.Audio {
		rate = 48000
	}
	b.source = forward.NewSource(forward.Options{Kind: kind, Codec: codec, Clock: rate, AskKey: b.asks.ask, Now: b.Now})
	b.copy = forward.NewCopy(b.source)
	b.copy.Bind(99, 100, b.sink.write)
	return b
}

// raw is a packet as it is on the wire.
type raw struct {
	seq     uint16
	time    uint32
	ssrc    uint32
	marker  bool
	padding int
	payload []byte
}

func (r raw) bytes() []byte {
	b := make([]byte, 12, 12+len(r.payload)+r.padding)
	b[0], b[1] = 0x80, 96
	if r.marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], r.seq)
	binary.BigEndian.PutUint32(b[4:], r.time)
	binary.BigEndian.PutUint32(b[8:], r.ssrc)
	b = append(b, r.payload...)
	if r.padding > 0 {
		b[0] |= 0x20
		b = append(b, make([]byte, r.padding)...)
		b[len(b)-1] = byte(r.padding)
	}
	return b
}

// picture describes the first or another packet of a VP8 picture.
type picture struct {
	id     uint16
	narrow bool // an id of 7 bits
	level  uint8
	key    bool
	first  bool
	body   []byte
}

func (p picture) payload() []byte {
	b := []byte{0x80, 0xe0}
	if p.first {
		b[0] |= 0x10
	}
	if p.narrow {
		b = append(b, byte(p.id)&0x7f)
	} else {
		b = binary.BigEndian.AppendUint16(b, p.id|0x8000)
	}
	b = append(b, p.level, 0x20)
	if p.key {
		b = append(b, 0)
	} else {
		b = append(b, 1)
	}
	return append(b, p.body...)
}

// write gives a stream a packet, and sees that it is left as it was.
func write(t tester, st *forward.Stream, r raw) {
	t.Helper()
	b := r.bytes()
	if err := st.Write(b); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b, r.bytes()) {
		t.Fatal("the packet was changed")
	}
}

// camera writes pictures of one packet each, numbered from one.
type camera struct {
	*forward.Stream
	n uint16
}

func (c *camera) shoot(t testing.TB, key bool) {
	t.Helper()
	c.n++
	c.at(t, c.n, key)
}

func (c *camera) at(t testing.TB, n uint16, key bool) {
	t.Helper()
	p := picture{id: n, level: uint8(n), key: key, first: true, body: []byte{byte(n), byte(n >> 8)}}
	write(t, c.Stream, raw{seq: n, time: uint32(n) * 3000, ssrc: 1, marker: true, payload: p.payload()})
}

func check[T comparable](t tester, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func checkList[T comparable](t testing.TB, what string, got []T, want ...T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// tester is a test, or one of rapid's.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}
