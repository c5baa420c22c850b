package load

import (
	"runtime"
	"syscall"
	"time"
)

// Tick calls due at n moments, rate of them a second, until due says no. It sleeps in the kernel: Go's own timers may be a
// millisecond late when nothing else happens, which would be counted as the server's delay.
func Tick(rate, n int, due func(time.Time) bool) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := time.Now()
	for i := range n {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		for wait := time.Until(at); wait > 0; wait = time.Until(at) {
			t := syscall.NsecToTimespec(int64(wait))
			_ = syscall.Nanosleep(&t, nil) // woken early by a signal: the loop sleeps on
		}
		if !due(at) {
			return
		}
	}
}
