package roomcodes

import (
	"sync"
	"time"

	"foyer/fault"
	"foyer/models"
)

// An account's users may try so many rooms in a while that are not there: codes are short (contract 2).
const (
	mostMisses = 20
	missWindow = time.Minute
)

// misses counts the failed joins of each account, for a minute. The zero value has counted none. Safe for concurrent use.
type misses struct {
	mu    sync.Mutex
	began time.Time         // guarded by mu, as is the next one
	of    map[models.ID]int // there are as many as accounts that failed within a minute
}

// check refuses an account that has failed too often. Kind RateLimited.
func (m *misses) check(account models.ID, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.checkLocked(account, now)
}

func (m *misses) checkLocked(account models.ID, now time.Time) error {
	if m.of == nil || now.Sub(m.began) >= missWindow {
		m.began, m.of = now, map[models.ID]int{}
	}
	if m.of[account] < mostMisses {
		return nil
	}
	return &fault.Error{
		Kind: fault.RateLimited, Message: "too many rooms were asked for that are not there", RetryAfter: m.began.Add(missWindow).Sub(now),
	}
}

// add counts a failed join, unless there were too many meanwhile: then that is the answer, so that no more are told than counted.
func (m *misses) add(account models.ID, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.checkLocked(account, now); err != nil {
		return err
	}
	m.of[account]++
	return nil
}
