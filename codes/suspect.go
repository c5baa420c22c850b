package codes

import "time"

// suspect is what the guard remembers of one address, or of one IPv6 site.
type suspect struct {
	site     bool    // whether it is an IPv6 site
	failures moments // its last failed exchanges, as many as the threshold
	looks    moments // its look-ups while under suspicion, as many as a second may hold
	strikes  int     // failures under suspicion in a row: each doubles the Retry-After
	minute   int64   // the last minute in which the budget counted it among the suspicious; 0: never
}

// suspicious reports whether as many failures as the threshold lie within the window. A nil suspect is not.
func (s *suspect) suspicious(now time.Duration, in terms) bool {
	if s == nil {
		return false
	}
	at, ok := s.failures.last(in.threshold)
	return ok && now-at < in.Window
}

// wait is how long the next look-up must wait so that no second holds more than the rate; 0 means not at all.
func (s *suspect) wait(now time.Duration, in terms) time.Duration {
	if !s.suspicious(now, in) {
		return 0
	}
	at, ok := s.looks.last(in.rate)
	if !ok {
		return 0
	}
	return max(0, at+time.Second-now)
}

// look counts a look-up, if it is one under suspicion.
func (s *suspect) look(now time.Duration, in terms) {
	if s.suspicious(now, in) {
		s.looks.add(now, in.Rate)
	}
}

// strike is the Retry-After of a failure under suspicion: 1 s, 2 s, 4 s, ... up to the window. Without suspicion it is 0, and
// the next one starts anew.
func (s *suspect) strike(now time.Duration, in terms) time.Duration {
	if !s.suspicious(now, in) {
		s.strikes = 0
		return 0
	}
	again := min(in.Window, time.Second<<min(s.strikes, 30))
	s.strikes++
	return again
}

// fresh reports whether its latest failure still counts.
func (s *suspect) fresh(now, window time.Duration) bool {
	at, ok := s.failures.last(1)
	return ok && now-at < window
}

// moments keeps the last few moments, counted from the guard's start. Its size is that of its first use.
type moments struct {
	at   []time.Duration // a ring once it is full
	next int             // where the next one goes
}

// add remembers now and forgets all but the last size moments.
func (m *moments) add(now time.Duration, size int) {
	if m.at == nil {
		m.at = make([]time.Duration, 0, size)
	}
	if len(m.at) < cap(m.at) {
		m.at = append(m.at, now)
		return
	}
	m.at[m.next] = now
	m.next = (m.next + 1) % len(m.at)
}

// last is the moment that came n-th from the end, the latest for n = 1; not ok when there are fewer.
func (m *moments) last(n int) (at time.Duration, ok bool) {
	if n < 1 || n > len(m.at) {
		return 0, false
	}
	return m.at[(m.next-n+2*len(m.at))%len(m.at)], true
}
