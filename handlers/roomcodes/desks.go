package roomcodes

import (
	"context"
	"sync"
	"sync/atomic"

	"foyer/models"
	"foyer/usage"
)

// place is a room, and the account that pays for what is said there.
type place struct{ room, account models.ID }

// desk is what all connections to a place share: what was paid in advance, so that one does not hold what another one lacks.
type desk struct {
	at     place        // static, as is the next one
	lease  *usage.Lease // of the messages
	coming atomic.Int32 // who has a seat, but is not in yet
	taken  int          // guarded by the mu of desks: connections
}

// desks are those of all places at which somebody is. The zero value has none. Safe for concurrent use.
type desks struct {
	mu   sync.Mutex
	open map[place]*desk // guarded by mu
}

// take gives a connection its desk, with a seat.
func (d *desks) take(at place, service *usage.Service) *desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = map[place]*desk{}
	}
	found := d.open[at]
	if found == nil {
		found = &desk{at: at, lease: service.Lease(at.account, at.room)}
		d.open[at] = found
	}
	found.taken++
	found.coming.Add(1)
	return found
}

// leave is the end of a connection. The last one takes the desk along, and gives back what is left.
func (d *desks) leave(ctx context.Context, left *desk) error {
	d.mu.Lock()
	left.taken--
	last := left.taken == 0
	if last {
		delete(d.open, left.at)
	}
	d.mu.Unlock()
	if !last {
		return nil
	}
	return left.lease.Return(ctx)
}
