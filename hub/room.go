package hub

import (
	"slices"
	"sync"
	"time"

	"foyer/models"
)

// Room is a live room: a lock, lists and an order. It has no goroutine of its own. Safe for concurrent use.
type Room struct {
	hub     *Hub // static, as are the next two
	id      models.ID
	release func()

	mu       sync.Mutex
	place    *Place           // guarded by mu, as is all that follows: as the last arrival found the room
	session  *models.Session  // nil: nobody is in; replaced, never changed
	opened   bool             // somebody has come in
	closed   bool             // the room is off the hub's list
	stopped  bool             // nothing happens any more only because time passes
	relieved bool             // somebody is let in by relieveLocked
	left     time.Time        // when the last one left who did
	vague    bool             // somebody may have left later, before Foyer was started
	locked   bool             // whoever may not admit waits at the door
	peers    map[string]*Peer // whoever has a connection or a place, by peer id
	inside   []*Peer          // those who are in, in the order of joining
	joining  int              // seats of those who are being written down
	queue    []*Peer          // those who wait, in the order of arrival
	owners   map[string]*Peer // of tracks, by their ids
	tracks   int              // of all who are in
	values   map[string]*Value
	volume   int         // bytes of all values
	deadline *time.Timer // ends the session
	lost     bool        // the last one who left did so by losing the connection
	revived  bool        // nobody has come in since Foyer was started
	retired  bool        // nobody comes in any more
	kept     *time.Timer // runs: the room stays on the hub's list though nobody is there
	expiry   expiry
	outlook  outlook
}

func newRoom(h *Hub, place *Place, release func()) *Room {
	return &Room{hub: h, id: place.Room.ID, release: release, place: place, peers: map[string]*Peer{}, owners: map[string]*Peer{}, values: map[string]*Value{}}
}

// ID is the room's id.
func (r *Room) ID() models.ID { return r.id }

func (r *Room) live(workspace models.ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.place.Room.WorkspaceID == workspace && !r.closed && len(r.inside)+len(r.queue) > 0
}

// do runs fn under the lock, for somebody outside, and closes the room if it has become empty.
func (r *Room) do(fn func()) {
	if r.run(fn) {
		r.hub.forget(r)
	}
}

// run is do, and reports whether the room is closed. A panic of fn leaves the lock free: one mistake must not hang the room.
func (r *Room) run(fn func()) (closed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fn()
	r.sweepLocked()
	return r.closed
}

// sweepLocked ends the session when the last peer is gone, and closes the room when nobody has anything to do with it.
func (r *Room) sweepLocked() {
	if r.session != nil && len(r.inside)+r.joining == 0 {
		r.endSessionLocked()
	}
	r.appointLocked()
	r.relieveLocked()
	r.closed = len(r.peers) == 0 && r.kept == nil
	if r.closed {
		r.outlook.stop()
		r.expiry.stop()
	}
}

// beginSessionLocked makes sure that there is a session.
func (r *Room) beginSessionLocked(at time.Time) {
	if r.session != nil {
		return
	}
	room := &r.place.Room
	r.session = &models.Session{
		ID: r.hub.ids(), WorkspaceID: room.WorkspaceID, RoomID: r.id, TemplateID: room.TemplateID, RoomName: room.Name, CreatedAt: at,
	}
	r.limitLocked(at)
}

// limitLocked has the session end when its time is over (server contract 6).
func (r *Room) limitLocked(at time.Time) {
	longest := Longest
	if most := r.place.Room.MaxDurationSeconds; most != nil && *most > 0 {
		longest = min(longest, time.Duration(*most)*time.Second)
	}
	session := r.session.ID
	r.deadline = time.AfterFunc(r.session.CreatedAt.Add(longest).Sub(at), func() {
		r.do(func() {
			if r.session != nil && r.session.ID == session && !r.stopped {
				r.endLocked(nil, "the session has reached its longest time", false)
			}
		})
	})
}

// endSessionLocked ends the session as of when the last one left it: after a restart that may be long ago.
func (r *Room) endSessionLocked() {
	if r.opened {
		at := r.left
		if r.vague {
			at = r.hub.stamp()
		}
		r.hub.write(models.Entry{Session: r.session, Ended: &at})
		r.hub.turned(*r.session, true)
	}
	r.deadline.Stop()
	r.session, r.opened, r.deadline, r.left, r.vague = nil, false, nil, time.Time{}, false
	r.values, r.volume, r.locked = map[string]*Value{}, 0, false
	if r.place.Rules.Single {
		r.finishLocked()
	}
	r.outlookLocked()
}

// stop keeps timers from acting: whoever is in stays in, for the process that comes next.
func (r *Room) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	if r.deadline != nil {
		r.deadline.Stop()
	}
	r.outlook.stop()
	r.expiry.stop()
	if r.kept != nil {
		r.kept.Stop()
	}
	for _, p := range r.peers {
		p.stopGraceLocked()
	}
}

// tellLocked tells everybody who is in, but one; nil leaves nobody out.
func (r *Room) tellLocked(body any, but *Peer) {
	e := &Event{Body: body}
	for _, p := range r.inside {
		if p != but {
			p.tellLocked(e)
		}
	}
}

// countLocked tells how many are in, and how many tracks they have.
func (r *Room) countLocked() {
	if r.session != nil {
		r.tellLocked(Counted{Session: r.session.ID, Room: r.id, Peers: len(r.inside), Tracks: r.tracks}, nil)
	}
	r.outlookLocked()
}

// cardsLocked are those who are in, in order, but one.
func (r *Room) cardsLocked(but *Peer) []*Card {
	cards := make([]*Card, 0, len(r.inside))
	for _, p := range r.inside {
		if p != but {
			cards = append(cards, p.card)
		}
	}
	return cards
}

// insideLocked is a peer that is in.
func (r *Room) insideLocked(id string) (*Peer, error) {
	if p := r.peers[id]; p != nil && p.phase == in {
		return p, nil
	}
	return nil, noPeer()
}

// countRoleLocked counts those of a role, seats that are being written down included.
func (r *Room) countRoleLocked(role string) int {
	n := 0
	for _, p := range r.peers {
		if (p.phase == in || p.phase == joining) && p.row.Role == role {
			n++
		}
	}
	return n
}

// View is a live room as the server's side sees it: a snapshot.
type View struct {
	Place   *Place
	Session *models.Session // nil: there are only waiters
	Peers   []*Card         // in the order of joining
	Values  []Value
	Locked  bool
	Expires time.Time // zero: never
}

// View is what the room is like now.
func (r *Room) View() View {
	r.mu.Lock()
	defer r.mu.Unlock()
	return View{Place: r.place, Session: r.session, Peers: r.cardsLocked(nil), Values: r.allValuesLocked(), Locked: r.locked, Expires: r.expiry.at}
}

// Count is how many are in.
func (r *Room) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.inside)
}

// Has reports whether somebody has a connection or a place under an id, in the room or at its door.
func (r *Room) Has(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[id] != nil
}

// Peer is the card of a peer that is in. Kind NotFound.
func (r *Room) Peer(id string) (*Card, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.insideLocked(id)
	if err != nil {
		return nil, err
	}
	return p.card, nil
}

// Stay is a peer that is in, and the ticket by which it came. Kind NotFound.
func (r *Room) Stay(id string) (models.Peer, Ticket, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.insideLocked(id)
	if err != nil {
		return models.Peer{}, Ticket{}, err
	}
	return p.row, p.ticket, nil
}

func without(list []*Peer, p *Peer) []*Peer {
	if i := slices.Index(list, p); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
