package sfu_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"foyer/media"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// heard is what came of a track, from its first packet to its last.
type heard struct {
	packets atomic.Int64
	bytes   atomic.Int64
	longest atomic.Int64    // without a packet, in nanoseconds
	layers  [4]atomic.Int64 // packets
	ended   atomic.Bool
	asks    atomic.Int64 // key frames that were asked for
	stuck   atomic.Int64 // nanoseconds, on how long the player's pictures stood still at most

	mu      sync.Mutex
	last    time.Time // guarded by mu, as is the rest
	sent    [4]tally  // by what the publisher has numbered, for each layer
	numbers tally     // by the numbers of the packets
	player  player
}

// tally counts what is missing of what is numbered.
type tally struct {
	first, newest int64
	missing       map[int64]bool
	again         int64 // came twice
	late          int64 // was missing, and came
}

func (a *tally) add(n int64) {
	switch {
	case a.missing == nil:
		a.first, a.newest, a.missing = n, n, map[int64]bool{}
	case n > a.newest:
		for i := a.newest + 1; i < n && i-a.newest < 10_000; i++ {
			a.missing[i] = true
		}
		a.newest = n
	case a.missing[n]:
		delete(a.missing, n)
		a.late++
	case n < a.first: // from before the first one
		a.late++
	default:
		a.again++
	}
}

func (c *client) receive(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	h := &heard{}
	c.mu.Lock()
	if c.left {
		c.mu.Unlock()
		return
	}
	sub := c.sub
	c.heard[remote.ID()] = h
	c.done.Add(2)
	c.mu.Unlock()
	defer c.done.Done()
	defer c.forgets(remote.ID(), h)
	go func() { // by reading it has pion look at the reports
		defer c.done.Done()
		for buffer := make([]byte, 1600); ; {
			if _, _, err := receiver.Read(buffer); err != nil {
				return
			}
		}
	}()
	video := remote.Kind() == webrtc.RTPCodecTypeVideo
	var newest int64
	for {
		packet, _, err := remote.ReadRTP()
		if err != nil {
			return
		}
		number := newest + int64(int16(packet.SequenceNumber-uint16(newest)))
		newest = max(newest, number)
		if h.add(packet.Payload, number, packet.Marker, video) {
			h.asks.Add(1)
			_ = sub.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(remote.SSRC())}})
		}
	}
}

// mostHeard are kept of tracks that have ended.
const mostHeard = 100

// forgets notes that a track has ended.
func (c *client) forgets(id string, h *heard) {
	h.ended.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.heard) > mostHeard && c.heard[id] == h {
		delete(c.heard, id)
	}
}

// add takes a packet. It is true if a key frame is needed.
func (h *heard) add(payload []byte, number int64, marker, video bool) (ask bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if !h.last.IsZero() {
		h.longest.Store(max(h.longest.Load(), int64(now.Sub(h.last))))
	}
	h.last = now
	layer, n := marked(payload)
	h.numbers.add(number)
	if layer != media.None {
		h.sent[layer].add(n)
	}
	if video {
		ask = h.player.add(number, payload, marker, now)
		h.stuck.Store(int64(h.player.longest))
	}
	h.layers[layer].Add(1)
	h.bytes.Add(int64(len(payload)))
	h.packets.Add(1)
	return ask
}

// missing is how many packets have not come of those that a publication has sent of a layer, from the first one that came on, and how many
// numbers are missing.
func (h *heard) missing(l media.Layer, last int64) (packets, numbers int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return last - h.sent[l].newest + int64(len(h.sent[l].missing)), int64(len(h.numbers.missing))
}

// of is what came of a track; nil: nothing.
func (c *client) of(id string) *heard {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard[id]
}

// count is how many packets of a track have come.
func (c *client) count(id string) int64 {
	if h := c.of(id); h != nil {
		return h.packets.Load()
	}
	return 0
}

// hears waits until so many packets of a track have come from now on.
func (c *client) hears(id string, packets int64) {
	c.t.Helper()
	h, from := c.of(id), c.count(id)
	soon(c.t, c.id+" hears "+id, func() bool {
		now := c.of(id)
		if now != h { // it has come anew
			h, from = now, 0
		}
		return now != nil && now.packets.Load() >= from+packets
	})
}

// has waits until so many packets of a track have come in all.
func (c *client) has(id string, packets int64) {
	c.t.Helper()
	soon(c.t, fmt.Sprintf("%s has %d packets of %s", c.id, packets, id), func() bool { return c.count(id) >= packets })
}

// hearsNothing waits until nothing comes of a track, while another one goes on: what was under way is over soon.
func (c *client) hearsNothing(id, other string) {
	c.t.Helper()
	from, others := c.count(id), c.count(other)
	soon(c.t, c.id+" hears nothing of "+id, func() bool {
		if now := c.count(id); now != from {
			from, others = now, c.count(other)
		}
		return c.count(other) >= others+20
	})
}

// asks calls a method on the channel and gives the answer.
func (c *client) asks(method string, params map[string]any) string {
	c.t.Helper()
	var channel *webrtc.DataChannel
	soon(c.t, "the channel opens", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		channel = c.channel
		return channel != nil
	})
	id := "call-" + strconv.FormatInt(time.Now().UnixNano(), 10)
	text, err := json.Marshal(map[string]any{"id": id, "jsonrpc": "2.0", "method": method, "params": params})
	must(c.t, err)
	must(c.t, channel.SendText(string(text)))
	var answer string
	soon(c.t, "an answer to "+method, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.IndexFunc(c.replies, func(r string) bool { return strings.Contains(r, id) })
		if i >= 0 {
			answer = c.replies[i]
		}
		return i >= 0
	})
	return answer
}
