package turn_test

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/media"
	"foyer/media/turn"

	pion "github.com/pion/turn/v5"
	"go.uber.org/goleak"
)

// Two clients that reach nobody but the server talk, whatever they came by (media plane 6).
func TestRelay(t *testing.T) {
	t.Parallel()
	for _, by := range []string{"udp udp", "udp tcp", "tcp tcp"} {
		t.Run(by, func(t *testing.T) {
			t.Parallel()
			h := open(t, nil)
			one, other, _ := strings.Cut(by, " ")
			a, b := h.relay(one, "a"), h.relay(other, "b")
			sends(t, b, first, a.LocalAddr()) // opens the way back
			sends(t, a, "hello", b.LocalAddr())
			expects(t, b, "hello", a.LocalAddr())
			for range 3 { // the third goes by a channel
				sends(t, b, strings.Repeat("x", 1200), a.LocalAddr())
				expects(t, a, strings.Repeat("x", 1200), b.LocalAddr())
			}
			if h.Allocations() != 2 {
				t.Errorf("%d relays, want 2", h.Allocations())
			}
			_ = a.Close()
			until(t, "the relay has ended", func() bool { return h.Allocations() == 1 })
		})
	}
}

// Relays are on the public address, within the range.
func TestRelayAddress(t *testing.T) {
	t.Parallel()
	var o turn.Options
	h := open(t, func(it *turn.Options) { o = *it })
	for range 5 {
		at := h.relay("udp", "a").LocalAddr().(*net.UDPAddr).AddrPort()
		if at.Addr() != loopback || at.Port() < o.First || at.Port() > o.Last {
			t.Errorf("the relay is at %v, want %v, %d to %d", at, loopback, o.First, o.Last)
		}
	}
}

// Behind a router that translates addresses the public one is on no interface, and leads out: what is for Foyer's own goes straight there.
func TestPublicAddressOfARouter(t *testing.T) {
	t.Parallel()
	engine := packets(t)
	public := netip.MustParseAddr("203.0.113.7")
	known := netip.AddrPortFrom(public, port(engine))
	h := open(t, func(o *turn.Options) { o.Public, o.Also = public, []netip.AddrPort{known} })
	a, b := h.relay("udp", "a"), h.relay("udp", "b")
	if got := a.LocalAddr().(*net.UDPAddr).AddrPort().Addr(); got != public {
		t.Errorf("the relay is at %v, want %v", got, public)
	}
	sends(t, b, first, a.LocalAddr())
	sends(t, a, "hello", b.LocalAddr())
	expects(t, b, "hello", a.LocalAddr())
	sends(t, a, "to the engine", net.UDPAddrFromAddrPort(known))
	inside := net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, a.LocalAddr().(*net.UDPAddr).AddrPort().Port()))
	expects(t, engine, "to the engine", inside)
	sends(t, engine, "from the engine", inside)
	expects(t, a, "from the engine", net.UDPAddrFromAddrPort(known))
}

// packets is a socket on this machine.
func packets(t *testing.T) net.PacketConn {
	t.Helper()
	c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func port(c net.PacketConn) uint16 { return c.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

// A server is a STUN server, too.
func TestSTUN(t *testing.T) {
	t.Parallel()
	c := open(t, nil).visit("udp", "", "")
	if at, err := c.SendBindingRequest(); err != nil || !strings.HasPrefix(at.String(), "127.0.0.1:") {
		t.Errorf("%v, %v", at, err)
	}
}

// Nothing is left of a server that is closed in the middle of calls.
func TestCloseLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("calls", func(t *testing.T) {
		h := open(t, nil)
		for _, network := range []string{"udp", "tcp"} {
			a, b := h.relay(network, "a"), h.relay(network, "b")
			sends(t, a, "hello", b.LocalAddr())
			sends(t, b, "hello", a.LocalAddr())
		}
		silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		relay := h.relay("udp", "c").LocalAddr().String()
		for range 2 {
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
		if h.Allocations() != 0 {
			t.Errorf("%d relays are left", h.Allocations())
		}
		for _, address := range []string{h.Addr().String(), relay} {
			c, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp4", address)
			if err != nil {
				t.Fatalf("%s is taken still: %v", address, err)
			}
			_ = c.Close()
		}
		if n, err := silent.Read(make([]byte, 1)); err == nil {
			t.Errorf("%d bytes for somebody who was silent", n)
		}
	})
	goleak.VerifyNone(t, before)
}

func TestOptionsThatAreRefused(t *testing.T) {
	t.Parallel()
	taken := packets(t)
	for what, change := range map[string]func(*turn.Options){
		"no public address": func(o *turn.Options) { o.Public = netip.Addr{} },
		"IPv6":              func(o *turn.Options) { o.Public = netip.MustParseAddr("2001:db8::1") },
		"no ports":          func(o *turn.Options) { o.First = 0 },
		"ports upside down": func(o *turn.Options) { o.First, o.Last = 2, 1 },
		"no key":            func(o *turn.Options) { o.Key = nil },
		"no address":        func(o *turn.Options) { o.Addr = "nonsense" },
		"a port in use":     func(o *turn.Options) { o.Addr = taken.LocalAddr().String() },
	} {
		o := turn.Options{Addr: "127.0.0.1:0", Public: loopback, First: 1, Last: 2, Key: key}
		change(&o)
		if s, err := turn.Listen(o); err == nil {
			t.Errorf("%s: it listens", what)
			_ = s.Close()
		}
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	want := "turn:192.0.2.1:3478?transport=udp turn:192.0.2.1:3478?transport=tcp"
	if got := strings.Join(turn.URLs(netip.MustParseAddr("192.0.2.1"), 3478), " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What clients are told is what the server takes.
func TestWhatClientsAreTold(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	told := (&media.ICE{TURN: turn.URLs(h.Addr().Addr(), h.Addr().Port()), Key: key}).Servers("a")[0]
	r, err := h.visit("udp", told.Username, told.Credential).Allocate()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
}

// A server that is closed while clients come and go neither hangs nor leaves anything behind.
func TestCloseInTheMiddle(t *testing.T) {
	t.Parallel()
	for range 5 {
		h := open(t, nil)
		var work sync.WaitGroup
		var over atomic.Bool
		var clients []*pion.Client
		for i := range 8 {
			username := name(strconv.Itoa(i))
			c := h.visit([]string{"udp", "tcp"}[i%2], username, media.Password(key, username))
			clients = append(clients, c)
			work.Go(func() { comeAndGo(c, &over) })
		}
		until(t, "they are busy", func() bool { return h.Allocations() > 3 })
		if err := h.Close(); err != nil || h.Allocations() != 0 {
			t.Errorf("%v, %d relays", err, h.Allocations())
		}
		over.Store(true)
		for _, c := range clients {
			c.Close() // ends what waits for an answer
		}
		work.Wait()
	}
}

func comeAndGo(c *pion.Client, over *atomic.Bool) {
	for i := byte(0); !over.Load(); i++ {
		r, err := c.Allocate()
		if err != nil {
			return
		}
		_ = c.CreatePermission(&net.UDPAddr{IP: net.IPv4(8, 8, 8, i), Port: 9})
		_ = r.Close()
	}
}
