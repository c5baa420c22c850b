package handlers

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"foyer/codes"
	"foyer/handlers/hms"
	"foyer/handlers/meeting"
	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/handlers/v2"
	"foyer/hub"
	"foyer/media"
	"foyer/polls"
	"foyer/rooms"
	"foyer/sessions"
	"foyer/store"
	"foyer/templates"
	"foyer/tokens"
	"foyer/webhooks"
	"foyer/workspaces"

	"github.com/labstack/echo/v4"
)

// Handler is all of Foyer that answers HTTP. All fields but the last eight are needed.
type Handler struct {
	Rooms      *rooms.Service
	Codes      *codes.Service
	Templates  *templates.Service
	Tokens     *tokens.Service
	Workspaces *workspaces.Service
	Sessions   *sessions.Service
	Webhooks   *webhooks.Service
	Polls      *polls.Service
	Hub        *hub.Hub
	Sockets    *socket.Server
	Store      *store.Store // asked whether it is there
	Guard      *codes.Guard // read for the metrics; nil when at rest
	Public     *url.URL     // where Foyer is reached
	Log        *slog.Logger
	Version    string
	Dialects   []Dialect // the other protocols

	Proxies []netip.Prefix // whose X-Forwarded-For is believed; nobody's by default
	Limited bool           // bound the rate of each address
	Secure  bool           // served over TLS, by Foyer itself

	Media media.Engine                        // nil: rooms have neither pictures nor sound
	ICE   func(peer string) []media.ICEServer // which servers help a peer to find its way to that; nil: none

	Relays func() int // how many TURN carries now; nil: there is none of Foyer's own

	Now   func() time.Time // what rates are measured by; nil: time.Now
	Grace time.Duration    // how long a client's lost connection keeps its peer; 0: as long as the client tries to come back
}

// Router is the router with everything mounted: an http.Handler that can also tell its routes.
func (h *Handler) Router() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = h.addresses()
	e.HTTPErrorHandler = h.fail
	e.Pre(trimSlash, h.atHome)
	watch := newWatch(h)
	e.Use(watch.observe, h.secure, h.recovered)
	bound := newLimits(h.Limited, h.Now).bound
	h.mountProbes(e, watch, bound)
	mountDocs(e, bound)
	(&v2.Handler{
		Rooms: h.Rooms, Codes: h.Codes, Templates: h.Templates, Tokens: h.Tokens, Workspaces: h.Workspaces, Public: h.Public,
		Hub: h.Hub, Polls: h.Polls, Sessions: h.Sessions, Webhooks: h.Webhooks, Bound: bound,
	}).Mount(e)
	(&hms.Handler{
		Rooms: h.Rooms, Hub: h.Hub, Sessions: h.Sessions, Polls: h.Polls, Sockets: h.Sockets, Public: h.Public,
		Media: h.Media, ICE: h.ICE, Bound: bound, Grace: h.Grace, Now: h.Now,
	}).Mount(e)
	(&meeting.Handler{Rooms: h.Rooms, Bound: bound}).Mount(e)
	for _, d := range h.Dialects {
		d.Handler.Mount(e.Group(d.Prefix), bound)
	}
	return e
}

// addresses says whom a request comes from: the connection's other end, unless that is a trusted proxy.
func (h *Handler) addresses() echo.IPExtractor {
	if len(h.Proxies) == 0 {
		return echo.ExtractIPDirect()
	}
	return forwarded(h.Proxies).extract
}

// trimSlash lets a path end in a slash without a redirect, which would lose a POST's body (server contract 1.1).
func trimSlash(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if len(u.Path) > 1 && strings.HasSuffix(u.Path, "/") {
			u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
		}
		return next(c)
	}
}

// clientGone is what the log and the metrics say of a request whose sender went away before the answer.
const clientGone = 499

// fail is the one end of every error: it is logged if it is ours, and written in the dialect's shape.
func (h *Handler) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if c.Request().Context().Err() != nil { // nobody listens any more, whatever it was
		_ = c.NoContent(clientGone)
		return
	}
	if f := reply.Of(err); f.Status >= 500 && f.Status != http.StatusNotImplemented {
		level := slog.LevelError
		if f.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		h.Log.Log(c.Request().Context(), level, "request failed", "request_id", requestID(c), "route", c.Path(), "error", err)
	}
	if e := reply.RendererOf(err, v2.Fail)(c, err); e != nil {
		h.Log.Debug("answer not written", "request_id", requestID(c), "error", e)
	}
}
