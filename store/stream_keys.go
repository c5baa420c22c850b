package store

import (
	"context"

	"foyer/models"
)

// CreateStreamKey inserts a stream key. Kind Conflict when the room has an active one.
func (s *Store) CreateStreamKey(ctx context.Context, k *models.StreamKey) error {
	return create(ctx, s, k)
}

// StreamKeys lists the stream keys of a room, newest first, at most 100.
func (s *Store) StreamKeys(ctx context.Context, room models.ID) ([]models.StreamKey, error) {
	return many[models.StreamKey](ctx, s.reader, "SELECT * FROM stream_keys WHERE room_id = ? ORDER BY id DESC LIMIT 100", room)
}

// DisableStreamKey disables the active stream key of a room. Kind NotFound when there is none.
func (s *Store) DisableStreamKey(ctx context.Context, room models.ID) error {
	changed, err := s.exec(ctx, "UPDATE stream_keys SET enabled = FALSE, updated_at = ? WHERE room_id = ? AND enabled", s.Stamp(), room)
	if err == nil && changed == 0 {
		return notFound("Error: Active stream key not found")
	}
	return err
}
