package sfu

import (
	"sync"
	"time"

	"foyer/media"
)

// Bounds of what is kept of a peer's measurements. When there are too many samples, every second one goes: the rest still tells the whole stay.
const (
	sampleEach  = 40 // beats
	mostSeries  = 128
	mostSamples = 360
)

// rids are the names of layers of a track that is published in several.
var rids = [media.High + 1]string{media.Low: "q", media.Medium: "h", media.High: "f"}

// record is how a peer's tracks did.
type record struct {
	mu   sync.Mutex
	list []*media.Series // guarded by mu
}

func (r *record) add(like media.Series, s media.Sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, series := range r.list {
		if series.Side == like.Side && series.Track == like.Track && series.RID == like.RID {
			appendSample(series, s)
			return
		}
	}
	if len(r.list) < mostSeries {
		like.Samples = append(like.Samples, s)
		r.list = append(r.list, &like)
	}
}

func appendSample(series *media.Series, s media.Sample) {
	if series.Samples = append(series.Samples, s); len(series.Samples) < mostSamples {
		return
	}
	kept := series.Samples[:0]
	for i := 0; i < len(series.Samples); i += 2 {
		kept = append(kept, series.Samples[i])
	}
	series.Samples = kept
}

// Series implements media.Peer. It measures once more: a short stay has been measured never.
func (p *peer) Series() []media.Series {
	now := p.down.now()
	p.sample(time.Now(), &now)
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	list := make([]media.Series, len(p.record.list))
	for i, series := range p.record.list {
		list[i] = *series
		list[i].Samples = append([]media.Sample(nil), series.Samples...)
	}
	return list
}

// sample measures all that a peer sends and gets now.
func (p *peer) sample(now time.Time, l *line) {
	p.room.mu.Lock()
	for _, t := range p.room.tracks {
		if t.owner != p {
			continue
		}
		like := media.Series{Side: media.Publish, Track: t.id, Kind: t.kind, Source: p.declaredSource(t.id)}
		for layer, rate := range t.source.Rates() {
			if rate == 0 {
				continue
			}
			if like.RID = ""; t.layered {
				like.RID = rids[layer]
			}
			packets, lost, pictures := t.source.Stream(media.Layer(layer)).Received()
			p.record.add(like, media.Sample{At: now, Bitrate: rate, Packets: packets, Lost: lost, Pictures: pictures})
		}
	}
	p.room.mu.Unlock()
	for _, s := range l.sent {
		sent := s.copy.Sent()
		p.record.add(media.Series{Side: media.Subscribe, Track: s.id, Kind: s.kind, Source: p.room.sourceOf(s.track)}, media.Sample{
			At: now, Bitrate: sent.Bitrate, Packets: sent.Packets, Lost: uint64(s.lost.Load()), Pictures: sent.Pictures,
			RoundTrip: time.Duration(s.roundTrip.Load()), Jitter: time.Duration(s.jitter.Load()),
		})
	}
}

// declaredSource is what a peer says that a track of its own shows. Guarded by the room.
func (p *peer) declaredSource(id string) string {
	if said := p.declared[id]; said != nil {
		return said.Source
	}
	return ""
}

func (r *room) sourceOf(t *track) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return t.owner.declaredSource(t.id)
}
