package hub

import (
	"time"

	"foyer/roles"
)

// outlookEvery is how often watchers are told at most what a room is like.
const outlookEvery = time.Second

// outlook tells watchers what a room is like, at once when it can, else soon. All of it is guarded by the room's lock.
type outlook struct {
	last  time.Time
	timer *time.Timer // runs: there is something to tell
}

// outlookLocked has all watchers told.
func (r *Room) outlookLocked() {
	o := &r.outlook
	if o.timer != nil || len(r.peers) == len(r.inside) {
		return
	}
	wait := outlookEvery - r.hub.now().Sub(o.last)
	if wait <= 0 {
		o.tellLocked(r)
		return
	}
	o.timer = time.AfterFunc(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if o.timer != nil {
			o.timer = nil
			o.tellLocked(r)
		}
	})
}

func (o *outlook) stop() {
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
}

// tellLocked tells all watchers: one event with the list of peers, and one without.
func (o *outlook) tellLocked(r *Room) {
	o.last = r.hub.now()
	var events [2]*Event
	for _, p := range r.peers {
		if p.phase == in || p.phase == joining {
			continue
		}
		with := 0
		if p.seesPeersLocked() {
			with = 1
		}
		if events[with] == nil {
			events[with] = &Event{Body: r.outlookBodyLocked(with == 1)}
		}
		p.tellLocked(events[with])
	}
}

// greetLocked tells one watcher.
func (o *outlook) greetLocked(p *Peer) {
	p.tellLocked(&Event{Body: p.room.outlookBodyLocked(p.seesPeersLocked())})
}

func (r *Room) outlookBodyLocked(peers bool) Outlook {
	body := Outlook{Place: r.place, Session: r.session, Count: len(r.inside)}
	if peers {
		body.Peers = r.cardsLocked(nil)
	}
	return body
}

// seesPeersLocked reports whether the role and the template let a watcher see who is in (server contract 4.5, 4.6).
func (p *Peer) seesPeersLocked() bool {
	role := p.room.place.Roles[p.ticket.Role]
	return role != nil && role.May(roles.SendRoomState) && p.room.place.SendList
}
