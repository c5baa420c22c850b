package store

import (
	"context"
	"time"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// InsertAlias inserts an alias unless an open room has that name; it says whether it did.
func (s *Store) InsertAlias(ctx context.Context, a *models.Alias) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.Alias](s.db, clause.OnConflict{DoNothing: true}, done).Create(ctx, a)
	return done.RowsAffected == 1, translate(err)
}

// Alias reads the open room of a name. Kind NotFound.
func (s *Store) Alias(ctx context.Context, dialect, name string) (models.Alias, error) {
	return one[models.Alias](ctx, s.reader, roomNotFound,
		"SELECT * FROM aliases WHERE dialect = ? AND name = ? AND closed_at IS NULL", dialect, name)
}

// CountAliases counts the open rooms of a dialect whose names have so many characters.
func (s *Store) CountAliases(ctx context.Context, dialect string, length int) (int, error) {
	found, err := many[int](ctx, s.reader,
		"SELECT COUNT(*) FROM aliases WHERE dialect = ? AND LENGTH(name) = ? AND closed_at IS NULL", dialect, length)
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// idle is the condition of aliases of rooms in which no session goes on.
const idle = `a.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.room_id = a.room_id AND s.ended_at IS NULL)`

// CountKept counts the rooms of a dialect that stay open though nobody is in them.
func (s *Store) CountKept(ctx context.Context, dialect string) (int, error) {
	found, err := many[int](ctx, s.reader, "SELECT COUNT(*) FROM aliases a WHERE a.dialect = ? AND a.kept AND "+idle, dialect)
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// KeptSince lists kept aliases of a dialect in whose rooms nobody has been since a time, at most 100.
func (s *Store) KeptSince(ctx context.Context, dialect string, before time.Time) ([]models.Alias, error) {
	return many[models.Alias](ctx, s.reader, `SELECT a.* FROM aliases a WHERE a.dialect = ? AND a.kept AND a.created_at < ? AND `+idle+`
		AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.room_id = a.room_id AND s.ended_at >= ?) ORDER BY a.id LIMIT 100`, dialect, before, before)
}

// StrayAliases lists aliases of rooms that should close with their session, but have none, at most 100: Foyer ended at the wrong moment.
func (s *Store) StrayAliases(ctx context.Context) ([]models.Alias, error) {
	return many[models.Alias](ctx, s.reader, `SELECT a.* FROM aliases a JOIN rooms r ON r.id = a.room_id
		WHERE NOT a.kept AND r.expires_at IS NULL AND `+idle+" ORDER BY a.id LIMIT 100")
}

// ExpiredAliases lists open aliases of rooms whose time is over, at most 100.
func (s *Store) ExpiredAliases(ctx context.Context, at time.Time) ([]models.Alias, error) {
	return many[models.Alias](ctx, s.reader, `SELECT a.* FROM aliases a JOIN rooms r ON r.id = a.room_id
		WHERE a.closed_at IS NULL AND r.expires_at <= ? ORDER BY a.id LIMIT 100`, at)
}

// CloseRoom disables a room that has an alias, and gives the name free. It can be done again.
func (s *Store) CloseRoom(ctx context.Context, room models.ID, at time.Time) error {
	if _, err := s.exec(ctx, "UPDATE rooms SET enabled = ?, updated_at = ? WHERE id = ? AND enabled = ?", false, at, room, true); err != nil {
		return err
	}
	_, err := s.exec(ctx, "UPDATE aliases SET closed_at = ? WHERE room_id = ? AND closed_at IS NULL", at, room)
	return err
}

// CloseExpired is CloseRoom if the room's time is still over by then.
func (s *Store) CloseExpired(ctx context.Context, room models.ID, at time.Time) error {
	over, err := s.exec(ctx, "UPDATE rooms SET enabled = ?, updated_at = ? WHERE id = ? AND expires_at <= ?", false, at, room, at)
	if err == nil && over == 1 {
		err = s.CloseRoom(ctx, room, at)
	}
	return err
}

// SetExpiry writes when a room closes.
func (s *Store) SetExpiry(ctx context.Context, room models.ID, at time.Time) error {
	_, err := s.exec(ctx, "UPDATE rooms SET expires_at = ? WHERE id = ?", at, room)
	return err
}
