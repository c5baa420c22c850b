package loopback

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"foyer/media"
)

// Peer is a media.Peer.
type Peer struct {
	engine *Engine // static, as are the next two
	room   string
	id     string

	// Guarded by the engine's mu.
	rights   media.Rights
	tell     media.Tell
	declared []media.Track
	up       []string        // tracks that are passed on, by the order of their declaration
	muted    map[string]bool // of those that are declared
	offer    string          // the last one
	offers   int
	asked    bool // the last offer has no answer yet
	stale    bool // and says what is not so any more
	closed   bool
	version  uint64 // of the client's last offer
}

// Offer is media.Peer's.
func (p *Peer) Offer(ctx context.Context, sdp string, tracks []media.Track) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if !sound(sdp) {
		return "", media.ErrSDP
	}
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	switch is := version(sdp); {
	case p.closed:
		return "", media.ErrClosed
	case is < p.version:
		return "", media.ErrStale
	default:
		p.version = is
	}
	p.declared = slices.Clone(tracks)
	clear(p.muted)
	for i := range tracks {
		p.muted[tracks[i].ID] = tracks[i].Muted
	}
	p.passLocked()
	return Answer(sdp), nil
}

// Answer is media.Peer's.
func (p *Peer) Answer(sdp string) error {
	if !sound(sdp) {
		return media.ErrSDP
	}
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	switch {
	case p.closed:
		return media.ErrClosed
	case !p.asked || sdp != Answer(p.offer): // to another one
		return nil
	}
	p.asked = false
	if p.stale {
		p.stale = false
		p.offerLocked()
	}
	return nil
}

// Trickle is media.Peer's.
func (p *Peer) Trickle(side media.Side, c media.Candidate) error {
	if c.Candidate != "" && !strings.HasPrefix(c.Candidate, "candidate:") || side != media.Publish && side != media.Subscribe {
		return media.ErrSDP
	}
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if p.closed {
		return media.ErrClosed
	}
	p.tell(media.Found{Side: side, Candidate: c})
	return nil
}

// SetRights is media.Peer's.
func (p *Peer) SetRights(r media.Rights) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if p.closed {
		return
	}
	others := p.rights.Role != r.Role
	p.rights = r
	p.passLocked()
	p.offerLocked()
	if others {
		p.offerOthersLocked()
	}
}

// Mute is media.Peer's.
func (p *Peer) Mute(track string, muted bool) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	if _, declared := p.muted[track]; declared {
		p.muted[track] = muted
	}
}

// Report counts tracks.
func (p *Peer) Report() media.Report {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	return media.Report{Up: media.Flow{Tracks: len(p.up)}, Down: media.Flow{Tracks: len(p.getsLocked())}}
}

// Series implements media.Peer: nothing is sent, so there is one sample of nothing for each track.
func (p *Peer) Series() []media.Series {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	var list []media.Series
	for _, t := range p.declared {
		list = append(list, media.Series{Side: media.Publish, Track: t.ID, Kind: t.Kind, Samples: []media.Sample{{At: t.Since}}})
	}
	return list
}

// Close is media.Peer's.
func (p *Peer) Close() {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	p.closeLocked()
}

func (p *Peer) closeLocked() {
	room := p.engine.rooms[p.room]
	if p.closed {
		return
	}
	p.closed, p.up = true, nil
	delete(room, p.id)
	if len(room) == 0 {
		delete(p.engine.rooms, p.room)
	}
	p.offerOthersLocked()
}

// Closed reports whether the peer's media have ended.
func (p *Peer) Closed() bool {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	return p.closed
}

// Rights are those that the peer has now.
func (p *Peer) Rights() media.Rights {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	return p.rights
}

// Gets are the tracks of others that are passed on to the peer now.
func (p *Peer) Gets() []string {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	return p.getsLocked()
}

// Happens tells the peer something, as if it had happened.
func (p *Peer) Happens(e media.Event) {
	p.engine.mu.Lock()
	defer p.engine.mu.Unlock()
	p.tell(e)
}

// heardLocked are the tracks that the peer is offered: those that are muted too.
func (p *Peer) heardLocked(muted bool) []string {
	var ids []string
	for _, other := range p.engine.othersLocked(p) {
		if !slices.Contains(p.rights.Hears, other.rights.Role) {
			continue
		}
		for _, id := range other.up {
			if muted || !other.muted[id] {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (p *Peer) getsLocked() []string { return p.heardLocked(false) }

// passLocked passes on what is declared and allowed, and nothing else, and tells who has to know.
func (p *Peer) passLocked() {
	var up []string
	for i := range p.declared {
		if t := &p.declared[i]; p.rights.Bound(t.Kind, t.Source) != nil {
			up = append(up, t.ID)
		}
	}
	was := p.up
	p.up = up
	for _, id := range was {
		if !slices.Contains(up, id) {
			p.tell(media.TrackDown{ID: id})
		}
	}
	for _, id := range up {
		if !slices.Contains(was, id) {
			p.tell(media.TrackUp{ID: id})
		}
	}
	if !slices.Equal(was, up) {
		p.offerOthersLocked()
	}
}

func (p *Peer) offerOthersLocked() {
	for _, other := range p.engine.othersLocked(p) {
		other.offerLocked()
	}
}

// offerLocked offers what the peer gets, if that is news; while the last offer has no answer it waits.
func (p *Peer) offerLocked() {
	now := Offer(p.offers+1, p.heardLocked(true)...)
	before := Offer(p.offers+1, offered(p.offer)...)
	switch {
	case p.asked:
		p.stale = now != before
	case now != before:
		p.offers++
		p.offer, p.asked = now, true
		p.tell(media.Offered{SDP: now})
	}
}

// Offer is what the engine offers in its nth offer to a peer that gets some tracks.
func Offer(n int, tracks ...string) string {
	var sdp strings.Builder
	fmt.Fprintf(&sdp, "v=0\r\ns=offer %d\r\n", n)
	for _, id := range tracks {
		sdp.WriteString("a=msid:- " + id + "\r\n")
	}
	return sdp.String()
}

// offered are the tracks of an offer.
func offered(sdp string) []string {
	var ids []string
	for line := range strings.Lines(sdp) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "a=msid:- "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// Answer is what answers an offer, by either side.
func Answer(offer string) string { return "v=0\r\ns=answer to " + subject(offer) + "\r\n" }

// subject is what an offer calls itself.
func subject(sdp string) string {
	for line := range strings.Lines(sdp) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "s="); ok {
			return name
		}
	}
	return "-"
}

// sound reports whether a text looks like SDP.
func sound(sdp string) bool {
	return strings.HasPrefix(sdp, "v=0\r\n") || strings.HasPrefix(sdp, "v=0\n")
}

// version is which one of its client's descriptions one is; 0 when it does not say.
func version(sdp string) uint64 {
	for line := range strings.Lines(sdp) {
		if words := strings.Fields(line); len(words) > 2 && strings.HasPrefix(line, "o=") {
			n, _ := strconv.ParseUint(words[2], 10, 64)
			return n
		}
	}
	return 0
}
