package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// mediaPatience bounds every wait of a client for a server.
const mediaPatience = 30 * time.Second

// mediaClient is the two connections of a client: one on which it publishes and offers, one by which it subscribes and is offered. Safe for
// concurrent use.
type mediaClient struct {
	id        string // static, as are the next ones
	crowd     *mediaCrowd
	up, down  *webrtc.PeerConnection
	audio     *webrtc.TrackLocalStaticSample
	video     *webrtc.TrackLocalStaticSample
	connected chan struct{} // closed when the client can publish

	wanted atomic.Bool // a key frame
	work   sync.WaitGroup

	mu      sync.Mutex
	waiting map[*webrtc.PeerConnection][]webrtc.ICECandidateInit // guarded by mu: candidates that came before the description
}

func newMediaClient(crowd *mediaCrowd, bare bool, id string) (*mediaClient, error) {
	c := &mediaClient{
		id: id, crowd: crowd, connected: make(chan struct{}), waiting: make(map[*webrtc.PeerConnection][]webrtc.ICECandidateInit),
	}
	var err error
	if c.up, err = mediaConnection(bare); err != nil {
		return nil, err
	}
	if c.down, err = mediaConnection(bare); err != nil {
		return nil, errors.Join(err, c.up.Close())
	}
	once := sync.OnceFunc(func() { close(c.connected) })
	c.up.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once()
		}
	})
	c.down.OnTrack(c.receive)
	return c, nil
}

// mediaConnection is a connection over the loopback interface.
func mediaConnection(bare bool) (*webrtc.PeerConnection, error) {
	m, r := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := mediaCodecs(m, r, bare); err != nil {
		return nil, err
	}
	s := webrtc.SettingEngine{}
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(s)).
		NewPeerConnection(webrtc.Configuration{})
}

// mediaCodecs has a client negotiate what a browser does of VP8 and Opus: losses, reports, and numbers for all packets, which the receiver
// tells the arrival of. A bare one negotiates nothing of that.
func mediaCodecs(m *webrtc.MediaEngine, r *interceptor.Registry, bare bool) error {
	audio := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	video := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000}
	if !bare {
		video.RTCPFeedback = []webrtc.RTCPFeedback{{Type: "goog-remb"}, {Type: "ccm", Parameter: "fir"}}
	}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: audio, PayloadType: 111}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	if err := m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: video, PayloadType: 96}, webrtc.RTPCodecTypeVideo); err != nil {
		return err
	}
	if bare {
		return nil
	}
	for _, uri := range []string{sdp.SDESMidURI, sdp.ABSSendTimeURI} {
		for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return err
			}
		}
	}
	return errors.Join(webrtc.ConfigureNack(m, r), webrtc.ConfigureRTCPReports(r), webrtc.ConfigureTWCCHeaderExtensionSender(m, r),
		webrtc.ConfigureTWCCSender(m, r))
}

// prepare adds what is to be published. The tracks are of one stream.
func (c *mediaClient) prepare() error {
	stream := "stream-" + c.id
	var err error
	if c.audio, err = c.add(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2}, "audio-"+c.id, stream); err != nil {
		return err
	}
	c.video, err = c.add(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90_000}, "video-"+c.id, stream)
	return err
}

func (c *mediaClient) add(codec webrtc.RTPCodecCapability, id, stream string) (*webrtc.TrackLocalStaticSample, error) {
	track, err := webrtc.NewTrackLocalStaticSample(codec, id, stream)
	if err != nil {
		return nil, err
	}
	sender, err := c.up.AddTrack(track)
	if err != nil {
		return nil, err
	}
	c.work.Go(func() { c.listen(sender) })
	return track, nil
}

// listen hears what the server says of what it gets, until the connection ends. It is read so that pion repeats what is missing.
func (c *mediaClient) listen(sender *webrtc.RTPSender) {
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				c.wanted.Store(true)
			}
		}
	}
}

// receive counts the packets of a track.
func (c *mediaClient) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	c.crowd.tracks.Add(1)
	c.work.Go(func() {
		for {
			if _, _, err := receiver.ReadRTCP(); err != nil {
				return
			}
		}
	})
	c.work.Go(func() {
		for buffer := make([]byte, 1500); ; {
			if _, _, err := track.Read(buffer); err != nil {
				return
			}
			c.crowd.received.Add(1)
		}
	})
}

// offer is what the client offers to publish now, with all candidates.
func (c *mediaClient) offer(ctx context.Context) (string, error) {
	offer, err := c.up.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	return describeMedia(ctx, c.up, offer)
}

// answered takes the answer to the offer.
func (c *mediaClient) answered(answer string) error {
	return c.remote(c.up, webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// answer takes what the server offers, and gives the answer, with all candidates.
func (c *mediaClient) answer(ctx context.Context, offer string) (string, error) {
	if err := c.remote(c.down, webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := c.down.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	return describeMedia(ctx, c.down, answer)
}

func describeMedia(ctx context.Context, pc *webrtc.PeerConnection, d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	select {
	case <-gathered:
		return pc.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (c *mediaClient) remote(pc *webrtc.PeerConnection, d webrtc.SessionDescription) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := pc.SetRemoteDescription(d); err != nil {
		return fmt.Errorf("the server's %s: %w", d.Type, err)
	}
	for _, candidate := range c.waiting[pc] {
		if err := pc.AddICECandidate(candidate); err != nil {
			return err
		}
	}
	delete(c.waiting, pc)
	return nil
}

// trickle takes a candidate of the server's.
func (c *mediaClient) trickle(pc *webrtc.PeerConnection, candidate webrtc.ICECandidateInit) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if pc.RemoteDescription() == nil {
		c.waiting[pc] = append(c.waiting[pc], candidate)
		return nil
	}
	return pc.AddICECandidate(candidate)
}

// awaitConnected waits until the client can publish.
func (c *mediaClient) awaitConnected(ctx context.Context) error {
	late := time.NewTimer(mediaPatience)
	defer late.Stop()
	select {
	case <-c.connected:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return errors.New("the server does not connect: ICE is " + c.up.ICEConnectionState().String())
	}
}

func (c *mediaClient) sound(packet []byte) error {
	return c.audio.WriteSample(media.Sample{Data: packet, Duration: mediaSound})
}

func (c *mediaClient) picture(frame []byte) error {
	return c.video.WriteSample(media.Sample{Data: frame, Duration: mediaFrame})
}

func (c *mediaClient) close() error {
	err := errors.Join(c.up.Close(), c.down.Close())
	c.work.Wait()
	return err
}
