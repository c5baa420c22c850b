package sfu

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"foyer/media"

	"github.com/google/uuid"
	"github.com/pion/webrtc/v4"
)

// Options are what an engine needs.
type Options struct {
	Address string     // where media come and go, over UDP and over TCP, such as ":7882"
	Public  netip.Addr // what that is called from outside; the zero value: as the machine's own addresses are
	Log     *slog.Logger
	Begin   func() // called when a connection is made: it must be quick; nil: nobody wants to know
}

// Engine passes on media within this process. It is a media.Engine. Safe for concurrent use.
type Engine struct {
	name         string // static, as are the next seven
	network      *network
	settings     webrtc.SettingEngine
	certificates []webrtc.Certificate
	log          *slog.Logger
	begin        func()
	life         context.Context
	end          context.CancelFunc

	work sync.WaitGroup // all goroutines of the engine's

	mu     sync.Mutex
	rooms  map[string]*room // guarded by mu, as is the next one
	closed bool

	pastMu sync.Mutex
	past   counts // guarded by pastMu: of tracks and copies that have gone
}

var _ media.Engine = (*Engine)(nil)

// Open opens the ports and starts the engine.
func Open(o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Begin == nil {
		o.Begin = func() {}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate for media: %w", err)
	}
	n, err := listen(o.Address, quietly{log: o.Log}.NewLogger("ice"))
	if err != nil {
		return nil, err
	}
	e := &Engine{
		name: "sfu-" + uuid.NewString(), network: n, certificates: []webrtc.Certificate{*certificate}, log: o.Log, begin: o.Begin,
		rooms: map[string]*room{},
	}
	if e.settings, err = n.settings(o.Public, o.Log); err != nil {
		_ = n.close()
		return nil, err
	}
	e.life, e.end = context.WithCancel(context.Background())
	e.work.Go(e.pulse)
	return e, nil
}

// Name implements media.Engine.
func (e *Engine) Name() string { return e.name }

// Port is where media come and go, over UDP and over TCP.
func (e *Engine) Port() int { return e.network.port }

// Addresses are those at which the engine is found: the machine's own, and the public one.
func (e *Engine) Addresses() []netip.AddrPort { return e.network.addresses }

// Join implements media.Engine.
func (e *Engine) Join(roomID, peerID string, rights media.Rights, tell media.Tell) (media.Peer, bool) {
	e.mu.Lock()
	r := e.rooms[roomID]
	if r == nil {
		r = &room{id: roomID, engine: e, peers: map[string]*peer{}, tracks: map[string]*track{}}
		if !e.closed {
			e.rooms[roomID] = r
		}
	}
	p, before := r.join(peerID, rights, tell)
	e.mu.Unlock()
	if before {
		p.down.repeat()
	} else if r.busy() {
		p.down.wake()
	}
	return p, before
}

// leave takes a peer out of its room, and the room off the list when nobody is left.
func (e *Engine) leave(p *peer) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	left, empty := p.room.leave(p)
	if empty && e.rooms[p.room.id] == p.room {
		delete(e.rooms, p.room.id)
	}
	return left
}

// all are the rooms that there are.
func (e *Engine) all() []*room {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]*room, 0, len(e.rooms))
	for _, r := range e.rooms {
		list = append(list, r)
	}
	return list
}

// pulse does what is due now and then, until the engine ends.
func (e *Engine) pulse() {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-e.life.Done():
			return
		case now := <-tick.C:
			for _, r := range e.all() {
				r.pulse(now, n)
			}
		}
	}
}

// Close implements media.Engine. Closing again does nothing.
func (e *Engine) Close() error {
	e.mu.Lock()
	again := e.closed
	e.closed = true
	rooms := make([]*room, 0, len(e.rooms))
	for _, r := range e.rooms {
		rooms = append(rooms, r)
	}
	e.mu.Unlock()
	for _, r := range rooms {
		for _, p := range r.everybody() {
			p.Close()
		}
	}
	e.end()
	e.work.Wait()
	if again {
		return nil
	}
	return e.network.close()
}
