package sfu

import (
	"sync"
	"time"

	"foyer/media"

	"github.com/pion/webrtc/v4"
)

// downlink is the connection by which a peer gets what others publish. There is none before there is something. One goroutine at a time
// works on it, and only while there is work.
type downlink struct {
	peer *peer // static

	mu      sync.Mutex
	dirty   bool // guarded by mu, as is the rest: something has changed
	working bool
	ended   bool
	again   bool // ICE has to begin anew
	anew    bool // all has to
	offered string
	quiet   time.Time // until when nothing is offered; zero: it may be
	lost    time.Time // when the connection was, or ICE began anew; zero: it is not
	tries   int       // how often ICE has begun anew since

	turn     sync.Mutex // one description after the other; never taken under mu
	pc       *webrtc.PeerConnection
	estimate *estimate
	channel  *webrtc.DataChannel
	open     bool // an offer has no answer yet
	waiting  waiting
	sent     map[string]*delivery
}

// wake has the downlink look at what it should send.
func (d *downlink) wake() { d.nudge(func() {}) }

// restart has it begin anew: the client has.
func (d *downlink) restart() { d.nudge(func() { d.anew, d.quiet = true, time.Time{} }) }

func (d *downlink) nudge(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return
	}
	change()
	d.dirty = true
	if !d.working {
		d.working = true
		d.peer.engine.work.Go(d.work)
	}
}

// quietFor is how long a client that comes back has to say that it begins anew. Meanwhile it is offered nothing: it would answer with new
// connections what is meant for its old ones.
const quietFor = 500 * time.Millisecond

// repeat has the offer be told again that has no answer: the connection by which the answer would have come is gone.
func (d *downlink) repeat() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quiet = time.Now().Add(quietFor)
}

// remind tells it when it is time to, or has what has changed meanwhile be offered.
func (d *downlink) remind(now time.Time) {
	d.mu.Lock()
	due := !d.quiet.IsZero() && now.After(d.quiet)
	if due {
		d.quiet = time.Time{}
	}
	offered := d.offered
	d.mu.Unlock()
	switch {
	case !due:
	case offered != "":
		d.peer.say(media.Offered{SDP: offered})
	default:
		d.wake()
	}
}

// work settles what has changed, until nothing has.
func (d *downlink) work() {
	for {
		d.mu.Lock()
		if !d.dirty || d.ended {
			d.working = false
			d.mu.Unlock()
			return
		}
		again, anew := d.again, d.anew
		d.dirty, d.again, d.anew = false, false, false
		d.mu.Unlock()
		if err := d.settle(again, anew); err != nil {
			d.peer.engine.log.Debug("a way down cannot be described", "error", err)
		}
	}
}

// settle brings the connection to what the peer should get, and offers that. While an offer is open it waits for the answer.
func (d *downlink) settle(again, anew bool) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	if anew || d.pc != nil && d.pc.ConnectionState() == webrtc.PeerConnectionStateClosed {
		d.drop()
	}
	if d.keep(again) {
		return nil
	}
	shares := d.peer.room.shares(d.peer)
	if d.pc == nil && len(shares) == 0 {
		return nil
	}
	if d.pc == nil {
		if err := d.connect(); err != nil {
			return err
		}
	}
	changed, err := d.exchange(shares)
	if err != nil || !changed && !again && d.pc.RemoteDescription() != nil {
		return err
	}
	return d.offer(again || d.pc.ICEConnectionState() == webrtc.ICEConnectionStateFailed) // of what has failed no candidates are left
}

// keep is true if nothing may be offered now. That ICE has to begin anew is remembered for then.
func (d *downlink) keep(again bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait := d.open || !d.quiet.IsZero()
	d.again = d.again || again && wait
	return wait
}

// exchange takes what the peer must not get any more from the connection, and adds what it should.
func (d *downlink) exchange(shares map[string]share) (changed bool, err error) {
	for id, s := range d.sent {
		if now, ok := shares[id]; ok && now.copy == s.copy {
			continue
		}
		delete(d.sent, id)
		d.peer.engine.keep(s.counts())
		if err := d.pc.RemoveTrack(s.sender); err != nil {
			return changed, err
		}
		changed = true
	}
	for id, each := range shares {
		if d.sent[id] != nil {
			continue
		}
		s := &delivery{share: each}
		if s.sender, err = d.pc.AddTrack(s); err != nil { // not by AddTransceiver: pion's clients do not take up again what was inactive
			return changed, err
		}
		d.sent[id] = s
		d.peer.engine.work.Go(s.listen)
		changed = true
	}
	return changed, nil
}

// connect makes the connection, with the channel on which the client says which layers it wants.
func (d *downlink) connect() error {
	if d.peer.engine.life.Err() != nil {
		return media.ErrClosed
	}
	estimate := newEstimate()
	pc, err := d.peer.engine.connect(&d.turn, media.Subscribe, estimate)
	if err != nil {
		return err
	}
	channel, err := pc.CreateDataChannel(channelName, nil)
	if err != nil {
		_ = pc.Close()
		return err
	}
	channel.OnOpen(func() { d.peer.attend(channel) })
	pc.OnICEConnectionStateChange(d.moved)
	d.pc, d.estimate, d.channel, d.sent = pc, estimate, channel, map[string]*delivery{}
	return nil
}

// offer describes the connection to the client. The way of the answer is Peer.Answer.
func (d *downlink) offer(again bool) error {
	description, err := d.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: again && d.pc.RemoteDescription() != nil})
	if err != nil {
		return err
	}
	text, err := describe(d.peer.engine.life, d.pc, description)
	if err != nil {
		return err
	}
	d.open = true
	d.mu.Lock()
	d.offered = text
	d.mu.Unlock()
	d.peer.say(media.Offered{SDP: text})
	return nil
}

// answer takes the answer to the open offer.
func (d *downlink) answer(text string) error {
	if _, _, err := origin(text); err != nil {
		return err
	}
	d.turn.Lock()
	defer d.turn.Unlock()
	if d.over() {
		return media.ErrClosed
	}
	if d.pc == nil || !d.open {
		return nil
	}
	if err := d.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		d.peer.engine.log.Debug("an answer is not understood", "error", err)
		return media.ErrSDP
	}
	d.waiting.flush(d.pc)
	d.open = false
	d.mu.Lock()
	d.offered = ""
	if !d.lost.IsZero() {
		d.lost = time.Now() // what is agreed now has not had a chance yet
	}
	d.mu.Unlock()
	d.wake()
	return nil
}

func (d *downlink) trickle(c media.Candidate) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	if d.over() {
		return media.ErrClosed
	}
	return d.waiting.add(d.pc, c)
}

// moved notes when the connection is lost and found.
func (d *downlink) moved(state webrtc.ICEConnectionState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch state {
	case webrtc.ICEConnectionStateDisconnected, webrtc.ICEConnectionStateFailed:
		if d.lost.IsZero() {
			d.lost = time.Now()
		}
	case webrtc.ICEConnectionStateConnected, webrtc.ICEConnectionStateCompleted:
		d.lost, d.tries = time.Time{}, 0
	default:
	}
}

// revive has ICE begin anew when the connection has been lost for a while: only the engine can do that on this side (client protocol 6.1).
func (d *downlink) revive(now time.Time) {
	d.mu.Lock()
	lost := !d.lost.IsZero() && d.offered == "" && now.Sub(d.lost) >= reviveAfter<<min(d.tries, reviveSlower)
	if lost {
		d.lost = now
		d.tries++
	}
	d.mu.Unlock()
	if lost {
		d.nudge(func() { d.again = true })
	}
}

// drop ends the connection; what was sent is for the next one to send.
func (d *downlink) drop() {
	if d.pc == nil {
		return
	}
	_ = d.pc.Close()
	for _, s := range d.sent {
		d.peer.engine.keep(s.counts())
	}
	d.pc, d.estimate, d.channel, d.open, d.waiting, d.sent = nil, nil, nil, false, nil, nil
	d.mu.Lock()
	d.offered, d.lost, d.tries = "", time.Time{}, 0
	d.mu.Unlock()
}

func (d *downlink) close() {
	d.mu.Lock()
	d.ended = true
	d.mu.Unlock()
	d.turn.Lock()
	defer d.turn.Unlock()
	d.drop()
}

// over reports whether the peer has gone.
func (d *downlink) over() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ended
}
