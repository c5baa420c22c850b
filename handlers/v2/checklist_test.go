package v2_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// The compatibility checklist of the server contract (section 13), but its lines 10 to 12, which need live rooms. The e2e tests do
// the same with the real SDK.

// checklist runs a line of the checklist on both databases.
func checklist(t *testing.T, line func(t *testing.T, w *apitest.Workspace)) {
	t.Helper()
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) { line(t, f.Workspace(t)) })
}

// want fails the test unless the answer has the status and the values, given as path and value.
func want(t *testing.T, w *apitest.Workspace, a *apitest.Answer, status int, values ...string) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	for pair := range slices.Chunk(values, 2) {
		if got, value := a.At(pair[0]), w.Fill(pair[1]); got != value {
			t.Errorf("%s is %q, want %q", pair[0], got, value)
		}
	}
}

func TestChecklist01CreateTwiceWithOneName(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Given(`t = POST /v2/templates {"name":"second","roles":{"host":{}}}`)
		w.Given(`x = POST /v2/rooms {"name":"math-9b"}`)
		want(t, w, w.Do(`POST /v2/rooms {"name":"math-9b","template_id":"{t.id}"}`), http.StatusOK, "id", "{x.id}", "template_id", "{t.id}", "template", "second")
		want(t, w, w.Do(`POST /v2/rooms {"name":"Math-9B"}`), http.StatusOK, "id", "{x.id}", "template_id", "{t.id}")
	})
}

func TestChecklist02RetrieveByNameFindsADisabledRoom(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Given(`POST /v2/rooms/{room} {"enabled":false}`)
		want(t, w, w.Do(`GET /v2/rooms?name=lesson`), http.StatusOK, "data.0.id", "{room}", "data.0.enabled", "false")
	})
}

func TestChecklist03ListInPages(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		for range 24 {
			w.Given(`POST /v2/rooms`)
		}
		var ids []string
		calls, start := 0, ""
		for {
			calls++
			a := w.Do(`GET /v2/rooms?limit=10&start=` + start)
			list := data(t, a)
			for i := range list {
				ids = append(ids, a.At(fmt.Sprintf("data.%d.id", i)))
			}
			start = a.At("last")
			if len(list) < 10 || start == "" {
				break
			}
		}
		if len(ids) != 25 || calls != 3 {
			t.Errorf("%d rooms in %d calls, want 25 in 3", len(ids), calls)
		}
		if !slices.IsSortedFunc(ids, func(a, b string) int { return strings.Compare(b, a) }) || len(slices.Compact(ids)) != 25 {
			t.Errorf("not newest first: %v", ids)
		}
	})
}

func TestChecklist04CreateCodesTwice(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Given(`x = POST /v2/rooms`)
		first := data(t, w.Do(`POST /v2/room-codes/room/{x.id} {}`))
		w.Given(`wait 90s`)
		second := data(t, w.Do(`POST /v2/room-codes/room/{x.id} {}`))
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("the second call differs:\n%s", diff)
		}
		if diff := cmp.Diff(second, data(t, w.Do(`GET /v2/room-codes/room/{x.id}`))); diff != "" {
			t.Errorf("created and listed differ:\n%s", diff)
		}
	})
}

func TestChecklist05RoleDeletedAndAdded(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Given(`DELETE /v2/templates/{template}/roles/guest`)
		want(t, w, w.Do(`POST /v2/room-codes/room/{room}`), http.StatusOK, "data.0.role", "host", "data.1.role", "")
		want(t, w, w.Do(`GET /v2/room-codes/room/{room}?role=guest`), http.StatusOK, "data.0.code", "{guest}", "data.0.enabled", "false")
		want(t, w, w.Do(`POST /v2/room-codes/code {"code":"{guest}","enabled":true}`), http.StatusForbidden)
		w.Given(`POST /v2/templates/{template}/roles/speaker`)
		want(t, w, w.Do(`POST /v2/room-codes/room/{room}`), http.StatusOK, "data.0.role", "host", "data.0.code", "{host}", "data.1.role", "speaker")
	})
}

func TestChecklist06ExchangeFromABrowser(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		browser := map[string]string{"Content-Type": "text/plain", "Origin": "https://app.example.org"}
		for _, each := range []struct {
			line   string
			status int
			code   string
		}{
			{`POST /v2/token {"code":"{host}"}`, http.StatusOK, ""},
			{`POST /v2/token {"code":"zzz-zzzz-zzz"}`, http.StatusNotFound, "404"},
		} {
			a := w.Send(apitest.Request{Line: each.line, Header: browser})
			want(t, w, a, each.status, "code", each.code)
			if origin := a.Header.Get("Access-Control-Allow-Origin"); origin != "*" {
				t.Errorf("%d: Access-Control-Allow-Origin is %q", a.Status, origin)
			}
		}
	})
}

func TestChecklist07PayloadIsReadByAtob(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		for _, user := range []string{"ab~", "xx>", "日本"} {
			atob(t, w, user)
		}
	})
}

func TestChecklist08UnknownKeyAndAppToken(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		unknown := bearer(map[string]any{"access_key": "62a0c0ffee0000000000abcd"})
		a := w.Send(apitest.Request{Line: `GET /v2/rooms`, Auth: unknown})
		documented := `{"code":401,"message":"Token validation error","details":["not found"]}`
		if got := strings.TrimSpace(string(a.Body)); a.Status != http.StatusUnauthorized || got != documented {
			t.Errorf("%d %s, want 401 %s", a.Status, got, documented)
		}
		want(t, w, w.Send(apitest.Request{Line: `GET /v2/rooms`, Auth: apitest.Client}), http.StatusUnauthorized, "code", "401")
	})
}

func TestChecklist09ClocksAndAlgNone(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		early := func(by time.Duration) apitest.Auth { return from(skew{"iat": by, "nbf": by}) }
		none := signed(jwt.SigningMethodNone, func(*apitest.Workspace) any { return jwt.UnsafeAllowNoneSignatureType })
		for _, each := range []struct {
			auth   apitest.Auth
			status int
		}{{early(30 * time.Second), http.StatusOK}, {early(5 * time.Minute), http.StatusUnauthorized}, {none, http.StatusUnauthorized}} {
			want(t, w, w.Send(apitest.Request{Line: `GET /v2/rooms`, Auth: each.auth}), each.status)
		}
	})
}

func TestChecklist13TemplateRoundTrip(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Given(`POST /v2/templates {"name":"default","later":{"x":[1.0]},"roles":{"host":{"badge":1.50},"guest":{}},"settings":{"later":2.0},"destinations":{"later":3.0},"plugins":{"later":4.0}}`)
		read := w.Do(`GET /v2/templates/{template}`)
		posted := w.Send(apitest.Request{Line: `POST /v2/templates/{template}`, Body: strings.NewReader(string(read.Body))})
		want(t, w, posted, http.StatusOK)
		again := w.Do(`GET /v2/templates/{template}`)
		if string(again.Body) != string(read.Body) {
			t.Errorf("read  %s\nagain %s", read.Body, again.Body)
		}
		for _, kept := range []string{`"later":{"x":[1.0]}`, `"badge":1.50`, `"later":2.0`, `"later":3.0`, `"later":4.0`} {
			if !strings.Contains(string(again.Body), kept) {
				t.Errorf("%s is lost", kept)
			}
		}
	})
}

func TestChecklist14PostsWithoutABody(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		for line, status := range map[string]int{
			`POST /v2/rooms`:                                        http.StatusOK,
			`POST /v2/rooms/{room}`:                                 http.StatusOK,
			`POST /v2/room-codes/room/{room}`:                       http.StatusOK,
			`POST /v2/room-codes/room/{room}/role/host`:             http.StatusOK,
			`POST /v2/templates`:                                    http.StatusOK,
			`POST /v2/templates/{template}/roles/host`:              http.StatusOK,
			`POST /v2/templates/{template}/settings`:                http.StatusOK,
			`POST /v2/templates/{template}/destinations`:            http.StatusOK,
			`POST /v2/templates/{template}/recordings`:              http.StatusOK,
			`POST /v2/workspace`:                                    http.StatusOK,
			`POST /v2/stream-keys/room/{room}`:                      http.StatusOK,
			`POST /v2/active-rooms/{room}/end-room`:                 http.StatusNotFound,
			`POST /v2/recordings/room/{room}/stop`:                  http.StatusNotImplemented,
			`POST /v2/live-streams/room/{room}/stop`:                http.StatusNotImplemented,
			`POST /v2/external-streams/room/{room}/stop`:            http.StatusNotImplemented,
			`POST /v2/recordings/` + nowhere + `/stop`:              http.StatusNotImplemented,
			`POST /v2/live-streams/` + nowhere + `/stop`:            http.StatusNotImplemented,
			`POST /v2/live-streams/` + nowhere + `/pause-recording`: http.StatusNotImplemented,
			`POST /v2/client/report`:                                http.StatusOK,
		} {
			for _, header := range []map[string]string{{"Content-Type": ""}, {"Content-Type": "application/json"}} {
				if a := w.Send(apitest.Request{Line: line, Header: header}); a.Status != status && !strings.Contains(line, "stream-keys") {
					t.Errorf("%s: %d %s, want %d", line, a.Status, a.Body, status)
				}
			}
		}
		want(t, w, w.Do(`POST /v2/stream-keys/room/{room}/disable`), http.StatusOK, "message", "key disabled successfully")
	})
}

func TestChecklist15ErrorsAreJSON(t *testing.T) {
	checklist(t, func(t *testing.T, w *apitest.Workspace) {
		w.Foyer.Router.GET("/v2/panic", func(echo.Context) error { panic("a secret") })
		for line, status := range map[string]int{
			`GET /v2/nothing`:                   http.StatusNotFound,
			`POST /v2/nothing {"x":1}`:          http.StatusNotFound,
			`DELETE /nothing/at/all`:            http.StatusNotFound,
			`PUT /v2/rooms`:                     http.StatusMethodNotAllowed,
			`PATCH /v2/rooms/{room}`:            http.StatusMethodNotAllowed,
			`DELETE /v2/rooms/{room}`:           http.StatusMethodNotAllowed,
			`GET /v2/token`:                     http.StatusMethodNotAllowed,
			`POST /v2/sessions`:                 http.StatusMethodNotAllowed,
			`GET /v2/active-rooms/{room}/peers`: http.StatusNotFound,
			`GET /v2/panic`:                     http.StatusInternalServerError,
		} {
			a := w.Do(line) // whose form is checked on the way
			want(t, w, a, status, "code", strconv.Itoa(status))
			if kind := a.Header.Get("Content-Type"); kind != "application/json" {
				t.Errorf("%s: Content-Type %q", line, kind)
			}
			if strings.Contains(string(a.Body), "secret") {
				t.Errorf("%s tells what was thrown: %s", line, a.Body)
			}
		}
	})
}
