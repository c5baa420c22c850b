package sfu_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"foyer/media"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/webrtc/v4"
)

// A closed peer takes nothing any more, says so, and may be closed again; who comes under its name is another one.
func TestClosed(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 5)
	offer, answer := ann.pub.LocalDescription().SDP, bob.sub.LocalDescription().SDP
	p := ann.peer
	p.Close()
	p.Close()
	candidate := media.Candidate{Candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host"}
	for name, ask := range map[string]func() error{
		"offer": func() error {
			_, err := p.Offer(t.Context(), offer, ann.list())
			return err
		},
		"answer":  func() error { return p.Answer(answer) },
		"publish": func() error { return p.Trickle(media.Publish, candidate) },
		"hear":    func() error { return p.Trickle(media.Subscribe, candidate) },
	} {
		soon(t, name+" is refused", func() bool { return errors.Is(ask(), media.ErrClosed) })
	}
	p.SetRights(speaker())
	p.Mute("v", true)
	if got := p.Report(); got != (media.Report{}) {
		t.Errorf("%+v", got)
	}
	soon(t, "bob is taken the track", bob.of("v").ended.Load)
	again := enter(t, e, "r", "ann", speaker())
	again.publishes("w", pictures())
	bob.hears("w", 5)
	p.Close() // it is not this one's
	bob.hears("w", 5)
}

// Descriptions of more sections than anybody needs are refused, on both connections; those of just as many are not.
func TestManySections(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 5)
	for sections, want := range map[int]error{128: nil, 129: media.ErrSDP} {
		c := enter(t, e, "r", fmt.Sprintf("peer-%d", sections), media.Rights{Role: "speaker", Audio: &media.Bound{}})
		for range sections - 1 { // and the channel
			_, err := c.pub.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
			must(t, err)
		}
		if err := c.says(); !errors.Is(err, want) {
			t.Errorf("%d sections: %v, want %v", sections, err, want)
		}
	}
	answer := bob.sub.LocalDescription().SDP + strings.Repeat("m=audio 0 RTP/AVP 0\r\n", 129)
	if err := bob.peer.Answer(answer); !errors.Is(err, media.ErrSDP) {
		t.Errorf("the answer: %v", err)
	}
	bob.hears("v", 5)
}

// Candidates wait for their description, so many of them; what makes no sense is refused once it is there. Not parallel: it looks at the
// memory of the process.
func TestManyCandidates(t *testing.T) {
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	before := inUse()
	for n := range 100_000 {
		c := media.Candidate{Candidate: fmt.Sprintf("candidate:%d 1 udp 1 127.0.0.1 9 typ host", n)}
		must(t, ann.peer.Trickle(media.Publish, c))
		must(t, bob.peer.Trickle(media.Subscribe, c))
	}
	shrinks(t, before, slack)
	ann.publishes("v", pictures())
	bob.hears("v", 5)
	for _, side := range []media.Side{media.Publish, media.Subscribe} {
		c := map[media.Side]*client{media.Publish: ann, media.Subscribe: bob}[side]
		if err := c.peer.Trickle(side, media.Candidate{Candidate: "candidate:nonsense"}); !errors.Is(err, media.ErrSDP) {
			t.Errorf("side %d: %v, want %v", side, err, media.ErrSDP)
		}
	}
}

// Whoever publishes under an id that another one has is not passed on, and the other one is; when that one leaves, nobody takes its place
// without saying so.
func TestIDOfAnother(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, eve, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "eve", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 10)
	eve.publishes("v", load{media.Video, "regular", pictures().rate, []int{4400}})
	eve.publishes("a", sound())
	bob.hears("a", 20)
	bob.hears("v", 20)
	if up := told[media.TrackUp](eve); !cmp.Equal(up, []media.TrackUp{{ID: "a"}}) {
		t.Errorf("eve is told %v", up)
	}
	h, frames := bob.of("v"), pictures().sizes[0]
	if mean := h.bytes.Load() / h.packets.Load(); mean > int64(frames) {
		t.Errorf("packets of %d bytes", mean)
	}
	eve.peer.Mute("v", true) // which is not hers
	bob.hears("v", 20)
	ann.leave()
	soon(t, "the track ends", h.ended.Load)
	bob.hears("a", 20)
	eve.leave()
}

// More tracks than a peer may have are not passed on.
func TestManyTracks(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	for n := range 40 {
		id := fmt.Sprintf("sound-%d", n)
		ann.sends(id, sound())
		ann.lists(id, media.Audio, "regular")
	}
	must(t, ann.says())
	soon(t, "so many are passed on", func() bool { return bob.peer.Report().Down.Tracks == 32 })
	if up := len(told[media.TrackUp](ann)); up != 32 {
		t.Errorf("%d tracks are passed on", up)
	}
}

// What comes on the channel may be anything.
func TestChannelGarbage(t *testing.T) {
	t.Parallel()
	realTime(t)
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", simulcast())
	bob.hears("v", 5)
	want := `"result":{}`
	wish := map[string]any{"track_id": "v", "max_spatial_layer": "low"}
	if got := bob.asks("prefer-video-track-state", wish); !strings.Contains(got, want) {
		t.Errorf("%s", got)
	}
	random := rand.New(rand.NewPCG(5, 6))
	for _, text := range []string{
		"", "{", "null", "[]", `{"id":{}}`, `{"id":1,"method":3}`, `{"id":"1","params":[]}`, strings.Repeat("[", 5000), strings.Repeat("x", 60_000),
		`{"id":"` + strings.Repeat("i", 4000) + `","method":"prefer-video-track-state"}`,
	} {
		must(t, bob.channel.SendText(text))
	}
	for range 500 {
		must(t, bob.channel.Send(noise(random, 1+random.IntN(5000))))
	}
	if got := bob.asks("prefer-video-track-state", wish); !strings.Contains(got, want) {
		t.Errorf("%s", got)
	}
	bob.hears("v", 5)
}

// An engine that ends with all open leaves nothing; who comes afterwards is told so. Not parallel: it counts all goroutines of the process.
func TestEngineCloses(t *testing.T) {
	start := runtime.NumGoroutine()
	e := open(t)
	var all []*client
	for n := range 6 {
		c := enter(t, e, fmt.Sprintf("room-%d", n%2), fmt.Sprintf("peer-%d", n), speaker())
		c.publishes(fmt.Sprintf("v-%d", n), simulcast())
		all = append(all, c)
	}
	all[0].hears("v-2", 5)
	all[1].hears("v-3", 5)
	late := enter(t, e, "room-0", "late", listener())
	late.deaf.Store(true)
	soon(t, "an offer is open", func() bool { return late.offered.Load() > 0 })
	offer := all[0].pub.LocalDescription().SDP
	must(t, e.Close())
	must(t, e.Close())
	if _, err := all[0].peer.Offer(t.Context(), offer, nil); !errors.Is(err, media.ErrClosed) {
		t.Errorf("a peer that was there: %v", err)
	}
	p, _ := e.Join("room-0", "new", speaker(), func(media.Event) {})
	if _, err := p.Offer(t.Context(), offer, nil); !errors.Is(err, media.ErrClosed) {
		t.Errorf("a new peer: %v", err)
	}
	p.Close()
	leaveAll(append(all, late))
	quiet(t, start)
}
