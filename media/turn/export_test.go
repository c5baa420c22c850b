package turn

import "net/netip"

// Reaches is the guard's judgement of one address.
func Reaches(o Options, to netip.AddrPort) bool { return newGuard(&o).reaches(plain(to)) }

// MaxPeers is how many addresses a relay may send to.
const MaxPeers = maxPeers
