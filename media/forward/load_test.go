package forward_test

import (
	"sync"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/rtp"
)

// crowd is a source with copies that go nowhere, and a packet to write.
func crowd(copies int) (*forward.Stream, func(st *forward.Stream)) {
	s := forward.NewSource(forward.Options{Kind: media.Video, Codec: "video/VP8", Clock: 90000, AskKey: func(media.Layer) {}})
	for i := range copies {
		forward.NewCopy(s).Bind(uint32(i), 96, func(*rtp.Header, []byte) error { return nil })
	}
	seq := uint16(0)
	b := raw{ssrc: 1, payload: picture{key: true, first: true, body: make([]byte, 1100)}.payload()}.bytes()
	return s.Stream(media.High), func(st *forward.Stream) {
		seq++
		b[2], b[3], b[15], b[7] = byte(seq>>8), byte(seq), byte(seq), byte(seq)
		_ = st.Write(b)
	}
}

// Not parallel: it counts what is allocated meanwhile.
func TestWriteAllocatesNothing(t *testing.T) {
	st, next := crowd(10)
	for range 2000 {
		next(st)
	}
	if n := testing.AllocsPerRun(2000, func() { next(st) }); n != 0 {
		t.Errorf("%v allocations for a packet", n)
	}
}

func BenchmarkWrite50(b *testing.B) {
	st, next := crowd(50)
	b.ReportAllocs()
	for b.Loop() {
		next(st)
	}
}

// TestAtTheSameTime does everything at once, for the race detector, and to see that nothing waits for ever.
func TestAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := forward.NewSource(forward.Options{Kind: media.Video, Codec: "video/VP8", AskKey: func(media.Layer) {}})
	var sink sink
	c := forward.NewCopy(s)
	c.Bind(1, 2, sink.write)
	deadline := time.Now().Add(200 * time.Millisecond)
	var all sync.WaitGroup
	loop := func(fn func(i int)) {
		all.Go(func() {
			for i := 0; time.Now().Before(deadline); i++ {
				fn(i)
			}
		})
	}
	for l := media.Low; l <= media.High; l++ {
		cam := &camera{Stream: s.Stream(l)}
		loop(func(i int) { cam.shoot(t, i%10 == 0) })
	}
	loop(func(i int) {
		s.Pause(i%50 == 0)
		s.Cap(media.Layer(i%3 + 1))
		c.Want(media.Layer(i % 4))
		c.Allow(media.Layer(i % 5))
		c.Key()
	})
	loop(func(i int) {
		c.Nack([]uint16{uint16(i), uint16(i) + 1})
		c.Sent()
		c.Layer()
		s.Rates()
		s.Received()
		sink.take()
	})
	loop(func(i int) {
		other := forward.NewCopy(s)
		other.Bind(uint32(i), 2, sink.write)
		c.Unbind()
		c.Bind(1, 2, sink.write)
		other.Close()
	})
	var budget forward.Budget
	loop(func(i int) { budget.Divide(time.Now(), []*forward.Copy{c}, i%1000) })
	all.Wait()
	s.Close()
}

func TestRates(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	st := b.source.Stream(media.Medium)
	body := make([]byte, 1000-12-6)
	for seq := range uint16(300) { // 1,000 bytes each 10 ms
		write(t, st, raw{seq: seq, time: uint32(seq), ssrc: 1, payload: picture{key: true, first: true, body: body}.payload()})
		b.pass(10 * time.Millisecond)
		if rate := b.source.Rates()[media.Medium]; seq > 30 && (rate < 760 || rate > 840) {
			t.Fatalf("rate after %d packets: got %d, want 800", seq, rate)
		}
	}
	if rate := b.copy.Sent().Bitrate; rate < 760 || rate > 840 {
		t.Errorf("rate of the copy: got %d, want 800", rate)
	}
	b.pass(1400 * time.Millisecond)
	check(t, "rate when nothing came lately, and it may come yet", b.source.Rates(), [4]int{0, 0, 1, 0})
	b.pass(200 * time.Millisecond)
	check(t, "rate when it is not sent any more", b.source.Rates(), [4]int{})
	check(t, "rate of the copy", b.copy.Sent().Bitrate, 0)
}
