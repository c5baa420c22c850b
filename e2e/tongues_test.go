package e2e_test

import (
	"crypto/rand"
	"path/filepath"
	"testing"
)

// startTongues starts a server with an API key of Room Codes.
func startTongues(t *testing.T) *server {
	t.Helper()
	key := rand.Text()
	s := start(t, sqlite, settings{
		"FOYER_ROOMCODES_API_KEY": key, "FOYER_WEBHOOKS_ALLOW_PRIVATE": "on",
		"FOYER_MIKROROOM_RATE": "1000/min", // all come from one address
	})
	s.keep(key)
	return s
}

// TestMikroRoom has participants who speak MikroRoom's protocol as its web client does. The same scripts run against the original server.
func TestMikroRoom(t *testing.T) {
	t.Parallel()
	s := startTongues(t)
	for _, name := range []string{"three_way_call", "lock_and_kick"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			node(t, s.scriptEnvironment(), filepath.Join("mikroroom", name+".mjs"))
		})
	}
}
