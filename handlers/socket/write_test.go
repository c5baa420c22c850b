package socket_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// A frame begins with the shortest header that its length allows.
func TestFrame(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 127, 511, 512, 513, 1<<16 - 1, 1 << 16, 1 << 20} {
		message := bytes.Repeat([]byte("x"), size)
		want := ws.MustCompileFrame(ws.NewTextFrame(message))
		if got := text(message); !bytes.Equal(got, want) {
			t.Errorf("%d bytes: begins with %x, want %x", size, got[:min(10, len(got))], want[:min(10, len(want))])
		}
	}
}

// Everything arrives in the order in which it was sent, small and large, whatever is written together.
func TestOrder(t *testing.T) {
	t.Parallel()
	const frames = 2000
	size := func(i int) int { return []int{4, 40, 400, 40_000, 4}[i%5] }
	v := open(t, socket.Limits{Queue: 64 << 20}, func(ctx context.Context, c *socket.Conn) {
		for i := range frames {
			c.Send(socket.Frame(func(b []byte) []byte {
				return append(fmt.Appendf(b, "%04d", i), bytes.Repeat([]byte("x"), size(i)-4)...)
			}))
		}
		echo(ctx, c)
	}).visit(t)
	for i := range frames {
		frame, _ := v.reads()
		if got := string(frame.Payload[:4]); got != fmt.Sprintf("%04d", i) || len(frame.Payload) != size(i) {
			t.Fatalf("frame %d is %s of %d bytes", i, got, len(frame.Payload))
		}
	}
}

// Many may send at once; the frames of each keep their order.
func TestManySenders(t *testing.T) {
	t.Parallel()
	const senders, frames = 8, 500
	v := open(t, socket.Limits{}, func(ctx context.Context, c *socket.Conn) {
		done := make(chan struct{}, senders)
		for s := range senders {
			go func() {
				for i := range frames {
					c.Send(text(binary.BigEndian.AppendUint16([]byte{byte('a' + s)}, uint16(i))))
				}
				done <- struct{}{}
			}()
		}
		for range senders {
			<-done
		}
		echo(ctx, c)
	}).visit(t)
	next := map[byte]uint16{}
	for range senders * frames {
		frame, _ := v.reads()
		from, i := frame.Payload[0], binary.BigEndian.Uint16(frame.Payload[1:])
		if i != next[from] {
			t.Fatalf("frame %d of %c came when %d was due", i, from, next[from])
		}
		next[from]++
	}
}

// Whoever does not read is closed, told so as soon as it reads on, and costs no more memory than its queue. Not parallel: it measures
// memory.
func TestNeverReads(t *testing.T) { //nolint:paralleltest // see above
	const queue = 256 << 10
	sent := make(chan uint64)
	h := open(t, socket.Limits{Queue: queue}, func(_ context.Context, c *socket.Conn) {
		for range 1024 { // 64 MiB
			c.Send(socket.Frame(func(b []byte) []byte { return append(b, make([]byte, 64<<10)...) }))
		}
		sent <- heap()
		_, _ = c.Read()
	})
	before := heap()
	v := h.visit(t)
	after := <-sent
	v.isClosed(socket.TooSlow)
	if grown := int64(after) - int64(before); grown > 4*queue {
		t.Errorf("memory has grown by %d KiB, the queue is %d KiB", grown>>10, queue>>10)
	}
	soon(t, "the connection ends", func() bool { return h.Len() == 0 })
}

// Whoever never reads again is cut off all the same.
func TestNeverReadsAgain(t *testing.T) {
	t.Parallel()
	h := open(t, socket.Limits{Queue: 64 << 10}, func(_ context.Context, c *socket.Conn) {
		for range 1024 {
			c.Send(text(make([]byte, 64<<10-16)))
		}
		for {
			if _, err := c.Read(); err != nil {
				return
			}
		}
	})
	h.visit(t)
	soon(t, "somebody is there", func() bool { return h.Len() == 1 })
	soon(t, "the connection ends", func() bool { return h.Len() == 0 })
}

// heap is how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
