package chatrooms_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/chats"
	"foyer/handlers/chatrooms"
	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
)

// house is a chat with its routes. Its users are ryo, the admin, and alice, bob and carol; {general} is a public room, {own} a private one
// of alice and bob.
type house struct {
	t       *testing.T
	router  *echo.Echo
	chats   *chats.Service
	store   *store.Store
	sockets *socket.Server
	log     *transcript
	names   map[string]string // static once it is open, but for those of given answers

	mu   sync.Mutex
	time time.Time // guarded by mu
}

// transcript is what was logged. Safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *transcript) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

func (h *house) wait(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.time = h.time.Add(by)
}

// generous are limits that no test reaches by accident.
func generous() chats.Options { return chats.Options{Limits: chats.Limits{Off: true}} }

func open(t *testing.T, o chats.Options) *house {
	t.Helper()
	h := &house{t: t, log: &transcript{}, names: map[string]string{}, time: time.Date(2026, time.January, 5, 10, 0, 0, 0, time.UTC)}
	h.store = storetest.Open(t, store.Options{URL: storetest.URL(t, storetest.SQLite)})
	o.Now = h.now
	h.chats = chats.New(h.store, o)
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	h.sockets = socket.NewServer(socket.Limits{}, log)
	t.Cleanup(h.sockets.Close)
	h.router = newRouter(&chatrooms.Handler{
		Chats: h.chats, Sockets: h.sockets, Log: log, Now: h.now,
	}, unbound)
	for _, name := range []string{"ryo", "alice", "bob", "carol"} {
		h.account(name)
	}
	general, err := h.chats.Create(t.Context(), chats.Caller{Name: "ryo", Admin: true}, chats.Draft{Type: chats.Public, Name: "General Chat"})
	h.fine(err)
	own, err := h.chats.Create(t.Context(), chats.Caller{Name: "alice"}, chats.Draft{Type: chats.Private, Members: []string{"alice", "bob"}})
	h.fine(err)
	h.names["general"], h.names["own"] = string(general.ID), string(own.ID)
	return h
}

func unbound(next echo.HandlerFunc) echo.HandlerFunc { return next }

func newRouter(h *chatrooms.Handler, bound echo.MiddlewareFunc) *echo.Echo {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		otherwise := func(c echo.Context, _ error) error { return c.String(http.StatusTeapot, "not the chat's") }
		if !c.Response().Committed {
			_ = reply.RendererOf(err, otherwise)(c, err) // whoever asked has gone
		}
	}
	h.Mount(e.Group("/chat"), bound)
	return e
}

func (h *house) fine(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// account makes an account with the password "open sesame" only by its name: tests of passwords register their own.
func (h *house) account(name string) {
	h.t.Helper()
	at := models.Stamp(h.now())
	_, err := h.store.InsertChatUser(h.t.Context(), &models.ChatUser{Name: name, Admin: name == "ryo", ActiveAt: at, CreatedAt: at})
	h.fine(err)
	token := sha256.Sum256([]byte(name))
	h.names["token "+name] = hex.EncodeToString(token[:])
	digest := sha256.Sum256([]byte(h.names["token "+name]))
	h.fine(h.store.InsertChatToken(h.t.Context(), &models.ChatToken{
		Digest: hex.EncodeToString(digest[:]), UserName: name, CreatedAt: at, UsedAt: at, ExpiresAt: at.AddDate(1, 0, 0),
	}, 9))
}

// fill puts the values of names in.
func (h *house) fill(text string) string {
	for name, value := range h.names {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// call is a request: "POST /rooms {...}" below /chat/api, by somebody.
type call struct {
	as     string
	line   string
	header map[string]string
}

func (h *house) build(c call) *http.Request {
	method, rest, _ := strings.Cut(h.fill(c.line), " ")
	path, body, _ := strings.Cut(rest, " ")
	if !strings.HasPrefix(path, "/chat") {
		path = "/chat/api" + path
	}
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.7:4711"
	if c.as != "" {
		r.Header.Set("Authorization", "Bearer "+h.names["token "+c.as])
		r.Header.Set("X-Username", c.as)
	}
	for name, value := range c.header {
		r.Header.Set(name, h.fill(value))
	}
	return r
}

func (h *house) send(c call) *httptest.ResponseRecorder {
	h.t.Helper()
	recorder := httptest.NewRecorder()
	h.router.ServeHTTP(recorder, h.build(c))
	return recorder
}

// given sends a request that must succeed, and gives its answer.
func (h *house) given(as, line string) map[string]any {
	h.t.Helper()
	answer := h.send(call{as: as, line: line})
	if answer.Code >= http.StatusMultipleChoices {
		h.t.Fatalf("%s %s: %d %s", as, line, answer.Code, answer.Body)
	}
	return decoded(h.t, answer.Body.Bytes())
}

func decoded(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

// scenario is one line of a table: a request and its answer.
type scenario struct {
	name   string
	as     string
	line   string
	header map[string]string
	status int
	body   string // all of it
	holds  []string
	lacks  []string
}

// play plays each scenario in a house of its own.
func play(t *testing.T, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, generous())
			answer := h.send(call{as: s.as, line: s.line, header: s.header})
			h.check(s, answer)
		})
	}
}

func (h *house) check(s scenario, answer *httptest.ResponseRecorder) {
	h.t.Helper()
	body := answer.Body.String()
	if answer.Code != s.status {
		h.t.Errorf("status %d, want %d: %s", answer.Code, s.status, body)
	}
	if got := answer.Header().Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		h.t.Errorf("Content-Type %q", got)
	}
	if s.body != "" {
		if diff := cmp.Diff(decoded(h.t, []byte(h.fill(s.body))), decoded(h.t, []byte(body))); diff != "" {
			h.t.Errorf("-want +got\n%s", diff)
		}
	}
	for _, want := range s.holds {
		if want = h.fill(want); !strings.Contains(body, want) {
			h.t.Errorf("the body lacks %s:\n%s", want, body)
		}
	}
	for _, wrong := range s.lacks {
		if wrong = h.fill(wrong); strings.Contains(body, wrong) {
			h.t.Errorf("the body holds %s:\n%s", wrong, body)
		}
	}
}
