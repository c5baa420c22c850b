package e2e_test

import (
	"net"
	"testing"
)

// startRelay starts a server with a TURN server in it.
func startRelay(t *testing.T) *server {
	t.Helper()
	return start(t, sqlite, settings{
		"FOYER_PUBLIC_IP":  "127.0.0.1",
		"FOYER_TURN_ADDR":  freeAddress(t),
		"FOYER_TURN_PORTS": "20000-29999", // where neither servers of these tests nor outgoing connections are
	})
}

// changeAddress has the browser in a network of its own, whose address is replaced while people talk. Foyer stays outside.
func changeAddress(t *testing.T) {
	n := newNetwork(t)
	_, port, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort(n.here, port)
	s := newServer(t, sqlite, settings{"FOYER_ADDR": address, "FOYER_PUBLIC_URL": "http://" + address, "FOYER_MEDIA_ADDR": n.here + ":0"})
	s.url = "http://" + address
	s.start(t)
	p := startBrowserIn(t, n).play(t, s, "address_changes")
	p.obey(t, map[string]func(){"move": func() { n.move(t) }})
	p.await(t)
}
