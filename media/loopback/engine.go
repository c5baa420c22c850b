package loopback

import (
	"maps"
	"slices"
	"sync"

	"foyer/media"
)

// Engine is a media.Engine. Descriptions are texts that begin as SDP does: an answer says which offer it answers, an offer which tracks the
// peer gets (Offer, Answer). Candidates come back to whom they came from. All that it tells it tells in order, under its own lock.
type Engine struct {
	name string // static

	mu     sync.Mutex
	rooms  map[string]map[string]*Peer // guarded by mu, as is the next one
	closed bool
}

// New makes an engine without peers.
func New(name string) *Engine { return &Engine{name: name, rooms: map[string]map[string]*Peer{}} }

// Name is the one that it was given.
func (e *Engine) Name() string { return e.name }

// Join is media.Engine's.
func (e *Engine) Join(room, peer string, rights media.Rights, tell media.Tell) (media.Peer, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p := e.rooms[room][peer]; p != nil {
		p.tell = tell
		if p.asked {
			p.tell(media.Offered{SDP: p.offer})
		}
		return p, true
	}
	p := &Peer{engine: e, room: room, id: peer, rights: rights, tell: tell, muted: map[string]bool{}, closed: e.closed}
	if !e.closed {
		if e.rooms[room] == nil {
			e.rooms[room] = map[string]*Peer{}
		}
		e.rooms[room][peer] = p
		p.offerLocked()
	}
	return p, false
}

// Peer is a peer's place; nil when it has none.
func (e *Engine) Peer(room, peer string) *Peer {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rooms[room][peer]
}

// Stats counts rooms, peers and tracks.
func (e *Engine) Stats() media.Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := media.Stats{Rooms: len(e.rooms)}
	for _, room := range e.rooms {
		s.Peers += len(room)
		for _, p := range room {
			s.Up += len(p.up)
			s.Down += len(p.getsLocked())
		}
	}
	return s
}

// Close ends all peers' media.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	for _, room := range e.rooms {
		for _, p := range room {
			p.closeLocked()
		}
	}
	return nil
}

// othersLocked are a peer's others in its room, by id.
func (e *Engine) othersLocked(p *Peer) []*Peer {
	room := e.rooms[p.room]
	others := make([]*Peer, 0, len(room))
	for _, id := range slices.Sorted(maps.Keys(room)) {
		if room[id] != p {
			others = append(others, room[id])
		}
	}
	return others
}
