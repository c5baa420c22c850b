package store

import (
	"context"
	"time"

	"foyer/models"
)

var insertMeasurements = bulk{
	before: "INSERT INTO measurements (id, workspace_id, room_id, session_id, peer_id, series, created_at) VALUES ",
	after:  " ON CONFLICT (id) DO NOTHING",
	kinds:  make([]string, 7),
}

// InsertMeasurements inserts how the media of peers did. What there is of a stay already is left as it is.
func (s *Store) InsertMeasurements(ctx context.Context, rows []models.Measurement) error {
	args := make([]any, 0, len(rows)*len(insertMeasurements.kinds))
	for i := range rows {
		m := &rows[i]
		args = append(args, string(m.ID), string(m.WorkspaceID), string(m.RoomID), string(m.SessionID), m.PeerID, m.Series, m.CreatedAt)
	}
	_, err := insertMeasurements.run(ctx, s, args)
	return err
}

// Measurements lists how the media of a peer did in its stays in a session, the first stay first. Of all that, the newest are read whose
// series have so many letters together.
func (s *Store) Measurements(ctx context.Context, session models.ID, peer string, letters int) ([]models.Measurement, error) {
	return many[models.Measurement](ctx, s.reader, `SELECT m.* FROM measurements m JOIN
		(SELECT id, sum(length(series)) OVER (ORDER BY id DESC) AS letters FROM measurements WHERE session_id = ? AND peer_id = ?) n
		ON m.id = n.id WHERE n.letters <= ? ORDER BY m.id`, session, peer, letters)
}

// WasIn reports whether a client's peer was in a session.
func (s *Store) WasIn(ctx context.Context, session models.ID, peer string) (bool, error) {
	found, err := many[models.ID](ctx, s.reader, "SELECT id FROM peers WHERE session_id = ? AND peer_id = ? LIMIT 1", session, peer)
	return len(found) > 0, err
}

// purgeMeasurements deletes measurements from before a time, and says whether there may be more. They are long: few go at once.
func (s *Store) purgeMeasurements(ctx context.Context, before time.Time, limit int) (more bool, err error) {
	part := int64(max(1, limit/25))
	gone, err := s.exec(ctx, `DELETE FROM measurements WHERE id IN
		(SELECT id FROM measurements WHERE created_at < ? ORDER BY created_at LIMIT ?)`, before, part)
	return gone == part, err
}
