package sfu

import (
	"encoding/binary"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

// outlet is the interceptor of a way down: it numbers what goes out, so that the client reports how each packet arrives, and listens
// to that. It is its own factory.
type outlet struct {
	interceptor.NoOp

	estimate *estimate
}

// NewInterceptor implements interceptor.Factory.
func (o *outlet) NewInterceptor(string) (interceptor.Interceptor, error) { return o, nil }

// BindLocalStream implements interceptor.Interceptor. A stream is written by one goroutine at a time.
func (o *outlet) BindLocalStream(info *interceptor.StreamInfo, next interceptor.RTPWriter) interceptor.RTPWriter {
	id := extensionOf(info, sdp.TransportCCURI)
	if id == 0 {
		return next
	}
	number := make([]byte, 2)
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		if !o.estimate.asked.Load() {
			return next.Write(h, payload, a)
		}
		binary.BigEndian.PutUint16(number, o.estimate.send(time.Now(), len(payload)))
		if err := h.SetExtension(id, number); err != nil {
			return 0, err
		}
		return next.Write(h, payload, a)
	})
}

// BindRTCPReader implements interceptor.Interceptor.
func (o *outlet) BindRTCPReader(next interceptor.RTCPReader) interceptor.RTCPReader {
	return interceptor.RTCPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := next.Read(b, a)
		if err != nil {
			return n, a, err
		}
		if a == nil {
			a = interceptor.Attributes{}
		}
		if packets, err := a.GetRTCPPackets(b[:n]); err == nil { // else it is dropped: an error would end the reading
			o.estimate.hear(time.Now(), packets)
		}
		return n, a, nil
	})
}
