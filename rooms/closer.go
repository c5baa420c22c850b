package rooms

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"foyer/hub"
	"foyer/models"
	"foyer/store"
)

// Closer closes rooms of other protocols in the database when their time is over or nobody needs them any more. Safe for concurrent use.
type Closer struct {
	log  *slog.Logger             // static, as are the next two
	ages map[string]time.Duration // how long a kept room of a dialect stays open while nobody is in
	wake chan struct{}            // holds one; never closed

	mu     sync.Mutex
	closed []models.ID // guarded by mu: rooms into which nobody comes any more
}

// sweepEvery is how soon a room is closed for which nobody waits.
const sweepEvery = 5 * time.Second

// NewCloser makes a closer, which works as long as Run does. Ages say how long kept rooms of a dialect stay open while nobody is in.
func NewCloser(ages map[string]time.Duration, log *slog.Logger) *Closer {
	return &Closer{ages: ages, log: log, wake: make(chan struct{}, 1)}
}

// Closed is a hub.Closed.
func (c *Closer) Closed(room *models.Room) {
	if room.Rules == nil {
		return
	}
	c.add(room.ID)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *Closer) add(room models.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = append(c.closed, room)
}

// Run works until the context ends.
func (c *Closer) Run(ctx context.Context, s *Service) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		c.follow(ctx, s)
		select {
		case <-ctx.Done():
			return nil
		case <-c.wake:
		case <-tick.C:
			c.complain(ctx, c.Sweep(ctx, s))
		}
	}
}

// follow closes the rooms that the hub has told of; what fails is tried again with the next tick.
func (c *Closer) follow(ctx context.Context, s *Service) {
	c.mu.Lock()
	rooms := c.closed
	c.closed = nil
	c.mu.Unlock()
	for _, room := range rooms {
		if err := s.Close(ctx, room); err != nil {
			c.add(room)
			c.complain(ctx, err)
		}
	}
}

// Sweep closes rooms though nobody is in them: kept for too long, expired, or left behind by a Foyer that ended. Run does it every few seconds.
func (c *Closer) Sweep(ctx context.Context, s *Service) error {
	at := s.store.Stamp()
	expired, err := s.store.ExpiredAliases(ctx, at)
	if err != nil {
		return err
	}
	var errs []error // one room must not keep the others open
	for _, alias := range expired {
		errs = append(errs, s.store.Tx(ctx, func(tx *store.Store) error { return tx.CloseExpired(ctx, alias.RoomID, at) }))
	}
	unused, err := s.store.StrayAliases(ctx)
	errs = append(errs, err)
	unused = slices.DeleteFunc(unused, func(a models.Alias) bool { return at.Sub(a.CreatedAt) <= time.Minute }) // somebody may be about to come in
	for dialect, age := range c.ages {
		kept, err := s.store.KeptSince(ctx, dialect, at.Add(-age))
		unused, errs = append(unused, kept...), append(errs, err)
	}
	for i := range unused {
		errs = append(errs, c.retire(ctx, s, &unused[i]))
	}
	return errors.Join(errs...)
}

// retire closes a room if nobody is there.
func (c *Closer) retire(ctx context.Context, s *Service, alias *models.Alias) error {
	place, err := s.PlaceOf(ctx, alias.RoomID)
	if err != nil {
		return err
	}
	closed, err := s.hub.Retire(ctx, place)
	if err != nil || !closed {
		return err
	}
	return s.Close(ctx, alias.RoomID)
}

func (c *Closer) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		c.log.Warn("rooms of other protocols are not closed", "error", err)
	}
}

var _ hub.Closed = (*Closer)(nil).Closed
