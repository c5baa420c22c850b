package sessions_test

import (
	"syscall"
	"testing"
	"time"

	"foyer/store/storetest"
)

// BenchmarkJournal has many join and leave at once, each join waited for. cpu-us/op is what one join with its leave costs.
func BenchmarkJournal(b *testing.B) {
	for _, database := range storetest.Databases {
		b.Run(database, func(b *testing.B) {
			h := newHouse(b, database)
			j := h.journal()
			defer start(b, j)()
			s := h.session(0)
			first := h.peer(s)
			must(b, j.Submit(join(s, first)).Wait(b.Context()))
			b.SetParallelism(64)
			before := cpu()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p := h.peer(s)
					if err := j.Submit(join(s, p)).Wait(b.Context()); err != nil {
						b.Error(err)
					}
					if err := j.Submit(leave(s, p, h.Stamp())).Wait(b.Context()); err != nil {
						b.Error(err)
					}
				}
			})
			b.StopTimer()
			b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-us/op")
		})
	}
}

// cpu is what this process has used of the processor.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
