package chatrooms

import (
	"net/http"

	"foyer/models"

	"github.com/labstack/echo/v4"
)

func (h *Handler) switchRooms(c echo.Context) error {
	b := readBody(c)
	name, previous, next := b.text("username"), b.text("previousRoomId"), b.text("nextRoomId")
	if b.err != nil {
		return b.err
	}
	if err := named(c, name); err != nil {
		return err
	}
	idle, err := h.Chats.Switch(c.Request().Context(), caller(c), previous, next)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true, Noop: idle})
}

func (h *Handler) beat(c echo.Context) error {
	if err := h.Chats.Beat(c.Request().Context(), caller(c)); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}

func (h *Handler) online(c echo.Context) error {
	names, err := h.Chats.Online(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"users": listOf(names, func(name *string) string { return *name })})
}

// found is a user as others see them: a name and a time, and nothing else of the account (contract 9).
type found struct {
	Username   string `json:"username"`
	LastActive int64  `json:"lastActive"`
}

func (h *Handler) search(c echo.Context) error {
	list, err := h.Chats.Search(c.Request().Context(), caller(c), c.QueryParam("search"))
	if err != nil {
		return err
	}
	users := listOf(list, func(u *models.ChatUser) found { return found{u.Name, u.ActiveAt.UnixMilli()} })
	return c.JSON(http.StatusOK, map[string]any{"users": users})
}
