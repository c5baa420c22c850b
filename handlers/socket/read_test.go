package socket_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// Messages of all sizes come through as they are, in both directions.
func TestMessages(t *testing.T) {
	t.Parallel()
	v := open(t, socket.Limits{}, echo).visit(t)
	for _, size := range []int{0, 1, 125, 126, 127, 4095, 4096, 4097, 1<<16 - 1, 1 << 16, 100_000, 256 << 10} {
		message := strings.Repeat("ä", size/2) + strings.Repeat("x", size%2)
		v.sends(ws.NewTextFrame([]byte(message)))
		v.hears(message)
	}
}

// A message may come in pieces, with pings and pongs in between; a letter may be cut in two.
func TestFragments(t *testing.T) {
	t.Parallel()
	v := open(t, small, echo).visit(t)
	v.sends(
		fragment(ws.OpText, false, "a\xc3"), ws.NewPingFrame([]byte("p1")), fragment(ws.OpContinuation, false, "\xa4"),
		fragment(ws.OpContinuation, false, ""), ws.NewPongFrame(nil), fragment(ws.OpContinuation, true, "b"),
	)
	if frame, _ := v.reads(); frame.Header.OpCode != ws.OpPong || string(frame.Payload) != "p1" {
		t.Fatalf("got %x %q instead of the pong", frame.Header.OpCode, frame.Payload)
	}
	v.hears("aäb")
}

// A ping within a message of full length is no part of it.
func TestPingWithinAFullMessage(t *testing.T) {
	t.Parallel()
	v := open(t, small, echo).visit(t)
	full := strings.Repeat("a", small.Message)
	v.sends(fragment(ws.OpText, false, full), ws.NewPingFrame([]byte("alive")), fragment(ws.OpContinuation, true, ""))
	if frame, _ := v.reads(); frame.Header.OpCode != ws.OpPong {
		t.Fatalf("got %x instead of the pong", frame.Header.OpCode)
	}
	v.hears(full)
}

// What was sent together with the handshake is not lost.
func TestEarlyFrames(t *testing.T) {
	t.Parallel()
	h := open(t, small, echo)
	v := h.visitEarly(t, masked(ws.NewTextFrame([]byte("early"))))
	v.hears("early")
	v.sends(ws.NewTextFrame([]byte("later")))
	v.hears("later")
}

// A stay learns how its connection ended.
func TestHowItEnded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(v *visitor)
		want socket.Code
	}{
		"goodbye":  {func(v *visitor) { v.sends(goodbye(1001, "")) }, 1001},
		"lost":     {func(v *visitor) { v.Close() }, socket.Lost},
		"nonsense": {func(v *visitor) { v.sends(ws.NewBinaryFrame(nil)) }, socket.Unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan error, 1)
			h := open(t, small, func(_ context.Context, c *socket.Conn) {
				_, err := c.Read()
				ended <- err
			})
			tc.do(h.visit(t))
			closed, ok := errors.AsType[*socket.Closed](<-ended)
			if !ok || closed.Code != tc.want {
				t.Errorf("ended with %+v, want %d", closed, tc.want)
			}
		})
	}
}
