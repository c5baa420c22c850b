package apitest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// Peer is one connection of somebody in a script.
type Peer struct {
	Visitor

	Room *Room

	raw  net.Conn
	last int // the id of the last request

	mu    sync.Mutex
	inbox []Frame // guarded by mu, as are the next four: what nobody has asked for yet
	ended bool
	code  ws.StatusCode             // of the goodbye; 0: there was none
	tap   func(payload []byte) bool // see Tap
	deaf  chan struct{}             // not nil: nothing is read until it is closed
	bell  chan struct{}             // holds one: something has come
}

// Frame is one that a peer has got.
type Frame struct {
	Method string // of a notification
	ID     string // of an answer, as it stands in JSON
	Code   int    // of an error

	content any // the parameters, the result or the error
}

// At is the text of the value under a path of keys and indexes; empty when there is none.
func (f Frame) At(path string) string {
	found := map[string]string{}
	flatten("", f.content, found)
	return found[path]
}

// Has reports whether there is a value under a key, be it an empty one.
func (f Frame) Has(key string) bool {
	object, _ := f.content.(map[string]any)
	_, ok := object[key]
	return ok
}

// Text is the parameters, the result or the error as JSON.
func (f Frame) Text() string {
	text, _ := json.Marshal(f.content) //nolint:errchkjson // it came from JSON
	return string(text)
}

// Connect opens a connection as the SDK does, with what the visitor brings: a token is needed.
func (r *Room) Connect(v Visitor) *Peer {
	r.t.Helper()
	v = v.filled()
	query := url.Values{
		"peer": {v.ID}, "token": {v.Token}, "user_agent_v2": {"os:web_Linux,sdk:web,sdk_version:0.15.2"},
		"protocol_version": {"2.5"}, "protocol_spec": {"20250115"},
	}
	dialer := ws.Dialer{
		Header:  ws.HandshakeHeaderHTTP(http.Header{"User-Agent": {v.Agent}, "Origin": {"https://app.example.org"}}),
		NetDial: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(v.From)}}).DialContext,
		Timeout: patience,
	}
	raw, early, _, err := dialer.Dial(context.Background(), r.Foyer.at+"/ws?"+query.Encode())
	if err != nil {
		r.t.Fatalf("%s cannot connect: %v", v.Name, err)
	}
	p := &Peer{Visitor: v, Room: r, raw: raw, bell: make(chan struct{}, 1)}
	var in io.Reader = raw
	if early != nil {
		in = early
	}
	var reader sync.WaitGroup
	reader.Go(func() { p.read(in) })
	r.t.Cleanup(func() {
		_ = raw.Close() // it may be over
		reader.Wait()
	})
	if v.Name != "" {
		r.Name(v.Name, v.ID)
	}
	return p
}

// read takes what comes until the connection ends.
func (p *Peer) read(in io.Reader) {
	for {
		header, err := ws.ReadHeader(in)
		payload := []byte{}
		if err == nil {
			payload = make([]byte, header.Length)
			_, err = io.ReadFull(in, payload)
		}
		p.mu.Lock()
		switch {
		case err != nil:
			p.ended = true
		case header.OpCode == ws.OpClose:
			p.code, _ = ws.ParseCloseFrameData(payload)
		case header.OpCode == ws.OpText && (p.tap == nil || !p.tap(payload)):
			p.inbox = append(p.inbox, frameOf(payload))
		}
		deaf := p.deaf
		p.mu.Unlock()
		select {
		case p.bell <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
		if deaf != nil {
			<-deaf
		}
		if header.OpCode == ws.OpClose {
			p.write(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusNormalClosure, "")))
		}
	}
}

// Tap has fn see every text frame from now on, as soon as it comes; what it reports true for is not kept. It must not call the peer.
func (p *Peer) Tap(fn func(payload []byte) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tap = fn
}

// StopsReading reads nothing behind the next frame, until the function that it gives is called, once.
func (p *Peer) StopsReading() (again func()) {
	deaf := make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = deaf
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.deaf = nil
		close(deaf)
	}
}

// Ended reports whether the connection is over, and with which code if there was a goodbye.
func (p *Peer) Ended() (code int, ended bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.code), p.ended
}

func frameOf(payload []byte) Frame {
	var wire struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params any             `json:"params"`
		Result any             `json:"result"`
		Error  map[string]any  `json:"error"`
	}
	if err := json.Unmarshal(payload, &wire); err != nil {
		return Frame{Method: "not JSON: " + string(payload)}
	}
	f := Frame{Method: wire.Method, ID: string(wire.ID), content: wire.Params}
	if wire.Result != nil {
		f.content = wire.Result
	}
	if wire.Error != nil {
		code, _ := wire.Error["code"].(float64)
		f.content, f.Code = wire.Error, int(code)
	}
	return f
}

// write sends a frame. That the connection is over is no error: what comes of it shows.
func (p *Peer) write(f ws.Frame) {
	_ = p.raw.SetWriteDeadline(time.Now().Add(patience))
	_, _ = p.raw.Write(ws.MustCompileFrame(ws.MaskFrame(f)))
}

// take waits for the first frame that is wanted and takes it out of the inbox; what fits nobody's wish stays there. It reports false when
// the time is over, or the connection.
func (p *Peer) take(wanted func(*Frame) bool) (Frame, bool) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		p.mu.Lock()
		for i := range p.inbox {
			if f := p.inbox[i]; wanted(&f) {
				p.inbox = append(p.inbox[:i:i], p.inbox[i+1:]...)
				p.mu.Unlock()
				return f, true
			}
		}
		ended := p.ended
		p.mu.Unlock()
		if ended {
			return Frame{}, false
		}
		select {
		case <-p.bell:
		case <-late.C:
			return Frame{}, false
		}
	}
}
