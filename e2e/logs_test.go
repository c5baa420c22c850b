package e2e_test

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// transcript gathers what a process writes. Safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write implements io.Writer.
func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

// String is all that was written so far.
func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// What must never stand in a log, by its shape. A log has megabytes, so that the search begins with what is cheap: text
// that starts with the same letter each time.
var (
	tokenShape = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}`)
	codeShape  = regexp.MustCompile(`(^|[^a-z])[a-z]{3}-[a-z]{4}-[a-z]{3}($|[^a-z])`)
	codeMiddle = regexp.MustCompile(`-[a-z]{4}-`)
)

// keep remembers values that no log of this server may hold. Empty ones are left out.
func (s *server) keep(secrets ...string) {
	for _, secret := range secrets {
		if secret != "" {
			s.secrets = append(s.secrets, secret)
		}
	}
}

// checkLogs fails the test if the log holds a token, a room code or one of the kept secrets. It names the line, not
// the secret, since a test's output is a log too.
func (s *server) checkLogs(t *testing.T) {
	t.Helper()
	if s.stderr.String() == "" {
		t.Error("foyer logged nothing, so there was nothing to look for leaks in")
	}
	for number, line := range strings.Split(s.stderr.String(), "\n") {
		if what := leak(line, s.secrets); what != "" {
			t.Errorf("line %d of foyer's log holds %s; without it: %s", number+1, what, masked(line, s.secrets))
		}
	}
}

// leak says in words what a line gives away; empty if nothing.
func leak(line string, secrets []string) string {
	for _, secret := range secrets {
		if strings.Contains(line, secret) {
			return "a secret of this server"
		}
	}
	switch {
	case tokenShape.MatchString(line):
		return "a token"
	case codeMiddle.MatchString(line) && codeShape.MatchString(line):
		return "a room code"
	default:
		return ""
	}
}

// masked is the line with all that leak would find taken out.
func masked(line string, secrets []string) string {
	for _, secret := range secrets {
		line = strings.ReplaceAll(line, secret, "<secret>")
	}
	line = tokenShape.ReplaceAllString(line, "<token>")
	return codeShape.ReplaceAllString(line, "$1<code>$2")
}

// TestLeak proves that the search of the logs finds what it is there to find.
func TestLeak(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, want string }{
		{"token", `{"msg":"got eyJhbGciOiJIUzI1NiJ9.eyJ0eXBlIjoiYXBwIn0.x"}`, "a token"},
		{"code in a path", `{"path":"/meeting/qmt-rvbk-zoe"}`, "a room code"},
		{"code alone", `qmt-rvbk-zoe`, "a room code"},
		{"secret", `{"msg":"password hunter-two"}`, "a secret of this server"},
		{"route", `{"route":"/meeting/:code","status":200,"request_id":"0b8e-4c1d"}`, ""},
		{"longer words", `one-time-password built-with-care`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			secrets := []string{"hunter-two"}
			if got := leak(c.line, secrets); got != c.want {
				t.Errorf("leak = %q, want %q", got, c.want)
			}
			if rest := leak(masked(c.line, secrets), secrets); rest != "" {
				t.Errorf("masked line still holds %s", rest)
			}
		})
	}
}
