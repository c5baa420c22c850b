package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"foyer/chats"
	"foyer/handlers"
	"foyer/handlers/chatrooms"
	"foyer/handlers/mikroroom"
	"foyer/handlers/roomcodes"
	"foyer/handlers/socket"
	"foyer/media"
	"foyer/models"
)

// desk is what the other protocols are wired with.
type desk struct {
	*core
	*Settings
	tongues

	metering metering
	servers  *media.ICE
	log      *slog.Logger
}

func newDesk(c *core, s *Settings, log *slog.Logger) (*desk, error) {
	t, err := s.tongues()
	if err != nil {
		return nil, err
	}
	m, err := s.metering()
	if err != nil {
		return nil, err
	}
	servers, err := s.ice(c.box, t.stun)
	return &desk{core: c, Settings: s, tongues: t, metering: m, servers: servers, log: log}, err
}

// dialects are the other protocols that are spoken.
func (d *desk) dialects() []handlers.Dialect {
	var list []handlers.Dialect
	for name, make := range map[string]func() handlers.Dialect{
		"mikroroom": d.mikroroom,
		"roomcodes": d.roomcodes,
		"chat":      d.chat,
	} {
		if !d.on[name] {
			continue
		}
		dialect := make()
		for host := range d.hosts {
			if d.hosts[host] == name {
				dialect.Hosts = append(dialect.Hosts, host)
			}
		}
		list = append(list, dialect)
	}
	return list
}

// overTLS reports whether people reach Foyer by https, be it by a proxy in front.
func (d *desk) overTLS() bool { return d.secure() || strings.HasPrefix(d.PublicURL, "https:") }

// limited reports whether rates are bounded.
func (d *desk) limited() bool { return d.RateLimits == "on" }

func (d *desk) sockets(limits socket.Limits) *socket.Server {
	if !d.limited() {
		limits.Rate = -1
	}
	return socket.NewServer(limits, d.log)
}

// How often a connection that says nothing is asked whether it is there, and when it counts as dead.
const (
	pingAfter   = 10 * time.Second
	silentAfter = 25 * time.Second
)

func (d *desk) mikroroom() handlers.Dialect {
	sockets := d.sockets(socket.Limits{
		Message: 128 << 10, Excess: 1 << 20, Binary: true, Ping: pingAfter, Silence: silentAfter,
	})
	return handlers.Dialect{Prefix: "/mikroroom", Sockets: sockets, Handler: &mikroroom.Handler{
		Rooms: d.rooms, Hub: d.hub, Sockets: sockets, Workspace: d.firstWorkspace(), ICE: d.servers.Servers, MaxLatent: d.MikroroomMaxLatent,
		Version: version(), Log: d.log, Limited: d.limited(), RatePerMinute: d.rate,
	}}
}

func (d *desk) roomcodes() handlers.Dialect {
	sockets := d.sockets(roomcodes.Limits(d.maxFrame))
	return handlers.Dialect{Prefix: "/roomcodes", Sockets: sockets, Handler: &roomcodes.Handler{
		Rooms: d.rooms, Hub: d.hub, Usage: d.usage, Tokens: d.tokens, Store: d.store, Sockets: sockets, Log: d.log,
		TTL: d.RoomcodesTTL, TokenTTL: d.metering.TokenTTL, Contact: d.metering.Contact, Limited: d.limited(),
	}}
}

func (d *desk) chat() handlers.Dialect {
	sockets := d.sockets(socket.Limits{Message: 16 << 10, Ping: 30 * time.Second, Silence: 90 * time.Second}) // its clients say little
	return handlers.Dialect{Prefix: "/chat", Sockets: sockets, Handler: &chatrooms.Handler{
		Chats: d.chats, Sockets: sockets, Secure: d.overTLS(), Log: d.log,
	}}
}

// keptRooms says how long rooms that were made in advance stay open while nobody is in, by protocol.
func (s *Settings) keptRooms() map[string]time.Duration {
	return map[string]time.Duration{mikroroom.Dialect: s.MikroroomLatentAge}
}

// chatOptions are the settings of the chat.
func (s *Settings) chatOptions() chats.Options {
	return chats.Options{Admin: s.ChatAdmin, PresenceTTL: s.ChatPresenceTTL, Limits: chats.Limits{Off: s.RateLimits == "off"}}
}

// firstWorkspace asks for the id of the first workspace once: it never changes.
func (d *desk) firstWorkspace() func(context.Context) (models.ID, error) {
	var mu sync.Mutex
	var known models.ID
	return func(ctx context.Context) (models.ID, error) {
		mu.Lock()
		defer mu.Unlock()
		if known != "" {
			return known, nil
		}
		w, err := d.store.FirstWorkspace(ctx)
		known = w.ID
		return known, err
	}
}
