package sfu

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/rtcp"
)

// What an estimate of a way down begins with, and its bounds, in bit/s.
const (
	firstEstimate = 1_200_000
	leastEstimate = 60_000
	mostEstimate  = 30_000_000
)

// estimate is what a way down is thought to bear. How long packets take is judged by pion. What is lost is judged here, by the client's
// own counts: pion takes for lost whatever has not come when the client reports, and what was sent again for nothing, so that a little
// jitter is enough for it to see no bandwidth at all.
type estimate struct {
	*gcc.SendSideBWE

	mu     sync.Mutex
	losses losses // guarded by mu
}

func newEstimate() (*estimate, error) {
	bwe, err := gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(firstEstimate), gcc.SendSideBWEMinBitrate(leastEstimate),
		gcc.SendSideBWEMaxBitrate(mostEstimate), gcc.SendSideBWEPacer(gcc.NewNoOpPacer()))
	if err != nil {
		return nil, err
	}
	return &estimate{SendSideBWE: bwe, losses: losses{most: mostEstimate}}, nil
}

// WriteRTCP takes what the client reports. What makes no sense is dropped: an error would end the reading of all that it says of a track.
func (e *estimate) WriteRTCP(packets []rtcp.Packet, a interceptor.Attributes) error {
	_ = e.SendSideBWE.WriteRTCP(packets, a)
	for _, packet := range packets {
		if r, ok := packet.(*rtcp.ReceiverReport); ok {
			e.mu.Lock()
			e.losses.take(time.Now(), r.Reports, e.delay())
			e.mu.Unlock()
		}
	}
	return nil
}

// GetTargetBitrate is the estimate, in bit/s.
func (e *estimate) GetTargetBitrate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return min(e.delay(), e.losses.most)
}

// delay is what pion thinks because of how long packets take.
func (e *estimate) delay() int {
	if bitrate, ok := e.GetStats()["delayTargetBitrate"].(int); ok && bitrate > 0 {
		return bitrate
	}
	return firstEstimate
}

// Losses are judged as in GCC (draft-ietf-rmcat-gcc-02, 6), once a second. Streams of which there were more reports are forgotten.
const (
	judgeEach  = time.Second
	judgeLeast = 20 // packets
	mostJudged = 1024
)

// losses is how much may be sent because of what is lost for good: that was sent again, and has not come.
type losses struct {
	most      int               // bit/s
	seen      map[uint32]uint32 // the last number of each stream
	lost, all float64           // packets, since
	since     time.Time
}

// take reads reports, and settles what may be sent. Delay is what may be sent because of how long packets take.
func (l *losses) take(now time.Time, reports []rtcp.ReceptionReport, delay int) {
	if l.seen == nil || len(l.seen) > mostJudged {
		l.seen = map[uint32]uint32{}
	}
	for _, r := range reports {
		before, known := l.seen[r.SSRC]
		l.seen[r.SSRC] = r.LastSequenceNumber
		if sent := r.LastSequenceNumber - before; known && sent < 1<<16 {
			l.all += float64(sent)
			l.lost += float64(sent) * float64(r.FractionLost) / 256
		}
	}
	if now.Sub(l.since) < judgeEach || l.all < judgeLeast {
		return
	}
	switch share := l.lost / l.all; {
	case share < 0.02:
		l.most = min(l.most*27/25, mostEstimate)
	case share > 0.1:
		l.most = max(int(float64(min(l.most, delay))*(1-share/2)), leastEstimate)
	}
	l.since, l.lost, l.all = now, 0, 0
}
