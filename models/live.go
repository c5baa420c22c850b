package models

import "time"

// Session is one stretch of a room's live time (server contract 6). A room has at most one that has not ended.
type Session struct {
	ID          ID
	WorkspaceID ID
	RoomID      ID
	TemplateID  ID        // the room's when the session began
	RoomName    string    // the room's when the session began
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	EndedAt     *time.Time
	State       Document // what the room must know again after a restart: its metadata, its queue of waiters; nil once it has ended
}

// Peer is one stay of somebody in a session: its row is a leg of attendance. The client chooses PeerID; a stay of its own has ID.
type Peer struct {
	ID        ID
	PeerID    string
	SessionID ID
	RoomID    ID
	UserID    string
	Name      string
	Data      string // the peer's metadata, a text of the client's
	Role      string
	Kind      string // regular or sip
	Dialect   string // by which protocol it came in, such as hms
	Groups    Words
	Observed  Words  // keys of the session's metadata that it watches
	Token     string // what its token is known by (tokens.Seat.Token): a removed peer's is refused from then on
	Agent     string // what a ban of a nameless peer goes by; "" when the peer's user id was given by its owner
	JoinedAt  time.Time
	LostAt    *time.Time // Foyer ended while the peer was in; this was Foyer's last heartbeat
	LeftAt    *time.Time
	Reason    string // why it left (server contract 7.4): client request, peer kicked, websocket closed, server removed peer
	Message   string // in the words of whoever removed it

	Muted    bool `gorm:"-"` // what the peer says of its microphone; it is not written down
	VideoOff bool `gorm:"-"` // the same of its camera
}

// Event is something that webhooks tell of (server contract 7.4). Data is the envelope's data, complete.
type Event struct {
	WorkspaceID ID
	RoomID      ID
	Type        string
	At          time.Time
	Data        Document
}

// Entry is one line of the journal: something that happened in a live room. Lines of a room are written in the order in which it
// happened. Exactly one of the fields behind the session is set, but About.
type Entry struct {
	Session  *Session   // whose line this is; not changed after it is first handed over
	Joined   *Peer      // came in: the first one opens the session
	Kept     *Peer      // has changed; the latest state counts
	Left     *Peer      // has gone: LeftAt, Reason and Message are set
	State    Document   // the session's own state has changed
	Ended    *time.Time // the session has ended; nobody is in it any more
	Told     *Event     // anything else that webhooks tell of: Data is what comes on top of the parts about the session and the peer
	About    *Peer      // with Told: whom it is about; nil: only the session
	Queue    *Queue     // who waits at the room's door has changed; Session is nil
	Track    *TrackLine // what has become of a track of the peer that About is: for analytics, no webhook tells of it
	Measured *Measured  // how the media did of the peer that About is, over its stay: for analytics too
}

// TrackFate is what has become of a track.
type TrackFate string

// The fates, in the words of analytics (server contract 7.7).
const (
	TrackAdded   TrackFate = "track.add.success"
	TrackUpdated TrackFate = "track.update.success"
	TrackRemoved TrackFate = "track.remove.success"
)

// TrackLine is what became of a track of a peer's.
type TrackLine struct {
	Fate   TrackFate
	At     time.Time
	ID     string
	Stream string
	Kind   string
	Source string
	Muted  bool
	Since  time.Time // when it was added
}

// Queue is who waits at a room's door, in order. It outlives sessions: somebody may come too early.
type Queue struct {
	RoomID  ID
	Waiters []Waiter
}

// Waiter is somebody who waits to be let in.
type Waiter struct {
	PeerID   string
	UserID   string
	Name     string
	Data     string
	Role     string
	Token    string // see Peer.Token
	Agent    string // see Peer.Agent
	Dialect  string // see Peer.Dialect
	Since    time.Time
	Admitted bool // let in while its connection was lost
}

// Live is a session that had not ended when Foyer did, with the peers that were in it.
type Live struct {
	Session Session
	Peers   []Peer    // in the order of joining
	Left    time.Time // when somebody left it last; when it began if nobody has
}

// Ban keeps somebody out of a room for a time.
type Ban struct {
	ID        ID
	RoomID    ID
	Key       string // "user:" and a user id, or "from:" and a digest of address and user agent
	UserID    string // for people to read; may be of a made-up user
	Reason    string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	Until     time.Time
}
