package relay

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/gobwas/ws"
	"golang.org/x/sync/errgroup"
)

// relay is all rooms, by the paths under which they are reached.
type relay struct {
	mu    sync.Mutex
	rooms map[string]*room // guarded by mu
}

// room is who gets what the others of it send.
type room struct {
	mu      sync.RWMutex
	members []*member // guarded by mu
}

// Serve answers on address (host:port) until the context ends. Every path is a room but /readyz, which answers 200.
func Serve(ctx context.Context, address string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	server := http.Server{Handler: &relay{rooms: map[string]*room{}}} //nolint:gosec // the least there can be: no time-outs
	var work errgroup.Group
	work.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return work.Wait()
}

// ServeHTTP makes a request a WebSocket and returns while that goes on, so that nothing of the request stays in memory.
func (f *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/readyz" {
		return
	}
	raw, _, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return // it was answered
	}
	m := newMember(raw, f.room(r.URL.Path))
	go m.stay() // ends with the connection, and those with the process
}

func (f *relay) room(path string) *room {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rooms[path] == nil {
		f.rooms[path] = &room{}
	}
	return f.rooms[path]
}
