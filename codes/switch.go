package codes

import (
	"context"
	"slices"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Switch enables or disables a code; setting what is set changes nothing. Kinds NotFound; Forbidden when it cannot be enabled, since
// its role is gone from the room (server contract 3.5); Invalid when the room would have too many.
func (s *Service) Switch(ctx context.Context, workspace models.ID, text string, enabled bool) (models.Code, error) {
	letters, ok := Parse(text)
	if !ok {
		return models.Code{}, codeNotFound()
	}
	var code models.Code
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		roles, err := lockRoomOf(ctx, tx, workspace, letters)
		if err != nil {
			return err
		}
		if code, err = tx.LockCode(ctx, workspace, letters); err != nil {
			return err
		}
		at := tx.Stamp()
		if code.Settle(at); code.Enabled == enabled {
			return nil
		}
		if enabled {
			if err := s.mayEnable(ctx, tx, code, roles); err != nil {
				return err
			}
			code.RetiresAt = nil
		}
		code.Enabled, code.UpdatedAt = enabled, at
		return tx.UpdateCode(ctx, code)
	})
	return code, err
}

func codeNotFound() error { return fault.New(fault.NotFound, "Error: Code not found") }

// lockRoomOf locks the room of a code, which everybody does before locking the code, and keeps its roles.
func lockRoomOf(ctx context.Context, tx *store.Store, workspace models.ID, letters string) ([]string, error) {
	code, err := tx.Code(ctx, workspace, letters)
	if err != nil {
		return nil, err
	}
	room, err := tx.LockRoom(ctx, workspace, code.RoomID)
	if err != nil {
		return nil, err
	}
	return tx.KeepTemplate(ctx, room.TemplateID)
}

func (s *Service) mayEnable(ctx context.Context, tx *store.Store, code models.Code, roles []string) error {
	if code.Orphaned || !slices.Contains(roles, code.Role) {
		return fault.New(fault.Forbidden, "room code cannot be enabled: its role was deleted from the room")
	}
	return s.leaveRoomFor(ctx, tx, code.RoomID, 1)
}

// MaxGrace is how long a rotated code may go on.
const MaxGrace = 30 * 24 * time.Hour

// Rotate replaces an enabled code by a new one of the same role and terms, whose uses begin at none. The old one works on for
// the grace, then it is disabled and says that it was replaced. Kinds NotFound; Forbidden when the code or its room is
// disabled, its role gone, or it is being replaced already; Invalid for a wrong grace or too many codes.
func (s *Service) Rotate(ctx context.Context, workspace models.ID, text string, grace time.Duration) (models.Code, error) {
	letters, ok := Parse(text)
	if !ok {
		return models.Code{}, codeNotFound()
	}
	if grace < 0 || grace > MaxGrace {
		return models.Code{}, fault.Invalidf("grace must be an integer of seconds from 0 to %d", int(MaxGrace.Seconds()))
	}
	var fresh models.Code
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		old, err := lockForRotation(ctx, tx, workspace, letters)
		if err != nil {
			return err
		}
		at := tx.Stamp()
		until := at.Add(grace)
		old.RetiresAt, old.Enabled = &until, grace > 0
		if grace == 0 {
			old.UpdatedAt = at
		} else if err := s.leaveRoomFor(ctx, tx, old.RoomID, 1); err != nil {
			return err
		}
		if err := tx.UpdateCode(ctx, old); err != nil {
			return err
		}
		fresh, err = s.draw(ctx, tx, old.RoomID, old.Role, Terms{
			NotBefore: old.NotBefore, ExpiresAt: old.ExpiresAt, MaxUses: old.MaxUses, UserID: old.UserID, Label: old.Label,
		})
		return err
	})
	return fresh, err
}

func lockForRotation(ctx context.Context, tx *store.Store, workspace models.ID, letters string) (models.Code, error) {
	code, err := tx.Code(ctx, workspace, letters)
	if err != nil {
		return code, err
	}
	roles, err := openRoom(ctx, tx, workspace, code.RoomID)
	if err != nil {
		return code, err
	}
	if code, err = tx.LockCode(ctx, workspace, letters); err != nil {
		return code, err
	}
	switch {
	case !slices.Contains(roles, code.Role):
		return code, fault.New(fault.Forbidden, "room code cannot be rotated: its role was deleted from the room")
	case code.RetiresAt != nil:
		return code, fault.New(fault.Forbidden, "room code was replaced already")
	case !code.Enabled:
		return code, fault.New(fault.Forbidden, "room code is disabled")
	}
	return code, nil
}
