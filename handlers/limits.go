package handlers

import (
	"net/netip"
	"time"

	"foyer/fault"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"
)

// The rate that one address may keep up, and how far it may go beyond for a moment: generous, since a school is one address (server
// contract 1.9). Guessing codes is the guard's affair.
const (
	perSecond = 1000
	burst     = 3000
	addresses = 65536 // that are remembered; the one longest unseen is forgotten first
)

// limits bounds the rate of each address. Safe for concurrent use.
type limits struct {
	buckets *lru.Cache[netip.Prefix, *rate.Limiter] // static; nil: no bound
	now     func() time.Time                        // static
}

func newLimits(on bool, now func() time.Time) *limits {
	if !on {
		return &limits{}
	}
	if now == nil {
		now = time.Now
	}
	buckets, err := lru.New[netip.Prefix, *rate.Limiter](addresses)
	if err != nil {
		panic(err) // only for a size of nothing
	}
	return &limits{buckets: buckets, now: now}
}

func (l *limits) bound(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if l.buckets != nil && !l.bucket(c.RealIP()).AllowN(l.now(), 1) {
			return &fault.Error{Kind: fault.RateLimited, Message: "rate limit exceeded, retry after 1 seconds", RetryAfter: time.Second}
		}
		return next(c)
	}
}

// bucket is that of an address, of a whole /64 for IPv6.
func (l *limits) bucket(from string) *rate.Limiter {
	addr, _ := netip.ParseAddr(from)
	addr = addr.Unmap().WithZone("")
	bits := min(addr.BitLen(), 64)
	network, _ := addr.Prefix(bits) // an address that is none has the zero prefix, one bucket for all of them
	if bucket, ok := l.buckets.Get(network); ok {
		return bucket
	}
	fresh := rate.NewLimiter(perSecond, burst)
	if before, ok, _ := l.buckets.PeekOrAdd(network, fresh); ok {
		return before
	}
	return fresh
}
