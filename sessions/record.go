package sessions

import (
	"context"
	"time"

	"foyer/models"
	"foyer/store"
)

const (
	// mostListed is how many peers a list of sessions holds in all.
	mostListed = 10_000

	// mostLegs is how many peers of one session are read.
	mostLegs = 100_000
)

// Record is a session with those who were in it, in the order of joining.
type Record struct {
	models.Session

	Peers []models.Peer
}

// UpdatedAt is when the session ended, or when somebody last came or went (server contract 6).
func (r *Record) UpdatedAt() time.Time {
	if r.EndedAt != nil {
		return *r.EndedAt
	}
	latest := r.CreatedAt
	for i := range r.Peers {
		for _, at := range []*time.Time{&r.Peers[i].JoinedAt, r.Peers[i].LeftAt} {
			if at != nil && at.After(latest) {
				latest = *at
			}
		}
	}
	return latest
}

// Record reads a session of a workspace with at most 100,000 peers. Kind NotFound.
func (s *Service) Record(ctx context.Context, workspace, id models.ID) (Record, error) {
	session, err := s.store.Session(ctx, workspace, id)
	if err != nil {
		return Record{}, err
	}
	peers, err := s.store.PeersOf(ctx, []models.ID{id}, mostLegs)
	return Record{Session: session, Peers: peers}, err
}

// List lists sessions of a workspace, newest first. All of them together have at most 10,000 peers: what is beyond, of the oldest ones,
// is left out.
func (s *Service) List(ctx context.Context, workspace models.ID, f store.SessionFilter, page store.Page) ([]Record, error) {
	sessions, err := s.store.Sessions(ctx, workspace, f, page)
	if err != nil {
		return nil, err
	}
	records, ids, place := make([]Record, len(sessions)), make([]models.ID, len(sessions)), make(map[models.ID]int, len(sessions))
	for i, session := range sessions {
		records[i].Session, ids[i], place[session.ID] = session, session.ID, i
	}
	peers, err := s.store.PeersOf(ctx, ids, mostListed)
	for _, peer := range peers {
		r := &records[place[peer.SessionID]]
		r.Peers = append(r.Peers, peer)
	}
	return records, err
}
