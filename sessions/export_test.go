package sessions

import "context"

// Flush writes what waits, as Run does: for tests that kill a journal between two writes.
func (s *Service) Flush(ctx context.Context) error { return s.flush(ctx) }

// Beat writes a heartbeat, as Run does.
func (s *Service) Beat(ctx context.Context) error { return s.beat(ctx) }

// Waiting is how many lines wait.
func (s *Service) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting.list)
}
