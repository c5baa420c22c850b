package handlers

import (
	"context"
	"net/http"
	"time"

	"foyer/fault"

	"github.com/labstack/echo/v4"
)

// patience is how long the database may take to say that it is there.
const patience = 2 * time.Second

// mountProbes adds what machines ask: is the process alive, is it ready, how is it doing.
func (h *Handler) mountProbes(e *echo.Echo, w *watch, bound echo.MiddlewareFunc) {
	look(e, "/healthz", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
	})
	look(e, "/readyz", func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), patience)
		defer cancel()
		if err := h.Store.Ping(ctx); err != nil {
			return fault.Wrap(fault.Unavailable, "the database is not available", err)
		}
		return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
	}, bound)
	look(e, "/metrics", echo.WrapHandler(w.handler()), bound)
}

// look adds a route for GET and for HEAD, which monitors and previews of links send.
func look(e *echo.Echo, path string, handler echo.HandlerFunc, with ...echo.MiddlewareFunc) {
	e.Match([]string{http.MethodGet, http.MethodHead}, path, handler, with...)
}
