package forward_test

import (
	"testing"
	"time"

	"foyer/media"
)

func TestSwitchAtKeyFramesOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/vp8")
	low, high := &camera{Stream: b.source.Stream(media.Low)}, &camera{Stream: b.source.Stream(media.High), n: 500}
	low.shoot(t, false)
	checkList(t, "before a key frame", b.sink.numbers())
	check(t, "asked for low", b.asks.of(media.Low), 1)
	low.shoot(t, true)
	checkList(t, "low, as high is not sent", b.sink.numbers(), 2)

	b.pass(33 * time.Millisecond)
	high.shoot(t, false)
	low.shoot(t, false)
	checkList(t, "low goes on while high is waited for", b.sink.numbers(), 3)
	check(t, "asked for high", b.asks.of(media.High), 1)
	b.pass(33 * time.Millisecond)
	high.shoot(t, true)
	low.shoot(t, false)
	high.shoot(t, false)
	list := b.sink.take()
	check(t, "packets of high", len(list), 2)
	check(t, "number", list[0].header.SequenceNumber, 4)
	check(t, "time", list[0].header.Timestamp, 3*3000+2970+30)
	check(t, "time of the next", list[1].header.Timestamp, 3*3000+6000)

	b.copy.Want(media.Low)
	current, wanted := b.copy.Layer()
	check(t, "goes on", current, media.High)
	check(t, "wanted", wanted, media.Low)
	high.shoot(t, false)
	low.shoot(t, true)
	high.shoot(t, false)
	checkList(t, "down", b.sink.numbers(), 6, 7)
	current, _ = b.copy.Layer()
	check(t, "current", current, media.Low)
}

func TestLayerThatIsNotSent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sent             []media.Layer
		want, allow, cap media.Layer
		layer            media.Layer
	}{
		"all":                    {[]media.Layer{1, 2, 3}, media.High, media.High, media.High, media.High},
		"wanted":                 {[]media.Layer{1, 2, 3}, media.Medium, media.High, media.High, media.Medium},
		"allowed":                {[]media.Layer{1, 2, 3}, media.High, media.Low, media.High, media.Low},
		"capped":                 {[]media.Layer{1, 2, 3}, media.High, media.High, media.Medium, media.Medium},
		"best below":             {[]media.Layer{1, 3}, media.Medium, media.High, media.High, media.Low},
		"lowest above":           {[]media.Layer{2, 3}, media.Low, media.High, media.High, media.Medium},
		"none above allowed":     {[]media.Layer{3}, media.Low, media.Medium, media.High, media.None},
		"none above the cap":     {[]media.Layer{3}, media.Low, media.High, media.Medium, media.None},
		"one size":               {[]media.Layer{3}, media.Low, media.High, media.High, media.High},
		"nothing wanted":         {[]media.Layer{1, 2, 3}, media.None, media.High, media.High, media.None},
		"nothing allowed":        {[]media.Layer{1, 2, 3}, media.High, media.None, media.High, media.None},
		"nothing by the ceiling": {[]media.Layer{1, 2, 3}, media.High, media.High, media.None, media.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, media.Video, "video/VP8")
			b.copy.Want(test.want)
			b.copy.Allow(test.allow)
			b.source.Cap(test.cap)
			for range 3 {
				for _, l := range test.sent {
					(&camera{Stream: b.source.Stream(l), n: uint16(b.asks.of(0))}).at(t, uint16(b.Now().UnixMilli()), true)
				}
				b.pass(33 * time.Millisecond)
			}
			current, wanted := b.copy.Layer()
			check(t, "current", current, test.layer)
			check(t, "wanted", wanted, test.want)
		})
	}
}

func TestLayerThatStops(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	low, high := &camera{Stream: b.source.Stream(media.Low)}, &camera{Stream: b.source.Stream(media.High)}
	low.shoot(t, true)
	high.shoot(t, true)
	for range 60 {
		b.pass(33 * time.Millisecond)
		low.shoot(t, b.asks.of(media.Low) > 0)
	}
	current, _ := b.copy.Layer()
	check(t, "current", current, media.Low)
	check(t, "rate of what is not sent", b.source.Rates()[media.High], 0)
}

func TestCapHoldsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	low, high := &camera{Stream: b.source.Stream(media.Low)}, &camera{Stream: b.source.Stream(media.High)}
	low.shoot(t, true)
	high.shoot(t, true)
	b.source.Cap(media.Low)
	b.sink.take()
	high.shoot(t, false)
	low.shoot(t, false)
	checkList(t, "above the cap", b.sink.numbers())
	low.shoot(t, true)
	check(t, "at the cap", len(b.sink.take()), 1)
}

func TestPause(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	high := &camera{Stream: b.source.Stream(media.High)}
	high.shoot(t, true)
	b.source.Pause(true)
	high.shoot(t, true)
	high.shoot(t, true)
	checkList(t, "what came before", b.sink.numbers(), 1)
	current, _ := b.copy.Layer()
	check(t, "current", current, media.None)
	b.source.Pause(false)
	b.pass(time.Second)
	high.shoot(t, false)
	checkList(t, "waits for a key frame", b.sink.numbers())
	check(t, "asks", b.asks.of(media.High), 1)
	high.shoot(t, true)
	list := b.sink.take()
	check(t, "packets", len(list), 1)
	check(t, "number", list[0].header.SequenceNumber, 2)
	check(t, "time goes on as the source's", list[0].header.Timestamp, 5*3000)
	packets, _ := b.source.Received()
	check(t, "received", packets, 5)
}

func TestPauseOfSound(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Audio, "audio/opus")
	st := b.source.Stream(media.High)
	for seq := range uint16(6) {
		b.source.Pause(seq == 2 || seq == 3)
		write(t, st, raw{seq: 65533 + seq, time: uint32(seq) * 960, ssrc: 1, payload: []byte{1}})
	}
	checkList(t, "numbers", b.sink.numbers(), 65533, 65534, 65535, 0)
	check(t, "asks", b.asks.of(media.High), 0)
}

func TestPublisherBeginsAnew(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	st := b.source.Stream(media.High)
	key := picture{id: 5, key: true, first: true}.payload()
	write(t, st, raw{seq: 100, time: 1000, ssrc: 1, payload: key})
	b.pass(time.Second)
	write(t, st, raw{seq: 9, time: 77, ssrc: 2, payload: picture{id: 6, first: true}.payload()})
	write(t, st, raw{seq: 10, time: 78, ssrc: 2, payload: key})
	list := b.sink.take()
	check(t, "packets", len(list), 2)
	check(t, "number", list[1].header.SequenceNumber, 101)
	check(t, "time", list[1].header.Timestamp, 91000)

	write(t, st, raw{seq: 30000, time: 79, ssrc: 2, payload: key})
	checkList(t, "a stray", b.sink.numbers())
	write(t, st, raw{seq: 30001, time: 80, ssrc: 2, payload: key})
	checkList(t, "two in a row", b.sink.numbers(), 102)
}

func TestBindAgain(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	high := &camera{Stream: b.source.Stream(media.High)}
	high.shoot(t, true)
	b.copy.Unbind()
	high.shoot(t, true)
	checkList(t, "bound", b.sink.numbers(), 1)
	b.copy.Bind(5, 6, b.sink.write)
	check(t, "asks", b.asks.of(media.High), 1)
	high.shoot(t, false)
	high.shoot(t, true)
	list := b.sink.take()
	check(t, "packets", len(list), 1)
	check(t, "ssrc", list[0].header.SSRC, 5)
	check(t, "payload type", list[0].header.PayloadType, 6)
	b.copy.Close()
	b.copy.Close()
	high.shoot(t, true)
	checkList(t, "closed", b.sink.numbers())
}

func TestH264KeyFrames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		payload []byte
		starts  bool
	}{
		"parameters":              {[]byte{0x67, 1}, true},
		"a picture":               {[]byte{0x41, 1}, false},
		"a whole picture alone":   {[]byte{0x65, 1}, true},
		"several with parameters": {[]byte{0x78, 0, 1, 0x68, 0, 2, 0x67, 1}, true},
		"several without":         {[]byte{0x78, 0, 1, 0x41, 0, 1, 0x41}, false},
		"several, cut short":      {[]byte{0x78, 0, 9, 0x41}, false},
		"the first part of it":    {[]byte{0x7c, 0x85, 1}, true},
		"a later part of it":      {[]byte{0x7c, 0x05, 1}, false},
		"part of a picture":       {[]byte{0x7c, 0x81, 1}, false},
		"part of nothing":         {[]byte{0x7c}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, media.Video, "video/H264")
			write(t, b.source.Stream(media.High), raw{seq: 1, ssrc: 1, payload: test.payload})
			check(t, "starts", len(b.sink.take()) == 1, test.starts)
		})
	}
}

// The parameters say how large the picture is: once they come, a picture without them is no place to begin.
func TestH264BeginsAtParameters(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/H264")
	b.copy.Unbind()
	st := b.source.Stream(media.High)
	write(t, st, raw{seq: 1, ssrc: 1, payload: []byte{0x67, 1}})
	b.copy.Bind(1, 2, b.sink.write)
	write(t, st, raw{seq: 4, ssrc: 1, payload: []byte{0x65, 1}})
	checkList(t, "before the parameters", b.sink.numbers())
	write(t, st, raw{seq: 3, ssrc: 1, payload: []byte{0x67, 1}})
	checkList(t, "and what came too early", b.sink.numbers(), 3, 4)
}

// What a stream has not got is counted as lost until it comes after all, and its pictures are by their last packets.
func TestReceived(t *testing.T) {
	t.Parallel()
	b := setup(t, media.Video, "video/VP8")
	c := &camera{Stream: b.source.Stream(media.High)}
	for n := uint16(65530); n != 20; n++ {
		if n%4 != 0 {
			c.at(t, n, n == 65530)
		}
	}
	counted := func(packets, lost, pictures uint64) {
		t.Helper()
		p, l, q := c.Received()
		check(t, "packets, lost, pictures", [3]uint64{p, l, q}, [3]uint64{packets, lost, pictures})
	}
	counted(20, 6, 20)
	c.at(t, 0, false)
	c.at(t, 4, false)
	counted(22, 4, 22)
	c.at(t, 19, false) // twice
	check(t, "pictures of the copy", b.copy.Sent().Pictures, 22)
}
