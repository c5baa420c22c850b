package sfu

import (
	"context"
	"sync/atomic"

	"foyer/media"
	"foyer/media/forward"
)

// Bounds of one peer.
const (
	mostTracks = 32  // that it publishes
	mostWants  = 256 // wishes for layers that are kept
)

// peer is one peer's place. It is a media.Peer.
type peer struct {
	id     string // static, as are the next two
	room   *room
	engine *Engine
	tell   atomic.Pointer[media.Tell]

	up     uplink
	down   downlink
	record record

	rights   media.Rights            // guarded by the room, as are the next three
	declared map[string]*media.Track // what it says of its tracks
	wants    map[string]media.Layer  // which layer of a track it asked for
	loud     bool                    // it knows of somebody who speaks

	budget *forward.Budget // owned by the pulse; nil before it is needed
}

var _ media.Peer = (*peer)(nil)

func (p *peer) listens(tell media.Tell) { p.tell.Store(&tell) }

// say tells the peer something. Told may be in any order but that of offers.
func (p *peer) say(e media.Event) { (*p.tell.Load())(e) }

// Offer implements media.Peer.
func (p *peer) Offer(ctx context.Context, sdp string, tracks []media.Track) (string, error) {
	return p.up.offer(ctx, sdp, tracks)
}

// Answer implements media.Peer.
func (p *peer) Answer(sdp string) error { return p.down.answer(sdp) }

// Trickle implements media.Peer.
func (p *peer) Trickle(side media.Side, c media.Candidate) error {
	if side == media.Publish {
		return p.up.trickle(c)
	}
	return p.down.trickle(c)
}

// SetRights implements media.Peer.
func (p *peer) SetRights(r media.Rights) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.room.rightsLocked(p, r)
}

// Mute implements media.Peer.
func (p *peer) Mute(track string, muted bool) { p.room.mute(p, track, muted) }

// Close implements media.Peer. The connections end behind it.
func (p *peer) Close() {
	if !p.engine.leave(p) {
		return
	}
	p.engine.work.Go(func() {
		p.up.close()
		p.down.close()
	})
}
