package handlers_test

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"foyer"
	"foyer/codes"
	"foyer/handlers/apitest"
)

// Issue, Operation and The guess guard: what /metrics tells, and that no label holds a path, a room or a code.
func TestMetrics(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		for _, request := range []string{
			`GET /v2/rooms/{room}`, `GET /meeting/{host}`, `GET /nothing/{host}`, `BREW /v2/rooms`, `POST /v2/room-codes/room/{room}/role/guest {"count":3}`,
			`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`,
		} {
			w.Do(request)
		}
		for range 12 {
			w.Do(`POST /v2/token {"code":"{guest}"}`)
		}
		a := w.Do(`GET /metrics`)
		text := string(a.Body)
		if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%d %s", a.Status, a.Header.Get("Content-Type"))
		}
		for _, want := range []string{
			`foyer_build_info{version="test"} 1`, `foyer_code_failures_total 12`, `foyer_code_failures_per_minute 12`, `foyer_code_suspicious_addresses 1`,
			`foyer_code_lookups_unread_total 0`, `foyer_live_codes 4`, `foyer_lucky_guesses_per_year `, `go_goroutines `, `process_`,
			`foyer_http_request_seconds_count{method="GET",route="/v2/rooms/:room_id",status="200"} 1`,
			`foyer_http_request_seconds_count{method="GET",route="/meeting/:code",status="200"} 1`,
			`foyer_http_request_seconds_count{method="GET",route="unknown",status="404"} 1`,
			`foyer_http_request_seconds_count{method="other",route="/v2/rooms",status="405"} 1`,
			`foyer_http_request_seconds_count{method="POST",route="/v2/token",status="403"} 10`,
			`foyer_http_request_seconds_count{method="POST",route="/v2/token",status="429"} 2`,
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the metrics lack %s", want)
			}
		}
		for _, wrong := range []string{"{room}", "{host}", "{guest}", "{workspace}", "nothing", "BREW"} {
			if strings.Contains(text, w.Fill(wrong)) {
				t.Errorf("the metrics hold %s", wrong)
			}
		}
	})
}

// A guard at rest has numbers too: none.
func TestMetricsWithoutAGuard(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{Limits: codes.Limits{Off: true}}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Do(`POST /v2/token {"code":"zzz-zzzz-zzz"}`)
		if a := w.Do(`GET /metrics`); a.Status != http.StatusOK || !strings.Contains(string(a.Body), "foyer_code_failures_total 0") {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

// Issue, openapi.yaml: served as it is, and as pages whose parts come with the binary.
func TestDocs(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		a := w.Do(`GET /openapi.yaml`)
		if a.Status != http.StatusOK || !bytes.Equal(a.Body, foyer.OpenAPI) || a.Header.Get("Content-Type") != "application/yaml" {
			t.Errorf("openapi.yaml: %d, %s, %d bytes", a.Status, a.Header.Get("Content-Type"), len(a.Body))
		}
		for _, path := range []string{"/docs", "/docs/"} {
			page := w.Do(`GET ` + path)
			if page.Status != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") || !strings.Contains(string(page.Body), "/openapi.yaml") {
				t.Fatalf("%s: %d %s", path, page.Status, page.Header.Get("Content-Type"))
			}
			if policy := page.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "http") {
				t.Errorf("%s: Content-Security-Policy %s", path, policy)
			}
			parts := regexp.MustCompile(`(?:src|href)="([^"#]+)"`).FindAllStringSubmatch(string(page.Body), -1)
			if len(parts) == 0 {
				t.Errorf("%s names no parts", path)
			}
			for _, part := range parts {
				if !strings.HasPrefix(part[1], "/docs/") {
					t.Errorf("%s takes %s from elsewhere", path, part[1])
					continue
				}
				if a := w.Do(`GET ` + part[1]); a.Status != http.StatusOK || len(a.Body) == 0 {
					t.Errorf("%s: %d, %d bytes", part[1], a.Status, len(a.Body))
				}
			}
		}
		if a := w.Do(`GET /docs/nothing.js`); a.Status != http.StatusNotFound {
			t.Errorf("a part that there is not: %d %s", a.Status, a.Header.Get("Content-Type"))
		}
	})
}
