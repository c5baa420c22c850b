package forward

import (
	"encoding/binary"
	"errors"
	"time"

	"foyer/media"
)

// Errors of packets and tracks.
var (
	ErrPacket = errors.New("this is no RTP packet, or too long a one")
	ErrClosed = errors.New("the track has ended")
)

// maxPacket bounds a packet. What browsers send fits into 1,500 bytes.
const maxPacket = 1600

// packet is one on its way. Its payload lies in the slice that Write was given, or in the scratch of a copy.
type packet struct {
	layer   media.Layer
	at      time.Duration // since the source began
	seq     uint64        // unwrapped
	run     uint32        // which run of numbers of its stream it belongs to
	time    uint32
	marker  bool
	starts  bool // a decoder may begin here
	vp8     vp8
	payload []byte // empty: it was only padding
}

// parse reads an RTP packet (RFC 3550, 5.1). Only the fields that matter here are kept, and padding and extensions are left out.
func (p *packet) parse(b []byte) (seq uint16, ssrc uint32, err error) {
	if len(b) < 12 || len(b) > maxPacket || b[0]>>6 != 2 {
		return 0, 0, ErrPacket
	}
	from, to := 12+4*int(b[0]&0x0f), len(b)
	if b[0]&0x10 != 0 {
		if from+4 > to {
			return 0, 0, ErrPacket
		}
		from += 4 + 4*int(binary.BigEndian.Uint16(b[from+2:]))
	}
	if b[0]&0x20 != 0 {
		if b[to-1] == 0 {
			return 0, 0, ErrPacket
		}
		to -= int(b[to-1])
	}
	if from > to {
		return 0, 0, ErrPacket
	}
	p.marker = b[1]&0x80 != 0
	p.time = binary.BigEndian.Uint32(b[4:])
	p.payload = b[from:to]
	return binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint32(b[8:]), nil
}

// look reads what the codec says in the payload: where pictures begin, and how they are numbered.
func (p *packet) look(c codec, h *h264) {
	p.starts, p.vp8 = len(p.payload) > 0, vp8{}
	switch c {
	case codecVP8:
		p.vp8 = parseVP8(p.payload)
		p.starts = p.vp8.key
	case codecH264:
		p.starts = h.starts(p.payload)
	case codecPlain:
	}
}

// codec is what forward has to know of one. In one that is plain every packet may be the first.
type codec uint8

const (
	codecPlain codec = iota
	codecVP8
	codecH264
)
