package codes

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Limit is how many enabled codes a room has at most (server contract 3.6.4).
const Limit = 100

// Service makes and switches codes. Safe for concurrent use.
type Service struct {
	store  *store.Store
	source *Source
	guard  *Guard // nil: at rest
}

// New makes the service. A nil guard lets everybody guess: for load tests only.
func New(s *store.Store, source *Source, guard *Guard) *Service {
	return &Service{store: s, source: source, guard: guard}
}

// Sync gives every current role of a room exactly one plain code, disables the codes of roles that are gone, and returns all
// enabled codes by role and age: calling it again returns the same (server contract 3.6.1, 3.6.2). Kinds NotFound; Forbidden
// when the room is disabled; Invalid when it has no roles or would have too many codes.
func (s *Service) Sync(ctx context.Context, workspace, room models.ID) ([]models.Code, error) {
	var live []models.Code
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		roles, err := openRoom(ctx, tx, workspace, room)
		if err != nil {
			return err
		}
		if live, err = s.drop(ctx, tx, room, roles); err != nil {
			return err
		}
		for _, role := range lacking(roles, live) {
			if len(live) >= Limit {
				return full()
			}
			code, err := s.draw(ctx, tx, room, role, Terms{})
			if err != nil {
				return err
			}
			live = append(live, code)
		}
		slices.SortFunc(live, byRole)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return live, nil
}

// openRoom locks a room that may get codes, and keeps its roles.
func openRoom(ctx context.Context, tx *store.Store, workspace, id models.ID) (roles []string, err error) {
	room, err := tx.LockRoom(ctx, workspace, id)
	if err != nil {
		return nil, err
	}
	if !room.Enabled {
		return nil, RoomDisabled()
	}
	roles, err = tx.KeepTemplate(ctx, room.TemplateID)
	if err == nil && len(roles) == 0 {
		err = fault.Invalidf("the room's template has no roles")
	}
	return roles, err
}

// RoomDisabled is the refusal of everything about a disabled room's codes.
func RoomDisabled() error { return fault.New(fault.Forbidden, "Error: Room is disabled") }

func full() error { return fault.Invalidf("a room has at most %d enabled codes", Limit) }

// drop disables the codes of roles that are gone and returns the enabled ones that are left.
func (s *Service) drop(ctx context.Context, tx *store.Store, room models.ID, roles []string) ([]models.Code, error) {
	at := tx.Stamp()
	live, err := tx.LiveCodes(ctx, room, at)
	if err != nil {
		return nil, err
	}
	gone := func(c models.Code) bool { return !slices.Contains(roles, c.Role) }
	if !slices.ContainsFunc(live, gone) {
		return live, nil
	}
	return slices.DeleteFunc(live, gone), tx.OrphanRoomCodes(ctx, room, roles, at)
}

// lacking lists the roles that have no plain code.
func lacking(roles []string, live []models.Code) []string {
	return slices.DeleteFunc(slices.Clone(roles), func(role string) bool {
		return slices.ContainsFunc(live, func(c models.Code) bool { return c.Role == role && !c.Limited() })
	})
}

func byRole(a, b models.Code) int {
	return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.ID, b.ID))
}

// draw mints one code. Letters that were ever given out are drawn again; the database decides.
func (s *Service) draw(ctx context.Context, tx *store.Store, room models.ID, role string, terms Terms) (models.Code, error) {
	at := tx.Stamp()
	for range 20 {
		letters, err := s.source.Draw()
		if err != nil {
			return models.Code{}, err
		}
		code := models.Code{
			ID: tx.NewID(), Code: letters, RoomID: room, Role: role, Enabled: true,
			NotBefore: terms.NotBefore, ExpiresAt: terms.ExpiresAt, MaxUses: terms.MaxUses, UserID: terms.UserID, Label: terms.Label,
			CreatedAt: at, UpdatedAt: at,
		}
		if fresh, err := tx.InsertCode(ctx, &code); err != nil || fresh {
			return code, err
		}
	}
	return models.Code{}, errors.New("twenty codes drawn in a row were all taken: is the source of random numbers broken?")
}

// Mint makes new codes of one role, each under the same terms. Kinds as Sync; NotFound also when the role is not there.
func (s *Service) Mint(ctx context.Context, workspace, room models.ID, role string, terms Terms, count int) ([]models.Code, error) {
	if err := terms.check(); err != nil {
		return nil, err
	}
	if count < 1 || count > Limit {
		return nil, fault.Invalidf("count must be an integer from 1 to %d", Limit)
	}
	var minted []models.Code
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		minted = minted[:0]
		roles, err := openRoom(ctx, tx, workspace, room)
		if err != nil {
			return err
		}
		if !slices.Contains(roles, role) {
			return roleNotFound()
		}
		if err := s.leaveRoomFor(ctx, tx, room, count); err != nil {
			return err
		}
		for range count {
			code, err := s.draw(ctx, tx, room, role, terms)
			if err != nil {
				return err
			}
			minted = append(minted, code)
		}
		return nil
	})
	return minted, err
}

func roleNotFound() error { return fault.New(fault.NotFound, "Error: Role not found") }

// leaveRoomFor refuses codes beyond the limit. The room must be locked.
func (s *Service) leaveRoomFor(ctx context.Context, tx *store.Store, room models.ID, more int) error {
	live, err := tx.LiveCodes(ctx, room, tx.Stamp())
	if err == nil && len(live)+more > Limit {
		err = full()
	}
	return err
}

// List lists the codes of a room, enabled or not. Kinds NotFound (room; role that never had a code); Forbidden when the room is
// disabled, as documented (server contract 3.5).
func (s *Service) List(ctx context.Context, workspace, room models.ID, f store.CodeFilter, page store.Page) ([]models.Code, error) {
	found, err := s.store.Room(ctx, workspace, room)
	if err != nil {
		return nil, err
	}
	if !found.Enabled {
		return nil, RoomDisabled()
	}
	at := s.store.Stamp()
	list, err := s.store.Codes(ctx, room, f, at, page)
	for i := range list {
		list[i].Settle(at)
	}
	if err == nil && len(list) == 0 && f.Role != "" && page.Start == "" {
		err = s.knowsRole(ctx, found, f.Role)
	}
	return list, err
}

// knowsRole reports kind NotFound for a role that the room neither has nor ever had a code of (server contract 14.7).
func (s *Service) knowsRole(ctx context.Context, room models.Room, role string) error {
	template, err := s.store.Template(ctx, room.WorkspaceID, room.TemplateID)
	if err != nil || slices.Contains(template.RoleNames(), role) {
		return err
	}
	had, err := s.store.HadRole(ctx, room.ID, role)
	if err == nil && !had {
		err = roleNotFound()
	}
	return err
}

// Terms limit a code. What is nil does not limit; Label only names.
type Terms struct {
	NotBefore *time.Time
	ExpiresAt *time.Time
	MaxUses   *int    // 1 to 1,000,000
	UserID    *string // only this user; 1 to 256 characters
	Label     *string // at most 256 characters
}

func (t Terms) check() error {
	switch {
	case t.MaxUses != nil && (*t.MaxUses < 1 || *t.MaxUses > 1_000_000):
		return fault.Invalidf("max_uses must be an integer from 1 to 1000000")
	case t.UserID != nil && (*t.UserID == "" || utf8.RuneCountInString(*t.UserID) > 256):
		return fault.Invalidf("user_id must have 1 to 256 characters")
	case t.Label != nil && utf8.RuneCountInString(*t.Label) > 256:
		return fault.Invalidf("label must have at most 256 characters")
	case t.NotBefore != nil && t.ExpiresAt != nil && !t.NotBefore.Before(*t.ExpiresAt):
		return fault.Invalidf("expires_at must be later than not_before")
	}
	return nil
}
