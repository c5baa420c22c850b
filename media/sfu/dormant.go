package sfu

import (
	"sync"

	"github.com/pion/interceptor"
)

// dormant is an interceptor that has nothing to do until the first stream comes in: most of those who could publish only listen, and its
// clock would wake up for each of them. What it wraps must leave alone what others write to clients.
type dormant struct {
	interceptor.Interceptor

	once   sync.Once
	writer interceptor.RTCPWriter // set before the first stream
}

// BindRTCPWriter implements interceptor.Interceptor.
func (d *dormant) BindRTCPWriter(w interceptor.RTCPWriter) interceptor.RTCPWriter {
	d.writer = w
	return w
}

// BindRemoteStream implements interceptor.Interceptor.
func (d *dormant) BindRemoteStream(info *interceptor.StreamInfo, next interceptor.RTPReader) interceptor.RTPReader {
	d.once.Do(func() { d.Interceptor.BindRTCPWriter(d.writer) })
	return d.Interceptor.BindRemoteStream(info, next)
}

// dormants makes them of what another factory makes.
type dormants struct{ of interceptor.Factory }

// NewInterceptor implements interceptor.Factory.
func (d dormants) NewInterceptor(id string) (interceptor.Interceptor, error) {
	i, err := d.of.NewInterceptor(id)
	return &dormant{Interceptor: i}, err
}
