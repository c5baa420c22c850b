package forward_test

import (
	"testing"
	"time"

	"foyer/media"
	"foyer/media/forward"

	"github.com/pion/rtp"
)

// link is a subscriber's way down in a simulation: what it bears, and an estimator that only knows what was sent and lost.
type link struct {
	*clock
	t        *testing.T
	capacity int  // kbit/s
	bound    bool // the estimate never exceeds one and a half of what is sent; else it grows as long as nothing is lost
	estimate float64
	cameras  []*film
	copies   []*forward.Copy
	budget   forward.Budget
	changes  []time.Time
	begun    time.Time
}

// scale is by how much less is really sent, as a simulation has better things to do.
const scale = 10

// film is a camera of some layers, with a packet of each twenty times a second.
type film struct {
	source *forward.Source
	asks   asks
	rates  [4]int
	seq    [4]uint16
	answer [4]int
}

func newLink(t *testing.T, capacity int, bound bool) *link {
	t.Helper()
	k := &link{clock: newClock(), t: t, capacity: capacity, bound: bound, estimate: 300}
	k.begun = k.Now()
	return k
}

func (k *link) film(rates [4]int) *forward.Copy {
	f := &film{rates: rates}
	f.source = forward.NewSource(forward.Options{Kind: media.Video, Codec: "video/VP8", AskKey: f.asks.ask, Now: k.Now})
	c := forward.NewCopy(f.source)
	c.Bind(1, 96, func(*rtp.Header, []byte) error { return nil })
	k.cameras, k.copies = append(k.cameras, f), append(k.copies, c)
	return c
}

func (f *film) shoot(t *testing.T) {
	t.Helper()
	for l := media.Low; l <= media.High; l++ {
		key := f.seq[l] == 0 || f.asks.of(l) > f.answer[l]
		f.answer[l] = f.asks.of(l)
		for left := f.rates[l] * 1000 / 8 / 20 / scale; left > 0; left -= 1200 { // of 50 ms
			f.seq[l]++
			p := picture{key: key, first: true, body: make([]byte, max(0, min(left, 1200)-18))}
			key = false
			write(t, f.source.Stream(l), raw{seq: f.seq[l], ssrc: uint32(l), time: uint32(f.seq[l]), payload: p.payload()})
		}
	}
}

// run lets time pass.
func (k *link) run(d time.Duration) {
	k.t.Helper()
	for end := k.Now().Add(d); k.Now().Before(end); {
		for range 5 {
			k.pass(50 * time.Millisecond)
			for _, f := range k.cameras {
				f.shoot(k.t)
			}
		}
		k.guess()
		for range k.budget.Divide(k.Now(), k.copies, int(k.estimate)/scale) {
			k.changes = append(k.changes, k.Now())
		}
	}
}

// guess is the estimator: it falls below what gets through when the link is full, and grows by 8 % a second else.
func (k *link) guess() {
	sent := 0
	for _, c := range k.copies {
		if l, _ := c.Layer(); l != media.None {
			sent += scale * c.Source().Rates()[l]
		}
	}
	switch most := 1.5 * float64(sent); {
	case sent > k.capacity:
		k.estimate = min(k.estimate, 0.85*float64(k.capacity))
	case k.bound && k.estimate > most:
	default:
		k.estimate *= 1.02
		if k.bound {
			k.estimate = min(k.estimate, max(most, 100))
		}
	}
}

func (k *link) layers() (list []media.Layer) {
	for _, c := range k.copies {
		l, _ := c.Layer()
		list = append(list, l)
	}
	return list
}

// changesSince is how often anything changed after some time.
func (k *link) changesSince(d time.Duration) (n int) {
	for _, at := range k.changes {
		if at.Sub(k.begun) > d {
			n++
		}
	}
	return n
}

func both(t *testing.T, fn func(t *testing.T, bound bool)) {
	t.Helper()
	for name, bound := range map[string]bool{"estimate that follows": true, "estimate that grows": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, bound)
		})
	}
}

var three = [4]int{0, 120, 450, 1700} // what a camera sends in three sizes

func TestNarrowLinkGetsLow(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 150, bound)
		k.film(three)
		k.run(3 * time.Minute)
		low := 0
		for range 240 {
			k.run(time.Second)
			if k.layers()[0] == media.Low {
				low++
			}
		}
		if low < 220 {
			t.Errorf("got low for %d of 240 seconds", low)
		}
		if n := k.changesSince(3 * time.Minute); n > 10 {
			t.Errorf("%d changes in four minutes", n)
		}
	})
}

func TestWideLinkGetsHigh(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 5000, bound)
		k.film(three)
		k.run(20 * time.Second)
		checkList(t, "after 20 seconds", k.layers(), media.High)
		k.run(5 * time.Minute)
		checkList(t, "after five minutes", k.layers(), media.High)
		check(t, "changes since", k.changesSince(20*time.Second), 0)
	})
}

func TestMiddlingLinkGetsMedium(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 800, bound)
		k.film(three)
		k.run(time.Minute)
		medium := 0
		for range 240 {
			k.run(time.Second)
			if k.layers()[0] == media.Medium {
				medium++
			}
		}
		if medium < 200 {
			t.Errorf("got medium for %d of 240 seconds", medium)
		}
	})
}

func TestLinkThatChanges(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 5000, bound)
		k.film(three)
		k.run(30 * time.Second)
		k.capacity = 200
		k.run(4 * time.Second)
		checkList(t, "after it became narrow", k.layers(), media.Low)
		k.capacity = 5000
		k.run(90 * time.Second)
		checkList(t, "after it became wide", k.layers(), media.High)
	})
}

func TestPicturesShare(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 2000, bound)
		for range 4 {
			k.film(three)
		}
		k.run(time.Minute)
		for i, l := range k.layers() {
			if l != media.Medium {
				t.Errorf("picture %d: got %v, want medium", i, l)
			}
		}
	})
}

func TestPictureInOneSize(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, bound bool) {
		k := newLink(t, 150, bound)
		c := k.film([4]int{0, 0, 0, 1200})
		k.run(3 * time.Second)
		checkList(t, "for some seconds", k.layers(), media.High)
		k.run(7 * time.Second)
		current, wanted := c.Layer()
		check(t, "far too large", current, media.None)
		check(t, "wanted", wanted, media.High)
		k.run(4 * time.Minute)
		if n := k.changesSince(10 * time.Second); n == 0 || n > 14 {
			t.Errorf("%d changes in four minutes", n)
		}
		k.capacity = 3000
		k.run(80 * time.Second)
		checkList(t, "after it became wide", k.layers(), media.High)
	})
}

// One that is a little too large goes on: a picture that is late now and then is better than none.
func TestPictureInOneSizeThatAlmostFits(t *testing.T) {
	t.Parallel()
	k := newLink(t, 900, false)
	k.estimate = 1000
	k.film([4]int{0, 0, 0, 1200})
	k.run(time.Minute)
	check(t, "changes", len(k.changes), 0)
}

func TestBandwidthThatIsNotKnown(t *testing.T) {
	t.Parallel()
	k := newLink(t, 150, true)
	c := k.film(three)
	k.run(10 * time.Second)
	check(t, "allowed", c.Allowed(), media.Low)
	changed := k.budget.Divide(k.Now(), k.copies, 0)
	checkList(t, "changed", changed, c)
	check(t, "allowed", c.Allowed(), media.High)
	check(t, "changed again", len(k.budget.Divide(k.Now(), k.copies, -1)), 0)
}

func TestSoundIsNeverStopped(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Audio, "audio/opus")
	var budget forward.Budget
	for seq := range uint16(200) {
		write(t, b.source.Stream(media.High), raw{seq: seq, ssrc: 1, payload: make([]byte, 100)})
		b.pass(100 * time.Millisecond)
		check(t, "changed", len(budget.Divide(b.Now(), []*forward.Copy{b.copy}, 1)), 0)
	}
}

// Nothing is tried while packets are lost.
func TestLossesKeepPicturesSmall(t *testing.T) {
	t.Parallel()
	k := newLink(t, 5000, true)
	c := k.film(three)
	k.estimate = 150
	for i := range 120 {
		k.run(250 * time.Millisecond)
		for n := range uint16(8) {
			c.Nack([]uint16{uint16(i)*4 + n})
		}
		k.estimate = 180
	}
	check(t, "allowed", c.Allowed(), media.Low)
}
