package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"foyer/fault"
	"foyer/models"

	"github.com/golang-jwt/jwt/v5"
)

// Finding is one thing about a token, in plain words. Good ones are said too, so that a reader sees what was looked at.
type Finding struct {
	Good bool
	Text string
}

// Inspect says everything that is right and wrong with a token: which claim, which type, how much clock skew. It never
// repeats the token or a secret. The error is for what is not the token's fault.
func (s *Service) Inspect(ctx context.Context, raw string) ([]Finding, error) {
	if len(raw) > longest {
		return bad("the token is longer than 8 KiB"), nil
	}
	var c claims
	token, _, err := s.parser.ParseUnverified(raw, &c)
	if token == nil || token.Header == nil {
		return bad("this is not a JWT: it needs three parts of base64url, parted by dots, and the first two must hold JSON"), nil
	}
	found := s.inspectHeader(token)
	if mistyped, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && mistyped.Field != "" {
		return append(found, Finding{Text: wrongType(mistyped)}), nil
	}
	if err != nil {
		const cause = "the claims cannot be read: the middle part must be a JSON object, its times numbers"
		return append(found, Finding{Text: cause}), nil //nolint:nilerr // the finding is the answer
	}
	signature, err := s.inspectSignature(ctx, raw, &c)
	if err != nil {
		return nil, err
	}
	found = append(found, signature...)
	found = append(found, s.inspectTimes(&c)...)
	seat, err := s.inspectSeat(ctx, &c)
	return append(found, seat...), err
}

func bad(text string) []Finding { return []Finding{{Text: text}} }

func (s *Service) inspectHeader(token *jwt.Token) []Finding {
	alg, _ := token.Header["alg"].(string)
	if alg != jwt.SigningMethodHS256.Alg() {
		return bad(fmt.Sprintf("the alg header is %q; only HS256 is accepted", clip(alg)))
	}
	return []Finding{{true, "alg is HS256"}}
}

func (s *Service) inspectSignature(ctx context.Context, raw string, c *claims) ([]Finding, error) {
	if c.AccessKey == "" {
		return bad("the access_key claim is missing"), nil
	}
	key, err := s.store.Key(ctx, c.AccessKey)
	if fault.Is(err, fault.NotFound) {
		return bad(fmt.Sprintf("access_key %q is not a key of this Foyer", clip(c.AccessKey))), nil
	}
	if err != nil {
		return nil, err
	}
	found := []Finding{{true, "access_key is known"}}
	if key.RevokedAt != nil {
		found = bad("access_key was revoked at " + key.RevokedAt.Format(time.RFC3339))
	}
	secret, err := s.Secret(key)
	if err != nil {
		return nil, err
	}
	loose := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithoutClaimsValidation())
	if _, err := loose.Parse(raw, func(*jwt.Token) (any, error) { return secret, nil }); err != nil {
		const cause = "the signature is invalid: the token was made with another secret, or changed. " +
			"The secret is used as it is written, it is not base64-decoded"
		return append(found, Finding{Text: cause}), nil //nolint:nilerr // the finding is the answer
	}
	return append(found, Finding{true, "the signature holds"}), nil
}

func (s *Service) inspectTimes(c *claims) []Finding {
	now := s.now()
	var found []Finding
	switch {
	case c.ExpiresAt == nil:
		found = append(found, Finding{Text: "the exp claim is missing"})
	case now.After(c.ExpiresAt.Add(Leeway)):
		found = append(found, Finding{Text: fmt.Sprintf("it expired %s ago (exp)", ago(now.Sub(c.ExpiresAt.Time)))})
	case now.After(c.ExpiresAt.Time):
		found = append(found, Finding{true, fmt.Sprintf("it expired %s ago, within the %s that clocks may differ (exp)",
			ago(now.Sub(c.ExpiresAt.Time)), Leeway)})
	default:
		found = append(found, Finding{true, fmt.Sprintf("it is good for another %s (exp)", ago(c.ExpiresAt.Sub(now)))})
	}
	for _, claim := range []struct {
		name string
		at   *jwt.NumericDate
	}{{"nbf", c.NotBefore}, {"iat", c.IssuedAt}} {
		if claim.at == nil {
			continue
		}
		ahead := claim.at.Sub(now)
		if ahead > Leeway {
			found = append(found, Finding{Text: fmt.Sprintf("%s is %s in the future, more than the %s that are allowed: "+
				"the clock of the machine that made the token is ahead of this one", claim.name, ago(ahead), Leeway)})
			continue
		}
		found = append(found, Finding{true, fmt.Sprintf("%s is %s", claim.name, when(ahead))})
	}
	return found
}

// when is a moment seen from now.
func when(ahead time.Duration) string {
	if ahead < 0 {
		return ago(-ahead) + " ago"
	}
	return ago(ahead) + " ahead"
}

func ago(d time.Duration) string { return d.Round(time.Second).String() }

func (s *Service) inspectSeat(ctx context.Context, c *claims) ([]Finding, error) {
	var found []Finding
	if c.Version != version {
		found = bad(fmt.Sprintf("the version claim is %v; it must be the number 2", c.Version))
	}
	switch c.Type {
	case Management:
		return append(found, Finding{true, "it is a management token: for servers that call /v2, not for joining a room"}), nil
	case App:
	default:
		return append(found, Finding{Text: fmt.Sprintf("the type claim is %q; it must be management or app", clip(c.Type))}), nil
	}
	found = append(found, Finding{true, "it is an app token: for joining a room, not for calling /v2 from a server"})
	if err := c.fit(App); err != nil {
		return append(found, Finding{Text: err.Error()}), nil //nolint:nilerr // the finding is the answer
	}
	bearer, err := s.store.Bearer(ctx, c.AccessKey)
	if fault.Is(err, fault.NotFound) {
		return found, nil // said above
	}
	if err != nil {
		return nil, err
	}
	rest, err := s.inspectRoom(ctx, bearer.Workspace.ID, c)
	return append(found, rest...), err
}

func (s *Service) inspectRoom(ctx context.Context, workspace models.ID, c *claims) ([]Finding, error) {
	room, err := s.store.Room(ctx, workspace, models.ID(c.RoomID))
	if fault.Is(err, fault.NotFound) {
		return bad("room_id is not a room of the key's workspace"), nil
	}
	if err != nil {
		return nil, err
	}
	template, err := s.store.Template(ctx, workspace, room.TemplateID)
	if err != nil {
		return nil, err
	}
	found := []Finding{{true, fmt.Sprintf("room_id is the room %q", room.Name)}}
	if !room.Enabled {
		found = append(found, Finding{Text: "the room is disabled"})
	}
	for _, role := range template.Roles {
		if role.Name == c.Role {
			return append(found, Finding{true, fmt.Sprintf("role %q is in the room's template", c.Role)}), nil
		}
	}
	return append(found, Finding{Text: fmt.Sprintf("role %q is not in the room's template (upper and lower case matter); it has: %v",
		clip(c.Role), template.RoleNames())}), nil
}
