package hub

import (
	"context"
	"slices"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// longestQueue is how many wait at one door at most, maxReason how many bytes the reason for sending one of them away has.
const (
	longestQueue = 1000
	maxReason    = 1 << 10
)

// mustWaitLocked reports whether a peer of a role has to wait to be let in. Who may admit does not wait where nobody else could.
func (r *Room) mustWaitLocked(role *roles.Role) bool {
	if role.May(roles.Admit) && (!role.Lobby || !slices.ContainsFunc(r.inside, (*Peer).admitsLocked)) {
		return false
	}
	return role.Lobby || r.locked
}

func (p *Peer) admitsLocked() bool {
	role := p.room.place.Roles[p.row.Role]
	return role != nil && role.May(roles.Admit)
}

// queueLocked puts the peer at the end of the queue, or leaves it where it is.
func (p *Peer) queueLocked() {
	r := p.room
	if p.phase == waiting {
		p.tellLocked(&Event{Body: AtDoor{}}) // by a new connection, perhaps
		r.queueChangedLocked()               // it may have another name
		return
	}
	if len(r.queue) >= longestQueue {
		p.refuseLocked("too many wait already")
		return
	}
	p.phase, p.since = waiting, r.hub.stamp()
	r.queue = append(r.queue, p)
	p.tellLocked(&Event{Body: AtDoor{}})
	r.queueChangedLocked()
}

// unqueueLocked takes the peer out of the queue, if it is there.
func (p *Peer) unqueueLocked() {
	if p.phase == waiting {
		p.room.queue = without(p.room.queue, p)
		p.room.queueChangedLocked()
	}
}

// refuseLocked sends away a peer that waits.
func (p *Peer) refuseLocked(reason string) {
	p.unqueueLocked()
	p.vanishLocked()
	p.tellLocked(&Event{Body: Refused{Reason: reason}})
}

// queueChangedLocked has the queue written down and shows it to those who may admit.
func (r *Room) queueChangedLocked() {
	waiters := r.waitersLocked()
	r.hub.write(models.Entry{Queue: &models.Queue{RoomID: r.id, Waiters: waiters}})
	e := &Event{Body: Queued{Waiters: waiters}}
	for _, p := range r.inside {
		if p.admitsLocked() {
			p.tellLocked(e)
		}
	}
}

// showQueueLocked shows the queue to a peer that has just come in, if it may admit and somebody waits.
func (r *Room) showQueueLocked(p *Peer) {
	if len(r.queue) > 0 && p.admitsLocked() {
		p.tellLocked(&Event{Body: Queued{Waiters: r.waitersLocked()}})
	}
}

func (r *Room) waitersLocked() []models.Waiter {
	waiters := make([]models.Waiter, len(r.queue))
	for i, p := range r.queue {
		waiters[i] = models.Waiter{
			PeerID: p.id, UserID: p.ticket.User, Name: p.row.Name, Data: p.row.Data, Role: p.ticket.Role, Token: p.ticket.Token,
			Agent: p.ticket.Agent, Dialect: p.ticket.Dialect, Since: p.since, Admitted: p.admitted,
		}
	}
	return waiters
}

// Waiters are those who wait, in order.
func (r *Room) Waiters() []models.Waiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.waitersLocked()
}

// Waiters are those who wait, in order, for a peer with the permission admit. Kind Forbidden.
func (p *Peer) Waiters() ([]models.Waiter, error) {
	if err := p.May(roles.Admit); err != nil {
		return nil, err
	}
	return p.room.Waiters(), nil
}

// Admit lets in who waits, with the permission admit; no id lets in all, as many as the room takes. It returns when they are written
// down. Kinds Forbidden, also when the room is full; NotFound.
func (p *Peer) Admit(ctx context.Context, id string) error {
	if err := p.May(roles.Admit); err != nil {
		return err
	}
	return p.room.Admit(ctx, id)
}

// Admit lets in who waits at the server's wish, as Peer.Admit.
func (r *Room) Admit(ctx context.Context, id string) error {
	type seat struct {
		peer *Peer
		wait func(context.Context) error
	}
	var seats []seat
	var errs []error
	r.do(func() {
		chosen, err := r.chosenLocked(id)
		errs = append(errs, err)
		for _, p := range chosen {
			if p.deliver == nil { // it comes in when it is back
				p.admitted = true
				r.queueChangedLocked()
				continue
			}
			role := p.roleLocked()
			if role == nil {
				p.refuseLocked("role not allowed")
				continue
			}
			wait, err := p.reserveLocked(role)
			if err != nil && id == "" { // as many as the room takes: the others go on waiting
				continue
			}
			errs = append(errs, err)
			if wait != nil {
				seats = append(seats, seat{p, wait})
			}
		}
	})
	for _, s := range seats {
		errs = append(errs, s.peer.land(ctx, s.wait))
	}
	return first(errs)
}

// chosenLocked is the one who waits under an id, or, without one, all who wait.
func (r *Room) chosenLocked(id string) ([]*Peer, error) {
	if id == "" {
		return slices.Clone(r.queue), nil
	}
	if p := r.peers[id]; p != nil && p.phase == waiting {
		return []*Peer{p}, nil
	}
	return nil, noPeer()
}

// reliefEvery is how soon it is tried again to let in whom relieveLocked could not.
const reliefEvery = time.Second

// relieveLocked lets in the first one who waits though it need not: its role may admit and nobody inside may, since the last one who could
// has left, or the lock has gone and nobody is there to let it in.
func (r *Room) relieveLocked() {
	if len(r.queue) == 0 || r.relieved || r.stopped {
		return
	}
	guarded := slices.ContainsFunc(r.inside, (*Peer).admitsLocked)
	i := slices.IndexFunc(r.queue, func(p *Peer) bool {
		role := p.roleLocked()
		return p.deliver != nil && role != nil && (role.May(roles.Admit) || !guarded) && !r.mustWaitLocked(role)
	})
	if i < 0 {
		return
	}
	p := r.queue[i]
	wait, err := p.reserveLocked(p.roleLocked())
	if err != nil {
		return // the room is full: it is tried again when somebody leaves
	}
	r.relieved = true
	go r.relieve(p, wait) // ends when the journal answers, which it does in bounded time
}

// relieve is nobody's wish, so that nobody's context ends it.
func (r *Room) relieve(p *Peer, wait func(context.Context) error) {
	done := func() { r.do(func() { r.relieved = false }) }
	if p.land(r.hub.life, wait) != nil {
		time.AfterFunc(reliefEvery, done)
		return
	}
	done()
}

func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Deny sends away who waits, with the permission admit. Kinds Forbidden, Invalid, NotFound.
func (p *Peer) Deny(id, reason string) error {
	if err := p.May(roles.Admit); err != nil {
		return err
	}
	return p.room.Deny(id, reason)
}

// Deny sends away who waits at the server's wish. Kinds Invalid, NotFound.
func (r *Room) Deny(id, reason string) error {
	switch {
	case id == "":
		return fault.Invalidf("peer_id is required")
	case len(reason) > maxReason:
		return fault.Invalidf("reason must have at most %d bytes", maxReason)
	}
	var err error
	r.do(func() {
		var chosen []*Peer
		if chosen, err = r.chosenLocked(id); err == nil {
			chosen[0].refuseLocked(reason)
		}
	})
	return err
}

// Lock has whoever may not admit wait at the door from now on, or not any more; with the permission admit. Who waits goes on waiting. The lock
// falls with the session. Kind Forbidden.
func (p *Peer) Lock(locked bool) error {
	var err error
	p.room.do(func() {
		if err = p.mayLocked(roles.Admit); err == nil {
			p.room.lockLocked(locked, p.card)
		}
	})
	return err
}

// Lock is Peer.Lock at the server's wish.
func (r *Room) Lock(locked bool) { r.do(func() { r.lockLocked(locked, nil) }) }

func (r *Room) lockLocked(locked bool, by *Card) {
	r.locked = locked
	if r.session != nil {
		r.hub.write(models.Entry{Session: r.session, State: r.stateLocked()})
	}
	r.tellLocked(Locked{By: by, Locked: locked}, nil)
}
