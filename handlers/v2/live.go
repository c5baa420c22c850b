package v2

import (
	"net/http"

	"foyer/fault"

	"github.com/labstack/echo/v4"
)

// mountLive adds what a room is doing now and has done. Every room is idle: nobody can join yet.
func (h *Handler) mountLive(g routes) {
	for _, path := range []string{"", "/peers", "/peers/:peer_id"} {
		g.get("/active-rooms/:room_id"+path, noSession)
	}
	for _, path := range []string{"/peers/:peer_id", "/send-message", "/remove-peers", "/end-room"} {
		g.post("/active-rooms/:room_id"+path, noSession)
	}
	g.get("/sessions", h.sessions)
	g.get("/sessions/:session_id", noSession)
}

// noSession is the documented answer for a room in which nothing goes on (server contract 5).
func noSession(echo.Context) error { return fault.New(fault.NotFound, "session not found") }

func (h *Handler) sessions(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	q.flag("active")
	q.time("after")
	q.time("before")
	if q.err != nil {
		return q.err
	}
	return c.JSON(http.StatusOK, emptyListing(page))
}
