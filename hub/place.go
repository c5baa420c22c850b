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

	Room models.Room
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
}
