package forward

import "time"

// numbers gives packets their sequence numbers for one subscriber. What is lost on the way in leaves its gap, what is left out on purpose
// does not; what comes late gets the number that waited for it.
type numbers struct {
	begun  bool
	newest uint64 // that came, since the start
	last   uint16 // the highest that was given
	shifts [16]shift
	count  int
}

// shift is by how much numbers are lower on the way out, from one on.
type shift struct {
	from uint64
	by   uint16
}

// start has a packet follow the last one that was sent. What comes from before it has no number any more.
func (n *numbers) start(seq uint64) {
	if !n.begun {
		n.last = uint16(seq) - 1
	}
	by := uint16(seq) - n.last - 1
	n.begun, n.newest = true, seq-1
	n.shifts[0], n.count = shift{from: seq, by: by}, 1
}

// late reports whether something newer has come.
func (n *numbers) late(seq uint64) bool { return seq <= n.newest }

// skip leaves out a packet that is not late.
func (n *numbers) skip(seq uint64) {
	n.newest = seq
	last := n.shifts[n.count-1]
	switch {
	case last.from == seq:
		n.count--
	case n.count == len(n.shifts):
		copy(n.shifts[:], n.shifts[1:])
		n.count--
	}
	n.shifts[n.count] = shift{from: seq + 1, by: last.by + 1}
	n.count++
}

// number is that of a packet, false if it is too old to have one.
func (n *numbers) number(seq uint64) (uint16, bool) {
	for i := n.count - 1; i >= 0; i-- {
		if n.shifts[i].from > seq {
			continue
		}
		out := uint16(seq) - n.shifts[i].by
		n.newest = max(n.newest, seq)
		if int16(out-n.last) > 0 {
			n.last = out
		}
		return out, true
	}
	return 0, false
}

// times gives packets their timestamps for one subscriber. They go on over a change of layer as the time of day did.
type times struct {
	begun bool
	shift uint32
	last  uint32
	at    time.Duration // when the first packet of last went out
	ahead int64         // by how much the times are ahead of the day's, as each change of layer takes a frame at least
}

// start has a packet follow the last one. Same: it is of the same stream, whose times go on by themselves.
func (t *times) start(in uint32, at time.Duration, clock uint32, same bool) {
	switch {
	case !t.begun:
		t.begun, t.last, t.at = true, in, at
	case same && int32(in-t.shift-t.last) > 0:
	default:
		passed := int64(at-t.at) * int64(clock) / int64(time.Second)
		step := max(passed-t.ahead, int64(clock)/30)
		t.ahead += step - passed
		t.shift = in - t.last - uint32(step)
	}
}

func (t *times) time(in uint32, at time.Duration) uint32 {
	out := in - t.shift
	if int32(out-t.last) > 0 {
		t.last, t.at = out, at
	}
	return out
}
