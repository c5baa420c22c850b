package sessions

import (
	"context"

	"foyer/models"
)

// Stayed reports whether a client's peer was in one of a room's last sessions: one that comes back and is not in any more has to be told.
func (s *Service) Stayed(ctx context.Context, room models.ID, peer string) (bool, error) {
	return s.store.Stayed(ctx, room, peer)
}
