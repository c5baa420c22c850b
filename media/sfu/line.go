package sfu

import (
	"foyer/media/forward"

	"github.com/pion/webrtc/v4"
)

// line is what a downlink has now.
type line struct {
	pc       *webrtc.PeerConnection
	estimate *estimate
	channel  *webrtc.DataChannel
	sent     []*delivery
}

// now is what there is, unless a description is being made: then there is nothing to do now.
func (d *downlink) now() line {
	if !d.turn.TryLock() {
		return line{}
	}
	defer d.turn.Unlock()
	l := line{pc: d.pc, estimate: d.estimate, channel: d.channel, sent: make([]*delivery, 0, len(d.sent))}
	for _, s := range d.sent {
		l.sent = append(l.sent, s)
	}
	return l
}

func (l *line) copies() []*forward.Copy {
	list := make([]*forward.Copy, len(l.sent))
	for i, s := range l.sent {
		list[i] = s.copy
	}
	return list
}
