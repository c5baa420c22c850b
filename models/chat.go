package models

import "time"

// ChatUser is an account of the chat rooms. Its name is lower-case.
type ChatUser struct {
	Name         string `gorm:"primaryKey"`
	PasswordHash string
	Admin        bool // an operator has made it so; a name alone gives nothing
	Banned       bool
	ActiveAt     time.Time  // when it was last heard of, within an hour
	HeartbeatAt  *time.Time // when it last said that it is online
	CreatedAt    time.Time  `gorm:"autoCreateTime:false"`
}

// ChatToken is what a user signs in with. The token itself is not stored.
type ChatToken struct {
	Digest    string `gorm:"primaryKey"` // SHA-256 in hex
	UserName  string
	Retired   bool      // another one was given for it: it can still be exchanged, told apart and ended
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UsedAt    time.Time // within an hour
	ExpiresAt time.Time
}

// ChatTicket opens one connection for live events, once. The ticket itself is not stored.
type ChatTicket struct {
	Digest      string `gorm:"primaryKey"` // SHA-256 in hex
	UserName    string
	TokenDigest string // of the token that it was got with
	ExpiresAt   time.Time
}

// ChatRoom is a room where messages are written.
type ChatRoom struct {
	ID            ID
	Private       bool
	Name          string
	Creator       string
	LastMessageAt *time.Time // of the newest message that is kept
	CreatedAt     time.Time  `gorm:"autoCreateTime:false"`
}

// ChatMember is somebody who belongs to a private room, with or without an account.
type ChatMember struct {
	RoomID   ID     `gorm:"primaryKey"`
	UserName string `gorm:"primaryKey"`
	Position int    // among the members, from 0
}

// ChatPresence is somebody who is in a room.
type ChatPresence struct {
	RoomID   ID     `gorm:"primaryKey"`
	UserName string `gorm:"primaryKey"`
	JoinedAt time.Time
	SeenAt   time.Time // it ends some time after this
}

// ChatMessage is one that is kept.
type ChatMessage struct {
	ID        ID
	RoomID    ID
	UserName  string
	Content   string    // as it was written
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
}
