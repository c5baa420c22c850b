package hub

import (
	"time"

	"foyer/fault"
	"foyer/media"
	"foyer/models"
	"foyer/roles"
)

// phase is how far a peer has come.
type phase uint8

const (
	watching phase = iota // connected, sees the outlook
	waiting               // wants to join, waits to be let in
	joining               // has a seat, is being written down
	in
	gone
)

// Peer is one stay of somebody in a room, from the first connection on. Its fields are guarded by the room's lock. Safe for concurrent
// use.
type Peer struct {
	room *Room  // static, as is the next one
	id   string // chosen by the client

	ticket   Ticket
	phase    phase
	row      models.Peer // as the journal knows it
	card     *Card       // as the others do; nil before it is in
	since    time.Time   // waits since
	admitted bool        // let in while its connection was lost
	landing  *landing    // joining: how that ends
	out      *departure  // joining: it has to leave as soon as it is in
	offers   []roleOffer // roles that others asked it to take

	deliver  Deliver // nil: the connection is lost
	line     int     // counts its connections
	grace    *time.Timer
	observed map[string]bool

	media   media.Peer        // nil: it is not in, or has no media here
	tracks  []media.Track     // replaced, never changed; by when they were added, then by id
	claimed []string          // ids of tracks, published or about to be
	forced  map[string]string // by track: who has muted it since its owner spoke of it last
	reports reports
}

// ID is the peer's id.
func (p *Peer) ID() string { return p.id }

// Room is where the peer is.
func (p *Peer) Room() *Room { return p.room }

// Place is the room as admission found it last.
func (p *Peer) Place() *Place {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.room.place
}

// Stay is the peer as it is now, and the session that it is in: for parts of Foyer that keep what peers do. Kind Forbidden before it is in.
func (p *Peer) Stay() (models.Peer, models.Session, error) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return models.Peer{}, models.Session{}, err
	}
	return p.row, *p.room.session, nil
}

// May is nil if the peer is in and its role has the permission. Kind Forbidden.
func (p *Peer) May(permission roles.Permission) error {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.mayLocked(permission)
}

func (p *Peer) mayLocked(permission roles.Permission) error {
	if err := p.insideLocked(); err != nil {
		return err
	}
	if role := p.room.place.Roles[p.row.Role]; role == nil || !role.May(permission) {
		return fault.New(fault.Forbidden, "your role does not have the permission "+string(permission))
	}
	return nil
}

func (p *Peer) insideLocked() error {
	if p.phase != in {
		return fault.New(fault.Forbidden, "join the room first")
	}
	return nil
}

func noPeer() error { return fault.New(fault.NotFound, "peer not found") }

// tellLocked tells the peer's connection, if there is one; who has lost it learns all when it is back.
func (p *Peer) tellLocked(e *Event) {
	if p.deliver != nil {
		p.deliver(e)
	}
}

// changeLocked changes the peer's row, makes its new card, has it written down, and gives what there is to tell.
func (p *Peer) changeLocked(change func(row *models.Peer)) Changed {
	was := p.card
	change(&p.row)
	p.card = p.cardLocked()
	p.keepLocked()
	return Changed{Peer: p.card, Was: was}
}

// keepLocked has the peer's state written down.
func (p *Peer) keepLocked() {
	row := p.row
	p.room.hub.write(models.Entry{Session: p.room.session, Kept: &row})
}

func (p *Peer) stopGraceLocked() {
	if p.grace != nil {
		p.grace.Stop()
		p.grace = nil
	}
}
