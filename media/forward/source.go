package forward

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"foyer/media"
)

const (
	askEach    = 500 * time.Millisecond  // key frames are large: no more than two a second of a layer
	silentFor  = 1500 * time.Millisecond // a layer without packets for so long is not sent; a still screen has one a second
	layerCount = int(media.High)
)

// Options are what a source has to know of its track.
type Options struct {
	Kind   media.Kind
	Codec  string              // MIME type, such as video/VP8; compared without case. Key frames are known of VP8 and H264
	Clock  uint32              // of the RTP timestamps, per second
	AskKey func(l media.Layer) // asks the publisher for a key frame; from any goroutine, at most once per layer in half a second
	Now    func() time.Time    // nil: time.Now
}

// Source is a published track: up to three layers of it come in, and go out by copies. Safe for concurrent use.
type Source struct {
	options Options // static, as are the next two
	codec   codec
	began   time.Time

	streams [layerCount]Stream
	ceiling atomic.Int32
	paused  atomic.Bool
	pauses  atomic.Uint32 // that are over
	closed  atomic.Bool
	asked   [layerCount + 1]atomic.Int64 // by layer: when, for a key frame
	owed    atomic.Uint32                // bits of layers: somebody needs a key frame of, and it was too early to ask

	mu     sync.Mutex              // orders changes of copies
	copies atomic.Pointer[[]*Copy] // the list is replaced, never changed
}

// NewSource makes one that has no copies yet.
func NewSource(o Options) *Source {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Clock == 0 {
		o.Clock = 90000
	}
	s := &Source{options: o, began: o.Now().Add(-time.Second)} // so that no time is zero, which means never
	switch {
	case o.Kind != media.Video:
	case strings.EqualFold(o.Codec, "video/VP8"):
		s.codec = codecVP8
	case strings.EqualFold(o.Codec, "video/H264"):
		s.codec = codecH264
	}
	for i := range s.streams {
		s.streams[i].source, s.streams[i].layer = s, media.Layer(i+1)
	}
	s.ceiling.Store(int32(media.High))
	s.copies.Store(&[]*Copy{})
	return s
}

// Stream is where a layer's packets come in. Of a track in one size it is that of media.High.
func (s *Source) Stream(l media.Layer) *Stream {
	return &s.streams[max(media.Low, min(l, media.High))-1]
}

// Pause has nothing be passed on, or has it go on: video from a key frame.
func (s *Source) Pause(paused bool) {
	if s.paused.CompareAndSwap(!paused, paused) && !paused {
		s.pauses.Add(1)
	}
}

// Cap has no layer above this one be passed on, at once.
func (s *Source) Cap(l media.Layer) { s.ceiling.Store(int32(l)) }

// Rates are kbit/s of each layer, over about the last second; 0 for one that is not sent.
func (s *Source) Rates() (rates [layerCount + 1]int) {
	at := s.now()
	for i := range s.streams {
		if st := &s.streams[i]; st.flows(at) {
			rates[i+1] = max(1, st.meter.kbit(at))
		}
	}
	return rates
}

// Areas are how many pixels the pictures of each layer have; 0: that is not known, as of codecs other than VP8.
func (s *Source) Areas() (areas [layerCount + 1]int) {
	for i := range s.streams {
		areas[i+1] = int(s.streams[i].area.Load())
	}
	return areas
}

// Received is what came in, of all layers.
func (s *Source) Received() (packets, bytes uint64) {
	for i := range s.streams {
		packets += s.streams[i].packets.Load()
		bytes += s.streams[i].bytes.Load()
	}
	return packets, bytes
}

// Close ends the track: copies get nothing any more.
func (s *Source) Close() {
	s.closed.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.copies.Store(&[]*Copy{})
}

func (s *Source) now() time.Duration { return s.options.Now().Sub(s.began) }

func (s *Source) add(c *Copy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := *s.copies.Load(); !s.closed.Load() {
		list := append(slices.Clip(old), c)
		s.copies.Store(&list)
	}
}

func (s *Source) remove(c *Copy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(*s.copies.Load()), func(other *Copy) bool { return other == c })
	s.copies.Store(&list)
}

// view is what all copies have to know of a source, looked up once for each packet.
type view struct {
	ceiling media.Layer
	live    layers
	pauses  uint32
}

func (s *Source) view(at time.Duration) (v view) {
	v.ceiling, v.pauses = media.Layer(s.ceiling.Load()), s.pauses.Load()
	for i := range s.streams {
		if s.streams[i].flows(at) {
			v.live |= bit(media.Layer(i + 1))
		}
	}
	return v
}

// choose is the layer to pass on of those that are there: the best up to the wanted one, else the lowest above it; never above most.
func (v *view) choose(want, most media.Layer) media.Layer {
	most = min(most, v.ceiling)
	if want = min(want, most); want == media.None {
		return media.None
	}
	for l := want; l > media.None; l-- {
		if v.live&bit(l) != 0 {
			return l
		}
	}
	for l := want + 1; l <= most; l++ {
		if v.live&bit(l) != 0 {
			return l
		}
	}
	return media.None
}

// layers is a set of them.
type layers uint32

func bit(l media.Layer) layers {
	if l <= media.None {
		return 0
	}
	return 1 << l
}

// owe remembers that key frames are needed, and asks for those for which it is time.
func (s *Source) owe(need layers, at time.Duration) {
	if need != 0 && s.options.Kind == media.Video {
		s.owed.Or(uint32(need))
		s.ask(need, at)
	}
}

// ask asks for key frames, of each layer not too often.
func (s *Source) ask(need layers, at time.Duration) {
	need |= layers(s.owed.Load())
	if need == 0 || s.options.AskKey == nil || s.options.Kind != media.Video || s.paused.Load() || s.closed.Load() {
		return
	}
	for l := media.Low; l <= media.High; l++ {
		last := s.asked[l].Load()
		if need&bit(l) == 0 || last != 0 && int64(at)-last < int64(askEach) || !s.asked[l].CompareAndSwap(last, int64(at)) {
			continue
		}
		s.owed.And(^uint32(bit(l)))
		s.options.AskKey(l)
	}
}
