package forward

import (
	"sync"
	"sync/atomic"
	"time"

	"foyer/media"

	"github.com/pion/rtp"
)

// Copy is a source on its way to one subscriber. Safe for concurrent use.
type Copy struct {
	source *Source // static

	want, allow atomic.Int32
	current     atomic.Int32 // written under mu
	bound       atomic.Pointer[binding]
	counts      counts
	meter       meter

	mu       sync.Mutex // held while write runs: it must not call back
	binding  *binding   // that the packets go to; guarded by mu, as is all that follows
	pauses   uint32     // of the source, that it has seen the end of
	layer    media.Layer
	run      uint32 // of the layer's stream
	numbers  numbers
	times    times
	pictures pictures
	sent     []entry // by number
	header   rtp.Header
	scratch  []byte
}

// binding is where packets go. It is replaced, never changed.
type binding struct {
	ssrc        uint32
	payloadType uint8
	write       func(h *rtp.Header, payload []byte) error
}

type counts struct{ packets, bytes, pictures, repeated, failed, lost atomic.Uint64 }

// Sent is what went out.
type Sent struct {
	Packets, Bytes uint64 // with those that were repeated
	Pictures       uint64 // of video, by their last packets
	Repeated       uint64
	Lost           uint64 // that the subscriber has missed
	Failed         uint64 // that could not be written
	Bitrate        int    // kbit/s, over about the last second
}

// NewCopy makes one, which gets nothing before Bind.
func NewCopy(s *Source) *Copy {
	c := &Copy{source: s}
	c.want.Store(int32(media.High))
	c.allow.Store(int32(media.High))
	c.header.Extensions = make([]rtp.Extension, 0, 4)
	s.add(c)
	return c
}

// Bind has packets go to write from now on, video from a key frame. The header and the payload are for the time of the call; write may
// add extensions to the header, and must not call the copy.
func (c *Copy) Bind(ssrc uint32, payloadType uint8, write func(h *rtp.Header, payload []byte) error) {
	c.bound.Store(&binding{ssrc: ssrc, payloadType: payloadType, write: write})
	at := c.source.now()
	c.source.owe(bit(c.target(at)), at)
}

// Unbind has no more packets go out. It does not wait for one that goes just now.
func (c *Copy) Unbind() { c.bound.Store(nil) }

// Want says which layer the subscriber asks for; media.None: nothing.
func (c *Copy) Want(l media.Layer) {
	c.want.Store(int32(l))
	c.request()
}

// Allow says which layer the subscriber's bandwidth bears at most; media.None: nothing.
func (c *Copy) Allow(l media.Layer) {
	c.allow.Store(int32(l))
	c.request()
}

// Allowed is what Allow has said last.
func (c *Copy) Allowed() media.Layer { return media.Layer(c.allow.Load()) }

// Layer is which layer goes out, and which one the subscriber asks for.
func (c *Copy) Layer() (current, wanted media.Layer) {
	current, wanted = media.Layer(c.current.Load()), media.Layer(c.want.Load())
	ceiling := media.Layer(c.source.ceiling.Load())
	silent := c.bound.Load() == nil || c.source.paused.Load() || c.source.closed.Load()
	if silent || min(wanted, c.Allowed(), ceiling) == media.None || current > ceiling {
		current = media.None
	}
	return current, wanted
}

// Key says that the subscriber needs a key frame.
func (c *Copy) Key() {
	l, at := media.Layer(c.current.Load()), c.source.now()
	if l == media.None {
		l = c.target(at)
	}
	if c.bound.Load() != nil {
		c.source.owe(bit(l), at)
	}
}

// Sent is what went out so far.
func (c *Copy) Sent() Sent {
	return Sent{
		Packets: c.counts.packets.Load(), Bytes: c.counts.bytes.Load(), Pictures: c.counts.pictures.Load(), Repeated: c.counts.repeated.Load(),
		Lost: c.counts.lost.Load(), Failed: c.counts.failed.Load(), Bitrate: c.meter.kbit(c.source.now()),
	}
}

// Source is whose copy it is.
func (c *Copy) Source() *Source { return c.source }

// Close ends the copy. Closing again does nothing.
func (c *Copy) Close() {
	c.Unbind()
	c.source.remove(c)
}

// request asks for a key frame if another layer is to be passed on now.
func (c *Copy) request() {
	at := c.source.now()
	if l := c.target(at); c.bound.Load() != nil && l != media.Layer(c.current.Load()) {
		c.source.ask(bit(l), at)
	}
}

// target is the layer to pass on, also if the source is silent just now.
func (c *Copy) target(at time.Duration) media.Layer {
	v := c.source.view(at)
	for i := range c.source.streams {
		if v.live == 0 && c.source.streams[i].seen.Load() != 0 {
			v.live = bit(media.Layer(i + 1))
		}
	}
	return c.choose(&v)
}

func (c *Copy) choose(v *view) media.Layer {
	allow := media.Layer(c.allow.Load())
	return v.choose(min(media.Layer(c.want.Load()), allow), allow)
}

// forward takes a packet, and says of which layer it needs a key frame. It has no lock for one that does not matter here.
func (c *Copy) forward(p *packet, v *view) (need layers) {
	b := c.bound.Load()
	if b == nil {
		return 0
	}
	target, current := c.choose(v), media.Layer(c.current.Load())
	if p.layer == target || p.layer == current {
		c.mu.Lock()
		defer c.mu.Unlock()
		current = c.passLocked(p, v, b, target)
	}
	if current == target {
		return 0
	}
	return bit(target)
}

// passLocked passes a packet on if it is of the layer that goes out, or begins the one that is to. It says which one goes out now.
func (c *Copy) passLocked(p *packet, v *view, b *binding, target media.Layer) media.Layer {
	current := media.Layer(c.current.Load())
	if b != c.binding || v.pauses > c.pauses || current > v.ceiling || target == media.None || current == p.layer && c.run != p.run {
		c.binding, c.pauses, current = b, max(v.pauses, c.pauses), media.None
		c.current.Store(int32(current))
	}
	switch {
	case p.layer == current:
		c.carryLocked(p)
	case p.layer == target && p.starts:
		c.startLocked(p)
		return p.layer
	}
	return current
}
