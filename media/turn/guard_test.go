package turn_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/turn"
)

// asks reports what becomes of a permission for an address.
func (h *house) asks(addr string) error {
	h.Helper()
	username := name("a")
	c := h.visit("udp", username, media.Password(key, username))
	r, err := c.Allocate()
	if err != nil {
		h.Fatal(err)
	}
	defer r.Close()
	return c.CreatePermission(&net.UDPAddr{IP: net.ParseIP(addr), Port: 9})
}

// A relay is no door into the operator's network (acceptance 4 of issue 5).
func TestRelayToPrivateAddressIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, func(o *turn.Options) { o.Public = netip.MustParseAddr("203.0.113.7") })
	open := open(t, func(o *turn.Options) { o.AllowPrivate = true })
	for _, addr := range []string{
		"127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
		"198.18.0.1", "203.0.113.8", "::ffff:10.0.0.1",
	} {
		if h.asks(addr) == nil {
			t.Errorf("a relay may send to %s", addr)
		}
		if err := open.asks(addr); err != nil {
			t.Errorf("it is allowed, but a relay may not send to %s: %v", addr, err)
		}
	}
	for _, addr := range []string{"0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "::1", "fd00::1", "2606:4700::1111"} {
		if h.asks(addr) == nil || open.asks(addr) == nil {
			t.Errorf("a relay may send to %s", addr)
		}
	}
	for _, addr := range []string{"8.8.8.8", "203.0.113.7", "100.128.0.1", "172.32.0.1"} {
		if err := h.asks(addr); err != nil {
			t.Errorf("a relay may not send to %s: %v", addr, err)
		}
	}
}

// The judgement of single addresses and ports, also those that no client can be brought to ask for.
func TestGuard(t *testing.T) {
	t.Parallel()
	o := turn.Options{
		Public: netip.MustParseAddr("203.0.113.7"), First: 50_000, Last: 50_009,
		Also: []netip.AddrPort{netip.MustParseAddrPort("203.0.113.7:7000"), netip.MustParseAddrPort("10.0.0.5:7000")},
	}
	for to, want := range map[string]bool{
		"203.0.113.7:50000": true, "203.0.113.7:50009": true, "203.0.113.7:50010": false, "203.0.113.7:49999": false, "203.0.113.7:53": false,
		"203.0.113.7:7000": true, "10.0.0.5:7000": true, "10.0.0.5:7001": false, "10.0.0.6:7000": false, "127.0.0.1:50000": false,
		"8.8.8.8:53": true, "[::ffff:10.0.0.6]:1": false, "[::ffff:8.8.8.8]:1": true, "[::1]:1": false, "[2606:4700::1111]:1": false,
		"224.0.0.1:1": false, "[64:ff9b::10.0.0.1]:1": false, "0.0.0.0:50000": false,
	} {
		if got := turn.Reaches(o, netip.MustParseAddrPort(to)); got != want {
			t.Errorf("%s: %v, want %v", to, got, want)
		}
	}
	o.AllowPrivate = true
	for to, want := range map[string]bool{"10.0.0.6:7000": true, "127.0.0.1:1": true, "0.0.0.0:1": false, "224.0.0.1:1": false, "[fd00::1]:1": false} {
		if got := turn.Reaches(o, netip.MustParseAddrPort(to)); got != want {
			t.Errorf("private: %s: %v, want %v", to, got, want)
		}
	}
}

// A permission is for an address with all its ports; a relay still reaches only those of Foyer's own address that are meant for it.
func TestRelayToOtherPortsOfFoyerIsRefused(t *testing.T) {
	t.Parallel()
	engine, stranger := packets(t), packets(t)
	h := open(t, func(o *turn.Options) { o.Also = []netip.AddrPort{netip.AddrPortFrom(loopback, port(engine))} })
	r := h.relay("udp", "a")
	sends(t, r, "hello", stranger.LocalAddr())
	sends(t, r, "hello", engine.LocalAddr())
	expects(t, engine, "hello", r.LocalAddr()) // after it, so that the first one would have come
	_ = stranger.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, _, err := stranger.ReadFrom(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes for a port of this machine that is not Foyer's", n)
	}
}
