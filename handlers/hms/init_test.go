package hms_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/handlers/hms"

	"github.com/labstack/echo/v4"
)

const nowhere = "aaaaaaaaaaaaaaaaaaaaaaaa"

// appWith sends an app token with other claims: a nil value takes one away.
func appWith(changes map[string]any) apitest.Auth {
	return func(w *apitest.Workspace) string {
		claims := map[string]any{"type": "app", "room_id": w.Fill("{room}"), "role": "host", "user_id": "u"}
		for name, value := range changes {
			claims[name] = value
			if text, ok := value.(string); ok {
				claims[name] = w.Fill(text)
			}
		}
		return "Bearer " + w.Sign(w.Claims(claims))
	}
}

func header(text string) apitest.Auth {
	return func(w *apitest.Workspace) string { return w.Fill(text) }
}

// Client protocol 2: what a client needs to know before it connects, and refusals where it understands them: never 404.
func TestInit(t *testing.T) {
	t.Parallel()
	browser := map[string]string{"Origin": "https://app.example.org"}
	open := map[string]string{"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
	past := func(w *apitest.Workspace) string {
		return appWith(map[string]any{"exp": w.Foyer.Clock.Now().Add(-2 * time.Minute).Unix()})(w)
	}
	const off = `POST /v2/rooms/{room} {"enabled":false}`
	refusals := []apitest.Scenario{
		{Name: "without a token", Auth: apitest.Nobody, Status: 401},
		{Name: "with another scheme", Auth: header("Basic YTpi"), Status: 401},
		{Name: "with nonsense", Auth: header("Bearer x.y.z"), Status: 401},
		{Name: "with a management token", Auth: apitest.Server, Status: 401},
		{Name: "with an expired token", Auth: past, Status: 401},
		{Name: "with a token that somebody else signed", Auth: func(w *apitest.Workspace) string { return appWith(nil)(w.Other()) + "x" }, Status: 401},
		{Name: "to a room that is not there", Auth: appWith(map[string]any{"room_id": nowhere}), Status: 410, Contains: []string{"room does not exist"}},
		{Name: "to another workspace's room", Auth: appWith(map[string]any{"room_id": "{other.room}"}), Status: 410},
		{Name: "to a room that is disabled", Given: []string{off}, Auth: appWith(nil), Status: 403, Contains: []string{"room is disabled"}},
		{Name: "in a role that is gone", Auth: appWith(map[string]any{"role": "nobody"}), Status: 403, Contains: []string{"the role of this token"}},
		{Name: "without a role", Auth: appWith(map[string]any{"role": nil}), Status: 401},
	}
	for i := range refusals {
		refusals[i].Contains = append(refusals[i].Contains, `"code":`, `"message":`)
	}
	all := append(refusals, apitest.Scenario{
		Name: "let in", Auth: appWith(nil), Status: 200,
		Contains: []string{`{"endpoint":"ws://foyer.test:8080/ws","rtcConfiguration":{"ice_servers":[]},"config":{"enabledFlags":["nonWebRTCDisableOffer"]}}`},
	}, apitest.Scenario{Name: "let in, the scheme in any case", Auth: func(w *apitest.Workspace) string {
		return "bEARER" + strings.TrimPrefix(appWith(nil)(w), "Bearer")
	}, Status: 200}, apitest.Scenario{
		Name: "let in again", Given: []string{off, `POST /v2/rooms/{room} {"enabled":true}`}, Auth: appWith(nil), Status: 200,
	})
	for i := range all {
		all[i].Request, all[i].Header, all[i].Headers = "GET /init?peer_id=p1&user_agent_v2=os%3Aweb", browser, open
	}
	apitest.Play(t, all)
	apitest.Play(t, []apitest.Scenario{{
		Name: "a browser asks first", Request: "OPTIONS /init", Status: 204, Header: map[string]string{
			"Origin": "https://app.example.org", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization",
		}, Headers: map[string]string{
			"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "Authorization, Content-Type",
		},
	}})
}

// A browser must be able to read that it asks too often.
func TestInitTooOften(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{Limited: true}, func(t *testing.T, f *apitest.Foyer) {
		t.Helper()
		w := f.Workspace(t)
		for range 20_000 {
			answer := w.Raw("GET /init")
			if answer.Status == http.StatusUnauthorized {
				continue
			}
			if answer.Status != http.StatusTooManyRequests || answer.Header.Get("Access-Control-Allow-Origin") != "*" || answer.Header.Get("Retry-After") == "" {
				t.Errorf("%d %v", answer.Status, answer.Header)
			}
			return
		}
		t.Error("there is no bound")
	})
}

// Behind HTTPS the connection is wss.
func TestInitBehindHTTPS(t *testing.T) {
	t.Parallel()
	f := apitest.Start(t, "sqlite", usual)
	w := f.Workspace(t)
	e := echo.New()
	public := &url.URL{Scheme: "https", Host: "meet.example.org"}
	(&hms.Handler{
		Rooms: f.Rooms, Hub: f.Hub, Sessions: f.Sessions, Sockets: f.Sockets, Public: public,
		Bound: func(next echo.HandlerFunc) echo.HandlerFunc { return next },
	}).Mount(e)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/init", nil)
	request.Header.Set("Authorization", appWith(nil)(w))
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, request)
	if body := answer.Body.String(); !strings.Contains(body, `"endpoint":"wss://meet.example.org/ws"`) {
		t.Errorf("%d %s", answer.Code, body)
	}
}

// A peer id that is none is refused before there is a connection.
func TestPeerID(t *testing.T) {
	t.Parallel()
	scenarios := []apitest.Scenario{}
	for name, peer := range map[string]string{
		"none": "", "a space": "a%20b", "a quote": "%22", "a backslash": "%5c", "a control": "a%0ab", "not ASCII": "%c3%a4", "long": strings.Repeat("a", 129),
	} {
		scenarios = append(scenarios, apitest.Scenario{Name: name, Request: "GET /ws?peer=" + peer, Status: 400, Contains: []string{"peer must have"}})
	}
	apitest.Play(t, scenarios)
}

// Neither tokens nor what peers say reach the log.
func TestLog(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Sends("broadcast", `{"info":{"message":"a word in confidence","type":"chat"}}`)
	bob.Expects("on-broadcast")
	alice.Leaves()
	log := room.Foyer.Log.String()
	for _, secret := range []string{alice.Token, strings.Split(alice.Token, ".")[2], "in confidence", room.Fill("{code_host}")} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(log, `"route":"/ws","status":101`) {
		t.Errorf("the log does not tell of the connections:\n%s", log)
	}
}
