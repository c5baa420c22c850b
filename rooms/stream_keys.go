package rooms

import (
	"context"
	"crypto/rand"
	"strings"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// StreamKey is a key for streaming into a room, in clear (server contract 8.6).
type StreamKey struct {
	models.StreamKey

	Secret string
}

// CreateStreamKey makes the one active stream key of a room. Kinds NotFound; Forbidden when the room is disabled; Invalid when it
// has an active one already.
func (s *Service) CreateStreamKey(ctx context.Context, workspace, room models.ID) (StreamKey, error) {
	var key StreamKey
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		found, err := tx.LockRoom(ctx, workspace, room)
		if err != nil {
			return err
		}
		if !found.Enabled {
			return codes.RoomDisabled()
		}
		at := tx.Stamp()
		key = StreamKey{Secret: strings.ToLower(rand.Text())}
		key.StreamKey = models.StreamKey{ID: tx.NewID(), RoomID: room, Enabled: true, CreatedAt: at, UpdatedAt: at}
		key.Key = s.box.Seal([]byte(key.Secret), streamKeyContext(key.ID))
		return tx.CreateStreamKey(ctx, &key.StreamKey)
	})
	if fault.Is(err, fault.Conflict) {
		err = fault.New(fault.Invalid, "Error: active key already exists", "Error: active key already exists")
	}
	return key, err
}

// StreamKeys lists the stream keys of a room, newest first. Kinds NotFound; Forbidden when the room is disabled.
func (s *Service) StreamKeys(ctx context.Context, workspace, room models.ID) ([]StreamKey, error) {
	if err := s.openForStreams(ctx, workspace, room); err != nil {
		return nil, err
	}
	rows, err := s.store.StreamKeys(ctx, room)
	if err != nil {
		return nil, err
	}
	keys := make([]StreamKey, len(rows))
	for i, row := range rows {
		secret, err := s.box.Open(row.Key, streamKeyContext(row.ID))
		if err != nil {
			return nil, err
		}
		keys[i] = StreamKey{StreamKey: row, Secret: string(secret)}
	}
	return keys, nil
}

// DisableStreamKey ends the active stream key of a room. Kinds NotFound (room, or no active key); Forbidden when the room is disabled.
func (s *Service) DisableStreamKey(ctx context.Context, workspace, room models.ID) error {
	if err := s.openForStreams(ctx, workspace, room); err != nil {
		return err
	}
	return s.store.DisableStreamKey(ctx, room)
}

func (s *Service) openForStreams(ctx context.Context, workspace, room models.ID) error {
	found, err := s.store.Room(ctx, workspace, room)
	if err == nil && !found.Enabled {
		err = codes.RoomDisabled()
	}
	return err
}

func streamKeyContext(id models.ID) string { return "stream key " + string(id) }
