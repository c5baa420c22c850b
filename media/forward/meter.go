package forward

import (
	"sync/atomic"
	"time"
)

const (
	meterSlots = 8
	meterShift = 27 // a slot is 2^27 ns, 134 ms: all together a little more than a second
)

// meter is how much went by over about the last second. One writer at a time; whoever reads meanwhile may see one packet of two.
type meter struct {
	slot  atomic.Int64 // the latest
	since atomic.Int64 // when it began to flow
	bytes [meterSlots]atomic.Int64
}

func (m *meter) add(at time.Duration, n int) {
	slot, last := int64(at)>>meterShift, m.slot.Load()
	if slot-last >= meterSlots || m.since.Load() == 0 {
		m.since.Store(int64(at))
	}
	for s := max(last+1, slot-meterSlots+1); s <= slot; s++ {
		m.bytes[s%meterSlots].Store(0)
	}
	if slot > last {
		m.slot.Store(slot)
	}
	m.bytes[max(slot, last)%meterSlots].Add(int64(n))
}

// kbit is kbit/s. What has begun just now is measured over a quarter of a second at least.
func (m *meter) kbit(at time.Duration) int {
	slot, last, sum := int64(at)>>meterShift, m.slot.Load(), int64(0)
	for s := max(0, last-meterSlots+1, slot-meterSlots+1); s <= last; s++ {
		sum += m.bytes[s%meterSlots].Load()
	}
	window := min(int64(at)-(slot-meterSlots+1)<<meterShift, int64(at)-m.since.Load())
	return int(sum * 8 * int64(time.Millisecond) / max(window, int64(time.Second)/4))
}
