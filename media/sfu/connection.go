package sfu

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"foyer/media"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

const (
	packetSize    = 1600     // bytes of a packet that is read
	channelBuffer = 64 << 10 // bytes that a data channel keeps
	sections      = 128      // of a description
	iceLost       = 4 * time.Second
	iceFailed     = 15 * time.Second
	iceKeepAlive  = 2 * time.Second
	gathering     = 10 * time.Second
)

// The numbers of payloads.
const (
	opus     = 111
	vp8      = 96
	vp8Again = 97
	h264     = 102
	h264Too  = 103
)

// codecs registers what is passed on. Only publishers repeat packets in streams of their own: forward repeats them where they belong.
func codecs(m *webrtc.MediaEngine, side media.Side) error {
	audio := webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: 48_000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBTransportCC}},
		},
		PayloadType: opus,
	}
	if err := m.RegisterCodec(audio, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	feedback := []webrtc.RTCPFeedback{
		{Type: webrtc.TypeRTCPFBTransportCC},
		{Type: webrtc.TypeRTCPFBGoogREMB},
		{Type: webrtc.TypeRTCPFBCCM, Parameter: "fir"},
		{Type: webrtc.TypeRTCPFBNACK},
		{Type: webrtc.TypeRTCPFBNACK, Parameter: "pli"},
	}
	for _, video := range []struct {
		mime, format  string
		payload, more webrtc.PayloadType
	}{
		{webrtc.MimeTypeVP8, "", vp8, vp8Again},
		{webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", h264, h264Too},
	} {
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: video.mime, ClockRate: 90_000, SDPFmtpLine: video.format, RTCPFeedback: feedback,
			},
			PayloadType: video.payload,
		}, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
		if side == media.Subscribe {
			continue
		}
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeRTX, ClockRate: 90_000, SDPFmtpLine: fmt.Sprintf("apt=%d", video.payload),
			},
			PayloadType: video.more,
		}, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	return nil
}

// numbered has all packets of a connection be numbered together (TWCC).
func numbered(m *webrtc.MediaEngine) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}, kind); err != nil {
			return err
		}
	}
	return nil
}

// receiving is what a connection does by which a client publishes: it says what has come, and when. For what was lost asks pump.
func receiving(m *webrtc.MediaEngine, r *interceptor.Registry, logs logging.LoggerFactory) error {
	if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.AudioLevelURI}, webrtc.RTPCodecTypeAudio); err != nil {
		return err
	}
	if err := webrtc.ConfigureSimulcastExtensionHeaders(m); err != nil {
		return err
	}
	if err := numbered(m); err != nil {
		return err
	}
	reports, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(logs))
	if err != nil {
		return err
	}
	r.Add(inlets{})
	r.Add(dormants{reports})
	return nil
}

// sending is what a connection does by which a client subscribes: it says what was sent, and listens to what came of it.
func sending(m *webrtc.MediaEngine, r *interceptor.Registry, logs logging.LoggerFactory, e *estimate) error {
	if err := numbered(m); err != nil {
		return err
	}
	reports, err := report.NewSenderInterceptor(report.SenderUseLatestPacket(), report.WithSenderLoggerFactory(logs))
	if err != nil {
		return err
	}
	r.Add(reports)
	r.Add(&outlet{estimate: e})
	return nil
}

// connect makes one of the connections of a peer, whose descriptions take turns; the estimate is for that by which it subscribes.
func (e *Engine) connect(turn sync.Locker, side media.Side, estimate *estimate) (*webrtc.PeerConnection, error) {
	e.begin()
	m, r := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := codecs(m, side); err != nil {
		return nil, err
	}
	var err error
	if side == media.Publish {
		err = receiving(m, r, e.settings.LoggerFactory)
	} else {
		err = sending(m, r, e.settings.LoggerFactory, estimate)
	}
	if err != nil {
		return nil, err
	}
	var pc *webrtc.PeerConnection
	cut := func() {
		turn.Lock()
		defer turn.Unlock()
		_ = pc.Close()
	}
	settings, come := e.settings, &streams{cut: func() { e.work.Go(cut) }}
	settings.BufferFactory = come.buffer
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r), webrtc.WithSettingEngine(settings))
	pc, err = api.NewPeerConnection(webrtc.Configuration{
		Certificates: e.certificates, BundlePolicy: webrtc.BundlePolicyMaxBundle, RTCPMuxPolicy: webrtc.RTCPMuxPolicyRequire,
	})
	if err != nil {
		return nil, fmt.Errorf("make a peer connection: %w", err)
	}
	return pc, nil
}

// describe makes a description the connection's own, and gives it with all the engine's candidates: they are known at once, so that
// none needs to follow.
func describe(ctx context.Context, pc *webrtc.PeerConnection, d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	late := time.NewTimer(gathering)
	defer late.Stop()
	select {
	case <-gathered:
	case <-late.C: // with those that are there
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return pc.LocalDescription().SDP, nil
}

// origin is which of a client's connections a description is of: each has a number of its own, and each of its descriptions a higher
// version (RFC 8829, 5.2.1 and 5.2.2). Refused is what could only be meant to hurt.
func origin(description string) (from string, version uint64, err error) {
	if strings.Count(description, "\nm=") > sections {
		return "", 0, media.ErrSDP
	}
	for line := range strings.Lines(description) {
		if rest, ok := strings.CutPrefix(line, "o="); ok {
			if words := strings.Fields(rest); len(words) > 2 {
				if version, err = strconv.ParseUint(words[2], 10, 64); err == nil {
					return words[0] + " " + words[1], version, nil
				}
			}
		}
	}
	return "", 0, media.ErrSDP
}

// waiting are candidates that came before the description that they belong to.
type waiting []webrtc.ICECandidateInit

const mostCandidates = 64

func (w *waiting) add(pc *webrtc.PeerConnection, c media.Candidate) error {
	init := webrtc.ICECandidateInit{Candidate: c.Candidate, SDPMid: c.SDPMid, SDPMLineIndex: c.SDPMLineIndex, UsernameFragment: c.Username}
	if pc == nil || pc.RemoteDescription() == nil {
		if len(*w) < mostCandidates {
			*w = append(*w, init)
		}
		return nil
	}
	if err := pc.AddICECandidate(init); err != nil {
		return media.ErrSDP
	}
	return nil
}

// flush gives a connection what has waited. Candidates of names that cannot be looked up are no reason to stop.
func (w *waiting) flush(pc *webrtc.PeerConnection) {
	for _, c := range slices.Clone(*w) {
		_ = pc.AddICECandidate(c)
	}
	*w = nil
}
