package store

import (
	"context"
	"time"

	"foyer/models"
)

// CreateKey inserts a key. Kind Conflict when the access key was ever used.
func (s *Store) CreateKey(ctx context.Context, k *models.Key) error {
	return create(ctx, s, k)
}

// Keys lists the keys of a workspace, revoked ones included, oldest first.
func (s *Store) Keys(ctx context.Context, workspace models.ID) ([]models.Key, error) {
	return many[models.Key](ctx, s.reader,
		"SELECT * FROM keys WHERE workspace_id = ? ORDER BY created_at, id LIMIT 1000", workspace)
}

// Key reads a key, revoked or not. Kind NotFound.
func (s *Store) Key(ctx context.Context, id string) (models.Key, error) {
	return one[models.Key](ctx, s.reader, "access key not found", "SELECT * FROM keys WHERE id = ?", id)
}

// SigningKey reads the newest active key of a workspace. Kind NotFound when all are revoked.
func (s *Store) SigningKey(ctx context.Context, workspace models.ID) (models.Key, error) {
	return one[models.Key](ctx, s.reader, "the workspace has no active access key",
		"SELECT * FROM keys WHERE workspace_id = ? AND revoked_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1", workspace)
}

// RevokeKey revokes an active key. Kind NotFound when there is no such active key.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	changed, err := s.exec(ctx, "UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, id)
	if err == nil && changed == 0 {
		return notFound("no active key of that name")
	}
	return err
}

// Bearer is an active key with its workspace.
type Bearer struct {
	Key       models.Key
	Workspace models.Workspace
}

// Bearer reads an active key and its workspace in one statement. Kind NotFound.
func (s *Store) Bearer(ctx context.Context, accessKey string) (Bearer, error) {
	var b Bearer
	w := &b.Workspace
	err := s.scan(ctx, bearerQuery, []any{accessKey}, &b.Key.ID, &b.Key.Secret, &b.Key.CreatedAt, &w.ID, &w.AppID, &w.Name, &w.Region,
		&w.DefaultTemplateID, &w.RoomLinksEnabled, &w.WebhookURL, &w.WebhookHeaders, &w.CreatedAt, &w.UpdatedAt)
	b.Key.WorkspaceID = w.ID
	return b, err
}

const bearerQuery = `
	SELECT k.id, k.secret, k.created_at, w.id, w.app_id, w.name, w.region, w.default_template_id, w.room_links_enabled,
		w.webhook_url, w.webhook_headers, w.created_at, w.updated_at
	FROM keys k JOIN workspaces w ON w.id = k.workspace_id
	WHERE k.id = $1 AND k.revoked_at IS NULL`
