package sfu_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"

	"go.uber.org/goleak"
)

// TestMain has more tests run at once than there are processors: what they do is mostly to wait for what takes its time.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// realTime is for tests of what happens in real time, with more packets than the race detector can follow on a small machine: ci/test.sh runs
// them once more without it.
func realTime(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("too slow for real time with the race detector; ci/test.sh runs it without, too")
	}
}

// patience is how long anything may take that a test waits for.
const patience = time.Minute

// open is an engine on loopback, which ends with the test.
func open(t testing.TB) *sfu.Engine {
	t.Helper()
	e, err := sfu.Open(sfu.Options{Address: "127.0.0.1:0"})
	must(t, err)
	t.Cleanup(func() { must(t, e.Close()) })
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// soon waits until something holds.
func soon(t testing.TB, what string, holds func() bool) {
	t.Helper()
	if err := await(t.Context(), what, holds); err != nil {
		t.Fatal(err)
	}
}

// await is soon for goroutines beside that of the test.
func await(ctx context.Context, what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("never: %s", what)
		case <-tick.C:
		}
	}
	return nil
}

// pass lets time pass in which things happen that are counted.
func pass(t testing.TB, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test is over")
	}
}

// speaker may publish everything and hears speakers; listener hears them.
func speaker() media.Rights {
	return media.Rights{Role: "speaker", Audio: &media.Bound{}, Video: &media.Bound{}, Screen: &media.Bound{}, Hears: []string{"speaker"}}
}

func listener() media.Rights { return media.Rights{Role: "listener", Hears: []string{"speaker"}} }
