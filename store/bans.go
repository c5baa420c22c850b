package store

import (
	"context"
	"time"

	"foyer/models"
)

// InsertBan inserts a ban.
func (s *Store) InsertBan(ctx context.Context, b *models.Ban) error {
	return create(ctx, s, b)
}

// LiveBans lists the bans of a room that still hold, newest first, at most 1000.
func (s *Store) LiveBans(ctx context.Context, room models.ID, at time.Time) ([]models.Ban, error) {
	return many[models.Ban](ctx, s.reader, "SELECT * FROM bans WHERE room_id = ? AND until > ? ORDER BY id DESC LIMIT 1000", room, at)
}

// DeleteBan lifts a ban of a room. Kind NotFound.
func (s *Store) DeleteBan(ctx context.Context, room, id models.ID) error {
	changed, err := s.exec(ctx, "DELETE FROM bans WHERE id = ? AND room_id = ?", id, room)
	if err == nil && changed == 0 {
		return notFound("Error: Ban not found")
	}
	return err
}

// Banned reports whether one of some keys is banned from a room.
func (s *Store) Banned(ctx context.Context, room models.ID, keys []string, at time.Time) (bool, error) {
	if len(keys) == 0 {
		return false, nil
	}
	found, err := many[models.ID](ctx, s.reader,
		"SELECT id FROM bans WHERE room_id = ? AND key IN ? AND until > ? LIMIT 1", room, keys, at)
	return len(found) > 0, err
}

// Revoke has a token open its room no more. After until it opens none by itself, so that it need not be remembered: those of others are
// forgotten on the way.
func (s *Store) Revoke(ctx context.Context, token string, room models.ID, until time.Time) error {
	if _, err := s.exec(ctx, "DELETE FROM revocations WHERE until <= ?", s.Stamp()); err != nil {
		return err
	}
	_, err := s.exec(ctx, `INSERT INTO revocations (token, room_id, until) VALUES (?, ?, ?)
		ON CONFLICT (token) DO UPDATE SET until = CASE WHEN excluded.until > revocations.until THEN excluded.until ELSE revocations.until END`,
		token, room, until)
	return err
}

// Revoked reports whether a token was revoked.
func (s *Store) Revoked(ctx context.Context, token string, at time.Time) (bool, error) {
	found, err := many[string](ctx, s.reader, "SELECT token FROM revocations WHERE token = ? AND until > ?", token, at)
	return len(found) > 0, err
}
