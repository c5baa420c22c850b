package codes

import (
	"context"
	"net/netip"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// The causes why a code opens nothing, as `details` says them.
const (
	Unknown       = "unknown"
	Disabled      = "disabled"
	Expired       = "expired"
	UsedUp        = "used up"
	NotYet        = "not yet"
	Replaced      = "replaced"
	OtherUser     = "other user"
	CauseRoom     = "room disabled"
	CauseRoleGone = "role gone"
	CauseLinksOff = "links off"
)

// Look finds the room that a code of any spelling opens now. Kinds NotFound and Forbidden carry one cause; RateLimited when
// the address guesses too fast to be answered. What comes of it must be told to Judge.
func (s *Service) Look(ctx context.Context, from netip.Addr, text string) (models.Door, error) {
	if err := s.guard.Admit(from); err != nil {
		return models.Door{}, err
	}
	letters, ok := Parse(text)
	if !ok {
		return models.Door{}, unknown()
	}
	door, err := s.store.Door(ctx, letters)
	if fault.Is(err, fault.NotFound) {
		return door, unknown()
	}
	if err != nil {
		return door, err
	}
	return door, void(&door, s.store.Stamp())
}

func unknown() error {
	return fault.New(fault.NotFound, "Room code does not exist", Unknown)
}

func refuse(cause, message string) error { return fault.New(fault.Forbidden, message, cause) }

// void reports why a code opens nothing, whoever sends it.
func void(d *models.Door, at time.Time) error {
	c := &d.Code
	switch {
	case !d.LinksOn:
		return refuse(CauseLinksOff, "room links are turned off in this workspace")
	case !d.RoomEnabled:
		return refuse(CauseRoom, "room is disabled")
	case c.Orphaned || !d.RoleExists:
		return refuse(CauseRoleGone, "the role of this room code does not exist any more")
	case !c.Live(at) && c.RetiresAt != nil:
		return refuse(Replaced, "room code was replaced by a new one")
	case !c.Enabled:
		return refuse(Disabled, "room code is disabled")
	case c.NotBefore != nil && at.Before(*c.NotBefore):
		return refuse(NotYet, "room code is not valid yet")
	case c.ExpiresAt != nil && !at.Before(*c.ExpiresAt):
		return refuse(Expired, "room code is expired")
	}
	return nil
}

// Claim settles for which user a code is exchanged: the one it is bound to, the one who asks, or fresh when neither is named.
// Kind Forbidden when the code is bound to somebody else.
func Claim(c *models.Code, asking, fresh string) (string, error) {
	switch {
	case c.UserID != nil && asking != "" && asking != *c.UserID:
		return "", refuse(OtherUser, "room code belongs to another user")
	case c.UserID != nil:
		return *c.UserID, nil
	case asking != "":
		return asking, nil
	}
	return fresh, nil
}

// Spend counts a use of a code that counts its uses, and does nothing for others. Kind Forbidden when it is used up.
func (s *Service) Spend(ctx context.Context, c *models.Code, user string) error {
	if c.MaxUses == nil {
		return nil
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		counted, err := tx.Spend(ctx, c.ID, user, tx.Stamp())
		if err == nil && !counted {
			err = refuse(UsedUp, "room code is used up")
		}
		return err
	})
}

// CheckSpent reports kind Forbidden when a code that counts its uses is used up for a user who did not use it before.
func (s *Service) CheckSpent(ctx context.Context, c *models.Code, user string) error {
	if c.MaxUses == nil || c.Uses < *c.MaxUses {
		return nil
	}
	used, err := s.store.HasSpent(ctx, c.ID, user)
	if err == nil && !used {
		err = refuse(UsedUp, "room code is used up")
	}
	return err
}

// Judge is the last word on an exchange that began with Look: a refusal counts against the address, and one that guesses gets
// kind RateLimited without a cause. All other outcomes pass as they are.
func (s *Service) Judge(from netip.Addr, outcome error) error {
	if kind := fault.KindOf(outcome); outcome == nil || kind != fault.NotFound && kind != fault.Forbidden {
		return outcome
	}
	return s.guard.Failed(from, outcome)
}
