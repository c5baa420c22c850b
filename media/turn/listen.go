package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// How long a client that came by TCP may be silent: before it has a relay, and then. One that is in a call says something all the time.
const (
	idleBefore = 30 * time.Second
	idleAfter  = 10 * time.Minute
	slowest    = 10 * time.Second // for a packet to leave by TCP
)

// calm is a pause after an error that will pass, such as too many open files: pion would never listen again.
const calm = 100 * time.Millisecond

// maxFrame is the longest packet that pion takes.
const maxFrame = 1600

// errFrame says that a client speaks something else.
var errFrame = errors.New("this is not TURN")

// socket is where clients are heard by UDP.
type socket struct {
	*net.UDPConn

	server *Server
	once   sync.Once
}

// ReadFrom takes a packet.
func (u *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := u.UDPConn.ReadFrom(p)
		if err == nil {
			return n, from, nil
		}
		if u.server.pause(err) {
			u.once.Do(u.server.readers.Done)
			return 0, nil, err
		}
	}
}

// pause waits a little before what failed is tried again, and reports whether that is of no use.
func (s *Server) pause(err error) bool {
	if errors.Is(err, net.ErrClosed) {
		return true
	}
	select {
	case <-time.After(calm):
		return false
	case <-s.stop:
		return true
	}
}

// listener is where clients come in by TCP.
type listener struct {
	*net.TCPListener

	server *Server
}

// Accept waits for a client. Those who are too many are sent away. The end comes when the last one has gone: pion does not bear that a
// relay ends while its client is heard, and ends all of them then.
func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.TCPListener.Accept()
		if err == nil {
			if c := l.server.admit(raw); c != nil {
				return c, nil
			}
			_ = raw.Close()
		} else if l.server.pause(err) {
			l.server.calls.Wait()
			l.server.readers.Done()
			return nil, err
		}
	}
}

// conn is a client's connection by TCP.
type conn struct {
	net.Conn

	server *Server
	client client
	once   sync.Once
	read   *bufio.Reader // owned by who reads
}

// admit keeps a new connection; nil: there are too many, in all or from its address.
func (s *Server) admit(raw net.Conn) *conn {
	c := &conn{Conn: raw, server: s, client: client{true, addrPort(raw.RemoteAddr())}, read: bufio.NewReaderSize(raw, maxFrame)}
	s.mu.Lock()
	defer s.mu.Unlock()
	most := s.size() + s.options.Quota // each has one relay; some have none yet
	if from := c.client.at.Addr(); !s.ended && len(s.conns) < 2*most && s.callers[from] < most {
		s.conns[c] = struct{}{}
		s.callers[from]++
		s.calls.Add(1)
		return c
	}
	return nil
}

// patience is how long a client may be silent.
func (s *Server) patience(of client) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[of] != nil {
		return idleAfter
	}
	return idleBefore
}

// Read takes one whole packet. Pion puts packets together itself, but never gets past one whose length is about 64 KiB, and goes one call
// deeper for each piece that comes: one stranger could keep a processor busy for ever.
func (c *conn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.server.patience(c.client))); err != nil {
		return 0, err
	}
	head, err := c.read.Peek(4)
	if err != nil {
		return 0, err
	}
	size := int(binary.BigEndian.Uint16(head[2:]))
	switch head[0] >> 6 {
	case 0: // STUN: a head of 20 bytes
		size += 20
	case 1: // channel data: a head of 4, and filled up to a multiple of 4
		size = (size + 4 + 3) &^ 3
	default:
		return 0, errFrame
	}
	if size > min(len(p), maxFrame) {
		return 0, errFrame
	}
	return io.ReadFull(c.read, p[:size])
}

// Write sends one packet. When a part of it is all that leaves, the client cannot tell where the next one begins: it has to come anew.
func (c *conn) Write(p []byte) (int, error) {
	err := c.SetWriteDeadline(time.Now().Add(slowest))
	n := 0
	if err == nil {
		n, err = c.Conn.Write(p)
	}
	if err != nil {
		_ = c.Conn.Close()
	}
	return n, err
}

// Close is pion's last word on a connection.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		s := c.server
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.conns, c)
		less(s.callers, c.client.at.Addr())
		s.calls.Done()
	})
	return err
}
