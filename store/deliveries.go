package store

import (
	"context"
	"time"

	"foyer/models"
)

var insertDeliveries = bulk{
	before: "INSERT INTO deliveries (id, event_id, workspace_id, room_id, seq, type, body, state, attempts, due_at, created_at) VALUES ",
	kinds:  make([]string, 11),
}

// InsertDeliveries writes events into the outbox. Kind Conflict when a room has one of the same number.
func (s *Store) InsertDeliveries(ctx context.Context, deliveries []models.Delivery) error {
	args := make([]any, 0, len(deliveries)*len(insertDeliveries.kinds))
	for i := range deliveries {
		d := &deliveries[i]
		args = append(args, string(d.ID), d.EventID, string(d.WorkspaceID), string(d.RoomID), d.Seq, d.Type, d.Body, d.State, d.Attempts,
			d.DueAt, d.CreatedAt)
	}
	_, err := insertDeliveries.run(ctx, s, args)
	return err
}

var recordAttempts = bulk{
	before: "WITH v (delivery, state, attempts, due_at, url, problem, settled_at) AS (VALUES ",
	after: `) UPDATE deliveries SET state = v.state, attempts = v.attempts, due_at = v.due_at, url = v.url, problem = v.problem,
		settled_at = v.settled_at FROM v WHERE deliveries.id = v.delivery AND deliveries.state <> 'success'`,
	kinds: []string{"text", "text", "integer", "timestamptz", "text", "text", "timestamptz"},
}

// RecordAttempts writes what came of attempts. A delivery that has succeeded stays as it is.
func (s *Store) RecordAttempts(ctx context.Context, deliveries []models.Delivery) error {
	args := make([]any, 0, len(deliveries)*len(recordAttempts.kinds))
	for i := range deliveries {
		d := &deliveries[i]
		args = append(args, string(d.ID), d.State, d.Attempts, d.DueAt, d.URL, d.Problem, d.SettledAt)
	}
	_, err := recordAttempts.run(ctx, s, args)
	return err
}

// FreshDeliveries lists the deliveries of a lane whose first attempt has not ended, in the order of their numbers.
func (s *Store) FreshDeliveries(ctx context.Context, l *models.Lane, limit int) ([]models.Delivery, error) {
	return many[models.Delivery](ctx, s.reader,
		"SELECT * FROM deliveries WHERE room_id = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?", l.RoomID, l.Tried, l.Seq, limit)
}

// DueDeliveries lists the deliveries of a lane that are to be tried again, the longest due first.
func (s *Store) DueDeliveries(ctx context.Context, l *models.Lane, at time.Time, limit int) ([]models.Delivery, error) {
	return many[models.Delivery](ctx, s.reader,
		"SELECT * FROM deliveries WHERE room_id = ? AND due_at <= ? AND seq <= ? ORDER BY due_at, seq LIMIT ?", l.RoomID, at, l.Tried, limit)
}

// CountDueDeliveries counts what is still to be tried, of all workspaces. It reads all of that: not for a request.
func (s *Store) CountDueDeliveries(ctx context.Context) (int64, error) {
	return one[int64](ctx, s.reader, "", "SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL")
}

// DeliveryFilter says which settled deliveries are meant; what is empty does not narrow, but the workspace and the times.
type DeliveryFilter struct {
	WorkspaceID models.ID
	From, To    time.Time // of the settling, inclusive
	RoomID      string
	State       string
	Types       []string
}

func (f *DeliveryFilter) where() *where {
	w := newWhere("workspace_id = ? AND settled_at >= ? AND settled_at <= ?", f.WorkspaceID, f.From, f.To)
	if f.RoomID != "" {
		w.and("room_id = ?", f.RoomID)
	}
	if f.State != "" {
		w.and("state = ?", f.State)
	}
	if len(f.Types) > 0 {
		w.and("type IN ?", f.Types)
	}
	return w
}

// Deliveries lists settled deliveries, the last settled first.
func (s *Store) Deliveries(ctx context.Context, f *DeliveryFilter, limit, offset int) ([]models.Delivery, error) {
	w := f.where()
	return many[models.Delivery](ctx, s.reader,
		"SELECT * FROM deliveries "+w.text()+" ORDER BY settled_at DESC, id DESC LIMIT ? OFFSET ?", append(w.args, limit, offset)...)
}

// DeliveriesAfter lists settled deliveries behind one of them, in the order in which the events happened.
func (s *Store) DeliveriesAfter(ctx context.Context, f *DeliveryFilter, after models.ID, limit, offset int) ([]models.Delivery, error) {
	w := f.where()
	w.and("id > ?", after)
	return many[models.Delivery](ctx, s.reader,
		"SELECT * FROM deliveries "+w.text()+" ORDER BY id LIMIT ? OFFSET ?", append(w.args, limit, offset)...)
}

// CountDeliveries counts settled deliveries.
func (s *Store) CountDeliveries(ctx context.Context, f *DeliveryFilter) (int, error) {
	w := f.where()
	return one[int](ctx, s.reader, "", "SELECT count(*) FROM deliveries "+w.text(), w.args...)
}
