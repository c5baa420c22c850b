package tokens

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
)

// Pair is an access key with its secret in clear, as shown once to its owner.
type Pair struct {
	AccessKey string
	Secret    string
}

// CreateKey gives a workspace another key pair; the others stay good. An empty part of the wanted pair is made up. Kind
// Conflict when the access key was ever used, Invalid when it cannot be one.
func (s *Service) CreateKey(ctx context.Context, workspace models.ID, wanted Pair) (Pair, error) {
	if wanted.AccessKey == "" {
		wanted.AccessKey = string(s.store.NewID())
	}
	if wanted.Secret == "" {
		wanted.Secret = newSecret()
	}
	if err := wanted.check(); err != nil {
		return Pair{}, err
	}
	key := models.Key{
		ID: wanted.AccessKey, WorkspaceID: workspace, CreatedAt: s.store.Stamp(),
		Secret: s.box.Seal([]byte(wanted.Secret), keyContext(wanted.AccessKey)),
	}
	return wanted, s.store.CreateKey(ctx, &key)
}

func (p Pair) check() error {
	for _, part := range []struct{ name, value string }{{"access key", p.AccessKey}, {"secret", p.Secret}} {
		if len(part.value) > 256 {
			return fault.Invalidf("the %s is longer than 256 characters", part.name)
		}
		for _, b := range []byte(part.value) {
			if b <= ' ' || b >= 0x7f {
				return fault.Invalidf("the %s must be printable ASCII without spaces", part.name)
			}
		}
	}
	return nil
}

// newSecret is 256 random bits as padded base64url, the shape that 100ms secrets have.
func newSecret() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return base64.URLEncoding.EncodeToString(raw)
}

// Keys lists the keys of a workspace, revoked ones included, oldest first.
func (s *Service) Keys(ctx context.Context, workspace models.ID) ([]models.Key, error) {
	return s.store.Keys(ctx, workspace)
}

// RevokeKey ends a key: its tokens are refused from now on. Kind NotFound when there is no such active key.
func (s *Service) RevokeKey(ctx context.Context, accessKey string) error {
	return s.store.RevokeKey(ctx, accessKey, s.store.Stamp())
}

// Secret is a key's secret in clear: the raw bytes of the HMAC key (contract 1.3). It fails when the master key is not the
// one that sealed it.
func (s *Service) Secret(key models.Key) ([]byte, error) {
	secret, err := s.box.Open(key.Secret, keyContext(key.ID))
	if err != nil {
		return nil, fmt.Errorf("secret of access key %s: %w", key.ID, err)
	}
	return secret, nil
}

// CheckMasterKey reports a master key that does not fit the database: better at the start than at the first token.
func CheckMasterKey(ctx context.Context, s *store.Store, box *seal.Box) error {
	first, err := s.FirstWorkspace(ctx)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	keys, err := s.Keys(ctx, first.ID)
	if err != nil || len(keys) == 0 {
		return err
	}
	_, err = New(s, box, nil).Secret(keys[0])
	return err
}

func keyContext(accessKey string) string { return "key " + accessKey }
