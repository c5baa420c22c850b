package hms

import (
	"sync"
	"sync/atomic"
	"time"

	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/rooms"
)

// client is one connection.
type client struct {
	*Handler

	conn *socket.Conn // static, as is the next one
	id   string
	role string // that the token speaks of; static once the hub knows the client

	visitor  rooms.Visitor // owned by the read loop, as are the next four; empty once it has joined
	admitted time.Time     // when it was last
	line     *hub.Line     // nil: not admitted
	spoken   bool          // something was said that tells a client that joins from one that comes back
	finds    finds

	replaced atomic.Bool // the peer has another connection now

	mu      sync.Mutex
	joining string // guarded by mu: the id of the join that waits for its answer, as it stands in JSON
	greeted bool   // guarded by mu: the client knows its policy
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
		if id := p.joined(); id != "" {
			p.conn.Send(failed(id, refused(body.Reason)))
		}
	case hub.Removed:
		p.conn.Send(e.Form(Dialect, written))
		time.AfterFunc(goodbye, func() { p.conn.Close(socket.Normal, "") })
	case hub.Superseded:
		p.replaced.Store(true)
		p.conn.Close(socket.Replaced, "the peer has another connection now")
	default:
		p.conn.Send(e.Form(Dialect, written))
	}
}

// welcome answers the join that waits, or, when the client has come back, tells it its policy first.
func (p *client) welcome(w *hub.Welcome) {
	if id := p.joined(); id != "" {
		p.conn.Send(succeeded(id, empty))
	} else {
		p.greetWith(w.Place, w.Role)
	}
	p.conn.Send(peerList(w))
	if len(w.Values) > 0 {
		p.conn.Send(written(hub.Noted{Values: w.Values}))
	}
}

// joined takes the join that waits for its answer; empty when there is none.
func (p *client) joined() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := p.joining
	p.joining = ""
	return id
}

func (p *client) joins(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.joining = id
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
		p.conn.Send(policyFrame(place, role))
	}
}

// greet tells a client that was not admitted a policy in which there is nothing, so that it goes on to join.
func (p *client) greet() {
	p.conn.Send(barePolicy(p.role))
}
