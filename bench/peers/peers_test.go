package peers_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"testing"

	"foyer/bench/peers"
	"foyer/bench/relay"
)

// start runs a relay until the test ends.
func start(t *testing.T) (address string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = listener.Addr().String()
	_ = listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- relay.Serve(ctx, address) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return address
}

func join(t *testing.T, address, path string) *peers.Peer {
	t.Helper()
	var p *peers.Peer
	var err error
	for p == nil { // the relay may not listen yet
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		p, err = peers.Dial(t.Context(), address, path, 64)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestMessagesReachTheOthersOfTheRoom(t *testing.T) {
	t.Parallel()
	address := start(t)
	sender, other, stranger := join(t, address, "/a"), join(t, address, "/a"), join(t, address, "/b")
	messages := []string{"short", strings.Repeat("middling ", 100), strings.Repeat("long ", 20_000)}
	whole := true // owned by the one goroutine that reads, until all has come
	next := 0
	for p, counted := range map[*peers.Peer]func([]byte) bool{
		sender: anything, stranger: anything,
		other: func(message []byte) bool {
			whole = whole && next < len(messages) && bytes.Equal(message, []byte(messages[next]))
			next++
			return true
		},
	} {
		if err := p.Watch(counted); err != nil {
			t.Fatal(err)
		}
	}
	other.Expect(len(messages))
	for _, message := range messages {
		if err := sender.Send(append(peers.Ping(), peers.Text(message)...)); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !whole || other.Received() != len(messages) {
		t.Errorf("%d messages were received instead of %d, all of them whole: %v", other.Received(), len(messages), whole)
	}
	// What the sender gets next is the answer to a message of the other one: nothing of its own came before.
	sender.Expect(1)
	if err := other.Send(peers.Text("answer")); err != nil {
		t.Fatal(err)
	}
	if err := sender.Await(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sender.Received() != 1 || stranger.Received() != 0 {
		t.Errorf("the sender received %d messages instead of 1, a stranger %d", sender.Received(), stranger.Received())
	}
}

func anything([]byte) bool { return true }
