package main

import (
	"context"
	"runtime"
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

// headroom is heap that is reserved and never touched, so that it takes no memory. The collector runs when the heap has doubled: without
// it every few MiB, which costs a busy Foyer a tenth of its processor, with it every fifty.
const headroom = 48 << 20

// reserve is the headroom. While there are media it is given up, and the collector runs sooner: they leave little garbage, so that it has little
// to do, and their connections are what takes memory.
type reserve struct{ bytes []byte }

// The collector runs when the heap has grown by so many per cent.
const (
	growth      = 100
	mediaGrowth = 40
)

func (r *reserve) keep(wanted bool) {
	switch {
	case wanted && r.bytes == nil:
		r.bytes = make([]byte, headroom)
		debug.SetGCPercent(growth)
	case !wanted && r.bytes != nil:
		r.bytes = nil
		debug.SetGCPercent(mediaGrowth)
	}
}

// tidy gives memory back that a rush has left behind, and the pages of the program that only the start has needed. By itself the runtime would
// keep what headroom lets it use, which is more than a thousand idle peers take. Media says whether there are any. It works until the
// context ends.
func tidy(ctx context.Context, room *reserve, media func() bool) error {
	defer runtime.KeepAlive(room)
	room.keep(true)
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	done, before := uint64(0), uint64(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		room.keep(!media())
		now := allocated()
		if now-before < tidyQuiet && now-done > tidyWorth {
			debug.FreeOSMemory()
			dropProgram()
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
