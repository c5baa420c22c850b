package socket_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"testing"
	"time"
	"unicode/utf8"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// wire is a connection on which everything has been said already. Its deadlines never come.
type wire struct {
	net.Conn // nil: nothing else is asked of it

	in  *bytes.Reader
	out bytes.Buffer // owned by the writer, then by the test
}

func (w *wire) Read(b []byte) (int, error)       { return w.in.Read(b) }
func (w *wire) Write(b []byte) (int, error)      { return w.out.Write(b) }
func (w *wire) Close() error                     { return nil }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// known are the codes of the table.
var known = map[socket.Code]bool{
	socket.Normal: true, socket.Violated: true, socket.Unsupported: true, socket.NotText: true, socket.TooBig: true,
	socket.Restarting: true, socket.TooSlow: true, socket.TooMany: true, socket.Replaced: true, socket.Silent: true,
}

// Whatever comes in: messages are UTF-8 and within the bound, and what goes out are well-formed frames that end in one goodbye with a code
// of the table.
func FuzzRead(f *testing.F) {
	f.Add(masked(ws.NewTextFrame([]byte("hello"))))
	f.Add(bytes.Join([][]byte{
		masked(fragment(ws.OpText, false, "a\xc3")), masked(ws.NewPingFrame([]byte("p"))), masked(fragment(ws.OpContinuation, true, "\xa4")),
		masked(goodbye(1000, "bye")),
	}, nil))
	f.Add(masked(ws.NewBinaryFrame([]byte{1, 2, 3})))
	f.Add(masked(ws.NewTextFrame(make([]byte, 300))))
	for _, raw := range []string{"8101", "81ff8000000000000000", "88820000000003e8", "81fe7fff00000000", "ffffffff"} {
		early, err := hex.DecodeString(raw)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(early)
	}
	const longest = 256
	f.Fuzz(func(t *testing.T, said []byte) {
		w := &wire{in: bytes.NewReader(said)}
		err := socket.Over(w, socket.Limits{Message: longest, Rate: -1}, func(c *socket.Conn) {
			for {
				message, err := c.Read()
				if err != nil {
					return
				}
				if len(message) > longest || !utf8.Valid(message) {
					t.Errorf("a message of %d bytes: %q", len(message), message)
				}
				c.Send(text(message))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, &w.out)
	})
}

func checkAnswer(t *testing.T, out *bytes.Buffer) {
	t.Helper()
	for {
		header, err := ws.ReadHeader(out)
		if err != nil {
			t.Fatalf("the answer does not end in a goodbye: %v", err)
		}
		if err := ws.CheckHeader(header, ws.StateClientSide); err != nil {
			t.Fatalf("a frame that is none: %+v: %v", header, err)
		}
		payload := make([]byte, header.Length)
		if _, err := io.ReadFull(out, payload); err != nil {
			t.Fatal(err)
		}
		if header.OpCode != ws.OpClose {
			continue
		}
		if code, _ := ws.ParseCloseFrameData(payload); !known[socket.Code(code)] || out.Len() > 0 {
			t.Fatalf("closed with %d, %d bytes behind it", code, out.Len())
		}
		return
	}
}
