package hub

import (
	"context"
	"crypto/subtle"
	"time"

	"foyer/fault"
	"foyer/models"
)

// Line is one connection's hold of a peer. When the peer gets another one, this one is superseded and cannot do it any harm.
type Line struct {
	*Peer

	number int
}

// Arrive binds a connection to a peer: a new one, which watches until it joins, or the one of that id, which then goes on where it was
// (Welcome with Back). Kinds Conflict when the id is somebody else's; Gone when the room is closed for good; Unavailable when another node
// owns it, or Foyer stops.
func (h *Hub) Arrive(ctx context.Context, t Ticket, id string, deliver Deliver) (*Line, error) {
	var line *Line
	place := t.Place
	t.Place = nil // the room has it: the peer need not keep one of its own
	err := h.enter(ctx, place, func(r *Room) error {
		if !r.overLocked() {
			r.placeLocked(place)
		}
		if r.overLocked() {
			return closed()
		}
		p := r.peers[id]
		switch {
		case p == nil:
			p = &Peer{room: r, id: id, ticket: t}
			r.peers[id] = p
		case subtle.ConstantTimeCompare([]byte(p.ticket.Token), []byte(t.Token)) != 1:
			r.tellOfFailureLocked(&models.Peer{PeerID: id, UserID: t.User, Role: t.Role, Kind: regular}, "duplicate peer id")
			return fault.New(fault.Conflict, "duplicate peer id")
		}
		line = p.bindLocked(t, deliver)
		return nil
	})
	return line, err
}

// Knows reports whether a peer is in or waits that came with this token.
func (h *Hub) Knows(room models.ID, id, token string) bool {
	r, ok := h.RoomOf(room)
	if !ok {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.knownLocked(id, token) != nil
}

// knownLocked is the peer that is in or waits under an id, if it came with the token.
func (r *Room) knownLocked(id, token string) *Peer {
	p := r.peers[id]
	if p == nil || p.phase != in && p.phase != waiting || subtle.ConstantTimeCompare([]byte(p.ticket.Token), []byte(token)) != 1 {
		return nil
	}
	return p
}

// Resume binds a connection to a peer that is in or waits, and that came with the same token: without a question to the database, so
// that it works while that is away, and after the token has expired. It says whether there is such a peer. Open is the new connection's
// Ticket.Media.
func (h *Hub) Resume(room models.ID, id, token string, open Media, deliver Deliver) (*Line, bool) {
	h.mu.Lock()
	r, stopped := h.rooms[room], h.stopped
	h.mu.Unlock()
	if r == nil || stopped {
		return nil, false
	}
	var line *Line
	r.do(func() {
		if p := r.knownLocked(id, token); p != nil {
			ticket := p.ticket
			ticket.Media = open
			line = p.bindLocked(ticket, deliver)
		}
	})
	return line, line != nil
}

// bindLocked gives the peer a new connection and tells it all that it needs to know.
func (p *Peer) bindLocked(t Ticket, deliver Deliver) *Line {
	p.tellLocked(&Event{Body: Superseded{}})
	p.stopGraceLocked()
	role := p.row.Role
	p.ticket, p.deliver = t, deliver
	p.line++
	switch p.phase {
	case in:
		if p.row.LostAt != nil {
			p.row.LostAt = nil
			p.keepLocked()
		}
		p.ticket.Role = role
		p.openMediaLocked()
		p.welcomeLocked(true)
		p.restrictLocked()
		p.askAgainLocked()
	case watching:
		p.room.outlook.greetLocked(p)
	case waiting:
		p.room.outlook.greetLocked(p)
	case joining:
		if p.out != nil && p.out.tell == nil { // it said goodbye by a connection of before: this one does not know
			p.out.tell = &Removed{Reason: "you have left"}
		}
		p.room.outlook.greetLocked(p)
	case gone:
	}
	return &Line{Peer: p, number: p.line}
}

// welcomeLocked tells the peer that it is in, and who else is.
func (p *Peer) welcomeLocked(back bool) {
	r := p.room
	p.tellLocked(&Event{Body: Welcome{
		Place: r.place, Session: *r.session, Role: p.row.Role, Self: p.card, Others: r.cardsLocked(p), Values: r.observedLocked(p), Back: back,
		Locked: r.locked, Expires: r.expiry.at, Media: p.media,
	}})
	if back { // else everybody is told; and what others changed about it meanwhile, it cannot know
		p.tellLocked(&Event{Body: Counted{Session: r.session.ID, Room: r.id, Peers: len(r.inside), Tracks: r.tracks}})
		p.tellLocked(&Event{Body: Changed{Peer: p.card}})
		r.showQueueLocked(p)
	}
}

// Lost says that the connection is gone without a word. Whoever is in or waits keeps the place for the ticket's grace.
func (l *Line) Lost() { l.LostFor(0) }

// LostFor is Lost when that happened some time ago: the grace began then.
func (l *Line) LostFor(ago time.Duration) {
	p := l.Peer
	p.room.do(func() {
		if p.line != l.number || p.phase == gone {
			return
		}
		p.deliver = nil
		switch p.phase {
		case watching:
			p.vanishLocked()
		case waiting, in:
			p.lingerLocked(ago)
		case joining, gone: // the grace begins when it is in
		}
	})
}

// lingerLocked has a peer that lost its connection some time ago keep its place for the ticket's grace; once the hub has ended, for the
// process that comes next to find.
func (p *Peer) lingerLocked(ago time.Duration) {
	switch {
	case p.room.stopped:
	case p.ticket.Grace <= ago:
		p.expireLocked()
	default:
		p.graceLocked(p.ticket.Grace - ago)
	}
}

// graceLocked lets the peer keep its place without a connection for a while.
func (p *Peer) graceLocked(d time.Duration) {
	line := p.line
	p.grace = time.AfterFunc(d, func() {
		p.room.do(func() {
			if p.line == line && p.deliver == nil && !p.room.stopped {
				p.expireLocked()
			}
		})
	})
}

// expireLocked ends the stay of a peer that did not come back in time.
func (p *Peer) expireLocked() {
	switch p.phase {
	case in:
		at := p.room.hub.stamp()
		if p.row.LostAt != nil { // it was lost together with Foyer: nobody saw it later than that
			at = *p.row.LostAt
		}
		p.departLocked(departure{reason: websocketClosed, at: at})
	case waiting:
		p.unqueueLocked()
		p.vanishLocked()
	case watching, joining, gone:
	}
}

// vanishLocked takes the peer off the room's list.
func (p *Peer) vanishLocked() {
	p.phase = gone
	p.stopGraceLocked()
	if p.room.peers[p.id] == p {
		delete(p.room.peers, p.id)
	}
}
