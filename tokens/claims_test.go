package tokens_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/tokens"

	"pgregory.net/rapid"
)

// issuer is a service over an empty SQLite, and a key to sign with.
func issuer(t *testing.T) (*tokens.Service, models.Key) {
	t.Helper()
	box, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.SQLite)})
	return tokens.New(db, box, time.Now), models.Key{ID: "key", Secret: box.Seal([]byte("secret"), "key key")}
}

// TestPayloadSurvivesAtob decodes payloads as the web SDK does: by plain base64, into Latin-1, as JSON (server contract 1.4).
func TestPayloadSurvivesAtob(t *testing.T) {
	t.Parallel()
	service, key := issuer(t)
	check := func(t rapid.TB, user, role string) {
		t.Helper()
		token, err := service.Issue(key, tokens.Seat{Room: "0123456789abcdef01234567", Role: role, User: user})
		if err != nil {
			t.Fatal(err)
		}
		payload := strings.Split(token, ".")[1]
		raw, err := base64.RawStdEncoding.DecodeString(payload) // atob knows neither - nor _
		if err != nil {
			t.Fatalf("user %q: atob fails: %v", user, err)
		}
		var latin strings.Builder
		for _, b := range raw {
			latin.WriteRune(rune(b))
		}
		var claims struct {
			User string `json:"user_id"`
			Role string `json:"role"`
		}
		if err := json.Unmarshal([]byte(latin.String()), &claims); err != nil {
			t.Fatalf("user %q: %v", user, err)
		}
		if claims.User != user || claims.Role != role {
			t.Fatalf("user %q and role %q came back as %q and %q", user, role, claims.User, claims.Role)
		}
	}
	for _, user := range []string{"ab~", "ab?", "xx>", "é", "日本", "\x7f", "𝄞", `"\`, "a<b&c", "\u2028", "x\ty"} {
		check(t, user, "host")
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.String().Draw(t, "user"), rapid.StringN(1, 64, -1).Draw(t, "role"))
	})
}

// TestTokensOfOneKeyOnly signs with one secret and verifies with another.
func TestTokensOfOneKeyOnly(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		box, err := seal.New(seal.NewKey())
		if err != nil {
			t.Fatal(err)
		}
		db := storetest.Open(t, store.Options{URL: storetest.URL(t, database)})
		service := tokens.New(db, box, time.Now)
		at := db.Stamp()
		w := models.Workspace{ID: db.NewID(), AppID: db.NewID(), Name: "w", Region: "auto", CreatedAt: at, UpdatedAt: at}
		if err := db.CreateWorkspace(t.Context(), &w); err != nil {
			t.Fatal(err)
		}
		if _, err := service.IssueManagement(t.Context(), w.ID, time.Hour); err == nil {
			t.Error("a token of a workspace without a key")
		}
		pair, err := service.CreateKey(t.Context(), w.ID, tokens.Pair{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := service.CreateKey(t.Context(), w.ID, tokens.Pair{AccessKey: pair.AccessKey}); err == nil {
			t.Error("an access key was given twice")
		}
		for _, wrong := range []tokens.Pair{{AccessKey: "with space"}, {Secret: "ümlaut"}, {AccessKey: strings.Repeat("a", 257)}} {
			if _, err := service.CreateKey(t.Context(), w.ID, wrong); err == nil {
				t.Errorf("a pair that cannot be one was taken: %d letters", len(wrong.AccessKey+wrong.Secret))
			}
		}
		token, err := service.IssueManagement(t.Context(), w.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := service.VerifyManagement(t.Context(), token); err != nil || got.ID != w.ID {
			t.Errorf("got workspace %s, %v", got.ID, err)
		}
		if _, err := service.VerifyApp(t.Context(), token); err == nil {
			t.Error("a management token passes for an app token")
		}
		if err := service.RevokeKey(t.Context(), pair.AccessKey); err != nil {
			t.Fatal(err)
		}
		if _, err := service.VerifyManagement(t.Context(), token); err == nil {
			t.Error("a token of a revoked key")
		}
	})
}
