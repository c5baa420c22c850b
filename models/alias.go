package models

import (
	"database/sql/driver"
	"encoding/json"
	"time"
)

// Alias is what a room is called in another protocol: its door there. Of the open ones of a dialect each has a name of its own; that is free
// again when the room closes.
type Alias struct {
	ID        ID
	Dialect   string
	Name      string
	RoomID    ID
	AccountID ID        // whose it is; empty: the workspace's
	Kept      bool      // stays open while nobody is in
	Password  []byte    // sealed; nil: none
	Creator   []byte    // what the token that opens it as host is known by; nil: there is none
	CreatedAt time.Time `gorm:"autoCreateTime:false"`
	ClosedAt  *time.Time
}

// Rules are what is special about a room, whoever is in it.
type Rules struct {
	Host   string `json:"host,omitempty"`   // the role of whoever leads it
	Guest  string `json:"guest,omitempty"`  // the role of whoever comes in by its alias
	Ends   bool   `json:"ends,omitempty"`   // nobody leads it: its session ends
	Single bool   `json:"single,omitempty"` // it closes with its session
	Star   bool   `json:"star,omitempty"`   // only whoever leads hears everybody, and is heard by everybody
	Echo   bool   `json:"echo,omitempty"`   // whoever speaks by the protocol that it was made by hears it too
}

// Scan reads a JSON column (database/sql.Scanner).
func (r *Rules) Scan(column any) error {
	raw, err := text(column)
	if err != nil || raw == nil {
		*r = Rules{}
		return err
	}
	return json.Unmarshal(raw, r)
}

// Value writes a JSON column (database/sql/driver.Valuer).
func (r Rules) Value() (driver.Value, error) { return written(r) }

// GormDataType tells the store's mapper that rules are one column.
func (Rules) GormDataType() string { return "text" }
