package store

import (
	"context"
	"errors"

	"foyer/models"

	"gorm.io/gorm"
)

// CreateWorkspace inserts a workspace.
func (s *Store) CreateWorkspace(ctx context.Context, w *models.Workspace) error {
	return create(ctx, s, w)
}

// Workspace reads one workspace. Kind NotFound.
func (s *Store) Workspace(ctx context.Context, id models.ID) (models.Workspace, error) {
	return one[models.Workspace](ctx, s.reader, "workspace not found", "SELECT * FROM workspaces WHERE id = ?", id)
}

// FirstWorkspace reads the oldest workspace. Kind NotFound before the first start.
func (s *Store) FirstWorkspace(ctx context.Context) (models.Workspace, error) {
	return one[models.Workspace](ctx, s.reader, "there is no workspace yet", "SELECT * FROM workspaces ORDER BY id LIMIT 1")
}

// Workspaces lists the workspaces, oldest first, at most 1000.
func (s *Store) Workspaces(ctx context.Context) ([]models.Workspace, error) {
	return many[models.Workspace](ctx, s.reader, "SELECT * FROM workspaces ORDER BY id LIMIT 1000")
}

// LockWorkspace reads one workspace and keeps it from being changed by others until the transaction ends. Kind NotFound.
func (s *Store) LockWorkspace(ctx context.Context, id models.ID) (models.Workspace, error) {
	return one[models.Workspace](ctx, s.db, "workspace not found", "SELECT * FROM workspaces WHERE id = ?"+s.engine.forUpdate(), id)
}

// UpdateWorkspace writes everything of a workspace but its ids and its birth.
func (s *Store) UpdateWorkspace(ctx context.Context, w models.Workspace) error {
	return update(ctx, s, w, []string{
		"Name", "Region", "DefaultTemplateID", "RoomLinksEnabled", "WebhookURL", "WebhookHeaders", "UpdatedAt",
	}, "id = ?", w.ID)
}

// CreateOperator inserts an operator. Kind Conflict when the name is taken.
func (s *Store) CreateOperator(ctx context.Context, o *models.Operator) error {
	return create(ctx, s, o)
}

// Operator reads the operator of a name. Kind NotFound.
func (s *Store) Operator(ctx context.Context, name string) (models.Operator, error) {
	return one[models.Operator](ctx, s.reader, "operator not found", "SELECT * FROM operators WHERE name = ?", name)
}

// UpdateOperator writes an operator's password.
func (s *Store) UpdateOperator(ctx context.Context, o models.Operator) error {
	return update(ctx, s, o, []string{"PasswordHash", "UpdatedAt"}, "id = ?", o.ID)
}

// Hosts reports whether a template claims the custom domain, or the subdomain when domain is empty.
func (s *Store) Hosts(ctx context.Context, subdomain, domain string) (bool, error) {
	column, value := "custom_domain", domain
	if domain == "" {
		column, value = "subdomain", subdomain
	}
	_, err := gorm.G[models.Template](s.reader).Where(column+" = ?", value).Select("id").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	return err == nil, translate(err)
}
