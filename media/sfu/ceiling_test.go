package sfu

import (
	"testing"
	"time"

	"foyer/media"
)

// What a publisher sends beyond its role's bit rate or size is not passed on, from the largest layer down; an encoder may overshoot for a while.
func TestCeiling(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rates [4]int
		bound int
		want  media.Layer
		areas [4]int
	}{
		"within":           {[4]int{0, 100, 250, 700}, 1050, media.High, [4]int{}},
		"a little above":   {[4]int{0, 150, 350, 900}, 1050, media.High, [4]int{}},
		"one layer above":  {[4]int{0, 100, 250, 2000}, 1050, media.Medium, [4]int{}},
		"two layers above": {[4]int{0, 100, 2000, 2000}, 1050, media.Low, [4]int{}},
		"all above":        {[4]int{0, 3000, 3000, 3000}, 1050, media.None, [4]int{}},
		"alone, within":    {[4]int{0, 0, 0, 550}, 300, media.High, [4]int{}},
		"alone, above":     {[4]int{0, 0, 0, 700}, 300, media.Medium, [4]int{}}, // which is not sent
		"too large":        {[4]int{0, 100, 250, 700}, 1050, media.Medium, [4]int{0, 160 * 90, 320 * 180, 1280 * 720}},
		"upright":          {[4]int{0, 100, 250, 700}, 1050, media.High, [4]int{0, 90 * 160, 180 * 320, 360 * 640}},
		"alone, too large": {[4]int{0, 0, 0, 300}, 1050, media.High, [4]int{0, 0, 0, 1920 * 1080}},
		"nothing":          {[4]int{}, 300, media.High, [4]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var held ceiling
			now := time.Unix(0, 0)
			top := media.High
			for range 4 {
				if now.Sub(time.Unix(0, 0)) < overFor && top != media.High {
					t.Errorf("held after %v", now.Sub(time.Unix(0, 0)))
				}
				if l, changed := held.settle(now, sent{c.rates, c.areas}, &media.Bound{Bitrate: c.bound, Width: 640, Height: 360}); changed {
					top = l
				}
				now = now.Add(time.Second)
			}
			if top != c.want {
				t.Errorf("got %v, want %v", top, c.want)
			}
			for range 12 { // it is within its bound from now on
				if l, changed := held.settle(now, sent{}, &media.Bound{Bitrate: c.bound}); changed {
					top = l
				}
				now = now.Add(time.Second)
			}
			if top != media.High {
				t.Errorf("still held at %v", top)
			}
		})
	}
}
