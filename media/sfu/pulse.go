package sfu

import (
	"cmp"
	"slices"
	"time"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// How often the engine looks at what, in beats of 250 ms.
const (
	beat       = 250 * time.Millisecond
	eachSecond = 4
	eachScore  = 8
)

// reviveAfter is how long a way down is lost before ICE begins anew, and then twice as long each time, some times: who is slow needs longer
// than that to get anywhere, and would begin anew for ever.
const (
	reviveAfter  = 3 * time.Second
	reviveSlower = 3
)

// pulse does what is due in a room now.
func (r *room) pulse(now time.Time, n int) {
	if !r.busy() {
		return
	}
	r.tellLevels(now)
	var scores []media.Score
	for _, p := range r.everybody() {
		p.down.remind(now)
		l := p.down.now()
		if l.pc != nil {
			p.divide(now, &l)
			p.down.revive(now)
		}
		if n%eachSecond == 0 {
			p.bound(now)
		}
		if n%sampleEach == 0 {
			p.sample(now, &l)
		}
		if n%eachScore == 0 && len(l.sent) > 0 {
			scores = append(scores, media.Score{Peer: p.id, Score: l.score()})
		}
	}
	if n%eachScore == 0 {
		r.tellScores(scores)
	}
}

// tellLevels tells all who speaks of those whom they hear, and of themselves.
func (r *room) tellLevels(now time.Time) {
	loud, changed := r.speakers.Loud(now)
	if !changed {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.peers {
		list := make([]media.Level, 0, len(loud))
		for _, s := range loud {
			if t := r.tracks[s.Key]; t != nil && t.passed && (t.owner == p || p.hearsLocked(t)) {
				list = append(list, media.Level{Peer: t.owner.id, Track: t.id, Level: s.Level})
			}
		}
		if len(list) > 0 || p.loud {
			p.say(media.Levels{Speakers: list})
		}
		p.loud = len(list) > 0
	}
}

// tellScores tells all how well each is connected, when that has changed.
func (r *room) tellScores(scores []media.Score) {
	slices.SortFunc(scores, func(a, b media.Score) int { return cmp.Compare(a.Peer, b.Peer) })
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Equal(scores, r.scores) {
		return
	}
	r.scores = scores
	for _, p := range r.peers {
		if len(p.rights.Hears) > 0 || p.rights.Sends() {
			p.say(media.Quality{Scores: scores})
		}
	}
}

// divide gives each track the layer for which there is room on the way down, and tells the client what it gets.
func (p *peer) divide(now time.Time, l *line) {
	p.room.mu.Lock()
	most := p.rights.Inbound
	p.room.mu.Unlock()
	l.estimate.need(l.needs(now))
	estimate := l.estimate.bears() / 1000
	if l.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		estimate = 0
	}
	if most > 0 && (estimate == 0 || estimate > most) {
		estimate = most
	}
	if p.budget == nil {
		p.budget = &forward.Budget{}
	}
	p.budget.Divide(now, l.copies(), estimate)
	var changed []media.TrackLayer
	p.room.mu.Lock()
	for _, s := range l.sent {
		if _, asked := p.wants[s.id]; asked && s.kind == media.Video && s.news() {
			changed = append(changed, s.told)
		}
	}
	p.room.mu.Unlock()
	if len(changed) > 0 {
		p.say(media.Layers{Tracks: changed})
	}
}

// needs is whether there are sizes to choose from, and how much the way down loses and takes.
func (l *line) needs(now time.Time) (sizes bool, at time.Time, lost float64, trip time.Duration) {
	for _, s := range l.sent {
		sizes = sizes || s.layered
		lost = max(lost, float64(s.fraction.Load())/256)
		trip = max(trip, time.Duration(s.roundTrip.Load()))
	}
	return sizes, now, lost, trip
}

// score is how well the client gets what it is sent: by what is lost, and by how long the way is.
func (l *line) score() int {
	var worst uint32
	var trip time.Duration
	for _, s := range l.sent {
		worst = max(worst, s.fraction.Load())
		trip = max(trip, time.Duration(s.roundTrip.Load()))
	}
	if l.pc.ConnectionState() != webrtc.PeerConnectionStateConnected {
		return 0
	}
	for _, step := range []struct {
		lost  uint32 // in 256ths
		trip  time.Duration
		score int
	}{{5, 200 * time.Millisecond, 5}, {13, 350 * time.Millisecond, 4}, {26, 600 * time.Millisecond, 3}, {51, time.Second, 2}} {
		if worst <= step.lost && trip <= step.trip {
			return step.score
		}
	}
	return 1
}

// bound holds a peer's tracks to what its role may send: it is told how much that is, and what it sends beyond is not passed on.
func (p *peer) bound(now time.Time) {
	total, unbound := 0, false
	var streams []uint32
	p.room.mu.Lock()
	for id, t := range p.room.tracks {
		said := p.declared[id]
		if t.owner != p || said == nil || t.kind != media.Video {
			continue
		}
		b := p.rights.Bound(t.kind, said.Source)
		if b == nil {
			continue
		}
		if top, changed := t.ceiling.settle(now, sent{t.source.Rates(), t.source.Areas()}, b); changed {
			t.source.Cap(top)
		}
		unbound = unbound || b.Bitrate == 0
		total += b.Bitrate
		streams = append(streams, t.asker.streams()...)
	}
	p.room.mu.Unlock()
	pc := p.up.connection()
	if pc == nil || unbound || len(streams) == 0 {
		return
	}
	_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.ReceiverEstimatedMaximumBitrate{ // the next one comes in a second
		Bitrate: float32(total+soundShare) * 1000, SSRCs: streams,
	}})
}

// soundShare is what is left for sound beside the pictures, in kbit/s.
const soundShare = 128

func (a *asker) streams() []uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.layers[:]), func(ssrc uint32) bool { return ssrc == 0 })
}
