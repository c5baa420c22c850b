package models_test

import (
	"bytes"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

// clock is a time that a test moves. The tests that share one between goroutines do not move it.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{at: time.Date(2026, 3, 4, 5, 6, 7, 999_999_000, time.UTC)} }

func TestIDShape(t *testing.T) {
	t.Parallel()
	c := newClock()
	c.at = time.Unix(0x65f0_1234, 500_000_000)
	ids := models.NewIDs(c.now, bytes.NewReader([]byte{0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4}))
	for _, want := range []models.ID{"65f0123480000000deadbeef", "65f012348000000101020304"} {
		if got := ids.Next(); got != want || !models.ValidID(string(got)) {
			t.Errorf("want %s, got %s", want, got)
		}
	}
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"65f0123480000000deadbeef":       true,
		"000000000000000000000000":       true,
		"ffffffffffffffffffffffff":       true,
		"":                               false,
		"65f0123480000000deadbee":        false,
		"65f0123480000000deadbeef0":      false,
		"65F0123480000000DEADBEEF":       false,
		"65f0123480000000deadbeeg":       false,
		"65f0123480000000deadbe/f":       false,
		"65f0123480000000deadbe:f":       false,
		"65f0123480000000dead`eef":       false,
		" 5f0123480000000deadbeef":       false,
		strings.Repeat("é", 12):          false,
		"65f0123480000000deadbe\x00\x00": false,
	} {
		if got := models.ValidID(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
}

// Ids grow in every goroutine, and over goroutines by what came before what.
func TestIDsGrowAtOnce(t *testing.T) {
	t.Parallel()
	const callers, each = 16, 2000
	for name, now := range map[string]func() time.Time{"a clock that stands": newClock().now, "the real clock": time.Now} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids := models.NewIDs(now, rand.Reader)
			lists := make([][]models.ID, callers)
			before := ids.Next()
			var all sync.WaitGroup
			for caller := range callers {
				all.Go(func() {
					for range each {
						lists[caller] = append(lists[caller], ids.Next())
					}
				})
			}
			all.Wait()
			after := ids.Next()

			var together []models.ID
			for _, list := range lists {
				if !slices.IsSorted(list) {
					t.Error("ids of one goroutine do not grow")
				}
				together = append(together, list...)
			}
			slices.Sort(together)
			if distinct := len(slices.Compact(slices.Clone(together))); distinct != callers*each {
				t.Errorf("%d ids of %d are distinct", distinct, callers*each)
			}
			if together[0] <= before || together[len(together)-1] >= after {
				t.Errorf("%s and %s are not between %s and %s", together[0], together[len(together)-1], before, after)
			}
			for i, id := range together[1:] {
				if id[:16] == together[i][:16] {
					t.Fatalf("%s and %s differ by chance only", together[i], id)
				}
			}
		})
	}
}

func TestIDsGrowWhenTheClockStepsBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	ids := models.NewIDs(c.now, rand.Reader)
	last := ids.Next()
	for _, step := range []time.Duration{
		-time.Nanosecond, -time.Second, -time.Hour, 0, time.Millisecond, 2 * time.Hour, -365 * 24 * time.Hour, 366 * 24 * time.Hour,
	} {
		c.at = c.at.Add(step)
		for range 3 {
			next := ids.Next()
			if next <= last || !models.ValidID(string(next)) {
				t.Errorf("after a step of %v, %s follows %s", step, next, last)
			}
			last = next
		}
	}
}

// More ids in one tick than its counter holds run on into the next tick, and on.
func TestIDsGrowBeyondTheCounter(t *testing.T) {
	t.Parallel()
	c := newClock()
	ids := models.NewIDs(c.now, zeros{})
	last := ids.Next()
	for range 3 * 65536 {
		next := ids.Next()
		if next <= last {
			t.Fatalf("%s follows %s", next, last)
		}
		last = next
	}
	c.at = c.at.Add(time.Microsecond)
	if next := ids.Next(); next <= last {
		t.Errorf("when the clock goes on, %s follows %s", next, last)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Ids sort by their clocks, whoever made them: over seconds, and inside of one.
func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	c := newClock()
	var last models.ID
	for _, step := range []time.Duration{
		0, 20 * time.Microsecond, time.Millisecond, 900 * time.Millisecond, time.Second, time.Minute, 24 * time.Hour, 50 * 365 * 24 * time.Hour,
	} {
		c.at = c.at.Add(step)
		next := models.NewIDs(c.now, rand.Reader).Next()
		if next <= last {
			t.Errorf("%v later, %s follows %s", step, next, last)
		}
		last = next
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("elsewhere", 5*3600+1800)
	for _, row := range []struct{ given, want string }{
		{"2026-03-04T05:06:07.999999999Z", "2026-03-04T05:06:07.999Z"},
		{"2026-03-04T05:06:07.0009Z", "2026-03-04T05:06:07Z"},
		{"2026-03-04T05:06:07.120Z", "2026-03-04T05:06:07.12Z"},
		{"2026-03-04T00:06:07.1234+05:30", "2026-03-03T18:36:07.123Z"},
	} {
		given, err := time.Parse(time.RFC3339Nano, row.given)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{given, given.In(zone)} {
			got := models.Stamp(at)
			if text := got.Format(time.RFC3339Nano); text != row.want {
				t.Errorf("%s: want %s, got %s", row.given, row.want, text)
			}
			if models.Stamp(got) != got {
				t.Errorf("%s: a stamp is no stamp of itself", row.given)
			}
		}
	}
}
