package sfu_test

import "time"

// How a player copes, as browsers do.
const (
	skipAfter = 200 * time.Millisecond // something is missing for so long: it goes on at a key frame, if there is one
	askAfter  = 400 * time.Millisecond // and for so long: it asks for one
	askAgain  = 500 * time.Millisecond
)

// player shows pictures: whole ones, in their order, from a key frame on.
type player struct {
	waiting map[int64]piece
	newest  int64
	next    int64 // number of the packet that is needed now
	begun   bool
	stuck   time.Time // since when it waits for that; zero: it does not
	asked   time.Time
	shown   int
	skipped int
	at      time.Time // when the last picture was shown
	longest time.Duration
}

type piece struct{ key, ends bool }

// add takes a packet. It is true if a key frame is needed.
func (p *player) add(number int64, payload []byte, marker bool, now time.Time) (ask bool) {
	if p.waiting == nil {
		p.waiting = map[int64]piece{}
	}
	if p.begun && number < p.next {
		return false
	}
	key := beginsKey(payload)
	p.waiting[number] = piece{key: key, ends: marker}
	p.newest = max(p.newest, number)
	if !p.begun && key {
		p.begun, p.next = true, number
	}
	if p.begun {
		p.play(now)
	}
	return p.wants(now)
}

// beginsKey reads a VP8 descriptor: whether a key frame begins.
func beginsKey(payload []byte) bool {
	if len(payload) < 5 || payload[0]&0x10 == 0 {
		return false
	}
	at := 1
	if payload[0]&0x80 != 0 {
		at = 3
		if payload[2]&0x80 != 0 {
			at = 4
		}
	}
	return payload[at]&1 == 0
}

// play shows all pictures that are whole.
func (p *player) play(now time.Time) {
	for {
		w, ok := p.waiting[p.next]
		if !ok {
			break
		}
		delete(p.waiting, p.next)
		p.next++
		p.stuck = time.Time{}
		if w.ends {
			p.show(now)
		}
	}
	switch {
	case p.next > p.newest:
		return
	case p.stuck.IsZero():
		p.stuck = now
	case now.Sub(p.stuck) >= skipAfter:
		if key, ok := p.wholeKey(); ok {
			p.skip(key)
			p.play(now)
		}
	}
}

// show is called when a picture is whole.
func (p *player) show(now time.Time) {
	if p.shown++; !p.at.IsZero() {
		p.longest = max(p.longest, now.Sub(p.at))
	}
	p.at = now
}

// wholeKey is the first key frame that is whole.
func (p *player) wholeKey() (int64, bool) {
	for n := p.next + 1; n <= p.newest; n++ {
		if !p.waiting[n].key {
			continue
		}
		for end := n; ; end++ {
			w, ok := p.waiting[end]
			if !ok {
				break
			}
			if w.ends {
				return n, true
			}
		}
	}
	return 0, false
}

func (p *player) skip(to int64) {
	for n := range p.waiting {
		if n < to {
			delete(p.waiting, n)
		}
	}
	p.skipped++
	p.next, p.stuck = to, time.Time{}
}

func (p *player) wants(now time.Time) bool {
	waits := !p.begun || !p.stuck.IsZero() && now.Sub(p.stuck) >= askAfter
	if !waits || now.Sub(p.asked) < askAgain {
		return false
	}
	p.asked = now
	return true
}
