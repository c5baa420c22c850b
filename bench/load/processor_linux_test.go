package load_test

import (
	"os"
	"testing"

	"foyer/bench/load"
)

func TestProcessorTimeGrows(t *testing.T) {
	t.Parallel()
	before, err := load.ProcessorTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for work := before; work == before; {
		if work, err = load.ProcessorTime(os.Getpid()); err != nil { // to read it takes time of its own
			t.Fatal(err)
		}
		if work < before {
			t.Fatalf("processor time went back from %v to %v", before, work)
		}
	}
	if _, err := load.ProcessorTime(0); err == nil {
		t.Error("a process that is not there has processor time")
	}
}
