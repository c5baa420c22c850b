package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"foyer/handlers/apitest"

	"github.com/labstack/echo/v4"
)

// line is one of the access log.
type line struct {
	Message   string  `json:"msg"`
	Level     string  `json:"level"`
	RequestID string  `json:"request_id"`
	Method    string  `json:"method"`
	Route     string  `json:"route"`
	Status    int     `json:"status"`
	Took      int64   `json:"took"`
	Bytes     int     `json:"bytes"`
	From      string  `json:"from"`
	Type      string  `json:"type"`
	Stack     string  `json:"stack"`
	Error     *string `json:"error"`
}

// lines reads a log.
func lines(t *testing.T, f *apitest.Foyer) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(f.Log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("a line that is no JSON: %s", text)
		}
		all = append(all, l)
	}
	return all
}

// Issue, acceptance 10: the access log writes the route, never the path.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		line  string
		want  line
		wrong []string
	}{
		{`GET /v2/rooms/{room}?secret=query`, line{Method: "GET", Route: "/v2/rooms/:room_id", Status: 200}, []string{"{room}", "query"}},
		{`GET /meeting/{host}`, line{Method: "GET", Route: "/meeting/:code", Status: 200}, nil},
		{`GET /{host}?auth_token=query`, line{Method: "GET", Route: "/meeting/:code", Status: 200}, []string{"query"}},
		{`GET /streaming/preview/zzz-zzzz-zzz`, line{Method: "GET", Route: "/streaming/preview/:code", Status: 404}, []string{"zzz-"}},
		{`GET /v2/nothing/{host}`, line{Method: "GET", Route: "unknown", Status: 404}, []string{"nothing"}},
		{`POST /secrets`, line{Method: "POST", Route: "unknown", Status: 404}, []string{"secrets"}},
		{`DELETE /v2/rooms/{room}`, line{Method: "DELETE", Route: "/v2/rooms/:room_id", Status: 405}, []string{"{room}"}},
		{`BREW /v2/rooms`, line{Method: "other", Route: "/v2/rooms", Status: 405}, []string{"BREW"}},
		{`POST /v2/token {"code":"{host}","user_id":"body"}`, line{Method: "POST", Route: "/v2/token", Status: 200}, []string{"body", "eyJ"}},
		{`POST /v2/token {"code":"zzz-zzzz-zzz"}`, line{Method: "POST", Route: "/v2/token", Status: 404}, []string{"zzz-"}},
		{`GET /v2/templates/{template}/roles/some%20role`, line{Method: "GET", Route: "/v2/templates/:template_id/roles/:role", Status: 404}, []string{"some"}},
		{`GET /healthz/`, line{Method: "GET", Route: "/healthz", Status: 200}, nil},
	} {
		t.Run(tc.line, func(t *testing.T) {
			t.Parallel()
			apitest.Each(t, apitest.Options{Level: slog.LevelDebug}, func(t *testing.T, f *apitest.Foyer) {
				w := f.Workspace(t)
				answer := w.Do(tc.line)
				all := lines(t, f)
				if len(all) != 1 {
					t.Fatalf("%d lines, want 1: %s", len(all), f.Log)
				}
				got := all[0]
				if got.Method != tc.want.Method || got.Route != tc.want.Route || got.Status != tc.want.Status || got.Message != "request" || got.Level != "INFO" {
					t.Errorf("logged %s", f.Log)
				}
				if got.RequestID == "" || got.RequestID != answer.Header.Get("X-Request-Id") || got.From != w.From || got.Bytes != len(answer.Body) || got.Took <= 0 {
					t.Errorf("logged %s", f.Log)
				}
				for _, wrong := range append(tc.wrong, w.Pair.Secret, "Bearer", "{host}") {
					if strings.Contains(f.Log.String(), w.Fill(wrong)) {
						t.Errorf("the log holds %s: %s", wrong, f.Log)
					}
				}
			})
		})
	}
}

// Every request has an id, its own or one that a proxy gave, if that can do no harm in a log.
func TestRequestIDs(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		own := regexp.MustCompile(`^[0-9a-f]{16}$`)
		seen := map[string]bool{}
		for _, tc := range []struct {
			sent string
			kept bool
		}{
			{"", false},
			{"0c1d7f5e-8d0b-4a4a-9a63-2f0f5a1f6b11", true},
			{"ABCDEF-09", true},
			{strings.Repeat("a", 64), true},
			{strings.Repeat("a", 65), false},
			{"qmt-rvbk-zoe", false},
			{`a" level="ERROR`, false},
			{"a\nb", false},
			{"é", false},
		} {
			a := w.Send(apitest.Request{Line: `GET /healthz`, Header: map[string]string{"X-Request-Id": tc.sent}})
			got := a.Header.Get("X-Request-Id")
			if tc.kept && got != tc.sent || !tc.kept && !own.MatchString(got) {
				t.Errorf("sent %q, answered %q", tc.sent, got)
			}
			if seen[got] {
				t.Errorf("%s comes twice", got)
			}
			seen[got] = true
		}
	})
}

// A panic is logged with its stack and its type, never with what was thrown, under the id of its request.
func TestPanicLog(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		f.Router.GET("/v2/panic", func(echo.Context) error { panic("what-was-thrown") })
		f.Router.GET("/v2/panic/error", func(echo.Context) error { panic(errors.New("what-was-thrown")) })
		for request, kind := range map[string]string{`GET /v2/panic`: "string", `GET /v2/panic/error`: "*errors.errorString"} {
			before := len(lines(t, f))
			a := w.Do(request)
			all := lines(t, f)[before:]
			var panicked *line
			for i := range all {
				if all[i].RequestID != a.Header.Get("X-Request-Id") {
					t.Errorf("a line under another id: %+v", all[i])
				}
				if all[i].Message == "panic" {
					panicked = &all[i]
				}
			}
			if panicked == nil || panicked.Level != "ERROR" || panicked.Type != kind || !strings.Contains(panicked.Stack, "log_test.go") {
				t.Errorf("%s is logged as %+v", request, all)
			}
		}
		if strings.Contains(f.Log.String(), "what-was-thrown") {
			t.Errorf("the log tells what was thrown: %s", f.Log)
		}
	})
}

// A request whose sender went away is no fault of ours: it is logged as 499, and not as an error.
func TestSenderGone(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v2/rooms", nil)
		request.Header.Set("Authorization", "Bearer "+w.Management())
		f.Router.ServeHTTP(httptest.NewRecorder(), request)
		if all := lines(t, f); len(all) != 1 || all[0].Status != 499 || all[0].Level != "INFO" {
			t.Errorf("logged %s", f.Log)
		}
	})
}

// A handler that gives up the connection on purpose is let go (net/http's ErrAbortHandler).
func TestAbortGoesThrough(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		f.Router.GET("/v2/abort", func(echo.Context) error { panic(http.ErrAbortHandler) })
		defer func() {
			if thrown := recover(); thrown != http.ErrAbortHandler { //nolint:errorlint,err113 // this very value
				t.Errorf("thrown: %v", thrown)
			}
		}()
		f.Workspace(t).Do(`GET /v2/abort`)
		t.Error("the panic was swallowed")
	})
}

// Issue, acceptance 10: a tour of the API with the log at debug leaves no token, secret, code or key in it.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{Level: slog.LevelDebug}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		secrets := []string{w.Pair.Secret, "hook-secret", "upload-secret", "upload-key", "stream-secret", w.Fill("{host}"), w.Fill("{guest}"), "the-user"}
		for _, tour := range []string{
			`POST /v2/workspace {"webhook":{"url":"https://hooks.example.org","headers":{"x":"hook-secret"}}}`,
			`POST /v2/rooms/{room} {"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"key":"upload-key","secret":"upload-secret"}}}}`,
			`POST /v2/templates/{template}/destinations {"rtmpDestinations":{"a":{"rtmpUrls":["rtmp://live.example.org/stream-secret"]}}}`,
			`GET /v2/templates/{template}/destinations`, `GET /v2/workspace`, `GET /v2/room-links/room/{room}`, `GET /v2/room-codes/room/{room}`,
			`POST /v2/token {"code":"{host}","user_id":"the-user"}`, `POST /v2/token {"code":"{host}`, `POST /v2/token ["{host}"]`, `POST /v2/room-codes/code {"code":"{guest}","enabled":5}`,
			`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `POST /v2/token {"code":"{guest}"}`, `GET /meeting/{guest}`, `GET /{host}`, `GET /x/{host}`,
			`POST /v2/room-codes/code/{guest} {}`, `GET /v2/room-codes/code/{guest}`, `POST /v2/rooms {"template_id":"{host}"}`, `GET /v2/rooms?start={host}`, `GET /v2/rooms/{host}`,
		} {
			w.Do(tour)
		}
		w.Send(apitest.Request{Line: `GET /v2/rooms`, Auth: func(w *apitest.Workspace) string { return "Bearer " + w.Management() + "x" }})
		secrets = append(secrets, w.Do(`POST /v2/stream-keys/room/{room}`).At("key"), w.Management())
		text := f.Log.String()
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds one of the secrets:\n%s", text)
			}
		}
		for _, shape := range []string{`eyJ[A-Za-z0-9_-]{8,}`, `\b[a-z]{3}-[a-z]{4}-[a-z]{3}\b`} {
			if found := regexp.MustCompile(shape).FindString(text); found != "" {
				t.Errorf("the log holds something of the shape %s", shape)
			}
		}
	})
}
