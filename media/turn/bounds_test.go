package turn_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/turn"

	pion "github.com/pion/turn/v5"
)

// tries asks for a relay.
func (h *house) tries(peer string) error {
	h.Helper()
	username := name(peer)
	r, err := h.visit("udp", username, media.Password(key, username)).Allocate()
	if err == nil {
		h.Cleanup(func() { _ = r.Close() })
	}
	return err
}

// A peer has a number of relays, whatever credentials it brings; one that ends makes room (486, media plane 6).
func TestQuota(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *turn.Options) { o.Quota = 3 })
	first := h.relay("udp", "a")
	h.relay("tcp", "a")
	h.relay("udp", "a")
	username := media.Username(time.Now().Add(2*time.Hour), "a")
	for _, network := range []string{"udp", "tcp"} {
		if _, err := h.visit(network, username, media.Password(key, username)).Allocate(); err == nil || !strings.Contains(err.Error(), "486") {
			t.Errorf("one too many by %s: %v, want 486", network, err)
		}
	}
	h.relay("udp", "b")
	_ = first.Close()
	until(t, "the relay has ended", func() bool { return h.Allocations() == 3 })
	if err := h.tries("a"); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}

// One address has at most half of all relays, so that nobody takes them all under many names.
func TestQuotaOfAnAddress(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *turn.Options) { o.Last = o.First + 9 })
	for i := range 5 {
		h.relay("udp", string(rune('a'+i)))
	}
	if err := h.tries("z"); err == nil || !strings.Contains(err.Error(), "486") {
		t.Errorf("%v, want 486", err)
	}
}

// When all ports are taken there is no relay (508).
func TestNoPortLeft(t *testing.T) {
	t.Parallel()
	taken := packets(t)
	h := open(t, func(o *turn.Options) { o.First, o.Last = port(taken), port(taken) })
	if err := h.tries("a"); err == nil || !strings.Contains(err.Error(), "508") {
		t.Errorf("%v, want 508", err)
	}
}

// Only UDP is relayed, and no port is reserved.
func TestOtherRelays(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	username := name("a")
	if _, err := h.visit("udp", username, media.Password(key, username)).AllocateTCP(); err == nil {
		t.Error("a relay for TCP")
	}
	if h.Allocations() != 0 {
		t.Errorf("%d relays", h.Allocations())
	}
}

// A relay may send to a number of addresses; those that it has stay.
func TestPeersOfARelay(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	username := name("a")
	c := h.visit("udp", username, media.Password(key, username))
	r, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	peer := func(i int) net.Addr { return &net.UDPAddr{IP: net.IPv4(8, 8, 8, byte(i)), Port: 9} }
	for i := range turn.MaxPeers {
		if err := c.CreatePermission(peer(i)); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if c.CreatePermission(peer(turn.MaxPeers)) == nil {
		t.Error("one too many is taken")
	}
	if err := c.CreatePermission(peer(0)); err != nil {
		t.Errorf("one that it has: %v", err)
	}
}

// What comes by TCP and is no TURN ends the connection; so does a length that pion would go round in circles about.
func TestNonsenseByTCP(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	cookie := "\x21\x12\xa4\x42"
	for what, text := range map[string]string{
		"HTTP":                 "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"no STUN":              strings.Repeat("\x00", 20),
		"a length of nothing":  "\x00\x01\xff\xec" + cookie + strings.Repeat("a", 12), // with its head 65,536
		"a length of too much": "\x00\x01\x10\x00" + cookie + strings.Repeat("a", 5000),
		"a channel too long":   "\x40\x00\xff\xff" + strings.Repeat("a", 5000),
		"no channel":           "\xff\xff\x00\x04abcd",
	} {
		raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = raw.Write([]byte(text))
		_ = raw.SetReadDeadline(time.Now().Add(patience))
		if n, err := raw.Read(make([]byte, 100)); err == nil || strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: %d bytes, %v; want an end", what, n, err)
		}
		_ = raw.Close()
	}
	h.relay("tcp", "a") // it lives
}

// A packet that comes in pieces is one.
func TestPacketInPieces(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	text := "\x00\x01\x00\x00\x21\x12\xa4\x42" + strings.Repeat("a", 12) // a binding request
	for i := range 2 * len(text) {
		_, _ = raw.Write([]byte{text[i%len(text)]})
	}
	_ = raw.SetReadDeadline(time.Now().Add(patience))
	conn := pion.NewSTUNConn(raw)
	for range 2 {
		p := make([]byte, 1600)
		if n, _, err := conn.ReadFrom(p); err != nil || n < 20 || p[0] != 1 || p[1] != 1 {
			t.Errorf("%x, %v; want a binding response", p[:n], err)
		}
	}
}

// One address has so many connections at most.
func TestConnectionsOfAnAddress(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *turn.Options) { o.Last, o.Quota = o.First, 3 }) // 4 in all: one relay, and the quota
	var conns []net.Conn
	for range 5 {
		raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		conns = append(conns, raw)
	}
	_ = conns[4].SetReadDeadline(time.Now().Add(patience))
	if _, err := conns[4].Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("the fifth stays: %v", err)
	}
	_, _ = conns[0].Write([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42" + strings.Repeat("a", 12)))
	_ = conns[0].SetReadDeadline(time.Now().Add(patience))
	if _, err := conns[0].Read(make([]byte, 1)); err != nil {
		t.Errorf("the first does not: %v", err)
	}
}
