package handlers

import (
	"net/http"

	"foyer"

	"github.com/labstack/echo/v4"
	"github.com/swaggest/swgui"
	"github.com/swaggest/swgui/v5emb"
)

// mountDocs adds the contract of the /v2 API, as a file and as pages whose viewer comes with the binary.
func mountDocs(e *echo.Echo) {
	e.GET("/openapi.yaml", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/yaml", foyer.OpenAPI)
	})
	viewer := echo.WrapHandler(v5emb.NewHandlerWithConfig(swgui.Config{
		Title: "Foyer API", SwaggerJSON: "/openapi.yaml", BasePath: "/docs", SettingsUI: map[string]string{"validatorUrl": "null"},
	}))
	docs := func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentSecurityPolicy,
			"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:")
		return viewer(c)
	}
	e.GET("/docs", docs)
	e.GET("/docs/*", docs)
}
