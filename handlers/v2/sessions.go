package v2

import (
	"net/http"
	"time"

	"foyer/models"
	"foyer/sessions"
	"foyer/store"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountSessions(g routes) {
	g.get("/sessions", h.listSessions)
	g.get("/sessions/:session_id", h.session)
	g.get("/sessions/:session_id/attendance", h.attendance)
}

// session is a session on the wire (server contract 6).
type session struct {
	ID         models.ID              `json:"id"`
	RoomID     models.ID              `json:"room_id"`
	CustomerID models.ID              `json:"customer_id"`
	AppID      models.ID              `json:"app_id"`
	Active     bool                   `json:"active"`
	Peers      map[string]sessionPeer `json:"peers"`
	CreatedAt  time.Time              `json:"created_at"`
	UpdatedAt  time.Time              `json:"updated_at"`
}

// sessionPeer is a stay on the wire. Who comes back under the same id shows the last stay.
type sessionPeer struct {
	ID        string     `json:"id"`
	SessionID models.ID  `json:"session_id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	UserID    string     `json:"user_id"`
	JoinedAt  time.Time  `json:"joined_at"`
	LeftAt    *time.Time `json:"left_at,omitempty"`
}

func newSession(w *models.Workspace, r *sessions.Record) session {
	wire := session{
		ID: r.ID, RoomID: r.RoomID, CustomerID: w.ID, AppID: w.AppID, Active: r.EndedAt == nil,
		Peers: make(map[string]sessionPeer, len(r.Peers)), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt(),
	}
	for i := range r.Peers {
		p := &r.Peers[i]
		wire.Peers[p.PeerID] = sessionPeer{
			ID: p.PeerID, SessionID: r.ID, Name: p.Name, Role: p.Role, UserID: p.UserID, JoinedAt: p.JoinedAt, LeftAt: p.LeftAt,
		}
	}
	return wire
}

func (h *Handler) session(c echo.Context) error {
	w := workspace(c)
	r, err := h.Sessions.Record(c.Request().Context(), w.ID, id(c, "session_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newSession(w, &r))
}

func (h *Handler) listSessions(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	filter := store.SessionFilter{
		RoomID: q.text("room_id"), Active: q.flag("active"), After: q.time("after"), Before: q.time("before"),
	}
	if q.err != nil {
		return q.err
	}
	w := workspace(c)
	list, err := h.Sessions.List(c.Request().Context(), w.ID, filter, page)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newListing(page, list,
		func(r *sessions.Record) models.ID { return r.ID }, func(r *sessions.Record) session { return newSession(w, r) }))
}
