package webhooks_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"foyer/models"
	"foyer/store/storetest"
	"foyer/webhooks"
)

func TestGuardedAddresses(t *testing.T) {
	t.Parallel()
	for _, private := range []string{
		"127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
		"0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7",
		"::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "100::1", "2001:db8::1", "3fff::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
		"2002:7f00:1::1", "2002:a00:1::", "2001::1", "2001:0:a00:1::", "5f00::1",
	} {
		if webhooks.Public(netip.MustParseAddr(private)) {
			t.Errorf("%s passes", private)
		}
	}
	if webhooks.Public(netip.Addr{}) {
		t.Error("no address passes")
	}
	for _, public := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.1.0.1", "223.255.255.255", "2606:4700::1111",
		"2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888",
	} {
		if !webhooks.Public(netip.MustParseAddr(public)) {
			t.Errorf("%s does not pass", public)
		}
	}
}

const refusal = "the receiver's host has a private address, which is not called unless FOYER_WEBHOOKS_ALLOW_PRIVATE is on"

// on is an outbox that sends over a real network, to a receiver on this machine.
func on(t *testing.T, o webhooks.Options, handler http.HandlerFunc) (*world, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w := newWorld(t, storetest.URL(t, storetest.SQLite), o)
	w.hooks = webhooks.New(w.store, w.box, o)
	return w, server
}

// problem is what became of the first attempt for a room.
func (w *world) problem(room models.Room) string {
	w.Helper()
	var row models.Delivery
	w.running(func() {
		w.happens(1, room)
		w.until("an attempt has ended", func() bool {
			row = w.deliveries(room)[0]
			return row.Attempts > 0
		})
	})
	if row.Problem == nil {
		return ""
	}
	return *row.Problem
}

// A receiver on this machine is not called, whatever its name: what counts is the address that is about to be connected to.
func TestPrivateReceiversAreRefused(t *testing.T) {
	t.Parallel()
	w, server := on(t, webhooks.Options{}, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	w.check(err)
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"} {
		switch got := w.problem(w.room(host, "http://"+host+":"+port)); {
		case host == "2130706433" && strings.Contains(got, "cannot be looked up"): // where names of digits are no addresses
		case got != refusal:
			t.Errorf("%s: %q", host, got)
		}
	}
}

// A redirect would carry the secret headers to a place that nobody named, private ones among them.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	defer other.Close()
	w, server := on(t, webhooks.Options{AllowPrivate: true}, func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, other.URL, http.StatusTemporaryRedirect)
	})
	if got := w.problem(w.room("a", server.URL)); got != "unexpected status 307: redirects are not followed" {
		t.Error(got)
	}
}

func TestAllowedPrivateReceiver(t *testing.T) {
	t.Parallel()
	w, server := on(t, webhooks.Options{AllowPrivate: true}, func(http.ResponseWriter, *http.Request) {})
	if got := w.problem(w.room("a", server.URL)); got != "" {
		t.Error(got)
	}
}
