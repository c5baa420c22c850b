package hub

import (
	"slices"
	"time"

	"foyer/media"
	"foyer/roles"
)

// Card is what others may know of a peer. A change makes a new one: a card itself never changes.
type Card struct {
	ID       string
	User     string
	Name     string
	Data     string
	Role     string
	Kind     string // regular or sip
	Groups   []string
	JoinedAt time.Time

	Moderator bool // its role may put others out
	Muted     bool // its microphone is off, or it has none
	VideoOff  bool // the same of its camera
	Tracks    []media.Track

	forms forms
}

// Hand is the group of those who have raised a hand: the name is that of the 100ms SDK (client protocol 4.1).
const Hand = "_handraise"

// HandRaised reports whether the peer has raised a hand.
func (c *Card) HandRaised() bool { return slices.Contains(c.Groups, Hand) }

// cardLocked is a new card of a peer that is in.
func (p *Peer) cardLocked() *Card {
	row, role := &p.row, p.room.place.Roles[p.row.Role]
	c := &Card{
		ID: row.PeerID, User: row.UserID, Name: row.Name, Data: row.Data, Role: row.Role, Kind: row.Kind,
		Groups: row.Groups, JoinedAt: row.JoinedAt, Moderator: role != nil && role.May(roles.RemoveOthers),
		Muted: row.Muted || p.ticket.Still, VideoOff: row.VideoOff || p.ticket.Still,
		Tracks: p.tracks,
	}
	if p.media != nil {
		c.Muted, c.VideoOff = off(p.tracks, microphone), off(p.tracks, camera)
	}
	return c
}

// Form is the card as a protocol writes it, made once. Only to be called by a Deliver.
func (c *Card) Form(dialect string, write func(*Card) []byte) []byte {
	return c.forms.once(dialect, func() []byte { return write(c) })
}
