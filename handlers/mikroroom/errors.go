package mikroroom

import (
	"net/http"

	"foyer/fault"
	"foyer/handlers/reply"

	"github.com/labstack/echo/v4"
)

// failure is the body of an error over HTTP.
type failure struct {
	Error string `json:"error"`
}

// texts are the fixed ones (contract 2). A name that is taken has the status of a limit: one text stands for both.
var texts = map[fault.Kind]failure{
	fault.RateLimited: {"Too many requests. Please try again later."},
	fault.Invalid:     {"Invalid request body"},
	fault.Conflict:    {"Cannot create room. Limit reached or room ID already exists."},
}

// Fail writes an error in this dialect's shape.
func Fail(c echo.Context, err error) error {
	f := reply.Of(err)
	if f.Status == http.StatusNotFound {
		return c.Blob(f.Status, echo.MIMETextPlain, []byte("Not found"))
	}
	if f.Kind == fault.Conflict {
		f.Status = http.StatusTooManyRequests
	}
	body, fixed := texts[f.Kind]
	if !fixed || f.Kind == fault.Internal {
		body = failure{f.Message}
	}
	return answer(c, f.Status, body)
}

// refusal is an error over the WebSocket (contract 8).
type refusal struct {
	message string
	code    string // empty: it has none
}

// Error is for the log.
func (r *refusal) Error() string { return r.message }

// The refusals. A client gives up its room for good at the first two, whenever they come: they answer a join and nothing else.
var (
	errNoRoom      = &refusal{"Meeting not found. Check the code and try again.", "ROOM_NOT_FOUND"}
	errPassword    = &refusal{"Invalid room password", "INVALID_PASSWORD"}
	errFull        = &refusal{"Room is full", "ROOM_FULL"}
	errNotJoined   = &refusal{message: "Not joined to a room"}
	errNoTarget    = &refusal{message: "Target participant not found"}
	errUnknownType = &refusal{message: "Unknown message type"}
	errFormat      = &refusal{message: "Invalid message format"}
	errTooLong     = &refusal{message: "Message is too long"}
	errTooOften    = &refusal{message: "Too many attempts"}
	errAway        = &refusal{message: "Not possible now. Try again later."}
)

// forModerators refuses whoever is none.
func forModerators(what string) error {
	return &refusal{"Only moderators can " + what, "UNAUTHORIZED"}
}

// refusalOf is an error of the core as this protocol tells it.
func refusalOf(err error) *refusal {
	switch f := reply.Of(err); {
	case f.Status >= http.StatusInternalServerError:
		return errAway
	case f.Kind == fault.RateLimited:
		return errTooOften
	default:
		return &refusal{message: f.Message}
	}
}
