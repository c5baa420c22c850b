package sfu

import (
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// All packets that came are told of, ten times a second, and those that did not are not.
func TestInlet(t *testing.T) {
	t.Parallel()
	begin := time.Unix(0, 0)
	came, told := 0, 0
	i := &inlet{begin: begin, told: begin, recorder: twcc.NewRecorder(1)}
	i.writer = interceptor.RTCPWriterFunc(func(packets []rtcp.Packet, _ interceptor.Attributes) (int, error) {
		told++
		for _, p := range packets {
			feedback, ok := p.(*rtcp.TransportLayerCC)
			if !ok {
				t.Fatalf("%T is told", p)
			}
			came += len(feedback.RecvDeltas)
		}
		return 0, nil
	})
	for n := range 201 { // the last one is at two seconds
		if n%7 != 3 {
			i.note(5, uint16(65500+n), begin.Add(time.Duration(n)*10*time.Millisecond)) //nolint:gosec // numbers wrap around
		}
	}
	if want := 201 - 29; came != want || told < 18 || told > 20 {
		t.Errorf("%d packets of %d are told of, in %d times", came, want, told)
	}
}
