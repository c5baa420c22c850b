package sfu

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

// arrivalsEvery is how often a publisher is told when its packets arrived, by which it learns what its way up bears.
const arrivalsEvery = 100 * time.Millisecond

// inlet is the interceptor of a way up that tells the publisher when its packets arrived (TWCC). It does so with a packet that comes, when
// it is time to: pion's own hands each packet to another goroutine, which costs a small call a tenth of its processor.
type inlet struct {
	interceptor.NoOp

	begin  time.Time
	writer interceptor.RTCPWriter // set before the first stream

	mu       sync.Mutex
	recorder *twcc.Recorder // guarded by mu, as is the next one
	told     time.Time
}

// inlets makes them.
type inlets struct{}

// NewInterceptor implements interceptor.Factory.
func (inlets) NewInterceptor(string) (interceptor.Interceptor, error) {
	now := time.Now()
	return &inlet{begin: now, told: now, recorder: twcc.NewRecorder(rand.Uint32())}, nil
}

// BindRTCPWriter implements interceptor.Interceptor.
func (i *inlet) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	i.writer = w
	return w
}

// BindRemoteStream implements interceptor.Interceptor.
func (i *inlet) BindRemoteStream(info *interceptor.StreamInfo, next interceptor.RTPReader) interceptor.RTPReader {
	id := extensionOf(info, sdp.TransportCCURI)
	if id == 0 {
		return next
	}
	return interceptor.RTPReaderFunc(func(b []byte, attributes interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, attributes, err := next.Read(b, attributes)
		if err != nil {
			return n, attributes, err
		}
		if attributes == nil {
			attributes = interceptor.Attributes{}
		}
		if header, err := attributes.GetRTPHeader(b[:n]); err == nil { // else it is no packet: an error would end the reading
			var number rtp.TransportCCExtension
			if raw := header.GetExtension(id); raw != nil && number.Unmarshal(raw) == nil {
				i.note(info.SSRC, number.TransportSequence, time.Now())
			}
		}
		return n, attributes, nil
	})
}

// note takes a packet, and tells the publisher when it is time to.
func (i *inlet) note(ssrc uint32, number uint16, now time.Time) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.recorder.Record(ssrc, number, now.Sub(i.begin).Microseconds())
	if now.Sub(i.told) < arrivalsEvery {
		return
	}
	i.told = now
	if packets := i.recorder.BuildFeedbackPacket(); len(packets) > 0 {
		_, _ = i.writer.Write(packets, nil) // what is lost says the next one
	}
}

// extensionOf is the number that an extension has in a stream's packets; 0: none.
func extensionOf(info *interceptor.StreamInfo, uri string) uint8 {
	for _, extension := range info.RTPHeaderExtensions {
		if extension.URI == uri {
			return uint8(extension.ID) //nolint:gosec // at most 255
		}
	}
	return 0
}
