package chatrooms_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"foyer/chats"
	"foyer/handlers/chatrooms"

	"github.com/labstack/echo/v4"
)

// Contract 1: the outcomes of a route that needs a token, in their order, and 11 D14.
func TestCredentials(t *testing.T) {
	t.Parallel()
	header := func(authorization, name string) map[string]string {
		return map[string]string{"Authorization": authorization, "X-Username": name}
	}
	join := "POST /rooms/{general}/join"
	play(t, []scenario{
		{name: "both headers", line: join, header: header("Bearer {token alice}", "alice"), status: 200},
		{name: "another case", line: join, header: header("bearer {token alice}", "ALICE"), status: 200},
		{name: "nothing", line: join, status: 401, body: `{"error":"Authentication required","message":"Unauthorized - missing credentials"}`},
		{name: "only the token", line: join, header: map[string]string{"Authorization": "Bearer {token alice}"}, status: 400, holds: []string{invalid, "Both Authorization and X-Username headers are required"}},
		{name: "only the name", line: join, header: map[string]string{"X-Username": "alice"}, status: 400, holds: []string{invalid}},
		{name: "a wrong token", line: join, header: header("Bearer nonsense", "alice"), status: 401, body: `{"error":"Authentication required","message":"Unauthorized - invalid token"}`},
		{name: "somebody else's token", line: join, header: header("Bearer {token alice}", "bob"), status: 401, holds: []string{unsigned}},
		{name: "another scheme", line: join, header: header("Basic {token alice}", "alice"), status: 401, holds: []string{unsigned}},
		{name: "no token", line: join, header: header("Bearer", "alice"), status: 401, holds: []string{unsigned}},
		{name: "no Origin is needed", line: join, header: header("Bearer {token alice}", "alice"), status: 200}, // 11 D7
		{name: "a foreign Origin is no matter", as: "alice", line: join, header: map[string]string{"Origin": "https://evil.example"}, status: 200},
	})
}

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.wait(366 * 24 * time.Hour)
	h.check(scenario{status: 401, holds: []string{unsigned}}, h.send(call{as: "alice", line: "POST /rooms/{general}/join"}))
	h.check(scenario{status: 200, lacks: []string{"{own}"}}, h.send(call{as: "alice", line: "GET /rooms"}))
}

// Contract 1: the header comes first, then the cookie, which counts for pages of the same origin only.
func TestCookie(t *testing.T) {
	t.Parallel()
	const cookie, join, list = "ryos_auth=alice:{token alice}", "POST /rooms/{general}/join", "GET /rooms"
	with := func(pairs ...string) map[string]string {
		header := map[string]string{"Cookie": cookie}
		for i := 0; i < len(pairs); i += 2 {
			header[pairs[i]] = pairs[i+1]
		}
		return header
	}
	play(t, []scenario{
		{name: "same origin", line: join, header: with("Origin", "http://example.com"), status: 200},
		{name: "same origin by the Referer", line: join, header: with("Referer", "http://example.com/room"), status: 200},
		{name: "same origin by the browser's word", line: join, header: with("Sec-Fetch-Site", "same-origin"), status: 200},
		{name: "another origin", line: join, header: with("Origin", "https://evil.example"), status: 403, holds: []string{forbidden}},
		{name: "no origin", line: join, header: with("Origin", "null"), status: 403, holds: []string{forbidden}},
		{name: "nothing said", line: join, header: with(), status: 403, holds: []string{forbidden}},
		{name: "a neighbour", line: join, header: with("Sec-Fetch-Site", "same-site", "Origin", "http://example.com"), status: 403, holds: []string{forbidden}},
		{name: "headers first", line: join, header: with("Authorization", "Bearer x", "X-Username", "alice", "Origin", "http://example.com"), status: 401},
		{name: "one header", line: join, header: with("X-Username", "alice", "Origin", "http://example.com"), status: 400},
		{name: "not a token", line: join, header: map[string]string{"Cookie": "ryos_auth=alice", "Origin": "http://example.com"}, status: 401},
		{name: "reading", line: list, header: with(), status: 200, holds: []string{"{own}"}},
		{name: "reading, a bookmark", line: list, header: with("Sec-Fetch-Site", "none"), status: 200, holds: []string{"{own}"}},
		{name: "reading from elsewhere", line: list, header: with("Origin", "https://evil.example"), status: 200, lacks: []string{"{own}"}},
		{name: "reading as somebody else", line: list, header: with("Authorization", "Bearer x", "X-Username", "alice"), status: 200, lacks: []string{"{own}"}},
		{name: "deleting from elsewhere", line: "DELETE /rooms/{own}", header: with("Origin", "https://evil.example"), status: 403},
		{name: "a GET that needs a token", line: "GET /presence/heartbeat", header: with("Origin", "https://evil.example"), status: 401},
	})
}

// Contract 1: pages of any origin may ask, with the headers that are needed.
func TestPreflight(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	for _, path := range []string{"/rooms", "/rooms/{general}/join", "/auth/login", "/nothing"} {
		answer := h.send(call{line: "OPTIONS " + path, header: map[string]string{"Origin": "https://chat.example", "Access-Control-Request-Method": "POST"}})
		if answer.Code != http.StatusNoContent {
			t.Errorf("%s: %d", path, answer.Code)
		}
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": "https://chat.example", "Access-Control-Allow-Credentials": "true",
			"Access-Control-Allow-Headers": "Content-Type, Authorization, X-Username, X-User-Timezone", "Access-Control-Max-Age": "86400",
			"Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS", "Vary": "Origin",
		} {
			if got := answer.Header().Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", path, name, got, want)
			}
		}
	}
	refused := h.send(call{line: "POST /rooms", header: map[string]string{"Origin": "https://chat.example"}})
	if got := refused.Header().Get("Access-Control-Allow-Origin"); refused.Code != 401 || got != "https://chat.example" {
		t.Errorf("a refusal: %d, %q", refused.Code, got)
	}
}

// Contract 7: the token is in the body and in the cookie.
func TestRegister(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	register := `POST /auth/register {"username":"Dave","password":"open sesame"}`
	answer := h.send(call{line: register})
	h.check(scenario{status: 201, holds: []string{`"user":{"username":"dave"}`}}, answer)
	token, _ := decoded(t, answer.Body.Bytes())["token"].(string)
	cookie := answer.Result().Cookies()[0]
	if len(token) != 64 || cookie.Name != "ryos_auth" || cookie.Value != "dave:"+token {
		t.Errorf("the cookie is %s=%s", cookie.Name, cookie.Value)
	}
	if !cookie.HttpOnly || cookie.Path != "/chat/api" || cookie.MaxAge != 31_536_000 || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure {
		t.Errorf("the cookie is %+v", cookie)
	}
	h.names["token dave"] = token
	h.given("dave", "POST /rooms/{general}/join")
	h.check(scenario{status: 200, holds: []string{`"username":"dave"`}}, h.send(call{line: register}))
	for _, s := range []scenario{
		{line: `POST /auth/register {"username":"dave","password":"another one"}`, status: 409, body: `{"error":"Username already taken","message":"Username already taken"}`},
		{line: `POST /auth/register {"username":"d","password":"open sesame"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/register {"username":"erin","password":"short"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/register {"username":"erin"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/register {"username":7,"password":"open sesame"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/register`, status: 400, holds: []string{invalid}},
	} {
		h.check(s, h.send(call{line: s.line}))
	}
}

// Acceptance 6: registering the admin's name gives nobody the admin.
func TestAdminCannotBeRegistered(t *testing.T) {
	t.Parallel()
	h := open(t, chats.Options{Admin: "root", Limits: chats.Limits{Off: true}})
	answer := h.send(call{line: `POST /auth/register {"username":"Root","password":"open sesame"}`})
	h.check(scenario{status: 409, holds: []string{"Username already taken"}, lacks: []string{"token"}}, answer)
	h.check(scenario{status: 403, holds: []string{forbidden}}, h.send(call{as: "ryo", line: `POST /rooms {"type":"public","name":"x"}`}))
	h.fine(h.chats.EnsureAdmin(t.Context(), "the operator's"))
	token := h.given("", `POST /auth/login {"username":"root","password":"the operator's"}`)["token"]
	h.names["token root"], _ = token.(string)
	h.given("root", `POST /rooms {"type":"public","name":"x"}`)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.given("", `POST /auth/register {"username":"dave","password":"open sesame"}`)
	answer := h.send(call{line: `POST /auth/login {"username":"DAVE","password":"open sesame"}`})
	h.check(scenario{status: 200, holds: []string{`"username":"dave"`, `"token":"`}}, answer)
	if len(answer.Result().Cookies()) != 1 {
		t.Error("there is no cookie")
	}
	foreign := h.send(call{line: `POST /auth/login {"username":"dave","password":"open sesame"}`, header: map[string]string{"Origin": "https://evil.example"}})
	if len(foreign.Result().Cookies()) != 0 {
		t.Error("a foreign page signs somebody in")
	}
	for _, s := range []scenario{
		{line: `POST /auth/login {"username":"dave","password":"wrong"}`, status: 401, body: `{"error":"Invalid credentials","message":"Invalid credentials"}`},
		{line: `POST /auth/login {"username":"nobody","password":"wrong"}`, status: 401, body: `{"error":"Invalid credentials","message":"Invalid credentials"}`},
		{line: `POST /auth/login {"username":"dave"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/login {`, status: 400, holds: []string{invalid}},
	} {
		h.check(s, h.send(call{line: s.line}))
	}
	h.fine(h.chats.Ban(t.Context(), "dave", true))
	h.check(scenario{status: 403, holds: []string{forbidden}}, h.send(call{line: `POST /auth/login {"username":"dave","password":"open sesame"}`}))
}

func TestLogout(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	for _, path := range []string{"/auth/logout", "/auth/logout-all"} {
		h.check(scenario{status: 401, holds: []string{unsigned}}, h.send(call{line: "POST " + path}))
	}
	answer := h.send(call{as: "alice", line: "POST /auth/logout"})
	h.check(scenario{status: 200, holds: []string{`"success":true`, `"message"`}}, answer)
	if cookie := answer.Result().Cookies()[0]; cookie.MaxAge >= 0 || cookie.Value != "" || cookie.Path != "/chat/api" {
		t.Errorf("the cookie is %+v", cookie)
	}
	h.check(scenario{status: 401}, h.send(call{as: "alice", line: "POST /auth/logout"}))
	h.check(scenario{status: 200, holds: []string{`"deletedCount":1`, `"success":true`}}, h.send(call{as: "bob", line: "POST /auth/logout-all"}))
	h.check(scenario{status: 401}, h.send(call{as: "bob", line: "POST /rooms/{general}/join"}))
}

// Contract 7: session, verify, refresh and tokens, and what a token is good for that was refreshed away.
func TestTokens(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.check(scenario{status: 200, body: `{"authenticated":false}`}, h.send(call{line: "GET /auth/session"}))
	h.check(scenario{status: 200, body: `{"authenticated":true,"username":"alice","expired":false}`}, h.send(call{as: "alice", line: "GET /auth/session"}))
	h.check(scenario{status: 401, holds: []string{unsigned}}, h.send(call{line: "GET /auth/tokens"}))
	h.check(scenario{status: 200, holds: []string{`"count":1`, `"isCurrent":true`, `"createdAt":1767607200000`, `"maskedToken":"...`}, lacks: []string{"{token alice}"}},
		h.send(call{as: "alice", line: "GET /auth/tokens"}))
	verify := `POST /auth/token/verify {"username":"Alice","token":"{token alice}"}`
	h.check(scenario{status: 200, body: `{"valid":true,"username":"alice","message":"Token is valid"}`}, h.send(call{line: verify}))

	answer := h.send(call{line: `POST /auth/token/refresh {"username":"alice","oldToken":"{token alice}"}`})
	h.check(scenario{status: 200, holds: []string{`"refreshed":true`}}, answer)
	if len(answer.Result().Cookies()) != 1 {
		t.Error("there is no cookie")
	}
	h.check(scenario{status: 401}, h.send(call{as: "alice", line: "POST /rooms/{general}/join"}))
	h.check(scenario{status: 200, holds: []string{`"expired":true`}}, h.send(call{as: "alice", line: "GET /auth/session"}))
	h.check(scenario{status: 200, holds: []string{`"valid":true`, `"expired":true`}}, h.send(call{line: verify}))
	h.check(scenario{status: 401}, h.send(call{as: "alice", line: "POST /auth/logout-all"}))
	h.check(scenario{status: 200}, h.send(call{as: "alice", line: "POST /auth/logout"}))
	for _, s := range []scenario{
		{line: verify, status: 401, holds: []string{unsigned}},
		{line: `POST /auth/token/verify {"username":"alice"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/token/refresh {"username":"alice"}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/token/refresh {"username":"alice","oldToken":7}`, status: 400, holds: []string{invalid}},
		{line: `POST /auth/token/refresh {"username":"nobody","oldToken":"x"}`, status: 404, body: `{"error":"User not found","message":"User not found"}`},
		{line: `POST /auth/token/refresh {"username":"alice","oldToken":"x"}`, status: 401, holds: []string{unsigned}},
	} {
		h.check(s, h.send(call{line: s.line}))
	}
}

// Contract 5 and 6: a refusal says when to come back, and of which sort it is.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	h := open(t, chats.Options{Limits: chats.Limits{List: 1, Register: 1, Login: 1, Refresh: 1, Search: 1, Change: 2}})
	for _, s := range []struct {
		as, line, scope, again string
		times                  int
	}{
		{"", "GET /rooms", "burst", "60", 1},
		{"alice", "GET /rooms", "burst", "60", 1},
		{"alice", "GET /users?search=bob", "burst", "60", 1},
		{"", `POST /auth/register {}`, "daily", "86400", 1},
		{"", `POST /auth/login {"username":"x","password":"y"}`, "burst", "60", 1},
		{"", `POST /auth/token/refresh {"username":"x","oldToken":"y"}`, "burst", "60", 1},
		{"bob", `POST /rooms {"type":"private","members":["carol"]}`, "burst", "60", 2},
		{"bob", `POST /rooms/{general}/join`, "burst", "60", 2},
		{"bob", `POST /rooms/{general}/leave`, "burst", "60", 2},
		{"bob", `DELETE /rooms/unknown`, "burst", "60", 2},
		{"bob", `POST /realtime/ticket`, "burst", "60", 2},
		{"bob", `POST /rooms/{general}/messages {"content":"hi"}`, "burst", "2", 1},
	} {
		for range s.times {
			if answer := h.send(call{as: s.as, line: s.line}); answer.Code == http.StatusTooManyRequests {
				t.Errorf("%s: refused too early: %s", s.line, answer.Body)
			}
		}
		answer := h.send(call{as: s.as, line: s.line})
		h.check(scenario{status: 429, holds: []string{`"error":"Rate limit exceeded"`, `"scope":"` + s.scope + `"`}}, answer)
		if got := answer.Header().Get("Retry-After"); got != s.again {
			t.Errorf("%s: Retry-After %q, want %q", s.line, got, s.again)
		}
	}
}

// The bound of each address is refused in this dialect's shape too.
func TestBound(t *testing.T) {
	t.Parallel()
	e := newRouter(&chatrooms.Handler{}, func(echo.HandlerFunc) echo.HandlerFunc {
		return func(echo.Context) error { return echo.NewHTTPError(http.StatusTooManyRequests, "slow down") }
	})
	recorder := httptest.NewRecorder()
	e.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/chat/api/rooms", nil))
	if got := strings.TrimSpace(recorder.Body.String()); got != `{"error":"Rate limit exceeded","message":"slow down","scope":"burst"}` {
		t.Error(got)
	}
}

// While the database is away nobody is taken for nobody.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	h.fine(h.store.Close())
	for _, s := range []scenario{
		{as: "alice", line: "GET /rooms", status: 500},
		{as: "alice", line: "GET /auth/session", status: 500},
		{as: "alice", line: "POST /auth/logout", status: 500},
		{as: "alice", line: "POST /rooms/{general}/join", status: 500, holds: []string{`"error":"Internal Server Error"`, `"message":"internal error"`}},
	} {
		h.check(s, h.send(call{as: s.as, line: s.line}))
	}
}

// On a host of its own the chat stands at the root: the cookie is for where the browser sees the API.
func TestCookiePathAtTheRoot(t *testing.T) {
	t.Parallel()
	h := open(t, generous())
	r := h.build(call{as: "alice", line: "POST /auth/logout"})
	r.RequestURI = "/api/auth/logout"
	recorder := httptest.NewRecorder()
	h.router.ServeHTTP(recorder, r)
	if got := recorder.Result().Cookies()[0].Path; got != "/api" {
		t.Errorf("the path is %s", got)
	}
}
