package forward_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"foyer/media"

	"pgregory.net/rapid"
)

// sender is one layer of a simulated camera behind a bad network.
type sender struct {
	layer   media.Layer
	seq     uint16
	shift   uint32 // of its times from the others'
	id      uint16
	narrow  bool
	level   uint8
	key     bool
	silent  int            // ticks
	came    map[uint16]int // in which segment, counted from one
	padding map[uint16]bool
	bodies  map[uint16][]byte // of the frames' payloads, by number
}

// flight is a packet on its way.
type flight struct {
	from *sender
	due  int
	raw  raw
}

// record is what the subscriber got, and what it knows of the packet from its body.
type record struct {
	got
	at      time.Time
	segment int
	number  int64 // unwrapped
	layer   media.Layer
	in      uint16
	time    uint32 // of the source
	frame   uint32
	starts  bool
}

// world is a camera with three layers, a network that loses, doubles and reorders, and one subscriber.
type world struct {
	*bundle
	rt      *rapid.T
	tick    int
	senders []*sender
	air     []flight
	list    []record
	pauses  int
	segment int
	paused  bool
}

func TestSubscriberSeesOneStream(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{bundle: setup(t, media.Video, "video/VP8"), rt: rt}
		w.source.Pause(false)
		for l := media.Low; l <= media.High; l++ {
			w.senders = append(w.senders, &sender{
				layer: l, seq: rapid.Uint16().Draw(rt, "seq"), shift: rapid.Uint32().Draw(rt, "time"), id: rapid.Uint16Range(0, 0x7fff).Draw(rt, "id"),
				narrow: rapid.IntRange(0, 5).Draw(rt, "narrow") == 0, level: rapid.Uint8().Draw(rt, "level"), key: true,
				came: map[uint16]int{}, padding: map[uint16]bool{}, bodies: map[uint16][]byte{},
			})
		}
		for w.tick = range rapid.IntRange(20, 120).Draw(rt, "ticks") {
			w.act()
			for _, s := range w.senders {
				w.shoot(s)
			}
			w.deliver()
		}
		w.judge()
	})
}

// act changes something now and then.
func (w *world) act() {
	switch rapid.IntRange(0, 40).Draw(w.rt, "act") {
	case 0, 1, 2, 3:
		w.copy.Want(media.Layer(rapid.IntRange(1, 3).Draw(w.rt, "want")))
	case 4:
		w.paused = !w.paused
		if w.source.Pause(w.paused); !w.paused {
			w.pauses++
		}
	case 5:
		w.senders[rapid.IntRange(0, 2).Draw(w.rt, "silent")].silent = rapid.IntRange(1, 80).Draw(w.rt, "for")
	case 6:
		w.copy.Key()
	}
}

// shoot sends a frame of one to four packets, and padding now and then.
func (w *world) shoot(s *sender) {
	if s.silent > 0 {
		s.silent--
		return
	}
	key := s.key || w.asks.of(s.layer) > 0 && rapid.IntRange(0, 3).Draw(w.rt, "key") == 0
	s.key = false
	s.id++
	if key || s.id%2 == 0 {
		s.level++
	}
	now := uint32(w.tick)*3000 + s.shift
	for count, i := rapid.IntRange(1, 4).Draw(w.rt, "packets"), 0; i < count; i++ {
		body := append([]byte{byte(s.layer)}, binary.BigEndian.AppendUint32(nil, uint32(w.tick))...)
		body = append(body, byte(i), byte(s.seq>>8), byte(s.seq))
		p := picture{id: s.id & 0x7fff, narrow: s.narrow, level: s.level, key: key && i == 0, first: i == 0, body: body}
		s.bodies[s.seq] = body
		w.send(s, raw{time: now, marker: i == count-1, payload: p.payload()})
	}
	for rapid.IntRange(0, 9).Draw(w.rt, "padding") == 0 {
		s.padding[s.seq] = true
		w.send(s, raw{time: now, padding: 20})
	}
}

func (w *world) send(s *sender, r raw) {
	r.seq, r.ssrc = s.seq, uint32(s.layer)
	s.seq++
	fate := rapid.IntRange(0, 60).Draw(w.rt, "fate")
	if fate == 0 {
		return
	}
	late := 0
	if fate < 6 {
		late = rapid.IntRange(0, 3).Draw(w.rt, "late")
	}
	w.air = append(w.air, flight{from: s, due: w.tick + late, raw: r})
	if fate == 7 {
		w.air = append(w.air, flight{from: s, due: w.tick + 1, raw: r})
	}
}

// deliver gives the source what is due, and takes what comes out.
func (w *world) deliver() {
	due := slices.DeleteFunc(slices.Clone(w.air), func(f flight) bool { return f.due > w.tick })
	w.air = slices.DeleteFunc(w.air, func(f flight) bool { return f.due <= w.tick })
	for _, f := range due {
		w.pass(time.Millisecond)
		write(w.rt, w.source.Stream(f.from.layer), f.raw)
		for _, g := range w.sink.take() {
			w.note(g, f)
		}
		if f.from.came[f.raw.seq] == 0 && !w.paused {
			f.from.came[f.raw.seq] = 1 + w.segment + min(1, w.pauses)
		}
	}
	w.pass(33*time.Millisecond - time.Duration(len(due))*time.Millisecond)
}

// note keeps a record. Another layer, or the first packet after a pause, begins a segment.
func (w *world) note(g got, f flight) {
	r := record{got: g, at: w.Now(), layer: f.from.layer, in: f.raw.seq, time: f.raw.time}
	if !g.header.Padding {
		body := g.payload[len(g.payload)-8:]
		r.layer, r.frame, r.in = media.Layer(body[0]), binary.BigEndian.Uint32(body[1:]), binary.BigEndian.Uint16(body[6:])
		r.time = r.frame*3000 + f.from.shift
		r.starts = g.payload[0]&0x10 != 0 && g.payload[len(g.payload)-9]&1 == 0
	}
	if r.layer != f.from.layer {
		w.rt.Fatalf("a packet of %v came with one of %v", r.layer, f.from.layer)
	}
	newest := int64(g.header.SequenceNumber)
	if n := len(w.list); n > 0 {
		last := w.list[n-1]
		newest = last.number + int64(int16(g.header.SequenceNumber-last.header.SequenceNumber))
		if last.layer != r.layer || w.pauses > 0 {
			w.segment++
			w.pauses = 0
			w.begins(r, newest)
		}
	} else {
		w.pauses = 0
		w.begins(r, newest)
	}
	r.number, r.segment = newest, w.segment
	w.list = append(w.list, r)
	if g.header.SSRC != 99 || g.header.PayloadType != 100 {
		w.rt.Fatalf("header %v", g.header)
	}
}

// begins checks the first packet of a segment.
func (w *world) begins(r record, number int64) {
	if !r.starts {
		w.rt.Fatalf("a segment begins with packet %d of frame %d of %v, which is no key frame", r.in, r.frame, r.layer)
	}
	for i, old := range w.list {
		if old.number >= number {
			w.rt.Fatalf("number %d is not above %d, the %dth", number, old.number, i)
		}
	}
	if len(w.list) > 0 && slices.MaxFunc(w.list, byNumber).number != number-1 {
		w.rt.Fatalf("a gap before a segment: %d after %d", number, slices.MaxFunc(w.list, byNumber).number)
	}
}

func byNumber(a, b record) int { return int(a.number - b.number) }

// judge looks at all that came as a subscriber does, in the order of numbers.
func (w *world) judge() {
	slices.SortStableFunc(w.list, byNumber)
	for i := 1; i < len(w.list); i++ {
		a, b := w.list[i-1], w.list[i]
		switch {
		case a.number == b.number:
			w.rt.Fatalf("number %d twice", a.number)
		case a.segment == b.segment:
			w.within(a, b)
		default:
			w.across(a, b)
		}
	}
}

// within compares neighbours of one stream: nothing but what was lost lies between them.
func (w *world) within(a, b record) {
	s := w.senders[a.layer-1]
	var lost int64
	for seq := a.in + 1; seq != b.in; seq++ {
		came := s.came[seq] > 0 && s.came[seq] <= 1+a.segment
		if !s.padding[seq] && came {
			w.rt.Fatalf("packet %d of %v came and did not go out", seq, a.layer)
		}
		if !came {
			lost++
		}
	}
	if gap := b.number - a.number - 1; gap > lost {
		w.rt.Fatalf("a gap of %d where %d were lost, between %d and %d of %v", gap, lost, a.in, b.in, a.layer)
	}
	if b.header.Padding || a.header.Padding {
		return
	}
	if got, want := b.header.Timestamp-a.header.Timestamp, b.time-a.time; got != want {
		w.rt.Fatalf("time went on by %d, want %d", got, want)
	}
	x, y := w.numbers(a), w.numbers(b)
	frames := uint16(0)
	if a.frame != b.frame {
		frames = w.steps(s, a, b)
	}
	if (y.id-x.id)&0x7f != frames&0x7f || y.wide && x.wide && (y.id-x.id)&0x7fff != frames {
		w.rt.Fatalf("picture %d after %d, want %d more", y.id, x.id, frames)
	}
}

// across compares neighbours over a switch.
func (w *world) across(a, b record) {
	if a.header.Padding {
		return
	}
	step, passed := int64(int32(b.header.Timestamp-a.header.Timestamp)), int64(b.at.Sub(a.at)/time.Millisecond)*90
	if step < 3000 || step > passed+90*150+3000 {
		w.rt.Fatalf("time went on by %d over a switch, %d passed", step, passed)
	}
	x, y := w.numbers(a), w.numbers(b)
	if (y.id-x.id)&0x7f != 1 || x.wide && (!y.wide || (y.id-x.id)&0x7fff != 1) {
		w.rt.Fatalf("picture %+v after %+v over a switch", y, x)
	}
	if y.level != x.level+1 {
		w.rt.Fatalf("level %d after %d over a switch", y.level, x.level)
	}
}

// steps is by how many pictures two packets of a layer are apart, as it was not silent in between.
func (w *world) steps(s *sender, a, b record) uint16 { return w.idOf(s, b) - w.idOf(s, a) }

func (w *world) idOf(s *sender, r record) uint16 {
	if s.bodies[r.in] == nil || !bytes.HasSuffix(r.payload, s.bodies[r.in]) {
		w.rt.Fatalf("packet %d of %v: another body", r.in, r.layer)
	}
	return s.ids()[r.frame]
}

// ids are the pictures' of a layer, counted from its bodies: one for each frame.
func (s *sender) ids() map[uint32]uint16 {
	var frames []uint32
	for _, body := range s.bodies {
		frames = append(frames, binary.BigEndian.Uint32(body[1:]))
	}
	slices.Sort(frames)
	ids := map[uint32]uint16{}
	for i, f := range slices.Compact(frames) {
		ids[f] = uint16(i)
	}
	return ids
}

// seen is what a subscriber reads in a descriptor.
type seen struct {
	id    uint16
	wide  bool
	level uint8
}

func (w *world) numbers(r record) seen {
	if b := r.payload; b[2]&0x80 != 0 {
		return seen{id: binary.BigEndian.Uint16(b[2:]) & 0x7fff, wide: true, level: b[4]}
	}
	return seen{id: uint16(r.payload[2]), level: r.payload[3]}
}
