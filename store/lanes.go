package store

import (
	"context"
	"time"

	"foyer/models"
)

var extendLanes = bulk{
	before: "INSERT INTO lanes (room_id, workspace_id, seq, tried, due_at, lease) VALUES ",
	after: ` ON CONFLICT (room_id) DO UPDATE SET seq = lanes.seq + excluded.seq,
		due_at = CASE WHEN lanes.due_at < excluded.due_at THEN lanes.due_at ELSE excluded.due_at END`,
	kinds: make([]string, 6),
}

// ExtendLanes makes room for more events: Seq of each lane is how many. It gives the lanes as they then are, by room. Nobody else
// can extend them until the transaction ends, so that the numbers have no gap. Rooms must come in order, or two callers may
// wait for each other.
func (s *Store) ExtendLanes(ctx context.Context, lanes []models.Lane) (map[models.ID]models.Lane, error) {
	args := make([]any, 0, len(lanes)*len(extendLanes.kinds))
	rooms := make([]models.ID, len(lanes))
	for i := range lanes {
		l := &lanes[i]
		rooms[i] = l.RoomID
		args = append(args, string(l.RoomID), string(l.WorkspaceID), l.Seq, 0, l.DueAt, "")
	}
	if _, err := extendLanes.run(ctx, s, args); err != nil {
		return nil, err
	}
	rows, err := many[models.Lane](ctx, s.db, "SELECT * FROM lanes WHERE room_id IN ?", rooms)
	extended := make(map[models.ID]models.Lane, len(rows))
	for _, row := range rows {
		extended[row.RoomID] = row
	}
	return extended, err
}

// DueLane is a lane with something to send that nobody is sending, and where it goes at present; empty: nowhere any more.
type DueLane struct {
	models.Lane

	URL string
}

// DueLanes lists lanes with something to send that nobody is sending, by room, from the room behind after on.
func (s *Store) DueLanes(ctx context.Context, at time.Time, after models.ID, limit int) ([]DueLane, error) {
	return many[DueLane](ctx, s.reader, `
		SELECT lanes.*, COALESCE(rooms.webhook_url, workspaces.webhook_url, '') AS url
		FROM lanes JOIN rooms ON rooms.id = lanes.room_id JOIN workspaces ON workspaces.id = lanes.workspace_id
		WHERE lanes.due_at <= ? AND (lanes.leased_until IS NULL OR lanes.leased_until <= ?) AND lanes.room_id > ?
		ORDER BY lanes.room_id LIMIT ?`, at, at, after, limit)
}

// NextDue is when the next lane becomes due. Kind NotFound when none does.
func (s *Store) NextDue(ctx context.Context, at time.Time) (time.Time, error) {
	next, err := one[struct{ DueAt time.Time }](ctx, s.reader, "nothing will be due",
		"SELECT due_at FROM lanes WHERE due_at > ? ORDER BY due_at LIMIT 1", at)
	return next.DueAt, err
}

// ClaimLane leases a lane that is due and that nobody is sending, and gives it as it is then. Kind NotFound when another was quicker.
func (s *Store) ClaimLane(ctx context.Context, room models.ID, lease string, at, until time.Time) (models.Lane, error) {
	return one[models.Lane](ctx, s.db, "the lane is not free", `
		UPDATE lanes SET lease = ?, leased_until = ?
		WHERE room_id = ? AND due_at <= ? AND (leased_until IS NULL OR leased_until <= ?)
		RETURNING room_id, workspace_id, seq, tried, lease`, lease, until, room, at, at)
}

// ReleaseLane gives a leased lane back: Tried is what was reached. A lane that was leased to another meanwhile stays as it is. What
// was added behind Tried meanwhile is due at once; the rest as its deliveries say.
func (s *Store) ReleaseLane(ctx context.Context, l *models.Lane, at time.Time) error {
	_, err := s.exec(ctx, `
		UPDATE lanes SET lease = '', leased_until = NULL, tried = ?, due_at = CASE WHEN seq > ? THEN ? ELSE (
			SELECT min(d.due_at) FROM deliveries d WHERE d.room_id = lanes.room_id AND d.due_at IS NOT NULL) END
		WHERE room_id = ? AND lease = ?`, l.Tried, l.Tried, at, l.RoomID, l.Lease)
	return err
}
