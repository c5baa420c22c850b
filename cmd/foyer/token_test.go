package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestTokenInspect(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	given := []string{"FOYER_ACCESS_KEY=mine", "FOYER_SECRET=very-secret"}
	s := serve(t, dir, given...)
	room := roomID(t, s, dir)
	now := time.Now()
	sign := func(method jwt.SigningMethod, secret any, change jwt.MapClaims) string {
		claims := jwt.MapClaims{
			"access_key": "mine", "type": "management", "version": 2,
			"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		}
		for key, value := range change {
			claims[key] = value
		}
		token, err := jwt.NewWithClaims(method, claims).SignedString(secret)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	secret := []byte("very-secret")
	for _, c := range []struct {
		name  string
		token string
		want  string // what is wrong; empty: nothing
	}{
		{"good", sign(jwt.SigningMethodHS256, secret, nil), ""},
		{"none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), `alg header is "none"`},
		{"HS384", sign(jwt.SigningMethodHS384, secret, nil), `alg header is "HS384"`},
		{"unknown key", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"access_key": "other"}), `access_key "other" is not`},
		{"no key", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"access_key": ""}), "access_key claim is missing"},
		{"other secret", sign(jwt.SigningMethodHS256, []byte("wrong"), nil), "signature is invalid"},
		{"expired", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"exp": now.Add(-time.Hour).Unix()}), "expired 1h"},
		{"no exp", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"exp": nil}), "exp claim is missing"},
		{"early", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"nbf": now.Add(5 * time.Minute).Unix()}), "in the future, more than the 1m0s"},
		{"skew", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"iat": now.Add(30 * time.Second).Unix()}), ""},
		{"type", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"type": "admin"}), `type claim is "admin"`},
		{"version", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"version": 1}), "version claim is 1"},
		{"version as text", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"version": "2"}), "the version claim is a string, it must be the number 2"},
		{"app", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"type": "app", "room_id": room, "role": "host"}), ""},
		{"role's case", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"type": "app", "room_id": room, "role": "Host"}), `role "Host" is not`},
		{"no room", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"type": "app", "role": "host"}), "room_id"},
		{"no role", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{"type": "app", "room_id": room}), "role claim is missing"},
		{"other room", sign(jwt.SigningMethodHS256, secret, jwt.MapClaims{
			"type": "app", "role": "host", "room_id": "0123456789abcdef01234567",
		}), "room_id is not a room"},
		{"no token", "nonsense", "not a JWT"},
		{"three parts of nothing", "a.b.c", "not a JWT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := foyer(t, dir, nil, "token", "inspect", c.token)
			if c.want == "" && err != nil {
				t.Errorf("a good token: %v\n%s", err, out)
			}
			if c.want != "" && (!errors.Is(err, errBadToken) || !strings.Contains(out, "WRONG") || !strings.Contains(out, c.want)) {
				t.Errorf("got %v and\n%s\nwant %q", err, out, c.want)
			}
			if strings.Contains(out, "very-secret") || len(c.token) > 40 && strings.Contains(out, c.token) {
				t.Error("the findings repeat the secret or the token")
			}
		})
	}
}

// roomID is the id of the demo room.
func roomID(t *testing.T, s *server, dir string) string {
	t.Helper()
	token := strings.TrimSpace(must(t, dir, nil, "token", "management"))
	_, body := call(t, httpClient, "GET", s.url+"/v2/rooms", token, "")
	_, rest, _ := strings.Cut(body, `"id":"`)
	return rest[:24]
}

func TestTokenApp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	room := roomID(t, s, dir)
	token := strings.TrimSpace(must(t, dir, nil, "token", "app", "--room", room, "--role", "guest", "--user", "me"))
	if out := must(t, dir, nil, "token", "inspect", token); !strings.Contains(out, "app token") {
		t.Errorf("it is not an app token:\n%s", out)
	}
	if _, err := foyer(t, dir, nil, "token", "app", "--room", room, "--role", "Guest"); err == nil {
		t.Error("a token for a role that is not there")
	}
	if _, err := foyer(t, dir, nil, "token", "app", "--room", "nowhere", "--role", "guest"); err == nil {
		t.Error("a token for a room that is not there")
	}
}
