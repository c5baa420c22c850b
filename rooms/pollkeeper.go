package rooms

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"foyer/hub"
	"foyer/models"
	"foyer/polls"
	"foyer/roles"
)

// PollKeeper begins polls with their sessions, and ends them with those or when their time is over. Safe for concurrent use.
type PollKeeper struct {
	polls *polls.Service // static, as are the next two
	log   *slog.Logger
	wake  chan struct{} // holds one; never closed

	mu    sync.Mutex
	turns []turn // guarded by mu: one for each session that has begun or ended
}

type turn struct {
	session models.Session
	ended   bool
}

// pollTick is how long after its end a poll is ended at most.
const pollTick = time.Second

// NewPollKeeper makes a keeper, which works as long as Run does.
func NewPollKeeper(p *polls.Service, log *slog.Logger) *PollKeeper {
	return &PollKeeper{polls: p, log: log, wake: make(chan struct{}, 1)}
}

// Turned is a hub.Turned.
func (k *PollKeeper) Turned(s models.Session, ended bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.turns = append(k.turns, turn{s, ended})
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Run works until the context ends.
func (k *PollKeeper) Run(ctx context.Context, h *hub.Hub) error {
	tick := time.NewTicker(pollTick)
	defer tick.Stop()
	k.complain(k.polls.CloseLeft(ctx))
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
			k.follow(ctx, h)
		case <-tick.C:
			ended, err := k.polls.Expire(ctx)
			k.announce(h, ended, true)
			k.complain(err)
			if err == nil {
				k.follow(ctx, h)
			}
		}
	}
}

// follow does what sessions that have begun or ended need.
func (k *PollKeeper) follow(ctx context.Context, h *hub.Hub) {
	k.mu.Lock()
	turns := k.turns
	k.turns = nil
	k.mu.Unlock()
	for _, t := range turns {
		var changed []polls.Info
		var err error
		if t.ended {
			changed, err = k.polls.CloseAll(ctx, t.session.ID)
		} else {
			changed, err = k.polls.OpenAuto(ctx, &t.session)
		}
		k.announce(h, changed, t.ended)
		k.complain(err)
		if err != nil { // both can be done again: with the next tick
			k.mu.Lock()
			k.turns = append(k.turns, t)
			k.mu.Unlock()
		}
	}
}

func (k *PollKeeper) complain(err error) {
	if err != nil {
		k.log.Warn("polls do not follow their sessions", "error", err)
	}
}

func (k *PollKeeper) announce(h *hub.Hub, list []polls.Info, ended bool) {
	for _, info := range list {
		room, ok := h.RoomOf(info.Run.RoomID)
		if !ok {
			continue
		}
		var what any = polls.Began{Info: info}
		if ended {
			what = polls.Ended{Info: info}
		}
		room.AnnounceTo(what, func(role *roles.Role) bool { return role.May(roles.PollRead) })
	}
}
