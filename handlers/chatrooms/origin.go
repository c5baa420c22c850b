package chatrooms

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// origin is the page that a request comes from, as far as the browser tells.
type origin uint8

const (
	untold  origin = iota
	ours           // of the very host that the request goes to
	foreign        // of another one
)

// originOf asks what a page cannot forge: the browser's own word, then the Origin, then the Referer.
func originOf(r *http.Request) origin {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "":
	case "same-origin":
		return ours
	case "none": // typed, or a bookmark
		return untold
	default:
		return foreign
	}
	page := r.Header.Get(echo.HeaderOrigin)
	if page == "" {
		page = r.Referer()
	}
	if page == "" {
		return untold
	}
	if u, err := url.Parse(page); err == nil && strings.EqualFold(u.Host, r.Host) {
		return ours
	}
	return foreign
}

// openToPages lets pages of any origin read the answer, errors included. They have to bring the headers of contract 1: a cookie that comes
// along with a foreign page counts for nothing.
func openToPages(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderCacheControl, "no-store")
		header.Set(echo.HeaderVary, echo.HeaderOrigin)
		if page := c.Request().Header.Get(echo.HeaderOrigin); page != "" {
			header.Set(echo.HeaderAccessControlAllowOrigin, page)
			header.Set(echo.HeaderAccessControlAllowCredentials, "true")
			header.Set(echo.HeaderAccessControlExposeHeaders, "Retry-After, X-Request-Id")
		}
		return next(c)
	}
}

// preflight answers a browser that asks first.
func preflight(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderAccessControlAllowMethods, "GET, POST, DELETE, OPTIONS")
	header.Set(echo.HeaderAccessControlAllowHeaders, "Content-Type, Authorization, X-Username, X-User-Timezone")
	header.Set(echo.HeaderAccessControlMaxAge, "86400")
	return c.NoContent(http.StatusNoContent)
}
