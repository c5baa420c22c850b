package apitest

import (
	"sync"
	"time"
)

// Clock is the time of one Foyer. It stands still unless Advance moves it. Safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// newClock begins with a fraction that does not survive the rounding to milliseconds (server contract 1.8).
func newClock() *Clock {
	return &Clock{now: time.Date(2026, time.January, 5, 10, 0, 0, 123_456_789, time.UTC)}
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the time on.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}
