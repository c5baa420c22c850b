package sfu

import (
	"slices"
	"time"
)

// What is missing of a stream is asked for again: some times, and as long as it is of any use.
const (
	askAfter = 20 * time.Millisecond // since more came: it may just be late
	askEvery = 60 * time.Millisecond
	mostAsks = 8
	mostGaps = 512 // packets. With more between two that come, the stream has begun anew
)

// gaps are the packets of a stream that are missing. It is told of each packet that comes, also of one that was sent again on the side: pion's
// own count does not know of those, and would have them be sent eight times. Not safe for concurrent use.
type gaps struct {
	begun   bool
	newest  uint16
	missing []gap     // the oldest first
	next    time.Time // when they may be asked for
}

type gap struct {
	number uint16
	asks   int
}

// note takes the number of a packet that has come.
func (g *gaps) note(number uint16, now time.Time) {
	ahead := int(int16(number - g.newest)) //nolint:gosec // numbers wrap around
	switch {
	case !g.begun || ahead > mostGaps || ahead < -mostGaps:
		g.begun, g.newest, g.missing = true, number, g.missing[:0]
	case ahead > 0:
		if len(g.missing) == 0 {
			g.next = now.Add(askAfter)
		}
		for n := g.newest + 1; n != number; n++ {
			g.missing = append(g.missing, gap{number: n})
		}
		g.newest = number
		g.missing = slices.Delete(g.missing, 0, max(0, len(g.missing)-mostGaps))
	default:
		g.missing = slices.DeleteFunc(g.missing, func(m gap) bool { return m.number == number })
	}
}

// due are the numbers to ask for, if it is time to.
func (g *gaps) due(now time.Time) []uint16 {
	if len(g.missing) == 0 || now.Before(g.next) {
		return nil
	}
	g.next = now.Add(askEvery)
	g.missing = slices.DeleteFunc(g.missing, func(m gap) bool { return m.asks >= mostAsks || g.newest-m.number > mostGaps })
	numbers := make([]uint16, 0, len(g.missing))
	for i := range g.missing {
		g.missing[i].asks++
		numbers = append(numbers, g.missing[i].number)
	}
	return numbers
}
