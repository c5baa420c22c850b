package hub

import (
	"context"
	"slices"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// Why a peer has left (server contract 7.4).
const (
	clientRequest   = "client request"
	peerKicked      = "peer kicked"
	websocketClosed = "websocket closed"
)

const regular = "regular"

// Join takes the peer in, or puts it at the end of the queue; it gets a Welcome, or later a Welcome or Refused. Joining again is the same
// as once. It returns when the join is written down. Kinds Forbidden when the room or the role is full or the role is gone; Gone when the
// room is closed for good; Unavailable when it could not be written.
func (p *Peer) Join(ctx context.Context, name, data string) error {
	var finish func(context.Context) error
	var err error
	p.room.do(func() { finish, err = p.askLocked(name, data) })
	if finish == nil {
		return err
	}
	return finish(ctx)
}

// askLocked gives the peer a seat, which finish has written down, or a place in the queue.
func (p *Peer) askLocked(name, data string) (finish func(context.Context) error, err error) {
	switch p.phase {
	case in:
		p.welcomeLocked(true)
		return nil, nil //nolint:nilnil // there is nothing to wait for
	case joining: // by a connection that was lost meanwhile, or because somebody has let it in
		return p.landing.await, nil
	case gone:
		return nil, fault.New(fault.Forbidden, "the peer has left")
	case watching, waiting:
	}
	if p.room.overLocked() {
		return nil, closed()
	}
	role := p.roleLocked()
	if role == nil || role.MaxPeers < 0 {
		p.room.tellOfFailureLocked(&models.Peer{PeerID: p.id, UserID: p.ticket.User, Name: name, Data: data, Role: p.ticket.Role, Kind: regular},
			"role not allowed")
		return nil, fault.New(fault.Forbidden, "role not allowed")
	}
	p.row.Name, p.row.Data = name, data
	if p.room.mustWaitLocked(role) && !p.admitted {
		p.queueLocked()
		return nil, nil //nolint:nilnil // as above
	}
	wait, err := p.reserveLocked(role)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return p.land(ctx, wait) }, nil
}

// reserveLocked gives the peer a seat, if there is one, and has it written down.
func (p *Peer) reserveLocked(role *roles.Role) (wait func(context.Context) error, err error) {
	r := p.room
	if size := r.place.Room.Size; size != nil && *size > 0 && len(r.inside)+r.joining >= *size {
		return nil, fault.New(fault.Forbidden, "room is full")
	}
	if err := r.roleHasRoomLocked(role); err != nil {
		return nil, err
	}
	at := r.hub.stamp()
	p.unqueueLocked()
	p.phase, p.landing, p.out = joining, &landing{done: make(chan struct{})}, nil
	r.joining++
	r.beginSessionLocked(at)
	t := &p.ticket
	p.row = models.Peer{
		ID: r.hub.ids(), PeerID: p.id, SessionID: r.session.ID, RoomID: r.id, UserID: t.User, Name: p.row.Name, Data: p.row.Data,
		Role: role.Name, Kind: regular, Dialect: t.Dialect, Groups: models.Words{}, Observed: p.observedWords(),
		Token: t.Token, Agent: t.Agent, JoinedAt: at, Muted: p.row.Muted, VideoOff: p.row.VideoOff,
	}
	row := p.row
	return r.hub.write(models.Entry{Session: r.session, Joined: &row}), nil
}

func (r *Room) roleHasRoomLocked(role *roles.Role) error {
	if role.MaxPeers != 0 && r.countRoleLocked(role.Name) >= role.MaxPeers {
		return fault.New(fault.Forbidden, "role limit reached")
	}
	return nil
}

// landing is a join on its way: whoever joins again meanwhile waits for the same end.
type landing struct {
	done chan struct{}
	err  error // set before done is closed
}

func (l *landing) await(ctx context.Context) error {
	select {
	case <-l.done:
		return l.err
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "the join takes too long", ctx.Err())
	}
}

// land waits until the seat is written down, and lets the peer in, or takes the seat back.
func (p *Peer) land(ctx context.Context, wait func(context.Context) error) error {
	err := wait(ctx)
	p.room.do(func() {
		p.room.joining--
		p.landing.err = err
		close(p.landing.done)
		p.landing = nil
		if err != nil {
			p.turnBackLocked()
			return
		}
		p.enterLocked()
	})
	return err
}

// turnBackLocked puts a peer whose join could not be written back to where it came from.
func (p *Peer) turnBackLocked() {
	waited := !p.since.IsZero()
	switch {
	case p.out != nil:
		p.vanishLocked()
		if waited && p.out.tell != nil { // its join has no answer yet
			p.tellLocked(&Event{Body: Refused{Reason: p.out.message}})
		}
	case waited:
		p.phase = waiting
		p.room.queue = append(p.room.queue, p)
		slices.SortStableFunc(p.room.queue, func(a, b *Peer) int { return a.since.Compare(b.since) })
		p.room.queueChangedLocked()
		p.room.outlook.greetLocked(p) // it has missed what happened meanwhile
		if p.deliver == nil {
			p.lingerLocked(0)
		}
	case p.deliver == nil:
		p.vanishLocked()
	default:
		p.phase = watching
		p.room.outlook.greetLocked(p) // as above
	}
}

// enterLocked announces a peer that is written down.
func (p *Peer) enterLocked() {
	r := p.room
	if !r.opened {
		r.opened = true
		r.hub.turned(*r.session, false)
	}
	p.phase, p.ticket.Role, r.revived = in, p.row.Role, false
	p.openMediaLocked()
	p.card = p.cardLocked()
	r.inside = append(r.inside, p)
	p.welcomeLocked(false)
	r.tellLocked(Joined{Peer: p.card}, p)
	r.countLocked()
	r.showQueueLocked(p)
	r.expiry.greetLocked(p)
	switch {
	case p.out != nil:
		p.departLocked(*p.out)
	case p.deliver == nil:
		p.lingerLocked(0)
	}
}
