package reply

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// opening are the headers by which pages of any origin may read an answer, under their canonical names. Nobody changes a value in place.
var opening = map[string][]string{
	echo.HeaderAccessControlAllowOrigin:   {"*"},
	echo.HeaderAccessControlExposeHeaders: {"Retry-After, X-Request-Id"},
	echo.HeaderCacheControl:               {"no-store"},
}

// OpenToBrowsers lets pages of any origin read the answer, errors included: for where a code or a token is the credential, and no cookie.
func OpenToBrowsers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		for name, value := range opening {
			header[name] = value
		}
		return next(c)
	}
}

// Preflight answers a browser that asks first whether it may use some methods.
func Preflight(methods ...string) echo.HandlerFunc {
	allowed := strings.Join(methods, ", ")
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderAccessControlAllowMethods, allowed)
		header.Set(echo.HeaderAccessControlAllowHeaders, "Authorization, Content-Type")
		header.Set(echo.HeaderAccessControlMaxAge, "86400")
		return c.NoContent(http.StatusNoContent)
	}
}
