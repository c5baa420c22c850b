package store

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const noReplay = "workflow not found"

// InsertReplay inserts a replay unless the workspace runs one that was asked for in the same words; it says whether it did.
func (s *Store) InsertReplay(ctx context.Context, r *models.Replay) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.Replay](s.db, clause.OnConflict{DoNothing: true}, done).Create(ctx, r)
	return done.RowsAffected == 1, translate(err)
}

// RunningReplay reads the running replay of a workspace that was asked for in these words. Kind NotFound.
func (s *Store) RunningReplay(ctx context.Context, workspace models.ID, request string) (models.Replay, error) {
	return one[models.Replay](ctx, s.db, noReplay,
		"SELECT * FROM replays WHERE workspace_id = ? AND request = ? AND state = 'Running'", workspace, request)
}

// Replay reads a replay of a workspace. Kind NotFound.
func (s *Store) Replay(ctx context.Context, workspace, id models.ID) (models.Replay, error) {
	return one[models.Replay](ctx, s.reader, noReplay, "SELECT * FROM replays WHERE id = ? AND workspace_id = ?", id, workspace)
}

// ClaimReplay leases the oldest running replay that nobody runs. Kind NotFound when there is none.
func (s *Store) ClaimReplay(ctx context.Context, lease string, at, until time.Time) (models.Replay, error) {
	claimed, err := many[models.ID](ctx, s.db, `
		UPDATE replays SET lease = ?, leased_until = ? WHERE (leased_until IS NULL OR leased_until <= ?) AND id = (
			SELECT id FROM replays WHERE state = 'Running' AND (leased_until IS NULL OR leased_until <= ?) ORDER BY id LIMIT 1)
		RETURNING id`, lease, until, at, at)
	if err != nil {
		return models.Replay{}, err
	}
	if len(claimed) == 0 {
		return models.Replay{}, notFound(noReplay)
	}
	return one[models.Replay](ctx, s.db, noReplay, "SELECT * FROM replays WHERE id = ?", claimed[0])
}

// KeepReplay writes how far a leased replay has come. Kind Conflict when it was leased to another meanwhile.
func (s *Store) KeepReplay(ctx context.Context, r *models.Replay) error {
	changed, err := s.exec(ctx, `
		UPDATE replays SET state = ?, total = ?, completed = ?, failed = ?, failures = ?, position = ?, leased_until = ?, completed_at = ?
		WHERE id = ? AND lease = ?`,
		r.State, r.Total, r.Completed, r.Failed, r.Failures, r.Position, r.LeasedUntil, r.CompletedAt, r.ID, r.Lease)
	if err == nil && changed == 0 {
		err = fault.New(fault.Conflict, "the replay is run by another")
	}
	return err
}
