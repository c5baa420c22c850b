package sessions

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const (
	// beatEvery is how far apart heartbeats are at most. When Foyer is killed, nobody knows better than that when its peers left.
	beatEvery = 5 * time.Second

	// patience is how long a join waits for its line to be begun, and again for the outcome of what was begun.
	patience = 5 * time.Second

	// most is how many lines one transaction takes.
	most = 512

	// mostTold is how many events wait at most while the database is away. What joins, changes and leaves needs no bound: there is a line
	// of each sort for a peer at most.
	mostTold = 100_000

	// mostSamples is how many measurements of media wait at most, at 40 bytes each, and mostTogether about how many one transaction takes:
	// a stay has 46,080 at most.
	mostSamples, mostTogether = 2 << 20, 1 << 16

	// node is by which name this Foyer's heartbeat goes. There is one owner of all rooms.
	node = "foyer"
)

// Emit writes events in the transaction of what they tell of.
type Emit func(ctx context.Context, tx *store.Store, events ...models.Event) error

// Hooks are what webhooks do for the journal. Any of them may be nil.
type Hooks struct {
	Emit   Emit
	Record func(ctx context.Context, tx *store.Store, events ...models.AnalyticsEvent) error // the same for analytics
	Nudge  func()                                                                            // says that there are new events; must not block
}

// Service is the journal of live rooms. Safe for concurrent use.
type Service struct {
	store *store.Store     // static, as are all before mu
	hooks Hooks            //
	now   func() time.Time //
	log   *slog.Logger     //
	wake  chan struct{}    // capacity 1, never closed: there is something to write

	mu      sync.Mutex
	waiting line // guarded by mu
	stopped bool // guarded by mu: nothing is written any more

	writer // owned by Restore, then by Run
}

// New makes a journal that writes as soon as Run does.
func New(s *store.Store, hooks Hooks, now func() time.Time, log *slog.Logger) *Service {
	return &Service{
		store: s, hooks: hooks, now: now, log: log, wake: make(chan struct{}, 1),
		waiting: newLine(), writer: writer{open: map[models.ID]bool{}},
	}
}

func (s *Service) stamp() time.Time { return models.Stamp(s.now()) }

// Submit takes a line. It never blocks, and keeps the order of calls: it may be called under a lock.
func (s *Service) Submit(e models.Entry) *Pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return s.settled(away(errStopped))
	}
	p := s.waiting.add(&Pending{service: s, joins: e.Joined != nil, entry: e})
	if p == nil {
		return s.settled(away(errTooMany))
	}
	select {
	case s.wake <- struct{}{}:
	default: // the writer has been told already
	}
	return p
}

func (s *Service) settled(err error) *Pending { return &Pending{service: s, phase: settled, err: err} }

func away(cause error) error {
	return fault.Wrap(fault.Unavailable, "the database is not available", cause)
}
