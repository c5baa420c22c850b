package sfu_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"
)

// How much may be left of a crowd: goroutines none, and memory what the runtime and pion's pools keep of one that has gone before.
const slack = 4 << 20

// One publishes and fifty hear: each gets every packet from its first one on. When they have left, nothing of them is left. Not parallel:
// it counts all goroutines and all memory of the process.
func TestOneToFifty(t *testing.T) { //nolint:paralleltest // it counts the process's goroutines
	e := open(t)
	leavesNothing(t, 2, func() { fifty(t, e) })
}

func fifty(t *testing.T, e *sfu.Engine) {
	t.Helper()
	ann := enter(t, e, "r", "ann", speaker())
	v, a := ann.publishes("v", pictures()), ann.publishes("a", sound())
	crowd := make([]*client, 50)
	for i := range crowd {
		crowd[i] = enter(t, e, "r", fmt.Sprintf("peer-%d", i), listener())
	}
	for _, c := range crowd {
		c.hears("v", 60)
		c.hears("a", 60)
	}
	v.end()
	a.end()
	for _, c := range crowd {
		c.gotAll(v)
		c.gotAll(a)
	}
	leaveAll(append(crowd, ann))
}

// Ten publish and hear each other: each gets every packet of all.
func TestTenPublish(t *testing.T) { //nolint:paralleltest // it counts the process's goroutines
	e := open(t)
	leavesNothing(t, 2, func() { ten(t, e) })
}

func ten(t *testing.T, e *sfu.Engine) {
	t.Helper()
	all, sent := make([]*client, 10), make([][]*publication, 10)
	for i := range all {
		all[i] = enter(t, e, "r", fmt.Sprintf("peer-%d", i), speaker())
		sent[i] = []*publication{
			all[i].publishes(fmt.Sprintf("v-%d", i), load{media.Video, "regular", 66 * time.Millisecond, []int{1500}}),
			all[i].publishes(fmt.Sprintf("a-%d", i), sound()),
		}
	}
	each := func(do func(c *client, p *publication)) {
		for i, c := range all {
			for j := range sent {
				for _, p := range sent[j] {
					if i != j {
						do(c, p)
					}
				}
			}
		}
	}
	each(func(c *client, p *publication) { c.hears(p.id, 40) })
	for i := range sent {
		for _, p := range sent[i] {
			p.end()
		}
	}
	each(func(c *client, p *publication) { c.gotAll(p) })
	leaveAll(all)
}

// gotAll waits until all has come that was sent, to the last packet, under numbers without a gap; nothing has come twice.
func (c *client) gotAll(p *publication) {
	c.t.Helper()
	h, last := c.of(p.id), p.layers[0].sent.Load()
	soon(c.t, fmt.Sprintf("%s gets all of %s", c.id, p.id), func() bool { return h.whole(media.High, last) })
	h.mu.Lock()
	defer h.mu.Unlock()
	want := h.sent[media.High].newest - h.sent[media.High].first + 1
	if got := h.packets.Load(); got != want || h.numbers.newest-h.numbers.first+1 != want {
		c.t.Errorf("%s gets %d packets of %s under %d numbers, want %d", c.id, got, p.id, h.numbers.newest-h.numbers.first+1, want)
	}
}

func leaveAll(all []*client) {
	for _, c := range all {
		c.leave()
	}
}

// leavesNothing does something some times: after each but the first, goroutines and memory are what they were after the first.
func leavesNothing(t *testing.T, times int, do func()) {
	t.Helper()
	start := runtime.NumGoroutine()
	do()
	quiet(t, start)
	before := inUse()
	for range times - 1 {
		do()
		quiet(t, start)
	}
	after := inUse()
	t.Logf("%d KiB, then %d KiB", before>>10, after>>10)
	if after > before+slack {
		t.Errorf("%d KiB are left, there were %d KiB", after>>10, before>>10)
	}
}

// quiet waits until there are no more goroutines than there were.
func quiet(t *testing.T, want int) {
	t.Helper()
	soon(t, fmt.Sprintf("%d goroutines", want), func() bool { return runtime.NumGoroutine() <= want })
}

// inUse is what is in use after the garbage is gone.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
