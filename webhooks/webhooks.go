package webhooks

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"foyer/seal"
	"foyer/store"

	"golang.org/x/sync/errgroup"
)

// Retention is how long events and deliveries are kept unless told otherwise; LeastRetention is how long they must be, since what does
// not arrive is tried for three days.
const (
	Retention      = 30 * 24 * time.Hour
	LeastRetention = 4 * 24 * time.Hour
)

// Options say how to send. The zero value is the careful one.
type Options struct {
	AllowPrivate bool          // call receivers in private networks and on this machine too
	Retention    time.Duration // how long events and deliveries are kept; 0: Retention
	Log          *slog.Logger  // nil: nowhere

	dial func(ctx context.Context, network, address string) (net.Conn, error) // of tests; nil: the guarded one
}

// Service keeps the outbox and sends what is in it. Safe for concurrent use.
type Service struct {
	store     *store.Store  // static after New, like all up to the next empty line
	box       *seal.Box     // opens headers and secrets
	client    *http.Client  // sends
	log       *slog.Logger  // told of what is given up
	retention time.Duration // see Options
	nudged    chan struct{} // holds one nudge at most; never closed
	asked     chan struct{} // the same for replays

	sent   atomic.Int64
	failed atomic.Int64
}

// New makes the service. Nothing is sent until Run.
func New(s *store.Store, box *seal.Box, o Options) *Service {
	if o.Retention == 0 {
		o.Retention = Retention
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.dial == nil {
		o.dial = newDialer(o.AllowPrivate).DialContext
	}
	return &Service{
		store: s, box: box, log: o.Log, retention: o.Retention, client: newClient(o.dial),
		nudged: make(chan struct{}, 1), asked: make(chan struct{}, 1),
	}
}

// Nudge has the outbox looked at now. Whoever emitted calls it when the transaction has been committed; without it the events go out a
// few seconds later. It never blocks.
func (s *Service) Nudge() { nudge(s.nudged) }

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one is waiting already
	}
}

// Run sends what is in the outbox, replays what was asked for, and deletes what is too old, until the context ends. Sends under way
// then get as long as any send may take. Any number of nodes may run over one database. It returns nil.
func (s *Service) Run(ctx context.Context) error {
	var work errgroup.Group
	work.Go(func() error { newDispatcher(s).run(ctx); return nil })
	work.Go(func() error { s.runReplays(ctx); return nil })
	work.Go(func() error { s.runRetention(ctx); return nil })
	err := work.Wait()
	s.client.CloseIdleConnections()
	return err
}

// Stats are numbers for the metrics.
type Stats struct {
	Queued int64 // deliveries that are still to be tried, of all nodes
	Sent   int64 // deliveries that arrived, since this process began
	Failed int64 // deliveries that were given up, since this process began
}

// Stats counts. It reads all that is queued: call it once a scrape. Kind Unavailable.
func (s *Service) Stats(ctx context.Context) (Stats, error) {
	queued, err := s.store.CountDueDeliveries(ctx)
	return Stats{Queued: queued, Sent: s.sent.Load(), Failed: s.failed.Load()}, err
}

// pause waits, and reports whether to go on: not when the context has ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
