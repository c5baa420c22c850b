package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"foyer/handlers"
	"foyer/media"
	"foyer/media/sfu"
	"foyer/media/turn"
	"foyer/seal"
)

// plane is what carries pictures and sound.
type plane struct {
	engine *sfu.Engine   // nil: it is switched off
	turn   *turn.Server  // nil: there is none of Foyer's own
	begun  chan struct{} // a word that there may be connections now
	ice    *media.ICE
}

// openMedia starts what carries pictures and sound.
func (s *Settings) openMedia(box *seal.Box, log *slog.Logger) (*plane, error) {
	p := &plane{begun: make(chan struct{}, 1)}
	var also []netip.AddrPort
	if s.Media == "on" {
		public, err := s.publicIP()
		if err != nil {
			return nil, err
		}
		if p.engine, err = sfu.Open(sfu.Options{Address: s.MediaAddr, Public: public, Log: log, Begin: p.begin}); err != nil {
			return nil, fmt.Errorf("%w (FOYER_MEDIA_ADDR names another address, FOYER_MEDIA=off does without pictures and sound)", err)
		}
		log.Info("media", "port", p.engine.Port())
		also = p.engine.Addresses()
	}
	var err error
	if p.turn, err = s.openTURN(box, log, also...); err == nil {
		p.ice, err = s.ice(box, nil) // the engine is found without STUN
	}
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// carry has clients be told of it.
func (p *plane) carry(h *handlers.Handler) {
	if p.engine != nil {
		h.Media, h.ICE = p.engine, p.ice.Servers
	}
	if p.turn != nil {
		h.Relays = p.turn.Allocations
	}
}

// begin tells that there may be connections now.
func (p *plane) begin() {
	select {
	case p.begun <- struct{}{}:
	default: // that is known
	}
}

// busy reports whether somebody sends or gets anything.
func (p *plane) busy() bool { return p.engine != nil && p.engine.Stats().Connections > 0 }

func (p *plane) close() error {
	var errs []error
	if p.engine != nil {
		errs = append(errs, p.engine.Close())
	}
	if p.turn != nil {
		errs = append(errs, p.turn.Close())
	}
	return errors.Join(errs...)
}

// publicIP is what this machine is called from outside, if the settings say so.
func (s *Settings) publicIP() (netip.Addr, error) {
	if s.PublicIP == "" {
		return netip.Addr{}, nil
	}
	ip, err := netip.ParseAddr(s.PublicIP)
	if err != nil {
		return ip, fmt.Errorf("FOYER_PUBLIC_IP %q is no address", s.PublicIP)
	}
	return ip.Unmap(), nil
}
