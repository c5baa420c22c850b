package mikroroom

import (
	"context"

	"foyer/codes"
	"foyer/fault"
	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/models"
	"foyer/rooms"

	"github.com/google/uuid"
)

// asking is what a join asks for.
type asking struct {
	room     string // a name, or a room code
	code     bool   // it is a code
	person   string
	password string
	creator  string
	host     bool // makes the room when there is none
}

// readAsking reads a join (contract 6). The id and the time that it brings count for nothing.
func readAsking(m *message) (*asking, error) {
	a := &asking{room: callOf(m.members.word("roomId")), person: m.members.person()}
	var sound, soundToken bool
	a.password, sound = m.members.text("password")
	a.creator, soundToken = m.members.text("creatorToken")
	if on := m.members.flag("isHost"); on != nil {
		a.host = *on
	}
	switch {
	case !sound, !soundToken, len(a.password) > longestWord, len(a.creator) > longestWord:
		return nil, errFormat
	case a.room == "":
		return nil, errNoRoom
	}
	_, a.code = codes.Parse(a.room)
	return a, nil
}

// A connection that asks so often for what is refused is closed: it would be used to find passwords, or rooms.
const (
	mostGuesses = 5
	mostMisses  = 20
)

// join takes the client into a room, or to its door. Who is in one already leaves that first.
func (p *client) join(ctx context.Context, m *message) error {
	p.leave(ctx)
	a, err := readAsking(m)
	if err == nil && !p.resume(ctx, a) {
		err = p.enter(ctx, a)
	}
	if err != nil {
		p.turnAway(err)
	}
	return nil
}

// turnAway answers a join that is refused. The client looks at two codes only and hangs on all others, but for a reject-user behind them.
func (p *client) turnAway(err error) {
	r := p.inWords(err)
	p.refuse(r)
	switch r {
	case errNoRoom, errPassword:
	case errAway:
		p.conn.Close(socket.Restarting, "come back") // the client joins again by itself
	default:
		p.conn.Send(frame(note{Type: "reject-user", Reason: r.message, At: p.now().UnixMilli()}))
	}
	if p.guesses >= mostGuesses || p.misses >= mostMisses {
		p.conn.Close(socket.Normal, "too many attempts")
	}
}

// turns is how often a join is tried: the room may close, and be made again, in between.
const turns = 5

// enter finds the room, or makes it, and comes in.
func (p *client) enter(ctx context.Context, a *asking) error {
	for range turns {
		ticket, opened, err := p.knock(ctx, a)
		if err == nil {
			err = p.comeIn(ctx, a, ticket)
		}
		if err != nil && opened != "" {
			p.abandon(ctx, opened)
		}
		if !fault.Is(err, fault.Gone) {
			return err
		}
		if a.code || ticket.Place == nil {
			return errNoRoom
		}
		if err := p.Rooms.Close(ctx, ticket.Place.Room.ID); err != nil { // else its name would be taken until somebody else does
			return err
		}
	}
	return errAway
}

// knock gives leave to come in, to a room that is made first if need be.
func (p *client) knock(ctx context.Context, a *asking) (ticket hub.Ticket, opened models.ID, err error) {
	caller := p.caller(a)
	if caller.Workspace, err = p.Workspace(ctx); err != nil {
		return ticket, "", err
	}
	if a.password != "" {
		if err := p.rates.guesses.check(p.from); err != nil {
			return ticket, "", err
		}
	}
	ticket, err = p.Rooms.Knock(ctx, caller)
	if fault.Is(err, fault.NotFound) && !a.code {
		opened, err = p.open(ctx, a, caller.Workspace)
		if err == nil || fault.Is(err, fault.Conflict) { // somebody else was quicker
			ticket, err = p.Rooms.Knock(ctx, caller)
		}
	}
	return ticket, opened, p.judge(a, err)
}

// judge counts a refusal against the client, and gives it this protocol's text.
func (p *client) judge(a *asking, err error) error {
	switch f := reply.Of(err); {
	case err == nil:
		return nil
	case f.Kind == fault.NotFound:
		p.misses++
		return errNoRoom
	case f.Kind == fault.Forbidden && len(f.Details) > 0 && f.Details[0] == rooms.WrongPassword:
		if a.password != "" { // to give none is no guess
			p.guesses++
			_ = p.rates.guesses.take(p.from) // refused from now on
		}
		return errPassword
	default:
		return err
	}
}

// open makes a room that there is not, for its host. Kinds Conflict; NotFound for everybody else.
func (p *client) open(ctx context.Context, a *asking, workspace models.ID) (models.ID, error) {
	if !a.host {
		return "", fault.New(fault.NotFound, "room not found")
	}
	if err := p.rates.openings.take(p.from); err != nil {
		return "", err
	}
	room, _, err := p.Rooms.Open(ctx, workspace, rooms.Opening{
		Dialect: Dialect, Name: func() string { return a.room }, Preset: preset, Size: usualSize,
		Rules: models.Rules{Host: host, Guest: guest, Single: true}, Password: a.password,
	})
	if err != nil {
		return "", err
	}
	return room.ID, nil
}

// abandon closes a room into which whoever made it could not come, unless somebody else has.
func (p *client) abandon(ctx context.Context, room models.ID) {
	place, err := p.Rooms.PlaceOf(ctx, room)
	var empty bool
	if err == nil {
		empty, err = p.Hub.Retire(ctx, place)
	}
	if empty {
		err = p.Rooms.Close(ctx, room)
	}
	if err != nil {
		p.Log.Warn("a room that was made for nobody is not closed yet", "dialect", Dialect, "room_id", room, "error", err)
	}
}

// comeIn uses the leave to come in. Kind Gone when the room has closed meanwhile.
func (p *client) comeIn(ctx context.Context, a *asking, ticket hub.Ticket) error {
	if p.full(&ticket) { // even at a locked door, where it would be found out only when somebody wants to admit
		return errFull
	}
	if p.back {
		ticket.Grace = seatKept
	}
	m := p.newMember(a, ticket.Token)
	line, err := p.arrive(ctx, a, ticket, m)
	if err != nil {
		return err
	}
	p.line, p.member = line, m
	if err = line.Join(ctx, a.person, ""); err != nil {
		p.line, p.member = nil, nil
		line.Lost()
		if fault.Is(err, fault.Forbidden) && p.full(&ticket) {
			err = errFull
		}
	}
	return err
}

// full reports whether a room has no seat left.
func (p *client) full(t *hub.Ticket) bool {
	room, live := p.Hub.RoomOf(t.Place.Room.ID)
	size := t.Place.Room.Size
	return live && size != nil && *size > 0 && room.Count() >= *size
}

// arrive takes the first of the client's ids that is free, or, when none is, any.
func (p *client) arrive(ctx context.Context, a *asking, ticket hub.Ticket, m *member) (*hub.Line, error) {
	for n := range idsTried {
		m.id = p.peerID(a, n)
		if room, live := p.Hub.RoomOf(ticket.Place.Room.ID); live && room.Has(m.id) {
			continue
		}
		line, err := p.Hub.Arrive(ctx, ticket, m.id, m.deliver)
		if !fault.Is(err, fault.Conflict) {
			return line, err
		}
	}
	m.id = uuid.NewString()
	return p.Hub.Arrive(ctx, ticket, m.id, m.deliver)
}

// resume gives a client that has lost its connection its seat again, or its place at the door: nobody else notices. To ask for a password
// there is no need: only the browser that gave it can call for the seat.
func (p *client) resume(ctx context.Context, a *asking) bool {
	if !p.back {
		return false
	}
	for n := range idsTried {
		id := p.peerID(a, n)
		s, ok := p.seats.take(id)
		if !ok {
			continue
		}
		m := p.newMember(a, s.token)
		m.id = id
		line, ok := p.Hub.Resume(s.room, id, s.token, nil, m.deliver)
		if !ok {
			continue
		}
		p.line, p.member = line, m
		if !m.in.Load() {
			_ = line.Join(ctx, a.person, "") // it may have been let in meanwhile; else it goes on waiting, and is told so
		}
		return true
	}
	return false
}
