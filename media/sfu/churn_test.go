package sfu_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"foyer/media"
)

// churn is how long peers come and go: ten seconds, five minutes with FOYER_TEST_SOAK=1 (make soak), or as long as that says.
func churn(t *testing.T) time.Duration {
	t.Helper()
	switch said := os.Getenv("FOYER_TEST_SOAK"); said {
	case "":
		return 10 * time.Second
	case "1":
		return 5 * time.Minute
	default:
		d, err := time.ParseDuration(said)
		must(t, err)
		return d
	}
}

// sections is how many more goroutines there may be: those who stay have so many places for tracks at most, of which some wait for packets.
const sections = 24

// Five peers come each second, publish and hear, and leave, some of them without a word. Two who stay notice nothing, and in the end there
// are no more goroutines, nor is there more memory, than when it began. Not parallel: it counts those of the process.
func TestComeAndGo(t *testing.T) {
	e, undisturbed := calls(t)
	all := make([]*client, 0, 16)
	t.Cleanup(func() { leaveAll(all) })
	visit := func(n int) {
		c := admit(t, e, "r", fmt.Sprintf("visitor-%d", n), speaker()) // not enter: the test would hold each of them to its end
		c.publishes(fmt.Sprintf("v-%d", n), load{media.Video, "regular", 200 * time.Millisecond, []int{500}})
		if all = append(all, c); len(all) > 10 {
			c = all[0]
			all = slices.Delete(all, 0, 1)
			if n%3 == 0 { // its connections just stop
				c.peer.Close()
			}
			c.leave()
		}
	}
	turns := func(from int, d time.Duration) (n int) {
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for end := time.Now().Add(d); time.Now().Before(end); n++ {
			visit(from + n)
			<-tick.C
		}
		leaveAll(all)
		all = all[:0]
		return n
	}
	settled := func() bool { s := e.Stats(); return s.Peers == 2 && s.Down == 1 }
	first := turns(0, 5*time.Second) // those who stay have all their connections after that
	soon(t, "those who stay are alone", settled)
	pass(t, 2*time.Second)
	start, before := runtime.NumGoroutine(), inUse()
	n := turns(first, churn(t))
	soon(t, "those who stay are alone", settled)
	quiet(t, start+sections)
	shrinks(t, before, slack)
	t.Logf("%d came and went", n)
	undisturbed()
}
