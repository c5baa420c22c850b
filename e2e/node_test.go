package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// node runs a JavaScript file of this folder with node and fails the test if it does not end with 0. The environment
// holds what is given and nothing else of note: no proxy, no key of somebody's real account.
func node(t *testing.T, environment []string, arguments ...string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		lacking(t, "there is no node on the PATH")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		lacking(t, "e2e/node_modules is not there; ci/npm.sh makes it")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", arguments...)
	cmd.Env = append(bareEnvironment(), environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("node %s: %v\n%s", arguments[0], err, out)
	}
}

// script runs sdk/<name>.mjs against the server. The key pair goes by the names that the SDK itself reads.
func script(t *testing.T, s *server, name string, more ...string) {
	t.Helper()
	environment := append([]string{
		"FOYER_URL=" + s.url,
		"HMS_ACCESS_KEY=" + s.env["FOYER_ACCESS_KEY"],
		"HMS_SECRET=" + s.env["FOYER_SECRET"],
	}, more...)
	node(t, environment, filepath.Join("sdk", name+".mjs"))
}
