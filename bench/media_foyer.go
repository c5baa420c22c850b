package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"foyer/bench/load"
	"foyer/bench/peers"

	"github.com/pion/webrtc/v4"
)

// mediaLoad is the subcommand by which bench starts itself as the clients of Foyer.
const mediaLoad = "media-clients"

// mediaTemplate bounds nothing that LiveKit does not bound.
const mediaTemplate = `{"name":"media-bench","roles":{"guest":{
	"publishParams":{"allowed":["audio","video"],"audio":{"bitRate":64},"video":{"bitRate":2000,"width":1280,"height":720,"frameRate":30}},
	"subscribeParams":{"subscribeToRoles":["guest"],"maxSubsBitRate":100000}}}}`

// openFoyer starts Foyer on an empty SQLite database.
func (h *mediaHall) openFoyer(ctx context.Context) (*mediaSide, error) {
	h.opened++
	site, err := openSite(ctx, h.dir, filepath.Join(h.dir, fmt.Sprintf("foyer-%d", h.opened)), sqlite, "")
	if err != nil {
		return nil, err
	}
	s := &mediaSide{server: site.foyer, clients: exec.CommandContext(ctx, filepath.Join(h.dir, "bench"), mediaLoad), end: site.close}
	rooms := make(map[string]string)
	s.token = func(ctx context.Context, seat *mediaSeat) error {
		id := rooms[seat.Room]
		if id == "" {
			if id, err = site.mediaRoom(ctx); err != nil {
				return err
			}
			rooms[seat.Room] = id
		}
		in, err := (&house{site: site}).newSeat(id)
		seat.Room, seat.Peer, seat.Token = in.room, in.peer, in.token
		return err
	}
	return s, nil
}

// mediaRoom makes a room.
func (s *site) mediaRoom(ctx context.Context) (id string, err error) {
	client, err := load.Dial(ctx, s.foyer.address, 1)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	var template, room struct{ ID string }
	if err := ask(client, s.post("/v2/templates", mediaTemplate), &template); err != nil {
		return "", err
	}
	err = ask(client, s.post("/v2/rooms", fmt.Sprintf(`{"template_id":%q}`, template.ID)), &room)
	return room.ID, err
}

// How messages of Foyer begin that have to do with media.
var (
	offerHead   = []byte(`{"jsonrpc":"2.0","method":"offer"`)
	trickleHead = []byte(`{"jsonrpc":"2.0","method":"trickle"`)
	repliedHead = []byte(`{"jsonrpc":"2.0","id":"offer"`)
)

// mediaGuest is a client in a room of Foyer's: it does what the SDK does (client protocol 6.1).
type mediaGuest struct {
	*mediaClient

	peer    *peers.Peer
	answers chan string
	failed  chan error
	stop    context.CancelFunc
	pinging sync.WaitGroup
}

// described is a description, as a result and as an offer.
type described struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

func enterFoyer(ctx context.Context, s *mediaSettings, seat mediaSeat, c *mediaClient) (leave func() error, err error) {
	g := &mediaGuest{mediaClient: c, answers: make(chan string, 1), failed: make(chan error, 1)}
	desk, err := load.Dial(ctx, s.Address, 1)
	if err != nil {
		return nil, err
	}
	_, err = desk.Do(fmt.Appendf(nil, "GET /init?peer_id=%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n", seat.Peer, seat.Token))
	if err = errors.Join(err, desk.Close()); err != nil {
		return nil, err
	}
	if g.peer, err = peers.Dial(ctx, s.Address, "/ws?peer="+seat.Peer+"&token="+seat.Token, 64<<10); err != nil {
		return nil, err
	}
	if err := g.join(ctx); err != nil {
		return nil, errors.Join(err, g.peer.Close())
	}
	ctx, g.stop = context.WithCancel(ctx)
	if err := g.peer.Watch(func(message []byte) bool { return g.hear(ctx, message) }); err != nil {
		return nil, err
	}
	g.pinging.Go(func() { g.ping(ctx) })
	if seat.Publishes {
		err = g.publish(ctx)
	}
	return g.leave, err
}

func (g *mediaGuest) leave() error {
	g.stop()
	g.pinging.Wait()
	return errors.Join(g.peer.Send(leaveFrame), g.peer.Close())
}

// join offers a connection without tracks, as the SDK does for every role that publishes or subscribes.
func (g *mediaGuest) join(ctx context.Context) error {
	if _, err := g.up.CreateDataChannel("ion-sfu", nil); err != nil {
		return err
	}
	offer, err := g.offer(ctx)
	if err != nil {
		return err
	}
	if _, err := g.peer.Until(policyHead); err != nil {
		return err
	}
	if err := g.send("join", "join", map[string]any{"name": "A Peer of the Bench", "data": "{}", "offer": described{"offer", offer}}); err != nil {
		return err
	}
	joined, err := g.peer.Until(joinedHead)
	if err != nil {
		return err
	}
	var reply struct{ Result described }
	if err := json.Unmarshal(joined, &reply); err != nil {
		return err
	}
	if reply.Result.SDP == "" {
		return errors.New("this Foyer has no media engine")
	}
	return g.answered(reply.Result.SDP)
}

// send is a request, or, without an id, a notification.
func (g *mediaGuest) send(id, method string, params any) error {
	text, err := json.Marshal(struct {
		Version string `json:"jsonrpc"`
		ID      string `json:"id,omitempty"`
		Method  string `json:"method"`
		Params  any    `json:"params"`
	}{"2.0", id, method, params})
	if err != nil {
		return err
	}
	return g.peer.Send(peers.Text(string(text)))
}

// ping pings as the SDK does.
func (g *mediaGuest) ping(ctx context.Context) {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for g.peer.Send(pingFrame) == nil {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// hear takes what Foyer says of connections. It is called by the one goroutine that reads, and counts nothing.
func (g *mediaGuest) hear(ctx context.Context, message []byte) bool {
	var err error
	switch {
	case bytes.HasPrefix(message, offerHead):
		err = g.take(ctx, message)
	case bytes.HasPrefix(message, trickleHead):
		err = g.takeCandidate(message)
	case bytes.HasPrefix(message, repliedHead):
		var reply struct {
			Result described
			Error  json.RawMessage
		}
		if err = json.Unmarshal(message, &reply); err == nil && reply.Result.SDP == "" {
			err = fmt.Errorf("the offer is refused: %s", reply.Error)
		}
		if err == nil {
			g.answers <- reply.Result.SDP // one for each offer, which is waited for
		}
	}
	if err != nil && ctx.Err() == nil {
		select {
		case g.failed <- err:
		default: // the first one is told
		}
	}
	return false
}

// take answers an offer.
func (g *mediaGuest) take(ctx context.Context, message []byte) error {
	var offer struct{ Params described }
	if err := json.Unmarshal(message, &offer); err != nil {
		return err
	}
	answer, err := g.answer(ctx, offer.Params.SDP)
	if err != nil {
		return err
	}
	return g.send("", "answer", map[string]any{"desc": described{"answer", answer}})
}

func (g *mediaGuest) takeCandidate(message []byte) error {
	var told struct {
		Params struct {
			Target    int
			Candidate webrtc.ICECandidateInit
		}
	}
	if err := json.Unmarshal(message, &told); err != nil {
		return err
	}
	if told.Params.Target == 0 {
		return g.trickle(g.up, told.Params.Candidate)
	}
	return g.trickle(g.down, told.Params.Candidate)
}

// publish offers the tracks.
func (g *mediaGuest) publish(ctx context.Context) error {
	if err := g.prepare(); err != nil {
		return err
	}
	offer, err := g.offer(ctx)
	if err != nil {
		return err
	}
	tracks := make(map[string]any)
	for _, track := range []*webrtc.TrackLocalStaticSample{g.audio, g.video} {
		tracks[track.ID()] = map[string]any{
			"track_id": track.ID(), "stream_id": track.StreamID(), "type": track.Kind().String(), "source": "regular", "mute": false, "description": "",
		}
	}
	if err := g.send("offer", "offer", map[string]any{"desc": described{"offer", offer}, "tracks": tracks}); err != nil {
		return err
	}
	late := time.NewTimer(mediaPatience)
	defer late.Stop()
	select {
	case answer := <-g.answers:
		return g.answered(answer)
	case err := <-g.failed:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errors.New("the server does not answer")
	}
}
