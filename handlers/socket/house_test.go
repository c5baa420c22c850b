package socket_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// patience is how long anything may take that a test waits for.
const patience = 10 * time.Second

// house is a server whose connections all stay in the same way.
type house struct {
	*socket.Server

	at  string // where it is reached
	log *transcript
}

// open starts a house.
func open(t *testing.T, limits socket.Limits, stay socket.Stay) *house {
	t.Helper()
	return openWith(t, nil, limits, stay)
}

// openWith starts a house that answers handshakes with headers.
func openWith(t *testing.T, header http.Header, limits socket.Limits, stay socket.Stay) *house {
	t.Helper()
	h := &house{log: &transcript{}}
	h.Server = socket.NewServer(limits, slog.New(slog.NewJSONHandler(h.log, nil)))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = h.ServeWith(header, w, r, stay) //nolint:contextcheck // a connection outlives its request
	}))
	t.Cleanup(func() {
		h.Close()
		front.Close()
	})
	h.at = "ws" + strings.TrimPrefix(front.URL, "http")
	return h
}

// transcript is what was logged. Safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *transcript) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// echo says everything again.
func echo(_ context.Context, c *socket.Conn) {
	for {
		message, err := c.Read()
		if err != nil {
			return
		}
		c.Send(text(message))
	}
}

func text(message []byte) []byte {
	return socket.Frame(func(b []byte) []byte { return append(b, message...) })
}

// visitor is the other end of a connection.
type visitor struct {
	net.Conn

	in io.Reader
	t  *testing.T
}

func (h *house) visit(t *testing.T) *visitor {
	t.Helper()
	raw, early, _, err := ws.Dial(t.Context(), h.at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	v := &visitor{Conn: raw, in: raw, t: t}
	if early != nil {
		v.in = early
	}
	if err := raw.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return v
}

// sends sends frames, masked. That the other end has had enough of them is no error.
func (v *visitor) sends(frames ...ws.Frame) {
	v.t.Helper()
	for _, frame := range frames {
		if _, err := v.Write(masked(frame)); err != nil {
			return
		}
	}
}

func masked(f ws.Frame) []byte { return ws.MustCompileFrame(ws.MaskFrame(f)) }

// reads gives the next frame, and its code if it is a goodbye.
func (v *visitor) reads() (ws.Frame, socket.Code) {
	v.t.Helper()
	header, err := ws.ReadHeader(v.in)
	if err != nil {
		v.t.Fatalf("read a frame: %v", err)
	}
	frame := ws.Frame{Header: header, Payload: make([]byte, header.Length)}
	if _, err := io.ReadFull(v.in, frame.Payload); err != nil {
		v.t.Fatalf("read a frame of %d bytes: %v", header.Length, err)
	}
	if header.OpCode != ws.OpClose {
		return frame, 0
	}
	code, _ := ws.ParseCloseFrameData(frame.Payload)
	return frame, socket.Code(code)
}

// hears expects a text next.
func (v *visitor) hears(want string) {
	v.t.Helper()
	frame, _ := v.reads()
	if got := string(frame.Payload); got != want || frame.Header.OpCode != ws.OpText {
		v.t.Fatalf("got %q (%x), want %q", clip(got), frame.Header.OpCode, clip(want))
	}
}

func clip(s string) string { return s[:min(len(s), 100)] }

// isClosed expects a goodbye with a code, whatever comes before it, an answer to ours, and the end of the connection.
func (v *visitor) isClosed(want socket.Code) {
	v.t.Helper()
	for {
		frame, code := v.reads()
		if frame.Header.OpCode != ws.OpClose {
			continue
		}
		if code != want {
			v.t.Fatalf("closed with %d (%q), want %d", code, frame.Payload[2:], want)
		}
		break
	}
	v.sends(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
	if _, err := io.Copy(io.Discard, v.in); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
		v.t.Fatalf("the connection did not end: %v", err)
	}
}

func isTimeout(err error) bool {
	late, ok := errors.AsType[net.Error](err)
	return ok && late.Timeout()
}

// soon waits until something holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}
