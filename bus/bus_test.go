package bus_test

import (
	"testing"

	"foyer/bus"
)

// TestLocal owns every room, also one that is owned already.
func TestLocal(t *testing.T) {
	t.Parallel()
	for range 2 {
		release, err := bus.Local{}.Claim(t.Context(), "bbbbbbbbbbbbbbbbbbbbbbbb")
		if err != nil {
			t.Fatal(err)
		}
		release()
	}
}
