package socket_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// visitEarly is visit, but with bytes sent right behind the request for a WebSocket.
func (h *house) visitEarly(t *testing.T, early []byte) *visitor {
	t.Helper()
	raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.at, "ws://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	_ = raw.SetDeadline(time.Now().Add(patience))
	request := "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
	if _, err := raw.Write(append([]byte(request), early...)); err != nil {
		t.Fatal(err)
	}
	var head strings.Builder
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		if _, err := io.CopyN(&head, raw, 1); err != nil {
			t.Fatalf("%v after %q", err, head.String())
		}
	}
	if !strings.HasPrefix(head.String(), "HTTP/1.1 101 ") {
		t.Fatalf("refused: %s", head.String())
	}
	return &visitor{Conn: raw, in: raw, t: t}
}

// A request that wants no WebSocket is answered as one.
func TestNoWebSocket(t *testing.T) {
	t.Parallel()
	h := open(t, small, echo)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http"+strings.TrimPrefix(h.at, "ws"), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if answer.StatusCode < 400 || answer.StatusCode > 499 {
		t.Errorf("status %d", answer.StatusCode)
	}
	if n := h.Len(); n != 0 {
		t.Errorf("%d connections", n)
	}
}

// When Foyer stops every connection is told to come back, and no new one is let in.
func TestClose(t *testing.T) {
	t.Parallel()
	h := open(t, small, echo)
	visitors := []*visitor{h.visit(t), h.visit(t), h.visit(t)}
	soon(t, "all are there", func() bool { return h.Len() == len(visitors) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Close()
	}()
	for _, v := range visitors {
		v.isClosed(socket.Restarting)
	}
	<-done
	if n := h.Len(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
	late := h.visit(t)
	if _, err := ws.ReadHeader(late.in); err == nil || isTimeout(err) {
		t.Errorf("somebody was let in too late: %v", err)
	}
}

// The context of a stay ends with its connection, and its memory with that.
func TestContext(t *testing.T) {
	t.Parallel()
	contexts := make(chan context.Context, 1)
	h := open(t, small, func(ctx context.Context, c *socket.Conn) {
		contexts <- ctx
		echo(ctx, c)
	})
	v := h.visit(t)
	ctx := <-contexts
	if ctx.Err() != nil {
		t.Error("over before it began")
	}
	v.sends(goodbye(1000, ""))
	select {
	case <-ctx.Done():
	case <-time.After(patience):
		t.Error("the context did not end")
	}
	soon(t, "the connection ends", func() bool { return h.Len() == 0 })
}

// A panic ends one connection, and its text, which may hold a secret, is not logged.
func TestPanic(t *testing.T) {
	t.Parallel()
	h := open(t, small, func(ctx context.Context, c *socket.Conn) {
		if message, _ := c.Read(); string(message) == "bang" {
			panic("secret")
		}
		echo(ctx, c)
	})
	calm, wild := h.visit(t), h.visit(t)
	calm.sends(ws.NewTextFrame([]byte("hello")))
	wild.sends(ws.NewTextFrame([]byte("bang")))
	wild.isClosed(socket.Normal)
	calm.sends(ws.NewTextFrame([]byte("still here")))
	calm.hears("still here")
	if log := h.log.String(); !strings.Contains(log, "panic") || strings.Contains(log, "secret") {
		t.Errorf("logged: %s", log)
	}
}
