package mikroroom

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/media"
	"foyer/models"
	"foyer/rooms"

	"github.com/labstack/echo/v4"
)

// Dialect is the name under which peers come in, and under which rooms have their names.
const Dialect = "mikroroom"

// Handler answers MikroRoom's clients. All fields but the last two are needed.
type Handler struct {
	Rooms     *rooms.Service
	Hub       *hub.Hub
	Sockets   *socket.Server
	Workspace func(ctx context.Context) (models.ID, error) // whose its rooms are
	ICE       func(peer string) []media.ICEServer          // what clients find each other by
	MaxLatent int                                          // rooms at most that were made in advance and are empty
	Version   string
	Log       *slog.Logger

	Limited       bool // bound the rates of this protocol too
	RatePerMinute int  // 0: 10
	Now           func() time.Time

	rates     rates // static after Mount, as are the next three
	seats     seats
	making    chan struct{} // holds one while a room is made in advance; never closed
	began     time.Time
	inside    atomic.Int64 // peers of this protocol that are in
	insideMax atomic.Int64
}

// usual is how many rooms and connections an address may open in a minute (contract 4).
const usual = 10

// Mount adds the routes below a group of their own, the paths included that are unknown. Bound bounds the rate of each address.
func (h *Handler) Mount(g *echo.Group, bound echo.MiddlewareFunc) {
	most := cmp.Or(h.RatePerMinute, usual)
	if !h.Limited {
		most = 0
	}
	h.rates, h.seats, h.making, h.began = newRates(most, h.now), newSeats(h.now), make(chan struct{}, 1), h.now()
	with := []echo.MiddlewareFunc{reply.With(Fail), open, bound}
	g.Any("", h.root, with...)
	g.Any("/health", h.health, with...)
	g.Any("/config", h.config, with...)
	g.Any("/api/rooms", unknown, with...)
	g.POST("/api/rooms", h.create, with...)
	g.Any("/ws", unknown, with...)
	g.GET("/ws", h.ws, with...)
	g.Any("/*", unknown, with...)
}

// headers are those that every answer has (contract 2), under their canonical names. Nobody changes a value in place.
var headers = map[string][]string{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"X-Xss-Protection":             {"1; mode=block"},
	"Referrer-Policy":              {"strict-origin-when-cross-origin"},
	"Access-Control-Allow-Origin":  {"*"},
	"Access-Control-Allow-Methods": {"GET, POST, OPTIONS"},
	"Access-Control-Allow-Headers": {"Content-Type"},
}

// open lets pages of any origin read every answer, and answers a browser that asks whether it may.
func open(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		for name, values := range headers {
			header[name] = values
		}
		if c.Request().Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}

func unknown(echo.Context) error { return echo.ErrNotFound }

type rootReply struct {
	Name      string    `json:"name"`
	Version   string    `json:"version"`
	Endpoints endpoints `json:"endpoints"`
}

type endpoints struct {
	Health    string `json:"health"`
	Config    string `json:"config"`
	WebSocket string `json:"websocket"`
}

func (h *Handler) root(c echo.Context) error {
	return answer(c, http.StatusOK, rootReply{
		Name: "MikroRoom API", Version: h.Version, Endpoints: endpoints{Health: "/health", Config: "/config", WebSocket: "/ws"},
	})
}

// healthReply counts this protocol's own: rooms that are open, empty ones included, and peers that are in.
type healthReply struct {
	Status  string `json:"status"`
	Rooms   int    `json:"totalRooms"`
	Peers   int64  `json:"totalParticipants"`
	Peak    int64  `json:"peakParticipants"`
	Uptime  int64  `json:"uptime"` // milliseconds
	Version string `json:"version"`
}

func (h *Handler) health(c echo.Context) error {
	open, err := h.Rooms.CountNamed(c.Request().Context(), Dialect, nameLength)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, healthReply{
		Status: "ok", Rooms: open, Peers: h.inside.Load(), Peak: h.insideMax.Load(), Uptime: h.now().Sub(h.began).Milliseconds(),
		Version: h.Version,
	})
}

// count counts peers that have come in, or that are out again.
func (h *Handler) count(change int64) {
	now := h.inside.Add(change)
	for {
		most := h.insideMax.Load()
		if now <= most || h.insideMax.CompareAndSwap(most, now) {
			return
		}
	}
}

type configReply struct {
	ICEServers []iceServer `json:"iceServers"`
}

type iceServer struct {
	URLs       string `json:"urls"` // one: the client wants no array
	Username   string `json:"username,omitempty"`
	Credential string `json:"credential,omitempty"`
}

// config tells of the servers by which clients find each other. Nobody is known here yet: who asks gets a name that is good for one page.
func (h *Handler) config(c echo.Context) error {
	servers := []iceServer{}
	for _, each := range h.ICE(rand.Text()) {
		for _, url := range each.URLs {
			servers = append(servers, iceServer{url, each.Username, each.Credential})
		}
	}
	return answer(c, http.StatusOK, configReply{servers})
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

// answer writes JSON, whose type has no charset here.
func answer(c echo.Context, status int, body any) error {
	return c.Blob(status, echo.MIMEApplicationJSON, marshal(body))
}
