package reply_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"foyer/fault"
	"foyer/handlers/reply"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// Conventions 5: the one table.
func TestStatus(t *testing.T) {
	t.Parallel()
	for kind, want := range map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 400, fault.Unauthenticated: 401, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409,
		fault.Gone: 410, fault.RateLimited: 429, fault.Unavailable: 503, fault.Unimplemented: 501, fault.Kind(200): 500,
	} {
		if got := reply.Status(kind); got != want {
			t.Errorf("%s is %d, want %d", kind, got, want)
		}
	}
}

// What a caller may know of an error, and what not.
func TestOf(t *testing.T) {
	t.Parallel()
	inside := reply.Failure{Status: 500, Kind: fault.Internal, Message: "internal error"}
	for name, tc := range map[string]struct {
		err  error
		want reply.Failure
	}{
		"ours":               {fault.New(fault.NotFound, "gone fishing", "a", "b"), reply.Failure{Status: 404, Kind: fault.NotFound, Message: "gone fishing", Details: []string{"a", "b"}}},
		"ours, wrapped":      {fmt.Errorf("read: %w", fault.New(fault.Invalid, "no")), reply.Failure{Status: 400, Kind: fault.Invalid, Message: "no"}},
		"ours with a cause":  {fault.Wrap(fault.Unavailable, "later", errors.New("secret")), reply.Failure{Status: 503, Kind: fault.Unavailable, Message: "later"}},
		"ours, but internal": {fault.Wrap(fault.Internal, "secret", errors.New("secret")), inside},
		"anybody's":          {errors.New("secret"), inside},
		"unknown route":      {echo.ErrNotFound, reply.Failure{Status: 404, Kind: fault.Internal, Message: "Not Found"}},
		"wrong method":       {echo.ErrMethodNotAllowed, reply.Failure{Status: 405, Kind: fault.Internal, Message: "Method Not Allowed"}},
		"the router's fault": {echo.NewHTTPError(http.StatusBadGateway), reply.Failure{Status: 502, Kind: fault.Internal, Message: "Bad Gateway"}},
		"a text of its own":  {echo.NewHTTPError(http.StatusRequestEntityTooLarge, "too much"), reply.Failure{Status: 413, Kind: fault.Internal, Message: "too much"}},
		"no text at all":     {&echo.HTTPError{Code: http.StatusTeapot, Message: 5}, reply.Failure{Status: 418, Kind: fault.Internal, Message: "I'm a teapot"}},
		"no error's status":  {&echo.HTTPError{Code: http.StatusOK}, inside},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, reply.Of(tc.err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Retry-After is whole seconds, rounded up, and only there when the error says so.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a second":      {&fault.Error{Kind: fault.RateLimited, RetryAfter: time.Second}, "1"},
		"a moment":      {&fault.Error{Kind: fault.RateLimited, RetryAfter: time.Millisecond}, "1"},
		"a bit more":    {&fault.Error{Kind: fault.Unavailable, RetryAfter: 44*time.Second + 1}, "45"},
		"wrapped":       {fmt.Errorf("x: %w", &fault.Error{Kind: fault.RateLimited, RetryAfter: time.Minute}), "60"},
		"not said":      {&fault.Error{Kind: fault.RateLimited}, ""},
		"not our error": {errors.New("x"), ""},
	} {
		header := http.Header{}
		reply.RetryAfter(header, tc.err)
		if got := header.Get("Retry-After"); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A dialect's routes have their errors written by it, all others by the one given.
func TestRenderer(t *testing.T) {
	t.Parallel()
	e := echo.New()
	says := func(word string) reply.Renderer {
		return func(c echo.Context, _ error) error { return c.String(http.StatusTeapot, word) }
	}
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if err := reply.RendererOf(err, says("otherwise"))(c, err); err != nil {
			t.Error(err)
		}
	}
	fails := func(echo.Context) error { return errors.New("x") }
	e.GET("/dialect", fails, reply.With(says("dialect")))
	e.GET("/other", fails)
	for path, want := range map[string]string{"/dialect": "dialect", "/other": "otherwise", "/nowhere": "otherwise"} {
		recorder := httptest.NewRecorder()
		e.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if got := recorder.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
