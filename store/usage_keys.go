package store

import (
	"context"
	"time"

	"foyer/models"
)

// CreateAPIKey inserts an API key. Kind Conflict when the same key was ever given out.
func (s *Store) CreateAPIKey(ctx context.Context, k *models.APIKey) error {
	return create(ctx, s, k)
}

// APIKey reads the API key of a digest, revoked or not. Kind NotFound.
func (s *Store) APIKey(ctx context.Context, digest string) (models.APIKey, error) {
	return one[models.APIKey](ctx, s.reader, "API key not found", "SELECT * FROM api_keys WHERE digest = ?", digest)
}

// AccountKey is an API key with the name and the plan of its account.
type AccountKey struct {
	models.APIKey

	Account string
	Plan    string
}

// APIKeys lists the API keys of a workspace's accounts, revoked ones included, oldest first, at most 1000.
func (s *Store) APIKeys(ctx context.Context, workspace models.ID) ([]AccountKey, error) {
	return many[AccountKey](ctx, s.reader, `
		SELECT api_keys.*, accounts.name AS account, accounts.plan
		FROM api_keys JOIN accounts ON accounts.id = api_keys.account_id
		WHERE accounts.workspace_id = ? ORDER BY api_keys.created_at, api_keys.id LIMIT 1000`, workspace)
}

// AccountOf reads an account if the API key is one of its own and was not revoked. Kind NotFound.
func (s *Store) AccountOf(ctx context.Context, account, key models.ID) (models.Account, error) {
	return one[models.Account](ctx, s.reader, accountNotFound, `
		SELECT accounts.* FROM accounts JOIN api_keys ON api_keys.account_id = accounts.id
		WHERE accounts.id = ? AND api_keys.id = ? AND api_keys.revoked_at IS NULL`, account, key)
}

// RevokeAPIKey revokes the active API key of an id, or else of a digest. Kind NotFound when there is none.
func (s *Store) RevokeAPIKey(ctx context.Context, id models.ID, digest string, at time.Time) error {
	changed, err := s.exec(ctx, "UPDATE api_keys SET revoked_at = ? WHERE (id = ? OR digest = ?) AND revoked_at IS NULL", at, id, digest)
	if err == nil && changed == 0 {
		return notFound("no active key of that name")
	}
	return err
}
