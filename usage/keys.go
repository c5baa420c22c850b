package usage

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// The length of an API key in characters, as far as others choose it.
const (
	shortestKey = 8
	longestKey  = 256
)

// CreateKey gives an account another API key; the others stay good. An empty one is made up. The key is not kept: it is known here
// and now. Kinds NotFound; Conflict when it was ever given out; Invalid when it cannot be one.
func (s *Service) CreateKey(ctx context.Context, account models.ID, wanted string) (string, error) {
	if wanted == "" {
		wanted = newKey()
	}
	if err := CheckKey(wanted); err != nil {
		return "", err
	}
	if _, err := s.store.Account(ctx, account); err != nil {
		return "", err
	}
	key := models.APIKey{ID: s.store.NewID(), AccountID: account, Digest: digest(wanted), CreatedAt: s.store.Stamp()}
	return wanted, s.store.CreateAPIKey(ctx, &key)
}

// CheckKey refuses, by kind Invalid, what cannot be an API key.
func CheckKey(key string) error {
	fits := len(key) >= shortestKey && len(key) <= longestKey
	for _, b := range []byte(key) {
		fits = fits && b > ' ' && b < 0x7f
	}
	if !fits {
		return fault.Invalidf("an API key must be %d to %d printable ASCII characters without spaces", shortestKey, longestKey)
	}
	return nil
}

// newKey is 256 random bits, in characters that no command line takes for something else.
func newKey() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// digest is what is kept of a key. It needs no salt: whoever chose a key that can be guessed has nothing to hide behind one.
func digest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// RevokeKey ends an API key, named by its id or by itself: tokens that were made with it are refused from now on. Kind NotFound when
// there is no such active key.
func (s *Service) RevokeKey(ctx context.Context, name string) error {
	return s.store.RevokeAPIKey(ctx, models.ID(name), digest(name), s.store.Stamp())
}

// Keys lists the API keys of a workspace's accounts, revoked ones included, oldest first.
func (s *Service) Keys(ctx context.Context, workspace models.ID) ([]store.AccountKey, error) {
	return s.store.APIKeys(ctx, workspace)
}

// Authenticate gives the account whose API key it is. Kind Forbidden when the key is not known or was revoked (Room Codes contract 3).
func (s *Service) Authenticate(ctx context.Context, apiKey string) (models.Account, models.APIKey, error) {
	if CheckKey(apiKey) != nil {
		return models.Account{}, models.APIKey{}, invalidKey(nil)
	}
	key, err := s.store.APIKey(ctx, digest(apiKey)) // found by a digest, so that its time tells nothing of the keys that there are
	if fault.Is(err, fault.NotFound) {
		return models.Account{}, key, invalidKey(err)
	}
	if err != nil {
		return models.Account{}, key, err
	}
	account, err := s.Known(ctx, key.AccountID, key.ID)
	return account, key, err
}

// Known gives the account of a token that was made with an API key. Kind Forbidden when the key was revoked since (Room Codes contract 1).
func (s *Service) Known(ctx context.Context, account, key models.ID) (models.Account, error) {
	found, err := s.store.AccountOf(ctx, account, key)
	if fault.Is(err, fault.NotFound) {
		err = invalidKey(err)
	}
	return found, err
}

func invalidKey(cause error) error {
	return fault.Wrap(fault.Forbidden, "the API key is not known or no longer valid", cause)
}
