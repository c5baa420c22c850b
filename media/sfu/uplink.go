package sfu

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"foyer/media"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// uplink is the connection by which a peer publishes. There is none before the first offer.
type uplink struct {
	peer *peer // static

	mu      sync.Mutex // one description after the other
	pc      *webrtc.PeerConnection
	origin  string // whose descriptions it takes
	version uint64 // of the last one
	waiting waiting
	closed  bool
}

// offer takes what the client offers, and gives the answer. One that is older than the last one would undo it: a client sends again what was
// under way when its signalling was lost, whatever it has offered since.
func (u *uplink) offer(ctx context.Context, description string, tracks []media.Track) (string, error) {
	from, version, err := origin(description)
	if err != nil {
		return "", err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if err := u.prepare(from); err != nil {
		return "", err
	}
	if version < u.version {
		return "", media.ErrStale
	}
	u.version = version
	u.peer.room.declare(u.peer, tracks)
	if err := u.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: description}); err != nil {
		u.peer.engine.log.Debug("an offer is not understood", "error", err)
		return "", media.ErrSDP
	}
	u.waiting.flush(u.pc)
	answer, err := u.pc.CreateAnswer(nil)
	if err != nil {
		return "", media.ErrSDP
	}
	return describe(ctx, u.pc, answer)
}

// prepare makes the connection. A client that begins anew with one of its own gets a new one too, for both ways.
func (u *uplink) prepare(from string) error {
	switch {
	case u.closed || u.peer.engine.life.Err() != nil:
		return media.ErrClosed
	case u.pc != nil && u.origin == from && u.pc.ConnectionState() != webrtc.PeerConnectionStateClosed:
		return nil
	}
	if u.pc != nil {
		_ = u.pc.Close()
		u.waiting = nil
		u.peer.down.restart()
	}
	pc, err := u.peer.engine.connect(&u.mu, media.Publish, nil)
	if err != nil {
		return err
	}
	pc.OnTrack(func(remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) { u.receive(pc, remote, receiver) })
	u.pc, u.origin, u.version = pc, from, 0
	return nil
}

func (u *uplink) trickle(c media.Candidate) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return media.ErrClosed
	}
	return u.waiting.add(u.pc, c)
}

func (u *uplink) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	if u.pc != nil {
		_ = u.pc.Close()
	}
}

// connection is the connection that there is now, if any. It waits for no description that is being taken.
func (u *uplink) connection() *webrtc.PeerConnection {
	if !u.mu.TryLock() {
		return nil
	}
	defer u.mu.Unlock()
	return u.pc
}

// layers are the names of what the SDK publishes in three sizes (client protocol 6.1).
var layers = map[string]media.Layer{"f": media.High, "h": media.Medium, "q": media.Low, "": media.High}

// receive is one layer of a track, from its first packet to its last. pion calls it in a goroutine of its own.
func (u *uplink) receive(pc *webrtc.PeerConnection, remote *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	layer, known := layers[remote.RID()]
	if !known {
		return
	}
	kind := media.Kind(remote.Kind().String())
	t := u.peer.room.arrive(u.peer, remote.ID(), remote.StreamID(), kind, remote.RID() != "", remote.Codec().RTPCodecCapability)
	if t == nil {
		return
	}
	defer u.peer.room.cease(t)
	t.asker.found(pc, layer, uint32(remote.SSRC()))
	var reading sync.WaitGroup
	reading.Go(func() { readReports(receiver, remote.RID()) })
	if kind == media.Audio {
		hearken(t, remote, levelOf(receiver))
	} else {
		pump(t, layer, remote)
	}
	reading.Wait()
}

// pump passes on pictures, and asks for what is missing if the publisher keeps it.
func pump(t *track, layer media.Layer, remote *webrtc.TrackRemote) {
	buffer := make([]byte, packetSize)
	stream := t.source.Stream(layer)
	keeps := slices.Contains(remote.Codec().RTCPFeedback, webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBNACK})
	var missing gaps
	for {
		n, _, err := remote.Read(buffer)
		if err != nil {
			return
		}
		if stream.Write(buffer[:n]) != nil || !keeps { // what is no packet is dropped
			continue
		}
		now := time.Now()
		missing.note(binary.BigEndian.Uint16(buffer[2:]), now)
		if numbers := missing.due(now); len(numbers) > 0 {
			t.asker.again(layer, numbers)
		}
	}
}

// hearken passes on sound, and hears how loud it is.
func hearken(t *track, remote *webrtc.TrackRemote, extension uint8) {
	buffer := make([]byte, packetSize)
	stream := t.source.Stream(media.High)
	var header rtp.Header
	var level rtp.AudioLevelExtension
	for {
		n, _, err := remote.Read(buffer)
		if err != nil {
			return
		}
		if stream.Write(buffer[:n]) != nil || extension == 0 {
			continue
		}
		if _, err := header.Unmarshal(buffer[:n]); err != nil {
			continue
		}
		if raw := header.GetExtension(extension); len(raw) > 0 && level.Unmarshal(raw) == nil {
			t.owner.room.speakers.Heard(t.id, level.Level, level.Voice, time.Now())
		}
	}
}

// levelOf is the number under which packets say how loud they are; 0: they do not.
func levelOf(receiver *webrtc.RTPReceiver) uint8 {
	for _, extension := range receiver.GetParameters().HeaderExtensions {
		if extension.URI == sdp.AudioLevelURI {
			return uint8(extension.ID) //nolint:gosec // at most 255
		}
	}
	return 0
}

// readReports reads what the publisher says of its packets: pion looks at it on the way.
func readReports(receiver *webrtc.RTPReceiver, rid string) {
	buffer := make([]byte, packetSize)
	for {
		var err error
		if rid == "" {
			_, _, err = receiver.Read(buffer)
		} else {
			_, _, err = receiver.ReadSimulcast(buffer, rid)
		}
		if err != nil {
			return
		}
	}
}

// asker asks a publisher for key frames, and for what was lost.
type asker struct {
	mu     sync.Mutex
	pc     *webrtc.PeerConnection // guarded by mu, as is the next one
	layers [media.High + 1]uint32 // the streams of the layers
	asked  uint64                 // so often
}

func (a *asker) found(pc *webrtc.PeerConnection, l media.Layer, ssrc uint32) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pc, a.layers[l] = pc, ssrc
}

func (a *asker) ask(l media.Layer) {
	a.mu.Lock()
	pc, ssrc := a.pc, a.layers[l]
	a.asked++
	a.mu.Unlock()
	if ssrc != 0 {
		_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}) // it is asked again
	}
}

// again asks for packets that were lost.
func (a *asker) again(l media.Layer, numbers []uint16) {
	a.mu.Lock()
	pc, ssrc := a.pc, a.layers[l]
	a.mu.Unlock()
	_ = pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{MediaSSRC: ssrc, Nacks: rtcp.NackPairsFromSequenceNumbers(numbers)}}) // the same
}
