package forward

import (
	"time"

	"foyer/media"
)

const (
	maxNack    = 256 // numbers at once
	maxRepeats = 5   // of a packet
	repeatEach = 20  // milliseconds: about a round trip
	frameBytes = 12  // the header without extensions
)

// entry is what went out under a number, so that it can go out in the same way again.
type entry struct {
	seq     uint64 // of the packet in its stream
	at      uint32 // milliseconds
	time    uint32
	number  uint16
	picture uint16
	level   uint8
	layer   int8
	repeats uint8
	wide    bool
	used    bool
}

// startLocked begins with a packet. Those that follow it may have come before it.
func (c *Copy) startLocked(p *packet) {
	same := c.layer == p.layer && c.run == p.run
	c.layer, c.run = p.layer, p.run
	c.current.Store(int32(p.layer))
	if c.sent == nil {
		c.sent = make([]entry, kept(c.source.options.Kind))
	}
	c.numbers.start(p.seq)
	c.times.start(p.time, p.at, c.source.options.Clock, same)
	c.pictures.start(&p.vp8)
	c.carryLocked(p)
	st := c.source.Stream(p.layer)
	for seq := p.seq + 1; seq <= st.newest; seq++ {
		early := packet{layer: p.layer, at: p.at, run: p.run}
		if c.fetchLocked(seq, &early) {
			c.carryLocked(&early)
		}
	}
}

// fetchLocked has a packet in the scratch that was passed before.
func (c *Copy) fetchLocked(seq uint64, p *packet) bool {
	if c.source.codec == codecVP8 {
		defer func() { p.vp8 = parseVP8(p.payload) }()
	}
	return c.source.Stream(p.layer).ring.get(seq, p, c.roomLocked())
}

// roomLocked is room for a packet, with a longer picture id than it had.
func (c *Copy) roomLocked() []byte {
	if c.scratch == nil {
		c.scratch = make([]byte, maxPacket+1)
	}
	return c.scratch
}

// carryLocked sends a packet of the layer that goes out. Mere padding is left out; but if it comes late, then a number waits for it.
func (c *Copy) carryLocked(p *packet) {
	if len(p.payload) == 0 && !c.numbers.late(p.seq) {
		c.numbers.skip(p.seq)
		return
	}
	number, ok := c.numbers.number(p.seq)
	if !ok {
		return
	}
	e := &c.sent[int(number)%len(c.sent)]
	*e = entry{seq: p.seq, number: number, layer: int8(p.layer), used: true, time: c.times.time(p.time, p.at)}
	if p.vp8.pictureAt != 0 || p.vp8.levelAt != 0 {
		e.picture, e.level = c.pictures.number(&p.vp8)
		e.wide = c.pictures.wide
	}
	c.sendLocked(p, e)
	if p.marker {
		c.counts.pictures.Add(1)
	}
}

// sendLocked sends a packet as its entry says.
func (c *Copy) sendLocked(p *packet, e *entry) {
	e.at = uint32(p.at / time.Millisecond)
	payload, d := p.payload, p.vp8
	if e.wide && !d.wide && d.pictureAt != 0 {
		payload = d.widen(c.roomLocked(), payload)
	}
	d.put(payload, e.picture, e.level)
	h := &c.header
	h.Padding = len(payload) == 0
	if h.Padding { // one byte of padding, which says so: what writes does not add it
		payload = append(c.roomLocked()[:0], 1)
	}
	h.Version, h.Extension, h.ExtensionProfile, h.Extensions = 2, false, 0, h.Extensions[:0]
	h.Marker, h.PayloadType, h.SSRC = p.marker, c.binding.payloadType, c.binding.ssrc
	h.SequenceNumber, h.Timestamp = e.number, e.time
	if err := c.binding.write(h, payload); err != nil {
		c.counts.failed.Add(1)
		return
	}
	c.counts.packets.Add(1)
	c.counts.bytes.Add(uint64(frameBytes + len(payload)))
	c.meter.add(p.at, frameBytes+len(payload))
}

// Nack sends packets again that are still kept, each a few times at most, and not more often than once in a round trip.
func (c *Copy) Nack(sequences []uint16) {
	at := c.source.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.bound.Load(); b == nil || b != c.binding || c.sent == nil || c.source.closed.Load() {
		return
	}
	for _, number := range sequences[:min(len(sequences), maxNack)] {
		c.repeatLocked(number, at)
	}
}

func (c *Copy) repeatLocked(number uint16, at time.Duration) {
	e := &c.sent[int(number)%len(c.sent)]
	if !e.used || e.number != number || e.repeats == maxRepeats || uint32(at/time.Millisecond)-e.at < repeatEach {
		return
	}
	if e.repeats == 0 {
		c.counts.lost.Add(1)
	}
	e.repeats++
	p := packet{layer: media.Layer(e.layer), at: at}
	if c.fetchLocked(e.seq, &p) {
		c.sendLocked(&p, e)
		c.counts.repeated.Add(1)
	}
}
