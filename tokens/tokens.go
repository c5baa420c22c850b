package tokens

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// The values of the type claim, and the version that all tokens carry (server contract 1.3, 1.4).
const (
	Management = "management"
	App        = "app"
	version    = 2
)

// Lifetime is how long a token of ours is good (contract 3.7). Leeway is how far clocks may differ (contract 14.9).
const (
	Lifetime = 24 * time.Hour
	Leeway   = 60 * time.Second
)

// longest bounds a token that is read, in bytes.
const longest = 8 << 10

// Service issues and verifies tokens. Safe for concurrent use.
type Service struct {
	store  *store.Store
	box    *seal.Box
	now    func() time.Time
	parser *jwt.Parser

	scoped    *jwt.Parser
	scopedKey func() ([]byte, error) // derived once
}

// New makes the service. Now is the clock that claims are held against.
func New(s *store.Store, box *seal.Box, now func() time.Time) *Service {
	return &Service{store: s, box: box, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithLeeway(Leeway), jwt.WithTimeFunc(now),
	), scoped: newScopedParser(now), scopedKey: sync.OnceValues(func() ([]byte, error) { return box.Derive(scopedPurpose) })}
}

// Seat is what an app token stands for: one user in one role of one room.
type Seat struct {
	Workspace models.ID
	Room      models.ID
	Role      string
	User      string    // may be empty in tokens made elsewhere
	MadeUp    bool      // nobody named the user: the id was made up at the exchange
	Token     string    // what the token is known by where the token itself must not be kept; empty in a seat that has none yet
	Expires   time.Time // when the token does
}

// VerifyManagement gives the workspace whose management token raw is. Kind Unauthenticated says which claim is wrong
// (server contract 1.5).
func (s *Service) VerifyManagement(ctx context.Context, raw string) (models.Workspace, error) {
	bearer, _, err := s.verify(ctx, raw, Management)
	return bearer.Workspace, err
}

// VerifyApp gives the seat that an app token stands for. Kind Unauthenticated says which claim is wrong.
func (s *Service) VerifyApp(ctx context.Context, raw string) (Seat, error) {
	bearer, c, err := s.verify(ctx, raw, App)
	if err != nil {
		return Seat{}, err
	}
	return Seat{
		Workspace: bearer.Workspace.ID, Room: models.ID(c.RoomID), Role: c.Role, User: c.UserID, MadeUp: c.MadeUp || c.UserID == "",
		Token: digest(raw), Expires: c.ExpiresAt.Time,
	}, nil
}

// Peek reads what a token says of itself, true or not: nothing may be allowed because of it. It is empty for what is no token.
func Peek(raw string) Seat {
	if len(raw) > longest {
		return Seat{}
	}
	_, rest, _ := strings.Cut(raw, ".")
	middle, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(middle)
	if err != nil {
		return Seat{}
	}
	var c struct { // not all claims: this is done for each connection, and reading times takes as long again
		RoomID string `json:"room_id"`
		Role   string `json:"role"`
		UserID string `json:"user_id"`
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return Seat{}
	}
	return Seat{Room: models.ID(c.RoomID), Role: c.Role, User: c.UserID, Token: digest(raw)}
}

// Bearer is the token of an Authorization header, the word before it in any case of letters; empty when there is none.
func Bearer(header string) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// digest names a token without telling it.
func digest(raw string) string {
	sum := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(sum[:16])
}

func (s *Service) verify(ctx context.Context, raw, kind string) (store.Bearer, claims, error) {
	var bearer store.Bearer
	var c claims
	if len(raw) > longest {
		return bearer, c, refused("the token is longer than 8 KiB")
	}
	_, err := s.parser.ParseWithClaims(raw, &c, func(*jwt.Token) (any, error) {
		var err error
		bearer, err = s.bearer(ctx, c.AccessKey)
		if err != nil {
			return nil, err
		}
		return s.Secret(bearer.Key)
	})
	if err != nil {
		return bearer, c, s.explain(raw, err)
	}
	return bearer, c, c.fit(kind)
}

// bearer reads an active key. An unknown one gives the documented answer to the letter (contract 1.5).
func (s *Service) bearer(ctx context.Context, accessKey string) (store.Bearer, error) {
	bearer, err := store.Bearer{}, (Pair{AccessKey: accessKey}).check() // what no key can be called is not even looked for
	if err == nil {
		bearer, err = s.store.Bearer(ctx, accessKey)
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return bearer, fault.New(fault.Unauthenticated, "Token validation error", "not found")
	}
	return bearer, err
}

// explain turns an error of the parser into one that says which part of the token is wrong.
func (s *Service) explain(raw string, err error) error {
	if ours, ok := errors.AsType[*fault.Error](err); ok {
		return ours
	}
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && mistyped.Field != "" {
		return refused(wrongType(mistyped))
	}
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return refused("token is expired")
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refused("token is not valid yet: the nbf claim is in the future")
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return refused("token used before issued: the iat claim is in the future")
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refused("the exp claim is missing")
	case errors.Is(err, jwt.ErrTokenMalformed), errors.Is(err, jwt.ErrTokenInvalidClaims):
		return refused("token is malformed: not three parts of base64url JSON with the claims' types")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		if token, _, e := s.parser.ParseUnverified(raw, jwt.MapClaims{}); e != nil || token.Method != jwt.SigningMethodHS256 {
			return refused("the alg header must be HS256")
		}
		if errors.Is(err, jwt.ErrTokenSignatureInvalid) {
			return refused("signature is invalid")
		}
	}
	return err // the database, or the master key: not the token's fault
}

// wrongType says in plain words which claim has a value of the wrong JSON type.
func wrongType(e *json.UnmarshalTypeError) string {
	want := "a string"
	if e.Field == "version" {
		want = "the number 2"
	}
	return fmt.Sprintf("the %s claim is a %s, it must be %s", clip(e.Field), e.Value, want)
}

func refused(cause string) error {
	return fault.New(fault.Unauthenticated, "Token validation error: "+cause, cause)
}

// Issue signs an app token for a seat with a key of the seat's workspace. It is valid from now on for Lifetime.
func (s *Service) Issue(key models.Key, seat Seat) (string, error) {
	secret, err := s.Secret(key)
	if err != nil {
		return "", err
	}
	c := s.fresh(key.ID, App, Lifetime)
	c.RoomID, c.Role, c.UserID, c.MadeUp = string(seat.Room), seat.Role, seat.User, seat.MadeUp
	return c.sign(secret)
}

// IssueManagement signs a management token with the newest key of a workspace. Kind NotFound when it has none.
func (s *Service) IssueManagement(ctx context.Context, workspace models.ID, life time.Duration) (string, error) {
	key, err := s.store.SigningKey(ctx, workspace)
	if err != nil {
		return "", err
	}
	secret, err := s.Secret(key)
	if err != nil {
		return "", err
	}
	return s.fresh(key.ID, Management, life).sign(secret)
}

func (s *Service) fresh(accessKey, kind string, life time.Duration) *issued {
	now := s.now()
	return &issued{
		AccessKey: accessKey, Type: kind, Version: version,
		IssuedAt: now.Unix(), NotBefore: now.Unix(), ExpiresAt: now.Add(life).Unix(), ID: uuid.NewString(),
	}
}
