package hub_test

import (
	"fmt"
	"time"

	"foyer/models"

	"pgregory.net/rapid"
)

// sheet reads what a hub has written down and finds what cannot be.
type sheet struct {
	verdict  map[models.ID]bool
	sessions map[models.ID]*sessionSheet
	rows     map[models.ID]*rowSheet
	current  models.ID // the session of the last join
}

type sessionSheet struct {
	inside int // rows that are written and have not left
	opened bool
	last   time.Time // the latest leave
	ended  bool
}

type rowSheet struct {
	session models.ID
	joined  time.Time
	left    bool
}

// check reads all entries. With over, nobody may be in any more.
func (p *paper) check(t rapid.TB, over bool) {
	t.Helper()
	s := &sheet{sessions: map[models.ID]*sessionSheet{}, rows: map[models.ID]*rowSheet{}}
	entries := p.written()
	p.mu.Lock()
	s.verdict = map[models.ID]bool{}
	for id, written := range p.verdict {
		s.verdict[id] = written
	}
	p.mu.Unlock()
	for i := range entries {
		if wrong := s.read(&entries[i]); wrong != "" {
			t.Fatalf("entry %d: %s: %+v", i, wrong, entries[i])
		}
	}
	for id, session := range s.sessions {
		if over && session.opened != session.ended {
			t.Fatalf("session %s: opened is %v, ended is %v", id, session.opened, session.ended)
		}
	}
}

// read takes an entry, and says what is wrong with it.
func (s *sheet) read(e *models.Entry) string {
	if e.Session == nil {
		return ""
	}
	if e.Joined != nil {
		return s.join(e)
	}
	session := s.sessions[e.Session.ID]
	switch {
	case session == nil:
		return "about a session that nobody has joined"
	case session.ended:
		return "about a session that has ended"
	case e.Kept != nil:
		return s.keep(e.Kept)
	case e.Left != nil:
		return s.leave(session, e.Left)
	case e.Ended != nil:
		return session.end(*e.Ended)
	}
	return ""
}

func (s *sheet) join(e *models.Entry) string {
	id := e.Session.ID
	if s.rows[e.Joined.ID] != nil {
		return "a second join of a row"
	}
	if e.Joined.SessionID != id {
		return "a join of another session"
	}
	if before := s.sessions[s.current]; s.current != id && before != nil && before.opened && !before.ended {
		return fmt.Sprintf("session %s begins before session %s has ended", id, s.current)
	}
	session := s.sessions[id]
	if session == nil {
		session = &sessionSheet{}
		s.sessions[id], s.current = session, id
	}
	if session.ended {
		return "a join of a session that has ended"
	}
	if s.verdict[e.Joined.ID] {
		session.opened = true
		session.inside++
		s.rows[e.Joined.ID] = &rowSheet{session: id, joined: e.Joined.JoinedAt}
	}
	return ""
}

func (s *sheet) keep(p *models.Peer) string {
	if row := s.rows[p.ID]; row == nil || row.left {
		return "about a peer that is not in"
	}
	return ""
}

func (s *sheet) leave(session *sessionSheet, p *models.Peer) string {
	row := s.rows[p.ID]
	switch {
	case row == nil:
		return "a leave without a join"
	case row.left:
		return "a second leave"
	case p.LeftAt == nil || p.LeftAt.Before(row.joined):
		return "a leave before the join"
	case p.Reason == "":
		return "a leave without a reason"
	}
	row.left = true
	session.inside--
	if p.LeftAt.After(session.last) {
		session.last = *p.LeftAt
	}
	return ""
}

func (s *sessionSheet) end(at time.Time) string {
	switch {
	case !s.opened:
		return "the end of a session that was never opened"
	case s.inside > 0:
		return fmt.Sprintf("the end of a session in which %d are", s.inside)
	case !at.Equal(s.last):
		return "an end that is not the last leave"
	}
	s.ended = true
	return ""
}
