package models

import "time"

// Code stands for one role of one room (server contract 3). It is never deleted, so that it is never given out again.
type Code struct {
	ID        ID
	Code      string // abc-defg-hij; unique everywhere
	RoomID    ID
	Role      string
	Enabled   bool
	Orphaned  bool       // its role was taken from the room: disabled for good
	RetiresAt *time.Time // it was rotated: from this time on it is disabled
	NotBefore *time.Time
	ExpiresAt *time.Time
	MaxUses   *int
	Uses      int // counted only when MaxUses is set
	UserID    *string
	Label     *string
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"autoUpdateTime:false"` // changes only when Enabled does
}

// Live reports whether the code counts as enabled at a time: its own switch, and the end of a rotated code's grace.
func (c *Code) Live(at time.Time) bool { return c.Enabled && !c.Retired(at) }

// Retired reports whether the code was rotated and its grace is over at a time.
func (c *Code) Retired(at time.Time) bool { return c.RetiresAt != nil && !at.Before(*c.RetiresAt) }

// Settle disables a code whose grace is over as of the moment it ended, as a reader sees it: the row itself is not touched by time.
func (c *Code) Settle(at time.Time) {
	if c.Enabled && c.Retired(at) {
		c.Enabled, c.UpdatedAt = false, *c.RetiresAt
	}
}

// Limited reports whether the code is anything but the plain code of its role.
func (c *Code) Limited() bool {
	return c.NotBefore != nil || c.ExpiresAt != nil || c.MaxUses != nil || c.UserID != nil || c.RetiresAt != nil
}

// Door is all that decides whether a code opens its room, read in one statement.
type Door struct {
	Code        Code
	WorkspaceID ID
	RoomEnabled bool
	LinksOn     bool // the workspace's switch
	RoleExists  bool
	Guarded     *time.Time // see Room.GuardedUntil
	KeyID       string     // the newest active access key; empty when there is none
	KeySecret   []byte     // sealed
}
