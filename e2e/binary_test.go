package e2e_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// build makes the binary once for all tests, without a C compiler as the README promises. It stays in e2e/.build, so
// that the next run need not link it again when nothing has changed.
var build = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs(filepath.Join(".build", "foyer"))
	if err != nil {
		return "", fmt.Errorf("place of the binary: %w", err)
	}
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", path, "foyer/cmd/foyer")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// binary is the path of the foyer under test.
func binary(t *testing.T) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// lacking ends a test that this machine has no tool for: by a failure in CI, where every test has to run, else by a skip.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s, and with CI=true no test may be left out", what)
	}
	t.Skip(what)
}
