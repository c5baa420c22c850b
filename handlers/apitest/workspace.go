package apitest

import (
	"maps"
	"regexp"
	"testing"
	"time"

	"foyer/models"
	"foyer/tokens"

	"github.com/golang-jwt/jwt/v5"
)

// Workspace is one customer of a Foyer with the names that a scenario calls things by: {room}, {host} (a code), {template}, {key},
// {workspace}, {app}, what the scenario itself named, and {other.room} and the like for those of a workspace next door. It belongs
// to one test and is not safe for concurrent use, but for Send and Claims.
type Workspace struct {
	Foyer *Foyer
	ID    models.ID
	Pair  tokens.Pair
	From  string // the address that its requests come from

	t     testing.TB
	names map[string]string
	other *Workspace
}

// In is the same workspace for another test, in which its failures are then told.
func (w *Workspace) In(t testing.TB) *Workspace {
	inner := *w
	inner.t = t
	return &inner
}

// Other is the workspace next door.
func (w *Workspace) Other() *Workspace {
	if w.other == nil {
		w.other = w.Foyer.Workspace(w.t)
		for name, value := range w.other.names {
			w.names["other."+name] = value
		}
	}
	return w.other
}

var placeholder = regexp.MustCompile(`\{([a-z]\w*(?:\.\w+)*)\}`)

// Fill puts what the names stand for in their places. JSON is left alone: its keys have quotes.
func (w *Workspace) Fill(text string) string {
	w.t.Helper()
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		name = name[1 : len(name)-1]
		if len(name) > 6 && name[:6] == "other." {
			w.Other()
		}
		value, ok := w.names[name]
		if !ok {
			w.t.Fatalf("nothing is called {%s} here", name)
		}
		return value
	})
}

// Name calls a value by a name from now on.
func (w *Workspace) Name(name, value string) { w.names[name] = value }

// Claims are those of a management token that is good for a day, with changes: a nil value takes a claim away.
func (w *Workspace) Claims(changes map[string]any) jwt.MapClaims {
	now := w.Foyer.Clock.Now()
	claims := jwt.MapClaims{
		"access_key": w.Pair.AccessKey, "type": "management", "version": 2,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(), "jti": "0c1d7f5e-8d0b-4a4a-9a63-2f0f5a1f6b11",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	return claims
}

// Sign makes a token of claims, HS256 with the workspace's secret.
func (w *Workspace) Sign(claims jwt.MapClaims) string {
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(w.Pair.Secret))
	if err != nil {
		w.t.Fatalf("sign: %v", err)
	}
	return token
}

// Management is a fresh management token.
func (w *Workspace) Management() string { return w.Sign(w.Claims(nil)) }

// App is a fresh app token for the role host of the workspace's room.
func (w *Workspace) App() string {
	return w.Sign(w.Claims(map[string]any{"type": "app", "room_id": w.names["room"], "role": "host", "user_id": "customer-42"}))
}

// Auth is the Authorization header of a scenario's request; empty for none.
type Auth func(w *Workspace) string

// Nobody sends no token.
func Nobody(*Workspace) string { return "" }

// Stranger sends the management token of the workspace next door.
func Stranger(w *Workspace) string { return "Bearer " + w.Other().Management() }

// Server sends a management token.
func Server(w *Workspace) string { return "Bearer " + w.Management() }

// Client sends an app token.
func Client(w *Workspace) string { return "Bearer " + w.App() }

// usual is what clients send to a path (server contract 1.2, 3.7, 3.9, 8.7).
func usual(path string) Auth {
	switch path {
	case "/v2/token", "/v2/client/report", "/v2/diagnostics/token":
		return Nobody
	case "/v2/layouts/ui", "/v2/sip/dtmf":
		return Client
	}
	if len(path) < 4 || path[:4] != "/v2/" {
		return Nobody
	}
	return Server
}
