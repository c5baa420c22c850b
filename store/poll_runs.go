package store

import (
	"context"
	"time"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// InsertRun begins a poll in a session unless it was begun there before; it says whether it did.
func (s *Store) InsertRun(ctx context.Context, r *models.PollRun) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.PollRun](s.db, clause.OnConflict{
		Columns: []clause.Column{{Name: "session_id"}, {Name: "poll_id"}}, DoNothing: true,
	}, done).Create(ctx, r)
	return done.RowsAffected == 1, translate(err)
}

// Run reads the run of a poll in a session. Kind NotFound.
func (s *Store) Run(ctx context.Context, poll, session models.ID) (models.PollRun, error) {
	return one[models.PollRun](ctx, s.reader, "the poll has not started",
		"SELECT * FROM poll_runs WHERE session_id = ? AND poll_id = ?", session, poll)
}

// RunsIn reads the runs of polls in a session, those that there are, without their questions.
func (s *Store) RunsIn(ctx context.Context, session models.ID, polls []models.ID) ([]models.PollRun, error) {
	if len(polls) == 0 {
		return nil, nil
	}
	return many[models.PollRun](ctx, s.reader, `SELECT id, poll_id, session_id, room_id, peers, started_by, started_at,
		ends_at, stopped_by, stopped_at FROM poll_runs WHERE session_id = ? AND poll_id IN ?`, session, polls)
}

// KeepRun reads a run and keeps it from being stopped until the transaction ends. Any number may keep one at once. Kind NotFound.
func (s *Store) KeepRun(ctx context.Context, id models.ID) (models.PollRun, error) {
	return one[models.PollRun](ctx, s.db, "the poll has not started", "SELECT * FROM poll_runs WHERE id = ?"+s.engine.forShare(), id)
}

// StopRun ends a run that has not been stopped; it says whether it did. Peers only ever grow.
func (s *Store) StopRun(ctx context.Context, r models.PollRun) (bool, error) {
	changed, err := s.exec(ctx, `UPDATE poll_runs SET stopped_at = ?, stopped_by = ?,
		peers = CASE WHEN peers < ? THEN ? ELSE peers END WHERE id = ? AND stopped_at IS NULL`,
		r.StoppedAt, r.StoppedBy, r.Peers, r.Peers, r.ID)
	return changed == 1, err
}

// HasOpenRun reports whether a poll runs in any session at a time.
func (s *Store) HasOpenRun(ctx context.Context, poll models.ID, at time.Time) (bool, error) {
	found, err := many[string](ctx, s.db, `SELECT id FROM poll_runs
		WHERE poll_id = ? AND stopped_at IS NULL AND (ends_at IS NULL OR ends_at > ?) LIMIT 1`, poll, at)
	return len(found) > 0, err
}

// LeftRuns lists sessions that have ended while a poll of theirs was not stopped, some of them at once.
func (s *Store) LeftRuns(ctx context.Context) ([]models.ID, error) {
	return many[models.ID](ctx, s.reader, `SELECT DISTINCT session_id FROM poll_runs WHERE stopped_at IS NULL AND session_id IN
		(SELECT id FROM sessions WHERE ended_at IS NOT NULL) LIMIT 1000`)
}

// OpenRuns lists the runs of a session that have not been stopped, oldest first.
func (s *Store) OpenRuns(ctx context.Context, session models.ID) ([]models.PollRun, error) {
	return many[models.PollRun](ctx, s.reader, "SELECT * FROM poll_runs WHERE session_id = ? AND stopped_at IS NULL ORDER BY id", session)
}

// DueRuns lists runs whose time is over at a time, and that have not been stopped, those first that have waited longest.
func (s *Store) DueRuns(ctx context.Context, at time.Time, limit int) ([]models.PollRun, error) {
	return many[models.PollRun](ctx, s.reader,
		"SELECT * FROM poll_runs WHERE stopped_at IS NULL AND ends_at <= ? ORDER BY ends_at, id LIMIT ?", at, limit)
}

// CountedRun is a run with the number of its responses.
type CountedRun struct {
	models.PollRun

	Responses int // those in force
	Voters    int
}

// Runs lists the runs of a poll, newest first.
func (s *Store) Runs(ctx context.Context, poll models.ID, page Page) ([]CountedRun, error) {
	return many[CountedRun](ctx, s.reader, `SELECT poll_runs.*,
			(SELECT count(*) FROM poll_responses AS r WHERE r.run_id = poll_runs.id AND r.current) AS responses,
			(SELECT count(DISTINCT r.voter) FROM poll_responses AS r WHERE r.run_id = poll_runs.id AND r.current) AS voters
		FROM poll_runs WHERE poll_id = ? AND id < ? ORDER BY id DESC LIMIT ?`, poll, page.before(), page.Limit)
}
