package forward

import "foyer/media"

// place is what a budget knows of a copy.
type place struct {
	round uint64
	begun bool
	fresh bool // there is something better since the last look: it need not wait for it if there is room

	level      media.Layer         // that it is given; media.None: none
	top        media.Layer         // the best that it could be given
	rate       [layerCount + 1]int // kbit/s of the layers that are sent, smoothed
	peak       [layerCount + 1]int // and what they may soon be again
	sent, lost uint64
}

// answer is what to allow. One that gets its best has no bound, also if its publisher sends more later on.
func (p *place) answer() media.Layer {
	if p.level == p.top {
		return media.High
	}
	return p.level
}

// count says how many packets went out since the last call, and how many of them the subscriber has missed.
func (p *place) count(c *Copy) (sent, lost float64) {
	s, l := c.counts.packets.Load(), c.counts.lost.Load()
	sent, lost = float64(s-p.sent), float64(l-p.lost)
	p.sent, p.lost = s, l
	return sent, lost
}

// look sees what a copy could be given. It is false if there is nothing now.
func (p *place) look(c *Copy, rates [layerCount + 1]int) bool {
	v := view{ceiling: media.Layer(c.source.ceiling.Load())}
	for l := media.Low; l <= media.High; l++ {
		p.note(l, rates[l])
		if rates[l] > 0 {
			v.live |= bit(l)
		}
	}
	top := v.choose(media.Layer(c.want.Load()), media.High)
	if top == media.None || c.source.paused.Load() {
		return false
	}
	p.fresh = p.fresh || top > p.top
	p.top = top
	switch {
	case !p.begun:
		p.begun, p.level = true, p.above(media.None)
	case p.level != media.None && (p.level > top || p.rate[p.level] == 0):
		p.level = max(p.below(min(p.level, top+1)), p.above(media.None))
	}
	return true
}

// note smooths a layer's rate, so that a key frame does not look like a larger picture.
func (p *place) note(l media.Layer, rate int) {
	switch {
	case rate == 0:
		p.rate[l], p.peak[l] = 0, 0
	case p.rate[l] == 0:
		p.rate[l], p.peak[l] = rate, max(rate, p.peak[l])
	default:
		p.rate[l] += (rate - p.rate[l]) / 4
		p.peak[l] = max(p.rate[l], p.peak[l]*31/32)
	}
}

// above is the next better layer than one; none if there is none.
func (p *place) above(l media.Layer) media.Layer {
	for l++; l <= p.top; l++ {
		if p.rate[l] > 0 {
			return l
		}
	}
	return media.None
}

// below is the next lower one.
func (p *place) below(l media.Layer) media.Layer {
	for l--; l > media.None; l-- {
		if p.rate[l] > 0 {
			return l
		}
	}
	return media.None
}
