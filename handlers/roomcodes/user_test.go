package roomcodes_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// patience is how long anything may take that a test waits for.
const patience = 20 * time.Second

// user is one connection.
type user struct {
	net.Conn

	in io.Reader
	t  *testing.T
}

// envelope is a frame of the server's.
type envelope struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Code    struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"code"`

	raw string
}

// connects joins a room, and expects nothing of it yet.
func (c *customer) connects(code string) *user {
	c.t.Helper()
	return c.dials("room=" + url.QueryEscape(code) + "&token=" + c.token("join-room"))
}

func (c *customer) dials(query string) *user {
	c.t.Helper()
	at := "ws" + strings.TrimPrefix(c.at, "http") + "/roomcodes/api/v1/joinroom?" + query
	raw, early, _, err := ws.Dialer{Timeout: patience}.Dial(c.t.Context(), at)
	if err != nil {
		c.t.Fatalf("join: %v", err)
	}
	c.t.Cleanup(func() { raw.Close() })
	u := &user{Conn: raw, in: raw, t: c.t}
	if early != nil {
		u.in = early
	}
	must(c.t, raw.SetDeadline(time.Now().Add(patience)))
	return u
}

// hosts makes a room and joins it first.
func (c *customer) hosts(config string) (*user, string) {
	c.t.Helper()
	code := c.room(config)
	u := c.connects(code)
	u.hears("rc.100", "rc.103", "rc.101")
	return u, code
}

// joins joins a room in which there are others, who hear of it.
func (c *customer) joins(code string, others ...*user) *user {
	c.t.Helper()
	u := c.connects(code)
	u.hears("rc.100", "rc.101")
	for _, other := range others {
		other.hears("rc.101")
	}
	return u
}

func (u *user) sends(frames ...ws.Frame) {
	u.t.Helper()
	for _, frame := range frames {
		if _, err := u.Write(ws.MustCompileFrame(ws.MaskFrame(frame))); err != nil {
			u.t.Fatalf("send: %v", err)
		}
	}
}

func (u *user) says(texts ...string) {
	u.t.Helper()
	for _, text := range texts {
		u.sends(ws.NewTextFrame([]byte(text)))
	}
}

// reads gives the next frame that is no ping.
func (u *user) reads() (ws.Frame, error) {
	for {
		header, err := ws.ReadHeader(u.in)
		if err != nil {
			return ws.Frame{}, err
		}
		frame := ws.Frame{Header: header, Payload: make([]byte, header.Length)}
		if _, err := io.ReadFull(u.in, frame.Payload); err != nil || header.OpCode != ws.OpPing {
			return frame, err
		}
	}
}

// next is the next frame, which must be a text, in the shape of all (contract 4).
func (u *user) next() envelope {
	u.t.Helper()
	frame, err := u.reads()
	if err != nil {
		u.t.Fatalf("read a frame: %v", err)
	}
	if frame.Header.OpCode != ws.OpText {
		u.t.Fatalf("a frame of kind %x: %q", frame.Header.OpCode, frame.Payload)
	}
	e := envelope{raw: string(frame.Payload)}
	decoder := json.NewDecoder(strings.NewReader(e.raw))
	decoder.DisallowUnknownFields()
	must(u.t, decoder.Decode(&e))
	return e
}

// hears expects frames of these codes next.
func (u *user) hears(want ...string) envelope {
	u.t.Helper()
	var last envelope
	for _, code := range want {
		if last = u.next(); last.Code.Code != code {
			u.t.Fatalf("heard %s, want %s", last.raw, code)
		}
	}
	return last
}

// hearsText expects what somebody says next.
func (u *user) hearsText(want ...string) {
	u.t.Helper()
	for _, text := range want {
		got := u.hears("rc.200")
		if got.Message != text || got.Code.Message != text || got.Type != "USER" {
			u.t.Fatalf("heard %.200s, want %.200q", got.raw, text)
		}
	}
}

// isClosed expects a goodbye with a code next, answers it, and expects the end of the connection.
func (u *user) isClosed(want ws.StatusCode) {
	u.t.Helper()
	frame, err := u.reads()
	if err != nil || frame.Header.OpCode != ws.OpClose {
		u.t.Fatalf("heard %.200q, want a goodbye: %v", frame.Payload, err)
	}
	if code, reason := ws.ParseCloseFrameData(frame.Payload); code != want {
		u.t.Fatalf("closed with %d (%s), want %d", code, reason, want)
	}
	_, _ = u.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))))
	_, err = io.Copy(io.Discard, u.in)
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		u.t.Fatal("the connection does not end")
	}
}

// leaves says goodbye, and hears the answer behind what was under way.
func (u *user) leaves() {
	u.t.Helper()
	u.sends(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
	for {
		frame, err := u.reads()
		if err != nil {
			u.t.Fatalf("no goodbye: %v", err)
		}
		if frame.Header.OpCode == ws.OpClose {
			return
		}
	}
}

// drops ends the connection without a goodbye: the other end gets a reset.
func (u *user) drops() {
	u.t.Helper()
	if tcp, ok := u.Conn.(*net.TCPConn); ok {
		must(u.t, tcp.SetLinger(0))
	}
	must(u.t, u.Close())
}
