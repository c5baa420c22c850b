package forward

import (
	"time"

	"foyer/media"
)

// shrink makes pictures smaller that the bandwidth does not bear.
func (b *Budget) shrink(now time.Time) {
	total := b.total()
	if b.watched(now) {
		if b.wrong(total) {
			b.revert(now)
		}
		return
	}
	if b.estimate*100 >= total*95 {
		b.over, b.low = time.Time{}, time.Time{}
		return
	}
	if b.over.IsZero() {
		b.over = now
	}
	if now.Sub(b.over) >= overFor || b.estimate*10 < total*7 {
		b.fit(now)
	}
}

// total is what is sent, or about to be.
func (b *Budget) total() int {
	sum := b.sound
	for _, p := range b.pictures {
		sum += p.rate[p.level]
	}
	return sum
}

// watched reports whether a step was taken just now: the estimate still follows.
func (b *Budget) watched(now time.Time) bool {
	if b.stepped.IsZero() || now.Sub(b.stepped) > watchMost {
		return false
	}
	return now.Sub(b.stepped) < watchFor || now.Sub(b.grown) < watchFor
}

// wrong reports whether the last step was: the estimate has fallen since, or much is lost.
func (b *Budget) wrong(total int) bool {
	return b.estimate < total && (b.estimate*100 < b.best*88 || b.lost*10 > b.sent)
}

// revert takes the last step back, and waits longer for the next one.
func (b *Budget) revert(now time.Time) {
	b.failed = b.total()
	if b.tried != nil {
		b.tried.level = min(b.tried.level, b.from)
	}
	b.wait = min(max(2*b.wait, firstWait), lastWait)
	b.settle(now, b.wait)
	b.over = now.Add(mendFor)
}

// blame has the next step wait, and longer if the last one is why.
func (b *Budget) blame(now time.Time) {
	if !b.stepped.IsZero() && now.Sub(b.stepped) < blameFor {
		b.tried = nil
		b.revert(now)
		return
	}
	b.settle(now, firstWait)
}

func (b *Budget) settle(now time.Time, wait time.Duration) {
	if next := now.Add(wait); next.After(b.next) {
		b.next = next
	}
	b.stepped, b.tried, b.over = time.Time{}, nil, time.Time{}
	b.held, b.reference = now, b.estimate
}

// fit takes the largest pictures down by a layer each until all fit, or all are the smallest.
func (b *Budget) fit(now time.Time) {
	lowered, before := false, b.total()
	for b.total() > b.estimate {
		var largest *place
		for _, p := range b.pictures {
			if p.below(p.level) != media.None && (largest == nil || p.level >= largest.level) {
				largest = p
			}
		}
		if largest == nil {
			break
		}
		largest.level, lowered = largest.below(largest.level), true
	}
	if lowered {
		b.blame(now)
		b.failed = before
	}
	b.starve(now)
}

// starve stops pictures for which there is by far too little, for some time already: the most costly first.
func (b *Budget) starve(now time.Time) {
	switch {
	case b.estimate*2 >= b.total():
		b.low = time.Time{}
		return
	case b.low.IsZero():
		b.low = now
	}
	if now.Sub(b.low) < lowFor {
		return
	}
	for b.estimate*2 < b.total() {
		var costly *place
		for _, p := range b.pictures {
			if p.level != media.None && (costly == nil || p.rate[p.level] >= costly.rate[costly.level]) {
				costly = p
			}
		}
		if costly == nil {
			break
		}
		costly.level = media.None
	}
	b.low = time.Time{}
	b.blame(now)
}

// grow makes pictures larger for which there is room, the smallest first; or tries one, as an estimate never gets far beyond what is sent.
func (b *Budget) grow(now time.Time) {
	held, losing := now.Sub(b.held), b.sent >= 1 && b.lost*50 > b.sent // of what has stopped, nothing is lost any more
	if !b.enlarge(now, held >= fitFor && !losing) && !losing && b.mayTry(now, held) {
		if p := b.smallest(); p != nil {
			b.step(now, p)
		}
	}
	for _, p := range b.pictures {
		p.fresh = false
	}
}

func (b *Budget) mayTry(now time.Time, held time.Duration) bool {
	total := b.total()
	if now.Before(b.next) || b.estimate*10 < total*9 || !b.stepped.IsZero() && now.Sub(b.stepped) < watchFor {
		return false
	}
	return held >= doubtFor || held >= tryFor && b.estimate <= 2*total
}

// enlarge takes the steps for which the estimate says that there is room. If it has not held, that is for those with something new only;
// more than twice what is sent now is not believed at once; and while the next step has to wait, it is for what is far smaller than what
// has failed.
func (b *Budget) enlarge(now time.Time, all bool) (enlarged bool) {
	total, all := b.sound, all && (b.stepped.IsZero() || now.Sub(b.stepped) >= fitFor)
	for _, p := range b.pictures {
		total += p.peak[p.level]
	}
	most := 2 * total
	for level := media.None; level < media.High; level++ {
		for _, p := range b.pictures {
			up := p.above(level)
			if p.level != level || up == media.None || !all && !p.fresh || enlarged && total+p.peak[up] > most {
				continue
			}
			more := total + p.peak[up] - p.peak[level]
			if more*10 <= b.estimate*9 && (!now.Before(b.next) || more*10 <= b.failed*8) {
				total, enlarged = more, true
				b.step(now, p)
			}
		}
	}
	return enlarged
}

// smallest is the picture to enlarge next; nil if all are as large as they can be.
func (b *Budget) smallest() (smallest *place) {
	for _, p := range b.pictures {
		if p.above(p.level) != media.None && (smallest == nil || p.level < smallest.level) {
			smallest = p
		}
	}
	return smallest
}

func (b *Budget) step(now time.Time, p *place) {
	b.tried, b.from = p, p.level
	p.level = p.above(p.level)
	b.stepped, b.best, b.grown = now, b.estimate, now
}
