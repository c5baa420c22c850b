package socket

import (
	"errors"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// atOnce is how many bytes of a message are taken at first.
const atOnce = 4 << 10

// Closed is how a connection ended: the code that was received or sent, or Lost.
type Closed struct{ Code Code }

// Error is for the log.
func (c *Closed) Error() string { return "connection closed" }

// Read gives the next message, which is the caller's to keep. An error means that the connection is over, the other end told.
func (c *Conn) Read() ([]byte, error) {
	message, _, err := c.ReadAny()
	return message, err
}

// ReadAny is Read, and says whether the message is a binary one: those come only where the limits let them.
func (c *Conn) ReadAny() (message []byte, binary bool, err error) {
	fragments := ws.StateServerSide
	for {
		if c.in.empty() { // here a connection waits nearly always
			c.listen()
			if err := c.in.fill(); err != nil {
				return nil, false, c.failed(err)
			}
		}
		header, err := c.header(fragments, c.limits.Message-len(message))
		if err != nil {
			return nil, false, err
		}
		if header.OpCode.IsControl() {
			if err := c.control(header); err != nil {
				return nil, false, err
			}
			continue
		}
		if header.Length > int64(c.limits.Message-len(message)) {
			return nil, false, c.dropPayload(header.Length)
		}
		binary = binary || header.OpCode == ws.OpBinary // the frames that go on with a message do not say
		if message, err = c.payload(header, message); err != nil {
			return nil, false, err
		}
		if !header.Fin {
			fragments = fragments.Set(ws.StateFragmented)
			continue
		}
		if !binary && !utf8.Valid(message) {
			return nil, false, c.refuse(NotText, "the message is not UTF-8")
		}
		return message, binary, nil
	}
}

// header reads how the next frame begins, and refuses one that must not come now. Room is how much longer the message may get.
func (c *Conn) header(fragments ws.State, room int) (ws.Header, error) {
	header, err := ws.ReadHeaderBuffer(&c.in, c.head[:])
	switch {
	case errors.Is(err, ws.ErrHeaderLengthMSB), errors.Is(err, ws.ErrHeaderLengthUnexpected):
		return header, c.refuse(Violated, "a frame that the protocol does not allow")
	case err != nil:
		return header, c.failed(err)
	case ws.CheckHeader(header, fragments) != nil:
		return header, c.refuse(Violated, "a frame that the protocol does not allow")
	case header.OpCode == ws.OpBinary && !c.limits.Binary:
		return header, c.refuse(Unsupported, "only text messages")
	case !header.OpCode.IsControl() && header.Length > int64(room) && !c.drops(header, fragments):
		return header, c.refuse(TooBig, "the message is too big")
	case c.bucket != nil && !c.bucket.Allow():
		return header, c.refuse(TooMany, "too many messages")
	}
	return header, nil
}

// ErrTooBig says that a message beyond the bound was dropped. The connection goes on.
var ErrTooBig = errors.New("the message is too big, and was dropped")

// drops reports whether a message that is too big is dropped, and does not end the connection: it must come in one piece.
func (c *Conn) drops(header ws.Header, fragments ws.State) bool {
	return header.Fin && !fragments.Fragmented() && header.Length <= int64(c.limits.Excess)
}

// dropPayload reads what nobody wants to have.
func (c *Conn) dropPayload(size int64) error {
	c.listen()
	if _, err := io.CopyN(io.Discard, &c.in, size); err != nil {
		return c.failed(err)
	}
	return ErrTooBig
}

// listen moves the moment on at which the other end counts as dead. That has a price: a tenth of the time may pass in between.
func (c *Conn) listen() {
	now := time.Now()
	if c.limits.Silence < 0 || now.Sub(c.heard) < c.limits.Silence/10 && !c.asked {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing { // its end has a deadline of its own
		c.heard, c.asked = now, false
		_ = c.raw.SetReadDeadline(now.Add(c.patience()))
	}
}

// patience is how long nothing may be heard before something has to be done.
func (c *Conn) patience() time.Duration {
	if c.limits.Ping > 0 && c.limits.Ping < c.limits.Silence {
		return c.limits.Ping
	}
	return c.limits.Silence
}

// pulse is a connection as its input reads it: when nothing comes for a while the other end is asked for a sign of life.
type pulse Conn

// Read waits for bytes.
func (p *pulse) Read(b []byte) (int, error) {
	c := (*Conn)(p)
	for {
		n, err := c.raw.Read(b)
		if n > 0 || err == nil || !c.ask(err) {
			return n, err
		}
	}
}

// ask sends a ping if that is what the error is about, and reports whether it did.
func (c *Conn) ask(err error) bool {
	if c.asked || c.patience() == c.limits.Silence || !late(err) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.asked = true
	c.queueLocked(ws.MustCompileFrame(ws.NewPingFrame(nil)))
	_ = c.raw.SetReadDeadline(c.heard.Add(c.limits.Silence))
	return true
}

// late reports whether a deadline is what ended a read.
func late(err error) bool {
	late, ok := errors.AsType[net.Error](err)
	return ok && late.Timeout()
}

// payload appends what a frame holds to b. Memory is taken as the bytes arrive, not as they are announced: announcing costs nothing.
func (c *Conn) payload(header ws.Header, b []byte) ([]byte, error) {
	start := len(b)
	for left := int(header.Length); left > 0; {
		from, n := len(b), min(left, max(atOnce, len(b)))
		b = append(b, make([]byte, n)...)
		if c.in.end-c.in.start < n {
			c.listen()
		}
		if _, err := io.ReadFull(&c.in, b[from:]); err != nil {
			return nil, c.failed(err)
		}
		left -= n
	}
	ws.Cipher(b[start:], header.Mask, 0)
	return b, nil
}

// Quiet is how long nothing had been heard when the connection was given up for dead; 0 when it ended otherwise. It is for the reader.
func (c *Conn) Quiet() time.Duration { return c.quiet }

// control answers a ping, and ends with a goodbye.
func (c *Conn) control(header ws.Header) error {
	payload, err := c.payload(header, nil)
	if err != nil {
		return err
	}
	switch header.OpCode { //nolint:exhaustive // there are three
	case ws.OpPing:
		c.Send(ws.MustCompileFrame(ws.NewPongFrame(payload)))
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameData(payload)
		if len(payload) > 0 && ws.CheckCloseFrameData(code, reason) != nil {
			return c.refuse(Violated, "a goodbye that the protocol does not allow")
		}
		c.state = over
		c.Close(Normal, "")
		return &Closed{Code(code)}
	}
	return nil
}

// refuse closes the connection with a code.
func (c *Conn) refuse(code Code, reason string) error {
	c.state = refused
	c.Close(code, reason)
	return &Closed{code}
}

// failed is the end of a connection without a goodbye.
func (c *Conn) failed(err error) error {
	c.state = over
	if late(err) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.closing { // else it is our goodbye that was not answered
			c.quiet = max(c.limits.Silence, 0)
		}
		c.closeLocked(Silent, "nothing was heard for too long")
		return &Closed{Silent}
	}
	return &Closed{Lost}
}
