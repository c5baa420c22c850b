package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The short run fails when a peer is not let in, when its connections do not come about, when not all tracks arrive, and when most packets do
// not. It starts Foyer alone, unless FOYER_BENCH_LIVEKIT names LiveKit's server.
func TestShortRunOfMedia(t *testing.T) {
	t.Parallel()
	tables := shortRun(t, buildBench(t), "media", "-short")
	for _, want := range []string{"2-party: foyer", "4-party: foyer", "1-to-5: foyer", "a packet", "arrive", "idle"} {
		if !strings.Contains(tables, want) {
			t.Errorf("the report lacks %q:\n%s", want, tables)
		}
	}
}

func TestShortRunOfBareMedia(t *testing.T) {
	t.Parallel()
	if tables := shortRun(t, buildBench(t), "media", "-short", "-alone", "-bare", "-only", "2"); !strings.Contains(tables, "comparison is not made") {
		t.Errorf("the report does not say that Foyer was alone:\n%s", tables)
	}
}

func TestMediaRefusesWhatItCannotMeasure(t *testing.T) {
	t.Parallel()
	program := buildBench(t)
	for _, arguments := range [][]string{{"nonsense"}, {"-rounds", "0"}, {"-turn", "0s"}, {"-only", "3"}, {"-alone", "-check"}, {"-short", "-livekit", "no-such-file"}} {
		if out, err := exec.CommandContext(t.Context(), program, append([]string{"media"}, arguments...)...).CombinedOutput(); err == nil {
			t.Errorf("bench media %s went on:\n%s", strings.Join(arguments, " "), out)
		}
	}
}

// Both servers get the same load only as long as the clients of both modules are the same.
func TestMediaClientsAreTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"media_load.go", "media_client.go"} {
		ours, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile(filepath.Join("livekit", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(ours, theirs) {
			t.Errorf("%s is not the same in bench and in bench/livekit: copy the one that is meant", name)
		}
	}
}

// The version that the report names is the one that is built.
func TestLiveKitIsPinned(t *testing.T) {
	t.Parallel()
	pins, err := os.ReadFile("livekit/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("media_livekit.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), `livekitVersion = "`)
	version, _, _ := strings.Cut(rest, `"`)
	if want := "github.com/livekit/livekit-server v" + version + "\n"; version == "" || !strings.Contains(string(pins), want) {
		t.Errorf("bench/livekit/go.mod does not pin LiveKit %s", version)
	}
}
