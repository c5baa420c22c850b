package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"foyer/bench/floor"
	"foyer/bench/load"
)

// server is a process that answers.
type server struct {
	name    string
	address string
	cmd     *exec.Cmd
	errors  string // the file of its standard error
}

// build makes both programs, without a C compiler as the README promises.
func build(ctx context.Context, dir string) error {
	for _, program := range []string{"foyer/cmd/foyer", "foyer/bench"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, filepath.Base(program)), program)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") //nolint:forbidigo // bench is a program of its own
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w\n%s", program, err, out)
		}
	}
	return nil
}

// startFoyer starts Foyer in the folder dir: as anyone would, but without rate limits.
func startFoyer(ctx context.Context, programs, dir string, s *site) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(programs, "foyer"), "serve")
	cmd.Dir = dir
	cmd.Env = []string{
		"FOYER_ADDR=" + address, "FOYER_MEDIA_ADDR=127.0.0.1:0", "FOYER_PUBLIC_URL=http://" + address, "FOYER_DATABASE_URL=" + s.database,
		"FOYER_ACCESS_KEY=" + s.key, "FOYER_SECRET=" + s.secret, "FOYER_RATE_LIMITS=off",
	}
	cmd.Env = append(cmd.Env, runtimeSettings()...)
	return start(ctx, &server{name: "foyer", address: address, cmd: cmd, errors: filepath.Join(dir, "foyer.log")})
}

// startFloor starts this program's floor on the same database.
func startFloor(ctx context.Context, programs, dir string, s *site) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(floor.Settings{Address: address, Database: s.database, Secret: s.secret})
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(programs, "bench"), "floor")
	cmd.Stdin = strings.NewReader(string(settings))
	cmd.Env = runtimeSettings()
	return start(ctx, &server{name: "floor", address: address, cmd: cmd, errors: filepath.Join(dir, "floor.log")})
}

// relayAddress is where the relay of the live room is told to listen.
const relayAddress = "BENCH_RELAY"

// startRelay starts this program's floor of the live room.
func startRelay(ctx context.Context, programs, dir string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(programs, "bench"), "relay")
	cmd.Env = append(runtimeSettings(), relayAddress+"="+address)
	return start(ctx, &server{name: "floor", address: address, cmd: cmd, errors: filepath.Join(dir, "relay.log")})
}

// runtimeSettings are those of Go's runtime that bench was started with. They hold for both servers.
func runtimeSettings() []string {
	var set []string
	for _, name := range []string{"GOGC", "GOMEMLIMIT", "GOMAXPROCS"} {
		if value := os.Getenv(name); value != "" { //nolint:forbidigo // bench is a program of its own
			set = append(set, name+"="+value)
		}
	}
	return set
}

func start(ctx context.Context, s *server) (*server, error) {
	log, err := os.Create(s.errors)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has it
	s.cmd.Stderr = log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	if err := s.awaitReady(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w\n%s", s.name, err, s.logEnd()), s.stop())
	}
	return s, nil
}

// awaitReady asks /readyz until it answers 200.
func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !s.ready(ctx) {
		select {
		case <-ctx.Done():
			return errors.New("it is not ready after a minute")
		case <-again.C:
		}
	}
	return nil
}

func (s *server) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/readyz", http.NoBody)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// spends is the processor time that the process spends while something is done.
func (s *server) spends(do func() error) (time.Duration, error) {
	before, err := load.ProcessorTime(s.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := load.ProcessorTime(s.cmd.Process.Pid)
	return max(after-before, time.Millisecond), err // it is counted in hundredths of a second: a short run may spend none
}

// logEnd is the last that the process has written to its standard error.
func (s *server) logEnd() []byte {
	all, err := os.ReadFile(s.errors)
	if err != nil {
		return []byte(err.Error())
	}
	return all[max(0, len(all)-2000):]
}

// stop ends the process and waits for it.
func (s *server) stop() error {
	_ = s.cmd.Process.Signal(os.Interrupt)
	return s.cmd.Wait()
}

// freeAddress is an address of the loopback interface that nobody listened on a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
