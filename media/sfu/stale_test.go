package sfu_test

import (
	"errors"
	"testing"

	"foyer/media"

	"github.com/pion/webrtc/v4"
)

// A client whose signalling was lost sends again what was under way, perhaps after what it has offered since: that undoes nothing. The last
// one may come twice, as its answer may have been lost.
func TestStaleOffer(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 20)
	stale, list := ann.pub.LocalDescription().SDP, ann.list()
	ann.publishes("a", sound())
	must(t, ann.describes(&webrtc.OfferOptions{ICERestart: true}))
	for range 2 {
		if _, err := ann.peer.Offer(t.Context(), stale, list); !errors.Is(err, media.ErrStale) {
			t.Errorf("the offer of before gives %v", err)
		}
		bob.hears("v", 20)
		bob.hears("a", 20)
		if _, err := ann.peer.Offer(t.Context(), ann.pub.LocalDescription().SDP, ann.list()); err != nil {
			t.Errorf("the last offer gives %v when it comes again", err)
		}
	}
	if down := told[media.TrackDown](ann); len(down) > 0 {
		t.Errorf("ann is told that tracks are gone: %v", down)
	}
}
