package sfu_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"
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

// Five peers come each second, publish and hear, and leave, some of them without a word. Two who stay meanwhile notice nothing, and when all
// have left there are no more goroutines, nor is there more memory, than after a few had. Not parallel: it counts those of the process.
func TestComeAndGo(t *testing.T) {
	e := open(t)
	start := runtime.NumGoroutine()
	turns(t, e, 5*time.Second)
	quiet(t, start)
	before := inUse()
	n := turns(t, e, churn(t))
	quiet(t, start)
	shrinks(t, before, slack)
	t.Logf("%d came and went", n)
}

// turns has peers come and go for a while, and then all leave. It says how many there were.
func turns(t *testing.T, e *sfu.Engine, d time.Duration) (visits int) {
	t.Helper()
	ann, bob := admit(t, e, "r", "ann", speaker()), admit(t, e, "r", "bob", listener()) // not enter: the test would hold all to its end
	all := []*client{ann, bob}
	defer func() { leaveAll(all) }()
	v, dropped := ann.publishes("v", pictures()), drops()
	bob.hears("v", 20)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); visits++ {
		c := admit(t, e, "r", fmt.Sprintf("visitor-%d", visits), speaker())
		if all = append(all, c); len(all) > 12 {
			all[2].leaves(visits%3 == 0)
			all = slices.Delete(all, 2, 3)
		}
		c.publishes(fmt.Sprintf("v-%d", visits), load{media.Video, "regular", 200 * time.Millisecond, []int{500}})
		<-tick.C
	}
	v.end()
	bob.gotAll(v, dropped)
	if longest := time.Duration(bob.of("v").longest.Load()); longest > 2*most { // all clients are in this process, too
		t.Errorf("bob hears nothing for %v", longest)
	}
	return visits
}

// leaves is a client that leaves; or whose place the engine takes away first, so that its connections just stop.
func (c *client) leaves(first bool) {
	if first {
		c.peer.Close()
	}
	c.leave()
}
