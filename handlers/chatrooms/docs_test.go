package chatrooms_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"foyer/handlers/chatrooms"
)

// docs/protocol-ryos.md names every route, and no other, and every event.
func TestDocs(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/protocol-ryos.md")
	e := newRouter(&chatrooms.Handler{}, unbound)
	routes := map[string]bool{}
	for _, r := range e.Routes() {
		method := regexp.MustCompile(`^(GET|POST|DELETE)$`).MatchString(r.Method)
		if path, below := strings.CutPrefix(r.Path, "/chat/api/"); method && below && !strings.Contains(r.Name, "routes.at.") {
			routes["`"+r.Method+" /api/"+path+"`"] = true
		}
	}
	if len(routes) == 0 {
		t.Fatal("there are no routes")
	}
	told := map[string]bool{}
	for _, found := range regexp.MustCompile("`(?:GET|POST|DELETE) /api/[^`]*`").FindAllString(text, -1) {
		told[found] = true
		if !routes[found] {
			t.Errorf("the page tells of %s, which is not there", found)
		}
	}
	for route := range routes {
		if !told[route] {
			t.Errorf("the page does not tell of %s", route)
		}
	}
	for _, found := range regexp.MustCompile(`return "([a-z-]+)",`).FindAllStringSubmatch(read(t, "wire.go"), -1) {
		if !strings.Contains(text, "`"+found[1]+"`") {
			t.Errorf("the page does not tell of %s", found[1])
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
