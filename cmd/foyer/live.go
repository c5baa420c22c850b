package main

import (
	"context"
	"fmt"
	"time"

	"foyer/handlers/hms"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/models"

	"golang.org/x/sync/errgroup"
)

// comeBack is how long peers that were in when Foyer ended keep their places: as long as their clients try to come back.
const comeBack = 60 * time.Second

// graceOf is how long peers of a protocol keep their places: only clients of the 100ms SDK come back as the same peers.
func graceOf(dialect string) time.Duration {
	if dialect == hms.Dialect {
		return comeBack
	}
	return 0
}

// socketLimits bound every WebSocket. For load tests there is no bound to the messages of one.
func (s *Settings) socketLimits() socket.Limits {
	if s.RateLimits == "off" {
		return socket.Limits{Rate: -1}
	}
	return socket.Limits{}
}

// openRooms brings back the rooms that were live when Foyer ended, and starts the journal. It ends by stop, when nobody joins or leaves any
// more: not with ctx.
func (c *core) openRooms(ctx context.Context) (stop func() error, err error) {
	rooms, err := c.restored(ctx)
	if err != nil {
		return nil, fmt.Errorf("bring back the live rooms: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var journal errgroup.Group
	journal.Go(func() error { return c.sessions.Run(ctx) })
	journal.Go(func() error { return c.pollKeeper.Run(ctx, c.hub) })
	stop = func() error {
		cancel()
		return journal.Wait()
	}
	return stop, c.hub.Restore(ctx, rooms, graceOf)
}

// restored are the rooms that were live, with their queues.
func (c *core) restored(ctx context.Context) ([]hub.Restored, error) {
	lives, err := c.sessions.Restore(ctx)
	if err != nil {
		return nil, err
	}
	queues, err := c.sessions.Queues(ctx)
	if err != nil {
		return nil, err
	}
	byRoom := map[models.ID]*hub.Restored{}
	list := make([]hub.Restored, 0, len(lives)+len(queues))
	for _, live := range lives {
		place, err := c.rooms.Place(ctx, live.Session.WorkspaceID, live.Session.RoomID)
		if err != nil {
			return nil, err
		}
		list = append(list, hub.Restored{Place: place, Live: live, Left: live.Left})
		byRoom[live.Session.RoomID] = &list[len(list)-1]
	}
	for _, queue := range queues {
		one := byRoom[queue.RoomID]
		if one == nil {
			place, err := c.rooms.PlaceOf(ctx, queue.RoomID)
			if err != nil {
				return nil, err
			}
			list = append(list, hub.Restored{Place: place})
			one = &list[len(list)-1]
		}
		one.Queue = queue.Waiters
	}
	return list, nil
}
