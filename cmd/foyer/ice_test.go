package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"foyer/media"
	"foyer/seal"

	"github.com/google/go-cmp/cmp"
	pion "github.com/pion/turn/v5"
)

func box(t *testing.T) *seal.Box {
	t.Helper()
	b, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// relays are settings as they are when nothing is said, but for what a test changes.
func relays(change func(*Settings)) *Settings {
	s := &Settings{TURNAddr: ":3478", TURNPorts: "49160-49359", TURNPrivate: "off"}
	change(s)
	return s
}

// Which servers clients are told of: Foyer's own, or those that the operator has.
func TestICEServers(t *testing.T) {
	t.Parallel()
	stun := []string{"stun:a"}
	for what, c := range map[string]struct {
		settings *Settings
		stun     []string
		want     []string
	}{
		"nothing":             {relays(func(*Settings) {}), nil, nil},
		"STUN":                {relays(func(*Settings) {}), stun, stun},
		"Foyer's own":         {relays(func(s *Settings) { s.PublicIP = "192.0.2.1" }), nil, []string{"turn:192.0.2.1:3478?transport=udp", "turn:192.0.2.1:3478?transport=tcp"}},
		"on another port":     {relays(func(s *Settings) { s.PublicIP, s.TURNAddr = "192.0.2.1", "10.0.0.1:80" }), nil, []string{"turn:192.0.2.1:80?transport=udp", "turn:192.0.2.1:80?transport=tcp"}},
		"the operator's":      {relays(func(s *Settings) { s.TURNURLs, s.TURNSecret = "turn:a,turns:b:443?transport=tcp", "north" }), stun, []string{"stun:a", "turn:a", "turns:b:443?transport=tcp"}},
		"rather than its own": {relays(func(s *Settings) { s.TURNURLs, s.TURNSecret, s.PublicIP = "turn:a", "north", "192.0.2.1" }), nil, []string{"turn:a"}},
	} {
		known, err := c.settings.ice(box(t), c.stun)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var got []string
		for _, server := range known.Servers("p1") {
			got = append(got, server.URLs...)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

// A coturn is asked with its own secret, and Foyer's server with a key that only the master key leads to.
func TestICEKeys(t *testing.T) {
	t.Parallel()
	coturn, err := relays(func(s *Settings) { s.TURNURLs, s.TURNSecret = "turn:a", "north" }).ice(box(t), nil)
	if err != nil || string(coturn.Key) != "north" {
		t.Errorf("%q, %v", coturn.Key, err)
	}
	own, err := relays(func(s *Settings) { s.PublicIP = "192.0.2.1" }).ice(box(t), nil)
	if want, _ := box(t).Derive("turn-rest-v1"); err != nil || !slices.Equal(own.Key, want) {
		t.Errorf("another key than the master key's, %v", err)
	}
}

// There is a TURN server when Foyer knows its public address, and no other is named.
func TestOpenTURN(t *testing.T) {
	t.Parallel()
	for what, settings := range map[string]*Settings{
		"no address":      relays(func(*Settings) {}),
		"somebody else's": relays(func(s *Settings) { s.PublicIP, s.TURNURLs, s.TURNSecret = "127.0.0.1", "turn:a", "north" }),
	} {
		if server, err := settings.openTURN(box(t), slog.New(slog.DiscardHandler)); server != nil || err != nil {
			t.Errorf("%s: %v, %v", what, server, err)
		}
	}
	at := free(t)
	settings := relays(func(s *Settings) { s.PublicIP, s.TURNAddr = "127.0.0.1", at })
	server, err := settings.openTURN(box(t), slog.New(slog.DiscardHandler), netip.MustParseAddrPort("127.0.0.1:7882"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if _, err := settings.openTURN(box(t), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "FOYER_TURN_ADDR") {
		t.Errorf("a second one at the same address: %v", err)
	}
	known, err := settings.ice(box(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	allocates(t, at, known.Servers("p1")[0])
}

// free is an address that nobody listens at, not now.
func free(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// allocates asks a server for a relay.
func allocates(t *testing.T, at string, with media.ICEServer) {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(context.Background(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c, err := pion.NewClient(&pion.ClientConfig{TURNServerAddr: at, Username: with.Username, Password: with.Credential, Conn: conn})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Listen(); err != nil {
		t.Fatal(err)
	}
	relay, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	if err := relay.Close(); err != nil {
		t.Error(err)
	}
}

// MikroRoom's clients are told of both, as that protocol writes it.
func TestMikroroomIsToldOfTURN(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "FOYER_TURN_URLS=turn:a", "FOYER_TURN_SECRET=north", "FOYER_STUN_URLS=stun:b")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/mikroroom/config", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := httpClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Servers []struct{ URLs, Username, Credential string } `json:"iceServers"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || len(got.Servers) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	turn := got.Servers[1]
	if got.Servers[0].URLs != "stun:b" || turn.URLs != "turn:a" || turn.Credential != media.Password([]byte("north"), turn.Username) {
		t.Errorf("told of %v", got.Servers)
	}
}

// With a public address clients are told of Foyer's own server, and it takes what they are told.
func TestServeWithTURN(t *testing.T) {
	t.Parallel()
	at := free(t)
	s := serve(t, t.TempDir(), "FOYER_PUBLIC_IP=127.0.0.1", "FOYER_TURN_ADDR="+at, "FOYER_STUN_URLS=")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/mikroroom/config", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := httpClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got struct {
		Servers []struct{ URLs, Username, Credential string } `json:"iceServers"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&got); err != nil || len(got.Servers) == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	turn := got.Servers[len(got.Servers)-1]
	if turn.URLs != "turn:"+at+"?transport=tcp" {
		t.Errorf("told of %v", got.Servers)
	}
	allocates(t, at, media.ICEServer{Username: turn.Username, Credential: turn.Credential})
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}
