package store

import (
	"context"
	"time"

	"foyer/models"
)

const pollNotFound = "poll not found"

// CreatePoll inserts a poll. Kind Conflict when its room has one of that alias.
func (s *Store) CreatePoll(ctx context.Context, p *models.Poll) error { return create(ctx, s, p) }

// Poll reads a poll of a workspace. Kind NotFound.
func (s *Store) Poll(ctx context.Context, workspace, id models.ID) (models.Poll, error) {
	return one[models.Poll](ctx, s.reader, pollNotFound, "SELECT * FROM polls WHERE id = ? AND workspace_id = ?", id, workspace)
}

// PollIn reads a poll of a workspace by its id, or by what a client in the room calls it. Whether the room may have it is not asked.
// Kind NotFound.
func (s *Store) PollIn(ctx context.Context, workspace, room models.ID, name string) (models.Poll, error) {
	return one[models.Poll](ctx, s.reader, pollNotFound,
		"SELECT * FROM polls WHERE (id = ? OR room_id = ? AND alias = ?) AND workspace_id = ?", name, room, name, workspace)
}

// LockPoll reads a poll of a workspace and keeps it from being changed by others, or begun, until the transaction ends. Kind NotFound.
// Whoever locks one of its runs too locks the poll first.
func (s *Store) LockPoll(ctx context.Context, workspace, id models.ID) (models.Poll, error) {
	return one[models.Poll](ctx, s.db, pollNotFound,
		"SELECT * FROM polls WHERE id = ? AND workspace_id = ?"+s.engine.forUpdate(), id, workspace)
}

// UpdatePoll writes what a poll is about: everything but its id, its owners and its birth.
func (s *Store) UpdatePoll(ctx context.Context, p models.Poll) error {
	return update(ctx, s, p, []string{
		"Title", "Type", "Duration", "Anonymous", "Mode", "Start", "Voters", "Viewers", "Questions", "UpdatedAt",
	}, "id = ?", p.ID)
}

// CountPolls counts the polls that peers of a room have made and that never ran, up to limit.
func (s *Store) CountPolls(ctx context.Context, room models.ID, limit int) (int, error) {
	found, err := many[string](ctx, s.reader,
		"SELECT id FROM polls WHERE room_id = ? AND "+neverRan+" LIMIT ?", room, limit)
	return len(found), err
}

const neverRan = "NOT EXISTS (SELECT 1 FROM poll_runs AS other WHERE other.poll_id = polls.id)"

// Links lists the polls that a room names (server contract 8.1), those that are not there included. Kind NotFound when the room is not.
func (s *Store) Links(ctx context.Context, workspace, room models.ID) ([]models.ID, error) {
	found, err := one[models.Room](ctx, s.reader, roomNotFound, "SELECT polls FROM rooms WHERE id = ? AND workspace_id = ?", room, workspace)
	var ids []models.ID
	for _, each := range found.Polls {
		if id, ok := each.(string); ok && models.ValidID(id) {
			ids = append(ids, models.ID(id))
		}
	}
	return ids, err
}

// PollState is where a poll stands in a session.
type PollState string

// The states of a poll in a session.
const (
	PollCreated PollState = "created" // it has not begun there
	PollStarted PollState = "started" // it runs
	PollStopped PollState = "stopped" // it is over
)

// PollFilter says which polls a session has: those that its room names, those that ran in it, and those that peers of the room have
// made and that never ran.
type PollFilter struct {
	Workspace, Room, Session models.ID
	Links                    []models.ID // what the room names
	State                    *PollState  // nil: all
	At                       time.Time   // by which a run whose time is over counts as stopped
}

// pollHead is a poll without its questions, which may be long.
const pollHead = `polls.id, polls.workspace_id, polls.room_id, polls.alias, polls.title, polls.type, polls.duration, polls.anonymous,
	polls.mode, polls.start, polls.voters, polls.viewers, polls.created_by, polls.created_at, polls.updated_at`

// PollsIn lists the polls of a session, newest first, without their questions.
func (s *Store) PollsIn(ctx context.Context, f PollFilter, page Page) ([]models.Poll, error) {
	links := f.Links
	if len(links) == 0 {
		links = []models.ID{""} // no poll is called so; IN () is not SQL
	}
	where := newWhere("polls.workspace_id = ? AND polls.id < ?", f.Workspace, page.before())
	where.and("(polls.id IN ? OR polls.room_id = ? AND (run.id IS NOT NULL OR "+neverRan+"))", links, f.Room)
	switch {
	case f.State == nil:
	case *f.State == PollCreated:
		where.and("run.id IS NULL")
	case *f.State == PollStarted:
		where.and("run.id IS NOT NULL AND run.stopped_at IS NULL AND (run.ends_at IS NULL OR run.ends_at > ?)", f.At)
	case *f.State == PollStopped:
		where.and("(run.stopped_at IS NOT NULL OR run.ends_at <= ?)", f.At)
	}
	query := "SELECT " + pollHead + " FROM polls LEFT JOIN poll_runs AS run ON run.poll_id = polls.id AND run.session_id = ? " +
		where.text() + " ORDER BY polls.id DESC LIMIT ?"
	return many[models.Poll](ctx, s.reader, query, append(append([]any{f.Session}, where.args...), page.Limit)...)
}

// PollsOf reads the polls of runs, in the order of the runs.
func (s *Store) PollsOf(ctx context.Context, runs []models.PollRun) ([]models.Poll, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	ids := make([]models.ID, len(runs))
	for i := range runs {
		ids[i] = runs[i].PollID
	}
	found, err := many[models.Poll](ctx, s.reader, "SELECT * FROM polls WHERE id IN ?", ids)
	byID := make(map[models.ID]models.Poll, len(found))
	for _, poll := range found {
		byID[poll.ID] = poll
	}
	polls := make([]models.Poll, len(runs))
	for i, id := range ids {
		polls[i] = byID[id]
	}
	return polls, err
}
