package codes

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"foyer/fault"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Limits are the numbers of the guess guard. A zero field takes its default.
type Limits struct {
	Off       bool          // rest the guard, for load tests
	Failures  int           // failed exchanges within Window that make an address suspicious; default 10
	Window    time.Duration // how long a failure counts; default 30 minutes
	Rate      int           // look-ups a second of a suspicious address; default 20
	Floor     int           // look-ups a second that a suspicious address keeps whatever happens; default 2
	Budget    int           // failures a minute over all addresses, beyond which the numbers tighten; default 600
	Addresses int           // addresses remembered, IPv6 sites included; default 65,536, some 35 MB when full
	Site      int           // bits of an IPv6 prefix that count as one address beyond the budget; default 48, 64 for never

	Now func() time.Time // default time.Now; must not block
}

func (l Limits) filled() Limits {
	set := func(field *int, standard int) {
		if *field <= 0 {
			*field = standard
		}
	}
	set(&l.Failures, 10)
	set(&l.Rate, 20)
	set(&l.Floor, 2)
	set(&l.Budget, 600)
	set(&l.Addresses, 1<<16)
	set(&l.Site, 48)
	l.Site = min(l.Site, network)
	if l.Window <= 0 {
		l.Window = 30 * time.Minute
	}
	if l.Now == nil {
		l.Now = time.Now
	}
	return l
}

// network is the part of an IPv6 address that counts as one address: the rest of it costs nothing to change.
const network = 64

// Guard slows down those who guess codes (docs/guessing.md). It asks two things of an exchange: call Admit before the code is
// looked up, and Failed when the exchange is refused. Codes that are good never count against anybody.
//
// It is memory of this process only: bounded, lost at a restart, not shared between nodes. Addresses that failed longest ago are
// forgotten first. Who fails from more addresses than it remembers gains nothing by it. Such a flood passes the budget, and to be
// forgotten each address has to wait for tens of thousands of failures elsewhere, while the floor lets it go on twice a second.
//
// A nil Guard rests: it admits everything and hides nothing. All methods are safe for concurrent use; none blocks or waits.
type Guard struct {
	limits Limits    // static
	start  time.Time // static: moments are counted from here, by the monotonic clock

	mu       sync.Mutex
	suspects *simplelru.LRU[netip.Prefix, *suspect] // guarded by mu, as are its values; the latest failure is the newest
	budget   budget                                 // guarded by mu
	failures uint64                                 // guarded by mu: in total
	unread   uint64                                 // guarded by mu: refused by Admit, in total
}

// NewGuard makes a guard. With limits.Off it is nil, which is a guard at rest.
func NewGuard(limits Limits) *Guard {
	if limits.Off {
		return nil
	}
	g := &Guard{limits: limits.filled()}
	g.start = g.limits.Now()
	g.budget.limits = &g.limits
	g.suspects, _ = simplelru.NewLRU[netip.Prefix, *suspect](g.limits.Addresses, nil) // errs only for a size below 1
	return g
}

// Admit says whether a code from this address may be looked up: nil, or a fault of kind RateLimited with RetryAfter, and then the
// code must stay unread. An address with fewer failures than the threshold is always admitted, as often as it likes; any other
// at least Limits.Floor times a second. Beyond the budget an IPv6 address counts as its site: both limits then hold for the site.
func (g *Guard) Admit(addr netip.Addr) error {
	if g == nil {
		return nil
	}
	own, site := g.places(addr)
	g.mu.Lock()
	wait := g.admitLocked(own, site)
	g.mu.Unlock()
	if wait > 0 {
		return tooOften(wait)
	}
	return nil
}

// admitLocked counts the look-up, or answers how long it has to wait. Most addresses are unknown: they cost one look at the table,
// two with IPv6, and not even a look at the clock.
func (g *Guard) admitLocked(own, site netip.Prefix) time.Duration {
	address, _ := g.suspects.Peek(own)
	around, _ := g.suspects.Peek(site)
	if address == nil && around == nil {
		return 0
	}
	now := g.now()
	terms := g.budget.terms(now)
	if own == site || !terms.wide {
		around = nil
	}
	if wait := max(address.wait(now, terms), around.wait(now, terms)); wait > 0 {
		g.unread++
		return wait
	}
	address.look(now, terms)
	around.look(now, terms)
	return 0
}

// Failed records an exchange that was refused and answers what the caller is told: the cause as it is, or, when the address was
// suspicious already, a fault of kind RateLimited with a RetryAfter and no word about the cause. RetryAfter is 1 s at first and
// doubles with every further failure, up to the window; it starts anew once the address is no longer suspicious.
func (g *Guard) Failed(addr netip.Addr, cause error) error {
	if g == nil {
		return cause
	}
	own, site := g.places(addr)
	g.mu.Lock()
	again := g.failedLocked(own, site)
	g.mu.Unlock()
	if again > 0 {
		return tooOften(again)
	}
	return cause
}

// failedLocked counts the failure for the address and for its site, and answers the Retry-After, 0 when the cause may be told.
func (g *Guard) failedLocked(own, site netip.Prefix) time.Duration {
	now := g.now()
	terms := g.budget.terms(now)
	g.failures++
	g.budget.spent.add(now)

	around := g.suspectLocked(site, own != site)
	if around.suspicious(now, terms) {
		g.budget.crowd.add(around, now)
	}
	var again time.Duration
	if own == site || terms.wide {
		again = around.strike(now, terms)
	}
	around.failures.add(now, terms.Failures)
	if own != site {
		address := g.suspectLocked(own, false)
		again = max(again, address.strike(now, terms))
		address.failures.add(now, terms.Failures)
	}
	g.forgetLocked(now)
	return again
}

// suspectLocked finds or makes the place's entry and makes it the newest.
func (g *Guard) suspectLocked(place netip.Prefix, site bool) *suspect {
	s, ok := g.suspects.Get(place)
	if !ok {
		s = &suspect{site: site}
		g.suspects.Add(place, s)
	}
	return s
}

// forgetLocked drops what is out of the window: a few for each failure, which adds two at most.
func (g *Guard) forgetLocked(now time.Duration) {
	for range 4 {
		_, oldest, ok := g.suspects.GetOldest()
		if !ok || oldest.fresh(now, g.limits.Window) {
			return
		}
		g.suspects.RemoveOldest()
	}
}

// places are what an address counts as: itself (IPv6: its /64) and its site, which is the same thing again for IPv4. An invalid
// address counts as the zero prefix.
func (g *Guard) places(addr netip.Addr) (own, site netip.Prefix) {
	addr = addr.Unmap()
	if !addr.Is6() {
		own, _ = addr.Prefix(addr.BitLen())
		return own, own
	}
	own, _ = addr.Prefix(network) // these drop the zone, and do not err: the bits are in range
	site, _ = addr.Prefix(g.limits.Site)
	return own, site
}

func (g *Guard) now() time.Duration { return g.limits.Now().Sub(g.start) }

// tooOften is the answer that tells nothing but when to come back, in whole seconds.
func tooOften(again time.Duration) error {
	again = (again + time.Second - 1).Truncate(time.Second)
	return &fault.Error{
		Kind:       fault.RateLimited,
		Message:    fmt.Sprintf("rate limit exceeded, retry after %d seconds", int(again.Seconds())),
		RetryAfter: again,
	}
}
