package models

import "time"

// The plans of an account (Room Codes contract 8).
const (
	PlanFree      = "free"      // points of the day, which are gone when it is over
	PlanPremium   = "premium"   // more of them, and what is left adds up
	PlanUnlimited = "unlimited" // nothing is refused
)

// Account is who pays for what is done with API keys, in points (Room Codes contract 8). Points are as they were at its last charge: the
// day turns with the next one.
type Account struct {
	ID          ID
	WorkspaceID ID
	Name        string // unique in the workspace
	Plan        string
	Day         int       // of the points, counted in UTC from 1970-01-01
	DailyLeft   int       // of what the plan gives for the day
	Used        int       // on the day, under whatever plan
	Rollover    int       // left of days before
	Frozen      int       // of the premium plan, until the account has it again
	Parked      int       // how much of Frozen is the day's own
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

// Spendable is how many points the account can spend. With the unlimited plan it means nothing.
func (a Account) Spendable() int { return a.DailyLeft + a.Rollover }

// APIKey lets its holder act for an account. The key itself is shown once and not kept.
type APIKey struct {
	ID        ID
	AccountID ID
	Digest    string    // SHA-256 of the key, in hex; unique
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	RevokedAt *time.Time
}

// LedgerRow is one charge of an account. Rows are added only.
type LedgerRow struct {
	ID        ID
	AccountID ID
	Action    string
	Cost      int // below zero: points that came back
	RoomID    ID  // empty: none
	At        time.Time
}

// TableName is the ledger.
func (LedgerRow) TableName() string { return "ledger" }
