package v2

import (
	"net/http"

	"foyer/fault"
	"foyer/handlers/reply"

	"github.com/labstack/echo/v4"
)

// failure is the body of every error (server contract 1.6). Code equals the status: the web client reads this one.
type failure struct {
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Details []string `json:"details"`
}

// The generic class that stands before the cause of a bad request.
const (
	badBody  = "Invalid body param"
	badQuery = "Invalid query parameter"
)

// Fail writes an error in this dialect's shape. It overrules the table for Conflict, which is 400 here.
func Fail(c echo.Context, err error) error {
	f := reply.Of(err)
	if f.Kind == fault.Conflict {
		f.Kind, f.Status = fault.Invalid, http.StatusBadRequest
	}
	body := failure{Code: f.Status, Message: f.Message, Details: f.Details}
	if f.Kind == fault.Invalid && body.Details == nil {
		body.Message, body.Details = badBody, []string{badBody + ": " + f.Message}
	}
	if body.Details == nil {
		body.Details = []string{}
	}
	header := c.Response().Header()
	reply.RetryAfter(header, err)
	if f.Status == http.StatusUnauthorized {
		header.Set(echo.HeaderWWWAuthenticate, "Bearer")
	}
	if c.Request().Method == http.MethodHead {
		return c.NoContent(f.Status)
	}
	return c.JSON(f.Status, body)
}

// queryFault is what a wrong query value gives.
func queryFault(cause string) error {
	return fault.New(fault.Invalid, badQuery, badQuery+": "+cause)
}
