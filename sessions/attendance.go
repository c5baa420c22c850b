package sessions

import (
	"context"
	"slices"
	"time"

	"foyer/models"
)

// Attendance tells who was in a session, and for how long.
type Attendance struct {
	models.Session

	Users []User // in the order of joining first
}

// User is somebody who was in a session, once or more, with one device or more.
type User struct {
	UserID string
	Name   string // as given last
	Legs   []Leg  // in the order of joining

	Present time.Duration // how long at least one device was in
	Total   time.Duration // the sum of all legs: two devices at once count twice
}

// Leg is one stay.
type Leg struct {
	PeerID   string
	Role     string
	JoinedAt time.Time
	LeftAt   *time.Time // nil: still in
	Duration time.Duration
}

// Attendance reads who was in a session of a workspace. Stays that have not ended count up to now. Kind NotFound.
func (s *Service) Attendance(ctx context.Context, workspace, id models.ID) (Attendance, error) {
	r, err := s.Record(ctx, workspace, id)
	if err != nil {
		return Attendance{}, err
	}
	return Attendance{Session: r.Session, Users: attend(r.Peers, s.stamp())}, nil
}

// attend gathers legs by user; who has no user id stands alone.
func attend(peers []models.Peer, now time.Time) []User {
	var users []User
	place := map[string]int{}
	for i := range peers {
		p := &peers[i]
		at, known := place[p.UserID]
		if !known || p.UserID == "" {
			at = len(users)
			place[p.UserID] = at
			users = append(users, User{UserID: p.UserID})
		}
		u := &users[at]
		if p.Name != "" {
			u.Name = p.Name
		}
		u.Legs = append(u.Legs, leg(p, now))
	}
	for i := range users {
		users[i].sum()
	}
	return users
}

func leg(p *models.Peer, now time.Time) Leg {
	end := now
	if p.LeftAt != nil {
		end = *p.LeftAt
	}
	return Leg{PeerID: p.PeerID, Role: p.Role, JoinedAt: p.JoinedAt, LeftAt: p.LeftAt, Duration: max(0, end.Sub(p.JoinedAt))}
}

// sum adds the legs up; what overlaps counts once in Present.
func (u *User) sum() {
	slices.SortStableFunc(u.Legs, func(a, b Leg) int { return a.JoinedAt.Compare(b.JoinedAt) })
	var covered time.Time // up to here
	for _, l := range u.Legs {
		u.Total += l.Duration
		end := l.JoinedAt.Add(l.Duration)
		from := l.JoinedAt
		if from.Before(covered) {
			from = covered
		}
		if end.After(from) {
			u.Present += end.Sub(from)
			covered = end
		}
	}
}
