package v2

import (
	"net/http"
	"net/netip"
	"net/url"

	"foyer/codes"
	"foyer/fault"
	"foyer/handlers/reply"
	"foyer/hub"
	"foyer/models"
	"foyer/polls"
	"foyer/rooms"
	"foyer/sessions"
	"foyer/templates"
	"foyer/tokens"
	"foyer/webhooks"
	"foyer/workspaces"

	"github.com/labstack/echo/v4"
)

// Handler answers the v2 API. All fields are needed.
type Handler struct {
	Rooms      *rooms.Service
	Codes      *codes.Service
	Templates  *templates.Service
	Tokens     *tokens.Service
	Workspaces *workspaces.Service
	Hub        *hub.Hub
	Polls      *polls.Service
	Sessions   *sessions.Service
	Webhooks   *webhooks.Service
	Public     *url.URL            // where Foyer is reached; links begin with it
	Bound      echo.MiddlewareFunc // bounds the rate of each address; a browser must be able to read its refusal
}

// Mount adds the routes: first those that browsers call, then those of servers with a management token.
func (h *Handler) Mount(e *echo.Echo) {
	browser := routes{e, []echo.MiddlewareFunc{reply.With(Fail), reply.OpenToBrowsers, h.Bound}}
	browser.post("/token", h.exchange)
	browser.get("/layouts/ui", h.layouts)
	browser.post("/client/report", h.report)
	browser.get("/diagnostics/token", h.diagnostics)
	asked := routes{e, []echo.MiddlewareFunc{reply.With(Fail), reply.OpenToBrowsers}} // never 429: a browser would read that as "forbidden"
	for path, method := range map[string]string{
		"/token": http.MethodPost, "/layouts/ui": http.MethodGet, "/client/report": http.MethodPost, "/diagnostics/token": http.MethodGet,
	} {
		asked.add(http.MethodOptions, path, reply.Preflight(method))
	}

	// This one wants an app token, not a management token (server contract 8.7).
	routes{e, []echo.MiddlewareFunc{reply.With(Fail), h.Bound}}.post("/sip/dtmf", h.dtmf)

	api := routes{e, []echo.MiddlewareFunc{reply.With(Fail), h.Bound, h.management}}
	h.mountWorkspace(api)
	h.mountRooms(api)
	h.mountCodes(api)
	h.mountTemplates(api)
	h.mountStreamKeys(api)
	h.mountLive(api)
	h.mountSessions(api)
	h.mountPolls(api)
	h.mountAnalytics(api)
	h.mountEngines(api)
}

// routes adds routes under /v2 with the same middleware. The router's own groups would catch unknown paths and wrong methods too.
type routes struct {
	e    *echo.Echo
	with []echo.MiddlewareFunc
}

func (r routes) add(method, path string, handler echo.HandlerFunc) {
	r.e.Add(method, "/v2"+path, handler, r.with...)
}

func (r routes) get(path string, handler echo.HandlerFunc) { r.add(http.MethodGet, path, handler) }

func (r routes) post(path string, handler echo.HandlerFunc) { r.add(http.MethodPost, path, handler) }

const workspaceKey = "v2.workspace"

// management lets requests with a management token in, and leaves its workspace with them (server contract 1.3, 1.5).
func (h *Handler) management(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		raw, err := bearer(c)
		if err != nil {
			return err
		}
		workspace, err := h.Tokens.VerifyManagement(c.Request().Context(), raw)
		if err != nil {
			return err
		}
		c.Set(workspaceKey, &workspace)
		return next(c)
	}
}

// workspace is whose token the request came with.
func workspace(c echo.Context) *models.Workspace {
	return c.Get(workspaceKey).(*models.Workspace) //nolint:forcetypeassert // management put it there
}

// bearer is the token of the Authorization header; the word before it may be in any case.
func bearer(c echo.Context) (string, error) {
	token := tokens.Bearer(c.Request().Header.Get(echo.HeaderAuthorization))
	if token == "" {
		return "", fault.New(fault.Unauthenticated, "Authentication error: the Authorization header must be Bearer and a token",
			"the Authorization header must be Bearer and a token")
	}
	return token, nil
}

// address is whom a request comes from; the router knows which proxies to believe.
func address(c echo.Context) netip.Addr {
	addr, _ := netip.ParseAddr(c.RealIP())
	return addr
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

// id is a part of the path that names a row. One that cannot be an id names nothing: it becomes the empty one, which nothing has, so
// that it is a 404 (server contract 2.5).
func id(c echo.Context, name string) models.ID {
	text := param(c, name)
	if !models.ValidID(text) {
		return ""
	}
	return models.ID(text)
}
