package store

import (
	"context"
	"strings"
	"time"

	"foyer/fault"
	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const roomNotFound = "Error: Room not found"

const selectRoom = `SELECT rooms.*, templates.name AS template_name, templates.region AS template_region
	FROM rooms JOIN templates ON templates.id = rooms.template_id `

// InsertRoom inserts a room unless the workspace has one of that name; it says whether it did.
func (s *Store) InsertRoom(ctx context.Context, r *models.Room) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.Room](s.db, clause.OnConflict{
		Columns: []clause.Column{{Name: "workspace_id"}, {Name: "name_key"}}, DoNothing: true,
	}, done).Create(ctx, r)
	return done.RowsAffected == 1, translate(err)
}

// Room reads a room of a workspace with its template's name and region. Kind NotFound.
func (s *Store) Room(ctx context.Context, workspace, id models.ID) (models.Room, error) {
	return one[models.Room](ctx, s.reader, roomNotFound, selectRoom+"WHERE rooms.id = ? AND rooms.workspace_id = ?", id, workspace)
}

// Admission is a room as somebody who wants to enter it needs to know it.
type Admission struct {
	models.Room

	TemplateUpdatedAt time.Time
}

// Admission reads a room of a workspace, and when its template was changed last. Kind NotFound.
func (s *Store) Admission(ctx context.Context, workspace, id models.ID) (Admission, error) {
	var a Admission
	r := &a.Room
	err := s.scan(ctx, admissionQuery, []any{id, workspace},
		&r.ID, &r.WorkspaceID, &r.TemplateID, &r.Name, &r.NameKey, &r.Description, &r.Enabled, &r.Region, &r.RecordingInfo, &r.LargeRoom, &r.Size,
		&r.MaxDurationSeconds, &r.Polls, &r.WebhookURL, &r.WebhookHeaders, &r.CreatedAt, &r.UpdatedAt, &r.GuardedUntil,
		&r.Rules, &r.ExpiresAt,
		&r.TemplateName, &r.TemplateRegion, &a.TemplateUpdatedAt)
	if fault.Is(err, fault.NotFound) {
		err = notFound(roomNotFound)
	}
	return a, err
}

const admissionQuery = `
	SELECT r.id, r.workspace_id, r.template_id, r.name, r.name_key, r.description, r.enabled, r.region, r.recording_info, r.large_room, r.size,
		r.max_duration_seconds, r.polls, r.webhook_url, r.webhook_headers, r.created_at, r.updated_at, r.guarded_until,
		r.rules, r.expires_at,
		t.name, t.region, t.updated_at
	FROM rooms r JOIN templates t ON t.id = r.template_id
	WHERE r.id = $1 AND r.workspace_id = $2`

// AdmissionAnywhere is Admission whatever the workspace: for rooms that Foyer itself remembers.
func (s *Store) AdmissionAnywhere(ctx context.Context, id models.ID) (Admission, error) {
	return one[Admission](ctx, s.reader, roomNotFound, selectAdmission+"WHERE rooms.id = ?", id)
}

const selectAdmission = `SELECT rooms.*, templates.name AS template_name, templates.region AS template_region,
	templates.updated_at AS template_updated_at FROM rooms JOIN templates ON templates.id = rooms.template_id `

// Guard remembers that somebody is banned from a room, or a token refused, until a time.
func (s *Store) Guard(ctx context.Context, id models.ID, until time.Time) error {
	_, err := s.exec(ctx, "UPDATE rooms SET guarded_until = ? WHERE id = ? AND (guarded_until IS NULL OR guarded_until < ?)", until, id, until)
	return err
}

// LockRoom reads a room and keeps it from being changed by others until the transaction ends. Kind NotFound.
func (s *Store) LockRoom(ctx context.Context, workspace, id models.ID) (models.Room, error) {
	return one[models.Room](ctx, s.db, roomNotFound,
		"SELECT * FROM rooms WHERE id = ? AND workspace_id = ?"+s.engine.forUpdate(), id, workspace)
}

// LockRoomNamed is LockRoom by the lower-cased name.
func (s *Store) LockRoomNamed(ctx context.Context, workspace models.ID, nameKey string) (models.Room, error) {
	return one[models.Room](ctx, s.db, roomNotFound,
		"SELECT * FROM rooms WHERE workspace_id = ? AND name_key = ?"+s.engine.forUpdate(), workspace, nameKey)
}

// UpdateRoom writes everything of a room but its id, workspace and birth. Kind Conflict when the name is taken.
func (s *Store) UpdateRoom(ctx context.Context, r models.Room) error {
	return update(ctx, s, r, []string{
		"TemplateID", "Name", "NameKey", "Description", "Enabled", "Region", "RecordingInfo", "LargeRoom", "Size",
		"MaxDurationSeconds", "Polls", "WebhookURL", "WebhookHeaders", "UpdatedAt",
	}, "id = ?", r.ID)
}

// RoomFilter narrows a list of rooms; what is nil or empty does not narrow.
type RoomFilter struct {
	Enabled       *bool
	NameKey       string // exact, lower-cased
	TemplateID    string
	After, Before *time.Time // on the creation, inclusive
}

// Rooms lists the rooms of a workspace, newest first.
func (s *Store) Rooms(ctx context.Context, workspace models.ID, f RoomFilter, page Page) ([]models.Room, error) {
	where := newWhere("rooms.workspace_id = ? AND rooms.id < ?", workspace, page.before())
	if f.Enabled != nil {
		where.and("rooms.enabled = ?", *f.Enabled)
	}
	if f.NameKey != "" {
		where.and("rooms.name_key = ?", f.NameKey)
	}
	if f.TemplateID != "" {
		where.and("rooms.template_id = ?", f.TemplateID)
	}
	if f.After != nil {
		where.and("rooms.created_at >= ?", *f.After)
	}
	if f.Before != nil {
		where.and("rooms.created_at <= ?", *f.Before)
	}
	return many[models.Room](ctx, s.reader,
		selectRoom+where.text()+" ORDER BY rooms.id DESC LIMIT ?", append(where.args, page.Limit)...)
}

// where gathers conditions that must all hold.
type where struct {
	terms []string
	args  []any
}

func newWhere(term string, args ...any) *where { return &where{terms: []string{term}, args: args} }

func (w *where) and(term string, args ...any) {
	w.terms, w.args = append(w.terms, term), append(w.args, args...)
}

func (w *where) text() string { return "WHERE " + strings.Join(w.terms, " AND ") }
