package reply

import (
	"errors"
	"math"
	"net/http"
	"strconv"

	"foyer/fault"

	"github.com/labstack/echo/v4"
)

// statuses is the one table. A dialect may overrule it for a kind where its protocol says so.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Unimplemented:   http.StatusNotImplemented,
}

// Status is the HTTP status of a kind.
func Status(kind fault.Kind) int {
	if status, ok := statuses[kind]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// Failure is an error as all dialects see it: with a status, and nothing that a caller must not know.
type Failure struct {
	Status  int
	Kind    fault.Kind // of our own errors; Internal for all others
	Message string
	Details []string
}

// Of describes any error: one of ours, the router's own (unknown route, wrong method), or an unexpected one, whose text stays inside.
func Of(err error) Failure {
	if ours, ok := errors.AsType[*fault.Error](err); ok && ours.Kind != fault.Internal {
		return Failure{Status: Status(ours.Kind), Kind: ours.Kind, Message: ours.Message, Details: ours.Details}
	}
	if routing, ok := errors.AsType[*echo.HTTPError](err); ok && routing.Code >= 400 {
		text, _ := routing.Message.(string)
		if text == "" {
			text = http.StatusText(routing.Code)
		}
		return Failure{Status: routing.Code, Message: text}
	}
	return Failure{Status: http.StatusInternalServerError, Message: "internal error"}
}

// RetryAfter sets the header when the error says when to come back, in whole seconds, rounded up.
func RetryAfter(header http.Header, err error) {
	if ours, ok := errors.AsType[*fault.Error](err); ok && ours.RetryAfter > 0 {
		header.Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(ours.RetryAfter.Seconds()))))
	}
}

// Renderer writes an error in a dialect's own shape.
type Renderer func(c echo.Context, err error) error

// rendered is an error that knows how its dialect writes errors.
type rendered struct {
	error

	render Renderer
}

// Unwrap gives the error itself.
func (r *rendered) Unwrap() error { return r.error }

// With lets the errors of a group of routes be written by its dialect. It costs nothing where there is none.
func With(render Renderer) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := next(c); err != nil {
				return &rendered{err, render}
			}
			return nil
		}
	}
}

// RendererOf is the renderer of the dialect that an error comes from, or the one given when it comes from none.
func RendererOf(err error, otherwise Renderer) Renderer {
	if r, ok := errors.AsType[*rendered](err); ok {
		return r.render
	}
	return otherwise
}
