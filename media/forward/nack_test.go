package forward_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/rtp"
)

func TestNackIsTheSamePacket(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	low, high := &camera{Stream: b.source.Stream(media.Low)}, &camera{Stream: b.source.Stream(media.High), n: 7000}
	low.shoot(t, true)
	low.shoot(t, false)
	high.shoot(t, true)
	for range 20 {
		b.pass(10 * time.Millisecond)
		high.shoot(t, false)
	}
	b.pass(time.Second)
	first := b.sink.take()
	var asked []uint16
	for _, g := range first {
		asked = append(asked, g.header.SequenceNumber)
	}
	b.copy.Nack(asked)
	again := b.sink.take()
	check(t, "repeated", len(again), len(first))
	for i, g := range again {
		want, _ := first[i].header.Marshal()
		header, _ := g.header.Marshal()
		if !slices.Equal(header, want) || !slices.Equal(g.payload, first[i].payload) {
			t.Errorf("packet %d: got %v %x, want %v %x", i, g.header, g.payload, first[i].header, first[i].payload)
		}
	}
	sent := b.copy.Sent()
	check(t, "counted as repeated", sent.Repeated, uint64(len(first)))
	check(t, "counted as lost", sent.Lost, uint64(len(first)))
	check(t, "counted", sent.Packets, 2*uint64(len(first)))
}

func TestNackIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	high := &camera{Stream: b.source.Stream(media.High)}
	for i := range 600 {
		high.shoot(t, i == 0)
	}
	b.sink.take()
	b.copy.Nack([]uint16{600})
	checkList(t, "sooner than a round trip", b.sink.numbers())
	b.pass(20 * time.Millisecond)
	b.copy.Nack([]uint16{1, 88, 600, 601, 600})
	checkList(t, "what is kept", b.sink.numbers(), 600)
	for range 10 {
		b.pass(20 * time.Millisecond)
		b.copy.Nack([]uint16{600})
	}
	check(t, "the same one", len(b.sink.take()), 4)
	all := make([]uint16, 400)
	for i := range all {
		all[i] = uint16(150 + i)
	}
	b.copy.Nack(all)
	check(t, "at once", len(b.sink.take()), 256)
	b.source.Close()
	b.copy.Nack(all)
	check(t, "closed", len(b.sink.take()), 0)
}

func TestNackOfSound(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Audio, "audio/opus")
	for seq := range uint16(100) {
		write(t, b.source.Stream(media.High), raw{seq: seq, time: uint32(seq) * 960, ssrc: 1, payload: []byte{byte(seq)}})
	}
	b.sink.take()
	b.pass(time.Second)
	b.copy.Nack([]uint16{35, 36, 99})
	checkList(t, "kept", b.sink.numbers(), 36, 99)
}

// Large packets fill the memory of a ring before its numbers: the oldest go first, and no packet is ever taken for another.
func TestKeptBytesAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	st := b.source.Stream(media.High)
	body := make([]byte, 1500)
	for seq := range uint16(512) {
		body[0], body[1] = byte(seq), byte(seq>>8)
		write(t, st, raw{seq: seq, time: uint32(seq), ssrc: 1, payload: picture{id: seq, first: true, key: seq == 0, body: body}.payload()})
	}
	first := b.sink.take()
	b.pass(time.Second)
	var repeated int
	for from := range uint16(2) {
		all := make([]uint16, 256)
		for i := range all {
			all[i] = from*256 + uint16(i)
		}
		b.copy.Nack(all)
	}
	for _, g := range b.sink.take() {
		repeated++
		if !slices.Equal(g.payload, first[g.header.SequenceNumber].payload) {
			t.Fatalf("packet %d is another one", g.header.SequenceNumber)
		}
	}
	if want := 640 << 10 / 1600; repeated < want-20 || repeated > 436 {
		t.Errorf("got %d packets, want about %d", repeated, want)
	}
}

func TestKeyFramesAreNotAskedForTooOften(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	low, high := &camera{Stream: b.source.Stream(media.Low)}, &camera{Stream: b.source.Stream(media.High)}
	high.shoot(t, true)
	check(t, "none is needed", b.asks.of(media.High), 0)
	for range 20 {
		b.copy.Key()
	}
	check(t, "at once", b.asks.of(media.High), 1)
	b.pass(400 * time.Millisecond)
	high.shoot(t, false)
	check(t, "too early", b.asks.of(media.High), 1)
	b.pass(100 * time.Millisecond)
	low.shoot(t, false)
	check(t, "what was owed, with any packet", b.asks.of(media.High), 2)
	b.copy.Key()
	high.shoot(t, true)
	b.pass(time.Second)
	high.shoot(t, false)
	check(t, "a key frame came meanwhile", b.asks.of(media.High), 2)
	check(t, "of others", b.asks.of(media.Low), 0)
}

func TestKeyFrameIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	high := &camera{Stream: b.source.Stream(media.High)}
	for range 91 { // three seconds
		high.shoot(t, false)
		b.pass(33 * time.Millisecond)
	}
	if n := b.asks.of(media.High); n < 4 || n > 7 {
		t.Errorf("asked %d times in three seconds", n)
	}
}

func TestPackets(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	st := b.source.Stream(media.High)
	good := raw{seq: 1, ssrc: 1, payload: picture{key: true, first: true}.payload()}.bytes()
	for name, packet := range map[string][]byte{
		"nothing":            nil,
		"short":              good[:11],
		"another version":    append([]byte{0x40}, good[1:]...),
		"sources cut short":  append([]byte{0x8f}, good[1:]...),
		"extension cut":      append([]byte{0x90}, good[1:14]...),
		"extension too long": append(append([]byte{0x90}, good[1:12]...), 1, 2, 0xff, 0xff, 0),
		"padding too long":   append(append([]byte{0xa0}, good[1:]...), 255),
		"padding of nothing": append(append([]byte{0xa0}, good[1:]...), 0),
		"too long":           append(good[:len(good):len(good)], make([]byte, 1600)...),
	} {
		if err := st.Write(packet); !errors.Is(err, forward.ErrPacket) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	check(t, "passed on", len(b.sink.take()), 0)
	extended := append(append([]byte{0xb1}, good[1:12]...), 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 0x10, 1, 0, 0)
	extended = append(append(extended, good[12:]...), 0, 2)
	if err := st.Write(extended); err != nil {
		t.Fatal(err)
	}
	list := b.sink.take()
	check(t, "passed on", len(list), 1)
	h, payload := list[0].header, list[0].payload
	if want := good[12:]; !slices.Equal(payload, want) || h.Extension || h.Padding || len(h.CSRC) > 0 {
		t.Errorf("got %v %x, want the payload %x alone", h, payload, want)
	}
	b.source.Close()
	if err := st.Write(good); !errors.Is(err, forward.ErrClosed) {
		t.Errorf("closed: got %v", err)
	}
}

func TestFailedWritesAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Audio, "audio/opus")
	b.copy.Bind(1, 2, func(*rtp.Header, []byte) error { return errors.New("gone") })
	write(t, b.source.Stream(media.High), raw{seq: 1, ssrc: 1, payload: []byte{1}})
	check(t, "sent", b.copy.Sent(), forward.Sent{Failed: 1})
}

func FuzzWrite(f *testing.F) {
	f.Add(raw{seq: 1, ssrc: 1, padding: 3, payload: picture{key: true, first: true}.payload()}.bytes(), "video/VP8")
	f.Add(raw{seq: 1, ssrc: 1, payload: []byte{0x78, 0, 1, 0x67}}.bytes(), "video/H264")
	f.Fuzz(func(_ *testing.T, packet []byte, codec string) {
		s := forward.NewSource(forward.Options{Kind: media.Video, Codec: codec})
		forward.NewCopy(s).Bind(1, 2, func(*rtp.Header, []byte) error { return nil })
		st := s.Stream(media.High)
		_ = st.Write(raw{seq: 1, ssrc: 1, payload: picture{key: true, first: true}.payload()}.bytes())
		for range 3 {
			_ = st.Write(packet)
		}
	})
}
