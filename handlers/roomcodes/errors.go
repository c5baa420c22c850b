package roomcodes

import (
	"net/http"

	"foyer/fault"
	"foyer/handlers/reply"

	"github.com/labstack/echo/v4"
)

// failure is the body of every error (contract 3).
type failure struct {
	Error string `json:"error"`
}

// Fail writes an error in this dialect's shape.
func (h *Handler) Fail(c echo.Context, err error) error {
	f := reply.Of(err)
	header := c.Response().Header()
	reply.RetryAfter(header, err)
	switch {
	case f.Status == http.StatusUpgradeRequired:
		header.Set(echo.HeaderConnection, "Upgrade")
		header.Set(echo.HeaderUpgrade, "websocket")
		header.Set("Sec-WebSocket-Version", "13")
	case f.Status >= http.StatusInternalServerError: // the protocol knows but one
		if f.Kind != fault.Unavailable { // which has words for the caller
			f.Message = texts[rcFailed]
		}
		f.Message, f.Status = h.signed(f.Message), http.StatusInternalServerError
	}
	return c.JSON(f.Status, failure{f.Message})
}

// signed is what is said of our own faults, with whom to ask.
func (h *Handler) signed(text string) string {
	if h.Contact != "" {
		text += " " + h.Contact
	}
	return text
}

func noRoom() error {
	return fault.New(fault.NotFound, "there is no such room, or it is closed")
}

// refused is a refusal at a room's door in this protocol's words: a room that is closed to all is not there (contract 3).
func refused(err error) error {
	f := reply.Of(err)
	switch {
	case f.Kind == fault.Gone, f.Kind == fault.NotFound:
		return noRoom()
	case f.Kind == fault.Forbidden && (len(f.Details) == 0 || f.Details[0] != "banned" && f.Details[0] != "removed"):
		return noRoom()
	}
	return err
}
