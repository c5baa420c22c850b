package bus

import "context"

// Bus makes one node the owner of each room: the room's peers, wherever they are connected, are known there. Safe for concurrent use.
type Bus interface {
	// Claim makes this node the owner of a room until release is called. Kind Unavailable when another node is.
	Claim(ctx context.Context, room string) (release func(), err error)
}

// Local is a Foyer of one node: it owns every room.
type Local struct{}

// Claim always succeeds.
func (Local) Claim(context.Context, string) (release func(), err error) { return func() {}, nil }
