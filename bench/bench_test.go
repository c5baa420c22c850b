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
	program := buildBench(t)
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			tables := shortRun(t, program, "-short", "-database", database)
			for _, want := range []string{"exchange", "list codes", "create codes", "create codes, fresh room", "create room", "floor", "2000 codes"} {
				if !strings.Contains(tables, want) {
					t.Errorf("the report lacks %q:\n%s", want, tables)
				}
			}
		})
	}
}

// The short run of the live room fails when a peer is not let in, when a message does not arrive, and when a connection ends early.
func TestShortRunOfTheRoom(t *testing.T) {
	t.Parallel()
	tables := shortRun(t, buildBench(t), "room", "-short")
	for _, want := range []string{"rooms of 8, in bursts", "rooms of 20, paced", "joins", "idle peers", "growth", "floor"} {
		if !strings.Contains(tables, want) {
			t.Errorf("the report lacks %q:\n%s", want, tables)
		}
	}
}

func buildBench(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "bench")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

func shortRun(t *testing.T, program string, arguments ...string) (tables string) {
	t.Helper()
	var said strings.Builder
	cmd := exec.CommandContext(t.Context(), program, arguments...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench: %v\n%s", err, said.String())
	}
	return string(out)
}
