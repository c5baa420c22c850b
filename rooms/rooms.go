package rooms

import (
	"context"
	"strings"
	"time"

	"foyer/codes"
	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
	"foyer/templates"
	"foyer/tokens"
	"foyer/workspaces"

	"github.com/google/uuid"
)

// Service keeps rooms. Safe for concurrent use.
type Service struct {
	store     *store.Store
	box       *seal.Box
	codes     *codes.Service
	templates *templates.Service
	tokens    *tokens.Service
	hub       *hub.Hub
	ending    Ending
	kinds     *kinds
}

// Parts are what the service works with. All are needed, but Hub where nobody enters.
type Parts struct {
	Store     *store.Store
	Box       *seal.Box
	Codes     *codes.Service
	Templates *templates.Service
	Tokens    *tokens.Service
	Hub       *hub.Hub
	Ending    Ending
}

// Ending is how a room that has an end closes: how long before that its host is warned, and how long after it those who are in stay connected.
type Ending struct{ Warning, Linger time.Duration }

// New makes the service.
func New(p Parts) *Service {
	return &Service{
		store: p.Store, box: p.Box, codes: p.Codes, templates: p.Templates, tokens: p.Tokens, hub: p.Hub, ending: p.Ending,
		kinds: newKinds(p.Store),
	}
}

// Create makes a room, or, when the workspace has one of that name in any case of letters, changes that one as Update does and
// returns it (server contract 2.2, 14.13). Kind Invalid.
func (s *Service) Create(ctx context.Context, w *models.Workspace, c Change) (models.Room, error) {
	if c.Template != nil {
		return models.Room{}, useTemplateID()
	}
	if c.Name == nil || *c.Name == "" {
		name := uuid.NewString()
		c.Name = &name
	}
	var room models.Room
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		key := strings.ToLower(*c.Name)
		old, err := tx.LockRoomNamed(ctx, w.ID, key)
		if fault.Is(err, fault.NotFound) {
			var created bool
			if room, created, err = s.insert(ctx, tx, w, c); err != nil || created {
				return err
			}
			old, err = tx.LockRoomNamed(ctx, w.ID, key) // somebody else was quicker
		}
		if err != nil {
			return err
		}
		same := c
		same.Name = nil // it is the same but for the case of letters: the first spelling stays
		room, err = s.change(ctx, tx, old, same)
		return err
	})
	return room, err
}

func useTemplateID() error {
	const message = "Invalid body param: template. Use template_id"
	return fault.New(fault.Invalid, message, message)
}

// insert makes a new room and says whether it did: not when the name has just been taken.
func (s *Service) insert(ctx context.Context, tx *store.Store, w *models.Workspace, c Change) (models.Room, bool, error) {
	fresh, err := s.draft(ctx, tx, w, c)
	if err != nil {
		return fresh, false, err
	}
	created, err := tx.InsertRoom(ctx, &fresh)
	return fresh, created, err
}

// draft is a new room with all its defaults.
func (s *Service) draft(ctx context.Context, tx *store.Store, w *models.Workspace, c Change) (models.Room, error) {
	if c.TemplateID == nil {
		c.TemplateID = &w.DefaultTemplateID
	}
	at := tx.Stamp()
	room := models.Room{
		ID: tx.NewID(), WorkspaceID: w.ID, Enabled: true, Region: "auto", CreatedAt: at, UpdatedAt: at,
	}
	return room, s.apply(ctx, tx, &room, c)
}

// Update changes what is given of a room. A template that lacks some role of the old one ends that role's codes (server contract
// 3.6.7). Kinds NotFound; Invalid, also when the name is another room's.
func (s *Service) Update(ctx context.Context, workspace, id models.ID, c Change) (models.Room, error) {
	var room models.Room
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		old, err := tx.LockRoom(ctx, workspace, id)
		if err != nil {
			return err
		}
		room, err = s.change(ctx, tx, old, c)
		return err
	})
	if fault.Is(err, fault.Conflict) {
		err = fault.Invalidf("name is already the name of another room")
	}
	return room, err
}

// change applies what is given to a locked room, saves it, and reads it again with its template.
func (s *Service) change(ctx context.Context, tx *store.Store, room models.Room, c Change) (models.Room, error) {
	before := room.TemplateID
	if err := s.apply(ctx, tx, &room, c); err != nil {
		return room, err
	}
	room.UpdatedAt = tx.Stamp()
	if err := tx.UpdateRoom(ctx, room); err != nil {
		return room, err
	}
	if room.TemplateID != before {
		roles, err := tx.KeepTemplate(ctx, room.TemplateID)
		if err != nil {
			return room, err
		}
		if err := tx.OrphanRoomCodes(ctx, room.ID, roles, room.UpdatedAt); err != nil {
			return room, err
		}
	}
	return tx.Room(ctx, room.WorkspaceID, room.ID)
}

// Room reads one. Kind NotFound.
func (s *Service) Room(ctx context.Context, workspace, id models.ID) (models.Room, error) {
	return s.store.Room(ctx, workspace, id)
}

// List lists the rooms of a workspace, newest first. The filter's name is compared without regard to case.
func (s *Service) List(ctx context.Context, workspace models.ID, f store.RoomFilter, page store.Page) ([]models.Room, error) {
	f.NameKey = strings.ToLower(f.NameKey)
	return s.store.Rooms(ctx, workspace, f, page)
}

// RecordingInfo is a room's own recording settings as they are read, without credentials (server contract 2.3); nil when it has the
// template's.
func RecordingInfo(r *models.Room) models.Document {
	info := r.RecordingInfo.Clone()
	seal.Stripped(info)
	return info
}

// Region is where a room is, with auto taken from its template and then from its workspace (server contract 1.10).
func Region(r *models.Room, w *models.Workspace) string {
	for _, region := range []string{r.Region, r.TemplateRegion} {
		if region != "" && region != "auto" {
			return region
		}
	}
	return w.Region
}

// Webhook is a room's own webhook with its headers in clear; nil when it has none.
func (s *Service) Webhook(r *models.Room) (*workspaces.Webhook, error) {
	if r.WebhookURL == nil {
		return nil, nil //nolint:nilnil // a room need not have one
	}
	headers, err := s.box.OpenHeaders(r.WebhookHeaders, webhookContext(r))
	return &workspaces.Webhook{URL: *r.WebhookURL, Headers: headers}, err
}

func webhookContext(r *models.Room) string { return "webhook of room " + string(r.ID) }
