package handlers_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// outside are the routes that openapi.yaml is not about: the client protocol, pages, and what machines read.
var outside = []string{"/init", "/ws", "/metrics", "/openapi.yaml", "/docs", "/docs/*", "/meeting/:code", "/preview/:code", "/streaming/meeting/:code", "/streaming/preview/:code"}

// Conventions 22: the routes of the router equal the paths of openapi.yaml, both ways.
func TestRoutesEqualTheSpec(t *testing.T) {
	t.Parallel()
	f := apitest.Start(t, storetest.SQLite, apitest.Options{})
	var routes []string
	for _, route := range f.Router.Routes() {
		if slices.Contains(outside, route.Path) || strings.HasPrefix(route.Path, "/assets/") {
			continue
		}
		if route.Method == http.MethodOptions || route.Method == http.MethodHead {
			continue // a browser's question before the call itself; a GET without its body
		}
		routes = append(routes, route.Method+" "+apitest.SpecPath(route.Path))
	}
	doc, err := apitest.Document()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			paths = append(paths, method+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(paths)
	if diff := cmp.Diff(paths, routes); diff != "" {
		t.Errorf("openapi.yaml and the router differ (-spec +router):\n%s", diff)
	}
}

// An answer that is not in openapi.yaml is found: the check of every other test sees something.
func TestWrongAnswersAreFound(t *testing.T) {
	t.Parallel()
	w := apitest.Start(t, storetest.SQLite, apitest.Options{}).Workspace(t)
	good := w.Do(`GET /v2/rooms/{room}`)
	for name, spoil := range map[string]func(a *apitest.Answer){
		"another status":       func(a *apitest.Answer) { a.Status = http.StatusCreated },
		"a field too many":     func(a *apitest.Answer) { a.Body = []byte(strings.Replace(string(a.Body), `{`, `{"active":true,`, 1)) },
		"a field too few":      func(a *apitest.Answer) { a.Body = []byte(strings.Replace(string(a.Body), `"description":"",`, ``, 1)) },
		"another content type": func(a *apitest.Answer) { a.Header.Set("Content-Type", "text/plain") },
		"an error without details": func(a *apitest.Answer) {
			a.Status, a.Body = http.StatusNotFound, []byte(`{"code":404,"message":"Error: Room not found"}`)
		},
		"an error with another code": func(a *apitest.Answer) {
			a.Status, a.Body = http.StatusNotFound, []byte(`{"code":400,"message":"Error: Room not found","details":[]}`)
		},
		"a 204 with a body": func(a *apitest.Answer) { a.Status = http.StatusNoContent },
	} {
		answer := &apitest.Answer{Status: good.Status, Header: good.Header.Clone(), Body: slices.Clone(good.Body)}
		spoil(answer)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Fill("/v2/rooms/{room}"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Foyer.Check(request, answer); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
