package v2

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// webhookSecret is a new secret on the wire: this once.
type webhookSecret struct {
	Secret        string    `json:"secret"`
	CreatedAt     time.Time `json:"created_at"`
	PreviousUntil time.Time `json:"previous_until"`
}

func (h *Handler) newWebhookSecret(c echo.Context) error {
	secret, err := h.Webhooks.NewSecret(c.Request().Context(), workspace(c).ID)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, webhookSecret{
		Secret: secret.Text, CreatedAt: secret.CreatedAt.UTC(), PreviousUntil: secret.OldUntil.UTC(),
	})
}
