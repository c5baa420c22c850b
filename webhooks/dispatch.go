package webhooks

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const (
	poll      = 30 * time.Second      // how often the outbox is looked at though nothing is known to be due: others may have died
	gather    = 10 * time.Millisecond // between two looks, so that many turns are written in one transaction
	pageLanes = 256                   // lanes read at a time
	together  = 32                    // lanes written in one transaction: it holds their rows, for which Emit waits
	lastWord  = 5 * time.Second       // for writing down what came of the last sends
)

// dispatcher hands turns to the lanes that have something to send, and writes down what came of them. All its fields belong to run.
type dispatcher struct {
	*Service

	hosts hosts
	turns sync.WaitGroup
	ended chan *turn // never closed; has room for all
	done  []*turn    // ended, and not written down yet
	after models.ID  // the room that was looked at last: the next look begins behind it, so that all get their turn
	swept int        // turns that were handed out since the looks began with the first room
}

func newDispatcher(s *Service) *dispatcher {
	return &dispatcher{Service: s, hosts: hosts{known: map[string]*host{}}, ended: make(chan *turn, mostTurns)}
}

func (d *dispatcher) run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		idle, err := d.round(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Warn("webhooks wait for the database", "error", err)
			pause(ctx, time.Second)
			continue
		}
		if pause(ctx, max(gather, 4*time.Since(began))) { // looking takes a fifth of the time at most
			d.wait(ctx, idle)
		}
	}
	d.turns.Wait()
	d.collect()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	if err := d.write(ctx); err != nil {
		d.log.Warn("webhooks that were sent at the end will be sent again", "error", err)
	}
}

// round writes down what has ended, hands out turns, and says how long there will be nothing to do.
func (d *dispatcher) round(ctx context.Context) (time.Duration, error) {
	if err := d.write(ctx); err != nil {
		return 0, err
	}
	if more, err := d.handOut(ctx); err != nil || more {
		return 0, err
	}
	now := d.store.Stamp()
	next, err := d.store.NextDue(ctx, now)
	if fault.Is(err, fault.NotFound) {
		return poll, nil
	}
	return min(poll, next.Sub(now)), err
}

// wait returns when a turn has ended, somebody nudges, or the time is over.
func (d *dispatcher) wait(ctx context.Context, idle time.Duration) {
	if d.collect(); len(d.done) > 0 {
		return
	}
	timer := time.NewTimer(idle)
	defer timer.Stop()
	select {
	case t := <-d.ended:
		d.done = append(d.done, t)
	case <-d.nudged:
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (d *dispatcher) collect() {
	for {
		select {
		case t := <-d.ended:
			d.done = append(d.done, t)
		default:
			return
		}
	}
}

// handOut gives turns to lanes, and says whether there are more that could have one.
func (d *dispatcher) handOut(ctx context.Context) (more bool, err error) {
	if d.hosts.full() {
		return false, nil // the end of a turn wakes us
	}
	at, from := d.store.Stamp(), d.after
	lanes, err := d.store.DueLanes(ctx, at, from, pageLanes)
	if err != nil {
		return false, err
	}
	var chosen []*turn
	for _, lane := range lanes {
		if name := hostOf(lane.URL); d.hosts.enter(name) {
			chosen = append(chosen, &turn{lane: lane.Lane, host: name})
		}
	}
	d.swept += len(chosen)
	for part := range slices.Chunk(chosen, together) {
		if err := d.start(ctx, part, at); err != nil {
			return false, err
		}
	}
	if len(lanes) == pageLanes {
		d.after = lanes[pageLanes-1].RoomID
		return true, nil
	}
	more = from != "" && d.swept > 0
	d.after, d.swept = "", 0
	return more, nil
}

// start leases the lanes of turns, which are in the order of their rooms, as Emit's are, and lets them begin.
func (d *dispatcher) start(ctx context.Context, turns []*turn, at time.Time) error {
	name := string(d.store.NewID())
	var mine map[models.ID]models.Lane
	err := d.store.Tx(ctx, func(tx *store.Store) error {
		mine = map[models.ID]models.Lane{}
		for _, t := range turns {
			lane, err := tx.ClaimLane(ctx, t.lane.RoomID, name, at, at.Add(lease))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				mine[lane.RoomID] = lane
			}
		}
		return nil
	})
	for _, t := range turns {
		lane, ok := mine[t.lane.RoomID]
		if !ok || err != nil {
			d.hosts.leave(t.host, untried)
			continue
		}
		t.lane = lane
		d.turns.Go(func() {
			d.take(ctx, t)
			d.ended <- t
		})
	}
	return err
}

// write writes down what came of the turns that have ended. Those that could not be written stay.
func (d *dispatcher) write(ctx context.Context) error {
	slices.SortFunc(d.done, func(a, b *turn) int { return cmp.Compare(a.lane.RoomID, b.lane.RoomID) })
	for len(d.done) > 0 {
		part := d.done[:min(together, len(d.done))]
		if err := d.writeTurns(ctx, part); err != nil {
			return err
		}
		for _, t := range part {
			d.hosts.leave(t.host, t.last)
			d.count(t)
		}
		d.done = d.done[len(part):]
	}
	return nil
}

func (d *dispatcher) writeTurns(ctx context.Context, turns []*turn) error {
	var tried []models.Delivery
	for _, t := range turns {
		tried = append(tried, t.tried...)
	}
	return d.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.RecordAttempts(ctx, tried); err != nil {
			return err
		}
		for _, t := range turns {
			if t.err != nil {
				continue // its lease has to end first
			}
			if err := tx.ReleaseLane(ctx, &t.lane, tx.Stamp()); err != nil {
				return err
			}
		}
		return nil
	})
}

// count keeps the numbers, and tells of what is given up.
func (d *dispatcher) count(t *turn) {
	lost := 0
	for i := range t.tried {
		switch {
		case t.tried[i].State == models.DeliverySuccess:
			d.sent.Add(1)
		case t.tried[i].DueAt == nil:
			lost++
		}
	}
	if t.err != nil {
		d.log.Warn("a room's webhooks wait", "room_id", t.lane.RoomID, "error", t.err)
	}
	if lost > 0 {
		d.failed.Add(int64(lost))
		d.log.Error("webhooks are given up", "room_id", t.lane.RoomID, "count", lost)
	}
}
