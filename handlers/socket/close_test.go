package socket_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// small are limits that a test reaches soon.
var small = socket.Limits{Message: 1 << 10, Queue: 64 << 10, Rate: 100, Burst: 20, Silence: patience}

func fragment(op ws.OpCode, last bool, payload string) ws.Frame {
	return ws.NewFrame(op, last, []byte(payload))
}

func goodbye(code ws.StatusCode, reason string) ws.Frame {
	return ws.NewCloseFrame(ws.NewCloseFrameBody(code, reason))
}

// The table of close codes: what makes no sense is answered with the code that says why (docs/protocol-100ms.md).
func TestRefusedFrames(t *testing.T) {
	t.Parallel()
	reserved := fragment(ws.OpText, true, "x")
	reserved.Header.Rsv = 4
	for name, tc := range map[string]struct {
		frames []ws.Frame
		want   socket.Code
	}{
		"goodbye":                        {[]ws.Frame{goodbye(1000, "bye")}, socket.Normal},
		"goodbye without a code":         {[]ws.Frame{ws.NewCloseFrame(nil)}, socket.Normal},
		"goodbye with a code of its own": {[]ws.Frame{goodbye(4000, "")}, socket.Normal},
		"goodbye of one byte":            {[]ws.Frame{ws.NewCloseFrame([]byte{3})}, socket.Violated},
		"goodbye with 1005":              {[]ws.Frame{goodbye(1005, "")}, socket.Violated},
		"goodbye with 999":               {[]ws.Frame{goodbye(999, "")}, socket.Violated},
		"goodbye that is not UTF-8":      {[]ws.Frame{goodbye(1000, "\xff")}, socket.Violated},
		"binary":                         {[]ws.Frame{ws.NewBinaryFrame([]byte("x"))}, socket.Unsupported},
		"binary within a text":           {[]ws.Frame{fragment(ws.OpText, false, "a"), ws.NewBinaryFrame(nil)}, socket.Violated},
		"not UTF-8":                      {[]ws.Frame{ws.NewTextFrame([]byte("a\xc3"))}, socket.NotText},
		"fragments that are not UTF-8": {
			[]ws.Frame{fragment(ws.OpText, false, "\xc3"), fragment(ws.OpContinuation, true, "a")}, socket.NotText,
		},
		"continues nothing":          {[]ws.Frame{fragment(ws.OpContinuation, true, "x")}, socket.Violated},
		"a text within another":      {[]ws.Frame{fragment(ws.OpText, false, "a"), fragment(ws.OpText, true, "b")}, socket.Violated},
		"a reserved bit":             {[]ws.Frame{reserved}, socket.Violated},
		"a reserved kind":            {[]ws.Frame{fragment(3, true, "x")}, socket.Violated},
		"a reserved kind of control": {[]ws.Frame{fragment(0xb, true, "x")}, socket.Violated},
		"half a ping":                {[]ws.Frame{fragment(ws.OpPing, false, "x")}, socket.Violated},
		"a long ping":                {[]ws.Frame{ws.NewPingFrame(make([]byte, 126))}, socket.Violated},
		"a long message":             {[]ws.Frame{ws.NewTextFrame(make([]byte, 1025))}, socket.TooBig},
		"long in sum": {
			[]ws.Frame{fragment(ws.OpText, false, strings.Repeat("a", 1000)), fragment(ws.OpContinuation, true, strings.Repeat("a", 25))},
			socket.TooBig,
		},
		"1 MiB":                {[]ws.Frame{ws.NewTextFrame(make([]byte, 1<<20))}, socket.TooBig},
		"a flood":              {flood(ws.NewTextFrame([]byte("x")), 200), socket.TooMany},
		"a flood of pings":     {flood(ws.NewPingFrame(nil), 200), socket.TooMany},
		"a flood of fragments": {append([]ws.Frame{fragment(ws.OpText, false, "")}, flood(fragment(ws.OpContinuation, false, ""), 200)...), socket.TooMany},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, small, echo).visit(t)
			v.sends(tc.frames...)
			v.isClosed(tc.want)
		})
	}
}

func flood(f ws.Frame, n int) []ws.Frame {
	frames := make([]ws.Frame, n)
	for i := range frames {
		frames[i] = f
	}
	return frames
}

// What no library would send is refused too.
func TestRefusedBytes(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"not masked":                 "\x81\x01x",
		"a ping that is not masked":  "\x89\x00",
		"a length beyond 63 bits":    "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"all bits":                   strings.Repeat("\xff", 14),
		"a goodbye beyond its bound": "\x88\xfe\x00\x7e\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, small, echo).visit(t)
			if _, err := v.Write([]byte(raw)); err != nil {
				t.Fatal(err)
			}
			v.isClosed(socket.Violated)
		})
	}
}

// The length that a frame announces is enough to refuse it.
func TestAnnouncedLength(t *testing.T) {
	t.Parallel()
	v := open(t, small, echo).visit(t)
	if _, err := v.Write([]byte("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00")); err != nil {
		t.Fatal(err)
	}
	v.isClosed(socket.TooBig)
}

// A connection from which nothing comes is dead; one from which a ping comes now and then is not.
func TestSilence(t *testing.T) {
	t.Parallel()
	h := open(t, socket.Limits{Silence: 200 * time.Millisecond}, echo)
	silent, alive := h.visit(t), h.visit(t)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 12 {
		<-tick.C
		alive.sends(ws.NewPingFrame(nil))
		if frame, _ := alive.reads(); frame.Header.OpCode != ws.OpPong {
			t.Fatalf("got %x instead of a pong", frame.Header.OpCode)
		}
	}
	silent.isClosed(socket.Silent)
	alive.isClosed(socket.Silent)
}

// Half a frame is silence.
func TestHalfAFrame(t *testing.T) {
	t.Parallel()
	v := open(t, socket.Limits{Silence: 50 * time.Millisecond}, echo).visit(t)
	if _, err := v.Write([]byte("\x81\xfe\x01\x00\x00\x00\x00\x00only this")); err != nil {
		t.Fatal(err)
	}
	v.isClosed(socket.Silent)
}

// A stay that ends says goodbye behind all that it has sent.
func TestStayEnds(t *testing.T) {
	t.Parallel()
	v := open(t, small, func(_ context.Context, c *socket.Conn) {
		c.Send(text([]byte("first")))
		c.Send(nil)
		c.Close(socket.Replaced, "another one")
		c.Send(text([]byte("too late")))
		c.Close(socket.Normal, "")
	}).visit(t)
	v.hears("first")
	v.isClosed(socket.Replaced)
}

// Whoever does not say goodbye in turn is not waited for long.
func TestNoGoodbye(t *testing.T) {
	t.Parallel()
	h := open(t, small, func(context.Context, *socket.Conn) {})
	v := h.visit(t)
	if _, code := v.reads(); code != socket.Normal {
		t.Fatalf("closed with %d", code)
	}
	soon(t, "the connection ends", func() bool { return h.Len() == 0 })
}
