package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"foyer/bench/peers"

	"github.com/gobwas/ws"
)

const mikroReading = 4 << 10

// mikroPeer is one connection over which somebody has joined. Its frames are read by one goroutine, which parses every one of them.
type mikroPeer struct {
	room   *mikroRoom // static, as are the next five
	number int        // of the peer, from which its source address comes
	host   bool       // it has made the room
	raw    net.Conn
	id     string
	burst  []byte // what it says at once

	in      *bufio.Reader // owned by the reader, as are the next four
	head    [ws.MaxHeaderSize]byte
	payload []byte
	others  map[string]int // who is in the room, itself too, and how many messages have come from each
	reason  error          // of the end; written before ended is closed

	present atomic.Int64  // how many are in the room
	heard   atomic.Int64  // chat messages
	ended   chan struct{} // closed at the end of the connection; nil while nobody reads
}

// mikroFrame is what is read of every frame.
type mikroFrame struct {
	Type          string `json:"type"`
	ParticipantID string `json:"participantId"`
	Text          string `json:"text"`
	Code          string `json:"code"`
	Message       string `json:"message"`
}

// mikroRefusal is the answer to a join that was not let in.
type mikroRefusal struct{ code, message string }

func (r *mikroRefusal) Error() string { return fmt.Sprintf("refused: %s %s", r.code, r.message) }

// mikroAddress is the loopback address of a peer.
func mikroAddress(number int) net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 77, byte(1+number/200), byte(1+number%200))}
}

// dial opens the connection of a peer.
func (p *mikroPeer) dial(ctx context.Context) error {
	dialer := net.Dialer{LocalAddr: mikroAddress(p.number), Timeout: mikroPatience}
	raw, err := dialer.DialContext(ctx, "tcp", p.room.side.address)
	if err != nil {
		return err
	}
	p.raw, p.in, p.ended = raw, bufio.NewReaderSize(raw, mikroReading), nil
	p.others = make(map[string]int, mikroSeats)
	p.present.Store(0)
	if err := p.shakeHands(); err != nil {
		return errors.Join(err, raw.Close())
	}
	return nil
}

func (p *mikroPeer) shakeHands() error {
	side := p.room.side
	if err := p.raw.SetDeadline(time.Now().Add(mikroPatience)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.raw, "GET %s/ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", side.prefix, side.address)
	if err != nil {
		return err
	}
	answer, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return err
	}
	if err := answer.Body.Close(); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("answer %s to the upgrade", answer.Status)
	}
	return nil
}

// join does what the web client does, and waits until the server says who the peer is: the first one that is said to have joined.
func (p *mikroPeer) join() error {
	frame := fmt.Sprintf(`{"type":"join","roomId":%q,"participantId":"","name":"A Peer of the Bench","isHost":%t,"timestamp":%d}`,
		p.room.code, p.host, time.Now().UnixMilli())
	if err := p.send(peers.Text(frame)); err != nil {
		return err
	}
	for {
		frame, err := p.next()
		switch {
		case err != nil:
			return fmt.Errorf("wait to be let in: %w", err)
		case frame.Type == "error":
			return &mikroRefusal{code: frame.Code, message: frame.Message}
		case frame.Type == "participant-joined":
			p.id = frame.ParticipantID
			p.arrives(p.id)
			return p.raw.SetDeadline(time.Time{})
		}
	}
}

// watch reads until the connection ends.
func (p *mikroPeer) watch() {
	p.ended = make(chan struct{})
	go func() { // ends with the connection; close waits for it
		defer close(p.ended)
		for p.reason = nil; p.reason == nil; {
			var frame mikroFrame
			if frame, p.reason = p.next(); p.reason == nil {
				p.reason = p.take(frame)
			}
		}
	}()
}

// take does what a frame says.
func (p *mikroPeer) take(frame mikroFrame) error {
	switch frame.Type {
	case "chat":
		return p.hear(frame)
	case "participant-joined":
		p.arrives(frame.ParticipantID)
	case "participant-left":
		delete(p.others, frame.ParticipantID)
		p.present.Store(int64(len(p.others)))
	case "error":
		return &mikroRefusal{code: frame.Code, message: frame.Message}
	}
	return nil
}

func (p *mikroPeer) arrives(id string) {
	if _, known := p.others[id]; !known {
		p.others[id] = 0
	}
	p.present.Store(int64(len(p.others)))
}

// hear counts a message. It must be of somebody in the room and follow the one before: nothing is lost or comes twice.
func (p *mikroPeer) hear(frame mikroFrame) error {
	due, known := p.others[frame.ParticipantID]
	if number, ok := mikroNumber(frame.Text); !ok || !known || number != due%p.room.burst {
		return fmt.Errorf("message %q is not the next of anybody in the room", frame.Text)
	}
	p.others[frame.ParticipantID] = due + 1
	p.heard.Add(1)
	p.room.count()
	return nil
}

// next gives the next text frame, parsed. Pings are answered.
func (p *mikroPeer) next() (frame mikroFrame, err error) {
	for {
		header, err := ws.ReadHeaderBuffer(p.in, p.head[:])
		if err != nil {
			return frame, err
		}
		if need := int(header.Length); cap(p.payload) < need {
			p.payload = make([]byte, need)
		}
		p.payload = p.payload[:header.Length]
		if _, err := io.ReadFull(p.in, p.payload); err != nil {
			return frame, err
		}
		switch header.OpCode {
		case ws.OpText:
			return frame, json.Unmarshal(p.payload, &frame)
		case ws.OpClose:
			return frame, fmt.Errorf("closed by the server: %w", io.EOF)
		case ws.OpPing:
			if err := p.send(ws.MustCompileFrame(ws.MaskFrame(ws.NewPongFrame(p.payload)))); err != nil {
				return frame, err
			}
		case ws.OpBinary, ws.OpContinuation, ws.OpPong:
			return frame, fmt.Errorf("a frame with op code %d", header.OpCode)
		}
	}
}

func (p *mikroPeer) send(frames []byte) error {
	_, err := p.raw.Write(frames)
	return err
}

// cut ends the connection as a network does that breaks: with a reset, without a goodbye. It waits for the reader.
func (p *mikroPeer) cut() error {
	if connection, ok := p.raw.(*net.TCPConn); ok {
		if err := connection.SetLinger(0); err != nil {
			return err
		}
	}
	return p.close()
}

func (p *mikroPeer) close() error {
	err := p.raw.Close()
	if p.ended != nil {
		<-p.ended
	}
	return err
}
