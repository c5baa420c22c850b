package mikroroom_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/handlers/mikroroom"
	"foyer/handlers/socket"
	"foyer/media"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// patience is how long anything may take that a test waits for.
const patience = 20 * time.Second

// prefix is where the dialect sits.
const prefix = "/mikro"

// house is a Foyer that speaks MikroRoom.
type house struct {
	*apitest.Foyer

	dialect *mikroroom.Handler
	school  *apitest.Workspace // whose the rooms are
	at      string             // host and port
	t       testing.TB
}

// options change a house from the one that a test usually wants: over SQLite, without rates.
type options struct {
	database string
	proxies  apitest.Options
	change   func(h *mikroroom.Handler)
	sockets  socket.Limits
}

// open starts a house.
func open(t testing.TB, o options) *house {
	t.Helper()
	if o.database == "" {
		o.database = "sqlite"
	}
	f := apitest.Start(t, o.database, o.proxies)
	f.Listen(t)
	h := &house{Foyer: f, school: f.Workspace(t), t: t}
	log := slog.New(slog.NewJSONHandler(f.Log, nil))
	if o.sockets.Message == 0 {
		o.sockets.Message, o.sockets.Excess, o.sockets.Binary = 128<<10, 1<<20, true
	}
	h.dialect = &mikroroom.Handler{
		Rooms: f.Rooms, Hub: f.Hub, Sockets: socket.NewServer(o.sockets, log), Log: log, Version: "test",
		Workspace: func(context.Context) (models.ID, error) { return h.school.ID, nil },
		ICE:       (&media.ICE{STUN: []string{"stun:stun.cloudflare.com:3478"}}).Servers, MaxLatent: 10, Now: f.Clock.Now,
	}
	if o.change != nil {
		o.change(h.dialect)
	}
	h.dialect.Mount(f.Router.Group(prefix), func(next echo.HandlerFunc) echo.HandlerFunc { return next })
	front := httptest.NewServer(f.Router)
	h.at = strings.TrimPrefix(front.URL, "http://")
	t.Cleanup(func() {
		h.dialect.Sockets.Close()
		front.Close()
	})
	return h
}

// answer is what a request is answered with.
type answer struct {
	status int
	header http.Header
	body   string
}

// sends sends a request, as in "POST /api/rooms {}".
func (h *house) sends(line string, header ...string) answer {
	h.t.Helper()
	method, rest, _ := strings.Cut(line, " ")
	path, body, _ := strings.Cut(rest, " ")
	request, err := http.NewRequestWithContext(context.Background(), method, "http://"+h.at+prefix+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		h.t.Fatalf("%s: %v", line, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// made is a room that was made in advance.
type made struct {
	Room    string `json:"roomId"`
	Creator string `json:"creatorToken"`
}

func (h *house) makes(body string) made {
	h.t.Helper()
	a := h.sends("POST /api/rooms " + body)
	var m made
	if err := json.Unmarshal([]byte(a.body), &m); err != nil || a.status != http.StatusCreated {
		h.t.Fatalf("no room: %d %s", a.status, a.body)
	}
	return m
}

// soon waits until something holds.
func (h *house) soon(what string, holds func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			h.t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}
