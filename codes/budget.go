package codes

import "time"

// budget counts the failures of all addresses and says how far the guard's numbers tighten. Guarded by the guard's mutex.
//
// While the failures of the last minute are within the budget, the numbers are those of Limits. When they pass it k times,
//
//   - the threshold is divided by k, down to 1: who guesses a few times from each of many addresses is suspicious sooner;
//   - an IPv6 address counts as its site as well: whoever has one /48 has 65,536 networks of 64 bits;
//   - the suspicious share the budget: each gets an equal part of it, down to the floor. A rate divided by k would do less: it would
//     settle where one address has 1.4 times the budget, and ten addresses have 4.5 times.
//
// So all suspicious addresses together guess no faster than the budget, or than the floor each where they are too many for that.
type budget struct {
	limits *Limits
	spent  minute
	crowd  crowd
}

// terms are the numbers in force at a moment.
type terms struct {
	*Limits
	threshold int  // failures that make suspicious
	rate      int  // look-ups a second of each who is
	wide      bool // whether IPv6 sites are judged too
}

func (b *budget) terms(now time.Duration) terms {
	spent := b.spent.sum(now)
	if spent <= b.limits.Budget {
		return terms{Limits: b.limits, threshold: b.limits.Failures, rate: b.limits.Rate}
	}
	share := b.limits.Budget / 60 / max(1, b.crowd.size(now))
	return terms{
		Limits:    b.limits,
		threshold: max(1, b.limits.Failures*b.limits.Budget/spent),
		rate:      min(b.limits.Rate, max(b.limits.Floor, share)),
		wide:      true,
	}
}

// minute counts events of the last 60 seconds, the current one included.
type minute struct {
	seconds [60]int
	head    int64 // the second that was counted last
	total   int
}

func (m *minute) add(now time.Duration) {
	m.sum(now)
	m.seconds[m.head%60]++
	m.total++
}

func (m *minute) sum(now time.Duration) int {
	second := int64(now / time.Second)
	for range min(60, max(0, second-m.head)) {
		m.head++
		m.total -= m.seconds[m.head%60]
		m.seconds[m.head%60] = 0
	}
	m.head = max(m.head, second)
	return m.total
}

// crowd counts the suspicious addresses that failed in this minute or in the one before, whichever has more of them.
type crowd struct {
	minute       int64 // counted from 1
	this, before int
}

func (c *crowd) add(s *suspect, now time.Duration) {
	c.turn(now)
	if s.minute != c.minute {
		s.minute = c.minute
		c.this++
	}
}

func (c *crowd) size(now time.Duration) int {
	c.turn(now)
	return max(c.this, c.before)
}

func (c *crowd) turn(now time.Duration) {
	current := int64(now/time.Minute) + 1
	switch {
	case current <= c.minute:
		return
	case current == c.minute+1:
		c.this, c.before = 0, c.this
	default:
		c.this, c.before = 0, 0
	}
	c.minute = current
}
