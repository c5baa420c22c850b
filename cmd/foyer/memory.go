package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// When memory is given back to the system: when, since it was done last, so much was allocated that it is worth it, and it is quiet now.
const (
	tidyEvery = 5 * time.Second
	tidyWorth = 16 << 20 // bytes
	tidyQuiet = 2 << 20  // bytes in that time
)

// tidy gives memory back that a rush has left behind. By itself the runtime would keep what headroom lets it use, which is more than a
// thousand idle peers take. It works until the context ends.
func tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	done, before := uint64(0), uint64(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := allocated()
		if now-before < tidyQuiet && now-done > tidyWorth {
			debug.FreeOSMemory()
			now = allocated()
			done = now
		}
		before = now
	}
}

// allocated is how many bytes were allocated since the start.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
