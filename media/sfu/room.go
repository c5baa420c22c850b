package sfu

import (
	"slices"
	"sync"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/webrtc/v4"
)

// room is who hears whom. All of it, and what peers and tracks say is guarded by it, is guarded by mu.
type room struct {
	id     string // static, as is the next one
	engine *Engine

	speakers forward.Speakers // safe for concurrent use

	mu     sync.Mutex
	peers  map[string]*peer
	tracks map[string]*track // those that have come in, by id
	scores []media.Score     // told last
}

// track is something that a peer publishes and that has arrived.
type track struct {
	id, stream string // static, as are the next six
	owner      *peer
	kind       media.Kind
	codec      webrtc.RTPCodecCapability
	layered    bool // it comes in several layers
	source     *forward.Source
	asker      *asker

	streams int // guarded by the room, as is the rest: layers that arrive
	ceiling ceiling
	passed  bool                    // declared and allowed: others may have it
	copies  map[*peer]*forward.Copy // of those who have it
}

// join gives a peer its place, or finds it.
func (r *room) join(id string, rights media.Rights, tell media.Tell) (p *peer, before bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p, before = r.peers[id]; before {
		p.listens(tell)
		r.rightsLocked(p, rights)
		return p, true
	}
	p = &peer{id: id, room: r, engine: r.engine, rights: rights}
	p.up.peer, p.down.peer = p, p
	p.listens(tell)
	r.peers[id] = p
	return p, false
}

// leave takes a peer and its tracks out, and its copies of others' at once.
func (r *room) leave(p *peer) (left, empty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[p.id] != p {
		return false, len(r.peers) == 0
	}
	delete(r.peers, p.id)
	for _, t := range r.tracks {
		r.takeLocked(t, p)
		if t.owner == p {
			r.dropLocked(t)
		}
	}
	return true, len(r.peers) == 0
}

// busy reports whether anything is published.
func (r *room) busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tracks) > 0
}

func (r *room) everybody() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*peer, 0, len(r.peers))
	for _, p := range r.peers {
		list = append(list, p)
	}
	return list
}

// arrive is for a layer of a track that has begun to come in. Nil: the id is another peer's, or the peer is gone.
func (r *room) arrive(p *peer, id, stream string, kind media.Kind, layered bool, codec webrtc.RTPCodecCapability) *track {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tracks[id]
	if r.peers[p.id] != p || t != nil && t.owner != p {
		return nil
	}
	if t == nil {
		t = &track{id: id, stream: stream, owner: p, kind: kind, layered: layered, codec: codec, asker: &asker{}, copies: map[*peer]*forward.Copy{}}
		t.source = forward.NewSource(forward.Options{Kind: kind, Codec: codec.MimeType, Clock: codec.ClockRate, AskKey: t.asker.ask})
		r.tracks[id] = t
	}
	t.streams++
	r.judgeLocked(t)
	return t
}

// cease is for a layer that has stopped.
func (r *room) cease(t *track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.streams--; t.streams == 0 && r.tracks[t.id] == t {
		r.dropLocked(t)
	}
}

// dropLocked takes a track out.
func (r *room) dropLocked(t *track) {
	delete(r.tracks, t.id)
	r.passLocked(t, false)
	r.engine.keep(t.counts())
	t.source.Close()
	r.speakers.Forget(t.id)
}

// judgeLocked decides whether a track is passed on: its peer has said what it is, and its role may publish that.
func (r *room) judgeLocked(t *track) {
	said := t.owner.declared[t.id]
	passed := said != nil && said.Kind == t.kind && t.owner.rights.Bound(t.kind, said.Source) != nil
	if said != nil {
		t.source.Pause(said.Muted || !passed)
	}
	r.passLocked(t, passed)
}

// passLocked has a track passed on, or not any more: that holds at once.
func (r *room) passLocked(t *track, passed bool) {
	if t.passed == passed {
		return
	}
	t.passed = passed
	if passed {
		t.owner.say(media.TrackUp{ID: t.id})
	} else {
		t.owner.say(media.TrackDown{ID: t.id})
	}
	for _, p := range r.peers {
		r.followLocked(p, t)
	}
}

// hearsLocked reports whether a peer may have a track.
func (p *peer) hearsLocked(t *track) bool {
	return t.passed && t.owner != p && slices.Contains(p.rights.Hears, t.owner.rights.Role)
}

// followLocked has a peer get a track, or get it no more.
func (r *room) followLocked(p *peer, t *track) {
	switch {
	case !p.hearsLocked(t):
		r.takeLocked(t, p)
	case t.copies[p] == nil:
		p.down.wake()
	}
}

// takeLocked takes a peer's copy of a track away. Nothing more is sent from now on; the description follows.
func (r *room) takeLocked(t *track, p *peer) {
	if c := t.copies[p]; c != nil {
		c.Close()
		delete(t.copies, p)
		p.down.wake()
	}
}

// share is a track that a peer gets, and its copy of it.
type share struct {
	*track

	copy *forward.Copy
}

// shares are all tracks that a peer may have now.
func (r *room) shares(p *peer) map[string]share {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := map[string]share{}
	if r.peers[p.id] != p {
		return list
	}
	for id, t := range r.tracks {
		if !p.hearsLocked(t) {
			continue
		}
		if t.copies[p] == nil {
			c := forward.NewCopy(t.source)
			if wanted, ok := p.wants[id]; ok {
				c.Want(wanted)
			}
			t.copies[p] = c
		}
		list[id] = share{t, t.copies[p]}
	}
	return list
}

// declare takes what a peer says of its tracks: all of them.
func (r *room) declare(p *peer, tracks []media.Track) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.declared = make(map[string]*media.Track, len(tracks))
	for _, t := range tracks[:min(len(tracks), mostTracks)] {
		p.declared[t.ID] = &t
	}
	for _, t := range r.tracks {
		if t.owner == p {
			r.judgeLocked(t)
		}
	}
}

// mute stops a track from being passed on.
func (r *room) mute(p *peer, id string, muted bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := p.declared[id]
	if said == nil {
		return
	}
	changed := *said
	changed.Muted = muted
	p.declared[id] = &changed
	if t := r.tracks[id]; t != nil && t.owner == p {
		r.judgeLocked(t)
	}
}

// rightsLocked says what a peer may do from now on.
func (r *room) rightsLocked(p *peer, rights media.Rights) {
	p.rights = rights
	for _, t := range r.tracks {
		if t.owner != p {
			r.followLocked(p, t)
			continue
		}
		r.judgeLocked(t)
		for _, other := range r.peers { // whose roles hear another role
			r.followLocked(other, t)
		}
	}
}

// want takes a peer's wish for a layer of a track.
func (r *room) want(p *peer, id string, l media.Layer) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.tracks[id]
	if t == nil || !p.hearsLocked(t) {
		return false
	}
	if p.wants == nil || len(p.wants) >= mostWants {
		p.wants = map[string]media.Layer{} // the rest is of tracks long gone
	}
	p.wants[id] = l
	if c := t.copies[p]; c != nil {
		c.Want(l)
	}
	return true
}
