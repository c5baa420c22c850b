package models

import "time"

// Room is a place to meet (server contract 2.1). It is never deleted, only disabled.
type Room struct {
	ID                 ID
	WorkspaceID        ID
	TemplateID         ID
	Name               string
	NameKey            string // the lower-cased name; unique in the workspace
	Description        string
	Enabled            bool
	Region             string   // auto: the template's
	RecordingInfo      Document // nil: the template's settings; credentials are sealed
	LargeRoom          bool
	Size               *int // peers at most
	MaxDurationSeconds *int
	Polls              List // ids of polls; nil: none were ever set
	WebhookURL         *string
	WebhookHeaders     []byte    // sealed JSON object of strings
	CreatedAt          time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt          time.Time `gorm:"autoUpdateTime:false"`

	TemplateName   string `gorm:"->;-:migration"` // read along with the room
	TemplateRegion string `gorm:"->;-:migration"`

	GuardedUntil *time.Time `gorm:"->"` // until then somebody may be banned from the room, or a token refused
	Rules        *Rules     // nil: an ordinary room
	ExpiresAt    *time.Time // when it closes unless that is put off; nil: never
}

// StreamKey is a key for streaming into a room (server contract 8.6). At most one of a room is enabled.
type StreamKey struct {
	ID        ID
	RoomID    ID
	Key       []byte // sealed
	Enabled   bool
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"`
}
