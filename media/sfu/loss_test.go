package sfu_test

import (
	"fmt"
	"testing"
	"time"

	"foyer/media"
)

// most is how long pictures may stand still at most.
const most = 2 * time.Second

// With 5 % of the packets lost and all others up to 50 ms late, so out of order, on both ways, pictures go on: what is lost is sent again,
// and what cannot be is made up for by a key frame.
func TestLossAndJitter(t *testing.T) {
	t.Parallel()
	realTime(t)
	e := open(t)
	up, first := over(t, media.Publish)
	down, second := over(t, media.Subscribe)
	ann, bob := enter(t, e, "r", "ann", speaker(), first), enter(t, e, "r", "bob", listener(), second)
	v := ann.publishes("v", load{media.Video, "regular", 40 * time.Millisecond, []int{3000}})
	bob.hears("v", 20)
	for _, l := range []*link{up, down} {
		l.loss.Store(50)
		l.jitter.Store(int64(50 * time.Millisecond))
	}
	before := e.Stats()
	pass(t, 20*time.Second)
	bob.hears("v", 20)
	h := bob.of("v")
	h.mu.Lock()
	defer h.mu.Unlock()
	t.Logf("%d pictures shown, %d gaps skipped, the longest freeze %v; %d packets never came, %d came late, %d twice; %d key frames",
		h.player.shown, h.player.skipped, h.player.longest, len(h.sent[media.High].missing), h.sent[media.High].late, h.sent[media.High].again, v.asked.Load())
	if h.player.longest > most {
		t.Errorf("pictures stood still for %v", h.player.longest)
	}
	if after := e.Stats(); after.Repeated-before.Repeated < 50 {
		t.Errorf("only %d packets were sent again", after.Repeated-before.Repeated)
	}
	if missing, all := len(h.sent[media.High].missing), h.packets.Load(); int64(missing)*50 > all {
		t.Errorf("%d of %d packets never came", missing, all)
	}
}

// A subscriber whose way bears 150 kbit/s gets the lowest layer of three, and the others theirs; whether too much waits or is lost at once.
func TestNarrow(t *testing.T) {
	t.Parallel()
	realTime(t)
	e := open(t)
	ann, eve := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "eve", listener())
	ann.publishes("v", load{media.Video, "regular", 50 * time.Millisecond, []int{4400, 1550, 560}})
	eve.hears("v", 20)
	var narrow []*client
	for _, queue := range []int{16 << 10, 4 << 10} {
		way, set := over(t, media.Subscribe)
		c := enter(t, e, "r", fmt.Sprintf("with-%d", queue), listener(), set)
		c.hears("v", 20)
		way.down.narrow(150, queue)
		narrow = append(narrow, c)
	}
	for _, c := range narrow {
		c.getsOnly(media.Low)
		before := c.layers()
		eve.getsOnly(media.High)
		pass(t, time.Second)
		if low := c.layers()[media.Low] - before[media.Low]; low < 15 {
			t.Errorf("%s gets %d packets of the lowest layer in a second, of which there are 20", c.id, low)
		}
	}
	if low := eve.layers()[media.Low]; low > 0 {
		t.Errorf("eve gets %d packets of the lowest layer", low)
	}
}

// getsOnly waits until nothing but one layer of the track v comes, for two seconds or so.
func (c *client) getsOnly(l media.Layer) {
	c.t.Helper()
	from := c.layers()
	soon(c.t, c.id+" gets only layer "+l.String(), func() bool {
		now := c.layers()
		for other := range now {
			if media.Layer(other) != l && now[other] != from[other] {
				from = now
			}
		}
		return now[l] >= from[l]+40
	})
}

// layers is how many packets of each layer of the track v have come.
func (c *client) layers() (counts [4]int64) {
	if h := c.of("v"); h != nil {
		for l := range counts {
			counts[l] = h.layers[l].Load()
		}
	}
	return counts
}
