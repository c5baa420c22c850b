package turn

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	pion "github.com/pion/turn/v5"
)

// Errors of relays, which are for pion alone: a client hears of no space (508).
var (
	errFull    = errors.New("there is no port left for a relay")
	errQuota   = errors.New("the peer has as many relays as it may")
	errForeign = errors.New("only UDP is relayed, from ports that the server draws")
)

// Bounds of a relay.
const (
	maxPeers = 128 // addresses that it may send to: a call has a few for each who is in it
	maxBusy  = 128 // ports that other programs have taken before a search for a free one is given up
)

// settling is for how long a permission counts as new: see Server.deleted.
const settling = 5 * time.Millisecond

// client is who asked for a relay. UDP and TCP are told apart: the same address may speak both.
type client struct {
	tcp bool
	at  netip.AddrPort
}

// relay is the socket of one allocation.
type relay struct {
	*net.UDPConn

	server *Server // static, as are the next three
	port   uint16
	user   string
	tcp    bool
	once   sync.Once

	client client                   // guarded by server.mu, as is the next
	peers  map[netip.Addr]time.Time // since when it may send to whom
}

// generator opens relays for the clients of UDP, or of TCP.
type generator struct {
	server *Server
	tcp    bool
}

// Validate is pion's.
func (generator) Validate() error { return nil }

// AllocatePacketConn is pion's. Ports that a client wants, and the reservation of a second one (no user is named then), are nothing that
// browsers ask for.
func (g generator) AllocatePacketConn(c pion.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	if c.Network != "udp4" || c.RequestedPort != 0 || c.UserID == "" {
		return nil, nil, errForeign
	}
	r, err := g.server.relay(c.UserID, g.tcp)
	if err != nil {
		return nil, nil, err
	}
	return r, net.UDPAddrFromAddrPort(netip.AddrPortFrom(g.server.options.Public, r.port)), nil
}

// AllocateListener is pion's.
func (generator) AllocateListener(pion.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errForeign
}

// AllocateConn is pion's.
func (generator) AllocateConn(pion.AllocateConnConfig) (net.Conn, error) { return nil, errForeign }

// relay opens a relay on a port that is drawn from those that are free.
func (s *Server) relay(user string, tcp bool) (*relay, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil, net.ErrClosed
	}
	if s.users[user] >= s.options.Quota {
		return nil, errQuota
	}
	size, busy := s.size(), 0
	for i, from := 0, rand.IntN(size); i < size && busy < maxBusy; i++ {
		port := s.options.First + uint16((from+i)%size)
		if s.relays[port] != nil {
			continue
		}
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: s.bind, Port: int(port)})
		if err != nil {
			busy++
			continue
		}
		r := &relay{UDPConn: conn, server: s, port: port, user: user, tcp: tcp, peers: map[netip.Addr]time.Time{}}
		s.relays[port] = r
		s.users[user]++
		s.running.Add(1)
		return r, nil
	}
	return nil, errFull
}

// spare is pion's: whether one more relay is due to a peer, and to an address. The latter may have half of all: names cost nothing where
// anybody may ask for one.
func (s *Server) spare(user, _ string, from net.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.users[user] < s.options.Quota && s.sources[addrPort(from).Addr()] < max(s.size()/2, 1)
}

// created is pion's: it says whose relay it is.
func (s *Server) created(from, _ net.Addr, _, _, _ string, at net.Addr, _ int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.relays[addrPort(at).Port()]; r != nil {
		r.client = client{r.tcp, addrPort(from)}
		s.clients[r.client] = r
		s.sources[r.client.at.Addr()]++
	}
}

// permission is pion's: it asks whether a client's relay may send to an address, but does not say to which port (WriteTo sees to it).
func (s *Server) permission(tcp bool) pion.PermissionHandler {
	return func(from net.Addr, ip net.IP) bool {
		addr, ok := netip.AddrFromSlice(ip)
		addr = addr.Unmap()
		if !ok || !s.guard.permits(addr) {
			return false
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		r := s.clients[client{tcp, addrPort(from)}]
		if r == nil {
			return false
		}
		_, known := r.peers[addr]
		if !known && len(r.peers) >= maxPeers {
			return false
		}
		r.peers[addr] = time.Now()
		return true
	}
}

// deleted is pion's: a permission is about to end, perhaps since its relay does. One that has just been asked for may not be complete, and
// pion would stop a timer that is not there yet; so it waits for it.
func (s *Server) deleted(_, _ net.Addr, _, _, _ string, at net.Addr, ip net.IP) {
	addr, _ := netip.AddrFromSlice(ip)
	s.mu.Lock()
	var since time.Time
	if r := s.relays[addrPort(at).Port()]; r != nil {
		since = r.peers[addr.Unmap()]
	}
	s.mu.Unlock()
	if left := settling - time.Since(since); left > 0 {
		<-time.After(left)
	}
}

// WriteTo sends a packet, or drops it when it must not go there.
func (r *relay) WriteTo(p []byte, to net.Addr) (int, error) {
	at := addrPort(to)
	if !r.server.guard.reaches(at) {
		return len(p), nil
	}
	return r.WriteToUDPAddrPort(p, r.server.guard.inward(at))
}

// ReadFrom takes a packet.
func (r *relay) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := r.ReadFromUDPAddrPort(p)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(r.server.guard.outward(plain(from))), nil
}

// Close ends the relay, and gives its port back.
func (r *relay) Close() error {
	err := r.UDPConn.Close()
	r.once.Do(func() {
		err = nil
		s := r.server
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.relays, r.port)
		less(s.users, r.user)
		if r.client.at.IsValid() {
			less(s.sources, r.client.at.Addr())
			if s.clients[r.client] == r {
				delete(s.clients, r.client)
			}
		}
		s.running.Done()
	})
	return err
}

// less counts down, and forgets what is at nothing.
func less[K comparable](counts map[K]int, key K) {
	if counts[key]--; counts[key] <= 0 {
		delete(counts, key)
	}
}
