// Package media is what Foyer knows of pictures and sound: the words, and the interface of the engine that carries them.
//
// An engine is what stands behind the two peer connections of a client of the 100ms SDK (client protocol 6.1): one on which the client
// publishes and offers, one by which it subscribes and the engine offers. The package sfu is the engine in the binary, the package
// loopback one without packets, for tests of those who drive an engine.
//
// An engine in front of LiveKit would hold one signalling connection to it for each Peer, with a token made from the Rights; pass SDP and
// candidates through on either side; announce each track (AddTrack) before it passes the offer on; name tracks to subscribers as the
// publisher did, so translate their ids both ways; drive the subscriptions itself, since LiveKit has no right "hears these roles"; do Mute
// with a server call; and stand in for the channel ion-sfu, which LiveKit does not have: its clients' wishes for layers are lost there.
package media

import (
	"context"
	"errors"
	"time"
)

// Engine carries the pictures and the sound of live rooms. Safe for concurrent use.
type Engine interface {
	// Name tells this run of the engine from all others: a client that knew another one has to connect anew (node-info).
	Name() string

	// Join gives a peer a place among those of a room, or finds the one that it has: media go on while its signalling is lost. What
	// there is to tell goes to tell from now on, an offer that has no answer yet again. Nothing is opened before it is needed. The
	// second result says that it has been there before.
	Join(room, peer string, rights Rights, tell Tell) (Peer, bool)

	// Stats are counts since the start, and what is there now.
	Stats() Stats

	// Close ends all connections, and returns when nothing runs any more.
	Close() error
}

// Peer is one peer's place in an engine. Safe for concurrent use; but offers are answered in the order in which they come.
type Peer interface {
	// Offer takes what the client offers to publish, with all tracks that it speaks of, and gives the answer. What the peer's role must
	// not publish, and what is in no list, is not passed on. Errors: ErrSDP, ErrClosed, ErrStale.
	Offer(ctx context.Context, sdp string, tracks []Track) (answer string, err error)

	// Answer takes the client's answer to the last Offer event. An answer to another one is dropped. Errors: ErrSDP, ErrClosed.
	Answer(sdp string) error

	// Trickle takes a candidate of the client's; one that comes before its description waits. Errors: ErrSDP, ErrClosed.
	Trickle(side Side, c Candidate) error

	// SetRights says what the peer may do from now on: both ways, at once. It does not block.
	SetRights(r Rights)

	// Mute stops a track of the peer's from being passed on, or has it go on. It does not block.
	Mute(track string, muted bool)

	// Report is how the peer's media do. Zero while it has no connection.
	Report() Report

	// Series are how each track did that the peer has published or got, over all its stay: at most a few hundred samples of each.
	Series() []Series

	// Close ends the peer's media. Closing again does nothing. It does not block.
	Close()
}

// Tell takes an event to a peer. It must not block, nor call the engine.
type Tell func(Event)

// Errors of an engine's peers.
var (
	ErrSDP    = errors.New("the description or the candidate makes no sense")
	ErrClosed = errors.New("the peer's media have ended")
	ErrStale  = errors.New("a newer offer has been answered already")
)

// Side is one of a peer's two connections, with the numbers of the protocol (trickle.target).
type Side int

// The sides.
const (
	Publish   Side = 0
	Subscribe Side = 1
)

// Kind is what a track carries.
type Kind string

// The kinds.
const (
	Audio Kind = "audio"
	Video Kind = "video"
)

// Screen is the source of a track that shows a screen. All other sources are microphones and cameras, or stand in for them.
const Screen = "screen"

// Track is what a peer says of something that it publishes. ID is the track's in the client's SDP (a=msid, second word), and in that of
// all subscribers.
type Track struct {
	ID          string
	Stream      string // tracks of one stream are played in step
	Kind        Kind
	Source      string // regular, screen, plugin, audioplaylist, videoplaylist
	Muted       bool
	Description string
	Since       time.Time
}

// Rights are what a role may do.
type Rights struct {
	Role    string
	Audio   *Bound   // publishes sound of any source; nil: must not
	Video   *Bound   // publishes pictures, but not of a screen
	Screen  *Bound   // publishes pictures of a screen, and its sound
	Hears   []string // the roles whose tracks it gets
	Inbound int      // kbit/s that it gets at most, in all; 0: no bound
}

// Bound limits a published track; the zero value is no limit.
type Bound struct {
	Bitrate       int // kbit/s
	Width, Height int
	FrameRate     int
}

// Sends reports whether the role publishes anything.
func (r *Rights) Sends() bool { return r.Audio != nil || r.Video != nil || r.Screen != nil }

// Bound is the limit of what the role may publish of a sort; nil: it must not.
func (r *Rights) Bound(kind Kind, source string) *Bound {
	switch {
	case source == Screen && r.Screen != nil:
		return r.Screen
	case source == Screen:
		return nil
	case kind == Audio:
		return r.Audio
	case kind == Video:
		return r.Video
	}
	return nil
}

// Candidate is an ICE candidate as browsers write it.
type Candidate struct {
	Candidate     string  `json:"candidate"`
	SDPMid        *string `json:"sdpMid"`
	SDPMLineIndex *uint16 `json:"sdpMLineIndex"`
	Username      *string `json:"usernameFragment"`
}

// Event is one of the types below.
type Event any

// What an engine tells a peer.
type (
	// Offered is a description of what the peer gets, to be answered (Peer.Answer).
	Offered struct{ SDP string }

	// Found is a candidate of the engine's.
	Found struct {
		Side      Side
		Candidate Candidate
	}

	// TrackUp says that a track of the peer's own is passed on from now on.
	TrackUp struct{ ID string }

	// TrackDown says that it is not any more: it is not offered, not allowed, or the connection is gone.
	TrackDown struct{ ID string }

	// Levels are who speaks now among those whom the peer hears, the loudest first; empty when nobody does any more.
	Levels struct{ Speakers []Level }

	// Quality says how well peers are connected.
	Quality struct{ Scores []Score }

	// Layers says which layers of tracks the peer gets.
	Layers struct{ Tracks []TrackLayer }
)

// Level is how loud a track is, 0 to 100.
type Level struct {
	Peer, Track string
	Level       int
}

// Score is how well a peer gets what it is sent, 0 (it does not) to 5.
type Score struct {
	Peer  string
	Score int
}

// Layer is one of the sizes in which a track may be published.
type Layer int8

// The layers: rids q, h and f of the SDK. A track that is published in one size has only High.
const (
	None Layer = iota
	Low
	Medium
	High
)

func (l Layer) String() string {
	return [...]string{"none", "low", "medium", "high"}[max(None, min(l, High))]
}

// ParseLayer is the layer of a name.
func ParseLayer(name string) (Layer, bool) {
	for l := None; l <= High; l++ {
		if l.String() == name {
			return l, true
		}
	}
	return None, false
}

// TrackLayer is which layer of a track a peer gets, which one it has asked for, and whose connection is why they differ.
type TrackLayer struct {
	Track             string
	Current, Expected Layer
	Subscriber        bool // the peer's own connection bears no more
	Publisher         bool // the publisher sends no more
}

// Report is how a peer's media do.
type Report struct {
	Up, Down  Flow
	RoundTrip time.Duration // 0: not known
	Estimate  int           // kbit/s that the way down is thought to bear; 0: not known
}

// Flow is one direction.
type Flow struct {
	Packets, Bytes, Lost uint64 // since the peer came
	Bitrate              int    // kbit/s, lately
	Tracks               int
}

// Series is how one track of a peer's did.
type Series struct {
	Side    Side // Publish: what it sent; Subscribe: what it got
	Track   string
	Kind    Kind
	Source  string // as its publisher declared it; empty: not known
	RID     string // which layer, of a track that is published in several; empty: there is one
	Samples []Sample
}

// Sample is one measurement.
type Sample struct {
	At            time.Time
	Bitrate       int           // kbit/s
	Packets, Lost uint64        // since the series began: what was sent and what did not arrive, or what arrived and what did not
	Pictures      uint64        // since the series began, of video
	RoundTrip     time.Duration // 0: not known
	Jitter        time.Duration // by which packets come unevenly (RFC 3550, 6.4.1); 0: not known
}

// Stats are an engine's.
type Stats struct {
	Rooms, Peers, Connections, Up, Down int // now: Up and Down are tracks
	PacketsIn, PacketsOut               uint64
	BytesIn, BytesOut                   uint64
	LostIn, LostOut                     uint64
	Repeated                            uint64 // packets sent again
	KeyFrames                           uint64 // key frames asked for
}
