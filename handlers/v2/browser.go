package v2

import (
	"io"
	"net/http"

	"foyer/fault"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// layouts answers Prebuilt, which falls back to its built-in layout on an empty list (server contract 3.9).
func (h *Handler) layouts(c echo.Context) error {
	token, err := bearer(c)
	if err != nil {
		return err
	}
	list, err := h.Rooms.Layouts(c.Request().Context(), token)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, dataOf[models.Document]{Data: list})
}

// checkAppToken wants an app token. Nothing here depends on its role yet.
func (h *Handler) checkAppToken(c echo.Context) error {
	token, err := bearer(c)
	if err != nil {
		return err
	}
	_, err = h.Tokens.VerifyApp(c.Request().Context(), token)
	return err
}

// report takes the client's analytics and drops them (server contract 1.1).
func (h *Handler) report(c echo.Context) error {
	_, _ = io.Copy(io.Discard, http.MaxBytesReader(c.Response(), c.Request().Body, MaxBody))
	return c.JSON(http.StatusOK, struct{}{})
}

// diagnostics would be for a pre-call test against the media engine (server contract 3.9).
func (h *Handler) diagnostics(echo.Context) error { return noEngine("media") }

// dtmf wants an app token before it says that there is no engine (server contract 8.7).
func (h *Handler) dtmf(c echo.Context) error {
	if err := h.checkAppToken(c); err != nil {
		return err
	}
	return noEngine("SIP")
}

func noEngine(what string) error {
	return fault.New(fault.Unimplemented, "this Foyer has no "+what+" engine")
}
