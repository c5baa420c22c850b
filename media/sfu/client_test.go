package sfu_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/media"
	"foyer/media/sfu"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// client is a client as the SDK is one: it offers what it publishes, and answers what it is offered.
type client struct {
	t       testing.TB // static, as are the next four
	engine  *sfu.Engine
	room    string
	id      string
	setups  []setup
	deaf    atomic.Bool // answers no offer
	offered atomic.Int64

	offers chan string
	gone   chan struct{}
	once   sync.Once
	done   sync.WaitGroup

	turn sync.Mutex // one description after the other
	peer media.Peer // guarded by turn, as are the next two; tests that do not begin anew read them as they like
	pub  *webrtc.PeerConnection
	sub  *webrtc.PeerConnection

	mu           sync.Mutex
	left         bool                   // guarded by mu, as is the rest
	tracks       map[string]media.Track // what it says of what it publishes
	publications []*publication
	heard        map[string]*heard // by track
	events       []media.Event
	channel      *webrtc.DataChannel
	replies      []string
}

// mostEvents are kept, as descriptions are long.
const mostEvents = 60

// setup changes one of a client's connections.
type setup func(side media.Side, s *webrtc.SettingEngine)

// enter is a client in a room, which it leaves with the test.
func enter(t testing.TB, e *sfu.Engine, room, id string, rights media.Rights, setups ...setup) *client {
	t.Helper()
	c := admit(t, e, room, id, rights, setups...)
	t.Cleanup(c.leave)
	return c
}

// admit is a client in a room. That by which it publishes has a channel, as the SDK's has, and nothing is said before there is something.
func admit(t testing.TB, e *sfu.Engine, room, id string, rights media.Rights, setups ...setup) *client {
	t.Helper()
	c := &client{
		t: t, engine: e, room: room, id: id, setups: setups, offers: make(chan string, 64), gone: make(chan struct{}),
		tracks: map[string]media.Track{}, heard: map[string]*heard{},
	}
	c.connect()
	c.peer, _ = e.Join(room, id, rights, c.tell)
	c.done.Go(func() {
		for {
			select {
			case offer := <-c.offers:
				c.answer(offer)
			case <-c.gone:
				return
			}
		}
	})
	return c
}

// connect makes the connections.
func (c *client) connect() {
	c.t.Helper()
	c.pub, c.sub = c.connection(media.Publish), c.connection(media.Subscribe)
	_, err := c.pub.CreateDataChannel("ion-sfu", nil)
	must(c.t, err)
	c.sub.OnTrack(c.receive)
	c.sub.OnDataChannel(func(d *webrtc.DataChannel) {
		d.OnMessage(func(m webrtc.DataChannelMessage) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.replies = append(c.replies, string(m.Data))
		})
		d.OnOpen(func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.channel = d
		})
	})
}

func (c *client) connection(side media.Side) *webrtc.PeerConnection {
	c.t.Helper()
	m, r := &webrtc.MediaEngine{}, &interceptor.Registry{}
	must(c.t, m.RegisterDefaultCodecs())
	must(c.t, webrtc.ConfigureSimulcastExtensionHeaders(m))
	must(c.t, m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"}, webrtc.RTPCodecTypeAudio))
	must(c.t, webrtc.ConfigureTWCCHeaderExtensionSender(m, r))
	must(c.t, webrtc.RegisterDefaultInterceptors(m, r))
	s := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	for _, set := range c.setups {
		set(side, &s)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	must(c.t, err)
	return pc
}

func (c *client) tell(e media.Event) {
	c.mu.Lock()
	if c.events = append(c.events, e); len(c.events) > mostEvents {
		c.events = slices.Clone(c.events[mostEvents/2:])
	}
	c.mu.Unlock()
	if offered, ok := e.(media.Offered); ok {
		c.offered.Add(1)
		select {
		case c.offers <- offered.SDP:
		default:
		}
	}
}

func (c *client) answer(offer string) {
	if c.deaf.Load() {
		return
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.over() {
		return
	}
	if err := c.sub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		if !c.over() {
			c.t.Errorf("%s does not understand an offer: %v", c.id, err)
		}
		return
	}
	answer, err := c.sub.CreateAnswer(nil)
	if err != nil {
		return
	}
	gathered := webrtc.GatheringCompletePromise(c.sub)
	if c.sub.SetLocalDescription(answer) != nil {
		return
	}
	<-gathered
	if err := c.peer.Answer(c.sub.LocalDescription().SDP); err != nil && !errors.Is(err, media.ErrClosed) && !c.over() {
		c.t.Errorf("the answer of %s is not understood: %v", c.id, err)
	}
}

// over reports whether the client has left.
func (c *client) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left
}

// leave ends all. Leaving again does nothing.
func (c *client) leave() {
	c.once.Do(func() {
		c.mu.Lock()
		c.left = true
		all := slices.Clone(c.publications)
		c.mu.Unlock()
		for _, p := range all {
			p.end()
		}
		c.peer.Close()
		close(c.gone)
		c.turn.Lock() // pion forgets to end what a description begins while it closes
		_ = c.pub.Close()
		_ = c.sub.Close()
		c.turn.Unlock()
		c.done.Wait()
		c.mu.Lock()
		defer c.mu.Unlock()
		c.peer, c.pub, c.sub, c.channel = nil, nil, nil, nil // the test holds the client to its end, but not all this
		c.publications, c.heard, c.events = nil, nil, nil
	})
}

// rejoins is a client whose signalling comes back.
func (c *client) rejoins(rights media.Rights) {
	c.t.Helper()
	if _, before := c.engine.Join(c.room, c.id, rights, c.tell); !before {
		c.t.Errorf("the engine does not know %s", c.id)
	}
}

// anew is a client that begins anew with connections of its own, as a page that was loaded again does.
func (c *client) anew(rights media.Rights) {
	c.t.Helper()
	c.turn.Lock()
	_ = c.pub.Close()
	_ = c.sub.Close()
	c.mu.Lock()
	all := c.publications
	c.publications = nil
	c.mu.Unlock()
	for _, p := range all {
		p.end()
	}
	c.connect()
	for len(c.offers) > 0 { // of before: a new page never sees them
		<-c.offers
	}
	c.turn.Unlock()
	c.rejoins(rights)
	for _, p := range all {
		c.sends(p.id, p.load)
	}
	must(c.t, c.says())
}

// says has the client offer what it publishes now.
func (c *client) says() error { return c.describes(nil) }

func (c *client) describes(o *webrtc.OfferOptions) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	offer, err := c.pub.CreateOffer(o)
	if err != nil {
		return err
	}
	gathered := webrtc.GatheringCompletePromise(c.pub)
	if err := c.pub.SetLocalDescription(offer); err != nil {
		return err
	}
	<-gathered
	answer, err := c.peer.Offer(c.t.Context(), c.pub.LocalDescription().SDP, c.list())
	if err != nil {
		return err
	}
	return c.pub.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// list is what the client says of what it publishes.
func (c *client) list() []media.Track {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]media.Track, 0, len(c.tracks))
	for _, t := range c.tracks {
		list = append(list, t)
	}
	return list
}

// lists has the client say something of a track with its next offer.
func (c *client) lists(id string, kind media.Kind, source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tracks[id] = media.Track{ID: id, Stream: "stream-" + c.id, Kind: kind, Source: source}
}

// described reports whether an offer ever spoke of a track.
func (c *client) described(id string) bool {
	return slices.ContainsFunc(told[media.Offered](c), func(o media.Offered) bool { return strings.Contains(o.SDP, " "+id+"\r\n") })
}

// told are the events of a type so far.
func told[E any](c *client) []E {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []E
	for _, e := range c.events {
		if is, ok := e.(E); ok {
			list = append(list, is)
		}
	}
	return list
}
