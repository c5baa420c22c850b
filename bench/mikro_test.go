package main_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The short run fails when a peer is not let in, does not see exactly the others of its room, misses a message or gets one twice, and when
// somebody does not come back after the storm. It starts Foyer alone: the original is fetched from the network.
func TestShortRunOfMikroRoom(t *testing.T) {
	t.Parallel()
	tables := shortRun(t, buildBench(t), "mikroroom", "-short", "-side", "foyer")
	for _, want := range []string{"comparison is not made", "deliveries per CPU-second", "idle peers", "cut off and back", "asked again"} {
		if !strings.Contains(tables, want) {
			t.Errorf("the report lacks %q:\n%s", want, tables)
		}
	}
}

func TestMikroRoomRefusesWhatItCannotMeasure(t *testing.T) {
	t.Parallel()
	program := buildBench(t)
	for _, arguments := range [][]string{{"nonsense"}, {"-side", "both"}, {"-peers", "7"}, {"-storm", "40001"}, {"-rounds", "0"}, {"-burst", "0"}} {
		if out, err := exec.CommandContext(t.Context(), program, append([]string{"mikroroom"}, arguments...)...).CombinedOutput(); err == nil {
			t.Errorf("bench mikroroom %s went on:\n%s", strings.Join(arguments, " "), out)
		}
	}
}
