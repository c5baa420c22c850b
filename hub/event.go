package hub

import (
	"encoding/json"
	"time"

	"foyer/media"
	"foyer/models"
)

// Deliver takes an event to a peer's connection. It is called under the room's lock, so that every peer sees the same order: it must not
// block, nor call the hub.
type Deliver func(*Event)

// Event is one thing that happened in a room, in no protocol's words. Body is one of the types below.
type Event struct {
	Body  any
	forms forms
}

// Form is the event as a protocol writes it: made once, whoever gets it. Only to be called by a Deliver.
func (e *Event) Form(dialect string, write func(body any) []byte) []byte {
	return e.forms.once(dialect, func() []byte { return write(e.Body) })
}

// forms are the ways in which protocols write something; guarded by the room's lock.
type forms []form

type form struct {
	dialect string
	text    []byte
}

func (f *forms) once(dialect string, write func() []byte) []byte {
	for _, each := range *f {
		if each.dialect == dialect {
			return each.text
		}
	}
	text := write()
	*f = append(*f, form{dialect, text})
	return text
}

// Cause says why everybody is put out.
type Cause uint8

// The causes. ByWish is that somebody wanted it, in the room or on the server's side.
const (
	ByWish Cause = iota
	HostLeft
	TimeOver
)

// What a peer's own connection is told about itself.
type (
	// Welcome says that the peer is in, and who else is. It is the answer to a join, to whom it was held back too, and, when the peer was
	// in before, what a new connection needs to know.
	Welcome struct {
		Place   *Place
		Session models.Session
		Role    string
		Self    *Card
		Others  []*Card    // in the order of joining
		Values  []Value    // those that the peer observes
		Back    bool       // it was in before
		Locked  bool       // the door is
		Expires time.Time  // when the room closes; zero: never
		Media   media.Peer // the peer's own; nil: it has none here
	}

	// AtDoor says that the peer has to wait until somebody lets it in.
	AtDoor struct{}

	// Refused says that a peer who waited is not let in.
	Refused struct{ Reason string }

	// Assigned says that the peer has another role now.
	Assigned struct {
		Place *Place
		Role  string
	}

	// Removed says that the peer is out.
	Removed struct {
		By     string // peer id; empty: nobody in the room
		Reason string
		Ended  bool // everybody is
		Cause  Cause
	}

	// Superseded says that the peer has another connection now.
	Superseded struct{}

	// RoleAsked says that somebody wants the peer to take a role: Accept with the token.
	RoleAsked struct{ By, Role, Token string }
)

// What all others are told about a peer.
type (
	// Joined says that a peer has come in.
	Joined struct{ Peer *Card }

	// Left says that a peer has gone.
	Left struct{ Peer *Card }

	// Changed says that a peer's name, data, role, groups, microphone or camera have.
	Changed struct {
		Peer *Card
		Was  *Card // before that; nil for the peer's own new connection
	}

	// TracksAdded says that a peer publishes more.
	TracksAdded struct {
		Peer   *Card
		Tracks []media.Track
	}

	// TracksChanged says that tracks of a peer are muted or described otherwise now.
	TracksChanged struct {
		Peer   *Card
		Tracks []media.Track
	}

	// TracksRemoved says that a peer does not publish tracks any more. Those of one who leaves go with it.
	TracksRemoved struct {
		Peer   *Card
		Tracks []media.Track // as they were
	}

	// Locked says that the door is locked, or not any more.
	Locked struct {
		By     *Card // nil: the server
		Locked bool
	}

	// Expiring tells whoever leads the room that it closes soon.
	Expiring struct{ At time.Time }

	// Extended tells whoever leads the room that it closes later.
	Extended struct{ At time.Time }

	// Expired says that the room's time is over: nothing is said any more, and soon everybody is out.
	Expired struct{}

	// Counted says how many are in, and how many tracks they have.
	Counted struct {
		Session models.ID
		Room    models.ID
		Peers   int
		Tracks  int
	}

	// Outlook is what watchers see of a room: Peers is nil for those whose role must not know.
	Outlook struct {
		Place   *Place
		Session *models.Session // nil: nobody is in
		Count   int
		Peers   []*Card
	}

	// Queued tells those who may admit who waits now, in order.
	Queued struct{ Waiters []models.Waiter }
)

// What peers tell each other.
type (
	// Said is a message.
	Said struct {
		ID      string
		At      time.Time
		From    *Card // nil: the server
		Text    json.RawMessage
		Type    string
		Roles   []string // only for these; nil: for all
		Private bool     // for one
		Own     any      // what only the sender's protocol understands
	}

	// Signalled is something of a protocol's own that one peer tells another one.
	Signalled struct {
		From *Card
		What any
	}

	// Noted says that values of the session have changed.
	Noted struct{ Values []Value }

	// MuteAsked says that somebody wants a track of the peer to be muted, or not to be; without one, its microphone.
	MuteAsked struct {
		By, Track, Stream string
		Mute              bool
	}

	// AllMuteAsked is the same about all tracks of a sort.
	AllMuteAsked struct {
		By           string
		Roles        []string // of these; nil: of all
		Type, Source string   // of these; empty: of all
		Mute         bool
	}

	// Announced is something that a part of Foyer beside the hub tells, such as a poll that starts.
	Announced struct{ What any }
)
