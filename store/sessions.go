package store

import (
	"context"
	"encoding/json"
	"time"

	"foyer/models"
)

// NoSession is what callers learn of a session that is not there (server contract 14.15).
const noSession = "session not found"

// SessionFilter narrows a list of sessions; what is nil or empty does not narrow.
type SessionFilter struct {
	RoomID        string
	Active        *bool
	After, Before *time.Time // on the beginning, inclusive
}

// Session reads a session of a workspace. Kind NotFound.
func (s *Store) Session(ctx context.Context, workspace, id models.ID) (models.Session, error) {
	return one[models.Session](ctx, s.reader, noSession, "SELECT * FROM sessions WHERE id = ? AND workspace_id = ?", id, workspace)
}

// Sessions lists the sessions of a workspace, newest first.
func (s *Store) Sessions(ctx context.Context, workspace models.ID, f SessionFilter, page Page) ([]models.Session, error) {
	where := newWhere("workspace_id = ? AND id < ?", workspace, page.before())
	if f.RoomID != "" {
		where.and("room_id = ?", f.RoomID)
	}
	if f.Active != nil && *f.Active {
		where.and("ended_at IS NULL")
	}
	if f.Active != nil && !*f.Active {
		where.and("ended_at IS NOT NULL")
	}
	if f.After != nil {
		where.and("created_at >= ?", *f.After)
	}
	if f.Before != nil {
		where.and("created_at <= ?", *f.Before)
	}
	return many[models.Session](ctx, s.reader, "SELECT * FROM sessions "+where.text()+" ORDER BY id DESC LIMIT ?", append(where.args, page.Limit)...)
}

// PeersOf lists who was in some sessions: those of the newest session first, each in the order of joining, so many at most.
func (s *Store) PeersOf(ctx context.Context, sessions []models.ID, limit int) ([]models.Peer, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	return many[models.Peer](ctx, s.reader,
		"SELECT * FROM peers WHERE session_id IN ? ORDER BY session_id DESC, id LIMIT ?", sessions, limit)
}

// LiveSessions lists the sessions of all workspaces that have not ended, oldest first.
func (s *Store) LiveSessions(ctx context.Context) ([]models.Session, error) {
	return many[models.Session](ctx, s.db, "SELECT * FROM sessions WHERE ended_at IS NULL ORDER BY id")
}

// LivePeers lists the peers of all workspaces that have not left, in the order of joining.
func (s *Store) LivePeers(ctx context.Context) ([]models.Peer, error) {
	return many[models.Peer](ctx, s.db, "SELECT * FROM peers WHERE left_at IS NULL ORDER BY joined_at, id")
}

// LastLeave is when somebody left a live session last.
type LastLeave struct {
	SessionID models.ID
	LeftAt    time.Time
}

// LastLeaves lists when somebody left each live session last; those that nobody has left are not in it.
func (s *Store) LastLeaves(ctx context.Context) ([]LastLeave, error) {
	return many[LastLeave](ctx, s.reader, `SELECT DISTINCT p.session_id, p.left_at FROM peers p JOIN
		(SELECT session_id, max(left_at) AS last FROM peers WHERE session_id IN (SELECT id FROM sessions WHERE ended_at IS NULL)
			GROUP BY session_id) m ON p.session_id = m.session_id AND p.left_at = m.last`)
}

// LosePeers marks the peers that have not left as lost at a time, or when they joined if that was later. Who is marked stays so.
func (s *Store) LosePeers(ctx context.Context, at time.Time) error {
	_, err := s.exec(ctx, `UPDATE peers SET lost_at = CASE WHEN joined_at > ? THEN joined_at ELSE ? END
		WHERE left_at IS NULL AND lost_at IS NULL`, at, at)
	return err
}

var openSessions = bulk{
	before: "INSERT INTO sessions (id, workspace_id, room_id, template_id, room_name, created_at) VALUES ",
	after:  " ON CONFLICT (id) DO UPDATE SET ended_at = NULL WHERE sessions.ended_at IS NOT NULL RETURNING id",
	kinds:  make([]string, 6), returns: true,
}

// OpenSessions makes sure that sessions are open, and says which were not. Kind Conflict when the room of one has another.
func (s *Store) OpenSessions(ctx context.Context, sessions []*models.Session) ([]models.ID, error) {
	args := make([]any, 0, len(sessions)*len(openSessions.kinds))
	for _, row := range sessions {
		args = append(args, string(row.ID), string(row.WorkspaceID), string(row.RoomID), string(row.TemplateID), row.RoomName, row.CreatedAt)
	}
	return openSessions.run(ctx, s, args)
}

var endSessions = bulk{
	before: "WITH v (session, at) AS (VALUES ",
	after: `) UPDATE sessions SET ended_at = v.at, state = NULL FROM v
		WHERE sessions.id = v.session AND sessions.ended_at IS NULL RETURNING id`,
	kinds: []string{"text", "timestamptz"}, returns: true,
}

// EndSessions ends sessions at their EndedAt, drops their state, and says which had not ended yet.
func (s *Store) EndSessions(ctx context.Context, sessions []*models.Session) ([]models.ID, error) {
	args := make([]any, 0, len(sessions)*len(endSessions.kinds))
	for _, row := range sessions {
		args = append(args, string(row.ID), *row.EndedAt)
	}
	return endSessions.run(ctx, s, args)
}

const emptySessions = `UPDATE sessions SET state = NULL,
		ended_at = COALESCE((SELECT max(left_at) FROM peers WHERE peers.session_id = sessions.id), created_at)
	WHERE ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM peers WHERE peers.session_id = sessions.id AND peers.left_at IS NULL)`

// EndEmptySessions ends the sessions in which nobody is, when the last one left, and gives them. It looks at those of the ids, or at
// all if there are none.
func (s *Store) EndEmptySessions(ctx context.Context, ids ...models.ID) ([]models.Session, error) {
	query, args := emptySessions, []any(nil)
	if len(ids) > 0 {
		query, args = query+" AND id IN ?", []any{ids}
	}
	ended, err := many[models.ID](ctx, s.db, query+" RETURNING id", args...)
	if err != nil || len(ended) == 0 {
		return nil, err
	}
	return many[models.Session](ctx, s.db, "SELECT * FROM sessions WHERE id IN ? ORDER BY id", ended)
}

// KeepState writes what a session that has not ended must know again after a restart.
func (s *Store) KeepState(ctx context.Context, session models.ID, state models.Document) error {
	_, err := s.exec(ctx, "UPDATE sessions SET state = ? WHERE id = ? AND ended_at IS NULL", state, session)
	return err
}

// KeepQueue writes who waits at a room's door.
func (s *Store) KeepQueue(ctx context.Context, q *models.Queue) error {
	if len(q.Waiters) == 0 {
		_, err := s.exec(ctx, "DELETE FROM queues WHERE room_id = ?", q.RoomID)
		return err
	}
	waiters, err := json.Marshal(q.Waiters)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO queues (room_id, waiters) VALUES (?, ?)
		ON CONFLICT (room_id) DO UPDATE SET waiters = excluded.waiters`, q.RoomID, string(waiters))
	return err
}

// Queues lists who waits at the doors of all rooms.
func (s *Store) Queues(ctx context.Context) ([]models.Queue, error) {
	rows, err := many[struct {
		RoomID  models.ID
		Waiters string
	}](ctx, s.reader, "SELECT * FROM queues ORDER BY room_id")
	queues := make([]models.Queue, len(rows))
	for i, row := range rows {
		queues[i].RoomID = row.RoomID
		if err := json.Unmarshal([]byte(row.Waiters), &queues[i].Waiters); err != nil {
			return nil, err
		}
	}
	return queues, err
}

// Beat writes that a node lives, and a mark by which it knows its last transaction again.
func (s *Store) Beat(ctx context.Context, node string, at time.Time, mark models.ID) error {
	_, err := s.db.Statement.ConnPool.ExecContext(ctx, `INSERT INTO heartbeat (node, beat_at, mark) VALUES ($1, $2, $3)
		ON CONFLICT (node) DO UPDATE SET beat_at = excluded.beat_at, mark = excluded.mark`, node, at, string(mark))
	return translate(err)
}

// Heartbeat is when a node lived last, and the mark of its last transaction.
type Heartbeat struct {
	BeatAt time.Time
	Mark   models.ID
}

// LastBeat reads the last beat of a node. Kind NotFound before the first one.
func (s *Store) LastBeat(ctx context.Context, node string) (Heartbeat, error) {
	return one[Heartbeat](ctx, s.db, "no heartbeat", "SELECT beat_at, mark FROM heartbeat WHERE node = ?", node)
}
