package tokens

import (
	"time"

	"foyer/fault"
	"foyer/models"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// scopedPurpose is what the key of scoped tokens is derived for.
const scopedPurpose = "room codes tokens"

// Scoped is what a scoped token stands for: leave to do one thing for an account (Room Codes contract 1).
type Scoped struct {
	Account models.ID
	Key     models.ID // the API key that the token was asked for with
	Scope   string
}

// scopedClaims are those of a scoped token, in the order in which they are written.
type scopedClaims struct {
	UserID string `json:"userID"` // the account
	Scope  string `json:"scope"`  // one
	jwt.RegisteredClaims
	KeyID string `json:"kid"`
}

// newScopedParser takes times as they are, without leeway: only Foyer makes scoped tokens.
func newScopedParser(now func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithTimeFunc(now),
	)
}

// IssueScoped signs a scoped token. It is valid from now on.
func (s *Service) IssueScoped(t Scoped, ttl time.Duration) (string, error) {
	key, err := s.scopedKey()
	if err != nil {
		return "", err
	}
	now := s.now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, &scopedClaims{
		UserID: string(t.Account), Scope: t.Scope, KeyID: string(t.Key),
		RegisteredClaims: jwt.RegisteredClaims{
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)), ID: uuid.NewString(),
		},
	}).SignedString(key)
}

// VerifyScoped gives what a scoped token stands for. Kind Unauthenticated says what is wrong with it. Whether its API key was revoked
// since is not asked.
func (s *Service) VerifyScoped(raw string) (Scoped, error) {
	if len(raw) > longest {
		return Scoped{}, refused("the token is longer than 8 KiB")
	}
	key, err := s.scopedKey()
	if err != nil {
		return Scoped{}, err
	}
	var c scopedClaims
	if _, err := s.scoped.ParseWithClaims(raw, &c, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
		if err = s.explain(raw, err); !fault.Is(err, fault.Unauthenticated) { // nothing but the token can be wrong
			err = refused("the token cannot be read")
		}
		return Scoped{}, err
	}
	if !models.ValidID(c.UserID) || !models.ValidID(c.KeyID) || c.Scope == "" {
		return Scoped{}, refused("the userID, kid or scope claim is missing")
	}
	return Scoped{Account: models.ID(c.UserID), Key: models.ID(c.KeyID), Scope: c.Scope}, nil
}
