package models

import "time"

// Workspace is one customer: the owner of keys, templates and rooms (server contract 1.11). Its ID is the customer_id of the wire.
type Workspace struct {
	ID                ID
	AppID             ID
	Name              string
	Region            string // in, us, eu or auto
	DefaultTemplateID ID     // used by rooms made without one
	RoomLinksEnabled  bool   // off: no code of the workspace is exchanged
	WebhookURL        *string
	WebhookHeaders    []byte    // sealed JSON object of strings; nil: none
	CreatedAt         time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt         time.Time `gorm:"autoUpdateTime:false"`
}

// Key is an access key and its secret. A workspace may have several; a revoked one stays, so that its name is never given again.
type Key struct {
	ID          string // the access key
	WorkspaceID ID
	Secret      []byte    // sealed
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	RevokedAt   *time.Time
}

// Operator is a person who may sign in to the dashboard.
type Operator struct {
	ID           ID
	Name         string    // unique
	PasswordHash string    // Argon2id, PHC string
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`
}
