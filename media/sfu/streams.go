package sfu

import (
	"io"
	"sync"
	"sync/atomic"

	"github.com/pion/transport/v4/packetio"
)

// What comes in on one connection is kept until it is read. A client sends as many streams as it likes, under any number, and pion keeps
// each, with its packets, as long as the connection is there; so somebody who means harm would have all memory.
const (
	mostStreams  = 1024      // 32 tracks in three sizes, sent again on the side, with reports of each, take 384
	streamUnread = 256 << 10 // bytes of one
	reportUnread = 16 << 10  // bytes of reports on one
	allUnread    = 8 << 20   // bytes
)

// streams are those that come in on one connection. Safe for concurrent use.
type streams struct {
	count, bytes atomic.Int64
	cut          func() // ends the connection: there are too many. It must not block
	once         sync.Once
}

// buffer is where a stream's packets wait.
func (s *streams) buffer(kind packetio.BufferPacketType, _ uint32) io.ReadWriteCloser {
	if s.count.Add(1) > mostStreams {
		s.once.Do(s.cut)
	}
	b := &buffer{Buffer: packetio.NewBuffer(), all: s}
	b.SetLimitSize(streamUnread)
	if kind == packetio.RTCPBufferPacket {
		b.SetLimitSize(reportUnread)
	}
	return b
}

// buffer is one stream's part of what is not read yet.
type buffer struct {
	*packetio.Buffer

	all *streams // static

	mu     sync.Mutex
	bytes  int64 // guarded by mu, as is the next one
	closed bool
}

// Write implements io.Writer. A packet for which there is no room is dropped.
func (b *buffer) Write(packet []byte) (int, error) {
	if b.all.bytes.Load() > allUnread {
		return 0, packetio.ErrFull
	}
	n, err := b.Buffer.Write(packet)
	b.counts(int64(n))
	return n, err
}

// Read implements io.Reader.
func (b *buffer) Read(packet []byte) (int, error) {
	n, err := b.Buffer.Read(packet)
	b.counts(-int64(n))
	return n, err
}

// counts notes that there is more, or less. What a stream has that is closed counts no more.
func (b *buffer) counts(bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.bytes += bytes
		b.all.bytes.Add(bytes)
	}
}

// Close implements io.Closer.
func (b *buffer) Close() error {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		b.all.bytes.Add(-b.bytes)
		b.all.count.Add(-1)
	}
	b.mu.Unlock()
	return b.Buffer.Close()
}
