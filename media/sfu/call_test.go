package sfu_test

import (
	"strings"
	"testing"

	"foyer/media"
)

// Two speakers see and hear each other, a listener both; ids are those that the publishers gave (client protocol 6.1).
func TestCall(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob, eve := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", speaker()), enter(t, e, "r", "eve", listener())
	ann.publishes("ann-video", pictures())
	ann.publishes("ann-audio", sound())
	bob.publishes("bob-video", pictures())
	for _, c := range []*client{bob, eve} {
		c.hears("ann-video", 20)
		c.hears("ann-audio", 20)
	}
	ann.hears("bob-video", 20)
	eve.hears("bob-video", 20)
	if up := told[media.TrackUp](ann); len(up) != 2 {
		t.Errorf("ann is told of %v", up)
	}
	if ann.of("ann-video") != nil {
		t.Error("ann hears herself")
	}
}

// Somebody who comes late gets what there is; somebody in another room does not.
func TestLate(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann := enter(t, e, "r", "ann", speaker())
	ann.publishes("v", pictures())
	bob := enter(t, e, "r", "bob", listener())
	bob.hears("v", 20)
	other := enter(t, e, "other", "eve", listener())
	bob.hears("v", 20)
	if other.offered.Load() != 0 {
		t.Error("somebody in another room is offered something")
	}
}

// A peer whose role has nothing to publish or to hear costs no connection.
func TestNothing(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	enter(t, e, "r", "eve", media.Rights{Role: "silent"})
	ann.publishes("v", pictures())
	bob.hears("v", 5)
	if s := e.Stats(); s.Connections != 2 || s.Peers != 3 || s.Up != 1 || s.Down != 1 {
		t.Errorf("%+v", s)
	}
}

// Mute stops a track on the server; it goes on afterwards.
func TestMute(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	ann.publishes("a", sound())
	bob.hears("v", 5)
	bob.hears("a", 5)
	ann.peer.Mute("v", true)
	bob.hearsNothing("v", "a")
	ann.peer.Mute("v", false)
	bob.hears("v", 20)
	ann.peer.Mute("a", true)
	bob.hearsNothing("a", "v")
}

// Roles hold at once, both ways: who may publish, and who hears whom.
func TestRights(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob, eve := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", speaker()), enter(t, e, "r", "eve", listener())
	ann.publishes("a", pictures())
	bob.publishes("b", pictures())
	eve.hears("a", 5)
	eve.hears("b", 5)
	ann.peer.SetRights(listener()) // publishes no more
	eve.hearsNothing("a", "b")
	ann.peer.SetRights(speaker())
	eve.hears("a", 20)
	eve.peer.SetRights(media.Rights{Role: "listener"}) // hears nobody
	bob.hears("a", 20)
	before := eve.of("a").packets.Load()
	bob.hears("a", 20)
	if after := eve.of("a").packets.Load(); after != before {
		t.Errorf("eve hears %d packets", after-before)
	}
	eve.peer.SetRights(listener())
	eve.hears("a", 20)
	eve.hears("b", 20)
}

// What is in no list, or said to be something else, is not passed on.
func TestUndeclared(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("a", sound())
	ann.sends("hidden", pictures())
	ann.sends("lie", pictures())
	ann.lists("lie", media.Audio, "regular")
	must(t, ann.says())
	bob.hears("a", 20)
	bob.hearsNothing("hidden", "a")
	bob.hearsNothing("lie", "a")
}

// A track that is taken back is not offered any more, and its place serves another one.
func TestUnpublish(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("a", sound())
	for _, id := range []string{"v1", "v2", "v3"} {
		p := ann.publishes(id, pictures())
		bob.hears(id, 10)
		ann.unpublishes(p)
		soon(t, id+" ends", bob.of(id).ended.Load)
	}
	offer := bob.sub.RemoteDescription().SDP
	if n := strings.Count(offer, "\nm="); n > 3 {
		t.Errorf("%d sections for one track and a channel: places are not used again", n)
	}
}

// The channel takes wishes for layers, and refuses what it does not know (client protocol 6.1).
func TestChannel(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", simulcast())
	bob.hears("v", 5)
	for _, each := range []struct {
		method string
		params map[string]any
		want   string
	}{
		{"prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": "low"}, `"result":{}`},
		{"prefer-audio-track-state", map[string]any{"track_id": "v", "subscribed": true}, `"result":{}`},
		{"prefer-video-track-state", map[string]any{"track_id": "gone", "max_spatial_layer": "low"}, `"code":404`},
		{"prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": "huge"}, `"code":400`},
		{"what", map[string]any{}, `"code":404`},
	} {
		if got := bob.asks(each.method, each.params); !strings.Contains(got, each.want) {
			t.Errorf("%s %v: %s", each.method, each.params, got)
		}
	}
}

// A subscriber gets the layer that it asks for, and no other one.
func TestLayers(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", simulcast())
	bob.hears("v", 5)
	for _, want := range []media.Layer{media.Low, media.Medium, media.Low} {
		bob.asks("prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": want.String()})
		bob.getsOnly(want)
	}
	bob.asks("prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": "none"})
	ann.publishes("a", sound())
	bob.hearsNothing("v", "a")
}
