package hub

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/roles"
)

// reunion is how long a room that has one session only stays open when all have lost their connections: clients try to come back for so
// long. Grave is how long it is remembered that a room is closed for good: by then whoever was admitted before has tried to come in.
const (
	reunion = 20 * time.Second
	grave   = time.Minute
)

const roomClosed = "the room is closed"

func closed() error { return fault.New(fault.Gone, roomClosed) }

// overLocked reports whether nobody comes into the room any more.
func (r *Room) overLocked() bool { return r.retired || r.expiry.over }

// placeLocked is how the last arrival found the room. It may have been put off when that closes; a time before that is an old one.
func (r *Room) placeLocked(place *Place) {
	r.place = place
	if place.Rules.Expires.After(r.expiry.at) {
		r.expiry.startLocked(r)
	}
}

// finishLocked closes a room whose only session has ended: at once, or, when the last one was lost, unless somebody comes back.
func (r *Room) finishLocked() {
	switch {
	case r.revived && !r.expiry.at.IsZero(): // it lives to its end, for those who come back from a restart
		return
	case !r.lost || r.place.Rules.Ends || r.stopped:
		r.retireLocked()
		return
	}
	r.keepLocked(reunion, func() {
		if r.session == nil {
			r.retireLocked()
		}
	})
}

// keepLocked keeps the room on the hub's list for a while, and then does something.
func (r *Room) keepLocked(d time.Duration, then func()) {
	if r.kept != nil {
		r.kept.Stop()
	}
	var kept *time.Timer
	kept = time.AfterFunc(d, func() {
		r.do(func() {
			if r.kept == kept {
				r.kept = nil
				then()
			}
		})
	})
	r.kept = kept
}

// retireLocked closes the room for good. Whoever waits or looks on is sent away.
func (r *Room) retireLocked() {
	if r.retired {
		return
	}
	if !r.expiry.over { // else that was told already
		r.hub.closed(&r.place.Room)
	}
	r.retired = true
	r.expiry.stop()
	for _, p := range r.peers {
		switch p.phase {
		case waiting:
			p.refuseLocked(roomClosed)
		case watching:
			p.vanishLocked()
			p.tellLocked(&Event{Body: Removed{Reason: roomClosed, Ended: true}})
		case joining, in, gone:
		}
	}
	if !r.stopped {
		r.keepLocked(grave, func() {})
	}
}

// Retire closes a room for good if nobody has anything to do with it, and says whether it is closed. Kind Unavailable.
func (h *Hub) Retire(ctx context.Context, place *Place) (bool, error) {
	done := false
	err := h.enter(ctx, place, func(r *Room) error {
		if len(r.peers) == 0 && r.kept == nil {
			r.retireLocked()
		}
		done = r.retired
		return nil
	})
	return done, err
}

// roleLocked is the role that the peer would come in with now: that of whoever leads, if nobody does and it may; nil when it is gone.
func (p *Peer) roleLocked() *roles.Role {
	r := p.room
	if lead := r.place.Roles[r.place.Rules.Host]; lead != nil && p.ticket.Leads && r.countRoleLocked(lead.Name) == 0 {
		return lead
	}
	return r.place.Roles[p.ticket.Role]
}

// leaderlessLocked reports whether the session is to end because a peer has left it. One whose connection Foyer itself ended, and that did not
// come back after a restart, ends nothing (room codes contract 7).
func (r *Room) leaderlessLocked(p *Peer) bool {
	rules := &r.place.Rules
	return rules.Ends && p.row.Role == rules.Host && p.line > 0 && r.countRoleLocked(rules.Host) == 0 && !r.overLocked()
}

// appointLocked gives the lead to who has been in longest of those who may take it, when nobody has it.
func (r *Room) appointLocked() {
	lead := r.place.Roles[r.place.Rules.Host]
	if lead == nil || len(r.inside) == 0 || r.countRoleLocked(lead.Name) > 0 || r.overLocked() {
		return
	}
	for _, p := range r.inside {
		if p.ticket.Leads {
			_ = p.assignLocked(lead.Name, "") // a full role is nobody's fault: it is tried again with the next change
			return
		}
	}
}
