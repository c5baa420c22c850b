package v2_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/tokens"

	"github.com/golang-jwt/jwt/v5"
)

// bearer sends a token made of changed claims.
func bearer(changes map[string]any) apitest.Auth {
	return func(w *apitest.Workspace) string { return "Bearer " + w.Sign(w.Claims(changes)) }
}

// signed sends a management token signed another way.
func signed(method jwt.SigningMethod, key func(w *apitest.Workspace) any) apitest.Auth {
	return func(w *apitest.Workspace) string {
		token, err := jwt.NewWithClaims(method, w.Claims(nil)).SignedString(key(w))
		if err != nil {
			panic(err)
		}
		return "Bearer " + token
	}
}

func secret(w *apitest.Workspace) any { return []byte(w.Pair.Secret) }

// literal sends this header.
func literal(header string) apitest.Auth {
	return func(*apitest.Workspace) string { return header }
}

// edited sends a good token with one of its parts replaced.
func edited(part int, with string) apitest.Auth {
	return func(w *apitest.Workspace) string {
		parts := strings.Split(w.Management(), ".")
		parts[part] = with
		return "Bearer " + strings.Join(parts, ".")
	}
}

// from gives a time that far from now to each claim.
func from(claims map[string]time.Duration) apitest.Auth {
	return func(w *apitest.Workspace) string {
		changes := map[string]any{}
		for claim, by := range claims {
			changes[claim] = w.Foyer.Clock.Now().Add(by).Unix()
		}
		return "Bearer " + w.Sign(w.Claims(changes))
	}
}

type skew = map[string]time.Duration

// Server contract 1.5: what must be rejected, and how.
func TestManagementTokenRefused(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	anRSAKey := func(*apitest.Workspace) any { return rsaKey }
	refused := func(cause string) []string {
		return []string{`{"code":401,"message":"Token validation error: ` + cause, `"details":["` + cause}
	}
	noHeader := []string{`{"code":401,"message":"Authentication error: the Authorization header must be Bearer and a token","details":["the Auth`}
	unknownKey := []string{`{"code":401,"message":"Token validation error","details":["not found"]}`}
	table := []apitest.Scenario{
		{Name: "no Authorization", Auth: apitest.Nobody, Contains: noHeader},
		{Name: "a blank Authorization", Auth: literal(" "), Contains: noHeader},
		{Name: "Bearer without a token", Auth: literal("Bearer "), Contains: noHeader},
		{Name: "not Bearer", Auth: literal("Basic dTpw"), Contains: noHeader},
		{Name: "a token without the word", Auth: func(w *apitest.Workspace) string { return w.Management() }, Contains: noHeader},
		{Name: "one segment", Auth: literal("Bearer abc"), Contains: refused("token is malformed")},
		{Name: "two segments", Auth: literal("Bearer abc.def"), Contains: refused("token is malformed")},
		{Name: "four segments", Auth: func(w *apitest.Workspace) string { return "Bearer " + w.Management() + ".x" }, Contains: refused("token is malformed")},
		{Name: "bad base64url", Auth: edited(1, "!!!"), Contains: refused("token is malformed")},
		{Name: "bad JSON in the claims", Auth: edited(1, "e30x"), Contains: refused("token is malformed")},
		{Name: "bad JSON in the header", Auth: edited(0, "e30x"), Contains: refused("token is malformed")},
		{Name: "claims that are an array", Auth: edited(1, "W10"), Contains: refused("token is malformed")},
		{Name: "longer than 8 KiB", Auth: literal("Bearer " + strings.Repeat("a", 8193)), Contains: refused("the token is longer than 8 KiB")},
		{
			Name: "alg none", Contains: refused("the alg header must be HS256"),
			Auth: signed(jwt.SigningMethodNone, func(*apitest.Workspace) any { return jwt.UnsafeAllowNoneSignatureType }),
		},
		{Name: "HS384", Auth: signed(jwt.SigningMethodHS384, secret), Contains: refused("the alg header must be HS256")},
		{Name: "HS512", Auth: signed(jwt.SigningMethodHS512, secret), Contains: refused("the alg header must be HS256")},
		{Name: "RS256", Auth: signed(jwt.SigningMethodRS256, anRSAKey), Contains: refused("the alg header must be HS256")},
		{Name: "PS256", Auth: signed(jwt.SigningMethodPS256, anRSAKey), Contains: refused("the alg header must be HS256")},
		{
			Name: "alg comes before the key", Contains: refused("the alg header must be HS256"),
			Auth: func(w *apitest.Workspace) string {
				claims := w.Claims(map[string]any{"access_key": "unknown"})
				token, err := jwt.NewWithClaims(jwt.SigningMethodHS384, claims).SignedString([]byte("x"))
				if err != nil {
					panic(err)
				}
				return "Bearer " + token
			},
		},
		{Name: "alg of another type", Auth: edited(0, "eyJhbGciOjI1Nn0"), Contains: []string{`"code":401`}},
		{Name: "unknown access key, to the letter", Auth: bearer(map[string]any{"access_key": "62a0c0ffee0000000000abcd"}), Contains: unknownKey},
		{Name: "no access key", Auth: bearer(map[string]any{"access_key": nil}), Contains: unknownKey},
		{Name: "an access key with a zero byte", Auth: bearer(map[string]any{"access_key": "a\x00b"}), Contains: unknownKey},
		{Name: "an access key that is a number", Auth: bearer(map[string]any{"access_key": 7}), Contains: refused("the access_key claim is a number, it must be a string")},
		{
			Name: "the key of the workspace next door", Contains: refused("signature is invalid"),
			Auth: func(w *apitest.Workspace) string {
				return "Bearer " + w.Sign(w.Claims(map[string]any{"access_key": w.Other().Pair.AccessKey}))
			},
		},
		{Name: "wrong signature", Auth: signed(jwt.SigningMethodHS256, func(*apitest.Workspace) any { return []byte("guess") }), Contains: refused("signature is invalid")},
		{Name: "no signature", Auth: edited(2, ""), Contains: refused("signature is invalid")},
		{Name: "expired", Auth: from(skew{"exp": -61 * time.Second}), Contains: refused("token is expired")},
		{Name: "nbf 5 minutes early", Auth: from(skew{"nbf": 5 * time.Minute}), Contains: refused("token is not valid yet")},
		{Name: "iat 5 minutes early", Auth: from(skew{"iat": 5 * time.Minute}), Contains: refused("token used before issued")},
		{Name: "iat and nbf 5 minutes early", Auth: from(skew{"iat": 5 * time.Minute, "nbf": 5 * time.Minute}), Contains: []string{`"code":401`}},
		{Name: "exp missing", Auth: bearer(map[string]any{"exp": nil}), Contains: refused("the exp claim is missing")},
		{Name: "exp is text", Auth: bearer(map[string]any{"exp": "tomorrow"}), Contains: refused("token is malformed")},
		{Name: "an app token on REST", Auth: apitest.Client, Contains: refused(`the type claim is \"app\", this call needs \"management\"`)},
		{Name: "no type", Auth: bearer(map[string]any{"type": nil}), Contains: refused(`the type claim is \"\"`)},
		{Name: "version 1", Auth: bearer(map[string]any{"version": 1}), Contains: refused("the version claim must be 2")},
		{Name: "no version", Auth: bearer(map[string]any{"version": nil}), Contains: refused("the version claim must be 2")},
		{Name: "version as text", Auth: bearer(map[string]any{"version": "2"}), Contains: refused("the version claim is a string, it must be the number 2")},
	}
	for i := range table {
		table[i].Request, table[i].Status = `GET /v2/rooms`, unauth
		table[i].Headers = map[string]string{"WWW-Authenticate": "Bearer"}
	}
	apitest.Play(t, table)
}

// Server contract 1.3, 1.5, 14.9: what must be accepted.
func TestManagementTokenAccepted(t *testing.T) {
	t.Parallel()
	table := []apitest.Scenario{
		{Name: "iat and nbf 30 s early", Auth: from(skew{"iat": 30 * time.Second, "nbf": 30 * time.Second})},
		{Name: "iat and nbf 10 s late, as the SDK does", Auth: from(skew{"iat": -10 * time.Second, "nbf": -10 * time.Second})},
		{Name: "expired 30 s ago", Auth: from(skew{"exp": -30 * time.Second})},
		{Name: "25 years", Auth: from(skew{"exp": 25 * 365 * 24 * time.Hour})},
		{Name: "no iat, nbf, jti", Auth: bearer(map[string]any{"iat": nil, "nbf": nil, "jti": nil})},
		{Name: "fractional dates", Auth: func(w *apitest.Workspace) string {
			now := float64(w.Foyer.Clock.Now().Unix())
			return "Bearer " + w.Sign(w.Claims(map[string]any{"iat": now - .25, "nbf": now - .25, "exp": now + 60.75}))
		}},
		{Name: "version 2.0", Auth: func(w *apitest.Workspace) string {
			return "Bearer " + w.Sign(w.Claims(map[string]any{"version": 2.0}))
		}},
		{Name: "unknown claims", Auth: bearer(map[string]any{"plan": "gold"})},
		{Name: "bearer in lower case", Auth: func(w *apitest.Workspace) string { return "bearer " + w.Management() }},
		{Name: "BEARER and spaces", Auth: func(w *apitest.Workspace) string { return "  BEARER   " + w.Management() + " " }},
		{Name: "header without typ", Auth: func(w *apitest.Workspace) string {
			token := jwt.NewWithClaims(jwt.SigningMethodHS256, w.Claims(nil))
			delete(token.Header, "typ")
			text, err := token.SignedString([]byte(w.Pair.Secret))
			if err != nil {
				panic(err)
			}
			return "Bearer " + text
		}},
	}
	for i := range table {
		table[i].Request, table[i].Status = `GET /v2/rooms`, ok
	}
	apitest.Play(t, table)
}

// Server contract 1.3: the SDK sends one token on every call, so that its jti must not be single use.
func TestManagementTokenIsUsedAgain(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		token := literal("Bearer " + w.Management())
		for range 3 {
			if a := w.Send(apitest.Request{Line: `GET /v2/rooms`, Auth: token}); a.Status != http.StatusOK {
				t.Errorf("status %d: %s", a.Status, a.Body)
			}
		}
	})
}

// Issue, acceptance 4: revoking a key refuses its tokens at once while another pair goes on.
func TestRevokedKey(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		ctx := context.Background()
		f.Clock.Advance(time.Minute)
		second, err := f.Tokens.CreateKey(ctx, w.ID, tokens.Pair{})
		if err != nil {
			t.Fatal(err)
		}
		first := w.Pair
		send := func(pair tokens.Pair, want int) *apitest.Answer {
			t.Helper()
			w.Pair = pair
			a := w.Do(`GET /v2/rooms`)
			if a.Status != want {
				t.Errorf("key made %s: status %d, want %d", map[bool]string{true: "first", false: "second"}[pair == first], a.Status, want)
			}
			return a
		}
		send(first, http.StatusOK)
		send(second, http.StatusOK)
		w.Pair = second
		app := w.App()
		if err := f.Tokens.RevokeKey(ctx, second.AccessKey); err != nil {
			t.Fatal(err)
		}
		a := send(second, http.StatusUnauthorized)
		if want := `{"code":401,"message":"Token validation error","details":["not found"]}` + "\n"; string(a.Body) != want {
			t.Errorf("body %s, want %s", a.Body, want)
		}
		send(first, http.StatusOK)
		if a := w.Send(apitest.Request{Line: `GET /v2/layouts/ui`, Auth: literal("Bearer " + app)}); a.Status != http.StatusUnauthorized {
			t.Errorf("an app token of the revoked key: status %d", a.Status)
		}
		if a := w.Do(`POST /v2/token {"code":"{host}"}`); a.Status != http.StatusOK || payload(t, a)["access_key"] != first.AccessKey {
			t.Errorf("the exchange does not sign with the key that is left: %d", a.Status)
		}
		if err := f.Tokens.RevokeKey(ctx, first.AccessKey); err != nil {
			t.Fatal(err)
		}
		send(first, http.StatusUnauthorized)
		if a := w.Do(`POST /v2/token {"code":"{host}"}`); a.Status != http.StatusServiceUnavailable {
			t.Errorf("exchange without a key: status %d, want 503", a.Status)
		}
	})
}

// payload is the claims of an exchange's token, read without its secret, as clients do.
func payload(t *testing.T, a *apitest.Answer) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(a.At("token"), claims); err != nil {
		t.Fatalf("the token cannot be read: %v (%s)", err, a.Body)
	}
	return claims
}
