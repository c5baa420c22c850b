package forward

import (
	"sync/atomic"
	"time"

	"foyer/media"
)

const (
	maxGap  = 3000 // packets that may be lost in a row (RFC 3550, A.1)
	maxLate = 512  // packets by which one may come late
)

// Stream is where one layer of a track comes in. Its packets are written by one goroutine.
type Stream struct {
	source *Source // static, as is the next one
	layer  media.Layer

	seen    atomic.Int64 // when the last packet came; 0: none has
	packets atomic.Uint64
	bytes   atomic.Uint64
	ends    atomic.Uint64 // packets that end a picture
	lost    atomic.Int64  // packets that have not come yet: some may still
	meter   meter
	area    atomic.Int64 // of its pictures, in pixels; 0: not known
	ring    ring

	packet packet // owned by the writer, as is all that follows
	begun  bool
	ssrc   uint32
	newest uint64
	run    uint32
	stray  uint16 // number of a packet that fits nowhere
	astray bool
	h264   h264
}

// Write takes one whole RTP packet, and passes it on. While it runs it may change the slice, which is then as it was before; it keeps
// nothing of it. Errors: ErrPacket, ErrClosed; nothing is passed on then.
func (t *Stream) Write(b []byte) error {
	s, p := t.source, &t.packet
	if s.closed.Load() {
		return ErrClosed
	}
	seq, ssrc, err := p.parse(b)
	if err != nil {
		return err
	}
	at := s.now()
	t.seen.Store(int64(at))
	t.packets.Add(1)
	t.bytes.Add(uint64(len(b)))
	t.meter.add(at, len(b))
	if p.marker {
		t.ends.Add(1)
	}
	p.at, p.layer = at, t.layer
	if copies := *s.copies.Load(); t.number(p, seq, ssrc) && !s.paused.Load() && len(copies) > 0 {
		t.pass(p, copies)
	}
	p.payload = nil
	return nil
}

// Received is how many packets came in, how many have not, and how many pictures there were, of video.
func (t *Stream) Received() (packets, lost, pictures uint64) {
	return t.packets.Load(), uint64(max(0, t.lost.Load())), t.ends.Load()
}

func (t *Stream) pass(p *packet, copies []*Copy) {
	s := t.source
	if !t.ring.put(p, s.options.Kind) {
		return
	}
	p.look(s.codec, &t.h264)
	if p.vp8.width > 0 {
		t.area.Store(int64(p.vp8.width) * int64(p.vp8.height))
	}
	if p.starts && s.owed.Load()&uint32(bit(t.layer)) != 0 {
		s.owed.And(^uint32(bit(t.layer)))
	}
	var kept [8]byte // copies write their own numbers into the descriptor
	n := copy(kept[:], p.payload)
	v, need := s.view(p.at), layers(0)
	for _, c := range copies {
		need |= c.forward(p, &v)
	}
	copy(p.payload, kept[:n])
	s.ask(need, p.at)
}

// number gives a packet its unwrapped number. It is false for one that fits nowhere; two of them in a row begin anew (RFC 3550, A.1).
func (t *Stream) number(p *packet, seq uint16, ssrc uint32) bool {
	step := int16(seq - uint16(t.newest))
	switch {
	case !t.begun:
		t.begun, t.ssrc = true, ssrc
		t.restart(seq)
	case ssrc != t.ssrc:
		t.ssrc = ssrc
		t.restart(seq)
	case step > 0 && step <= maxGap:
		t.newest += uint64(step)
		t.lost.Add(int64(step) - 1)
	case step <= 0 && step > -maxLate:
		p.seq, p.run = t.newest-uint64(-int64(step)), t.run
		if t.lost.Load() > 0 { // else it came twice
			t.lost.Add(-1)
		}
		return true
	case t.astray && seq == t.stray+1:
		t.restart(seq)
	default:
		t.astray, t.stray = true, seq
		return false
	}
	t.astray = false
	p.seq, p.run = t.newest, t.run
	return true
}

// restart begins a run of numbers, far enough above the last one that they are never taken for each other.
func (t *Stream) restart(seq uint16) {
	t.newest = (t.newest>>16+2)<<16 | uint64(seq)
	t.run++
}

func (t *Stream) flows(at time.Duration) bool {
	seen := t.seen.Load()
	return seen != 0 && at-time.Duration(seen) < silentFor
}
