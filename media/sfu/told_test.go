package sfu_test

import (
	"testing"

	"foyer/media"
)

// A client is told which layer it gets when that is less than it has asked for, and when it is not any more, and never else.
func TestLayersTold(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", simulcast())
	bob.hears("v", 5)
	bob.asks("prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": "low"})
	bob.getsOnly(media.Low)
	if all := told[media.Layers](bob); len(all) > 0 {
		t.Errorf("bob, who gets what he asks for, is told %v", all)
	}
	last := func() media.TrackLayer {
		all := told[media.Layers](bob)
		if len(all) == 0 {
			return media.TrackLayer{}
		}
		return all[len(all)-1].Tracks[0]
	}
	bob.asks("prefer-video-track-state", map[string]any{"track_id": "v", "max_spatial_layer": "high"})
	narrow := listener()
	narrow.Inbound = 200
	bob.peer.SetRights(narrow)
	soon(t, "bob is told that he gets less", func() bool { return last().Subscriber && last().Current < last().Expected })
	bob.peer.SetRights(listener())
	soon(t, "bob is told that he gets all again", func() bool {
		return last() == media.TrackLayer{Track: "v", Current: media.High, Expected: media.High}
	})
}

// A publisher is told which of its packets came (TWCC): by that it knows what its way up bears.
func TestArrivalsTold(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann := enter(t, e, "r", "ann", speaker())
	p := ann.publishes("v", pictures())
	soon(t, "a hundred packets have come", func() bool { return p.came.Load() >= 100 })
	p.stop()
	<-p.ended
	if came, sent := p.came.Load(), p.layers[0].sent.Load(); came > sent {
		t.Errorf("%d packets of %d are told of", came, sent)
	}
}
