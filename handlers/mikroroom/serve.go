package mikroroom

import (
	"context"
	"errors"
	"net/http"
	"time"

	"foyer/fault"
	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
)

// client is one connection. All of it belongs to the read loop.
type client struct {
	*Handler
	visitor

	conn    *socket.Conn
	line    *hub.Line // nil: it has not joined
	member  *member   // its stay; nil as the line is
	guesses int       // joins with a wrong password
	misses  int       // joins of rooms that there are not
}

// stay is one connection, from the first frame to the last.
func (h *Handler) stay(v visitor) socket.Stay {
	return func(ctx context.Context, c *socket.Conn) {
		p := &client{Handler: h, visitor: v, conn: c}
		for {
			text, binary, err := c.ReadAny()
			switch {
			case errors.Is(err, socket.ErrTooBig):
				p.complain(errTooLong)
			case err != nil:
				p.part(err)
				return
			case !binary: // those count for nothing (contract 3)
				p.hear(ctx, text)
			}
		}
	}
}

// ops are what a client may say (contract 6, 7).
var ops = map[string]func(p *client, ctx context.Context, m *message) error{
	"join":                (*client).join,
	"leave":               func(p *client, ctx context.Context, _ *message) error { p.leave(ctx); return nil },
	"offer":               (*client).relay,
	"answer":              (*client).relay,
	"ice-candidate":       (*client).relay,
	"file-offer":          (*client).relay,
	"file-answer":         (*client).relay,
	"file-chunk":          (*client).relay,
	"quality-change":      (*client).relay,
	"chat":                (*client).chat,
	"participant-updated": (*client).update,
	"raise-hand":          func(p *client, _ context.Context, _ *message) error { return p.hand(true) },
	"lower-hand":          func(p *client, _ context.Context, _ *message) error { return p.hand(false) },
	"room-locked":         func(p *client, _ context.Context, _ *message) error { return p.lock(true) },
	"room-unlocked":       func(p *client, _ context.Context, _ *message) error { return p.lock(false) },
	"admit-user":          (*client).admit,
	"reject-user":         (*client).reject,
	"moderator-action":    (*client).moderate,
}

// hear does what the client wants. There is an answer only where something is wrong, and that never ends the connection.
func (p *client) hear(ctx context.Context, text []byte) {
	m, err := parse(text)
	if err == nil {
		if op, known := ops[m.members.word("type")]; known {
			err = op(p, ctx, &m)
		} else {
			err = errUnknownType
		}
	}
	if err != nil {
		p.complain(err)
	}
}

// complain tells the client what is wrong.
func (p *client) complain(err error) { p.refuse(p.inWords(err)) }

func (p *client) refuse(r *refusal) {
	p.conn.Send(frame(note{Type: "error", Message: r.message, Code: r.code, At: p.now().UnixMilli()}))
}

// inWords is an error as this protocol tells it; what is Foyer's own fault is logged.
func (p *client) inWords(err error) *refusal {
	if r, ours := errors.AsType[*refusal](err); ours {
		return r
	}
	if reply.Of(err).Status >= http.StatusInternalServerError {
		p.Log.Warn("message failed", "dialect", Dialect, "error", err)
	}
	return refusalOf(err)
}

// goodbye is how long a leave may take to be written down: the journal keeps what it could not write yet.
const goodbye = 5 * time.Second

// leave ends the stay, if there is one; the connection may join again.
func (p *client) leave(ctx context.Context) {
	line, m := p.line, p.member
	if line == nil {
		return
	}
	p.line, p.member = nil, nil
	if !m.over.Swap(true) { // what it is told of the room from now on is of no use any more
		ctx, cancel := context.WithTimeout(ctx, goodbye)
		defer cancel()
		_ = line.Leave(ctx) // the others know at once
	}
	m.out()
}

// part is what is left to do when the connection is over. Whoever said goodbye to it is gone, any other may be back soon.
func (p *client) part(end error) {
	m := p.member
	if m == nil {
		return
	}
	ago := p.conn.Quiet()
	if closed, ok := errors.AsType[*socket.Closed](end); ok && closed.Code != socket.Lost && closed.Code != socket.Silent {
		ago = seatKept
	}
	if p.back && ago < seatKept {
		p.seats.keep(m.id, p.line.Room().ID(), m.token)
	}
	p.line.LostFor(ago)
	m.out()
}

// isIn reports whether the client has joined, and need not wait any more.
func (p *client) isIn() bool {
	if p.line == nil {
		return false
	}
	_, _, err := p.line.Stay()
	return err == nil
}

// toldAs gives an error of a kind another text, which this protocol has for it.
func toldAs(err error, texts map[fault.Kind]error) error {
	if err == nil {
		return nil
	}
	if text, ok := texts[fault.KindOf(err)]; ok {
		return text
	}
	return err
}
