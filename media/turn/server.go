package turn

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"foyer/media"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
)

// Options are what a server needs to know. Those without a word on it are needed.
type Options struct {
	Addr         string           // where to listen, by UDP and by TCP
	Public       netip.Addr       // where relays are reached: IPv4, since browsers ask for relays of no other kind
	First, Last  uint16           // the ports of relays
	Key          []byte           // what passwords are made with (media.Password)
	AllowPrivate bool             // relay into private networks, too
	Also         []netip.AddrPort // what relays reach in any case, such as the engine's own address
	Quota        int              // relays of one peer; 0: 32
	Now          func() time.Time // nil: time.Now
}

// quota is how many relays a peer has at most. Each connection of a browser takes one for each URL, and those of a browser that was
// killed stay for ten minutes: a call of eight from browser to browser takes 4 x 7 (media plane 6, trap a).
const quota = 32

const realm = "foyer"

// Server relays media. Safe for concurrent use.
type Server struct {
	options Options // static after Listen, as are the next five
	guard   *guard
	bind    net.IP // where relays listen
	pion    *pion.Server
	udp     *socket
	tcp     *listener

	mu      sync.Mutex // a leaf: nothing is called under it
	ended   bool       // guarded by mu, as is all below
	relays  map[uint16]*relay
	clients map[client]*relay
	users   map[string]int     // relays of each peer
	sources map[netip.Addr]int // relays of each address
	conns   map[*conn]struct{}
	callers map[netip.Addr]int // connections of each address

	stop    chan struct{}  // closed by Close
	readers sync.WaitGroup // the two that hear clients
	calls   sync.WaitGroup // connections
	running sync.WaitGroup // relays
}

// Listen starts a server.
func Listen(o Options) (*Server, error) {
	if !o.Public.Is4() || o.First == 0 || o.First > o.Last || len(o.Key) == 0 {
		return nil, errors.New("turn: needs a public IPv4 address, a range of ports and a key")
	}
	o.Quota = cmp.Or(o.Quota, quota)
	s := &Server{
		options: o, guard: newGuard(&o), relays: map[uint16]*relay{}, clients: map[client]*relay{}, users: map[string]int{},
		sources: map[netip.Addr]int{}, conns: map[*conn]struct{}{}, callers: map[netip.Addr]int{}, stop: make(chan struct{}),
	}
	if s.options.Now == nil {
		s.options.Now = time.Now
	}
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("turn: %w", err)
	}
	config := pion.ServerConfig{
		PacketConnConfigs: []pion.PacketConnConfig{{
			PacketConn: s.udp, RelayAddressGenerator: generator{s, false}, PermissionHandler: s.permission(false),
		}},
		ListenerConfigs: []pion.ListenerConfig{{
			Listener: s.tcp, RelayAddressGenerator: generator{s, true}, PermissionHandler: s.permission(true),
		}},
		Realm: realm, AuthHandler: s.authenticate, QuotaHandler: s.spare,
		EventHandler: pion.EventHandler{OnAllocationCreated: s.created, OnPermissionDeleted: s.deleted},
		// Its lines hold names and addresses of people.
		LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled},
	}
	server, err := pion.NewServer(config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("turn: %w", err), s.udp.Close(), s.tcp.Close())
	}
	s.pion = server
	return s, nil
}

// open opens what clients reach: a port that is drawn for UDP is that of TCP, too.
func (s *Server) open() error {
	at, err := net.ResolveUDPAddr("udp", s.options.Addr)
	if err != nil {
		return err
	}
	udp, err := net.ListenUDP("udp", at)
	if err != nil {
		return err
	}
	_ = udp.SetReadBuffer(1 << 20) // one socket for everybody; the system may grant less
	tcp, err := net.ListenTCP("tcp", &net.TCPAddr{IP: at.IP, Port: udp.LocalAddr().(*net.UDPAddr).Port, Zone: at.Zone})
	if err != nil {
		return errors.Join(err, udp.Close())
	}
	s.udp, s.tcp = &socket{UDPConn: udp, server: s}, &listener{TCPListener: tcp, server: s}
	s.readers.Add(2)
	switch host := addrPort(at).Addr(); {
	case !s.guard.inner.IsValid():
		s.bind = s.options.Public.AsSlice() // so that what relays send comes from where they are reached
	case host.Is4() && !host.IsUnspecified():
		s.bind, s.guard.inner = host.AsSlice(), host
	default:
		s.bind = net.IPv4zero
	}
	return nil
}

// Addr is where the server listens.
func (s *Server) Addr() netip.AddrPort { return addrPort(s.udp.LocalAddr()) }

// Allocations is how many relays there are.
func (s *Server) Allocations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.relays)
}

// Close ends all relays, and returns when nothing runs any more. Closing again waits, too.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.ended
	s.ended = true
	var open []io.Closer
	for c := range s.conns {
		open = append(open, c.Conn)
	}
	s.mu.Unlock()
	var err error
	if !again {
		close(s.stop)
		err = s.pion.Close()
	}
	for _, c := range open {
		_ = c.Close()
	}
	s.readers.Wait()
	s.mu.Lock()
	open = open[:0]
	for _, r := range s.relays {
		open = append(open, r.UDPConn)
	}
	s.mu.Unlock()
	for _, r := range open {
		_ = r.Close()
	}
	s.running.Wait()
	return err
}

// authenticate is pion's: the key of a username. It compares with it in constant time.
func (s *Server) authenticate(r *pion.RequestAttributes) (user string, key []byte, ok bool) {
	until, peer, ok := media.ParseUsername(r.Username)
	if !ok || r.Realm != realm || !s.options.Now().Before(until) {
		return "", nil, false
	}
	return peer, pion.GenerateAuthKey(r.Username, realm, media.Password(s.options.Key, r.Username)), true
}

// size is how many relays there may be.
func (s *Server) size() int { return int(s.options.Last) - int(s.options.First) + 1 }

// URLs are how clients are told of a server at an address and a port.
func URLs(at netip.Addr, port uint16) []string {
	base := "turn:" + net.JoinHostPort(at.String(), strconv.Itoa(int(port))) + "?transport="
	return []string{base + "udp", base + "tcp"}
}
