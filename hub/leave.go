package hub

import (
	"context"
	"slices"
	"time"

	"foyer/models"
	"foyer/roles"
)

// departure is how a peer leaves.
type departure struct {
	reason, message string
	at              time.Time
	tell            *Removed // what the peer itself is told; nil: it knows
}

// departLocked takes out a peer that is in.
func (p *Peer) departLocked(d departure) (wait func(context.Context) error) {
	r := p.room
	r.inside = without(r.inside, p)
	wait = p.closeLocked(d)
	if r.leaderlessLocked(p) {
		r.disbandLocked(Removed{Reason: "the host has left", Ended: true, Cause: HostLeft}, nil, false)
		if r.place.Rules.Single { // at once: somebody may be joining, who must not take the lead
			r.retireLocked()
		}
		return wait
	}
	r.tellLocked(Left{Peer: p.card}, nil)
	r.countLocked()
	return wait
}

// closeLocked ends a peer's stay without a word to the others.
func (p *Peer) closeLocked(d departure) (wait func(context.Context) error) {
	p.vanishLocked()
	p.room.lost = d.reason == websocketClosed
	if d.at.After(p.room.left) {
		p.room.left = d.at
	}
	p.closeMediaLocked(d.at)
	p.row.LeftAt, p.row.Reason, p.row.Message = &d.at, d.reason, d.message
	row := p.row
	wait = p.room.hub.write(models.Entry{Session: p.room.session, Left: &row})
	if d.tell != nil {
		p.tellLocked(&Event{Body: *d.tell})
	}
	return wait
}

// Leave ends the peer's stay at its own wish. The others know at once; it returns when that is written down, or the context ends.
func (p *Peer) Leave(ctx context.Context) error {
	var wait func(context.Context) error
	p.room.do(func() {
		switch p.phase {
		case in:
			wait = p.departLocked(departure{reason: clientRequest, at: p.room.hub.stamp()})
			return
		case joining:
			p.out = &departure{reason: clientRequest, at: p.room.hub.stamp()}
			return
		case waiting:
			p.unqueueLocked()
			p.vanishLocked()
			return
		case watching:
			p.vanishLocked()
		case gone:
		}
		p.room.tellOfLocked("peer.leave.failure", &models.Peer{
			PeerID: p.id, UserID: p.ticket.User, Name: p.row.Name, Data: p.row.Data, Role: p.ticket.Role, Kind: regular,
		}, models.Document{"error_message": "Peer not joined"})
	})
	if wait == nil {
		return nil
	}
	return wait(ctx)
}

// Remove puts out another peer, with the permission removeOthers. Kinds Forbidden, NotFound.
func (p *Peer) Remove(id, reason string) error {
	var err error
	p.room.do(func() {
		if err = p.mayLocked(roles.RemoveOthers); err == nil {
			err = p.room.removeLocked(id, Removed{By: p.id, Reason: reason})
		}
	})
	return err
}

// Remove puts out a peer at the server's wish. Kind NotFound.
func (r *Room) Remove(id, reason string) error {
	var err error
	r.do(func() { err = r.removeLocked(id, Removed{Reason: reason}) })
	return err
}

func (r *Room) removeLocked(id string, how Removed) error {
	p, err := r.insideLocked(id)
	if err == nil {
		p.departLocked(departure{reason: peerKicked, message: how.Reason, at: r.hub.stamp(), tell: &how})
	}
	return err
}

// PutOut ends the stay of everybody whose ticket fits, wherever in the room they are: for bans.
func (r *Room) PutOut(fits func(t *Ticket) bool, reason string) {
	r.do(func() {
		for _, p := range r.peers {
			if !fits(&p.ticket) {
				continue
			}
			switch removed := (Removed{Reason: reason}); p.phase {
			case in:
				p.departLocked(departure{reason: peerKicked, message: reason, at: r.hub.stamp(), tell: &removed})
			case joining:
				p.out = &departure{reason: peerKicked, message: reason, at: r.hub.stamp(), tell: &removed}
			case waiting:
				p.refuseLocked(reason)
			case watching:
				p.vanishLocked()
				p.tellLocked(&Event{Body: removed})
			case gone:
			}
		}
	})
}

// End ends the session for all, with the permission endRoom: the others are put out; the caller is out too, but goes by itself. Locked
// says that the room was disabled, for whom webhooks tell. Kind Forbidden.
func (p *Peer) End(reason string, locked bool) error {
	var err error
	p.room.do(func() {
		if err = p.mayLocked(roles.EndRoom); err == nil {
			p.room.endLocked(p, reason, locked)
		}
	})
	return err
}

// End ends the session at the server's wish.
func (r *Room) End(reason string, locked bool) { r.do(func() { r.endLocked(nil, reason, locked) }) }

func (r *Room) endLocked(by *Peer, reason string, locked bool) {
	removed, about, source := Removed{Reason: reason, Ended: true}, (*models.Peer)(nil), "api"
	if by != nil {
		removed.By, about, source = by.id, &by.row, "peer"
	}
	r.tellOfLocked("room.end.success", about, models.Document{"lock_room": locked, "reason": reason, "source": source})
	r.disbandLocked(removed, by, locked)
}

// disbandLocked puts everybody out but, where it is the wish of one, that one, who goes by itself. Who watches may stay unless the door is
// closed behind them.
func (r *Room) disbandLocked(removed Removed, by *Peer, locked bool) {
	at, reason := r.hub.stamp(), removed.Reason
	all := slices.Clone(r.inside)
	r.inside = nil
	for _, p := range all {
		d := departure{reason: peerKicked, message: reason, at: at}
		if p != by {
			d.tell = &removed
		}
		p.closeLocked(d)
	}
	for _, p := range r.peers {
		switch {
		case p.phase == joining:
			p.out = &departure{reason: peerKicked, message: reason, at: at, tell: &removed}
		case p.phase == watching && locked: // it was admitted before that, and may not join by it
			p.vanishLocked()
			p.tellLocked(&Event{Body: removed})
		}
	}
	for _, p := range slices.Clone(r.queue) {
		p.refuseLocked(reason)
	}
}

// tellOfLocked tells webhooks of something that is neither a join nor a leave: extra is what comes on top of the parts about the session
// and the peer.
func (r *Room) tellOfLocked(kind string, about *models.Peer, extra models.Document) {
	if r.session == nil {
		return
	}
	r.hub.write(models.Entry{Session: r.session, Told: r.eventLocked(kind, extra), About: clone(about)})
}

// tellOfFailureLocked tells webhooks of a join that was refused (server contract 7.4): that has no session.
func (r *Room) tellOfFailureLocked(about *models.Peer, cause string) {
	room := &r.place.Room
	r.hub.write(models.Entry{About: clone(about), Told: r.eventLocked("peer.join.failure", models.Document{
		"room_id": string(r.id), "room_name": room.Name, "template_id": string(room.TemplateID), "error_message": cause,
	})})
}

func (r *Room) eventLocked(kind string, extra models.Document) *models.Event {
	return &models.Event{WorkspaceID: r.place.Room.WorkspaceID, RoomID: r.id, Type: kind, At: r.hub.stamp(), Data: extra}
}

func clone(p *models.Peer) *models.Peer {
	if p == nil {
		return nil
	}
	copied := *p
	return &copied
}
