package webhooks

import (
	"context"
	"time"

	"foyer/models"
	"foyer/store"
)

// send makes one attempt. One that arrives is done with; one that fails keeps the attempts that it still had.
func (r *replay) send(ctx context.Context, d *models.Delivery) error {
	sending := context.WithoutCancel(ctx)
	to, err := r.receiver(sending, d.RoomID)
	if err != nil {
		return err
	}
	r.row.Position = d.ID
	r.since++
	problem := to.problem
	if problem == "" {
		problem = r.post(sending, to, d.EventID, again(d.Body))
	}
	if problem == "" {
		r.row.Completed++
		r.sent.Add(1)
		settle(d, to.url, "", r.store.Stamp())
		r.arrived = append(r.arrived, *d)
		return nil
	}
	r.row.Failed++
	if len(r.row.Failures) < mostFailures {
		r.row.Failures = append(r.row.Failures, map[string]any{
			"event_id": d.EventID, "event_name": d.Type, "room_id": string(d.RoomID), "error_reason": problem,
		})
	}
	return nil
}

// keep writes down how far the replay has come, and how long it stays ours.
func (r *replay) keep(ctx context.Context, lease time.Duration) error {
	until := r.store.Stamp().Add(lease)
	r.row.LeasedUntil = &until
	err := r.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RecordAttempts(ctx, r.arrived); err != nil {
			return err
		}
		return tx.KeepReplay(ctx, &r.row)
	})
	if err == nil {
		r.arrived, r.since = nil, 0
	}
	return err
}

func (r *replay) finish(ctx context.Context) error {
	at := r.store.Stamp()
	r.row.Total, r.row.CompletedAt = r.row.Completed+r.row.Failed, &at
	switch {
	case r.row.Failed == 0:
		r.row.State = models.ReplayCompleted
	case r.row.Completed == 0:
		r.row.State = models.ReplayFailed
	default:
		r.row.State = models.ReplayPartial
	}
	return r.keep(ctx, 0)
}
