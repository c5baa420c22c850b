package meeting

import (
	"bytes"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"foyer/codes"
	"foyer/fault"
	"foyer/handlers/reply"
	"foyer/rooms"
	"foyer/web"

	"github.com/labstack/echo/v4"
)

// Handler answers join links. All fields are needed.
type Handler struct {
	Rooms *rooms.Service
	Bound echo.MiddlewareFunc // bounds the rate of each address
}

// Mount adds the routes of server contract 3.8, and lets a code stand alone in the path.
func (h *Handler) Mount(e *echo.Echo) {
	e.Pre(alone)
	for _, path := range []string{"/meeting/:code", "/preview/:code", "/streaming/meeting/:code", "/streaming/preview/:code"} {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, h.page, reply.With(fail), h.Bound)
	}
	e.GET(web.StylePath, style)
}

// alone takes /:code for /meeting/:code if it has a code's shape: links on a template's own domain are so. As a route it would match
// every path that no other one does, and turn unknown paths and wrong methods into one another.
func alone(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		text, _ := strings.CutPrefix(u.Path, "/")
		if _, ok := codes.Parse(text); ok {
			u.Path, u.RawPath = "/meeting/"+text, ""
		}
		return next(c)
	}
}

func style(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", web.Style)
}

func (h *Handler) page(c echo.Context) error {
	from, _ := netip.ParseAddr(c.RealIP())
	code := c.Param("code")
	if plain, err := url.PathUnescape(code); err == nil { // somebody may have encoded the hyphens
		code = plain
	}
	user := c.QueryParam("userId")
	if !utf8.ValidString(user) || strings.IndexByte(user, 0) >= 0 { // nobody is called so, and not every database could look for it
		user = ""
	}
	room, role, err := h.Rooms.Visit(c.Request().Context(), rooms.Entry{Code: code, User: user, From: from})
	if err != nil {
		return err
	}
	return write(c, http.StatusOK, web.Door{Room: room.Name, Role: role, Description: room.Description})
}

// sentences say why a link does not work, by the cause of the refusal.
var sentences = map[string]string{
	codes.Unknown:       "This link does not exist. Check that it was copied whole.",
	codes.Disabled:      "This link was turned off. Ask whoever invited you for a new one.",
	codes.Expired:       "This link has expired. Ask whoever invited you for a new one.",
	codes.UsedUp:        "This link has been used as often as it may be. Ask whoever invited you for a new one.",
	codes.NotYet:        "This link does not work yet. Come back at the time you were invited for.",
	codes.Replaced:      "This link was replaced. Ask whoever invited you for the new one.",
	codes.OtherUser:     "This link belongs to somebody else.",
	codes.CauseRoom:     "This room is closed.",
	codes.CauseRoleGone: "This link's role does not exist any more. Ask whoever invited you for a new link.",
	codes.CauseLinksOff: "Joining by link is turned off here. An operator can turn it on again.",
}

// fail writes an error as a page.
func fail(c echo.Context, err error) error {
	f := reply.Of(err)
	why := "Something went wrong on our side. Please try again."
	switch {
	case len(f.Details) == 1 && sentences[f.Details[0]] != "":
		why = sentences[f.Details[0]]
	case f.Kind == fault.RateLimited:
		why = "Too many tries from your network. Wait a moment, then open the link again."
	case f.Status == http.StatusNotFound:
		why = sentences[codes.Unknown]
	}
	reply.RetryAfter(c.Response().Header(), err)
	return write(c, f.Status, web.Door{Why: why})
}

func write(c echo.Context, status int, door web.Door) error {
	var page bytes.Buffer
	if err := web.WriteDoor(&page, door); err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentSecurityPolicy,
		"default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	header.Set(echo.HeaderCacheControl, "no-store")
	return c.HTMLBlob(status, page.Bytes())
}
