package hms

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"foyer/fault"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/media"
	"foyer/models"

	"golang.org/x/time/rate"
)

const (
	// negotiation is how long an offer of the client's may take to be answered.
	negotiation = 10 * time.Second

	// offersASecond and offersAtOnce are how often a client may offer: each costs a lot of work. The SDK offers once for each track.
	offersASecond = 10
	offersAtOnce  = 50

	// settling is how long a client makes no offers before it is told to connect anew.
	settling = 500 * time.Millisecond

	// mostHeld is how many bytes wait at most for the answer to a join.
	mostHeld = 1 << 20
)

// engineMethods need a media engine.
var engineMethods = map[string]method{
	"offer":   (*client).offer,
	"answer":  (*client).answer,
	"trickle": (*client).trickle,
}

// open is the client's hub.Media; nil without an engine. What the engine tells waits until the client has been told that it is in. Returning
// is for a client that was in before.
func (p *client) open(room models.ID, returning bool) hub.Media {
	if p.Media == nil {
		return nil
	}
	return func(rights media.Rights) media.Peer {
		p.hold()
		connected := rights.Sends() || len(rights.Hears) > 0
		p.loses(returning && !connected, returning && connected)
		peer, back := p.Media.Join(string(room), p.id, rights, p.tell)
		if back {
			p.catchesUp()
		}
		return peer
	}
}

func (p *client) loses(bare, lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bare, p.lost, p.missed = bare, lost, nil
}

// misses keeps an offer of the engine's from a client whose connections are those that another engine had.
func (p *client) misses(offer []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lost {
		p.missed = offer
	}
	return p.lost
}

// catchesUp is for a client whose connections the engine knows: it is offered what it has missed.
func (p *client) catchesUp() {
	p.mu.Lock()
	offer := p.missed
	p.lost, p.missed = false, nil
	p.mu.Unlock()
	if offer != nil {
		p.send(offer)
	}
}

// hold has frames wait from now on.
func (p *client) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holding.Store(true)
}

// release sends a frame, if there is one, and all that waits behind it.
func (p *client) release(first []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn.Send(first)
	for _, frame := range p.held {
		p.conn.Send(frame)
	}
	p.held, p.heldSize = nil, 0
	p.holding.Store(false)
}

// send sends a frame in its turn. It does not block.
func (p *client) send(frame []byte) {
	if !p.holding.Load() {
		p.conn.Send(frame)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !p.holding.Load(): // not any more
		p.conn.Send(frame)
	case p.heldSize+len(frame) > mostHeld:
		p.conn.Close(socket.TooSlow, "too much waits to be sent")
	default:
		p.held = append(p.held, frame)
		p.heldSize += len(frame)
	}
}

// tell tells the client what the engine has to say. It is a media.Tell: it does not block.
func (p *client) tell(e media.Event) {
	frame := engineFrame(p.Media.Name(), e)
	if _, ok := e.(media.Offered); ok && p.misses(frame) {
		return
	}
	p.send(frame)
}

// stream is the client's media; nil before it is in.
func (p *client) stream() media.Peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.media
}

func (p *client) streams(peer media.Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.media = peer
}

// asks is a join that is to be answered, as soon as the client is in.
func (p *client) asks(ctx context.Context, c call, offer json.RawMessage) (joining, error) {
	ask := joining{id: c.ID}
	if p.Media == nil || len(offer) == 0 || string(offer) == "null" || c.ID == "" {
		return ask, nil
	}
	var desc description
	if json.Unmarshal(offer, &desc) != nil {
		return ask, fault.Invalidf("offer must be a description")
	}
	if err := p.mayOffer(); err != nil {
		return ask, err
	}
	ask.negotiate = func(peer media.Peer) { p.answerJoin(ctx, c.ID, desc.SDP, peer) }
	return ask, desc.check("offer")
}

// answerJoin answers a join that came with an offer, and lets go what waits for that. Who offers what makes no sense does not come in.
func (p *client) answerJoin(ctx context.Context, id, offer string, peer media.Peer) {
	ctx, cancel := context.WithTimeout(ctx, negotiation)
	defer cancel()
	p.negotiating.Lock()
	sdp, err := peer.Offer(ctx, offer, nil)
	p.negotiating.Unlock()
	if err == nil {
		p.release(succeeded(id, marshal(answered{Type: "answer", SDP: sdp, Node: p.Media.Name()})))
		return
	}
	err = mediaError(err)
	p.release(failed(id, err))
	if fault.Is(err, fault.Invalid) && !p.replaced.Load() {
		_ = p.line.Leave(ctx) // as in leave
		p.conn.Close(socket.Normal, "")
	}
}

// description is one side's of a connection.
type description struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

// check errs unless the description is one of a type.
func (d *description) check(kind string) error {
	if d.Type != kind || d.SDP == "" {
		return fault.Invalidf("desc must have the type %s and an sdp", kind)
	}
	return nil
}

func (p *client) offer(ctx context.Context, c call) ([]byte, error) {
	peer := p.stream()
	if peer == nil {
		return nil, fault.New(fault.Forbidden, "join the room first")
	}
	if err := p.mayOffer(); err != nil {
		return nil, err
	}
	params, err := read[struct {
		Desc   description          `json:"desc"`
		Tracks map[string]wireTrack `json:"tracks"`
		Node   string               `json:"sfu_node_id"`
	}](c)
	if err == nil {
		err = params.Desc.check("offer")
	}
	switch {
	case err != nil:
		return nil, err
	case p.elsewhere(params.Node):
		p.moves(c.ID)
		return nil, nil
	}
	answer, err := p.publish(ctx, peer, params.Desc.SDP, tracksOf(params.Tracks))
	if err == nil {
		p.catchesUp()
	}
	return answer, err
}

// moves tells a client that offers to another engine that this one has its media from now on: it connects anew. It is told when it has not
// offered for a while: it gives up the connections that it has, and would wait for ever for the end of what it is doing with them, such as
// the offers that it makes when it comes back.
func (p *client) moves(id string) {
	p.send(failed(id, errMoved))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.moving == nil {
		p.moving = time.AfterFunc(settling, func() { p.send(nodeInfo(p.Media.Name())) })
	}
	p.moving.Reset(settling)
}

// mayOffer errs when the client offers too often.
func (p *client) mayOffer() error {
	if p.offers == nil {
		p.offers = rate.NewLimiter(offersASecond, offersAtOnce)
	}
	if !p.offers.Allow() {
		return fault.Invalidf("too many offers") // with 429 the client would repeat it
	}
	return nil
}

// publish has the engine take an offer, and the room its tracks.
func (p *client) publish(ctx context.Context, peer media.Peer, sdp string, tracks []media.Track) ([]byte, error) {
	if err := p.line.Claim(tracks); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, negotiation)
	defer cancel()
	p.negotiating.Lock()
	defer p.negotiating.Unlock()
	answer, err := peer.Offer(ctx, sdp, tracks)
	if err != nil {
		return nil, mediaError(err)
	}
	if err := p.line.Publish(tracks); err != nil {
		return nil, err
	}
	return marshal(description{Type: "answer", SDP: answer}), nil
}

// elsewhere reports whether a client speaks of an engine that is not this one: of before a restart, perhaps.
func (p *client) elsewhere(node string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return node != "" && node != p.Media.Name() && !p.bare
}

func (p *client) answer(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Desc description `json:"desc"`
		Node string      `json:"sfu_node_id"`
	}](c)
	if err == nil {
		err = params.Desc.check("answer")
	}
	peer := p.stream()
	switch {
	case err != nil:
		return nil, err
	case peer == nil || p.elsewhere(params.Node):
		return empty, nil
	}
	return empty, mediaError(peer.Answer(params.Desc.SDP))
}

func (p *client) trickle(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Target    media.Side      `json:"target"`
		Candidate media.Candidate `json:"candidate"`
		Node      string          `json:"sfu_node_id"`
	}](c)
	if err == nil && params.Target != media.Publish && params.Target != media.Subscribe {
		err = fault.Invalidf("target must be 0 or 1")
	}
	peer := p.stream()
	switch {
	case err != nil:
		return nil, err
	case peer == nil || p.elsewhere(params.Node):
		return empty, nil
	}
	return empty, mediaError(peer.Trickle(params.Target, params.Candidate))
}

// updateTracks tells what the client says of its tracks. Without an engine nobody wants to know.
func (p *client) updateTracks(_ context.Context, c call) ([]byte, error) {
	if p.stream() == nil {
		return empty, nil
	}
	params, err := read[struct {
		Tracks map[string]struct {
			Mute        *bool   `json:"mute"`
			Description *string `json:"description"`
		} `json:"tracks"`
	}](c)
	if err != nil {
		return nil, err
	}
	changes := make([]hub.TrackChange, 0, len(params.Tracks))
	for _, id := range slices.Sorted(maps.Keys(params.Tracks)) {
		t := params.Tracks[id]
		changes = append(changes, hub.TrackChange{ID: id, Muted: t.Mute, Description: t.Description})
	}
	return empty, p.line.UpdateTracks(changes)
}

// mediaError is what an engine's error means to a client.
func mediaError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, media.ErrSDP):
		return fault.Wrap(fault.Invalid, media.ErrSDP.Error(), err)
	case errors.Is(err, media.ErrStale):
		return errStale
	case errors.Is(err, media.ErrClosed):
		return fault.Wrap(fault.Forbidden, "join the room first", err)
	}
	return fault.Wrap(fault.Unavailable, "the media engine does not answer", err)
}
