package sfu

import (
	"time"

	"foyer/media"
)

// counts are of packets.
type counts struct {
	packetsIn, packetsOut, bytesIn, bytesOut, lostOut, repeated, keyFrames uint64
}

func (c *counts) add(o counts) {
	c.packetsIn += o.packetsIn
	c.packetsOut += o.packetsOut
	c.bytesIn += o.bytesIn
	c.bytesOut += o.bytesOut
	c.lostOut += o.lostOut
	c.repeated += o.repeated
	c.keyFrames += o.keyFrames
}

// Stats implements media.Engine.
func (e *Engine) Stats() media.Stats {
	rooms := e.all()
	e.pastMu.Lock()
	sum := e.past
	e.pastMu.Unlock()
	s := media.Stats{Rooms: len(rooms)}
	for _, r := range rooms {
		r.mu.Lock()
		s.Up += len(r.tracks)
		for _, t := range r.tracks {
			sum.add(t.counts())
		}
		r.mu.Unlock()
		for _, p := range r.everybody() {
			s.Peers++
			l := p.down.now()
			if p.up.connection() != nil {
				s.Connections++
			}
			if l.pc == nil {
				continue
			}
			s.Connections++
			s.Down += len(l.sent)
			for _, d := range l.sent {
				sum.add(d.counts())
			}
		}
	}
	s.PacketsIn, s.BytesIn, s.PacketsOut, s.BytesOut = sum.packetsIn, sum.bytesIn, sum.packetsOut, sum.bytesOut
	s.LostOut, s.Repeated, s.KeyFrames = sum.lostOut, sum.repeated, sum.keyFrames
	return s
}

// keep adds to the counts what has ended.
func (e *Engine) keep(c counts) {
	e.pastMu.Lock()
	defer e.pastMu.Unlock()
	e.past.add(c)
}

func (t *track) counts() counts {
	packets, bytes := t.source.Received()
	t.asker.mu.Lock()
	defer t.asker.mu.Unlock()
	return counts{packetsIn: packets, bytesIn: bytes, keyFrames: t.asker.asked}
}

func (s *delivery) counts() counts {
	sent := s.copy.Sent()
	return counts{packetsOut: sent.Packets, bytesOut: sent.Bytes, repeated: sent.Repeated, lostOut: uint64(s.lost.Load())}
}

// Report implements media.Peer.
func (p *peer) Report() media.Report {
	var r media.Report
	p.room.mu.Lock()
	for _, t := range p.room.tracks {
		if t.owner != p {
			continue
		}
		c := t.counts()
		r.Up.Packets += c.packetsIn
		r.Up.Bytes += c.bytesIn
		r.Up.Tracks++
		for _, rate := range t.source.Rates() {
			r.Up.Bitrate += rate
		}
	}
	p.room.mu.Unlock()
	l := p.down.now()
	for _, s := range l.sent {
		sent := s.copy.Sent()
		r.Down.Packets += sent.Packets
		r.Down.Bytes += sent.Bytes
		r.Down.Lost += uint64(s.lost.Load())
		r.Down.Bitrate += sent.Bitrate
		r.Down.Tracks++
		r.RoundTrip = max(r.RoundTrip, time.Duration(s.roundTrip.Load()))
	}
	if l.estimate != nil {
		r.Estimate = l.estimate.bears() / 1000
	}
	return r
}
