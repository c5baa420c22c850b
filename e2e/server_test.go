package e2e_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for a process. It is far above what a start or a stop takes on a busy machine.
const patience = time.Minute

// server is one place where foyer runs: a work folder with a data folder in it, settings, and the process of the
// moment. It may be stopped or killed and started again on the same data.
type server struct {
	url     string   // where it listens: http://127.0.0.1:<port>
	dir     string   // the process's work folder; the data dir is foyer-data in it, which is foyer's default
	env     settings // the whole FOYER_* environment
	secrets []string // what must never stand in a log

	stdout, stderr transcript
	cmd            *exec.Cmd
	exited         chan struct{} // closed when the process of the moment has ended, after result is set
	result         error         // what the process ended with
	stopped        bool          // by stop or kill, or never started
}

// settings are FOYER_* variables.
type settings map[string]string

// newServer prepares a server without starting it: an empty folder, an empty database, a free port, a key pair and an
// operator password of its own. More settings replace these; an empty value takes a setting away.
func newServer(t *testing.T, database string, more settings) *server {
	t.Helper()
	address := freeAddress(t)
	s := &server{url: "http://" + address, dir: t.TempDir()}
	s.env = settings{
		"FOYER_ADDR":              address,
		"FOYER_MEDIA_ADDR":        "127.0.0.1:0",
		"FOYER_PUBLIC_URL":        s.url,
		"FOYER_DATABASE_URL":      newDatabase(t, database),
		"FOYER_ACCESS_KEY":        hexText(t, 12),
		"FOYER_SECRET":            rand.Text() + rand.Text(),
		"FOYER_OPERATOR_PASSWORD": rand.Text(),
		"FOYER_LOG":               "debug,json", // the most that can be logged, since the tests look for leaks in it
	}
	maps.Copy(s.env, more)
	s.keep(s.env["FOYER_SECRET"], s.env["FOYER_OPERATOR_PASSWORD"], s.env["FOYER_MASTER_KEY"])
	if address, err := url.Parse(s.env["FOYER_DATABASE_URL"]); err == nil {
		password, _ := address.User.Password()
		s.keep(password)
	}
	return s
}

// start prepares a server, starts it and waits until it is ready.
func start(t *testing.T, database string, more settings) *server {
	t.Helper()
	s := newServer(t, database, more)
	s.start(t)
	return s
}

// start runs `foyer serve` and waits until /readyz answers 200. At the test's end the process is stopped as an
// operator would, and its log is read for secrets. It gives the time from the start of the process to the answer.
func (s *server) start(t *testing.T) time.Duration {
	t.Helper()
	s.cmd = s.command(t, "serve")
	s.cmd.Stdout, s.cmd.Stderr = &s.stdout, &s.stderr
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		t.Fatalf("start foyer: %v", err)
	}
	s.exited, s.stopped = make(chan struct{}), false
	go func() { // ends with the process, which stop or kill awaits
		defer close(s.exited)
		s.result = s.cmd.Wait()
	}()
	t.Cleanup(func() { s.stop(t) })
	s.awaitReady(t)
	return time.Since(began)
}

// awaitReady asks /readyz until it answers 200.
func (s *server) awaitReady(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	again := time.NewTicker(2 * time.Millisecond)
	defer again.Stop()
	for {
		if status, err := head(ctx, s.url+"/readyz"); err == nil && status == http.StatusOK {
			return
		}
		select {
		case <-s.exited:
			s.stopped = true
			t.Fatalf("foyer ended before it was ready: %v\n%s", s.result, s.stderr.String())
		case <-ctx.Done():
			t.Fatalf("foyer is not ready after %v\n%s", patience, s.stderr.String())
		case <-again.C:
		}
	}
}

// command is a foyer subcommand in the server's folder and with its settings; nothing else of the environment that
// could steer foyer comes along.
func (s *server) command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), binary(t), arguments...)
	cmd.Dir = s.dir
	cmd.Env = bareEnvironment()
	for _, name := range slices.Sorted(maps.Keys(s.env)) {
		if s.env[name] != "" {
			cmd.Env = append(cmd.Env, name+"="+s.env[name])
		}
	}
	return cmd
}

// stop asks the process to end by SIGTERM, demands a clean exit, and reads the log for secrets. Once stopped it does
// nothing.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.stopped {
		return
	}
	s.stopped = true
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("signal foyer: %v", err)
	}
	select {
	case <-s.exited:
		if s.result != nil {
			t.Errorf("foyer did not end cleanly on SIGTERM: %v\n%s", s.result, s.stderr.String())
		}
	case <-time.After(patience):
		t.Errorf("foyer still runs %v after SIGTERM", patience)
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
	s.checkLogs(t)
}

// kill ends the process as a power cut would, by SIGKILL.
func (s *server) kill(t *testing.T) {
	t.Helper()
	s.stopped = true
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatalf("kill foyer: %v", err)
	}
	<-s.exited
	s.checkLogs(t)
}

// dataDir is where the server keeps its database and its master key.
func (s *server) dataDir() string { return filepath.Join(s.dir, "foyer-data") }

// bareEnvironment is what any program needs, and no more.
func bareEnvironment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}
}

// ports counts the ports that were given out. They are not left to the kernel: it would choose from the range that
// outgoing connections are taken from as well, and one of those could slip in before foyer listens.
var ports atomic.Int64

// freeAddress is an address of the loopback interface that nobody listened on a moment ago, and that no other test of
// this run is given.
func freeAddress(t *testing.T) string {
	t.Helper()
	const first, count = 10_000, 10_000
	for range count {
		port := first + (int64(os.Getpid())*61+ports.Add(1))%count
		address := net.JoinHostPort("127.0.0.1", strconv.FormatInt(port, 10))
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatalf("no port from %d on is free", first)
	return ""
}

// hexText is n random bytes in lower-case hex.
func hexText(t *testing.T, n int) string {
	t.Helper()
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		t.Fatalf("random bytes: %v", err)
	}
	return hex.EncodeToString(raw)
}

// awaitClosed waits for the channel, with patience.
func awaitClosed(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("nothing happened for %v", patience)
	}
}
