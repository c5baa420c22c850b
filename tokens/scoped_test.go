package tokens_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/tokens"

	"github.com/golang-jwt/jwt/v5"
	"pgregory.net/rapid"
)

// leave is what the scoped tokens of these tests stand for.
var leave = tokens.Scoped{Account: "65f000000000000000000200", Key: "65f000000000000000000210", Scope: "join-room"}

// scopedIssuer is a service with a clock of its own, and the key of its scoped tokens.
func scopedIssuer(t *testing.T) (service *tokens.Service, key []byte, now *time.Time) {
	t.Helper()
	box, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if key, err = box.Derive("room codes tokens"); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 3, 12, 7, 6, 8, 0, time.UTC)
	db := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.SQLite)})
	return tokens.New(db, box, func() time.Time { return at }), key, &at
}

func TestScopedTokenIsWhatItStandsFor(t *testing.T) {
	t.Parallel()
	service, _, now := scopedIssuer(t)
	token, err := service.IssueScoped(leave, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 { // as often as one likes
		if got, err := service.VerifyScoped(token); err != nil || got != leave {
			t.Fatalf("got %+v, %v", got, err)
		}
		*now = now.Add(900 * time.Millisecond)
	}
	*now = now.Add(time.Second) // the end is the end, without leeway
	_, err = service.VerifyScoped(token)
	if !fault.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "expired") {
		t.Errorf("an expired token: %v", err)
	}
	if other, err := service.IssueScoped(leave, 10*time.Second); err != nil || other == token {
		t.Errorf("two tokens are alike: %v", err)
	}
}

// The payload is the one of the documentation: userID first, one scope (Room Codes contract 1).
func TestScopedTokenOnTheWire(t *testing.T) {
	t.Parallel()
	service, _, now := scopedIssuer(t)
	token, err := service.IssueScoped(leave, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	part := func(n int) string {
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[n])
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	if got := part(0); !strings.Contains(got, `"alg":"HS256"`) {
		t.Errorf("the header is %s", got)
	}
	payload := part(1)
	if !strings.HasPrefix(payload, `{"userID":"65f000000000000000000200","scope":"join-room",`) {
		t.Errorf("the payload is %s", payload)
	}
	var claims map[string]any
	if err := json.Unmarshal([]byte(payload), &claims); err != nil {
		t.Fatal(err)
	}
	if claims["iat"] != float64(now.Unix()) || claims["exp"] != float64(now.Unix()+300) || claims["kid"] != string(leave.Key) ||
		len(claims["jti"].(string)) < 16 || len(claims) != 6 {
		t.Errorf("the claims are %v", claims)
	}
}

func TestScopedTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	service, key, now := scopedIssuer(t)
	sign := func(method jwt.SigningMethod, key any, change jwt.MapClaims) string {
		claims := jwt.MapClaims{
			"userID": string(leave.Account), "scope": leave.Scope, "kid": string(leave.Key), "iat": now.Unix(), "exp": now.Unix() + 60,
		}
		for name, value := range change {
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
		}
		token, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	good := sign(jwt.SigningMethodHS256, key, nil)
	if got, err := service.VerifyScoped(good); err != nil || got != leave {
		t.Fatalf("the good one: %+v, %v", got, err)
	}
	parts := strings.Split(good, ".")
	_, otherKey, _ := scopedIssuer(t)
	for name, token := range map[string]string{
		"nothing":                 "",
		"no token":                "nonsense",
		"an API key":              "chosen-key-of-somebody",
		"no alg":                  sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil),
		"HS384":                   sign(jwt.SigningMethodHS384, key, nil),
		"HS512":                   sign(jwt.SigningMethodHS512, key, nil),
		"another key":             sign(jwt.SigningMethodHS256, otherKey, nil),
		"expired":                 sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"exp": now.Unix()}),
		"without end":             sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"exp": nil}),
		"scopes":                  sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"scope": []string{"join-room", "extend-room"}}),
		"without scope":           sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"scope": nil}),
		"without account":         sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"userID": nil}),
		"account of another kind": sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"userID": 5}),
		"without API key":         sign(jwt.SigningMethodHS256, key, jwt.MapClaims{"kid": nil}),
		"without signature":       parts[0] + "." + parts[1] + ".",
		"two parts":               parts[0] + "." + parts[1],
		"four parts":              good + "." + parts[2],
		"long":                    good + strings.Repeat("a", 8<<10),
	} {
		got, err := service.VerifyScoped(token)
		if !fault.Is(err, fault.Unauthenticated) || got != (tokens.Scoped{}) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		if err != nil && token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error repeats the token", name)
		}
	}
}

// A token of the 100ms dialect is none of these, nor the other way round.
func TestScopedTokensAreOfTheirOwn(t *testing.T) {
	t.Parallel()
	service, key := issuer(t)
	app, err := service.Issue(key, tokens.Seat{Room: "0123456789abcdef01234567", Role: "host", User: string(leave.Account)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.VerifyScoped(app); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("an app token: %v", err)
	}
	scoped, err := service.IssueScoped(leave, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.VerifyApp(t.Context(), scoped); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a scoped token for an app token: %v", err)
	}
}

func TestScopedTokensOfAnySort(t *testing.T) {
	t.Parallel()
	service, _, _ := scopedIssuer(t)
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}`),
			rapid.Map(rapid.String(), func(s string) string {
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":`+s+`}`)) + "." + s + "."
			}),
		).Draw(t, "raw")
		if got, err := service.VerifyScoped(raw); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("got %+v, %v", got, err)
		}
		want := tokens.Scoped{Account: leave.Account, Key: models.ID(rapid.StringMatching(`[0-9a-f]{24}`).Draw(t, "key")), Scope: rapid.StringN(1, 20, -1).Draw(t, "scope")}
		token, err := service.IssueScoped(want, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := service.VerifyScoped(token); err != nil || got != want {
			t.Fatalf("want %+v, got %+v, %v", want, got, err)
		}
	})
}
