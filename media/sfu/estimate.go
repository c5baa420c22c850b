package sfu

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
)

// What an estimate of a way down begins with, and its bounds, in bit/s.
const (
	firstEstimate = 1_200_000
	leastEstimate = 60_000
	mostEstimate  = 30_000_000
)

// How an estimate follows what the client reports. It rests on how much longer packets take than they can: what waits in some queue on the way
// shows there first. A packet in four decides, since jitter only ever adds.
const (
	waitsLong   = 90 * time.Millisecond // then the way is full
	waitsShort  = 40 * time.Millisecond // then it is not
	fallsTo     = 0.85                  // of what arrives, when it is full
	fallsEach   = 400 * time.Millisecond
	grows       = 0.08 // a second
	growsBeyond = 1.5  // of what arrives: nobody knows about more than that
	growsAnyway = 20_000
	baseOver    = 15 * time.Second // how long the shortest time is remembered, at least
	troubleLost = 0.02             // of the packets
	troubleTrip = 300 * time.Millisecond
	troubleFor  = 30 * time.Second
)

// estimate is what a way down is thought to bear, by how packets arrive (TWCC) and by how many are lost for good. Safe for concurrent use.
//
// A client reports how packets arrive that have a number. Reports cost both sides more than the packets do, so there are numbers only while
// something depends on the answer: see need.
type estimate struct {
	asked atomic.Bool // packets have numbers

	mu       sync.Mutex
	sent     departures // guarded by mu, as is the rest
	bitrate  float64    // by delay, bit/s
	at       time.Time  // when that was judged last
	fell     time.Time
	waits    time.Duration // in queues, lately
	base     shortest
	arrives  arrivals
	losses   losses
	received []receipt // room for one report
	trouble  time.Time // when there was some
}

func newEstimate() *estimate {
	return &estimate{bitrate: firstEstimate, losses: losses{most: mostEstimate}}
}

// need says whether there are sizes to choose from. Without that the bandwidth matters only when there is too little, which shows in losses and
// in round trips too.
func (e *estimate) need(sizes bool, now time.Time, lost float64, trip time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if lost > troubleLost || trip > troubleTrip {
		e.trouble = now
	}
	asked := sizes || now.Sub(e.trouble) < troubleFor
	if asked && !e.asked.Load() {
		e.base, e.at, e.waits = shortest{}, now, 0
	}
	e.asked.Store(asked)
}

// bears is the estimate, in bit/s; 0: there is none, since nothing depends on it.
func (e *estimate) bears() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.asked.Load() {
		return 0
	}
	return min(int(e.bitrate), e.losses.most)
}

// send notes a packet that goes out, and gives it its number.
func (e *estimate) send(at time.Time, size int) uint16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sent.add(at, size)
}

// hear takes what the client reports.
func (e *estimate) hear(now time.Time, packets []rtcp.Packet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, packet := range packets {
		switch p := packet.(type) {
		case *rtcp.ReceiverReport:
			e.losses.take(now, p.Reports, int(e.bitrate))
		case *rtcp.TransportLayerCC:
			e.take(now, p)
		}
	}
}

// take judges a report of arrivals.
func (e *estimate) take(now time.Time, r *rtcp.TransportLayerCC) {
	e.received = e.sent.match(e.received[:0], r)
	if len(e.received) == 0 {
		return
	}
	bytes := 0
	for i := range e.received {
		bytes += e.received[i].size
	}
	e.arrives.add(now, bytes)
	slices.SortFunc(e.received, func(a, b receipt) int { return int(a.took - b.took) })
	e.base.add(now, e.received[0].took)
	before := e.waits
	e.waits = e.received[len(e.received)/4].took - e.base.least()
	rate := e.arrives.rate(now)
	passed := min(now.Sub(e.at), time.Second)
	e.at = now
	switch {
	case e.waits > waitsLong && e.waits >= before*3/4 && now.Sub(e.fell) >= fallsEach && rate > 0:
		e.fell = now
		e.bitrate = max(leastEstimate, min(e.bitrate, fallsTo*rate))
	case e.waits < waitsShort && passed > 0:
		if room := growsBeyond*rate + growsAnyway; e.bitrate < room {
			e.bitrate = min(room, mostEstimate, e.bitrate*(1+grows*passed.Seconds()))
		}
		e.bitrate = max(e.bitrate, min(fallsTo*rate, mostEstimate)) // what has come without waiting was not too much
	}
}

// shortest is the least time that packets have taken: the client's clock is another one, so that only differences tell anything.
type shortest struct {
	now, before time.Duration // in this stretch of time, and in the last one
	since       time.Time
}

func (s *shortest) add(at time.Time, took time.Duration) {
	switch {
	case s.since.IsZero():
		s.now, s.before, s.since = took, took, at
	case at.Sub(s.since) > baseOver:
		s.before, s.now, s.since = s.now, took, at
	default:
		s.now = min(s.now, took)
	}
}

func (s *shortest) least() time.Duration { return min(s.now, s.before) }

// How what arrives is measured: over times that even out pictures and reports, of which the best of the last ones counts.
const (
	rateOver = 500 * time.Millisecond
	rateKept = 3
)

// arrivals are how much comes at the client.
type arrivals struct {
	bytes int
	since time.Time
	rates [rateKept]float64 // bit/s
	next  int               // which of them is the oldest
}

func (a *arrivals) add(now time.Time, bytes int) {
	a.bytes += bytes
	passed := now.Sub(a.since)
	switch {
	case passed > 4*rateOver: // nothing came for a while
		a.bytes, a.since = 0, now
	case passed >= rateOver:
		a.rates[a.next] = float64(a.bytes*8) / passed.Seconds()
		a.next = (a.next + 1) % rateKept
		a.bytes, a.since = 0, now
	}
}

// rate is bit/s, lately; 0: not known.
func (a *arrivals) rate(now time.Time) float64 {
	if now.Sub(a.since) > 2*rateKept*rateOver {
		return 0
	}
	return slices.Max(a.rates[:])
}
