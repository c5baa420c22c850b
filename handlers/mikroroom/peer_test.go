package mikroroom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
	"github.com/google/go-cmp/cmp"
)

// said is a message of the server's.
type said map[string]any

// peer is one connection of somebody in a script.
type peer struct {
	name   string
	id     string
	cookie string // that the server gave, or that was brought

	house *house
	t     testing.TB
	raw   net.Conn
	in    chan said
	code  chan ws.StatusCode // of the goodbye
	held  []said
}

// door is how somebody connects.
type door struct {
	cookie string
	from   string // an address of the loopback
	header http.Header
}

func (h *house) dial(d door) (*peer, error) {
	p := &peer{house: h, t: h.t, cookie: d.cookie, in: make(chan said, 1<<14), code: make(chan ws.StatusCode, 1)}
	header := http.Header{}
	for name, values := range d.header {
		header[name] = values
	}
	if d.cookie != "" {
		header.Set("Cookie", "mikroroom="+d.cookie)
	}
	dialer := ws.Dialer{Timeout: patience, Header: ws.HandshakeHeaderHTTP(header), OnHeader: func(key, value []byte) error {
		if strings.EqualFold(string(key), "Set-Cookie") {
			cookie, _, _ := strings.Cut(string(value), ";")
			p.cookie = strings.TrimPrefix(cookie, "mikroroom=")
		}
		return nil
	}}
	if d.from != "" {
		dialer.NetDial = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(d.from)}}).DialContext
	}
	raw, early, _, err := dialer.Dial(context.Background(), "ws://"+h.at+prefix+"/ws")
	if err != nil {
		return nil, err
	}
	p.raw = raw
	var in io.Reader = raw
	if early != nil {
		in = early
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.read(in)
	}()
	h.t.Cleanup(func() {
		_ = raw.Close() // it may be over
		<-done
	})
	return p, nil
}

// visit connects without joining.
func (h *house) visit(d door) *peer {
	h.t.Helper()
	p, err := h.dial(d)
	if err != nil {
		h.t.Fatalf("connect: %v", err)
	}
	return p
}

func (p *peer) read(in io.Reader) {
	defer close(p.in)
	for {
		header, err := ws.ReadHeader(in)
		if err != nil {
			return
		}
		payload := make([]byte, header.Length)
		if _, err := io.ReadFull(in, payload); err != nil {
			return
		}
		switch header.OpCode { //nolint:exhaustive // no other comes
		case ws.OpText:
			s := said{}
			decoder := json.NewDecoder(bytes.NewReader(payload))
			decoder.UseNumber()
			if err := decoder.Decode(&s); err != nil {
				s = said{"type": "not JSON: " + string(payload)}
			}
			p.in <- s
		case ws.OpPing:
			p.write(ws.NewPongFrame(payload))
		case ws.OpClose:
			code, _ := ws.ParseCloseFrameData(payload)
			p.code <- code
			p.write(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
		}
	}
}

// write sends a frame. That the connection is over is no error: what comes of it shows.
func (p *peer) write(f ws.Frame) { _, _ = p.raw.Write(ws.MustCompileFrame(ws.MaskFrame(f))) }

// says sends a text.
func (p *peer) says(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	p.write(ws.NewTextFrame([]byte(format)))
}

// next is the next message; ok is false when the connection is over.
func (p *peer) next() (s said, ok bool) {
	p.t.Helper()
	if len(p.held) > 0 {
		s, p.held = p.held[0], p.held[1:]
		return s, true
	}
	select {
	case s, ok = <-p.in:
		return s, ok
	case <-time.After(patience):
		p.t.Fatalf("%s hears nothing", p.name)
		return nil, false
	}
}

// hears expects a message next, with these members: names and values in turn.
func (p *peer) hears(kind string, members ...any) said {
	p.t.Helper()
	s, ok := p.next()
	if !ok {
		p.t.Fatalf("%s: the connection is over, want %s", p.name, kind)
	}
	if s["type"] != kind {
		p.t.Fatalf("%s hears %v, want %s %v", p.name, s, kind, members)
	}
	for i := 0; i < len(members); i += 2 {
		name, _ := members[i].(string)
		if got, want := fmt.Sprint(s[name]), fmt.Sprint(members[i+1]); got != want {
			p.t.Errorf("%s: %s of %s is %s, want %s", p.name, name, kind, got, want)
		}
	}
	return s
}

// isTold expects an error next.
func (p *peer) isTold(message, code string) {
	p.t.Helper()
	s := p.hears("error", "message", message, "roomId", "", "participantId", "")
	if got, there := s["code"]; there != (code != "") || there && got != code {
		p.t.Errorf("%s: the code of %q is %v, want %q", p.name, message, got, code)
	}
}

// fence waits until everything is done that the peer has sent, and everything has come that was on its way.
func (p *peer) fence() {
	p.t.Helper()
	held := []said{}
	p.says(`{"type":"fence"}`)
	for {
		s, ok := p.next()
		if !ok {
			p.t.Fatalf("%s: the connection is over; %v", p.name, held)
		}
		if s["message"] == "Unknown message type" {
			p.held = held
			return
		}
		held = append(held, s)
	}
}

// heard are the types of all that has come; it is dropped.
func (p *peer) heard() []string {
	p.t.Helper()
	p.fence()
	types := []string{}
	for _, s := range p.held {
		types = append(types, fmt.Sprint(s["type"]))
	}
	p.held = nil
	return types
}

// heardOnly expects exactly these types since the last that were asked for.
func (p *peer) heardOnly(types ...string) {
	p.t.Helper()
	if diff := cmp.Diff(append([]string{}, types...), p.heard()); diff != "" {
		p.t.Errorf("%s hears (-want +got):\n%s", p.name, diff)
	}
}

// isClosed waits for a goodbye, whatever comes before it.
func (p *peer) isClosed(want socket.Code) {
	p.t.Helper()
	select {
	case got := <-p.code:
		if socket.Code(got) != want {
			p.t.Errorf("%s: closed with %d, want %d", p.name, got, want)
		}
	case <-time.After(patience):
		p.t.Errorf("%s: not closed", p.name)
	}
}

// joins asks to come in; what else is asked for stands in more, as in `"isHost":true`.
func (p *peer) joins(room, name string, more ...string) {
	p.t.Helper()
	p.name = name
	fields := strings.Join(append([]string{`"timestamp":1`}, more...), ",")
	p.says(`{"type":"join","roomId":%q,"participantId":"","name":%q,%s}`, room, name, fields)
}

// isIn expects the peer's own participant-joined next.
func (p *peer) isIn(moderator bool) {
	p.t.Helper()
	s := p.hears("participant-joined", "name", p.name, "isModerator", moderator)
	p.id = fmt.Sprint(s["participantId"])
}

// come has somebody come in, over a connection of its own. Everybody else has been told when it returns.
func (h *house) come(d door, room, name string, more ...string) *peer {
	h.t.Helper()
	p := h.visit(d)
	p.joins(room, name, more...)
	s := p.hears("participant-joined", "name", name)
	p.id = fmt.Sprint(s["participantId"])
	p.fence()
	p.held = nil
	return p
}

// host has somebody make a room by coming in.
func (h *house) host(room, name string) *peer {
	h.t.Helper()
	return h.come(door{}, room, name, `"isHost":true`)
}

// drops loses the connection without a word.
func (p *peer) drops() {
	p.t.Helper()
	before := p.house.dialect.Sockets.Len()
	_ = p.raw.Close() // it may be over
	p.house.soon("the connection ends", func() bool { return p.house.dialect.Sockets.Len() < before })
}
