package chatrooms

import (
	"net/http"

	"foyer/chats"
	"foyer/fault"
	"foyer/handlers/reply"

	"github.com/labstack/echo/v4"
)

// failure is the body of every error (contract 5): a fixed text, and what was wrong.
type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
	Scope   string `json:"scope,omitempty"`
}

// texts are the fixed ones, by status.
var texts = map[int]string{
	http.StatusBadRequest:          "Invalid request",
	http.StatusUnauthorized:        "Authentication required",
	http.StatusForbidden:           "Forbidden",
	http.StatusMethodNotAllowed:    "Method not allowed",
	http.StatusTooManyRequests:     "Rate limit exceeded",
	http.StatusInternalServerError: "Internal Server Error",
}

// spoken are refusals that people are shown as they are: the fixed texts are about rooms and tokens (contract 7, 8).
var spoken = map[string]bool{
	chats.NameTaken: true, chats.InvalidCredentials: true, chats.MessageNotFound: true, chats.UserNotFound: true,
}

// Fail writes an error in this dialect's shape.
func Fail(c echo.Context, err error) error {
	f := reply.Of(err)
	reply.RetryAfter(c.Response().Header(), err)
	body := failure{Error: textOf(f), Message: f.Message}
	if f.Status == http.StatusTooManyRequests {
		body.Scope = chats.Burst
		if len(f.Details) > 0 {
			body.Scope = f.Details[0]
		}
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(f.Status)
	}
	return c.JSON(f.Status, body)
}

func textOf(f reply.Failure) string {
	text, fixed := texts[f.Status]
	switch {
	case spoken[f.Message]:
		return f.Message
	case fixed:
		return text
	case f.Kind == fault.NotFound:
		return chats.RoomNotFound
	}
	return http.StatusText(f.Status)
}
