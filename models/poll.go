package models

import (
	"database/sql/driver"
	"time"
)

// Poll is a set of questions for the peers of a room (server contract 8.1). What it is about is here; when it ran is in PollRun.
type Poll struct {
	ID          ID
	WorkspaceID ID
	RoomID      *ID     // of the peer that made it; nil: it was made by the API, and rooms name it
	Alias       *string // what the client of that peer calls it; unique in the room
	Title       string
	Type        string // poll or quiz
	Duration    int    // for so many seconds; 0: until somebody stops it
	Anonymous   bool   // who has voted is not even stored
	Mode        string // what a voter is known by: userid, peerid or username
	Start       string // auto: with the session; manual
	Voters      Words  // roles that may vote; empty: all
	Viewers     Words  // roles that may see the responses; empty: all
	Questions   Questions
	CreatedBy   string    // the peer's id; empty: the API
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt   time.Time `gorm:"autoUpdateTime:false"`
}

// Question is one of a poll. Its index on the wire is its place, from 1; so it is with options.
type Question struct {
	Text        string
	Type        string // single-choice, multiple-choice, short-answer or long-answer
	Format      string
	Attachments []Attachment
	Skippable   bool
	Once        bool // a response cannot be changed
	Duration    int  // seconds for which clients show it
	Weight      int  // the score of a right response
	MinLength   int  // of a text, in characters
	MaxLength   int  // 0: not bounded by the question
	Answer      Answer
	Options     []Option
}

// Attachment is something shown along with a question.
type Attachment struct{ Type, URL string }

// Answer is what is right.
type Answer struct {
	Hidden  bool  // while the poll runs
	Options []int // positions from 1; nothing: there is no right one
	Text    string
	Case    bool // letters must agree in case
	Trim    bool // space around the text does not matter
}

// Option is one that can be chosen. Its weight is kept for clients.
type Option struct {
	Text   string
	Weight int
}

// PollRun is a poll's stay in one session: it begins and ends at most once there.
type PollRun struct {
	ID        ID
	PollID    ID
	SessionID ID
	RoomID    ID
	Questions Questions // as they were when it began
	Peers     int       // the greatest number of peers in the room that was told
	StartedBy string    // the peer's id; empty: it began with the session
	StartedAt time.Time
	EndsAt    *time.Time // when its duration is over
	StoppedBy string     // the peer's id; empty: time, or the end of the session
	StoppedAt *time.Time
}

// PollResponse is what a voter says to one question of a run. It is never changed: a new one takes its place.
type PollResponse struct {
	ID        ID
	PollID    ID
	RunID     ID
	SessionID ID
	Voter     string // a digest of what the voter is known by, of no use in another run
	Question  int
	Options   Positions // chosen, in order
	Text      string
	Skipped   bool
	Correct   bool
	Score     int
	Duration  int  // milliseconds that it took
	Current   bool // no other has taken its place
	FirstID   *ID  // the voter's first one to the question; nil: this is it
	Retries   int  // how many were there before it
	PeerID    string
	UserID    string
	Name      string
	SentAt    time.Time
}

// Questions is a list of questions that is kept in one column.
type Questions []Question

// Scan reads a JSON column (database/sql.Scanner).
func (q *Questions) Scan(column any) error {
	raw, err := text(column)
	*q = nil
	if err != nil || raw == nil {
		return err
	}
	return ParseJSON(raw, (*[]Question)(q))
}

// Value writes a JSON column (database/sql/driver.Valuer). A nil list is the empty one.
func (q Questions) Value() (driver.Value, error) {
	if q == nil {
		return "[]", nil
	}
	return written([]Question(q))
}

// GormDataType tells the store's mapper that the list is one column.
func (Questions) GormDataType() string { return "text" }

// Positions is a list of places from 1 that is kept in one column. Equal lists are equal texts.
type Positions []int

// Scan reads a JSON column (database/sql.Scanner).
func (p *Positions) Scan(column any) error {
	raw, err := text(column)
	*p = nil
	if err != nil || raw == nil {
		return err
	}
	return ParseJSON(raw, (*[]int)(p))
}

// Value writes a JSON column (database/sql/driver.Valuer). A nil list is the empty one.
func (p Positions) Value() (driver.Value, error) {
	if p == nil {
		return "[]", nil
	}
	return written([]int(p))
}

// GormDataType tells the store's mapper that the list is one column.
func (Positions) GormDataType() string { return "text" }
