package store

import (
	"context"
	"time"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	codeNotFound = "Error: Code not found"

	// live is when a code counts as enabled; models.Code.Live says the same of a row that was read.
	live = "codes.enabled AND (codes.retires_at IS NULL OR codes.retires_at > ?)"
)

// InsertCode inserts a code unless those letters were ever given out; it says whether it did.
func (s *Store) InsertCode(ctx context.Context, c *models.Code) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.Code](s.db, clause.OnConflict{
		Columns: []clause.Column{{Name: "code"}}, DoNothing: true,
	}, done).Create(ctx, c)
	return done.RowsAffected == 1, translate(err)
}

// LiveCodes lists all enabled codes of a room by role, then age. There are 100 at most, see codes.Limit.
func (s *Store) LiveCodes(ctx context.Context, room models.ID, at time.Time) ([]models.Code, error) {
	return many[models.Code](ctx, s.db, "SELECT * FROM codes WHERE room_id = ? AND "+live+" ORDER BY role, id", room, at)
}

// CodeFilter narrows a list of codes; what is nil or empty does not narrow.
type CodeFilter struct {
	Role    string
	Enabled *bool
}

// Codes lists the codes of a room by role, then age.
func (s *Store) Codes(ctx context.Context, room models.ID, f CodeFilter, at time.Time, page Page) ([]models.Code, error) {
	where := newWhere("room_id = ?", room)
	if f.Role != "" {
		where.and("role = ?", f.Role)
	}
	if f.Enabled != nil && *f.Enabled {
		where.and(live, at)
	}
	if f.Enabled != nil && !*f.Enabled {
		where.and("NOT ("+live+")", at)
	}
	if page.Start != "" {
		where.and("(role, id) > ((SELECT role FROM codes WHERE id = ?), ?)", page.Start, page.Start)
	}
	return many[models.Code](ctx, s.reader,
		"SELECT * FROM codes "+where.text()+" ORDER BY role, id LIMIT ?", append(where.args, page.Limit)...)
}

const codeOfWorkspace = `SELECT * FROM codes WHERE code = ? AND EXISTS (
	SELECT 1 FROM rooms WHERE rooms.id = codes.room_id AND rooms.workspace_id = ?)`

// Code reads a code of a workspace. Kind NotFound.
func (s *Store) Code(ctx context.Context, workspace models.ID, code string) (models.Code, error) {
	return one[models.Code](ctx, s.reader, codeNotFound, codeOfWorkspace, code, workspace)
}

// LockCode reads a code of a workspace and keeps it from being changed by others until the transaction ends. Kind
// NotFound. Whoever locks the code's room too locks the room first.
func (s *Store) LockCode(ctx context.Context, workspace models.ID, code string) (models.Code, error) {
	return one[models.Code](ctx, s.db, codeNotFound, codeOfWorkspace+s.engine.forUpdate(), code, workspace)
}

// UpdateCode writes the switches of a code.
func (s *Store) UpdateCode(ctx context.Context, c models.Code) error {
	return update(ctx, s, c, []string{"Enabled", "RetiresAt", "UpdatedAt"}, "id = ?", c.ID)
}

// OrphanCodes disables, for good, the codes of all rooms of a template whose role is not among those it keeps.
func (s *Store) OrphanCodes(ctx context.Context, template models.ID, keep []string, at time.Time) error {
	return s.orphan(ctx, "room_id IN (SELECT id FROM rooms WHERE template_id = ?)", template, keep, at)
}

// OrphanRoomCodes is OrphanCodes for one room.
func (s *Store) OrphanRoomCodes(ctx context.Context, room models.ID, keep []string, at time.Time) error {
	return s.orphan(ctx, "room_id = ?", room, keep, at)
}

func (s *Store) orphan(ctx context.Context, rooms string, id models.ID, keep []string, at time.Time) error {
	if len(keep) == 0 {
		keep = []string{""} // no role is called so; IN () is not SQL
	}
	_, err := s.exec(ctx, `UPDATE codes SET orphaned = TRUE, enabled = FALSE,
		updated_at = CASE WHEN `+live+` THEN ? WHEN enabled THEN retires_at ELSE updated_at END
		WHERE NOT orphaned AND `+rooms+` AND role NOT IN ?`, at, at, id, keep)
	return err
}

// HadRole reports whether the room ever had a code of the role.
func (s *Store) HadRole(ctx context.Context, room models.ID, role string) (bool, error) {
	found, err := many[string](ctx, s.reader, "SELECT id FROM codes WHERE room_id = ? AND role = ? LIMIT 1", room, role)
	return len(found) > 0, err
}

// Door reads all that decides whether a code opens its room, in one statement. Kind NotFound.
func (s *Store) Door(ctx context.Context, code string) (models.Door, error) {
	var d models.Door
	var role, key *string
	c := &d.Code
	err := s.scan(ctx, doorQuery, []any{code},
		&c.ID, &c.RoomID, &c.Role, &c.Enabled, &c.Orphaned, &c.RetiresAt, &c.NotBefore, &c.ExpiresAt, &c.MaxUses, &c.Uses, &c.UserID,
		&d.RoomEnabled, &d.Guarded, &d.WorkspaceID, &d.LinksOn, &role, &key, &d.KeySecret)
	d.Code.Code, d.RoleExists = code, role != nil
	if key != nil {
		d.KeyID = *key
	}
	return d, err
}

const doorQuery = `
	SELECT c.id, c.room_id, c.role, c.enabled, c.orphaned, c.retires_at, c.not_before, c.expires_at, c.max_uses, c.uses, c.user_id,
		r.enabled, r.guarded_until, r.workspace_id, w.room_links_enabled, t.name, k.id, k.secret
	FROM codes c
	JOIN rooms r ON r.id = c.room_id
	JOIN workspaces w ON w.id = r.workspace_id
	LEFT JOIN roles t ON t.template_id = r.template_id AND t.name = c.role
	LEFT JOIN keys k ON k.id = (
		SELECT id FROM keys WHERE workspace_id = w.id AND revoked_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1)
	WHERE c.code = $1`

// Spend counts a user's first use of a code that counts its uses. It reports false when the code is used up, or was disabled
// meanwhile; a user who used it before is not counted again. It must run in a transaction, which the caller undoes on false.
func (s *Store) Spend(ctx context.Context, code models.ID, user string, at time.Time) (bool, error) {
	first, err := s.exec(ctx,
		"INSERT INTO code_uses (code_id, user_id, used_at) VALUES (?, ?, ?) ON CONFLICT (code_id, user_id) DO NOTHING", code, user, at)
	if err != nil || first == 0 {
		return err == nil, err
	}
	counted, err := s.exec(ctx, "UPDATE codes SET uses = uses + 1 WHERE id = ? AND uses < max_uses AND "+live, code, at)
	return counted == 1, err
}

// HasSpent reports whether a user has used a code that counts its uses.
func (s *Store) HasSpent(ctx context.Context, code models.ID, user string) (bool, error) {
	found, err := many[string](ctx, s.reader, "SELECT user_id FROM code_uses WHERE code_id = ? AND user_id = ?", code, user)
	return len(found) > 0, err
}

// CountLiveCodes counts the codes of all workspaces that open a room now: enabled, not expired, of enabled rooms. It reads the whole
// table: not for a request.
func (s *Store) CountLiveCodes(ctx context.Context) (int64, error) {
	at := s.Stamp()
	return one[int64](ctx, s.reader, "", `SELECT count(*) FROM codes JOIN rooms ON rooms.id = codes.room_id
		WHERE `+live+` AND rooms.enabled AND (codes.expires_at IS NULL OR codes.expires_at > ?)`, at, at)
}
