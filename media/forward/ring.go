package forward

import (
	"slices"
	"sync"
	"time"

	"foyer/media"
)

// What is kept of a stream, to be sent again (RFC 4585, 6.2.1).
const (
	keptVideo  = 512
	keptAudio  = 64
	blockVideo = 16 << 10 // 40 blocks are 640 KiB
	blockAudio = 4 << 10
	maxBlocks  = 40
	keptFor    = 2 * time.Second // nobody asks for older ones any more: their memory may be used anew
)

// ring keeps a stream's latest packets. They lie one behind the other in blocks, which are used in turn: a stream of small packets has few.
// Safe for concurrent use.
type ring struct {
	mu     sync.Mutex
	slots  []slot // by number; guarded by mu, as is all that follows
	blocks []*block
	block  int    // the one that is written to
	newest uint64 // number of a packet
}

type slot struct {
	seq    uint64 // 0: none
	block  *block
	use    uint32 // of the block, when the packet was put there
	time   uint32
	from   uint16
	size   uint16
	marker bool
}

type block struct {
	bytes  []byte
	use    uint32
	full   int
	newest uint64 // number of a packet
	at     time.Duration
}

// put keeps a packet. It is false for one that has been there already.
func (r *ring) put(p *packet, kind media.Kind) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.slots == nil {
		r.slots = make([]slot, kept(kind))
	}
	s := &r.slots[p.seq%uint64(len(r.slots))]
	if s.seq >= p.seq {
		return false
	}
	r.newest = max(r.newest, p.seq)
	*s = slot{seq: p.seq, time: p.time, marker: p.marker, size: uint16(len(p.payload))}
	b := r.roomLocked(p, kind)
	s.block, s.use, s.from = b, b.use, uint16(b.full)
	b.full += copy(b.bytes[b.full:], p.payload)
	b.newest, b.at = max(b.newest, p.seq), p.at
	return true
}

// roomLocked is a block with room for the packet: the one in use, the one after it if nobody needs what it has, or a new one.
func (r *ring) roomLocked(p *packet, kind media.Kind) *block {
	if len(r.blocks) > 0 {
		if b := r.blocks[r.block]; b.full+len(p.payload) <= len(b.bytes) {
			return b
		}
		next := (r.block + 1) % len(r.blocks)
		b := r.blocks[next]
		if len(r.blocks) == maxBlocks || r.newest-b.newest >= uint64(len(r.slots)) || p.at-b.at > keptFor {
			r.block, b.full, b.newest = next, 0, 0
			b.use++
			return b
		}
		r.block++
	}
	size := blockVideo
	if kind == media.Audio {
		size = blockAudio
	}
	b := &block{bytes: make([]byte, size)}
	r.blocks = slices.Insert(r.blocks, r.block, b)
	return b
}

// get copies a packet that is still kept to the room that it is given. It sets what the ring knows: not its layer, nor what the codec says.
func (r *ring) get(seq uint64, p *packet, to []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.slots == nil {
		return false
	}
	s := &r.slots[seq%uint64(len(r.slots))]
	if s.seq != seq || s.use != s.block.use {
		return false
	}
	p.seq, p.time, p.marker = seq, s.time, s.marker
	p.payload = to[:copy(to, s.block.bytes[s.from:s.from+s.size])]
	return true
}

func kept(kind media.Kind) int {
	if kind == media.Audio {
		return keptAudio
	}
	return keptVideo
}
