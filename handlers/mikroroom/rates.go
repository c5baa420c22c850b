package mikroroom

import (
	"net/netip"
	"sync"
	"time"

	"foyer/fault"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// rates are the bounds of what an address may do in a minute (contract 4), each with a count of its own.
type rates struct {
	upgrades *window // WebSockets
	requests *window // rooms made in advance
	openings *window // rooms made by coming in
	guesses  *window // wrong passwords
}

func newRates(most int, now func() time.Time) rates {
	return rates{newWindow(most, now), newWindow(most, now), newWindow(most, now), newWindow(most, now)}
}

// span is how long something counts; addresses is how many are remembered: the one longest unseen is forgotten first.
const (
	span      = time.Minute
	addresses = 65536
)

// window counts what addresses did in the last minute. Safe for concurrent use.
type window struct {
	most int // static, as is the next one; 0: no bound
	now  func() time.Time

	mu   sync.Mutex
	seen *simplelru.LRU[netip.Prefix, []time.Time] // guarded by mu: oldest first, at most as many as are allowed
}

func newWindow(most int, now func() time.Time) *window {
	seen, err := simplelru.NewLRU[netip.Prefix, []time.Time](addresses, nil)
	if err != nil {
		panic(err) // only for a size of nothing
	}
	return &window{most: most, now: now, seen: seen}
}

// take counts one more unless that is too many. Kind RateLimited.
func (w *window) take(from netip.Addr) error {
	if w.most == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	site := siteOf(from)
	recent := w.recentLocked(site)
	if len(recent) >= w.most {
		return tooMany()
	}
	w.seen.Add(site, append(recent, w.now()))
	return nil
}

// check is take, but counts nothing.
func (w *window) check(from netip.Addr) error {
	if w.most == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.recentLocked(siteOf(from))) >= w.most {
		return tooMany()
	}
	return nil
}

func tooMany() error { return fault.New(fault.RateLimited, "too many requests") }

// recentLocked are the times of an address that still count.
func (w *window) recentLocked(site netip.Prefix) []time.Time {
	times, _ := w.seen.Get(site)
	for len(times) > 0 && w.now().Sub(times[0]) >= span {
		times = times[1:]
	}
	return times
}

// siteOf is what counts as one address: the whole /64 of an IPv6 one.
func siteOf(from netip.Addr) netip.Prefix {
	from = from.Unmap().WithZone("")
	site, _ := from.Prefix(min(from.BitLen(), 64)) // an address that is none has the zero prefix, one for all of them
	return site
}
