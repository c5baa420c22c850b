package hms

import (
	"sync"
	"sync/atomic"
	"time"

	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/media"
	"foyer/rooms"

	"golang.org/x/time/rate"
)

// client is one connection.
type client struct {
	*Handler

	conn *socket.Conn // static, as is the next one
	id   string
	role string // that the token speaks of; static once the hub knows the client

	visitor  rooms.Visitor // owned by the read loop, as are the next five; empty once it has joined
	admitted time.Time     // when it was last
	line     *hub.Line     // nil: not admitted
	spoken   bool          // something was said that tells a client that joins from one that comes back
	finds    finds
	offers   *rate.Limiter // nil: it has made none

	replaced atomic.Bool    // the peer has another connection now
	work     sync.WaitGroup // one while a join with an offer is answered

	negotiating sync.Mutex  // held while an offer of the client's is answered
	holding     atomic.Bool // frames wait in held; set while mu is held

	mu       sync.Mutex
	joining  joining    // guarded by mu, as is all that follows
	greeted  bool       // the client knows its policy
	media    media.Peer // nil: it is not in, or there is no engine
	held     [][]byte
	heldSize int
	bare     bool        // it came back without media: whatever node it speaks of, its connections are yet to be made
	lost     bool        // it came back with media that the engine does not know: it has connections of before, which must not be offered anything
	missed   []byte      // what it would have been offered
	moving   *time.Timer // nil: it has made no offer to another engine
}

// joining is a join that waits for its answer.
type joining struct {
	id        string                // as it stands in JSON; empty: there is none
	negotiate func(peer media.Peer) // gives the answer; nil: the join came without an offer
}

// goodbye is how long a client that is out may take to close the connection.
const goodbye = 5 * time.Second

// fresh is how long a client need not be admitted again: it connects and joins within that, unless it looks on first.
const fresh = 2 * time.Second

// deliver tells the client what happened. It is a hub.Deliver: it does not block.
func (p *client) deliver(e *hub.Event) {
	switch body := e.Body.(type) {
	case hub.Welcome:
		p.welcome(&body)
	case hub.Outlook:
		p.greetWith(body.Place, p.role)
		p.conn.Send(e.Form(Dialect, written))
	case hub.Refused:
		if ask := p.joined(); ask.id != "" {
			p.conn.Send(failed(ask.id, refused(body.Reason)))
		}
	case hub.Assigned:
		p.send(p.policy(body.Place, body.Role))
	case hub.Removed:
		p.send(e.Form(Dialect, written))
		time.AfterFunc(goodbye, func() { p.conn.Close(socket.Normal, "") })
	case hub.Superseded:
		p.replaced.Store(true)
		p.conn.Close(socket.Replaced, "the peer has another connection now")
	default:
		p.send(e.Form(Dialect, written))
	}
}

// welcome answers the join that waits, or, when the client has come back, tells it its policy first. What the engine has told meanwhile
// comes behind that; and all comes behind the answer to an offer, on which nobody waits here.
func (p *client) welcome(w *hub.Welcome) {
	ask := p.joined()
	p.streams(w.Media)
	if ask.negotiate != nil && w.Media != nil {
		p.hold()
		p.lists(w, p.send)
		p.work.Go(func() { ask.negotiate(w.Media) })
		return
	}
	if ask.id != "" {
		p.conn.Send(succeeded(ask.id, p.admission(w)))
	} else {
		p.greetWith(w.Place, w.Role)
	}
	p.lists(w, p.conn.Send)
	p.release(nil)
}

// admission is the answer to a join without an offer.
func (p *client) admission(w *hub.Welcome) []byte {
	if w.Media == nil {
		return empty
	}
	return marshal(answered{Node: p.Media.Name()})
}

// lists tells who is in, and what the client observes.
func (p *client) lists(w *hub.Welcome, send func([]byte)) {
	send(peerList(w))
	if len(w.Values) > 0 {
		send(written(hub.Noted{Values: w.Values}))
	}
}

// joined takes the join that waits for its answer, if there is one.
func (p *client) joined() joining {
	p.mu.Lock()
	defer p.mu.Unlock()
	ask := p.joining
	p.joining = joining{}
	return ask
}

func (p *client) joins(ask joining) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.joining = ask
}

// first reports whether this is the first time that it is asked.
func (p *client) first() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.greeted
	p.greeted = true
	return !before
}

// greetWith tells the client its policy, once.
func (p *client) greetWith(place *hub.Place, role string) {
	if p.first() {
		p.conn.Send(p.policy(place, role))
	}
}

// greet tells a client that was not admitted a policy in which there is nothing, so that it goes on to join.
func (p *client) greet() {
	p.conn.Send(barePolicy(p.role))
}
