package sfu_test

import (
	"container/heap"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/media"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
)

// link is a client's way to the network, and is as bad as it is told to be. It is a net.PacketConn.
type link struct {
	gone    chan struct{}
	once    sync.Once
	work    sync.WaitGroup
	up      *lane
	down    *lane
	arrived chan datagram
	first   net.Addr

	mu     sync.Mutex
	socket *net.UDPConn // guarded by mu, as is the next one
	random *rand.Rand
	loss   atomic.Int64 // in thousandths, both ways
	jitter atomic.Int64 // nanoseconds, both ways: each packet is late by up to that
}

type datagram struct {
	bytes []byte
	from  net.Addr // to, on the way up
	due   time.Time
	turn  int // among those that are due at once
}

// over has one of a client's connections go over a link.
func over(t *testing.T, which media.Side) (*link, setup) {
	t.Helper()
	l := &link{gone: make(chan struct{}), arrived: make(chan datagram, 1024), random: rand.New(rand.NewPCG(5, uint64(which)))}
	l.up, l.down = newLane(), newLane()
	l.open(t)
	l.first = l.socket.LocalAddr()
	l.work.Go(func() { l.up.run(l.gone, l.send) })
	l.work.Go(func() { l.down.run(l.gone, l.arrive) })
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: l})
	t.Cleanup(func() {
		must(t, mux.Close())
		_ = l.Close()
		l.work.Wait()
	})
	return l, func(side media.Side, s *webrtc.SettingEngine) {
		if side == which {
			s.SetICEUDPMux(mux)
		}
	}
}

// open makes the socket, and reads from it.
func (l *link) open(t *testing.T) {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	l.mu.Lock()
	l.socket = socket
	l.mu.Unlock()
	l.work.Go(func() {
		for {
			b := make([]byte, 1600)
			n, from, err := socket.ReadFrom(b)
			if err != nil {
				return
			}
			l.put(l.down, datagram{bytes: b[:n], from: from})
		}
	})
}

// moves gives the client another address. Nothing comes to the old one any more.
func (l *link) moves(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	old := l.socket
	l.mu.Unlock()
	l.open(t)
	_ = old.Close()
}

func (l *link) put(way *lane, d datagram) {
	l.mu.Lock()
	lost := l.random.Int64N(1000) < l.loss.Load()
	late := time.Duration(l.random.Int64N(1 + l.jitter.Load()))
	l.mu.Unlock()
	if !lost {
		way.put(d, late)
	}
}

func (l *link) send(d datagram) {
	l.mu.Lock()
	socket := l.socket
	l.mu.Unlock()
	_, _ = socket.WriteTo(d.bytes, d.from)
}

func (l *link) arrive(d datagram) {
	select {
	case l.arrived <- d:
	default: // like a socket that nobody reads
	}
}

// ReadFrom implements net.PacketConn.
func (l *link) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-l.arrived:
		return copy(b, d.bytes), d.from, nil
	case <-l.gone:
		return 0, nil, net.ErrClosed
	}
}

// WriteTo implements net.PacketConn.
func (l *link) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-l.gone:
		return 0, net.ErrClosed
	default:
	}
	l.put(l.up, datagram{bytes: append([]byte(nil), b...), from: to})
	return len(b), nil
}

// Close implements net.PacketConn.
func (l *link) Close() error {
	l.once.Do(func() {
		close(l.gone)
		l.mu.Lock()
		defer l.mu.Unlock()
		_ = l.socket.Close()
	})
	return nil
}

// LocalAddr implements net.PacketConn. It is the first one: who has the link does not know that it moves.
func (l *link) LocalAddr() net.Addr { return l.first }

// SetDeadline implements net.PacketConn, as do the next two.
func (l *link) SetDeadline(time.Time) error      { return errors.ErrUnsupported }
func (l *link) SetReadDeadline(time.Time) error  { return errors.ErrUnsupported }
func (l *link) SetWriteDeadline(time.Time) error { return errors.ErrUnsupported }

// lane is one direction of a link: packets leave it when they are due.
type lane struct {
	mu    sync.Mutex
	queue queue // guarded by mu, as are the next four
	rate  int   // bytes a second; 0: as many as come
	most  int   // bytes that may wait when there is a rate
	free  time.Time
	turn  int

	wake chan struct{} // never closed
}

func newLane() *lane { return &lane{wake: make(chan struct{}, 1)} }

// narrow bounds what gets through, in kbit/s, with a queue of a few packets.
func (a *lane) narrow(kbit, queue int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rate, a.most = kbit*1000/8, queue
}

func (a *lane) put(d datagram, late time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	d.due = now.Add(late)
	if a.rate > 0 {
		if a.free.Before(now) {
			a.free = now
		}
		if waits := int(a.free.Sub(now).Seconds() * float64(a.rate)); waits+len(d.bytes) > a.most {
			return
		}
		a.free = a.free.Add(time.Duration(len(d.bytes)) * time.Second / time.Duration(a.rate))
		d.due = a.free
	}
	a.turn++
	d.turn = a.turn
	heap.Push(&a.queue, d)
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run takes packets on until the link is gone.
func (a *lane) run(gone chan struct{}, to func(datagram)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-gone:
			return
		case <-a.wake:
		case <-timer.C:
		}
		for {
			d, wait := a.pop()
			if d.bytes == nil {
				timer.Reset(wait)
				break
			}
			to(d)
		}
	}
}

// pop is the next packet that is due, or how long it is until one is.
func (a *lane) pop() (datagram, time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return datagram{}, time.Hour
	}
	if wait := time.Until(a.queue[0].due); wait > 0 {
		return datagram{}, wait
	}
	d, _ := heap.Pop(&a.queue).(datagram)
	return d, 0
}

// queue is a heap: the first is due first.
type queue []datagram

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].due.Before(q[j].due) || q[i].due.Equal(q[j].due) && q[i].turn < q[j].turn
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { d, _ := x.(datagram); *q = append(*q, d) }
func (q *queue) Pop() any {
	old := *q
	d := old[len(old)-1]
	*q = old[:len(old)-1]
	return d
}
