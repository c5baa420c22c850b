package roomcodes

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/rooms"
	"foyer/store"
	"foyer/tokens"
	"foyer/usage"

	"github.com/labstack/echo/v4"
)

// Dialect is the name under which peers come in, and under which the hub keeps what is written for this protocol.
const Dialect = "roomcodes"

// The template of this protocol's rooms, and its roles.
const (
	preset = "roomcodes"
	host   = "host"
	guest  = "client"
)

// Handler answers clients of Room Codes. All fields down to Log are needed. It is mounted once, and not copied.
type Handler struct {
	Rooms   *rooms.Service
	Hub     *hub.Hub
	Usage   *usage.Service
	Tokens  *tokens.Service
	Store   *store.Store // where charges are written that are part of nothing else
	Sockets *socket.Server
	Log     *slog.Logger

	TTL      time.Duration    // how long a room lives, and by how much it is extended; 0: five minutes
	TokenTTL time.Duration    // how long a token is good; 0: five minutes
	RoomSize int              // peers in a room at most; 0: 100
	Alphabet string           // of codes, in upper case; empty: A to Z
	Contact  string           // whom to ask about errors that are ours; empty: nobody
	Limited  bool             // bound the failed joins of each account
	Now      func() time.Time // what failed joins are counted by; nil: time.Now

	misses misses
	desks  desks
}

// What is usual (contract 1, 2, 5).
const (
	usualTTL      = 5 * time.Minute
	usualSize     = 100
	usualAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// Limits are those of a connection, for messages of so many bytes (contract 5, R14, R20).
func Limits(message int) socket.Limits {
	return socket.Limits{
		Message: message,
		Queue:   max(1<<20, 16*message), // a control character takes six bytes in JSON, and each message is written twice
		Silence: time.Minute, Ping: 25 * time.Second, Binary: true, Slow: socket.Later, Goodbye: socket.Away,
	}
}

// Mount adds the routes below a group of their own. Whatever else is asked for there is not found, a wrong method too (contract 3).
func (h *Handler) Mount(g *echo.Group, bound echo.MiddlewareFunc) {
	with := []echo.MiddlewareFunc{reply.With(h.Fail), reply.OpenToBrowsers, bound}
	for path, handler := range map[string]echo.HandlerFunc{
		"/api/v1/getclienttoken": h.clientToken, "/api/v1/requestroom": h.requestRoom, "/api/v1/extendroom": h.extendRoom,
	} {
		g.GET(path, handler, with...)
		g.POST(path, handler, with...)
		g.OPTIONS(path, reply.Preflight(http.MethodGet, http.MethodPost), with...)
		g.RouteNotFound(path, unknown, with...)
	}
	const join = "/api/v1/joinroom"
	g.GET(join, h.joinRoom, with...)
	g.OPTIONS(join, reply.Preflight(http.MethodGet, http.MethodPost), with...)
	for _, path := range []string{join, "", "/*"} {
		g.RouteNotFound(path, unknown, with...)
	}
}

func unknown(echo.Context) error {
	return echo.NewHTTPError(http.StatusNotFound, "there is no such endpoint, or not with this method")
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h *Handler) ttl() time.Duration { return cmp.Or(h.TTL, usualTTL) }

func (h *Handler) alphabet() string { return cmp.Or(h.Alphabet, usualAlphabet) }
