package hub

import (
	"time"

	"foyer/models"
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

	forms forms
}

func newCard(row *models.Peer) *Card {
	return &Card{
		ID: row.PeerID, User: row.UserID, Name: row.Name, Data: row.Data, Role: row.Role, Kind: row.Kind,
		Groups: row.Groups, JoinedAt: row.JoinedAt,
	}
}

// Form is the card as a protocol writes it, made once. Only to be called by a Deliver.
func (c *Card) Form(dialect string, write func(*Card) []byte) []byte {
	return c.forms.once(dialect, func() []byte { return write(c) })
}
