package handlers

import (
	"net"
	"strings"
	"sync"

	"foyer/handlers/socket"

	"github.com/labstack/echo/v4"
)

// Dialect is another protocol, under a prefix of its own, and perhaps under host names where it stands at the root.
type Dialect struct {
	Prefix  string // such as /mikroroom
	Hosts   []string
	Sockets *socket.Server // its connections
	Handler Mounter
}

// Mounter adds routes below a group of their own. Bound bounds the rate of each address.
type Mounter interface {
	Mount(g *echo.Group, bound echo.MiddlewareFunc)
}

// CloseSockets says goodbye to all connections, of every protocol, and waits until they have ended.
func (h *Handler) CloseSockets() {
	var all sync.WaitGroup
	all.Go(h.Sockets.Close)
	for _, d := range h.Dialects {
		all.Go(d.Sockets.Close)
	}
	all.Wait()
}

// connections counts those of every protocol.
func (h *Handler) connections() int {
	n := h.Sockets.Len()
	for _, d := range h.Dialects {
		n += d.Sockets.Len()
	}
	return n
}

// atHome takes a request to a dialect's own host for one below its prefix.
func (h *Handler) atHome(next echo.HandlerFunc) echo.HandlerFunc {
	prefixes := map[string]string{}
	for _, d := range h.Dialects {
		for _, host := range d.Hosts {
			prefixes[strings.ToLower(host)] = d.Prefix
		}
	}
	if len(prefixes) == 0 {
		return next
	}
	return func(c echo.Context) error {
		r := c.Request()
		if prefix := prefixes[hostOf(r.Host)]; prefix != "" && r.URL.Path != prefix && !strings.HasPrefix(r.URL.Path, prefix+"/") {
			if r.URL.RawPath != "" {
				r.URL.RawPath = prefix + r.URL.RawPath
			}
			r.URL.Path = strings.TrimSuffix(prefix+r.URL.Path, "/")
		}
		return next(c)
	}
}

// hostOf is a Host header's name in lower case, without the port.
func hostOf(header string) string {
	host := header
	if name, _, err := net.SplitHostPort(header); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
