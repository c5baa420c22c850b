package sfu_test

import (
	"slices"
	"strings"
	"testing"

	"foyer/media"

	"github.com/pion/webrtc/v4"
)

// A client that restarts ICE on the connection by which it publishes, from another address, keeps its tracks: nobody is offered anything.
func TestRestartOfPublishing(t *testing.T) {
	t.Parallel()
	e := open(t)
	way, set := over(t, media.Publish)
	ann, bob := enter(t, e, "r", "ann", speaker(), set), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	ann.publishes("a", sound())
	bob.hears("v", 20)
	bob.hears("a", 20)
	offered, v := bob.offered.Load(), bob.of("v")
	for range 3 {
		way.moves(t)
		must(t, ann.describes(&webrtc.OfferOptions{ICERestart: true}))
		bob.hears("v", 20)
		bob.hears("a", 20)
	}
	if bob.offered.Load() != offered || bob.of("v") != v {
		t.Error("bob is offered the tracks anew")
	}
	if down := told[media.TrackDown](ann); len(down) > 0 {
		t.Errorf("ann is told that tracks are gone: %v", down)
	}
}

// A subscriber who is suddenly somewhere else is offered an ICE restart, and hears again what it has heard.
func TestAddressChanges(t *testing.T) {
	t.Parallel()
	e := open(t)
	way, set := over(t, media.Subscribe)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener(), set)
	ann.publishes("v", pictures())
	bob.hears("v", 20)
	v, name := bob.of("v"), fragment(bob)
	for range 2 {
		way.moves(t)
		soon(t, "ICE begins anew", func() bool { return fragment(bob) != name })
		bob.hears("v", 20)
		name = fragment(bob)
	}
	if bob.of("v") != v {
		t.Error("the track is another one")
	}
	for _, o := range told[media.Offered](bob) {
		if !strings.Contains(o.SDP, "\na=candidate:") {
			t.Error("an offer says nothing of where the engine is")
		}
	}
}

// fragment is the name of the last offer's ICE.
func fragment(c *client) string {
	all := told[media.Offered](c)
	_, rest, _ := strings.Cut(all[len(all)-1].SDP, "a=ice-ufrag:")
	name, _, _ := strings.Cut(rest, "\r\n")
	return name
}

// While the signalling of a subscriber is lost media go on; when it is back the offer is repeated that has no answer, and no other one.
func TestSignallingLost(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 20)
	bob.deaf.Store(true)
	before := bob.offered.Load()
	ann.publishes("a", sound())
	soon(t, "an offer", func() bool { return bob.offered.Load() == before+1 })
	ann.publishes("v2", pictures())
	bob.hears("v", 20)
	if n := bob.offered.Load(); n != before+1 {
		t.Errorf("%d offers while one is open", n-before)
	}
	bob.deaf.Store(false)
	bob.rejoins(listener())
	bob.hears("a", 20)
	bob.hears("v2", 20)
	bob.hears("v", 20)
	offers := told[media.Offered](bob)
	if n := int(before); len(offers) < n+3 || offers[n] != offers[n+1] {
		t.Error("the open offer is not repeated as it was")
	}
	bob.rejoins(media.Rights{Role: "listener"}) // what it may do has changed meanwhile
	soon(t, "bob gets nothing", func() bool { return bob.peer.Report().Down.Tracks == 0 })
}

// A client that comes back and has nothing open is offered nothing.
func TestSignallingLostWithoutOffer(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", listener())
	ann.publishes("v", pictures())
	bob.hears("v", 20)
	before := bob.offered.Load()
	for range 5 {
		bob.rejoins(listener())
		ann.rejoins(speaker())
	}
	bob.hears("v", 20)
	if n := bob.offered.Load(); n != before {
		t.Errorf("%d offers for nothing", n-before)
	}
}

// A client that begins anew under its old name gets all again, and all others what it publishes: also one that publishes nothing.
func TestBeginsAnew(t *testing.T) {
	t.Parallel()
	e := open(t)
	ann, bob, eve := enter(t, e, "r", "ann", speaker()), enter(t, e, "r", "bob", speaker()), enter(t, e, "r", "eve", listener())
	must(t, eve.says())
	ann.publishes("a", pictures())
	bob.publishes("b", pictures())
	bob.publishes("c", sound())
	for range 3 {
		for _, c := range []*client{ann, eve} {
			c.hears("b", 20)
			c.hears("c", 20)
		}
		bob.hears("a", 20)
		eve.hears("a", 20)
		bob.anew(speaker())
		eve.anew(listener())
	}
	ann.hears("c", 20)
	eve.hears("a", 20)
	bob.hears("a", 20)
	if s := e.Stats(); s.Peers != 3 || s.Up != 3 || s.Connections > 6 {
		t.Errorf("%+v", s)
	}
	if slices.ContainsFunc(told[media.TrackUp](bob), func(u media.TrackUp) bool { return u.ID == "a" }) {
		t.Error("bob is told of ann's track")
	}
}
