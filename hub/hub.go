package hub

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"foyer/bus"
	"foyer/fault"
	"foyer/models"
)

// Longest is how long a session lasts at most, whatever its room says (server contract 6).
const Longest = 12 * time.Hour

// Journal takes a line of what happens, and gives a function that waits until it is written down. It is called under a room's lock: it
// must not block, and must keep the order of calls. A nil Journal writes nothing.
type Journal func(models.Entry) (wait func(context.Context) error)

// Options are what a hub needs. All but IDs have defaults.
type Options struct {
	IDs     func() models.ID
	Journal Journal
	Bus     bus.Bus          // nil: bus.Local
	Now     func() time.Time // nil: time.Now
	Turned  Turned           // nil: nobody wants to know
	Closed  Closed           // nil: nobody wants to know
}

// Turned is told of each session that has begun or ended. It is called under a room's lock: it must not block, nor call the hub.
type Turned func(s models.Session, ended bool)

// Closed is told of each room into which nobody comes any more: the one session that it could have has ended, or its time is over. It is
// called under a room's lock: it must not block, nor call the hub.
type Closed func(room *models.Room)

// Hub is all live rooms of this node. Safe for concurrent use.
type Hub struct {
	ids     func() models.ID // static, as are the next six
	journal Journal
	bus     bus.Bus
	now     func() time.Time
	turned  Turned
	closed  Closed
	life    context.Context // of what is nobody's wish: it never ends
	said    atomic.Uint64   // messages so far: names the next one
	origin  string          // static: what the names of this hub's messages begin with

	mu      sync.Mutex
	rooms   map[models.ID]*Room // guarded by mu
	stopped bool                // guarded by mu
}

// New makes a hub without rooms.
func New(o Options) *Hub {
	h := &Hub{
		ids: o.IDs, journal: o.Journal, bus: o.Bus, now: o.Now, turned: o.Turned, closed: o.Closed, life: context.Background(),
		rooms: map[models.ID]*Room{}, origin: string(o.IDs()),
	}
	if h.bus == nil {
		h.bus = bus.Local{}
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.turned == nil {
		h.turned = func(models.Session, bool) {}
	}
	if h.closed == nil {
		h.closed = func(*models.Room) {}
	}
	return h
}

// messageID is a fresh name for a message.
func (h *Hub) messageID() string { return h.origin + "-" + strconv.FormatUint(h.said.Add(1), 36) }

func (h *Hub) stamp() time.Time { return models.Stamp(h.now()) }

// write hands a line to the journal.
func (h *Hub) write(e models.Entry) func(context.Context) error {
	if h.journal == nil {
		return func(context.Context) error { return nil }
	}
	return h.journal(e)
}

// Room is a room in which somebody is, or at whose door somebody waits. Kind NotFound.
func (h *Hub) Room(workspace, id models.ID) (*Room, error) {
	h.mu.Lock()
	r := h.rooms[id]
	h.mu.Unlock()
	if r == nil || !r.live(workspace) {
		return nil, NoSession()
	}
	return r, nil
}

// RoomOf is Room whatever the workspace: for parts of Foyer that follow sessions.
func (h *Hub) RoomOf(id models.ID) (*Room, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r, ok := h.rooms[id]
	return r, ok
}

// NoSession is the documented answer for a room in which nothing goes on (server contract 5, 14.15).
func NoSession() error { return fault.New(fault.NotFound, "session not found") }

// Stop ends the hub: connections that are lost from now on keep their peers, for the process that comes next to find.
func (h *Hub) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for _, r := range h.rooms {
		r.stop()
	}
}

// Size counts the rooms and the peers that are in, for metrics.
func (h *Hub) Size() (rooms, peers int) {
	h.mu.Lock()
	all := make([]*Room, 0, len(h.rooms))
	for _, r := range h.rooms {
		all = append(all, r)
	}
	h.mu.Unlock()
	for _, r := range all {
		r.mu.Lock()
		if n := len(r.inside); n > 0 {
			rooms, peers = rooms+1, peers+n
		}
		r.mu.Unlock()
	}
	return rooms, peers
}

// enter finds or makes the room and runs fn under its lock.
func (h *Hub) enter(ctx context.Context, place *Place, fn func(r *Room) error) error {
	for {
		r, err := h.open(ctx, place)
		if err != nil {
			return err
		}
		r.mu.Lock()
		if !r.closed {
			err := fn(r)
			r.sweepLocked()
			closed := r.closed
			r.mu.Unlock()
			if closed {
				h.forget(r)
			}
			return err
		}
		r.mu.Unlock()
		h.forget(r)
	}
}

func (h *Hub) open(ctx context.Context, place *Place) (*Room, error) {
	id := place.Room.ID
	h.mu.Lock()
	r, stopped := h.rooms[id], h.stopped
	h.mu.Unlock()
	if stopped {
		return nil, stopping()
	}
	if r != nil {
		return r, nil
	}
	release, err := h.bus.Claim(ctx, string(id))
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		release()
		return nil, stopping()
	}
	if r := h.rooms[id]; r != nil { // somebody else was quicker
		release()
		return r, nil
	}
	r = newRoom(h, place, release)
	h.rooms[id] = r
	return r, nil
}

func stopping() error { return fault.New(fault.Unavailable, "Foyer is about to stop") }

// forget takes a closed room off the list.
func (h *Hub) forget(r *Room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[r.id] == r {
		delete(h.rooms, r.id)
		r.release()
	}
}
