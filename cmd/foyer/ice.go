package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"foyer/media"
	"foyer/media/turn"
	"foyer/seal"
)

// turnKey is what the key of TURN is derived from the master key for.
const turnKey = "turn-rest-v1"

// relaying are the settings of TURN. Either urls are somebody else's servers and secret is what they know, or public is where Foyer's own
// server is reached, or there is none.
type relaying struct {
	urls        []string
	secret      string
	public      netip.Addr
	port        uint16
	first, last uint16
}

// own reports whether there is a server of Foyer's own.
func (r *relaying) own() bool { return len(r.urls) == 0 && r.public.IsValid() }

// relaying reads the settings of TURN.
func (s *Settings) relaying() (relaying, error) {
	r := relaying{urls: listed(s.TURNURLs), secret: s.TURNSecret}
	if (len(r.urls) == 0) != (r.secret == "") {
		return r, errors.New("FOYER_TURN_URLS and FOYER_TURN_SECRET go together")
	}
	for _, address := range r.urls {
		if u, err := url.Parse(address); err != nil || u.Scheme != "turn" && u.Scheme != "turns" || u.Opaque == "" || strings.Contains(u.Opaque, "@") {
			return r, fmt.Errorf("FOYER_TURN_URLS: %q is not an address such as turn:turn.example.org:3478?transport=udp", address)
		}
	}
	_, port, err := net.SplitHostPort(s.TURNAddr)
	number, wrong := strconv.ParseUint(port, 10, 16)
	if err != nil || wrong != nil || number == 0 {
		return r, errors.New("FOYER_TURN_ADDR must be HOST:PORT or :PORT, with a number for the port")
	}
	r.port = uint16(number)
	if r.first, r.last, err = portRange(s.TURNPorts); err != nil {
		return r, err
	}
	if r.first <= r.port && r.port <= r.last {
		return r, errors.New("FOYER_TURN_PORTS must not contain the port of FOYER_TURN_ADDR")
	}
	if r.public, err = s.publicIP(); err == nil && r.own() && (!r.public.Is4() || r.public.IsUnspecified() || r.public.IsMulticast()) {
		err = errors.New("FOYER_PUBLIC_IP must be the IPv4 address of one machine: browsers ask a TURN server for nothing else")
	}
	return r, err
}

// portRange reads FIRST-LAST.
func portRange(text string) (first, last uint16, err error) {
	from, to, found := strings.Cut(text, "-")
	a, wrongFirst := strconv.ParseUint(from, 10, 16)
	b, wrongLast := strconv.ParseUint(to, 10, 16)
	if !found || wrongFirst != nil || wrongLast != nil || a == 0 || a > b {
		return 0, 0, errors.New("FOYER_TURN_PORTS must be FIRST-LAST such as 49160-49359")
	}
	return uint16(a), uint16(b), nil
}

// ice are the ICE servers that clients are told of: TURN, and STUN for those who connect among themselves. The engine has no need of
// STUN, since it is told of its public address.
func (s *Settings) ice(box *seal.Box, stun []string) (*media.ICE, error) {
	r, err := s.relaying()
	if err != nil {
		return nil, err
	}
	known := &media.ICE{STUN: stun, TURN: r.urls, Key: []byte(r.secret)}
	if r.own() {
		known.TURN = turn.URLs(r.public, r.port)
		known.Key, err = box.Derive(turnKey)
	}
	return known, err
}

// openTURN starts the TURN server; nil when there is none of Foyer's own. Relays reach what also names, such as the engine, in any case.
func (s *Settings) openTURN(box *seal.Box, log *slog.Logger, also ...netip.AddrPort) (*turn.Server, error) {
	r, err := s.relaying()
	if err != nil || !r.own() {
		return nil, err
	}
	key, err := box.Derive(turnKey)
	if err != nil {
		return nil, err
	}
	server, err := turn.Listen(turn.Options{
		Addr: s.TURNAddr, Public: r.public, First: r.first, Last: r.last, Key: key, AllowPrivate: s.TURNPrivate == "on", Also: also,
	})
	if err != nil {
		return nil, fmt.Errorf("%w (FOYER_TURN_ADDR names another address)", err)
	}
	log.Info("turn", "addr", server.Addr().String(), "public", r.public.String(), "ports", s.TURNPorts)
	return server, nil
}
