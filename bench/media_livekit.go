package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// LiveKit's server and its clients are pinned by the go.mod of bench/livekit, which a test compares with this version.
const (
	livekitVersion = "1.8.4"
	livekitServer  = "github.com/livekit/livekit-server/cmd/server"
)

// The names of LiveKit and of its one key. It wants 32 characters of a secret.
const (
	livekit       = "livekit"
	livekitKey    = "bench"
	livekitSecret = "a-secret-that-opens-nothing-but-a-bench"
)

// livekitPrograms are the files of the server and of the clients.
type livekitPrograms struct{ server, clients string }

// findLiveKit builds what has not been given, with the versions that LiveKit itself asks for.
func findLiveKit(ctx context.Context, server, dir string) (*livekitPrograms, error) {
	root, err := command(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "foyer")
	if err != nil {
		return nil, err
	}
	module := filepath.Join(root, "bench", "livekit")
	p := &livekitPrograms{server: server, clients: filepath.Join(dir, "livekit-clients")}
	if err := buildIn(ctx, module, p.clients, "."); err != nil {
		return nil, err
	}
	if server != "" {
		p.server, err = filepath.Abs(server) // it runs in a folder of its own
		return p, err
	}
	p.server = filepath.Join(dir, "livekit-server")
	return p, buildIn(ctx, module, p.server, livekitServer)
}

// buildIn builds a program of another module, stripped and without cgo as Foyer is.
func buildIn(ctx context.Context, module, out, program string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-C", module, "-o", out, "-trimpath", "-ldflags=-s -w", program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly") //nolint:forbidigo // bench is a program of its own
	said, err := cmd.CombinedOutput()
	if err != nil {
		lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
		return fmt.Errorf("go build %s: %w: %s", program, err, lines[len(lines)-1])
	}
	return nil
}

// livekitSettings have LiveKit serve one node on the loopback interface, and are otherwise its own. It wants one port for media, as Foyer.
const livekitSettings = `
port: %s
bind_addresses: ["127.0.0.1"]
keys: { %s: %s }
rtc:
  udp_port: %s
  tcp_port: %s
  use_external_ip: false
  node_ip: 127.0.0.1
  enable_loopback_candidate: true
  ips: { includes: ["127.0.0.1/32"] }
  stun_servers: []
  use_ice_lite: true
`

// openLiveKit starts LiveKit's server.
func (h *mediaHall) openLiveKit(ctx context.Context) (*mediaSide, error) {
	dir, err := h.room(livekit)
	if err != nil {
		return nil, err
	}
	var ports [3]string
	for i := range ports {
		address, err := freeAddress(ctx)
		if err != nil {
			return nil, err
		}
		_, ports[i], _ = net.SplitHostPort(address)
	}
	settings := filepath.Join(dir, "livekit.yaml")
	text := fmt.Sprintf(livekitSettings, ports[0], livekitKey, livekitSecret, ports[1], ports[2])
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has it
	cmd := exec.CommandContext(ctx, h.livekit.server, "--config", settings)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, runtimeSettings(), log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &mediaSide{server: &server{name: livekit, address: "127.0.0.1:" + ports[0], cmd: cmd, errors: log.Name()}, token: livekitToken}
	s.clients = exec.CommandContext(ctx, h.livekit.clients)
	s.end = func() error { // asked politely, it waits for its clients
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil
	}
	if err := awaitMikro(ctx, "LiveKit is not ready", func() bool { return livekitReady(ctx, s.address) }); err != nil {
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, s.logEnd()), s.end())
	}
	return s, nil
}

func livekitReady(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// livekitToken lets a peer into a room, which is made for the first one.
func livekitToken(_ context.Context, seat *mediaSeat) error {
	now := time.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": livekitKey, "sub": seat.Peer, "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
		"video": map[string]any{"room": seat.Room, "roomJoin": true, "canPublish": seat.Publishes, "canSubscribe": true},
	}).SignedString([]byte(livekitSecret))
	seat.Token = token
	return err
}

// room makes a folder for one more side.
func (h *mediaHall) room(name string) (string, error) {
	h.opened++
	dir := filepath.Join(h.dir, strings.Join([]string{name, strconv.Itoa(h.opened)}, "-"))
	return dir, os.Mkdir(dir, 0o700)
}
