package socket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gobwas/ws"
)

// Limits bound one connection. Zero fields take their defaults.
type Limits struct {
	Message int           // bytes of a message that is read; default 256 KiB: an SDP offer of many tracks fits
	Queue   int           // bytes that wait to be sent; default 4 MiB: the list of a large room fits several times
	Rate    int           // messages a second that are read; default 100; negative: no bound
	Burst   int           // messages at once; default 500
	Silence time.Duration // without a word the connection is dead; default 20 s; negative: for ever
	Ping    time.Duration // without a word for so long a ping is sent; needs to be less than Silence; default: none is
	Binary  bool          // binary messages are read too
	Excess  int           // a message beyond the bound is read and dropped up to so many bytes, and the connection goes on; default: it ends

	Slow    Code // what a connection is closed with for which too much waits; default TooSlow
	Goodbye Code // what all are closed with when Foyer stops; default Restarting
}

func (l Limits) filled() Limits {
	set := func(field *int, standard int) {
		if *field == 0 {
			*field = standard
		}
	}
	set(&l.Message, 256<<10)
	set(&l.Queue, 4<<20)
	set(&l.Rate, 100)
	set(&l.Burst, 500)
	if l.Silence == 0 {
		l.Silence = 20 * time.Second
	}
	l.Slow, l.Goodbye = cmp.Or(l.Slow, TooSlow), cmp.Or(l.Goodbye, Restarting)
	return l
}

// Server owns the goroutines of connections: one for each, and another one while something is written to it. Safe for concurrent use.
type Server struct {
	limits Limits          // static, as are the next two
	log    *slog.Logger    // told of panics
	base   context.Context // what those of all connections come from: a request's own would keep the request in memory

	mu     sync.Mutex
	conns  map[*Conn]struct{} // guarded by mu
	closed bool               // guarded by mu
	work   sync.WaitGroup
}

// NewServer makes a server for one dialect.
func NewServer(limits Limits, log *slog.Logger) *Server {
	return &Server{limits: limits.filled(), log: log, base: context.Background(), conns: map[*Conn]struct{}{}}
}

// Stay is all that a dialect does with a connection: when it returns, the connection is closed. Its context ends with the connection.
type Stay func(ctx context.Context, c *Conn)

// Serve makes a request a WebSocket, and returns while stay goes on: the request's own memory is free by then. What it errs with has been
// answered already, and there is no stay then.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, stay Stay) error {
	return s.ServeWith(nil, w, r, stay)
}

// ServeWith is Serve with headers in the answer to the handshake: those of w are not in it.
func (s *Server) ServeWith(header http.Header, w http.ResponseWriter, r *http.Request, stay Stay) error {
	raw, rw, _, err := ws.HTTPUpgrader{Header: header}.Upgrade(r, w)
	if err != nil {
		return err
	}
	c, err := newConn(raw, rw.Reader, s.limits)
	if err != nil {
		return errors.Join(err, raw.Close())
	}
	ctx, cancel := context.WithCancel(s.base)
	if !s.add(c) {
		cancel()
		return errors.Join(net.ErrClosed, raw.Close())
	}
	go func() { // owned by the server, which waits for it in Close
		defer s.remove(c)
		defer cancel()
		c.serve(func() { s.run(ctx, c, stay) })
	}()
	return nil
}

// run keeps a panic of one stay from ending all of them. What was thrown may hold a secret: its type is told.
func (s *Server) run(ctx context.Context, c *Conn, stay Stay) {
	defer func() {
		if thrown := recover(); thrown != nil {
			s.log.Error("panic", "type", fmt.Sprintf("%T", thrown), "stack", string(debug.Stack()))
		}
	}()
	stay(ctx, c)
}

func (s *Server) add(c *Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[c] = struct{}{}
	s.work.Add(1)
	return true
}

func (s *Server) remove(c *Conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
	s.work.Done()
}

// Len is how many connections there are.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Closing reports whether Close was called: whoever loses its connection then has not left.
func (s *Server) Closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Close closes all connections with Limits.Goodbye and waits until they have ended. New ones are refused from then on.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		c.Close(s.limits.Goodbye, "Foyer is about to stop")
	}
	s.mu.Unlock()
	s.work.Wait()
}
