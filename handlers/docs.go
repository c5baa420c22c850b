package handlers

import (
	"net/http"

	"foyer"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
)

// mountDocs adds the contract of the /v2 API, as a file and as pages whose viewer comes with the binary.
func mountDocs(e *echo.Echo, bound echo.MiddlewareFunc) {
	look(e, "/openapi.yaml", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/yaml", foyer.OpenAPI)
	}, bound)
	viewer := v5emb.NewHandlerWithConfig(swgui.Config{
		Title: "Foyer API", SwaggerJSON: "/openapi.yaml", BasePath: "/docs", SettingsUI: map[string]string{"validatorUrl": "null"},
	})
	docs := func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentSecurityPolicy,
			"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:")
		parts := &shelf{ResponseWriter: c.Response()}
		viewer.ServeHTTP(parts, c.Request())
		if parts.bare {
			c.Response().Header().Del(echo.HeaderContentType)
			return echo.ErrNotFound
		}
		return nil
	}
	look(e, "/docs", docs, bound)
	look(e, "/docs/*", docs, bound)
}

// shelf notices that the viewer lacks a part, so that this is answered like any other 404 and not in the viewer's words.
type shelf struct {
	http.ResponseWriter

	bare bool
}

// WriteHeader is http.ResponseWriter's.
func (s *shelf) WriteHeader(status int) {
	if s.bare = status == http.StatusNotFound; !s.bare {
		s.ResponseWriter.WriteHeader(status)
	}
}

// Write is http.ResponseWriter's.
func (s *shelf) Write(part []byte) (int, error) {
	if s.bare {
		return len(part), nil
	}
	return s.ResponseWriter.Write(part)
}
