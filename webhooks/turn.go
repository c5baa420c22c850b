package webhooks

import (
	"context"
	"time"

	"foyer/models"
)

const (
	slice     = time.Second      // in which a turn begins attempts
	mostTried = 32               // attempts of a turn, of each kind
	lease     = 30 * time.Second // longer than any turn; then others may think that we are gone
)

// turn is what one lane gets to send before others have theirs.
type turn struct {
	lane  models.Lane // leased
	host  string
	tried []models.Delivery // as they are now
	last  outcome
	err   error // the database failed: the lane is left until its lease ends
}

// take sends what a lane has: those that were never tried in their order, and those that are to be tried again, by turns, so that
// neither kind waits for the end of the other. One at a time, so that the first attempt of an event begins when that of the event
// before it has ended. Attempts are not begun after the slice, or when the context has ended.
func (s *Service) take(ctx context.Context, t *turn) {
	began := time.Now()
	sending := context.WithoutCancel(ctx) // what was begun is brought to its end
	fresh, again, err := s.due(ctx, t)
	if err != nil {
		t.err = err
		return
	}
	to, err := s.receiver(ctx, t.lane.RoomID)
	if err != nil {
		t.err = err
		return
	}
	last := len(fresh) < mostTried // what is fresh was read to its end
	for n := 0; len(fresh)+len(again) > 0; n++ {
		if ctx.Err() != nil || n > 0 && time.Since(began) >= slice {
			return
		}
		if len(again) == 0 || len(fresh) > 0 && n%2 == 0 {
			s.try(sending, t, to, &fresh[0])
			t.lane.Tried, fresh = fresh[0].Seq, fresh[1:]
			continue
		}
		s.try(sending, t, to, &again[0])
		again = again[1:]
	}
	if last {
		t.lane.Tried = t.lane.Seq // those that are not there were too old, and were deleted
	}
}

func (s *Service) due(ctx context.Context, t *turn) (fresh, again []models.Delivery, err error) {
	if fresh, err = s.store.FreshDeliveries(ctx, &t.lane, mostTried); err != nil {
		return nil, nil, err
	}
	again, err = s.store.DueDeliveries(ctx, &t.lane, s.store.Stamp(), mostTried)
	return fresh, again, err
}

// try makes one attempt, unless there is nobody to send to.
func (s *Service) try(ctx context.Context, t *turn, to *receiver, d *models.Delivery) {
	switch to.problem {
	case "":
		problem := s.post(ctx, to, d.EventID, d.Body)
		t.last = answered
		if problem == timedOut {
			t.last = hung
		}
		settle(d, to.url, problem, s.store.Stamp())
	case notSet:
		giveUp(d, notSet, s.store.Stamp())
	default: // it may be put right
		settle(d, to.url, to.problem, s.store.Stamp())
	}
	t.tried = append(t.tried, *d)
}
