package turn_test

import (
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/turn"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
)

// patience is how long something that should happen may take on a machine that has much else to do.
const patience = 20 * time.Second

var (
	loopback = netip.MustParseAddr("127.0.0.1")
	key      = []byte("north")
)

// house is a server on this machine, whose relays are reached at 127.0.0.1 unless a test says otherwise.
type house struct {
	*testing.T
	*turn.Server
}

func open(t *testing.T, change func(*turn.Options)) *house {
	t.Helper()
	first := 20_000 + uint16(rand.IntN(120))*100
	o := turn.Options{Addr: "127.0.0.1:0", Public: loopback, First: first, Last: first + 99, Key: key}
	if change != nil {
		change(&o)
	}
	s, err := turn.Listen(o)
	for range 5 { // a port that is drawn for UDP may be taken for TCP
		if err != nil {
			s, err = turn.Listen(o)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{t, s}
}

// name is a username that is good for an hour.
func name(peer string) string { return media.Username(time.Now().Add(time.Hour), peer) }

// visit is a client that has not asked for a relay yet.
func (h *house) visit(network, username, password string) *pion.Client {
	h.Helper()
	at := h.Addr().String()
	var conn net.PacketConn
	var err error
	if network == "tcp" {
		var raw net.Conn
		if raw, err = (&net.Dialer{}).DialContext(h.Context(), "tcp", at); err == nil {
			conn = pion.NewSTUNConn(raw)
		}
	} else {
		conn, err = (&net.ListenConfig{}).ListenPacket(h.Context(), "udp4", "127.0.0.1:0")
	}
	if err != nil {
		h.Fatal(err)
	}
	c, err := pion.NewClient(&pion.ClientConfig{
		STUNServerAddr: at, TURNServerAddr: at, Username: username, Password: password, Conn: conn,
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled},
	})
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() {
		c.Close()
		_ = conn.Close()
	})
	if err := c.Listen(); err != nil {
		h.Fatal(err)
	}
	return c
}

// relay is a relay of a peer's.
func (h *house) relay(network, peer string) net.PacketConn {
	h.Helper()
	username := name(peer)
	r, err := h.visit(network, username, media.Password(key, username)).Allocate()
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { _ = r.Close() })
	return r
}

// first is what opens the way for the other side; it may arrive or not.
const first = "first"

// expects reads a packet, and compares it and its sender.
func expects(t *testing.T, at net.PacketConn, want string, from net.Addr) {
	t.Helper()
	_ = at.SetReadDeadline(time.Now().Add(patience))
	p := make([]byte, 2000)
	n, got, err := at.ReadFrom(p)
	for err == nil && string(p[:n]) == first {
		n, got, err = at.ReadFrom(p)
	}
	if err != nil || string(p[:n]) != want || got.String() != from.String() {
		t.Errorf("got %q from %v (%v), want %q from %v", p[:n], got, err, want, from)
	}
}

func sends(t *testing.T, from net.PacketConn, text string, to net.Addr) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), to); err != nil {
		t.Errorf("send to %v: %v", to, err)
	}
}

// until waits for something to become true.
func until(t *testing.T, what string, true func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !true(); {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
		<-time.After(time.Millisecond)
	}
}
