package codes

// Stats are the guard's numbers for the metrics.
type Stats struct {
	Failures   uint64 // failed exchanges since the start
	LastMinute int    // failed exchanges of the last 60 seconds, over all addresses
	Unread     uint64 // look-ups refused unread since the start
	Addresses  int    // addresses with a failure within the window (IPv6: /64 networks)
	Suspicious int    // those of them that are under suspicion now
	Threshold  int    // failures that make an address suspicious now
	Rate       int    // look-ups a second that a suspicious address gets now
}

// Stats counts. It looks at every address remembered: a few milliseconds when the table is full, so call it once a scrape.
func (g *Guard) Stats() Stats {
	if g == nil {
		return Stats{}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	terms := g.budget.terms(now)
	stats := Stats{
		Failures: g.failures, LastMinute: g.budget.spent.sum(now), Unread: g.unread,
		Threshold: terms.threshold, Rate: terms.rate,
	}
	for _, s := range g.suspects.Values() {
		if s.site { // its networks are counted
			continue
		}
		if s.fresh(now, g.limits.Window) {
			stats.Addresses++
		}
		if s.suspicious(now, terms) {
			stats.Suspicious++
		}
	}
	return stats
}

// LuckyGuessesPerYear is the arithmetic behind the guard: how many of live codes a year of guessing hits on average, at a number of
// failures a minute. With Stats.LastMinute it is an upper bound, since not every failure is a guess. For all of 2^41.7 codes it
// makes no difference how the guesses are chosen.
func LuckyGuessesPerYear(live int, failuresPerMinute float64) float64 {
	const minutes = 365 * 24 * 60
	return max(0, float64(live)) / float64(Space) * max(0, failuresPerMinute) * minutes
}
