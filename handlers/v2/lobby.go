package v2

import (
	"net/http"
	"time"

	"foyer/hub"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// mountLobby adds who waits at a room's door: an extension of ours. It answers too while only waiters are there.
func (h *Handler) mountLobby(g routes) {
	g.get("/active-rooms/:room_id/lobby", h.lobby)
	g.post("/active-rooms/:room_id/lobby/admit-all", h.admitAll)
	g.post("/active-rooms/:room_id/lobby/:peer_id/admit", h.admit)
	g.post("/active-rooms/:room_id/lobby/:peer_id/deny", h.deny)
}

// waiter is somebody who waits, on the wire.
type waiter struct {
	PeerID   string    `json:"peer_id"`
	UserID   string    `json:"user_id"`
	Name     string    `json:"name"`
	Metadata string    `json:"metadata"`
	Role     string    `json:"role"`
	Since    time.Time `json:"waiting_since"`
}

func newWaiter(w *models.Waiter) waiter {
	return waiter{PeerID: w.PeerID, UserID: w.UserID, Name: w.Name, Metadata: w.Data, Role: w.Role, Since: w.Since}
}

func (h *Handler) waitedAt(c echo.Context) (*hub.Room, error) {
	return h.Hub.Room(workspace(c).ID, id(c, "room_id"))
}

func (h *Handler) lobby(c echo.Context) error {
	room, err := h.waitedAt(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newData(room.Waiters(), newWaiter))
}

func (h *Handler) admit(c echo.Context) error { return h.letIn(c, param(c, "peer_id")) }

func (h *Handler) admitAll(c echo.Context) error { return h.letIn(c, "") }

func (h *Handler) letIn(c echo.Context, peer string) error {
	room, err := h.waitedAt(c)
	if err != nil {
		return err
	}
	if err := room.Admit(c.Request().Context(), peer); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, said{"admitted"})
}

func (h *Handler) deny(c echo.Context) error {
	b := readBody(c)
	reason := b.filled("reason")
	if b.err != nil {
		return b.err
	}
	room, err := h.waitedAt(c)
	if err != nil {
		return err
	}
	if err := room.Deny(param(c, "peer_id"), reason); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, said{"denied"})
}
