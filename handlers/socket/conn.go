package socket

import (
	"bufio"
	"io"
	"net"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/time/rate"
)

// farewell is how long the other end has to say goodbye, writeTime how long it may take what is written, or half of that.
const (
	farewell  = 3 * time.Second
	writeTime = 10 * time.Second
	dropped   = 8 << 20 // bytes that are read and dropped at most
)

// Conn is one connection. Send and Close are safe for concurrent use, Read is for one reader.
type Conn struct {
	raw    net.Conn // static, as are the next two
	limits Limits
	bucket *rate.Limiter // nil: no bound

	in    input                  // owned by the reader, as are the next five
	head  [ws.MaxHeaderSize]byte // of the frame that is read
	heard time.Time              // when the deadline was set last
	quiet time.Duration          // see Quiet
	asked bool                   // a ping was sent since something was heard
	state state

	writeBy time.Time      // owned by the writer: the deadline
	writer  sync.WaitGroup // one while something is written

	mu      sync.Mutex
	queue   [][]byte // guarded by mu, as is the rest: frames that wait
	size    int      // bytes of them
	writing bool     // there is a writer, who will find them
	closing bool     // nothing is queued any more
}

// state is what can still be read.
type state uint8

const (
	open    state = iota
	refused       // something that makes no sense
	over          // nothing
)

func newConn(raw net.Conn, left *bufio.Reader, limits Limits) (*Conn, error) {
	if err := raw.SetDeadline(time.Time{}); err != nil { // those of the HTTP server
		return nil, err
	}
	early, err := left.Peek(left.Buffered()) // the other end did not wait for our answer
	if err != nil {
		return nil, err
	}
	c := &Conn{raw: raw, limits: limits}
	c.in = newInput((*pulse)(c), early)
	if limits.Rate > 0 {
		c.bucket = rate.NewLimiter(rate.Limit(limits.Rate), limits.Burst)
	}
	return c, nil
}

// serve runs the connection to its end.
func (c *Conn) serve(stay func()) {
	stay()
	c.Close(Normal, "")
	c.linger()
	c.writer.Wait()
	_ = c.raw.Close() // it is over either way
	c.in.giveBack()
}

// linger reads on until the other end has said goodbye, so that what was sent last still arrives. What comes behind a frame that was
// refused makes no sense: it is dropped.
func (c *Conn) linger() {
	for c.state == open {
		if _, err := c.Read(); err != nil {
			break
		}
	}
	if c.state == refused {
		_ = c.raw.SetReadDeadline(time.Now().Add(farewell / 3))
		_, _ = io.CopyN(io.Discard, &c.in, dropped)
	}
}

// Send queues a frame (Frame makes one). Nothing is sent for no frame. It never blocks: a connection for which too much waits is closed.
func (c *Conn) Send(frame []byte) {
	c.mu.Lock()
	if c.closing || len(frame) == 0 {
		c.mu.Unlock()
		return
	}
	if c.size+len(frame) > c.limits.Queue {
		c.queue, c.size = nil, 0
		c.closeLocked(c.limits.Slow, "too much waits to be sent")
		c.mu.Unlock()
		_ = c.raw.SetWriteDeadline(time.Now().Add(time.Second)) // whoever does not read will not read a goodbye either
		return
	}
	c.queueLocked(frame)
	c.mu.Unlock()
}

// queueLocked has a frame written: by the writer who is at it, or by a new one.
func (c *Conn) queueLocked(frame []byte) {
	c.queue = append(c.queue, frame)
	c.size += len(frame)
	if !c.writing {
		c.writing = true
		c.writer.Add(1)
		go c.write() // ends when nothing waits; serve waits for it
	}
}

// Close says goodbye behind all that waits, and ends the connection when the other end answers, or soon. Closing again does nothing.
func (c *Conn) Close(code Code, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked(code, reason)
}

func (c *Conn) closeLocked(code Code, reason string) {
	if c.closing {
		return
	}
	c.closing = true
	c.queueLocked(ws.MustCompileFrame(ws.NewCloseFrame(ws.NewCloseFrameBody(ws.StatusCode(code), reason))))
	_ = c.raw.SetReadDeadline(time.Now().Add(farewell))
}
