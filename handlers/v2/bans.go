package v2

import (
	"net/http"
	"time"

	"foyer/models"

	"github.com/labstack/echo/v4"
)

// mountBans adds who is kept out of a room: an extension of ours.
func (h *Handler) mountBans(g routes) {
	g.get("/rooms/:room_id/bans", h.bans)
	g.add(http.MethodDelete, "/rooms/:room_id/bans/:ban_id", h.unban)
}

// ban is a ban on the wire.
type ban struct {
	ID        models.ID `json:"id"`
	RoomID    models.ID `json:"room_id"`
	UserID    string    `json:"user_id"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"created_at"`
	Until     time.Time `json:"until"`
}

func newBan(b *models.Ban) ban {
	return ban{ID: b.ID, RoomID: b.RoomID, UserID: b.UserID, Reason: b.Reason, CreatedAt: b.CreatedAt.UTC(), Until: b.Until.UTC()}
}

func (h *Handler) bans(c echo.Context) error {
	list, err := h.Rooms.Bans(c.Request().Context(), workspace(c).ID, id(c, "room_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newData(list, newBan))
}

func (h *Handler) unban(c echo.Context) error {
	if err := h.Rooms.Unban(c.Request().Context(), workspace(c).ID, id(c, "room_id"), id(c, "ban_id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
