package relay

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"sync"

	"github.com/gobwas/ws"
)

// readBuffer is as small as the product's: an idle connection costs both the same in it.
const readBuffer = 1 << 10

// member is one connection.
type member struct {
	room *room         // static, as is the next one
	in   *bufio.Reader // owned by the one goroutine, as are the next two
	head [ws.MaxHeaderSize]byte
	out  []byte // the frame that is forwarded; kept for the next one

	mu  sync.Mutex // one write at a time
	raw net.Conn
}

func newMember(raw net.Conn, r *room) *member {
	m := &member{room: r, raw: raw, in: bufio.NewReaderSize(raw, readBuffer)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = append(r.members, m)
	return m
}

// stay forwards what the connection sends until it ends.
func (m *member) stay() {
	defer m.leave()
	for {
		header, err := ws.ReadHeaderBuffer(m.in, m.head[:])
		if err != nil || m.read(header) != nil {
			return
		}
		switch header.OpCode {
		case ws.OpClose:
			return
		case ws.OpPing:
			m.out[0] = 0x80 | byte(ws.OpPong)
			m.write(m.out)
		default:
			m.room.forward(m)
		}
	}
}

// read makes the message that follows a header the frame that is forwarded.
func (m *member) read(header ws.Header) error {
	size := int(header.Length)
	m.out = append(m.out[:0], 0x80|byte(header.OpCode))
	switch {
	case size < 126:
		m.out = append(m.out, byte(size))
	case size < 1<<16:
		m.out = binary.BigEndian.AppendUint16(append(m.out, 126), uint16(size))
	default:
		m.out = binary.BigEndian.AppendUint64(append(m.out, 127), uint64(size))
	}
	start := len(m.out)
	m.out = slices.Grow(m.out, size)[:start+size]
	if _, err := io.ReadFull(m.in, m.out[start:]); err != nil {
		return err
	}
	ws.Cipher(m.out[start:], header.Mask, 0)
	return nil
}

// forward writes a member's frame to all others.
func (r *room) forward(from *member) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, m := range r.members {
		if m != from {
			m.write(from.out)
		}
	}
}

func (m *member) write(frame []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.raw.Write(frame) // whose connection is broken learns it by reading
}

func (m *member) leave() {
	_ = m.raw.Close() // it is over either way
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	m.room.members = slices.DeleteFunc(m.room.members, func(other *member) bool { return other == m })
}
