package socket

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// batch is how many bytes are written at once: a write costs the same whether it carries one frame or a hundred.
const batch = 64 << 10

// batches are shared by all connections, so that an idle one has none.
var batches = sync.Pool{New: func() any { return new([batch]byte) }}

// head is room for the longest header of a frame. Scratch is where frames are written before it is known how long they are, and what is
// lent to whoever sends much at once.
const (
	head    = 10
	scratch = 4 << 10
)

// scratches are shared like batches.
var scratches = sync.Pool{New: func() any { return new([scratch]byte) }}

// Frame makes a text frame: write appends the message to what it is given. A frame can be sent to any number of connections.
func Frame(write func(b []byte) []byte) []byte {
	room := scratches.Get().(*[scratch]byte) //nolint:forcetypeassert // nothing else is put there
	defer scratches.Put(room)
	b := write(room[:head])
	start := head - putHeader(b[:head], len(b)-head)
	if len(b) > scratch { // it stands elsewhere
		return b[start:]
	}
	return bytes.Clone(b[start:])
}

// putHeader puts the header of a text frame at the end of b, and says how long it is.
func putHeader(b []byte, size int) int {
	var first [head]byte
	header := append(first[:0], 0x80|byte(ws.OpText))
	switch {
	case size < 126:
		header = append(header, byte(size))
	case size < 1<<16:
		header = binary.BigEndian.AppendUint16(append(header, 126), uint16(size))
	default:
		header = binary.BigEndian.AppendUint64(append(header, 127), uint64(size))
	}
	return copy(b[len(b)-len(header):], header)
}

// write sends what waits, as much at once as there is, until nothing does: an idle connection has no goroutine for it.
func (c *Conn) write() {
	defer c.writer.Done()
	runtime.Gosched() // whoever has just queued a frame may be about to queue more
	var frames [][]byte
	for {
		if frames = c.take(frames); len(frames) == 0 {
			return
		}
		if c.flush(frames) != nil {
			_ = c.raw.Close() // the reader learns it from that
			c.drop()
			return
		}
		clear(frames)
	}
}

// take gives all frames that wait, for a list that is done with. When there are none the writer is dismissed.
func (c *Conn) take(done [][]byte) [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	frames := c.queue
	c.queue, c.size = done[:0], 0
	if len(frames) == 0 {
		c.queue, c.writing = nil, false
	}
	return frames
}

// drop has nothing queued any more.
func (c *Conn) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing, c.queue, c.size = true, nil, 0
}

// flush writes frames together.
func (c *Conn) flush(frames [][]byte) error {
	if err := c.hurry(); err != nil {
		return err
	}
	if len(frames) == 1 {
		_, err := c.raw.Write(frames[0])
		return err
	}
	room := batches.Get().(*[batch]byte) //nolint:forcetypeassert // nothing else is put there
	defer batches.Put(room)
	b := room[:0]
	for _, frame := range frames {
		if len(b)+len(frame) > batch && len(b) > 0 {
			if _, err := c.raw.Write(b); err != nil {
				return err
			}
			b = room[:0]
		}
		if len(frame) > batch {
			if _, err := c.raw.Write(frame); err != nil {
				return err
			}
			continue
		}
		b = append(b, frame...)
	}
	if len(b) == 0 {
		return nil
	}
	_, err := c.raw.Write(b)
	return err
}

// hurry bounds how long the other end may take what is written. That has a price: the bound is moved only when half of it is over.
func (c *Conn) hurry() error {
	now := time.Now()
	if c.writeBy.Sub(now) > writeTime/2 {
		return nil
	}
	c.writeBy = now.Add(writeTime)
	return c.raw.SetWriteDeadline(c.writeBy)
}
