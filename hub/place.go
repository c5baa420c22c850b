package hub

import (
	"sync"
	"time"

	"foyer/models"
	"foyer/roles"
)

// Template is what a room's template means while the room is live. It never changes: safe for concurrent use.
type Template struct {
	ID       models.ID
	Roles    map[string]*roles.Role
	Plugins  models.Document
	SendList bool // lets watchers see who is in, where their role does too

	forms sync.Map // of role and dialect: what the dialect tells a peer of the role about the template
}

// Form is what a dialect tells peers of a role about the template, made once.
func (t *Template) Form(dialect, role string, write func() []byte) []byte {
	key := [2]string{dialect, role}
	if text, ok := t.forms.Load(key); ok {
		return text.([]byte) //nolint:forcetypeassert // nothing else is stored
	}
	text, _ := t.forms.LoadOrStore(key, write())
	return text.([]byte) //nolint:forcetypeassert // as above
}

// Place is a room as admission found it in the database: what presence must know of it. It never changes: safe for concurrent use.
type Place struct {
	*Template

	Room  models.Room
	Rules Rules
}

// Rules are what is special about a room, for peers of every protocol. The zero value is an ordinary room.
type Rules struct {
	Host   string // the role of whoever leads the room; empty: nobody does
	Ends   bool   // the session ends when nobody leads it any more; else another one takes the lead (Ticket.Leads)
	Single bool   // the room has one session: when that has ended nobody comes in any more
	Route  Route  // who hears what a peer says; nil: everybody

	Expires time.Time     // when the room closes unless that is put off (Room.Extend); zero: never
	Warning time.Duration // how long before that whoever leads is told
	Linger  time.Duration // how long those who are in stay connected after it, though nothing is said any more
}

// Route reports whether a peer hears what another one says.
type Route func(from, to *Card) bool

// Star is a route by which peers of one role hear everybody, and the others hear only those.
func Star(center string) Route {
	return func(from, to *Card) bool { return from.Role == center || to.Role == center }
}

// Ticket is leave to enter one room in one role. It parts admission, which asks the database, from presence, which is memory.
type Ticket struct {
	Place   *Place
	Role    string
	User    string
	Token   string        // what the token is known by; the token itself is not kept
	Expires time.Time     // when the token does
	Agent   string        // what a ban of a nameless peer goes by; empty when the user id was given by its owner
	Dialect string        // the protocol by which it comes
	Grace   time.Duration // how long a lost connection keeps its peer
	Leads   bool          // takes the role Rules.Host whenever nobody has it
	Still   bool          // has neither microphone nor camera here
	Media   Media         // opens its media; nil: it has none here
}
