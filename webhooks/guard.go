package webhooks

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// errPrivate is what the sender of a webhook learns. It does not name the address: that would tell strangers how the network is built.
var errPrivate = errors.New("the receiver's host has a private address, which is not called unless FOYER_WEBHOOKS_ALLOW_PRIVATE is on")

// global are the IPv6 networks of the internet at large; within it and within IPv4, special are those that are not.
var (
	global  = netip.MustParsePrefix("2000::/3")
	mapped4 = netip.MustParsePrefix("64:ff9b::/96") // IPv4 behind a translator
	special = prefixes(
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // tunnels among them, which carry IPv4 addresses
	)
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// public reports whether an address is one of the internet at large: not private, not of this machine or link, not for a purpose.
func public(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if mapped4.Contains(addr) {
		raw := addr.As16()
		addr = netip.AddrFrom4([4]byte(raw[12:]))
	}
	if addr.Is6() && !global.Contains(addr) {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(addr) {
			return false
		}
	}
	return addr.IsValid()
}

// newDialer connects to receivers. Unless private ones are allowed, it looks at the very address that it is about to connect to, so that
// no name that resolves to another address the second time, and no redirect, leads anywhere else.
func newDialer(allowPrivate bool) *net.Dialer {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	if !allowPrivate {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !public(to.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return dialer
}
