package webhooks

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"foyer/models"
	"foyer/store"
)

const (
	secretBytes = 32
	grace       = 24 * time.Hour // in which a secret that was replaced signs beside the new one
)

// Secret is a new secret, to be shown once.
type Secret struct {
	Text      string // whsec_ and base64, as the libraries of Standard Webhooks take it
	CreatedAt time.Time
	OldUntil  time.Time // until then the secrets before it sign too
}

// NewSecret makes the secret with which the deliveries of a workspace, and of its rooms' own webhooks, are signed from now on. The one
// before it signs too for a day.
func (s *Service) NewSecret(ctx context.Context, workspace models.ID) (Secret, error) {
	key := make([]byte, secretBytes)
	_, _ = rand.Read(key) // never fails
	var made Secret
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockWorkspace(ctx, workspace); err != nil {
			return err
		}
		row := models.WebhookSecret{ID: tx.NewID(), WorkspaceID: workspace, CreatedAt: tx.Stamp()}
		row.Secret = s.box.Seal(key, secretContext(row.ID))
		made = Secret{
			Text: "whsec_" + base64.StdEncoding.EncodeToString(key), CreatedAt: row.CreatedAt, OldUntil: row.CreatedAt.Add(grace),
		}
		if err := tx.RetireWebhookSecrets(ctx, workspace, made.OldUntil); err != nil {
			return err
		}
		return tx.CreateWebhookSecret(ctx, &row)
	})
	return made, err
}

func secretContext(id models.ID) string { return "webhook secret " + string(id) }

// keys are secrets in clear.
func (s *Service) keys(secrets []models.WebhookSecret) ([][]byte, error) {
	keys := make([][]byte, len(secrets))
	for i, secret := range secrets {
		var err error
		if keys[i], err = s.box.Open(secret.Secret, secretContext(secret.ID)); err != nil {
			return nil, fmt.Errorf("webhook secret %s: %w", secret.ID, err)
		}
	}
	return keys, nil
}

// sign is the signature header of Standard Webhooks: one signature for each key.
func sign(keys [][]byte, id, at, body string) string {
	signatures := make([]string, len(keys))
	for i, key := range keys {
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write([]byte(id + "." + at + "." + body)) // never fails
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return strings.Join(signatures, " ")
}
