package sfu

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// socketBuffer is what the kernel keeps of one socket while Foyer is busy: all media go through one.
const socketBuffer = 4 << 20

// tcpFirst is how long a TCP connection may say nothing, or belong to nobody. The end of the engine waits for those that come at that moment.
const tcpFirst = 5 * time.Second

// network is where media come and go: one UDP port and one TCP port for all peers.
type network struct {
	udp      ice.UDPMux
	tcp      ice.TCPMux
	listener net.Listener
	port     int

	addresses []netip.AddrPort
}

// listen opens the ports at an address such as ":7882" or "10.0.0.1:7882".
func listen(address string, quiet logging.LeveledLogger) (*network, error) {
	at, err := net.ResolveUDPAddr("udp", address)
	if err != nil {
		return nil, fmt.Errorf("media address %q: %w", address, err)
	}
	n := &network{}
	if err := n.bind(at, quiet); err != nil {
		return nil, err
	}
	for _, own := range n.udp.GetListenAddresses() {
		if udp, ok := own.(*net.UDPAddr); ok {
			n.addresses = append(n.addresses, netip.AddrPortFrom(udp.AddrPort().Addr().Unmap(), udp.AddrPort().Port()))
		}
	}
	n.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: n.listener, Logger: quiet, ReadBufferSize: 64, WriteBufferSize: 1 << 20,
		FirstStunBindTimeout: tcpFirst, AliveDurationForConnFromStun: tcpFirst,
	})
	return n, nil
}

// mostPorts are tried when any would do.
const mostPorts = 10

// bind opens the port over TCP and over UDP. One of 0 is the kernel's choice for TCP, which somebody may have over UDP: then for the next one.
func (n *network) bind(at *net.UDPAddr, quiet logging.LeveledLogger) (err error) {
	for range mostPorts {
		if n.listener, err = net.ListenTCP("tcp", &net.TCPAddr{IP: at.IP, Port: at.Port, Zone: at.Zone}); err != nil {
			return fmt.Errorf("listen for media over TCP: %w", err)
		}
		n.port = at.Port
		if tcp, ok := n.listener.Addr().(*net.TCPAddr); ok {
			n.port = tcp.Port
		}
		if n.udp, err = listenUDP(at.IP, n.port, quiet); err == nil {
			return nil
		}
		_ = n.listener.Close()
		if at.Port != 0 {
			break
		}
	}
	return fmt.Errorf("listen for media over UDP: %w", err)
}

// listenUDP opens one socket, or, without an address, one on each of the machine's.
func listenUDP(ip net.IP, port int, quiet logging.LeveledLogger) (ice.UDPMux, error) {
	if len(ip) == 0 || ip.IsUnspecified() {
		return ice.NewMultiUDPMuxFromPort(port, ice.UDPMuxFromPortWithLoopback(), ice.UDPMuxFromPortWithLogger(quiet),
			ice.UDPMuxFromPortWithNetworks(ice.NetworkTypeUDP4, ice.NetworkTypeUDP6),
			ice.UDPMuxFromPortWithReadBufferSize(socketBuffer), ice.UDPMuxFromPortWithWriteBufferSize(socketBuffer))
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer) // the kernel may give less
	_ = conn.SetWriteBuffer(socketBuffer)
	return ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: quiet}), nil
}

func (n *network) close() error {
	err := n.udp.Close()
	if err2 := n.tcp.Close(); err == nil {
		err = err2
	}
	return err
}

// settings are those of all connections. The engine is reached at its own addresses, so it is an ICE lite agent: clients look for the way.
func (n *network) settings(public netip.Addr, log *slog.Logger) (webrtc.SettingEngine, error) {
	s := webrtc.SettingEngine{LoggerFactory: quietly{log: log}}
	s.SetLite(true)
	s.SetICEUDPMux(n.udp)
	s.SetICETCPMux(n.tcp)
	s.SetNetworkTypes([]webrtc.NetworkType{
		webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6,
	})
	s.SetICETimeouts(iceLost, iceFailed, iceKeepAlive)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(true)
	s.SetReceiveMTU(packetSize)
	s.SetSRTPReplayProtectionWindow(512)
	s.SetSRTCPReplayProtectionWindow(64)
	s.SetSCTPMaxReceiveBufferSize(channelBuffer)
	s.DetachDataChannels()
	if err := s.SetAnsweringDTLSRole(webrtc.DTLSRoleServer); err != nil {
		return s, err
	}
	if !public.IsValid() {
		return s, nil
	}
	n.addresses = append(n.addresses, netip.AddrPortFrom(public, uint16(n.port))) //nolint:gosec // a port
	// Behind NAT the engine knows its public address from the settings only. What is added does no harm to who is in the same network.
	return s, s.SetICEAddressRewriteRules(webrtc.ICEAddressRewriteRule{
		External: []string{public.String()}, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteAppend,
	})
}

// quietly passes on what pion has to complain of: that is about single peers, so it is for debugging.
type quietly struct{ log *slog.Logger }

// NewLogger is a logger of a part of pion.
func (q quietly) NewLogger(scope string) logging.LeveledLogger {
	return hushed{q.log.With("part", scope)}
}

// hushed writes nothing of addresses, candidates or descriptions unless somebody debugs.
type hushed struct{ log *slog.Logger }

func (h hushed) Trace(string)                 {}
func (h hushed) Tracef(string, ...any)        {}
func (h hushed) Debug(string)                 {}
func (h hushed) Debugf(string, ...any)        {}
func (h hushed) Info(string)                  {}
func (h hushed) Infof(string, ...any)         {}
func (h hushed) Warn(text string)             { h.log.Debug("pion", "says", text) }
func (h hushed) Warnf(f string, args ...any)  { h.Warn(fmt.Sprintf(f, args...)) }
func (h hushed) Error(text string)            { h.Warn(text) }
func (h hushed) Errorf(f string, args ...any) { h.Warn(fmt.Sprintf(f, args...)) }
