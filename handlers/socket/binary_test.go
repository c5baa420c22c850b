package socket_test

import (
	"context"
	"testing"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// Where the limits let them, binary messages are read, in fragments too, and need not be text; texts still do.
func TestBinary(t *testing.T) {
	t.Parallel()
	h := open(t, socket.Limits{Binary: true}, func(_ context.Context, c *socket.Conn) {
		for {
			message, binary, err := c.ReadAny()
			if err != nil {
				return
			}
			kind := "text "
			if binary {
				kind = "binary "
			}
			c.Send(text(append([]byte(kind), message...)))
		}
	})
	v := h.visit(t)
	v.sends(ws.NewBinaryFrame([]byte{0xff}), ws.NewTextFrame([]byte("a")))
	v.hears("binary \xff")
	v.hears("text a")
	v.sends(ws.NewFrame(ws.OpBinary, false, []byte{0xfe}), ws.NewPingFrame(nil), ws.NewFrame(ws.OpContinuation, true, []byte("b")))
	if frame, _ := v.reads(); frame.Header.OpCode != ws.OpPong {
		t.Errorf("got %x, want a pong", frame.Header.OpCode)
	}
	v.hears("binary \xfeb")
	v.sends(ws.NewFrame(ws.OpText, false, []byte("c")), ws.NewFrame(ws.OpContinuation, true, []byte("d")))
	v.hears("text cd")
	v.sends(ws.NewTextFrame([]byte{0xff}))
	v.isClosed(socket.NotText)
}

// A protocol may have its own code for the end of Foyer.
func TestGoodbye(t *testing.T) {
	t.Parallel()
	h := open(t, socket.Limits{Goodbye: socket.Away}, echo)
	v := h.visit(t)
	v.sends(ws.NewTextFrame([]byte("a")))
	v.hears("a")
	if h.Closing() {
		t.Error("it says that it is closing")
	}
	closed := make(chan struct{})
	go func() { // ends with the connection
		defer close(closed)
		h.Close()
	}()
	v.isClosed(socket.Away)
	<-closed
	if !h.Closing() {
		t.Error("it does not say that it is closing")
	}
}
