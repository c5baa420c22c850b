package webhooks

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Bounds of what may be asked for (server contract 7.5).
const (
	longestBack = 30 * 24 * time.Hour
	longestSpan = 14 * 24 * time.Hour
	usualBack   = 24 * time.Hour
)

// Query says which deliveries are asked for: those that arrived, or for which the contract's attempts failed. What is empty or nil
// does not narrow.
type Query struct {
	Start, End *time.Time // default: the last 24 hours
	RoomID     string
	EventNames []string
	Status     string // all, failed or success
}

// statuses are the words of a query's status, and the state that each means.
var statuses = map[string]string{"all": "", "failed": models.DeliveryFailed, "success": models.DeliverySuccess}

func (s *Service) filter(workspace models.ID, q *Query) (*store.DeliveryFilter, error) {
	from, to, err := period(s.store.Stamp(), q.Start, q.End)
	if err != nil {
		return nil, err
	}
	state, known := statuses[q.Status]
	if !known {
		return nil, refuse("status must be all, failed or success")
	}
	return &store.DeliveryFilter{
		WorkspaceID: workspace, From: from, To: to, RoomID: q.RoomID, Types: q.EventNames, State: state,
	}, nil
}

// period is the time that is asked for. Without an end it ends now, or as late as it may.
func period(now time.Time, start, end *time.Time) (from, to time.Time, err error) {
	from = now.Add(-usualBack)
	if start != nil {
		from = *start
	}
	to = now
	if end != nil {
		to = *end
	} else if latest := from.Add(longestSpan); latest.Before(now) {
		to = latest
	}
	switch {
	case from.Before(now.Add(-longestBack)):
		return from, to, refuse("start_time must be within the last 30 days")
	case to.After(from.Add(longestSpan)):
		return from, to, refuse("end_time must be within 14 days after start_time")
	case to.Before(from):
		return from, to, refuse("end_time must not be before start_time")
	}
	return from, to, nil
}

// refuse errs with Invalid in the contract's very words, which have no class before them.
func refuse(message string) error { return fault.New(fault.Invalid, message, message) }

// Page is the part of a list that is wanted, counted from 1.
type Page struct {
	Number int
	Limit  int
}

// Deliveries lists deliveries, the last settled first, and says how many there are in all (server contract 7.5). Kind Invalid.
func (s *Service) Deliveries(ctx context.Context, workspace models.ID, q *Query, page Page) ([]models.Delivery, int, error) {
	f, err := s.filter(workspace, q)
	if err != nil {
		return nil, 0, err
	}
	total, err := s.store.CountDeliveries(ctx, f)
	if err != nil {
		return nil, 0, err
	}
	rows, err := s.store.Deliveries(ctx, f, page.Limit, (page.Number-1)*page.Limit)
	return rows, total, err
}
