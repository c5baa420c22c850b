package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The short run starts real processes on real databases and fails on any answer but 200, on answers of different sizes, and when a
// server ends early.
func TestShortRun(t *testing.T) {
	t.Parallel()
	databases := []string{"sqlite"}
	if os.Getenv("FOYER_TEST_POSTGRES") != "" {
		databases = append(databases, "postgres")
	}
	program := filepath.Join(t.TempDir(), "bench")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			var said strings.Builder
			cmd := exec.CommandContext(t.Context(), program, "-short", "-database", database)
			cmd.Stderr = &said
			tables, err := cmd.Output()
			if err != nil {
				t.Fatalf("bench: %v\n%s", err, said.String())
			}
			for _, want := range []string{"exchange", "list codes", "create codes", "create codes, fresh room", "create room", "floor", "2000 codes"} {
				if !strings.Contains(string(tables), want) {
					t.Errorf("the report lacks %q:\n%s", want, tables)
				}
			}
		})
	}
}
