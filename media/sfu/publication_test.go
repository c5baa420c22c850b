package sfu_test

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"foyer/media"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// load is what a publication sends.
type load struct {
	kind   media.Kind
	source string
	rate   time.Duration // between pictures, or packets of sound
	sizes  []int         // bytes of a picture, for each layer, the largest first
}

func pictures() load { return load{media.Video, "regular", 50 * time.Millisecond, []int{1500}} }
func sound() load    { return load{media.Audio, "regular", 20 * time.Millisecond, []int{80}} }

// simulcast is about 700, 240 and 80 kbit/s.
func simulcast() load {
	return load{media.Video, "regular", 50 * time.Millisecond, []int{4400, 1500, 500}}
}

// publication is something that a client sends: pictures of a few packets, of which those are key frames that somebody asks for, or sound.
type publication struct {
	id     string
	load   load
	sender *webrtc.RTPSender
	layers []*layer
	stop   context.CancelFunc
	ended  chan struct{}
	asked  atomic.Int64 // key frames
	came   atomic.Int64 // packets that the engine says have come
}

// layer is one of its sizes.
type layer struct {
	local *webrtc.TrackLocalStaticRTP
	pack  rtp.Packetizer
	key   atomic.Bool  // the next picture is to be a key frame
	sent  atomic.Int64 // packets: each says its number
}

// markBytes are what packets end with: their number, and which layer they are of.
const markBytes = 9

// publishes has the client send something, and say so.
func (c *client) publishes(id string, l load) *publication {
	c.t.Helper()
	p := c.sends(id, l)
	c.lists(id, l.kind, l.source)
	must(c.t, c.says())
	return p
}

// sends has the client send something of which it has not said anything yet.
func (c *client) sends(id string, l load) *publication {
	c.t.Helper()
	p := &publication{id: id, load: l, ended: make(chan struct{})}
	c.attach(p)
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	c.mu.Lock()
	c.publications = append(c.publications, p)
	c.mu.Unlock()
	c.done.Go(func() { p.run(ctx, c.extensions(p.sender)) })
	return p
}

// attach gives a publication to the connection.
func (c *client) attach(p *publication) {
	c.t.Helper()
	capability := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	var payloader rtp.Payloader = &codecs.VP8Payloader{EnablePictureID: true}
	if p.load.kind == media.Audio {
		capability = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
		payloader = &codecs.OpusPayloader{}
	}
	rids := []string{"f", "h", "q"}
	for i := range p.load.sizes {
		var options []func(*webrtc.TrackLocalStaticRTP)
		if len(p.load.sizes) > 1 {
			options = append(options, webrtc.WithRTPStreamID(rids[i]))
			payloader = &codecs.VP8Payloader{EnablePictureID: true}
		}
		local, err := webrtc.NewTrackLocalStaticRTP(capability, p.id, "stream-"+c.id, options...)
		must(c.t, err)
		l := &layer{local: local, pack: rtp.NewPacketizer(1100, 0, 0, payloader, rtp.NewRandomSequencer(), capability.ClockRate)}
		l.key.Store(true)
		p.layers = append(p.layers, l)
		if i == 0 {
			p.sender, err = c.pub.AddTrack(local)
		} else {
			err = p.sender.AddEncoding(local)
		}
		must(c.t, err)
	}
	for _, l := range p.layers {
		c.done.Go(func() { p.listen(l) })
	}
}

// listen hears who asks for key frames. By reading it has pion send packets again, too.
func (p *publication) listen(l *layer) {
	buffer := make([]byte, 1600)
	for {
		var n int
		var err error
		if l.local.RID() == "" {
			n, _, err = p.sender.Read(buffer)
		} else {
			n, _, err = p.sender.ReadSimulcast(buffer, l.local.RID())
		}
		if err != nil {
			return
		}
		packets, err := rtcp.Unmarshal(buffer[:n])
		if err != nil {
			continue
		}
		for _, packet := range packets {
			switch packet := packet.(type) {
			case *rtcp.PictureLossIndication:
				l.key.Store(true)
				p.asked.Add(1)
			case *rtcp.TransportLayerCC:
				p.came.Add(int64(len(packet.RecvDeltas)))
			}
		}
	}
}

// extensions says by which layer a packet is, and of which section, as browsers do.
func (c *client) extensions(sender *webrtc.RTPSender) func(h *rtp.Header, rid string) {
	var section string
	var numbers sync.Once
	ids := map[string]uint8{}
	return func(h *rtp.Header, rid string) {
		if section == "" {
			for _, t := range c.pub.GetTransceivers() {
				if t.Sender() == sender {
					section = t.Mid()
				}
			}
		}
		if section == "" {
			return
		}
		numbers.Do(func() {
			for _, extension := range sender.GetParameters().HeaderExtensions {
				ids[extension.URI] = uint8(extension.ID)
			}
		})
		_ = h.SetExtension(ids[sdp.SDESMidURI], []byte(section))
		_ = h.SetExtension(ids[sdp.SDESRTPStreamIDURI], []byte(rid))
	}
}

// run sends until it is stopped.
func (p *publication) run(ctx context.Context, name func(h *rtp.Header, rid string)) {
	defer close(p.ended)
	tick := time.NewTicker(p.load.rate)
	defer tick.Stop()
	for {
		for i, l := range p.layers {
			for _, packet := range p.picture(l, p.load.sizes[i]) {
				mark(packet.Payload, media.High-media.Layer(i), l.sent.Add(1))
				if len(p.layers) > 1 {
					name(&packet.Header, l.local.RID())
				}
				_ = l.local.WriteRTP(packet)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// picture is the next one of a layer, or the next packet of sound.
func (p *publication) picture(l *layer, size int) []*rtp.Packet {
	frame, clock := make([]byte, size), 48000.
	if p.load.kind == media.Video {
		clock = 90000
		frame[0] = 1 // no key frame
		if l.key.Swap(false) {
			copy(frame, []byte{0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01})
		}
	}
	return l.pack.Packetize(frame, uint32(p.load.rate.Seconds()*clock))
}

func mark(payload []byte, l media.Layer, number int64) {
	end := payload[len(payload)-markBytes:]
	binary.BigEndian.PutUint64(end, uint64(number))
	end[markBytes-1] = byte(l)
}

// marked reads what mark has written.
func marked(payload []byte) (l media.Layer, number int64) {
	if len(payload) < markBytes {
		return media.None, 0
	}
	end := payload[len(payload)-markBytes:]
	return media.Layer(min(end[markBytes-1], byte(media.High))), int64(binary.BigEndian.Uint64(end))
}

// end stops sending.
func (p *publication) end() {
	p.stop()
	<-p.ended
}

// unpublishes takes it back.
func (c *client) unpublishes(p *publication) {
	c.t.Helper()
	p.end()
	must(c.t, c.pub.RemoveTrack(p.sender))
	c.mu.Lock()
	delete(c.tracks, p.id)
	c.mu.Unlock()
	must(c.t, c.says())
}
