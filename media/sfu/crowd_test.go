package sfu_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"
)

// How much may be left of a crowd: goroutines none, and memory what the runtime and pion's pools keep of one that has gone before.
const slack = 2 << 20

// One publishes and fifty hear: each gets every packet from its first one on. When they have left, nothing of them is left. Not parallel:
// it counts all goroutines and all memory of the process.
func TestOneToFifty(t *testing.T) {
	e := open(t)
	leavesNothing(t, 2, func() { fifty(t, e) })
}

func fifty(t *testing.T, e *sfu.Engine) {
	t.Helper()
	began, dropped := time.Now(), drops()
	ann := enter(t, e, "r", "ann", speaker())
	v, a := ann.publishes("v", pictures()), ann.publishes("a", sound())
	crowd := make([]*client, 50)
	for i := range crowd {
		crowd[i] = enter(t, e, "r", fmt.Sprintf("peer-%d", i), listener())
	}
	for _, c := range crowd {
		c.has("v", 60)
		c.has("a", 60)
	}
	t.Logf("all hear after %v", time.Since(began))
	v.end()
	a.end()
	for _, c := range crowd {
		c.gotAll(v, dropped)
		c.gotAll(a, dropped)
	}
	t.Logf("all got after %v", time.Since(began))
	leaveAll(append(crowd, ann))
	t.Logf("all left after %v", time.Since(began))
}

// Ten publish and hear each other: each gets every packet of all.
func TestTenPublish(t *testing.T) {
	realTime(t)
	e := open(t)
	leavesNothing(t, 2, func() { ten(t, e) })
}

func ten(t *testing.T, e *sfu.Engine) {
	t.Helper()
	all, sent, dropped := make([]*client, 10), make([][]*publication, 10), drops()
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
	each(func(c *client, p *publication) { c.has(p.id, 40) })
	for i := range sent {
		for _, p := range sent[i] {
			p.end()
		}
	}
	each(func(c *client, p *publication) { c.gotAll(p, dropped) })
	leaveAll(all)
}

// gotAll waits until all has come that was sent, to the last packet, under numbers without a gap; nothing has come twice. Missing may be as
// many packets as the kernel has dropped meanwhile, for a process that had no time to read them: sound is not sent again.
func (c *client) gotAll(p *publication, dropped int64) {
	c.t.Helper()
	h, last := c.of(p.id), p.layers[0].sent.Load()
	err := await(c.t.Context(), "all comes", func() bool {
		missing, gaps := h.missing(media.High, last)
		return missing+gaps == 0 || p.load.kind == media.Audio && max(missing, gaps) <= drops()-dropped
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	sent := h.sent[media.High]
	if err != nil {
		c.t.Fatalf("%s gets %d to %d of %d packets of %s, without %v; of the numbers %v are missing",
			c.id, sent.first, sent.newest, last, p.id, sent.missing, h.numbers.missing)
	}
	if h.packets.Load() != sent.newest-sent.first+1-int64(len(sent.missing)) {
		c.t.Errorf("%s gets %d packets of %s, from %d to %d", c.id, h.packets.Load(), p.id, sent.first, sent.newest)
	}
}

// drops is how many packets the kernel has dropped as nobody read them in time, of all processes; 0 where it does not say.
func drops() int64 {
	text, err := os.ReadFile("/proc/net/snmp")
	if err != nil {
		return 0
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		i := slices.Index(names, "RcvbufErrors")
		if words[0] == "Udp:" && i > 0 {
			n, _ := strconv.ParseInt(words[i], 10, 64)
			return n
		}
		if words[0] == "Udp:" {
			names = words
		}
	}
	return 0
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
	shrinks(t, before, slack)
}

// shrinks waits until there is not much more memory in use than there was: connections end behind those who leave.
func shrinks(t *testing.T, before, most uint64) {
	t.Helper()
	var now uint64
	if err := await(t.Context(), "less memory in use", func() bool { now = inUse(); return now <= before+most }); err != nil {
		t.Fatalf("%d KiB are in use, there were %d KiB", now>>10, before>>10)
	}
	t.Logf("%d KiB in use, there were %d KiB", now>>10, before>>10)
}

// quiet waits until there are no more goroutines than there were.
func quiet(t *testing.T, want int) {
	t.Helper()
	if err := await(t.Context(), "quiet", func() bool { return runtime.NumGoroutine() <= want }); err != nil {
		var all strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
		t.Fatalf("%d goroutines, want %d: %s", runtime.NumGoroutine(), want, &all)
	}
}

// inUse is what is in use after the garbage is gone.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // pools are emptied by the second
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
