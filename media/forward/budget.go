package forward

import (
	"time"

	"foyer/media"
)

// What divides a bandwidth waits for, so that pictures do not change all the time.
const (
	overFor    = 750 * time.Millisecond // an estimate below what is sent has to last before pictures get smaller
	lowFor     = 4 * time.Second        // and far below the smallest ones before some are stopped
	fitFor     = time.Second            // it has to hold before they get larger, if it says that there is room
	tryFor     = 3 * time.Second        // and if it does not say so, as nothing has been tried
	doubtFor   = 10 * time.Second       // or says that there is none, though it is far above what is sent
	watchFor   = 5 * time.Second        // how long an estimate may be too low after a step, or longer while it grows
	watchMost  = 40 * time.Second
	trustAfter = 30 * time.Second        // a step has succeeded
	blameFor   = 20 * time.Second        // a step is why there is too little
	mendFor    = 1500 * time.Millisecond // until an estimate is what it was before a step that is taken back
	firstWait  = 5 * time.Second         // until the next one if so, and twice as long each time
	lastWait   = time.Minute
)

// Budget divides what a subscriber's bandwidth bears among what it gets. The zero value is ready. For one goroutine.
type Budget struct {
	places   map[*Copy]*place
	pictures []*place // those that may be passed on now, in the order of the copies
	sound    int      // kbit/s
	round    uint64

	estimate  int // kbit/s, as are the next two
	reference int // from which it has not fallen much since held
	best      int // since the step
	held      time.Time
	over      time.Time // since when it has been too low; zero: it is not
	low       time.Time // and far too low
	grown     time.Time // when it was best

	stepped time.Time // when a picture got larger; zero: long ago
	tried   *place    // which one, as long as that may turn out wrong
	from    media.Layer
	failed  int // kbit/s: what was too much
	wait    time.Duration
	next    time.Time // not before: the next step

	sent, lost float64 // packets, lately
}

// Divide gives each copy the layer that the bandwidth bears: sound first, then the lowest layer of each picture, then step by step more.
// Estimate is in kbit/s; 0 or less: it is not known, and everybody gets what they want. It is called about four times a second, and says
// for which copies the answer is another one now.
func (b *Budget) Divide(now time.Time, copies []*Copy, estimate int) (changed []*Copy) {
	b.meet(copies)
	if estimate <= 0 {
		*b = Budget{round: b.round}
		for _, c := range copies {
			changed = allow(changed, c, media.High)
		}
		return changed
	}
	b.watch(now, estimate)
	b.shrink(now)
	b.grow(now)
	for _, c := range copies {
		changed = allow(changed, c, b.places[c].answer())
	}
	return changed
}

func allow(changed []*Copy, c *Copy, l media.Layer) []*Copy {
	if c.Allowed() == l {
		return changed
	}
	c.Allow(l)
	return append(changed, c)
}

// meet looks at what there is to divide the bandwidth among, and forgets what is gone.
func (b *Budget) meet(copies []*Copy) {
	if b.places == nil {
		b.places = map[*Copy]*place{}
	}
	b.round++
	b.pictures, b.sound = b.pictures[:0], 0
	b.sent, b.lost = b.sent*3/4, b.lost*3/4
	for _, c := range copies {
		p := b.places[c]
		if p == nil {
			p = &place{level: media.High}
			b.places[c] = p
		}
		p.round = b.round
		sent, lost := p.count(c)
		b.sent, b.lost = b.sent+sent, b.lost+lost
		switch rates := c.source.Rates(); {
		case c.source.options.Kind == media.Audio:
			b.sound += rates[media.High]
		case p.look(c, rates):
			b.pictures = append(b.pictures, p)
		}
	}
	for c, p := range b.places {
		if p.round != b.round {
			delete(b.places, c)
		}
	}
}

// watch follows the estimate: whether it holds, and how it does after a step.
func (b *Budget) watch(now time.Time, estimate int) {
	if b.held.IsZero() || estimate*10 < b.reference*9 {
		b.reference, b.held = estimate, now
	}
	b.estimate, b.reference = estimate, max(b.reference, estimate)
	if estimate*50 > b.best*51 {
		b.best, b.grown = estimate, now
	}
	if !b.stepped.IsZero() && now.Sub(b.stepped) > trustAfter {
		b.stepped, b.tried, b.wait, b.failed = time.Time{}, nil, 0, 0
	}
}
