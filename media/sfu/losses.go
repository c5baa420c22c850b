package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

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

// take reads reports, and settles what may be sent. Bears is the estimate without that.
func (l *losses) take(now time.Time, reports []rtcp.ReceptionReport, bears int) {
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
		l.most = max(int(float64(min(l.most, bears))*(1-share/2)), leastEstimate)
	}
	l.since, l.lost, l.all = now, 0, 0
}
