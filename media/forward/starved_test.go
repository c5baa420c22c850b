package forward_test

import (
	"testing"
	"time"

	"foyer/media"
)

// A picture that was stopped while much of it was lost is tried again all the same: of what does not go out nothing is lost.
func TestStoppedAmongLosses(t *testing.T) {
	t.Parallel()
	k := newLink(t, 150, true)
	c := k.film([4]int{0, 0, 0, 1200})
	for range 40 {
		k.run(250 * time.Millisecond)
		last := k.cameras[0].seq[media.High]
		c.Nack([]uint16{last - 3, last - 2, last - 1})
	}
	if c.Sent().Lost < 20 {
		t.Fatalf("%d packets are lost, which is not enough for a test", c.Sent().Lost)
	}
	checkList(t, "far too large", k.layers(), media.None)
	k.capacity = 3000
	k.run(80 * time.Second)
	checkList(t, "after it became wide", k.layers(), media.High)
}
