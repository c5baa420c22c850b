//go:build !linux

package load

import "time"

// Tick calls due at n moments, rate of them a second, until due says no. Go's timers may be late by a millisecond here.
func Tick(rate, n int, due func(time.Time) bool) {
	began := time.Now()
	for i := range n {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		<-time.After(time.Until(at))
		if !due(at) {
			return
		}
	}
}
