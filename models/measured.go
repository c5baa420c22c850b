package models

import "time"

// Measured is how a peer's media did over a stay (server contract 7.7). Nothing is known of what was
// before Foyer was killed or began anew.
type Measured struct {
	At     time.Time // when they ended
	Series []Series
}

// Series is how one track did that a peer sent or got: measurements side by side, in lists of one length.
type Series struct {
	Sent       bool // by the peer; otherwise it got the track
	Track      string
	Kind       string
	Source     string   // empty: not known
	RID        string   // which layer, of a track that is sent in several
	Times      []int64  // milliseconds since 1970
	Bitrates   []int    // bit/s
	Packets    []uint64 // since the series began, as the next two
	Lost       []uint64
	Pictures   []uint64
	RoundTrips []int64 // milliseconds, as the next one; 0: not known
	Jitters    []int64
}

// Measurement is what is kept of that, for as long as events are.
type Measurement struct {
	ID          ID // of the stay
	WorkspaceID ID
	RoomID      ID
	SessionID   ID
	PeerID      string
	Series      string    // a list of Series as JSON
	CreatedAt   time.Time `gorm:"autoCreateTime:false"` // when they ended
}
