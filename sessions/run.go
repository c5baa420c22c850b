package sessions

import (
	"context"
	"time"
)

const (
	// While the database is away it is tried again after this long, then twice as long, to this at most.
	firstPause, longestPause = 100 * time.Millisecond, 2 * time.Second

	// lastWords is how long what waits may take to be written at the end.
	lastWords = 5 * time.Second
)

// Run writes what is submitted, and heartbeats, until the context ends and all that waits is written. It is called once.
func (s *Service) Run(ctx context.Context) error {
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()
	var pause time.Duration
	for ctx.Err() == nil {
		wake, again := s.wake, (<-chan time.Time)(nil)
		if err := s.turn(ctx, pause == 0); err != nil {
			pause = min(max(2*pause, firstPause), longestPause)
			wake, again = nil, time.After(pause)
			s.complain(ctx, err, pause == firstPause)
		} else if pause > 0 {
			pause = 0
			s.log.InfoContext(ctx, "the database is back, the journal is complete")
		}
		s.complainOfLoss(ctx)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-beats.C:
			s.due = true
		case <-again:
		}
	}
	return s.finish(ctx)
}

// turn writes what waits, and a heartbeat when one is due.
func (s *Service) turn(ctx context.Context, well bool) error {
	if err := s.flush(ctx); err != nil {
		return err
	}
	if well && !s.due {
		return nil
	}
	err := s.beat(ctx)
	s.due = err != nil
	return err
}

// complain tells once that the database is away.
func (s *Service) complain(ctx context.Context, cause error, first bool) {
	s.mu.Lock()
	lines := len(s.waiting.list)
	s.mu.Unlock()
	if first {
		s.log.WarnContext(ctx, "the database is away: the journal waits", "error", cause, "lines", lines)
	}
}

// complainOfLoss tells each time that events are lost: because the database is away, or because more came at once than can wait.
func (s *Service) complainOfLoss(ctx context.Context) {
	s.mu.Lock()
	dropped := s.waiting.dropped
	s.waiting.dropped = 0
	s.mu.Unlock()
	if dropped > 0 {
		s.log.ErrorContext(ctx, "events are lost: too many wait for the database", "events", dropped)
	}
}

// finish writes what waits and a last heartbeat, if the database lets it.
func (s *Service) finish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	for {
		err := s.flush(ctx)
		if err == nil {
			err = s.beat(ctx)
		}
		if s.stop(err != nil && ctx.Err() != nil) {
			return nil
		}
		if err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(firstPause):
		}
	}
}

// stop ends the journal when nothing waits, or else when it must. It reports whether it did.
func (s *Service) stop(must bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	lost := len(s.waiting.list)
	if s.doubt != nil {
		lost += len(s.doubt.page.lines)
	}
	if lost > 0 && !must {
		return false
	}
	s.stopped = true
	for _, line := range s.waiting.list {
		line.settleLocked(away(errStopped))
	}
	s.waiting = newLine()
	if lost > 0 {
		s.log.Error("the journal ends without the database: lines are lost", "lines", lost)
	}
	return true
}
