package sfu

import (
	"time"

	"foyer/media"
)

// A track may take more than its bound for so long, and by so much: encoders overshoot, and need a while to learn of it. One that is held
// down is looked at again after some time.
const (
	overFor  = 3 * time.Second
	overBy   = 1.5
	aloneBy  = 2 // of a track in one size, which would have to stop
	heldLong = 10 * time.Second
)

// A picture may be larger than its bound by so much: those who send them round up.
const widerBy = 1.1

// sent is what a publisher sends of a track, by layer: kbit/s, and pixels where they are known.
type sent struct{ rates, areas [media.High + 1]int }

// ceiling holds a track to the bit rate and the size that its publisher's role may send: no layer is passed on with which it would take more.
// A track in one size is only held to the bit rate.
type ceiling struct {
	low  media.Layer // how many layers are held back, so that the zero value holds none
	over time.Time   // since when it takes too much; zero: it does not
	held time.Time   // when it was settled last
}

// settle looks at what is sent, and gives the highest layer to pass on, when that has changed.
func (c *ceiling) settle(now time.Time, s sent, bound *media.Bound) (top media.Layer, changed bool) {
	fits, top := s.fitting(bound), media.High-c.low
	switch {
	case fits >= top:
		c.over = time.Time{}
		if fits == top || now.Sub(c.held) < heldLong {
			return top, false
		}
	case c.over.IsZero():
		c.over = now
		return top, false
	case now.Sub(c.over) < overFor:
		return top, false
	}
	c.low, c.over, c.held = media.High-fits, time.Time{}, now
	return fits, true
}

// fitting is the highest layer up to which all together stay below the bound.
func (s *sent) fitting(bound *media.Bound) media.Layer {
	lone := 0
	for _, rate := range s.rates {
		if rate > 0 {
			lone++
		}
	}
	most, largest := float64(bound.Bitrate)*overBy, float64(bound.Width)*float64(bound.Height)*widerBy
	if lone == 1 {
		most, largest = float64(bound.Bitrate)*aloneBy, 0
	}
	sum, fits := 0, media.None
	for l := media.Low; l <= media.High; l++ {
		sum += s.rates[l]
		if most > 0 && float64(sum) > most || largest > 0 && s.rates[l] > 0 && float64(s.areas[l]) > largest {
			return fits
		}
		fits = l
	}
	return fits
}
