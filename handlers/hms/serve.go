package hms

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/rooms"
	"foyer/tokens"
)

// stay is one connection of a peer, from the first frame to the last.
func (h *Handler) stay(v rooms.Visitor, peer string) socket.Stay {
	p := &client{Handler: h, visitor: v, id: strings.Clone(peer)} // so that the whole request does not stay in memory
	return func(ctx context.Context, c *socket.Conn) {
		p.conn = c
		ctx, cancel := context.WithCancel(ctx)
		defer p.work.Wait() // nothing is begun any more
		defer cancel()
		// The client says nothing before it knows its policy: who is refused gets one too, and the refusal when it joins.
		if err := p.arrive(ctx); err != nil {
			p.greet()
		}
		defer p.part()
		for {
			message, err := c.Read()
			if err != nil || p.replaced.Load() { // what is said on a connection that is not the peer's any more does not count
				return
			}
			call, err := parse(message)
			if err != nil {
				c.Send(failed(cmp.Or(call.ID, nobody), err))
				continue
			}
			if call.Method == "leave" {
				p.leave(ctx)
				return
			}
			if p.zombie(ctx, call.Method) {
				continue
			}
			result, err := p.call(ctx, call)
			if err != nil {
				c.Send(failed(call.ID, err))
			} else if result != nil {
				c.Send(succeeded(call.ID, result))
			}
		}
	}
}

// arrive finds the peer that the connection belongs to, or makes it.
func (p *client) arrive(ctx context.Context) error {
	seat := tokens.Peek(p.visitor.Token)
	p.role = seat.Role
	if line, ok := p.Hub.Resume(seat.Room, p.id, seat.Token, p.open(seat.Room, true), p.deliver); ok {
		p.line, p.spoken, p.visitor = line, true, rooms.Visitor{}
		return nil
	}
	ticket, err := p.Rooms.Admit(ctx, p.visitor)
	if err != nil {
		return err
	}
	p.admitted = p.now()
	ticket.Dialect, ticket.Grace = Dialect, cmp.Or(p.Grace, minute)
	ticket.Still, ticket.Media = p.Media == nil, p.open(ticket.Place.Room.ID, false)
	p.line, err = p.Hub.Arrive(ctx, ticket, p.id, p.deliver)
	return err
}

// readmit asks again whether a client may come in that has looked on for a while: the room may be disabled by now, or the role gone.
func (p *client) readmit(ctx context.Context) error {
	if p.visitor.Token == "" || p.now().Sub(p.admitted) < fresh {
		return nil
	}
	_, err := p.Rooms.Admit(ctx, p.visitor)
	return err
}

// zombie reports a client that thinks it is in, but is not: instead of joining it tells its tracks, as clients do that come back (client
// protocol 3). It is told that it is over, or, while nobody can say, to come back.
func (p *client) zombie(ctx context.Context, method string) bool {
	if p.spoken || method == "ping" || method == "analytics" {
		return false
	}
	p.spoken = true
	if method == "join" {
		return false
	}
	over, err := p.over(ctx)
	switch {
	case err != nil:
		p.conn.Close(socket.Restarting, "nobody can say now whether you are in: come back")
	case over:
		p.deliver(&hub.Event{Body: hub.Removed{Reason: "session expired"}})
	}
	return over || err != nil
}

// over reports whether the stay of a client that comes back is over: it was in once, or would not be let in now.
func (p *client) over(ctx context.Context) (bool, error) {
	if p.line == nil {
		if err := p.arrive(ctx); err != nil {
			if reply.Of(err).Status < http.StatusInternalServerError {
				return true, nil // that is the answer
			}
			return false, err
		}
	}
	return p.Sessions.Stayed(ctx, p.line.Room().ID(), p.id)
}

// leave ends the peer's stay. The connection ends behind it, when it is written down.
func (p *client) leave(ctx context.Context) {
	if p.line != nil {
		ctx, cancel := context.WithTimeout(ctx, goodbye)
		defer cancel()
		_ = p.line.Leave(ctx) // whoever leaves does not wait for an answer; the journal keeps what it could not write yet
	}
}

// part is what is left to do when the connection is over.
func (p *client) part() {
	if p.line != nil {
		p.line.LostFor(p.conn.Quiet())
	}
}
