package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// longestScript bounds a script. The slowest wait for what takes the server more than a minute.
const longestScript = 3 * time.Minute

// node runs a JavaScript file of this folder with node and fails the test if it does not end with 0. The environment
// holds what is given and nothing else of note: no proxy, no key of somebody's real account.
func node(t *testing.T, environment []string, arguments ...string) {
	t.Helper()
	needNode(t)
	ctx, cancel := context.WithTimeout(t.Context(), longestScript)
	defer cancel()
	if out, err := nodeCommand(ctx, environment, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("node %s: %v\n%s", arguments[0], err, out)
	}
}

// needNode ends a test that would have to run scripts where it cannot.
func needNode(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		lacking(t, "there is no node on the PATH")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		lacking(t, "e2e/node_modules is not there; ci/npm.sh makes it")
	}
}

// nodeCommand is a script that is not started yet.
func nodeCommand(ctx context.Context, environment []string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "node", arguments...)
	cmd.Env = append(bareEnvironment(), environment...)
	return cmd
}

// script runs sdk/<name>.mjs against the server.
func script(t *testing.T, s *server, name string, more ...string) {
	t.Helper()
	node(t, append(s.scriptEnvironment(), more...), filepath.Join("sdk", name+".mjs"))
}

// scriptEnvironment tells a script where the server is. The key pair goes by the names that the SDK itself reads.
func (s *server) scriptEnvironment() []string {
	return []string{
		"FOYER_URL=" + s.url,
		"HMS_ACCESS_KEY=" + s.env["FOYER_ACCESS_KEY"],
		"HMS_SECRET=" + s.env["FOYER_SECRET"],
		"FOYER_ROOMCODES_API_KEY=" + s.env["FOYER_ROOMCODES_API_KEY"],
	}
}
