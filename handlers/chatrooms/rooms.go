package chatrooms

import (
	"net/http"

	"foyer/chats"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

func (h *Handler) rooms(c echo.Context) error {
	list, err := h.Chats.Rooms(c.Request().Context(), caller(c)) // a username in the query is no identity (contract 3.1)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, roomsReply{listOf(list, newListed)})
}

func (h *Handler) create(c echo.Context) error {
	b := readBody(c)
	draft := chats.Draft{Type: b.text("type")}
	switch draft.Type { // what the other type has is ignored, whatever it is
	case chats.Public:
		draft.Name = b.text("name")
	case chats.Private:
		draft.Members = b.texts("members")
	}
	if b.err != nil {
		return b.err
	}
	made, err := h.Chats.Create(c.Request().Context(), caller(c), draft)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, roomReply{newRoom(&made)})
}

func (h *Handler) room(c echo.Context) error {
	found, err := h.Chats.Room(c.Request().Context(), caller(c), param(c, "id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, roomReply{newRoom(&found)})
}

func (h *Handler) delete(c echo.Context) error {
	if err := h.Chats.Delete(c.Request().Context(), caller(c), param(c, "id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}

func (h *Handler) join(c echo.Context) error {
	if err := bodyNamed(c); err != nil {
		return err
	}
	if err := h.Chats.Join(c.Request().Context(), caller(c), param(c, "id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}

func (h *Handler) leave(c echo.Context) error {
	if err := bodyNamed(c); err != nil {
		return err
	}
	if err := h.Chats.Leave(c.Request().Context(), caller(c), param(c, "id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}

// bodyNamed checks a body that may repeat the caller's name, and holds nothing else.
func bodyNamed(c echo.Context) error {
	b := readBody(c)
	name := b.text("username")
	if b.err != nil {
		return b.err
	}
	return named(c, name)
}

func (h *Handler) users(c echo.Context) error {
	list, err := h.Chats.Users(c.Request().Context(), caller(c), param(c, "id"))
	if err != nil {
		return err
	}
	users := listOf(list, func(p *models.ChatPresence) user { return user{p.UserName, p.JoinedAt.UnixMilli()} })
	return c.JSON(http.StatusOK, map[string]any{"users": users})
}

func (h *Handler) typing(c echo.Context) error {
	b := readBody(c)
	on := b.flag("isTyping", true)
	if b.err != nil {
		return b.err
	}
	if err := h.Chats.Type(c.Request().Context(), caller(c), param(c, "id"), on); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}
