package rooms

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/roles"
	"foyer/store"
	"foyer/tokens"
)

// longestBan is how long somebody can be kept out at once.
const longestBan = 365 * 24 * time.Hour

// maxReason is how many bytes the reason of a removal has at most.
const maxReason = 1024

// Removal is how a peer is put out; NewRemoval makes one.
type Removal struct {
	Peer   string
	Reason string
	Ban    time.Duration // how long it is kept out; 0: it may come back with a new token
}

// NewRemoval is a removal with a ban of so many seconds. Kind Invalid.
func NewRemoval(peer, reason string, seconds int64) (Removal, error) {
	switch {
	case len(reason) > maxReason:
		return Removal{}, fault.Invalidf("reason must have at most %d bytes", maxReason)
	case seconds < 0 || seconds > int64(longestBan/time.Second):
		return Removal{}, fault.Invalidf("ban_for must be an integer from 0 to %d seconds", int64(longestBan/time.Second))
	}
	return Removal{Peer: peer, Reason: reason, Ban: time.Duration(seconds) * time.Second}, nil
}

// Remove puts a peer out of a live room, at the server's wish. Its token is refused from then on, and, with a ban, its user. Kinds NotFound,
// Invalid.
func (s *Service) Remove(ctx context.Context, room *hub.Room, r Removal) error {
	return s.remove(ctx, room, r, func() error { return room.Remove(r.Peer, r.Reason) })
}

// RemoveAll puts out one peer, or, without one, all of a role: that there is none of it is no error (server contract 5). The ban is in
// seconds. Kinds NotFound, Invalid.
func (s *Service) RemoveAll(ctx context.Context, room *hub.Room, peer, role, reason string, ban int64) error {
	removal, err := NewRemoval(peer, reason, ban)
	if err != nil {
		return err
	}
	if peer != "" {
		return s.Remove(ctx, room, removal)
	}
	for _, card := range room.View().Peers {
		removal.Peer = card.ID
		if card.Role != role {
			continue
		}
		if err := s.Remove(ctx, room, removal); err != nil && !fault.Is(err, fault.NotFound) { // who has left meanwhile is out
			return err
		}
	}
	return nil
}

// RemoveBy puts a peer out at the wish of another one. Kinds as Remove; Forbidden.
func (s *Service) RemoveBy(ctx context.Context, by *hub.Peer, r Removal) error {
	if err := by.May(roles.RemoveOthers); err != nil {
		return err
	}
	return s.remove(ctx, by.Room(), r, func() error { return by.Remove(r.Peer, r.Reason) })
}

// remove keeps the peer out before it puts it out: nobody slips back in between.
func (s *Service) remove(ctx context.Context, room *hub.Room, r Removal, out func() error) error {
	stay, ticket, err := room.Stay(r.Peer)
	if err != nil {
		return err
	}
	if err := s.keepOut(ctx, &stay, ticket.Expires, r); err != nil {
		return err
	}
	if err := out(); err != nil {
		return err
	}
	room.PutOut(func(t *hub.Ticket) bool {
		return t.Token == stay.Token || r.Ban > 0 && banKey(t.User, t.Agent) == banKey(stay.UserID, stay.Agent)
	}, r.Reason)
	return nil
}

// keepOut writes down that a peer's token is refused until it is of no use any more, and its ban.
func (s *Service) keepOut(ctx context.Context, p *models.Peer, expires time.Time, r Removal) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		at := tx.Stamp()
		until := later(expires, at.Add(tokens.Lifetime)).Add(tokens.Leeway)
		if err := tx.Revoke(ctx, p.Token, p.RoomID, until); err != nil {
			return err
		}
		if r.Ban > 0 {
			ban := models.Ban{
				ID: tx.NewID(), RoomID: p.RoomID, Key: banKey(p.UserID, p.Agent), UserID: p.UserID, Reason: r.Reason,
				CreatedAt: at, Until: at.Add(r.Ban),
			}
			if err := tx.InsertBan(ctx, &ban); err != nil {
				return err
			}
			until = later(until, ban.Until)
		}
		return tx.Guard(ctx, p.RoomID, until)
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// banKey is what a ban goes by: the user, or, when the user's id was made up, the address and browser.
func banKey(user, agent string) string {
	if agent != "" {
		return "from:" + agent
	}
	return "user:" + user
}

// checkBans refuses who is banned under one of the keys.
func (s *Service) checkBans(ctx context.Context, room models.ID, at time.Time, keys ...string) error {
	banned, err := s.store.Banned(ctx, room, keys, at)
	if err == nil && banned {
		err = fault.New(fault.Forbidden, "you are banned from this room", "banned")
	}
	return err
}

// Bans lists the bans of a room that still hold. Kind NotFound (room).
func (s *Service) Bans(ctx context.Context, workspace, room models.ID) ([]models.Ban, error) {
	if _, err := s.store.Room(ctx, workspace, room); err != nil {
		return nil, err
	}
	return s.store.LiveBans(ctx, room, s.store.Stamp())
}

// Unban ends a ban. Kind NotFound.
func (s *Service) Unban(ctx context.Context, workspace, room, ban models.ID) error {
	if _, err := s.store.Room(ctx, workspace, room); err != nil {
		return err
	}
	return s.store.DeleteBan(ctx, room, ban)
}

// End ends the session of a live room, and locks the room first where that is wanted: it is disabled then until it is enabled again
// (server contract 5). Kind Invalid.
func (s *Service) End(ctx context.Context, room *hub.Room, reason string, lock bool) error {
	return s.end(ctx, room, reason, lock, func() error { room.End(reason, lock); return nil })
}

// EndBy ends the session at the wish of a peer. Kinds as End; Forbidden.
func (s *Service) EndBy(ctx context.Context, by *hub.Peer, reason string, lock bool) error {
	if err := by.May(roles.EndRoom); err != nil {
		return err
	}
	return s.end(ctx, by.Room(), reason, lock, func() error { return by.End(reason, lock) })
}

func (s *Service) end(ctx context.Context, room *hub.Room, reason string, lock bool, end func() error) error {
	if len(reason) > maxReason {
		return fault.Invalidf("reason must have at most %d bytes", maxReason)
	}
	if lock {
		place, off := room.View().Place, false
		if _, err := s.Update(ctx, place.Room.WorkspaceID, place.Room.ID, Change{Enabled: &off}); err != nil {
			return err
		}
	}
	return end()
}
