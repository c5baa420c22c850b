package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/test/client"
	"github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serveMedia(ctx, os.Stdin, os.Stdout, enter); err != nil {
		fmt.Fprintln(os.Stderr, "livekit clients:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stopped above
	}
}

// guest is a client in a LiveKit room. LiveKit's own test client speaks for it; the connections are those that Foyer's clients have too:
// the test client's know neither feedback nor header extensions, with which a server has less to do than browsers give it.
type guest struct {
	*mediaClient

	line      *client.RTCClient
	answers   chan string
	published chan string // ids of tracks that may be offered now
	failed    chan error
	running   sync.WaitGroup
}

func enter(ctx context.Context, s *mediaSettings, seat mediaSeat, c *mediaClient) (func() error, error) {
	g := &guest{mediaClient: c, answers: make(chan string, 1), published: make(chan string, 2), failed: make(chan error, 1)}
	o := &client.Options{AutoSubscribe: true}
	o.SignalResponseInterceptor = func(m *livekit.SignalResponse, next client.SignalResponseHandler) error { return g.hear(ctx, m, next) }
	conn, err := client.NewWebSocketConn("ws://"+s.Address, seat.Token, o)
	if err != nil {
		return nil, err
	}
	if g.line, err = client.NewRTCClient(conn, o); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	g.running.Go(func() {
		if err := g.line.Run(); err != nil {
			g.fail(err)
		}
	})
	if seat.Publishes {
		err = g.publish(ctx)
	}
	return g.leave, err
}

func (g *guest) leave() error {
	g.line.Stop()
	g.running.Wait()
	return nil
}

func (g *guest) fail(err error) {
	select {
	case g.failed <- err:
	default: // the first one is told
	}
}

// hear takes what the server says of connections; the rest is the test client's.
func (g *guest) hear(ctx context.Context, whole *livekit.SignalResponse, next client.SignalResponseHandler) error {
	switch m := whole.Message.(type) {
	case *livekit.SignalResponse_Offer:
		answer, err := g.answer(ctx, m.Offer.Sdp)
		if err != nil {
			return err
		}
		return g.line.SendRequest(&livekit.SignalRequest{Message: &livekit.SignalRequest_Answer{
			Answer: &livekit.SessionDescription{Type: "answer", Sdp: answer},
		}})
	case *livekit.SignalResponse_Answer:
		g.answers <- m.Answer.Sdp // one for each offer, which is waited for
		return nil
	case *livekit.SignalResponse_Trickle:
		var candidate webrtc.ICECandidateInit
		if err := json.Unmarshal([]byte(m.Trickle.CandidateInit), &candidate); err != nil || candidate.Candidate == "" {
			return err
		}
		if m.Trickle.Target == livekit.SignalTarget_PUBLISHER {
			return g.trickle(g.up, candidate)
		}
		return g.trickle(g.down, candidate)
	case *livekit.SignalResponse_TrackPublished:
		g.published <- m.TrackPublished.Cid
		return nil
	}
	return next(whole)
}

// publish says what will come, and offers it when the server knows.
func (g *guest) publish(ctx context.Context) error {
	for _, label := range []string{"_reliable", "_lossy"} { // the channels of LiveKit's clients
		if _, err := g.up.CreateDataChannel(label, nil); err != nil {
			return err
		}
	}
	if err := g.prepare(); err != nil {
		return err
	}
	for _, track := range []*livekit.AddTrackRequest{
		{Cid: g.audio.ID(), Type: livekit.TrackType_AUDIO, Source: livekit.TrackSource_MICROPHONE},
		{Cid: g.video.ID(), Type: livekit.TrackType_VIDEO, Source: livekit.TrackSource_CAMERA, Width: 640, Height: 360},
	} {
		if err := g.line.SendRequest(&livekit.SignalRequest{Message: &livekit.SignalRequest_AddTrack{AddTrack: track}}); err != nil {
			return err
		}
		if _, err := await(ctx, g, g.published); err != nil {
			return err
		}
	}
	offer, err := g.offer(ctx)
	if err != nil {
		return err
	}
	if err := g.line.SendRequest(&livekit.SignalRequest{Message: &livekit.SignalRequest_Offer{
		Offer: &livekit.SessionDescription{Type: "offer", Sdp: offer},
	}}); err != nil {
		return err
	}
	answer, err := await(ctx, g, g.answers)
	if err != nil {
		return err
	}
	return g.answered(answer)
}

func await[T any](ctx context.Context, g *guest, from <-chan T) (what T, err error) {
	late := time.NewTimer(mediaPatience)
	defer late.Stop()
	select {
	case what = <-from:
		return what, nil
	case err = <-g.failed:
		return what, err
	case <-ctx.Done():
		return what, ctx.Err()
	case <-late.C:
		return what, errors.New("the server does not answer")
	}
}
