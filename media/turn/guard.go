package turn

import (
	"net"
	"net/netip"
	"slices"
)

// never are networks that no relay sends to, whatever is allowed: this very machine by its oldest name, groups, and what is reserved.
// closed are those that are not the internet at large; who can relay into them is inside the operator's network.
var (
	never  = prefixes("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4")
	closed = prefixes(
		"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	)
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

func within(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// guard judges where relays may send to. A relay sends from inside: past the operator's firewall, to ports that nobody else reaches.
// Static after newGuard.
type guard struct {
	public      netip.Addr
	first, last uint16
	private     bool                // private networks are allowed
	also        []netip.AddrPort    // allowed in any case
	own         map[netip.Addr]bool // the addresses of this machine
	inner       netip.Addr          // what stands for the public address on this machine; invalid when it is one of its own
}

func newGuard(o *Options) *guard {
	g := &guard{public: o.Public, first: o.First, last: o.Last, private: o.AllowPrivate, also: o.Also, own: map[netip.Addr]bool{}}
	inner := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	addrs, _ := net.InterfaceAddrs() // without them only the public one is known to be its own
	for _, each := range addrs {
		prefix, err := netip.ParsePrefix(each.String())
		if err != nil {
			continue
		}
		addr := prefix.Addr().Unmap()
		g.own[addr] = true
		if inner.IsLoopback() && addr.Is4() && !addr.IsLoopback() {
			inner = addr
		}
	}
	if !g.own[g.public] && !g.public.IsLoopback() {
		g.inner = inner
	}
	g.own[g.public] = true
	return g
}

// reaches reports whether relays may send to an address: to each other, to what is allowed in any case, and to the internet at large.
func (g *guard) reaches(to netip.AddrPort) bool {
	addr := to.Addr()
	switch {
	case !addr.Is4() || within(never, addr):
		return false
	case slices.Contains(g.also, to), g.relayed(to):
		return true
	case g.private:
		return true
	}
	return !g.own[addr] && !within(closed, addr)
}

// relayed reports whether an address is a relay's.
func (g *guard) relayed(a netip.AddrPort) bool {
	return a.Addr() == g.public && g.first <= a.Port() && a.Port() <= g.last
}

// permits reports whether there is any port of an address that relays may send to.
func (g *guard) permits(addr netip.Addr) bool {
	return addr == g.public || g.reaches(netip.AddrPortFrom(addr, 0)) ||
		slices.ContainsFunc(g.also, func(a netip.AddrPort) bool { return a.Addr() == addr })
}

// inward is where what is sent to an address goes. Behind a router that translates addresses, the public one leads out of the house, and
// most routers let nobody back in that way: what is for Foyer itself goes there at once.
func (g *guard) inward(to netip.AddrPort) netip.AddrPort {
	if g.inner.IsValid() && to.Addr() == g.public {
		return netip.AddrPortFrom(g.inner, to.Port())
	}
	return to
}

// outward is the address under which the sender of a packet is known: the other way of inward.
func (g *guard) outward(from netip.AddrPort) netip.AddrPort {
	if g.inner.IsValid() && from.Addr() == g.inner {
		if known := netip.AddrPortFrom(g.public, from.Port()); g.relayed(known) || slices.Contains(g.also, known) {
			return known
		}
	}
	return from
}

// addrPort is a socket's address in the one form in which it is compared.
func addrPort(a net.Addr) netip.AddrPort {
	var found netip.AddrPort
	switch a := a.(type) {
	case *net.UDPAddr:
		found = a.AddrPort()
	case *net.TCPAddr:
		found = a.AddrPort()
	}
	return plain(found)
}

func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
