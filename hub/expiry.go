package hub

import (
	"time"
)

// expiry closes a room at a time that can be put off (room codes contract 7). All of it is guarded by the room's lock.
type expiry struct {
	at     time.Time // zero: never
	timer  *time.Timer
	warned bool // whoever leads was told of this time
	due    bool // the time has come while somebody puts it off
	over   bool
	held   int // extensions that are on their way
}

// startLocked has the room close when its place says.
func (e *expiry) startLocked(r *Room) {
	e.at, e.warned = r.place.Rules.Expires, false
	if e.over = !e.at.After(r.hub.now()); e.over { // whoever is in after a restart must go
		e.lingerLocked(r)
		return
	}
	e.armLocked(r)
}

// armLocked sets the timer for what comes next: the warning, or the end.
func (e *expiry) armLocked(r *Room) {
	e.stop()
	left := e.at.Sub(r.hub.now())
	step := e.endLocked
	if ahead := left - r.place.Rules.Warning; !e.warned && ahead > 0 {
		left, step = ahead, e.warnLocked
	} else {
		e.warned = true
	}
	e.runLocked(r, left, step)
}

// runLocked has a step taken after a time, unless another one is set before.
func (e *expiry) runLocked(r *Room, after time.Duration, step func(r *Room)) {
	var timer *time.Timer
	timer = time.AfterFunc(max(after, 0), func() {
		r.do(func() {
			if e.timer == timer && !r.stopped {
				step(r)
			}
		})
	})
	e.timer = timer
}

func (e *expiry) stop() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

func (e *expiry) warnLocked(r *Room) {
	e.warned = true
	r.tellLeadersLocked(Expiring{At: e.at})
	e.armLocked(r)
}

// endLocked is the end of the room's time. Those who are in stay connected for a while.
func (e *expiry) endLocked(r *Room) {
	if e.due = e.held > 0; e.due {
		return
	}
	e.over = true
	r.hub.closed(&r.place.Room)
	r.tellLocked(Expired{}, nil)
	e.lingerLocked(r)
}

// lingerLocked puts everybody out who is still in after a while.
func (e *expiry) lingerLocked(r *Room) {
	e.runLocked(r, r.place.Rules.Linger, func(r *Room) {
		r.disbandLocked(Removed{Reason: "the room's time is over", Ended: true, Cause: TimeOver}, nil, true)
		r.retireLocked()
	})
}

// greetLocked tells a leader that has just come in what it would have been told before.
func (e *expiry) greetLocked(p *Peer) {
	if !e.at.IsZero() && e.warned && !e.over && p.row.Role == p.room.place.Rules.Host {
		p.tellLocked(&Event{Body: Expiring{At: e.at}})
	}
}

// tellLeadersLocked tells whoever leads the room.
func (r *Room) tellLeadersLocked(body any) {
	event := &Event{Body: body}
	for _, p := range r.inside {
		if p.row.Role == r.place.Rules.Host {
			p.tellLocked(event)
		}
	}
}

// Extend puts off when the room closes. Commit writes that down and gives the new time; it is called without a lock, and meanwhile the room
// does not close. Whether the room's time is over or put off is decided here, under its lock. Kind Gone; and those of commit.
func (r *Room) Extend(commit func() (time.Time, error)) error {
	over := false
	r.do(func() {
		if over = r.overLocked(); !over {
			r.expiry.held++
		}
	})
	if over {
		return closed()
	}
	at, err := commit()
	r.do(func() { r.expiry.settleLocked(r, at, err == nil) })
	return err
}

// settleLocked ends an extension.
func (e *expiry) settleLocked(r *Room, at time.Time, extended bool) {
	e.held--
	switch {
	case r.retired:
	case extended:
		r.tellLeadersLocked(Extended{At: at})
		if at.After(e.at) {
			e.at, e.warned, e.due = at, false, false
			e.armLocked(r)
		}
	case e.due:
		e.endLocked(r)
	}
}
