package sessions

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Restore gives the sessions that had not ended when Foyer did, with the peers that were in them: those are marked as lost since the last
// heartbeat. A session in which nobody was is ended. It is to be called before Run, and before anybody comes in. Kind Unavailable.
func (s *Service) Restore(ctx context.Context) ([]models.Live, error) {
	var lives []models.Live
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		beat, err := lastBeat(ctx, tx)
		if err != nil {
			return err
		}
		if err := tx.LosePeers(ctx, beat); err != nil {
			return err
		}
		if err := s.endEmpty(ctx, tx); err != nil {
			return err
		}
		lives, err = read(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range lives {
		s.open[lives[i].Session.ID] = true
	}
	s.nudge()
	return lives, nil
}

// Queues gives who waited at the doors of rooms when Foyer ended. Kind Unavailable.
func (s *Service) Queues(ctx context.Context) ([]models.Queue, error) { return s.store.Queues(ctx) }

// lastBeat is when Foyer lived last; long ago if it never did.
func lastBeat(ctx context.Context, tx *store.Store) (time.Time, error) {
	last, err := tx.LastBeat(ctx, node)
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, nil
	}
	return last.BeatAt, err
}

func (s *Service) endEmpty(ctx context.Context, tx *store.Store) error {
	ended, err := tx.EndEmptySessions(ctx)
	if err != nil || len(ended) == 0 || s.hooks.Emit == nil {
		return err
	}
	events := make([]models.Event, len(ended))
	for i := range ended {
		events[i] = closed(&ended[i], *ended[i].EndedAt)
	}
	return s.hooks.Emit(ctx, tx, events...)
}

// read reads what has not ended.
func read(ctx context.Context, tx *store.Store) ([]models.Live, error) {
	sessions, err := tx.LiveSessions(ctx)
	if err != nil {
		return nil, err
	}
	leaves, err := tx.LastLeaves(ctx)
	if err != nil {
		return nil, err
	}
	peers, err := tx.LivePeers(ctx)
	lives, place := make([]models.Live, len(sessions)), make(map[models.ID]int, len(sessions))
	for i, session := range sessions {
		lives[i].Session, lives[i].Left, place[session.ID] = session, session.CreatedAt, i
	}
	for _, leave := range leaves {
		lives[place[leave.SessionID]].Left = leave.LeftAt
	}
	for _, peer := range peers {
		if i, live := place[peer.SessionID]; live {
			lives[i].Peers = append(lives[i].Peers, peer)
		}
	}
	return lives, err
}
