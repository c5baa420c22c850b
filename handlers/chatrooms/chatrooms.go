package chatrooms

import (
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"foyer/chats"
	"foyer/handlers/reply"
	"foyer/handlers/socket"

	"github.com/labstack/echo/v4"
)

// Handler answers the chat's clients. All fields but Secure and Now are needed.
type Handler struct {
	Chats   *chats.Service
	Sockets *socket.Server
	Secure  bool // served over TLS: the cookie is for nothing else
	Log     *slog.Logger

	Now func() time.Time // nil: time.Now
}

// Mount adds the routes below a group of their own, the paths included that are unknown. Bound bounds the rate of each address.
func (h *Handler) Mount(g *echo.Group, bound echo.MiddlewareFunc) {
	r := routes{g, []echo.MiddlewareFunc{reply.With(Fail), openToPages, bound}}
	r.at("/api/rooms", verbs{http.MethodGet: h.anybody(h.rooms), http.MethodPost: h.signedIn(h.create)})
	r.at("/api/rooms/:id", verbs{http.MethodGet: h.anybody(h.room), http.MethodDelete: h.signedIn(h.delete)})
	r.at("/api/rooms/:id/join", verbs{http.MethodPost: h.signedIn(h.join)})
	r.at("/api/rooms/:id/leave", verbs{http.MethodPost: h.signedIn(h.leave)})
	r.at("/api/rooms/:id/users", verbs{http.MethodGet: h.anybody(h.users)})
	r.at("/api/rooms/:id/typing", verbs{http.MethodPost: h.signedIn(h.typing)})
	r.at("/api/rooms/:id/messages", verbs{http.MethodGet: h.anybody(h.messages), http.MethodPost: h.signedIn(h.post)})
	r.at("/api/rooms/:id/messages/:message", verbs{http.MethodDelete: h.signedIn(h.unpost)})
	r.at("/api/messages/bulk", verbs{http.MethodGet: h.anybody(h.bulk)})
	r.at("/api/users", verbs{http.MethodGet: h.signedIn(h.search)})
	r.at("/api/presence/switch", verbs{http.MethodPost: h.signedIn(h.switchRooms)})
	r.at("/api/presence/heartbeat", verbs{http.MethodPost: h.signedIn(h.beat), http.MethodGet: h.signedIn(h.online)})
	r.at("/api/realtime/ticket", verbs{http.MethodPost: h.signedIn(h.ticket)})
	h.mountAuth(r)
	r.at("/ws", verbs{http.MethodGet: h.ws})
	for _, path := range []string{"", "/*"} {
		g.Any(path, unknown, r.with...)
		g.OPTIONS(path, preflight, r.with...)
	}
}

// mountAuth adds the accounts and their tokens (contract 7).
func (h *Handler) mountAuth(r routes) {
	r.at("/api/auth/register", verbs{http.MethodPost: h.register})
	r.at("/api/auth/login", verbs{http.MethodPost: h.login})
	r.at("/api/auth/logout", verbs{http.MethodPost: h.recognised(h.logout)})
	r.at("/api/auth/logout-all", verbs{http.MethodPost: h.signedIn(h.logoutAll)})
	r.at("/api/auth/session", verbs{http.MethodGet: h.session})
	r.at("/api/auth/tokens", verbs{http.MethodGet: h.signedIn(h.tokens)})
	r.at("/api/auth/token/verify", verbs{http.MethodPost: h.verify})
	r.at("/api/auth/token/refresh", verbs{http.MethodPost: h.refresh})
}

// routes adds routes with the same middleware. The group's own would catch unknown paths and wrong methods too.
type routes struct {
	g    *echo.Group
	with []echo.MiddlewareFunc
}

type verbs map[string]echo.HandlerFunc

// at adds what a path answers; any other method is a 405 and not an unknown path.
func (r routes) at(path string, v verbs) {
	allowed := strings.Join(slices.Sorted(maps.Keys(v)), ", ")
	r.g.Any(path, func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAllow, allowed)
		return echo.ErrMethodNotAllowed
	}, r.with...)
	r.g.OPTIONS(path, preflight, r.with...)
	for method, handler := range v {
		r.g.Add(method, path, handler, r.with...)
	}
}

func unknown(echo.Context) error { return echo.ErrNotFound }

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// param is a part of the path, percent-decoded.
func param(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value // the router matched the decoded path
	}
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}
