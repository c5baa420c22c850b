package sfu

import (
	"strings"
	"sync/atomic"
	"time"

	"foyer/media"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// delivery is a share that is sent over a connection. It is a webrtc.TrackLocal: ids are those that the publisher gave (client protocol 6.1).
type delivery struct {
	share

	sender *webrtc.RTPSender // static
	told   media.TrackLayer  // owned by the pulse: what the client knows

	lost      atomic.Uint32 // packets, as the client counts them
	fraction  atomic.Uint32 // lost of late, in 256ths
	roundTrip atomic.Int64  // nanoseconds, as the next one
	jitter    atomic.Int64
}

var _ webrtc.TrackLocal = (*delivery)(nil)

// ID implements webrtc.TrackLocal.
func (s *delivery) ID() string { return s.id }

// RID implements webrtc.TrackLocal.
func (s *delivery) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (s *delivery) StreamID() string { return s.stream }

// Kind implements webrtc.TrackLocal.
func (s *delivery) Kind() webrtc.RTPCodecType { return webrtc.NewRTPCodecType(string(s.kind)) }

// Bind implements webrtc.TrackLocal: the client is about to get the track, if it knows the codec.
func (s *delivery) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, s.codec.MimeType) {
			stream := c.WriteStream()
			s.copy.Bind(uint32(c.SSRC()), uint8(codec.PayloadType), func(h *rtp.Header, payload []byte) error {
				_, err := stream.WriteRTP(h, payload)
				return err
			})
			return codec, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (s *delivery) Unbind(webrtc.TrackLocalContext) error {
	s.copy.Unbind()
	return nil
}

// listen hears what the client says of what it gets, until the track is taken from the connection.
func (s *delivery) listen() {
	buffer := make([]byte, packetSize)
	for {
		n, a, err := s.sender.Read(buffer)
		if err != nil {
			return
		}
		packets, err := a.GetRTCPPackets(buffer[:n]) // which the outlet has read already
		if err != nil {
			continue
		}
		for _, packet := range packets {
			s.hear(packet)
		}
	}
}

func (s *delivery) hear(packet rtcp.Packet) {
	switch p := packet.(type) {
	case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
		s.copy.Key()
	case *rtcp.TransportLayerNack:
		var missing []uint16
		for _, pair := range p.Nacks {
			missing = append(missing, pair.PacketList()...)
		}
		s.copy.Nack(missing)
	case *rtcp.ReceiverReport:
		for _, r := range p.Reports {
			s.report(r)
		}
	}
}

func (s *delivery) report(r rtcp.ReceptionReport) {
	s.lost.Store(r.TotalLost)
	s.fraction.Store(uint32(r.FractionLost))
	s.jitter.Store(int64(time.Duration(r.Jitter) * time.Second / time.Duration(s.codec.ClockRate)))
	if r.LastSenderReport != 0 {
		if trip := sinceReport(time.Now(), r.LastSenderReport, r.Delay); trip > 0 && trip < time.Minute {
			s.roundTrip.Store(int64(trip))
		}
	}
}

// sinceReport is the time from a report to the client and back, without what the client took (RFC 3550, 6.4.1: units of 1/65536 s).
func sinceReport(now time.Time, sent, delay uint32) time.Duration {
	const since1900 = 2_208_988_800
	seconds := uint64(now.Unix()) + since1900                        //nolint:gosec // after 1970
	fraction := uint64(now.Nanosecond()) << 16 / uint64(time.Second) //nolint:gosec // below a second
	trip := uint32(seconds<<16|fraction) - sent - delay              //nolint:gosec // the middle of the time stamp is meant
	return time.Duration(trip) * time.Second >> 16
}

// news reports whether the client has to be told which layer it gets: when that is less than it has asked for, and when it is not any more.
// The SDK takes what it is told for what it asks for itself. What it was going to ask for just then is dropped, and on the way from one layer
// to another it would not ask again: so nothing is told of a track that it has not asked for yet, nor of what it gets meanwhile.
func (s *delivery) news() bool {
	is := s.layer()
	less, was := is.Subscriber || is.Publisher, s.told.Subscriber || s.told.Publisher
	if is == s.told || !less && (!was || is.Current != is.Expected) {
		return false
	}
	s.told = is
	return true
}

// layer is which layer the client gets, and why not another one.
func (s *delivery) layer() media.TrackLayer {
	current, wanted := s.copy.Layer()
	l := media.TrackLayer{Track: s.id, Current: current, Expected: wanted}
	if current < wanted {
		l.Subscriber = s.copy.Allowed() < wanted
		l.Publisher = s.source.Rates()[wanted] == 0
	}
	return l
}
