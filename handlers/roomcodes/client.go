package roomcodes

import (
	"context"
	"encoding/base64"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"foyer/fault"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/roles"
	"foyer/usage"
)

// nobody is what peers of other protocols see as the name: this one has none.
const nobody = "Room Codes"

// patience is how long it may take to write down that a connection is over, and to give points back.
const patience = 5 * time.Second

// How far a connection has come.
const (
	outside int32 = iota // not in yet: nothing is said to it
	waiting              // somebody has to let it in
	inside
	over  // the room's time is: whoever speaks is told, and goes
	ended // it is out
)

// client is one connection.
type client struct {
	*Handler

	room string    // as it was asked for; static, as are the next four
	echo bool      // who speaks hears it too
	size int       // of the room; 0: there is no bound
	line *hub.Line // the hub's
	desk *desk

	conn   *socket.Conn // set before the join, then static
	leads  bool         // owned by deliver: it knows that it is the host
	phase  atomic.Int32
	seated atomic.Bool // it does not count as coming any more
}

// crowded reports whether there is no seat for the client, those included who are about to come in.
func (p *client) crowded() bool {
	return p.size > 0 && p.line.Room().Count()+int(p.desk.coming.Load()) > p.size
}

// seat says that the client is in, or will not come.
func (p *client) seat() {
	if p.seated.CompareAndSwap(false, true) {
		p.desk.coming.Add(-1)
	}
}

// stay is the connection, from the first frame to the last.
func (p *client) stay(ctx context.Context, c *socket.Conn) {
	p.conn = c
	defer p.part(ctx)
	if err := p.line.Join(ctx, nobody, ""); err != nil {
		p.turnAway(ctx, err)
		return
	}
	for p.phase.Load() != ended {
		message, binary, err := c.ReadAny()
		if err != nil {
			return
		}
		p.hear(ctx, textOf(message, binary), usage.MessagePoints(len(message)))
	}
}

// turnAway is for who has the connection but no place in the room: the last one was taken meanwhile, or the room was closed.
func (p *client) turnAway(ctx context.Context, err error) {
	if fault.Is(err, fault.Gone) || p.phase.Load() == ended {
		return
	}
	if kind := fault.KindOf(err); kind != fault.Forbidden {
		p.complain(ctx, err)
	}
	p.conn.Close(socket.Later, "there is no place in the room now")
}

// part is what is left to do when the connection is over. Nobody comes back by this protocol: its ticket has no grace, and the room of a host
// who is gone closes at once (contract 6). Only when Foyer stops it outlives its connections (contract 7).
func (p *client) part(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	p.line.Lost()
	p.seat()
	if err := p.desks.leave(ctx, p.desk); err != nil {
		p.Log.WarnContext(ctx, "points are not given back", "dialect", Dialect, "room_id", p.desk.at.room, "error", err)
	}
}

// textOf is a message as a text: what is none is written in base64 (contract 5, R13).
func textOf(message []byte, binary bool) string {
	if binary && !utf8.Valid(message) {
		return base64.StdEncoding.EncodeToString(message)
	}
	return string(message)
}

// hear passes on what the client says, and has it paid first (contract 5, 8).
func (p *client) hear(ctx context.Context, text string, points int) {
	switch p.phase.Load() {
	case over:
		p.dismiss()
		return
	case inside:
	default:
		return
	}
	err := p.desk.lease.Spend(ctx, points)
	if fault.Is(err, fault.RateLimited) {
		p.conn.Send(notice(rcUnpaid))
		return
	}
	if err == nil {
		m := hub.Text(text, hub.Chat)
		m.Echo = p.echo
		_, err = p.line.Say(m)
	}
	switch {
	case err == nil, fault.Is(err, fault.Forbidden): // it was put out just now
	case fault.Is(err, fault.Gone):
		p.dismiss()
	default:
		p.complain(ctx, err)
		p.conn.Send(system(rcFailed, p.signed(texts[rcFailed])))
	}
}

// dismiss closes the connection of who speaks though the room's time is over (contract 7, R16).
func (p *client) dismiss() {
	p.conn.Send(notice(rcExpired))
	p.end()
}

func (p *client) complain(ctx context.Context, err error) {
	if ctx.Err() == nil {
		p.Log.WarnContext(ctx, "a message or a join is lost", "dialect", Dialect, "room_id", p.desk.at.room, "error", err)
	}
}

// end ends the connection. Who is not in yet has none, or learns it from the join.
func (p *client) end() {
	if p.phase.Swap(ended) != outside {
		p.conn.Close(socket.Normal, "")
	}
}

// deliver tells the client what happened. It is a hub.Deliver: it does not block.
func (p *client) deliver(e *hub.Event) {
	switch body := e.Body.(type) {
	case hub.Welcome:
		p.welcome(&body)
	case hub.AtDoor:
		p.phase.Store(waiting)
	case hub.Refused, hub.Superseded:
		p.end()
	case hub.Removed:
		if p.phase.Load() == inside {
			p.conn.Send(e.Form(Dialect, written))
		}
		p.end()
	case hub.Assigned:
		role := body.Place.Roles[body.Role]
		p.lead(role != nil && role.May(roles.RemoveOthers))
	case hub.Expired:
		p.phase.Store(over)
	default:
		if p.phase.Load() == inside {
			p.conn.Send(e.Form(Dialect, written))
		}
	}
}

// welcome tells the client where it is, whether it is the host, and that it has come in (contract 4, Join order).
func (p *client) welcome(w *hub.Welcome) {
	p.seat()
	p.conn.Send(greeting(p.room, w))
	p.phase.Store(inside)
	p.lead(w.Self.Moderator)
	p.conn.Send(notice(rcJoined))
}

// lead tells the client that it is the host, when it has become that.
func (p *client) lead(leads bool) {
	if leads && !p.leads {
		p.conn.Send(notice(rcHost))
	}
	p.leads = leads
}
