package chats

import (
	"context"
	"slices"
	"sync"

	"foyer/models"
)

// turns lets one at a time do something with a room. Safe for concurrent use.
type turns struct {
	mu    sync.Mutex
	lines map[models.ID]*turn // guarded by mu: of rooms with which something is done, or waited for
}

type turn struct {
	taken  chan struct{} // never closed; holds one while somebody has the turn
	wanted int           // guarded by the turns' mu: who has it or waits for it
}

// take waits for the turns of rooms, always in the same order. They are given back by what it returns.
func (t *turns) take(ctx context.Context, rooms []models.ID) (done func(), err error) {
	rooms = slices.Clone(rooms)
	slices.Sort(rooms)
	rooms = slices.Compact(rooms)
	var had []models.ID
	done = func() {
		for _, room := range had {
			t.giveBack(room, true)
		}
	}
	for _, room := range rooms {
		select {
		case t.want(room) <- struct{}{}:
			had = append(had, room)
		case <-ctx.Done():
			t.giveBack(room, false)
			done()
			return nil, ctx.Err()
		}
	}
	return done, nil
}

func (t *turns) want(room models.ID) chan<- struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.lines[room]
	if line == nil {
		line = &turn{taken: make(chan struct{}, 1)}
		t.lines[room] = line
	}
	line.wanted++
	return line.taken
}

func (t *turns) giveBack(room models.ID, had bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.lines[room]
	if line.wanted--; line.wanted == 0 {
		delete(t.lines, room)
	}
	if had {
		<-line.taken
	}
}
