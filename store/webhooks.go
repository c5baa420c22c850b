package store

import (
	"context"
	"time"

	"foyer/models"
)

// Listener is a room whose events somebody wants to hear of: by a webhook of its own or by its workspace's.
type Listener struct {
	RoomID      models.ID
	WorkspaceID models.ID
	AppID       models.ID
}

// Listeners lists those of some rooms whose events somebody wants to hear of.
func (s *Store) Listeners(ctx context.Context, rooms []models.ID) ([]Listener, error) {
	return many[Listener](ctx, s.reader, `
		SELECT rooms.id AS room_id, rooms.workspace_id, workspaces.app_id
		FROM rooms JOIN workspaces ON workspaces.id = rooms.workspace_id
		WHERE rooms.id IN ? AND (rooms.webhook_url IS NOT NULL OR workspaces.webhook_url IS NOT NULL)`, rooms)
}

// Webhooks are what a room and its workspace say about where events go. Headers are sealed.
type Webhooks struct {
	RoomID           models.ID
	WorkspaceID      models.ID
	RoomURL          *string
	RoomHeaders      []byte
	WorkspaceURL     *string
	WorkspaceHeaders []byte
}

// Webhooks reads where the events of a room go. Kind NotFound.
func (s *Store) Webhooks(ctx context.Context, room models.ID) (Webhooks, error) {
	return one[Webhooks](ctx, s.reader, roomNotFound, `
		SELECT rooms.id AS room_id, rooms.workspace_id, rooms.webhook_url AS room_url, rooms.webhook_headers AS room_headers,
			workspaces.webhook_url AS workspace_url, workspaces.webhook_headers AS workspace_headers
		FROM rooms JOIN workspaces ON workspaces.id = rooms.workspace_id WHERE rooms.id = ?`, room)
}

// CreateWebhookSecret inserts a secret.
func (s *Store) CreateWebhookSecret(ctx context.Context, secret *models.WebhookSecret) error {
	return create(ctx, s, secret)
}

// RetireWebhookSecrets has the secrets of a workspace sign no more from a time on. Those that retire anyway keep their time.
func (s *Store) RetireWebhookSecrets(ctx context.Context, workspace models.ID, at time.Time) error {
	_, err := s.exec(ctx, "UPDATE webhook_secrets SET retires_at = ? WHERE workspace_id = ? AND retires_at IS NULL", at, workspace)
	return err
}

// WebhookSecrets lists the secrets with which a workspace's deliveries are signed at a time, newest first, at most five: each makes the
// header longer.
func (s *Store) WebhookSecrets(ctx context.Context, workspace models.ID, at time.Time) ([]models.WebhookSecret, error) {
	return many[models.WebhookSecret](ctx, s.reader, `
		SELECT * FROM webhook_secrets WHERE workspace_id = ? AND (retires_at IS NULL OR retires_at > ?)
		ORDER BY id DESC LIMIT 5`, workspace, at)
}

// oldest are the conditions under which rows are purged; each looks at the oldest rows only, so that it reads no table whole.
var oldest = []string{
	"deliveries WHERE id IN (SELECT id FROM (SELECT id, created_at FROM deliveries ORDER BY id LIMIT ?) o WHERE o.created_at < ?)",
	"analytics_events WHERE id IN (SELECT id FROM (SELECT id, created_at FROM analytics_events ORDER BY id LIMIT ?) o WHERE o.created_at < ?)",
	`replays WHERE id IN (
		SELECT id FROM (SELECT id, started_at FROM replays WHERE state <> 'Running' ORDER BY id LIMIT ?) o WHERE o.started_at < ?)`,
	"webhook_secrets WHERE id IN (SELECT id FROM (SELECT id, retires_at FROM webhook_secrets ORDER BY id LIMIT ?) o WHERE o.retires_at < ?)",
}

// PurgeWebhooks deletes deliveries, analytics events, measurements, replays and retired secrets from before a time, at most limit of
// each, and says how many there were of the kind with the most: limit when there may be more of one.
func (s *Store) PurgeWebhooks(ctx context.Context, before time.Time, limit int) (int64, error) {
	var most int64
	for _, rows := range oldest {
		gone, err := s.exec(ctx, "DELETE FROM "+rows, limit, before)
		if err != nil {
			return most, err
		}
		most = max(most, gone)
	}
	more, err := s.purgeMeasurements(ctx, before, limit)
	if more {
		most = int64(limit)
	}
	return most, err
}
