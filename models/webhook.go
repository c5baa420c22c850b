package models

import "time"

// The states of a delivery.
const (
	DeliveryQueued  = "queued"  // within the attempts that the contract promises (server contract 7.2)
	DeliveryFailed  = "failed"  // all of them failed; while DueAt is set, it is still tried now and then
	DeliverySuccess = "success" // the receiver took it
)

// Delivery is one event on its way to a webhook: a line of the outbox, written in the transaction of what it tells of.
type Delivery struct {
	ID          ID
	EventID     string // UUID; the same in every attempt
	WorkspaceID ID
	RoomID      ID
	Seq         int // counts the events of the room that somebody listened to, from 1 and without a gap
	Type        string
	Body        string // the finished envelope (server contract 7.3)
	State       string
	Attempts    int
	DueAt       *time.Time // when it is tried next; nil: never again
	URL         *string    // where the last attempt went
	Problem     *string    // why the last attempt failed; nil when it did not
	SettledAt   *time.Time // when it came into its state, if that is not queued
	CreatedAt   time.Time  `gorm:"autoCreateTime:false"`
}

// Lane is the line in which the events of a room wait: they are sent one at a time, first attempts in the order of Seq. Whoever
// sends has leased it.
type Lane struct {
	RoomID      ID `gorm:"primaryKey"`
	WorkspaceID ID
	Seq         int        // of the newest event
	Tried       int        // of the newest event whose first attempt has ended
	DueAt       *time.Time // when the next of its events is due; nil: none is
	Lease       string     // who sends; empty: nobody
	LeasedUntil *time.Time // from then on others may send, since whoever sent is gone
}

// WebhookSecret is what the deliveries of a workspace are signed with. It is replaced by another, and retires a while after.
type WebhookSecret struct {
	ID          ID
	WorkspaceID ID
	Secret      []byte     // sealed
	RetiresAt   *time.Time // from this time on it signs no more
	CreatedAt   time.Time  `gorm:"autoCreateTime:false"`
}

// The states of a replay, as they go out (server contract 7.6).
const (
	ReplayRunning   = "Running"
	ReplayCompleted = "completed"
	ReplayPartial   = "completed_with_failures"
	ReplayFailed    = "failed"
)

// Replay sends deliveries once more (server contract 7.6).
type Replay struct {
	ID          ID
	WorkspaceID ID
	Request     string // what was asked, in one spelling: a running replay of the same words is joined
	StartTime   time.Time
	EndTime     time.Time
	RoomID      string // empty: all
	EventNames  Words  // empty: all
	Status      string // all, failed or success: which deliveries
	MaxEvents   int    // how many at most
	Skip        int    // how many of the first ones not
	State       string
	Total       int
	Completed   int
	Failed      int
	Failures    List // what failed, the first hundred
	Position    ID   // of the last delivery that is done with
	Lease       string
	LeasedUntil *time.Time
	StartedAt   time.Time
	CompletedAt *time.Time
}

// AnalyticsEvent is something that a workspace may look up for a while (server contract 7.7). No webhook tells of it.
type AnalyticsEvent struct {
	ID          ID
	WorkspaceID ID
	RoomID      ID
	Type        string
	SessionID   string
	PeerID      string
	UserID      string
	BeamID      string
	Problem     bool // it tells of an error
	Data        Document
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
}
