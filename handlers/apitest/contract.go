package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"foyer"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Document reads openapi.yaml. Every call gives a fresh one, since validation writes into it.
func Document() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(foyer.OpenAPI) }

// contract holds answers against openapi.yaml. Safe for concurrent use.
type contract struct {
	mu  sync.Mutex
	doc *openapi3.T // guarded by mu
}

var loadContract = sync.OnceValues(func() (*contract, error) {
	doc, err := Document()
	return &contract{doc: doc}, err
})

var parameter = regexp.MustCompile(`:(\w+)`)

// SpecPath is a route of the router as openapi.yaml writes it: /v2/rooms/{room_id} for /v2/rooms/:room_id.
func SpecPath(route string) string { return parameter.ReplaceAllString(route, "{$1}") }

// check reports what is wrong with an answer: against openapi.yaml where that knows the route, and against the rules that hold for
// every answer (server contract 1.1, 1.6).
func (c *contract) check(ctx context.Context, route string, request *http.Request, a *Answer) error {
	if request.Method == http.MethodHead {
		return nil // the server keeps the body to itself
	}
	if err := a.form(request.Method); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	path := SpecPath(route)
	item := c.doc.Paths.Value(path)
	if item == nil || item.GetOperation(request.Method) == nil {
		return nil
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: &routers.Route{
			Spec: c.doc, Path: path, PathItem: item, Method: request.Method, Operation: item.GetOperation(request.Method),
		}},
		Status: a.Status, Header: a.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.SetBodyBytes(a.Body)
	return openapi3filter.ValidateResponse(ctx, input)
}

// form reports what is wrong with an answer whatever its route: every error but those of pages is JSON that repeats its status, has
// a message and an array of details, and a 204 has no body.
func (a *Answer) form(method string) error {
	kind := a.Header.Get("Content-Type")
	switch {
	case a.Status == http.StatusNoContent:
		if len(a.Body) > 0 {
			return fmt.Errorf("204 with a body of %d bytes", len(a.Body))
		}
		return nil
	case a.Status < 400 || strings.HasPrefix(kind, "text/html"):
		return nil
	case !strings.HasPrefix(kind, "application/json"):
		return fmt.Errorf("%s: error %d has Content-Type %q", method, a.Status, kind)
	}
	var body struct {
		Code    int       `json:"code"`
		Message string    `json:"message"`
		Details *[]string `json:"details"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil {
		return fmt.Errorf("error %d is not JSON: %w", a.Status, err)
	}
	if body.Code != a.Status || body.Message == "" || body.Details == nil {
		return fmt.Errorf("error %d has code %d, message %q and details %v", a.Status, body.Code, body.Message, body.Details)
	}
	return nil
}

func mustLoadContract(t testing.TB) *contract {
	t.Helper()
	c, err := loadContract()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	return c
}
