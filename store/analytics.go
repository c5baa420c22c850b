package store

import (
	"context"

	"foyer/models"
)

var insertAnalyticsEvents = bulk{
	before: `INSERT INTO analytics_events (id, workspace_id, room_id, type, session_id, peer_id, user_id, beam_id, problem, data, created_at)
		VALUES `,
	kinds: make([]string, 11),
}

// InsertAnalyticsEvents inserts analytics events.
func (s *Store) InsertAnalyticsEvents(ctx context.Context, events []models.AnalyticsEvent) error {
	args := make([]any, 0, len(events)*len(insertAnalyticsEvents.kinds))
	for i := range events {
		e := &events[i]
		args = append(args, string(e.ID), string(e.WorkspaceID), string(e.RoomID), e.Type, e.SessionID, e.PeerID, e.UserID, e.BeamID,
			e.Problem, e.Data, e.CreatedAt)
	}
	_, err := insertAnalyticsEvents.run(ctx, s, args)
	return err
}

// AnalyticsFilter says which analytics events are meant; what is empty or nil does not narrow, but the workspace and the room.
type AnalyticsFilter struct {
	WorkspaceID models.ID
	RoomID      string
	Types       []string
	SessionID   string
	PeerID      string
	UserID      string
	BeamID      string
	Problem     *bool
	Newest      models.ID // no newer ones: a list that is read in pages does not grow
}

func (f *AnalyticsFilter) where() *where {
	w := newWhere("workspace_id = ? AND room_id = ?", f.WorkspaceID, f.RoomID)
	if f.Newest != "" {
		w.and("id <= ?", f.Newest)
	}
	if len(f.Types) > 0 {
		w.and("type IN ?", f.Types)
	}
	for _, term := range [][2]string{
		{"session_id = ?", f.SessionID}, {"peer_id = ?", f.PeerID}, {"user_id = ?", f.UserID}, {"beam_id = ?", f.BeamID},
	} {
		if term[1] != "" {
			w.and(term[0], term[1])
		}
	}
	if f.Problem != nil {
		w.and("problem = ?", *f.Problem)
	}
	return w
}

// AnalyticsEvents lists analytics events, newest first.
func (s *Store) AnalyticsEvents(ctx context.Context, f *AnalyticsFilter, page Page) ([]models.AnalyticsEvent, error) {
	w := f.where()
	w.and("id < ?", page.before())
	return many[models.AnalyticsEvent](ctx, s.reader,
		"SELECT * FROM analytics_events "+w.text()+" ORDER BY id DESC LIMIT ?", append(w.args, page.Limit)...)
}

// CountAnalyticsEvents counts analytics events.
func (s *Store) CountAnalyticsEvents(ctx context.Context, f *AnalyticsFilter) (int, error) {
	w := f.where()
	return one[int](ctx, s.reader, "", "SELECT count(*) FROM analytics_events "+w.text(), w.args...)
}
