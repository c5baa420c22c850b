package e2e_test

import "testing"

// scenarios are scripts in browser/scenarios, each with a fresh room, named peers and pages with the unmodified SDK or Prebuilt.
var scenarios = []string{
	"token_by_code",
	"join_over_plain_http",
	"preview_with_peer_count",
	"both_see_each_other",
	"message_to_all",
	"message_to_role",
	"message_to_peer",
	"name_change",
	"metadata_change",
	"hand_raise",
	"forced_role_change",
	"consented_role_change",
	"session_store",
	"poll",
	"quiz",
	"remove_peer",
	"ban",
	"lobby",
	"end_room_with_lock",
	"server_sdk_drives_the_room",
	"prebuilt",
}

// calls are those with pictures and sound. They come last, when nothing else waits for the machine.
var calls = []string{"call_two", "call_four", "simulcast", "prebuilt_call", "signalling_cut"}

// realTime are the scenarios that mostly wait, each longer than some of the server's own time-outs.
var realTime = []string{"offline_20_seconds", "offline_70_seconds"}

// TestBrowser plays all scenarios in one Chromium, in turn: it has enough to do with one. Those that mostly wait run beside them, but are
// no parallel subtests, which would each hold a place among the tests that run at the same time.
func TestBrowser(t *testing.T) {
	t.Parallel()
	b := startBrowser(t)
	s := start(t, sqlite, nil)
	waiting := map[string]*play{}
	for _, name := range realTime {
		waiting[name] = b.play(t, s, name)
	}
	b.playRestarts(t, "server_restarts")
	t.Run("three_protocols", func(t *testing.T) {
		b.play(t, startTongues(t), "three_protocols").await(t)
	})
	for _, name := range scenarios {
		t.Run(name, func(t *testing.T) {
			b.play(t, s, name).await(t)
		})
	}
	for _, name := range realTime {
		t.Run(name, func(t *testing.T) {
			waiting[name].await(t)
		})
	}
	for _, name := range calls {
		t.Run(name, func(t *testing.T) {
			b.play(t, s, name).await(t)
		})
	}
	b.playRestarts(t, "call_restarts")
	t.Run("relay_only", func(t *testing.T) {
		b.play(t, startRelay(t), "relay_only").await(t)
	})
	t.Run("address_changes", changeAddress)
}

// playRestarts plays a scenario that has a server of its own stopped and started again.
func (b *browser) playRestarts(t *testing.T, name string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		own := start(t, sqlite, nil)
		p := b.play(t, own, name)
		p.serve(t, own)
		p.await(t)
	})
}
