package chats

import "foyer/models"

// Event is one thing that happened, for whoever hears a channel. Body is one of the types below.
type Event struct {
	Channel string
	Body    any

	form []byte // guarded by whoever publishes: one at a time
}

// Form is the event as a protocol writes it: made once, whoever gets it. Only to be called by a Deliver.
func (e *Event) Form(write func(e *Event) []byte) []byte {
	if e.form == nil {
		e.form = write(e)
	}
	return e.form
}

// What happens (contract 10). A room is as it is afterwards.
type (
	// Created tells of a new room.
	Created struct{ Room Room }

	// Updated tells that who belongs to a room or is in it has changed.
	Updated struct{ Room Room }

	// Deleted tells that a room is there no more, at least for whoever hears it.
	Deleted struct{ Room models.ID }

	// Came tells that somebody is in a room now. Present is how many there are.
	Came struct {
		Name    string
		Present int
	}

	// Went tells that somebody is in a room no more.
	Went struct {
		Name    string
		Present int
	}

	// Said tells of a message.
	Said struct{ Message models.ChatMessage }

	// Unsaid tells that a message was deleted.
	Unsaid struct{ Room, Message models.ID }

	// Typing tells that somebody is about to write, or has stopped.
	Typing struct {
		Name string
		On   bool
	}

	// Beat tells that somebody is online.
	Beat struct {
		Name string
		At   int64 // milliseconds
	}

	// Ended tells a connection that its token holds no more. It comes on no channel, and nothing comes after it.
	Ended struct{}
)
