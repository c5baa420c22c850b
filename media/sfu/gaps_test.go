package sfu

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is missing is asked for after a moment, then every 60 ms, and no more when it has come, on whatever way.
func TestGaps(t *testing.T) {
	t.Parallel()
	var g gaps
	now := time.Unix(0, 0)
	at := func(ms int) time.Time { return now.Add(time.Duration(ms) * time.Millisecond) }
	asks := func(ms int, want ...uint16) {
		t.Helper()
		if diff := cmp.Diff(want, g.due(at(ms))); diff != "" {
			t.Errorf("after %d ms: %s", ms, diff)
		}
	}
	g.note(65533, at(0))
	g.note(65534, at(10))
	asks(1000)
	g.note(2, at(1000))
	asks(1010)
	asks(1020, 65535, 0, 1)
	g.note(0, at(1030))
	asks(1070)
	g.note(5, at(1075))
	asks(1080, 65535, 1, 3, 4)
	for range 2 {
		g.note(65535, at(1090))
	}
	g.note(1, at(1090))
	g.note(3, at(1090))
	g.note(4, at(1090))
	asks(2000)
	g.note(7, at(2000))
	g.note(6, at(2010))
	asks(2020)
}

// A packet is asked for eight times, and not when it is long past.
func TestGapsAreGivenUp(t *testing.T) {
	t.Parallel()
	var g gaps
	now := time.Unix(0, 0)
	g.note(1, now)
	g.note(3, now)
	n := 0
	for range 100 {
		now = now.Add(askEvery)
		n += len(g.due(now))
	}
	if n != mostAsks || len(g.missing) > 0 {
		t.Errorf("asked for %d times, %d kept", n, len(g.missing))
	}
	g.note(5, now)
	g.note(5+mostGaps, now)
	if got := g.due(now.Add(time.Second)); len(got) != mostGaps-1 || got[0] != 6 { // 4 is too old
		t.Errorf("%d are asked for, from %v", len(got), got[:1])
	}
	for number := uint16(6 + mostGaps); number < 9000; number += 2 {
		g.note(number, now)
		if len(g.missing) > mostGaps {
			t.Fatalf("%d are kept", len(g.missing))
		}
	}
	now = now.Add(time.Minute)
	for _, old := range g.due(now) {
		if g.newest-old > mostGaps {
			t.Fatalf("%d is asked for at %d", old, g.newest)
		}
	}
}

// A stream that begins anew elsewhere, or goes back, has no gaps before that.
func TestGapsBeginAnew(t *testing.T) {
	t.Parallel()
	for _, next := range []uint16{100 + mostGaps + 1, 40000, 65000} {
		var g gaps
		now := time.Unix(0, 0)
		g.note(98, now)
		g.note(100, now)
		g.note(next, now)
		if got := g.due(now.Add(time.Second)); len(got) > 0 {
			t.Errorf("%d: %v is asked for", next, got)
		}
		g.note(next+2, now)
		if diff := cmp.Diff([]uint16{next + 1}, g.due(now.Add(time.Second))); diff != "" {
			t.Errorf("%d: %s", next, diff)
		}
	}
}
