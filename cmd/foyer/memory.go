package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Memory is given back to the system when, since that was done last, as much was allocated as is in use, and it is quiet now: a quarter
// of that in a while. That is so after a rush, and now and then while much is going on evenly.
const (
	tidyEvery = 5 * time.Second
	tidyWorth = 4 << 20 // bytes, at least
	tidyQuiet = 2 << 20 // the same
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
		dropPages(r.bytes) // what was used before has been wiped, and is in memory now
		debug.SetGCPercent(growth)
	case !wanted && r.bytes != nil:
		r.bytes = nil
		debug.SetGCPercent(mediaGrowth)
		runtime.GC() // which learns now that it is gone, and not when the heap has grown as if it were there
	}
}

// tidy gives memory back that a rush has left behind, and the pages of the program that only the start has needed. By itself the runtime would
// keep what headroom lets it use, which is more than a thousand idle peers take. Media says whether there are any, and begin when there may be.
// It works until the context ends.
func tidy(ctx context.Context, room *reserve, media func() bool, begin <-chan struct{}) error {
	defer runtime.KeepAlive(room)
	room.keep(true)
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	done, before := uint64(0), uint64(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-begin:
			room.keep(false)
			continue
		case <-tick.C:
		}
		room.keep(!media())
		now, used := heap()
		used -= min(used, uint64(len(room.bytes)))
		if now-before < max(tidyQuiet, used/4) && now-done > max(tidyWorth, used) {
			debug.FreeOSMemory()
			dropProgram()
			now, _ = heap()
			done = now
		}
		before = now
	}
}

// heap is how many bytes were allocated since the start, and how many were in use when they were counted last, the headroom's too.
func heap() (allocated, used uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}
