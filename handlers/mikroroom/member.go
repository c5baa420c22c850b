package mikroroom

import (
	"cmp"
	"sync/atomic"

	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/roles"
)

// member is the stay of a client in one room, or at its door.
type member struct {
	teller

	conn   *socket.Conn // static once the hub knows the member, as are the next four
	id     string
	person string
	token  string // of its ticket
	write  func(body any) []byte

	card  *hub.Card       // the next two are only used by deliver
	shown map[string]bool // who was told to wait at the door, by peer id

	in       atomic.Bool // counted as somebody who is in
	over     atomic.Bool // was put out, or sent away
	muted    atomic.Bool // what it says of its microphone, and of its camera
	videoOff atomic.Bool
}

func (p *client) newMember(a *asking, token string) *member {
	m := &member{teller: p.teller(a.room), conn: p.conn, person: a.person, token: token}
	m.write = m.written
	return m
}

// out counts the member out, once.
func (m *member) out() {
	if m.in.CompareAndSwap(true, false) {
		m.count(-1)
	}
}

// deliver tells the client what happened. It is a hub.Deliver: it does not block.
func (m *member) deliver(e *hub.Event) {
	if m.over.Load() {
		return
	}
	switch body := e.Body.(type) {
	case hub.Welcome:
		m.welcome(&body)
	case hub.AtDoor:
		m.atDoor()
	case hub.Refused:
		m.sendAway(cmp.Or(body.Reason, "you were not let in"))
	case hub.Removed:
		m.remove(&body)
	case hub.Superseded:
		m.conn.Close(socket.Replaced, "the peer has another connection now")
	case hub.Assigned:
		m.assign(&body)
	case hub.Changed:
		m.change(e, &body)
	case hub.Queued:
		m.queue(&body)
	case hub.MuteAsked:
		if body.Track == "" { // this protocol's clients tell nobody of tracks
			m.askMute(body.By, body.Mute)
		}
	case hub.AllMuteAsked:
		if (body.Type == "" || body.Type == "audio") && (body.Source == "" || body.Source == "regular") {
			m.askMute(body.By, body.Mute)
		}
	case hub.Signalled:
		m.signal(&body)
	default:
		m.conn.Send(e.Form(m.form, m.write))
	}
}

// welcome tells who is in: itself first, since a client takes the first one for itself (contract 6); then what a late one would have missed.
func (m *member) welcome(w *hub.Welcome) {
	if m.in.CompareAndSwap(false, true) {
		m.count(1)
	}
	m.card = w.Self
	m.muted.Store(w.Self.Muted)
	m.videoOff.Store(w.Self.VideoOff)
	m.conn.Send(m.joined(w.Self))
	for _, c := range w.Others {
		m.conn.Send(m.joined(c))
	}
	for _, c := range w.Others {
		if c.HandRaised() {
			m.conn.Send(m.hand(c))
		}
	}
	if w.Locked {
		m.conn.Send(m.locked(&hub.Locked{Locked: true}))
	}
}

// atDoor tells the client that it has to wait.
func (m *member) atDoor() { m.conn.Send(m.waiting(m.id, m.person)) }

func (m *member) waiting(id, name string) []byte {
	return frame(note{Type: "waiting-room", Room: m.room, Peer: id, Name: name, At: m.stamp()})
}

// queue tells of those at the door who were not there before.
func (m *member) queue(q *hub.Queued) {
	shown := make(map[string]bool, len(q.Waiters))
	for _, w := range q.Waiters {
		shown[w.PeerID] = true
		if !m.shown[w.PeerID] {
			m.conn.Send(m.waiting(w.PeerID, w.Name))
		}
	}
	m.shown = shown
}

// sendAway ends the stay with a reason that the client shows.
func (m *member) sendAway(reason string) {
	m.over.Store(true)
	m.out()
	m.conn.Send(frame(note{Type: "reject-user", Room: m.room, Peer: m.id, Reason: reason, At: m.stamp()}))
	m.conn.Close(socket.Normal, "")
}

// remove ends the stay at the wish of somebody in the room, which the client has a word for, or of somebody else.
func (m *member) remove(r *hub.Removed) {
	if r.By == "" || r.Ended {
		m.sendAway(cmp.Or(r.Reason, "the meeting is over"))
		return
	}
	m.over.Store(true)
	m.out()
	m.conn.Send(m.action("kick", r.By, r.Reason))
	m.conn.Close(socket.Normal, "")
}

// action is a moderator's wish to this client.
func (m *member) action(what, by, reason string) []byte {
	return frame(note{
		Type: "moderator-action", Room: m.room, Peer: by, Target: m.id, Action: what, Reason: reason, At: m.stamp(),
	})
}

func (m *member) askMute(by string, mute bool) {
	what := "unmute"
	if mute {
		what = "mute"
	}
	m.conn.Send(m.action(what, by, ""))
}

// assign tells the client whether it is a moderator now: its own participant-joined does that without a dialog.
func (m *member) assign(a *hub.Assigned) {
	role := a.Place.Roles[a.Role]
	card := hub.Card{
		ID: m.id, Name: m.card.Name, Moderator: role != nil && role.May(roles.RemoveOthers), Muted: m.muted.Load(), VideoOff: m.videoOff.Load(),
	}
	m.conn.Send(m.joined(&card))
}

// change tells of a change. Of its own hand the client is not told.
func (m *member) change(e *hub.Event, c *hub.Changed) {
	if c.Peer.ID != m.id {
		m.conn.Send(e.Form(m.form, m.write))
		return
	}
	m.card = c.Peer
	m.muted.Store(c.Peer.Muted)
	m.videoOff.Store(c.Peer.VideoOff)
	if c.Was != nil {
		was := *c.Was
		was.Groups = c.Peer.Groups
		m.conn.Send(m.changed(&hub.Changed{Peer: c.Peer, Was: &was}))
	}
}

// signal tells what another client of this protocol wants of this one alone.
func (m *member) signal(s *hub.Signalled) {
	switch what := s.What.(type) {
	case relay:
		m.conn.Send(m.copied(what.object, s.From.ID, 0))
	case promoted:
		m.conn.Send(m.action("make-moderator", s.From.ID, ""))
	}
}
