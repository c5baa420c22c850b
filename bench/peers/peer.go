package peers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// patience bounds every wait for a server.
const patience = 30 * time.Second

// Peer is one connection. Until belongs to one caller and ends when Watch begins; the rest is safe for concurrent use.
type Peer struct {
	raw    net.Conn
	in     frames
	seen   atomic.Int64  // frames that were counted
	all    atomic.Int64  // text frames, counted or not
	goal   atomic.Int64  // how many are waited for
	told   atomic.Int64  // the goal that was reached last
	goals  chan struct{} // one for each goal that is reached
	ended  chan struct{} // closed at the end of the connection
	reason error         // of the end; written before ended is closed
}

// Dial opens a WebSocket to a path with its query. It reads into a buffer of so many bytes at first.
func Dial(ctx context.Context, address, path string, buffer int) (*Peer, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	p := &Peer{raw: raw, in: frames{from: raw, bytes: make([]byte, buffer)}, goals: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := p.shakeHands(address, path); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return p, nil
}

func (p *Peer) shakeHands(host, path string) error {
	if err := p.raw.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.raw, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path, host)
	if err != nil {
		return err
	}
	end := -1
	for n := 1; end < 0; n = p.in.end - p.in.start + 1 { // one byte more each time: as much as comes at once
		if err := p.in.need(n); err != nil {
			return err
		}
		end = bytes.Index(p.in.bytes[:p.in.end], []byte("\r\n\r\n"))
	}
	answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(p.in.bytes[:p.in.end])), nil)
	if err != nil {
		return err
	}
	p.in.start = end + 4
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return errors.Join(fmt.Errorf("answer %s: %s", answer.Status, p.in.bytes[p.in.start:p.in.end]), answer.Body.Close())
	}
	return nil
}

// Until reads text messages until one begins with head, and gives that one. It is good until the next call.
func (p *Peer) Until(head []byte) ([]byte, error) {
	for {
		message, err := p.in.next()
		if err != nil {
			return nil, fmt.Errorf("wait for %s: %w", head, err)
		}
		if bytes.HasPrefix(message, head) {
			return message, nil
		}
	}
}

// End reads on until the server has closed the connection, and closes it too.
func (p *Peer) End() error {
	for {
		if _, err := p.in.next(); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return errors.Join(err, p.raw.Close())
		}
	}
}

// Watch begins to read text messages, and counts those for which counts says so. It returns at once; Close ends it.
func (p *Peer) Watch(counts func(message []byte) bool) error {
	if err := p.raw.SetDeadline(time.Time{}); err != nil {
		return err
	}
	go func() { // ends with the connection
		defer close(p.ended)
		for {
			message, err := p.in.next()
			if err != nil {
				p.reason = err
				return
			}
			p.all.Add(1)
			if counts(message) {
				p.seen.Add(1)
				p.check()
			}
		}
	}()
	return nil
}

// check tells whoever waits that a goal is reached, once.
func (p *Peer) check() {
	goal := p.goal.Load()
	if told := p.told.Load(); p.seen.Load() >= goal && told < goal && p.told.CompareAndSwap(told, goal) {
		p.goals <- struct{}{}
	}
}

// Expect says that n more messages will be counted; Await waits for them.
func (p *Peer) Expect(n int) {
	p.goal.Add(int64(n))
}

// Await waits until all that was expected has been counted. It is called once for each Expect.
func (p *Peer) Await(ctx context.Context) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-p.goals:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-p.ended:
		return fmt.Errorf("the server ended a connection: %w", p.reason)
	case <-late.C:
		return fmt.Errorf("%d of %d messages after %v", p.seen.Load(), p.goal.Load(), patience)
	}
}

// Received is how many text messages have come since Watch.
func (p *Peer) Received() int { return int(p.all.Load()) }

// Send writes frames.
func (p *Peer) Send(frames []byte) error {
	_, err := p.raw.Write(frames)
	return err
}

// Close ends the connection without a goodbye.
func (p *Peer) Close() error { return p.raw.Close() }
