package hub

import (
	"time"

	"foyer/media"
	"foyer/models"
)

// measureLocked has written down for analytics how the peer's media did (server contract 7.7), if anything was measured. When Foyer is
// killed, or begins anew, it is lost: engines keep it until the media end.
func (p *Peer) measureLocked(at time.Time) {
	list := p.media.Series()
	if len(list) == 0 {
		return
	}
	m := models.Measured{At: at, Series: make([]models.Series, len(list))}
	for i := range list {
		m.Series[i] = newSeries(&list[i])
	}
	p.room.hub.write(models.Entry{Session: p.room.session, About: clone(&p.row), Measured: &m})
}

func newSeries(from *media.Series) models.Series {
	n := len(from.Samples)
	s := models.Series{
		Sent: from.Side == media.Publish, Track: from.Track, Kind: string(from.Kind), Source: from.Source, RID: from.RID,
		Times: make([]int64, n), Bitrates: make([]int, n), Packets: make([]uint64, n), Lost: make([]uint64, n), Pictures: make([]uint64, n),
		RoundTrips: make([]int64, n), Jitters: make([]int64, n),
	}
	for i, sample := range from.Samples {
		s.Times[i], s.Bitrates[i] = sample.At.UnixMilli(), 1000*sample.Bitrate
		s.Packets[i], s.Lost[i], s.Pictures[i] = sample.Packets, sample.Lost, sample.Pictures
		s.RoundTrips[i], s.Jitters[i] = known(sample.RoundTrip), known(sample.Jitter)
	}
	return s
}

// known is in milliseconds, rounded up: 0 says that it is not.
func known(d time.Duration) int64 { return (d + time.Millisecond - 1).Milliseconds() }
