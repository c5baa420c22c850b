package e2e_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// How a stay has ended, as far as its client knows.
type ending string

const (
	leftIt    ending = "left"    // said goodbye, and the server did
	leftMaybe ending = "maybe"   // said goodbye, and then the server was killed
	lostIt    ending = "lost"    // the server was killed, and the client did not come back
	droppedIt ending = "dropped" // the client went without a word
	neverIn   ending = "never"   // asked to join, was never told that it is in, and did not come back
)

// stay is what a client knows of one peer.
type stay struct {
	peer    string
	asked   time.Time // when it asked first
	acked   time.Time // when it was told that it is in; zero: never
	seen    time.Time // when it knew last that it was in
	resumed int       // how often it came back
	ending  ending
	since   time.Time // when the end began: a goodbye was sent, or the connection was lost
	until   time.Time // when it was over for the client
}

// load is a crowd of clients that join and leave rooms of a server that is killed again and again. Safe for concurrent use.
type load struct {
	s     *server
	http  *http.Client
	codes []code
	joins int64 // to be acknowledged in all

	acked atomic.Int64

	mu     sync.Mutex
	stays  []stay  // guarded by mu
	faults []error // guarded by mu: what must not happen
}

func newLoad(t *testing.T, s *server, rooms int, joins int64) *load {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(transport.CloseIdleConnections)
	l := &load{s: s, http: &http.Client{Transport: transport, Timeout: patience}, joins: joins}
	c := s.client(t)
	for range rooms {
		_, codes, err := c.newRoom(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.codes = append(l.codes, codes[rand.IntN(len(codes))])
	}
	return l
}

// run has so many clients at once join and leave until enough joins were acknowledged.
func (l *load) run(ctx context.Context, clients int) {
	var work sync.WaitGroup
	for range clients {
		work.Go(func() {
			for l.acked.Load() < l.joins && ctx.Err() == nil {
				l.visit(ctx)
			}
		})
	}
	work.Wait()
}

// visit takes a token for one room and stays there some times.
func (l *load) visit(ctx context.Context) {
	code := l.codes[rand.IntN(len(l.codes))]
	_, token, err := exchange(ctx, l.http, l.s.url, code.Code, nil)
	if err != nil || token == "" {
		pause(ctx)
		return
	}
	for range 10 {
		if l.acked.Load() >= l.joins || ctx.Err() != nil {
			return
		}
		l.stay(ctx, token)
	}
}

// pause waits a moment for a server that is not there.
func pause(ctx context.Context) {
	select {
	case <-time.After(time.Duration(10+rand.IntN(40)) * time.Millisecond):
	case <-ctx.Done():
	}
}

func (l *load) fault(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, err)
}

// stay is one peer from its first connection to its end.
func (l *load) stay(ctx context.Context, token string) {
	c := &credentials{http: l.http, url: l.s.url, peer: uuid.NewString(), token: token}
	s := stay{peer: c.peer}
	w := l.join(ctx, c, &s)
	if !s.acked.IsZero() {
		l.acked.Add(1)
	}
	for w != nil {
		w = l.linger(ctx, c, w, &s)
	}
	if s.ending != "" {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.stays = append(l.stays, s)
	}
}

// connect dials until it succeeds: the server may be down.
func (l *load) connect(ctx context.Context, c *credentials) *wire {
	for ctx.Err() == nil {
		w, err := c.dial(ctx, nil)
		if err == nil {
			if w.await(ctx, w.policy) == nil {
				return w
			}
			w.close()
		}
		pause(ctx)
	}
	return nil
}

// join asks until it is in, or gives up: then there is no wire.
func (l *load) join(ctx context.Context, c *credentials, s *stay) *wire {
	for {
		w := l.connect(ctx, c)
		if w == nil {
			return nil
		}
		if s.asked.IsZero() {
			s.asked = time.Now()
		}
		_, err := w.call(ctx, "join", map[string]string{"name": "load", "data": "{}"})
		if err == nil {
			s.acked = time.Now()
			s.seen = s.acked
			return w
		}
		lost := time.Now()
		w.close()
		if errors.Is(err, errDropped) && rand.IntN(2) == 0 {
			continue // comes back and asks again, as the SDK does
		}
		if !errors.Is(err, errDropped) && !isAway(err) {
			l.fault(err)
		}
		s.ending, s.since, s.until = neverIn, lost, lost
		return nil
	}
}

func isAway(err error) bool {
	refused, ok := errors.AsType[*refusal](err)
	return ok && refused.Code == http.StatusServiceUnavailable
}

// linger is in for a moment, and leaves in one of the ways in which people do. It gives the next wire if the client comes back.
func (l *load) linger(ctx context.Context, c *credentials, w *wire, s *stay) *wire {
	select {
	case <-w.done:
		return l.lost(ctx, c, s)
	case <-time.After(time.Duration(rand.IntN(100)) * time.Millisecond):
	case <-ctx.Done():
	}
	s.since = time.Now()
	if rand.IntN(20) == 0 {
		w.close()
		s.ending, s.until = droppedIt, time.Now()
		return nil
	}
	s.ending = leftMaybe
	if w.leave(ctx) {
		s.ending = leftIt
	}
	s.until = time.Now()
	return nil
}

// lost comes back to a server that was killed, or does not.
func (l *load) lost(ctx context.Context, c *credentials, s *stay) *wire {
	s.ending, s.since, s.until = lostIt, time.Now(), time.Now()
	if rand.IntN(2) == 0 {
		return nil
	}
	w := l.connect(ctx, c)
	if w == nil {
		return nil
	}
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := w.await(timed, w.list)
	switch {
	case err == nil:
		s.resumed++
		s.seen = time.Now()
		return w
	case !errors.Is(err, errDropped):
		l.fault(errors.New("a peer that came back was not known any more"))
	}
	w.close()
	return l.lost(ctx, c, s)
}
