package handlers_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/handlers/v2"

	"github.com/labstack/echo/v4"
)

// unknownLength hides how long a body is, as a chunked one does.
func unknownLength(text string) func() io.Reader {
	return func() io.Reader { return struct{ io.Reader }{strings.NewReader(text)} }
}

func knownLength(text string) func() io.Reader {
	return func() io.Reader { return strings.NewReader(text) }
}

// Server contract 1.2: bodies, whatever Content-Type says.
func TestBodies(t *testing.T) {
	t.Parallel()
	none := map[string]string{"Content-Type": ""}
	one := `{"name":"x"}`
	spaces := strings.Repeat(" ", v2.MaxBody-len(one))
	wrong := []string{`{"code":400,"message":"Invalid body param","details":["Invalid body param: the body `}
	large := []string{`{"code":413,"message":"the body is larger than 1 MiB","details":[]}`}
	post := `POST /v2/rooms`
	apitest.Play(t, []apitest.Scenario{
		{Name: "none, and no Content-Type", Request: post, Header: none, Status: http.StatusOK},
		{Name: "none, but a Content-Type", Request: post, Header: map[string]string{"Content-Type": "application/json"}, Status: http.StatusOK},
		{Name: "none, of unknown length", Request: post, Body: unknownLength(""), Status: http.StatusOK},
		{Name: "{}", Request: post + ` {}`, Status: http.StatusOK},
		{Name: "white space", Request: post, Body: knownLength(" \r\n\t"), Status: http.StatusOK},
		{Name: "text/plain", Request: post + ` ` + one, Header: map[string]string{"Content-Type": "text/plain;charset=UTF-8"}, Status: http.StatusOK, Contains: []string{`"name":"x"`}},
		{Name: "no Content-Type", Request: post + ` ` + one, Header: none, Status: http.StatusOK, Contains: []string{`"name":"x"`}},
		{Name: "a form's Content-Type", Request: post + ` ` + one, Header: map[string]string{"Content-Type": "multipart/form-data"}, Status: http.StatusOK, Contains: []string{`"name":"x"`}},
		{Name: "of unknown length", Request: post, Body: unknownLength(one), Status: http.StatusOK, Contains: []string{`"name":"x"`}},
		{Name: "a GET with Content-Type and no body, as the SDK does", Request: `GET /v2/rooms`, Header: map[string]string{"Content-Type": "application/json"}, Status: http.StatusOK},
		{Name: "no JSON", Request: post + ` name=x`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "half of it", Request: post + ` {"name":`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "more than one", Request: post + ` {}{}`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "an array", Request: post + ` []`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "a string", Request: post + ` "x"`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "null", Request: post + ` null`, Status: http.StatusBadRequest, Contains: wrong},
		{Name: "1 MiB", Request: post, Body: knownLength(one + spaces), Status: http.StatusOK, Contains: []string{`"name":"x"`}},
		{Name: "1 MiB of unknown length", Request: post, Body: unknownLength(one + spaces), Status: http.StatusOK},
		{Name: "1 MiB and a byte", Request: post, Body: knownLength(one + spaces + " "), Status: http.StatusRequestEntityTooLarge, Contains: large},
		{Name: "1 MiB and a byte of unknown length", Request: post, Body: unknownLength(one + spaces + " "), Status: http.StatusRequestEntityTooLarge, Contains: large},
		{
			Name: "too large for an exchange, readable by browsers", Request: `POST /v2/token`, Body: unknownLength(one + spaces + " "),
			Status: http.StatusRequestEntityTooLarge, Contains: large, Headers: map[string]string{"Access-Control-Allow-Origin": "*"},
		},
		{Name: "too large for recordings", Request: `POST /v2/templates/{template}/recordings`, Body: knownLength("[" + spaces + one + "]"), Status: http.StatusRequestEntityTooLarge, Contains: large},
	})
}

// A connection that ends within its body is a bad request, not a fault of ours.
func TestBodyEndsEarly(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		a := w.Send(apitest.Request{Line: `POST /v2/rooms`, Body: io.MultiReader(strings.NewReader(`{"name":`), broken{})})
		if a.Status != http.StatusBadRequest {
			t.Errorf("status %d: %s", a.Status, a.Body)
		}
	})
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Server contract 1.1: a trailing slash makes no difference and no redirect, which would lose the body.
func TestTrailingSlash(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "GET", Request: `GET /v2/rooms/`, Status: http.StatusOK, Headers: map[string]string{"Location": ""}},
		{Name: "GET with a query", Request: `GET /v2/rooms/?limit=1`, Status: http.StatusOK, Contains: []string{`"limit":1`}},
		{Name: "POST keeps its body", Request: `POST /v2/rooms/ {"name":"slashed"}`, Status: http.StatusOK, Contains: []string{`"name":"slashed"`}},
		{Name: "below an id", Request: `GET /v2/rooms/{room}/`, Status: http.StatusOK, Contains: []string{"{room}"}},
		{Name: "DELETE", Request: `DELETE /v2/templates/{template}/roles/guest/`, Status: http.StatusNoContent},
		{Name: "after a percent-encoded name", Given: []string{`POST /v2/templates/{template}/roles/co%20host%3F/`}, Request: `GET /v2/templates/{template}/roles/co%20host%3F/`, Status: http.StatusOK, Contains: []string{`"name":"co host?"`}},
		{Name: "a link", Request: `GET /meeting/{host}/`, Status: http.StatusOK, Contains: []string{"lesson"}},
		{Name: "a probe", Request: `GET /healthz/`, Status: http.StatusOK},
		{Name: "an exchange", Request: `POST /v2/token/ {"code":"{host}"}`, Status: http.StatusOK},
		{Name: "a preflight", Request: `OPTIONS /v2/token/`, Status: http.StatusNoContent, Headers: map[string]string{"Access-Control-Allow-Origin": "*"}},
		{Name: "the root itself", Request: `GET /`, Status: http.StatusNotFound},
	})
}

// Server contract 1.6: everything that goes wrong is JSON, and says no more than it should.
func TestErrorsAreJSON(t *testing.T) {
	t.Parallel()
	json := map[string]string{"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
	unknown := []string{`{"code":404,"message":"Not Found","details":[]}`}
	wrong := []string{`{"code":405,"message":"Method Not Allowed","details":[]}`}
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		f.Router.GET("/v2/panic", func(echo.Context) error { panic("thrown: a secret") })
		f.Router.POST("/v2/panic/:kind", func(c echo.Context) error {
			var m map[string]int
			m[c.Param("kind")] = 1 //nolint:staticcheck // it shall panic
			return nil
		})
		table := []apitest.Scenario{
			{Name: "unknown route under /v2", Request: `GET /v2/nothing`, Status: 404, Contains: unknown},
			{Name: "unknown route for POST", Request: `POST /v2/nothing {"x":1}`, Status: 404, Contains: unknown},
			{Name: "unknown route for DELETE", Request: `DELETE /v2/nothing`, Status: 404, Contains: unknown},
			{Name: "unknown route elsewhere", Request: `GET /nothing`, Status: 404, Contains: unknown},
			{Name: "unknown route far below", Request: `POST /a/b/c/d`, Status: 404, Contains: unknown},
			{Name: "/v2 itself", Request: `GET /v2`, Status: 404, Contains: unknown},
			{Name: "no path of ours that is not UTF-8", Request: `GET /%ff%00`, Status: 404, Contains: unknown},
			{Name: "wrong method", Request: `DELETE /v2/rooms`, Status: 405, Contains: wrong},
			{Name: "wrong method PUT", Request: `PUT /v2/rooms/{room} {}`, Status: 405, Contains: wrong},
			{Name: "GET of a POST", Request: `GET /v2/room-codes/code/rotate`, Status: 405, Contains: wrong},
			{Name: "POST of a GET", Request: `POST /v2/room-links/room/{room}`, Status: 405, Contains: wrong},
			{Name: "POST of a probe", Request: `POST /healthz`, Status: 405, Contains: wrong},
			{Name: "POST of a link", Request: `POST /meeting/{host}`, Status: 405, Contains: wrong, Lacks: []string{"{host}"}},
			{Name: "a made-up method", Request: `BREW /v2/rooms`, Status: 405, Contains: wrong},
			{Name: "a panic with text", Request: `GET /v2/panic`, Status: 500, Contains: []string{`{"code":500,"message":"internal error","details":[]}`}, Lacks: []string{"secret"}},
			{Name: "a panic of the runtime", Request: `POST /v2/panic/x`, Status: 500, Contains: []string{`{"code":500,"message":"internal error","details":[]}`}, Lacks: []string{"nil map"}},
		}
		for i := range table {
			table[i].Headers = json
		}
		f.Play(t, table)
	})
}

// HEAD is answered without a body; OPTIONS says what there is.
func TestHeadAndOptions(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "HEAD of a list", Request: `HEAD /v2/rooms`, Status: 405, Headers: map[string]string{"Allow": "OPTIONS, GET, POST"}},
		{Name: "HEAD of an unknown route", Request: `HEAD /v2/nothing`, Status: 404},
		{Name: "OPTIONS of a list", Request: `OPTIONS /v2/rooms`, Auth: apitest.Nobody, Status: 204, Headers: map[string]string{"Allow": "OPTIONS, GET, POST"}},
		{Name: "OPTIONS of a link", Request: `OPTIONS /meeting/{host}`, Status: 204, Headers: map[string]string{"Allow": "OPTIONS, GET, HEAD"}},
		{Name: "OPTIONS of an unknown route", Request: `OPTIONS /v2/nothing`, Status: 404},
		{Name: "OPTIONS of an exchange", Request: `OPTIONS /v2/token`, Status: 204, Headers: map[string]string{"Access-Control-Allow-Methods": "POST"}},
	})
}

// Every answer has the headers that keep browsers from guessing, framing and telling.
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		transport := map[bool]string{true: "max-age=31536000"}[secure]
		apitest.Each(t, apitest.Options{Secure: secure}, func(t *testing.T, f *apitest.Foyer) {
			w := f.Workspace(t)
			for _, line := range []string{
				`GET /v2/rooms`, `GET /v2/nothing`, `POST /v2/token {"code":"x"}`, `GET /meeting/{host}`, `GET /meeting/x`, `GET /{host}`, `GET /healthz`, `GET /metrics`,
				`GET /docs`, `GET /openapi.yaml`, `OPTIONS /v2/token`, `HEAD /v2/rooms`,
			} {
				header := w.Do(line).Header
				for name, want := range map[string]string{
					"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Strict-Transport-Security": transport,
				} {
					if got := header.Get(name); got != want {
						t.Errorf("%s: %s is %q, want %q", line, name, got, want)
					}
				}
			}
		})
	}
}

// Issue, The API: any unknown Host gets the default site, since the SDK's proxy recipe sends api.100ms.live.
func TestAnyHost(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "absolute form", Request: `GET https://api.100ms.live/v2/rooms`, Auth: apitest.Server, Status: http.StatusOK, Contains: []string{"{room}"}},
		{Name: "an exchange at another host", Request: `POST http://auth.100ms.live/v2/token {"code":"{host}"}`, Status: http.StatusOK},
		{Name: "a link at another host", Request: `GET http://class.example.org/{host}`, Status: http.StatusOK, Contains: []string{"lesson"}},
	})
}
